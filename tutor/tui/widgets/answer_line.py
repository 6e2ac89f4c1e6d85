"""The answer line: a tinted field with the text that is typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len

from tutor.drawing.cell_width import graphemes
from tutor.tui.flow import Line, cut_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.geometry import Region

    from tutor.tui.answer_input import LineEditor
    from tutor.tui.canvas import Canvas


def paint_answer_line(
    canvas: Canvas, region: Region, line: LineEditor, prompt: str, placeholder: Line, is_active: bool
) -> Callable[[int], int]:
    """Paint a line into one row, scrolled to keep its cursor visible.

    A placeholder in an empty line shows the last answer, or what can be typed. Return a function from a character of the
    line to its column in the region.
    """
    palette = canvas.palette
    canvas.fill(region.x, region.y, region.width, 1, palette.ink(on="raised"), " ")
    end = region.right
    with_brackets = canvas.ascii or palette.needs_brackets
    canvas.put(region.x, region.y, "[" if with_brackets else " ", palette.ink("muted", on="raised"))
    if with_brackets:
        canvas.put(end - 1, region.y, "]", palette.ink("muted", on="raised"))
        end -= 1
    lead = 1 + cell_len(prompt)
    colour = "backward" if cell_len(prompt) <= 2 else "muted"
    canvas.put(region.x + 1, region.y, prompt, palette.ink(colour, on="raised", bold=True), limit=end)
    text, cursor = line.text, line.cursor
    room = max(end - region.x - lead - 1, 1)
    first = _first_shown(text, cursor, room)

    def column(offset: int) -> int:
        return lead + max(cell_len(text[:offset]) - cell_len(text[:first]), 0)

    x = region.x + lead
    if text:
        ink = palette.ink("muted" if line.checked else "bright", on="raised", bold=not line.checked)
        canvas.put(x, region.y, _fitting(text[first:], room), ink, limit=end)
    if is_active:
        under = text[cursor : cursor + 1] or " "
        canvas.put(region.x + column(cursor), region.y, under, palette.chip("backward"), limit=end)
    if not text:
        x += 2 if is_active else 0
        canvas.runs(x, region.y, cut_line(placeholder, end - x, "~" if canvas.ascii else "…"), limit=end)
    return column


def _first_shown(text: str, cursor: int, room: int) -> int:
    """Return the first character that is shown, so that the cursor is visible."""
    first = max(cursor - room, 0)
    while cell_len(text[first:cursor]) > room - 1:
        first += 1
    return first


def _fitting(text: str, room: int) -> str:
    """Return as much of a text as fits `room` cells."""
    shown = "".join(graphemes(text)[:room])
    while cell_len(shown) > room:
        shown = shown[:-1]
    return shown
