"""The program's own signs in ASCII."""

from __future__ import annotations

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
    }
    | {"✓": "v", "✗": "X", "“": '"', "”": '"', "’": "'", "…": "~"}
)
_ASCII_POWERS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")


def to_ascii(text: str) -> str:
    """Our own signs in ASCII; names stay as they are."""
    return text.translate(_ASCII).translate(_ASCII_POWERS)
