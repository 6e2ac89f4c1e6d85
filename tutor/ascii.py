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
    }
    | {"δ": "delta", "✓": "v", "✗": "X", "“": '"', "”": '"', "’": "'", "…": "~"}
)
_POWER = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+")
_LOWERED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")


def to_ascii(text: str) -> str:
    """Our own signs in ASCII, x² as x^2; names stay as they are."""
    return _POWER.sub(lambda power: "^" + power[0].translate(_LOWERED), text).translate(_ASCII)
