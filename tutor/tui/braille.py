"""Lines drawn with the dots of braille characters: two across and four down in each cell."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

#: The bit of the dot in each row of a cell, for its left and its right column.
_BITS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
_EMPTY = 0x2800


def braille_rows(dots: Iterable[tuple[int, int]], width: int, height: int) -> list[str]:
    """Return the rows of a field of cells with these dots, (column, row) from the upper left; others are left out."""
    cells = [[0] * width for _row in range(height)]
    for x, y in dots:
        if 0 <= x < 2 * width and 0 <= y < 4 * height:
            cells[y // 4][x // 2] |= _BITS[y % 4][x % 2]
    return ["".join(chr(_EMPTY + cell) if cell else " " for cell in row) for row in cells]


def line_dots(points: Sequence[tuple[float, float]]) -> set[tuple[int, int]]:
    """Return the dots of the straight lines from each point to the next, in dots from the upper left."""
    dots = {(round(x), round(y)) for x, y in points}
    for (x, y), (next_x, next_y) in pairwise(points):
        steps = max(1, round(abs(next_x - x)), round(abs(next_y - y)))
        for step in range(steps):
            share = step / steps
            dots.add((round(x + share * (next_x - x)), round(y + share * (next_y - y))))
    return dots
