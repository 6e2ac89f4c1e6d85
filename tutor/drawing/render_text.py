"""A drawing with its places filled in, as lines of plain text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len

from tutor.drawing.layout.cell_width import graphemes, truncate

if TYPE_CHECKING:
    from tutor.drawing.model import Drawing, Place

CellTexts = Mapping[str, Sequence[Sequence[str]]]


def render_text(
    drawing: Drawing, texts: CellTexts, marks: CellTexts | None = None, *, placeholder: str | None = None
) -> list[str]:
    """The picture's lines, without spaces at their ends.

    `texts[slot][row][column]` is what stands in a place, dots (`blank`) where it is missing or empty;
    `marks` likewise for the one cell behind each, in a compact drawing for the place itself: ◇ where none is.
    """
    grid = [graphemes(row) for row in drawing.rows]
    dot = placeholder or ("." if drawing.ascii else "·")
    for name, place in drawing.places.items():
        rows, signs = texts.get(name, ()), (marks or {}).get(name, ())
        if place.density == "compact":
            grid[place.y][place.x] = _cell_at(signs, 0, 0) or ("?" if drawing.ascii else "◇")
            continue
        for row in range(place.rows):
            for column in range(place.columns):
                x = place.x + column * (place.cell_width + 1)
                filled = _fit_cell(_cell_at(rows, row, column), place, dot, "~" if drawing.ascii else "…")
                grid[place.y + row][x : x + place.cell_width] = graphemes(filled)
                grid[place.y + row][x + place.cell_width] = _cell_at(signs, row, column) or " "
    return ["".join(line).rstrip() for line in grid]


def _cell_at(rows: Sequence[Sequence[str]], row: int, column: int) -> str:
    return rows[row][column] if row < len(rows) and column < len(rows[row]) else ""


def _fit_cell(text: str, place: Place, dot: str, sign: str) -> str:
    """A single value stands in the middle as the one above the wire does, the cells of a matrix to the right."""
    if not text:
        return dot * place.cell_width
    cut = truncate(text, place.cell_width, sign)
    free = place.cell_width - cell_len(cut)
    left = (free + 1) // 2 if place.rows == place.columns == 1 else free
    return " " * left + cut + " " * (free - left)
