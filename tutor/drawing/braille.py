"""Lines drawn with the dots of braille characters: two across and four down in each cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

#: The bit of each dot of a cell, by column and row.
_DOTS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))
_EMPTY = 0x2800


def dots_between(x: int, y: int, to_x: int, to_y: int, limit: int = 1000) -> Iterable[tuple[int, int]]:
    """Yield the dots from one to another, not more than `limit` of them."""
    steps = min(max(abs(to_x - x), abs(to_y - y)), limit)
    for step in range(steps + 1):
        share = step / steps if steps else 0.0
        yield round(x + (to_x - x) * share), round(y + (to_y - y) * share)


def braille_cells(dots: Iterable[tuple[int, int]]) -> dict[tuple[int, int], str]:
    """Return the character of each cell that has dots, which are counted from the upper left."""
    cells: dict[tuple[int, int], int] = {}
    for column, row in dots:
        if column < 0 or row < 0:
            continue
        cell = column // 2, row // 4
        cells[cell] = cells.get(cell, 0) | _DOTS[column % 2][row % 4]
    return {cell: chr(_EMPTY + bits) for cell, bits in cells.items()}
