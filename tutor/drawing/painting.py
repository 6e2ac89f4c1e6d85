"""A drawing with its places filled in, as lines of plain text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.cells import cell_len

from tutor.drawing.cells import clusters, shorten
from tutor.drawing.spec import Drawing, Place

Texts = Mapping[str, Sequence[Sequence[str]]]


def paint(drawing: Drawing, texts: Texts, marks: Texts | None = None, *, blank: str | None = None) -> list[str]:
    """The picture's lines, without spaces at their ends.

    `texts[slot][row][column]` is what stands in a place, dots (`blank`) where it is missing or empty;
    `marks` likewise for the one cell behind each, in a compact drawing for the place itself: ◇ where none is.
    """
    grid = [clusters(row) for row in drawing.rows]
    dot = blank or ("." if drawing.ascii else "·")
    for name, place in drawing.places.items():
        rows, signs = texts.get(name, ()), (marks or {}).get(name, ())
        if place.density == "compact":
            grid[place.y][place.x] = _at(signs, 0, 0) or ("?" if drawing.ascii else "◇")
            continue
        for row in range(place.rows):
            for column in range(place.columns):
                x = place.x + column * (place.cell + 1)
                filled = _fitted(_at(rows, row, column), place, dot, "~" if drawing.ascii else "…")
                grid[place.y + row][x : x + place.cell] = clusters(filled)
                grid[place.y + row][x + place.cell] = _at(signs, row, column) or " "
    return ["".join(line).rstrip() for line in grid]


def _at(rows: Sequence[Sequence[str]], row: int, column: int) -> str:
    return rows[row][column] if row < len(rows) and column < len(rows[row]) else ""


def _fitted(text: str, place: Place, dot: str, sign: str) -> str:
    """A single value stands in the middle as the one above the wire does, the cells of a matrix to the right."""
    if not text:
        return dot * place.cell
    cut = shorten(text, place.cell, sign)
    free = place.cell - cell_len(cut)
    left = (free + 1) // 2 if place.rows == place.columns == 1 else free
    return " " * left + cut + " " * (free - left)
