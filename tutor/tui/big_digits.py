"""Large digits, three rows high."""

from __future__ import annotations

from textual.renderables.digits import DIGITS, DIGITS3X3_BOLD

#: Signs that take one cell.
_NARROW = ".,"


def big_digits(number: int) -> tuple[str, str, str]:
    """Return the three rows of a whole number in large digits."""
    return _rows(str(number))


def big_number(text: str) -> tuple[str, str, str] | None:
    """Return the three rows of a number with its sign and decimals; None for other texts."""
    text = text.replace("−", "-")
    is_number = bool(text) and all(character in "0123456789-" or character in _NARROW for character in text)
    return _rows(text) if is_number else None


def _rows(text: str) -> tuple[str, str, str]:
    rows = ["", "", ""]
    for character in text:
        for row in range(3):
            if character in _NARROW:
                rows[row] += character if row == 2 else " "
            else:
                rows[row] += DIGITS3X3_BOLD[3 * DIGITS.index(character) + row].ljust(3)
    return rows[0], rows[1], rows[2]
