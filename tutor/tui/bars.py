"""Numbers over time as upright bars, in block elements or in ASCII."""

from __future__ import annotations

from collections.abc import Sequence

_BLOCKS = " ▁▂▃▄▅▆▇█"
_ASCII = " .:#"


def bars(values: Sequence[float | None], most: float, height: int, width: int, ascii: bool = False) -> list[str]:
    """Rows from top to bottom, the last values where not all fit in `width` cells. `most` fills all of the height.

    A value above 0 shows at least a little; None, for one that is not known, leaves its place empty.
    """
    each = column_width(len(values), width)
    shown = values[-max(width // each, 1) :]
    signs = _ASCII if ascii else _BLOCKS
    steps = len(signs) - 1
    rows = []
    for level in range(height - 1, -1, -1):
        row = ""
        for value in shown:
            filled = 0 if not value or most <= 0 else max(1, round(value / most * height * steps))
            sign = signs[min(max(filled - level * steps, 0), steps)]
            row += sign if each == 1 else sign * (each - 1) + " "
        rows.append(row)
    return rows


def column_width(number: int, width: int) -> int:
    """How many cells each of so many values takes: four at most, with a gap behind it where it is more than one."""
    return max(1, min(4, width // max(number, 1)))
