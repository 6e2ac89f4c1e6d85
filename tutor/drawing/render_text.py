"""Drawings with filled places as lines of plain text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len

from tutor.drawing.cell_width import graphemes, truncate

if TYPE_CHECKING:
    from tutor.drawing.model import Drawing, Place
    from tutor.glyphs import Glyphs

CellTexts = Mapping[str, Sequence[Sequence[str]]]


def render_text(drawing: Drawing, texts: CellTexts, marks: CellTexts | None = None) -> list[str]:
    """Return the lines of a drawing without trailing spaces.

    `texts[slot][row][column]` is the text of a cell; missing or empty ones are shown as dots. `marks` are the marks
    behind the cells, or in a compact drawing in the place itself, where a missing one is shown as ◇.
    """
    grid = [graphemes(row) for row in drawing.rows]
    glyphs = drawing.glyphs
    for name, place in drawing.places.items():
        rows, mark_rows = texts.get(name, ()), (marks or {}).get(name, ())
        if place.density == "compact":
            grid[place.y][place.x] = _cell_at(mark_rows, 0, 0) or glyphs.blank
            continue
        if place.shape:
            text, mark = summarize_matrix(place.shape, rows, mark_rows, glyphs)
            rows, mark_rows = [[text]], [[mark]]
        for row in range(place.rows):
            for column in range(place.columns):
                x = place.x + column * (place.cell_width + 1)
                filled = _fit_cell(_cell_at(rows, row, column), place, glyphs)
                grid[place.y + row][x : x + place.cell_width] = graphemes(filled)
                grid[place.y + row][x + place.cell_width] = _cell_at(mark_rows, row, column) or " "
    return ["".join(line).rstrip() for line in grid]


def summarize_matrix(
    shape: str, texts: Sequence[Sequence[str]], marks: Sequence[Sequence[str]], glyphs: Glyphs
) -> tuple[str, str]:
    """Return the text and the mark of a matrix in one cell.

    The text is its shape if it is complete, an ellipsis if cells are missing, and nothing if all are. The mark is that
    of a wrong cell, or the one that all cells have.
    """
    filled = [bool(text) for row in texts for text in row]
    text = shape if filled and all(filled) else glyphs.ellipsis if any(filled) else ""
    found = {mark for row in marks for mark in row}
    if glyphs.incorrect in found:
        return text, glyphs.incorrect
    return text, found.pop() if len(found) == 1 else ""


def _cell_at(rows: Sequence[Sequence[str]], row: int, column: int) -> str:
    return rows[row][column] if row < len(rows) and column < len(rows[row]) else ""


def _fit_cell(text: str, place: Place, glyphs: Glyphs) -> str:
    """Pad or truncate a text to its cell: a single value is centred, the cells of a matrix are aligned right."""
    if not text:
        return glyphs.placeholder * place.cell_width
    text = truncate(text, place.cell_width, glyphs.ellipsis)
    free = place.cell_width - cell_len(text)
    left = (free + 1) // 2 if place.rows == place.columns == 1 else free
    return " " * left + text + " " * (free - left)
