"""The program's own signs in ASCII."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from typing import TextIO

#: Signs that drawings are made of; an encoding without one of them can't show a graph.
_DRAWN = "╭─╮│╰┼◇◆✓✗▸›×∂σ"
#: What the environment holds in a terminal for Windows that has these signs in its font.
_MODERN = ("WT_SESSION", "TERM_PROGRAM", "ConEmuANSI", "ALACRITTY_WINDOW_ID")

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


def needed(stream: TextIO | None, environment: Mapping[str, str] = os.environ, platform: str = sys.platform) -> bool:
    """Whether what is written to `stream` has to be ASCII: its encoding lacks our signs, or it is the old console of
    Windows, whose fonts lack them.
    """
    try:
        _DRAWN.encode(getattr(stream, "encoding", None) or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return True
    old = platform == "win32" and not any(name in environment for name in _MODERN)
    return old and stream is not None and stream.isatty()


def to_ascii(text: str) -> str:
    """Our own signs in ASCII, x² as x^2; names stay as they are."""
    text = _POWER.sub(lambda power: "^" + power[0].translate(_LOWERED), _ROOT.sub(r"sqrt(\1)", text))
    return text.translate(_ASCII)
