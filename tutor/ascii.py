"""The program's own signs in ASCII."""

from __future__ import annotations

import re

_ASCII = str.maketrans(
    {
        "×": "*",
        "÷": "/",
        "−": "-",
        "σ": "sigmoid",
        "Σ": "sum",
        "∂": "d",
        "·": "*",
        "→": "->",
        "●": "*",
        "∞": "inf",
        "≈": "~",
        "π": "pi",
        "≠": "!=",
        "ᵀ": ".T",
        "√": "sqrt",
        "½": "1/2",
        "↓": "-v",
        "′": "'",
    }
    | {"δ": "delta", "✓": "v", "✗": "X", "“": '"', "”": '"', "’": "'", "…": "~"}
)
#: A root in a sentence; alone it is the name of a node.
_ROOT = re.compile(r"√(\w)")
_POWER = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+")
_LOWERED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")


def to_ascii(text: str) -> str:
    """Our own signs in ASCII, x² as x^2; names stay as they are."""
    text = _POWER.sub(lambda power: "^" + power[0].translate(_LOWERED), _ROOT.sub(r"sqrt(\1)", text))
    return text.translate(_ASCII)
