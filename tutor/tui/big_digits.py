"""Large digits, three rows high."""

from __future__ import annotations

from textual.renderables.digits import DIGITS, DIGITS3X3_BOLD


def big_digits(number: int) -> tuple[str, str, str]:
    """Return the three rows of a whole number in large digits."""
    rows = ["", "", ""]
    for digit in str(number):
        start = 3 * DIGITS.index(digit)
        for row in range(3):
            rows[row] += DIGITS3X3_BOLD[start + row].ljust(3)
    return rows[0], rows[1], rows[2]
