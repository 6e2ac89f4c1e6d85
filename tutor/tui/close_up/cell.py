"""Painting of the numbers behind a matrix cell: each row or column in its colour, and below it what it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len

from tutor.drawing.cell_width import truncate
from tutor.tui.canvas import runs_width

if TYPE_CHECKING:
    from tutor.practice.close_up.data import CellOrigin, CellSource
    from tutor.tui.canvas import Run
    from tutor.tui.close_up.brush import Brush

_GAP = 2


def paint_cell_origin(brush: Brush, end: int, rows: int) -> int:
    """Paint what makes the active cell in at most two rows that end before row `end`; return how many it took.

    In one row there are the numbers, or what they are if they are not known yet.
    """
    cell = brush.data.cell
    if cell is None:
        return 0
    room = brush.canvas.width - 4
    lead = f"[{cell.row},{cell.column}]"
    fields = [_numbers(brush, source) for source in cell.sources]
    captions = [brush.glyphs.render(str(source.caption)) for source in cell.sources]
    if not all(fields):
        _paint_captions(brush, end - 1, room, lead, cell, captions)
        return 1
    sign = " · " if cell.is_product else "   "
    widths = [cell_len(field) + 2 for field in fields]
    with_captions = rows > 1
    if with_captions:
        widths = [max(width, cell_len(caption)) for width, caption in zip(widths, captions, strict=True)]
    total = cell_len(lead) + 1 + sum(widths) + cell_len(sign) * (len(fields) - 1)
    if total > room:
        _paint_captions(brush, end - 1, room, lead, cell, captions)
        return 1
    y = end - (2 if with_captions else 1)
    x = brush.canvas.put(2 + (room - total) // 2, y, f"{lead} ", brush.palette.ink("bright", bold=True))
    for number, (source, field, width) in enumerate(zip(cell.sources, fields, widths, strict=True)):
        if number:
            x = brush.canvas.put(x, y, brush.glyphs.render(sign), brush.palette.ink("muted", bold=True))
        chip = cell_len(field) + 2
        brush.canvas.chip(x + (width - chip) // 2, y, field, source.lane, chip)
        if with_captions:
            brush.canvas.centre(x, width, y + 1, [(captions[number], brush.palette.ink("muted"))])
        x += width
    return 1 + with_captions


def _numbers(brush: Brush, source: CellSource) -> str:
    return brush.glyphs.render(" ".join(source.numbers))


def _paint_captions(brush: Brush, y: int, room: int, lead: str, cell: CellOrigin, captions: list[str]) -> None:
    """Paint what the sources are, without their numbers."""
    palette = brush.palette
    runs: list[Run] = [(f"{lead}  ", palette.ink("bright", bold=True))]
    for number, (source, caption) in enumerate(zip(cell.sources, captions, strict=True)):
        left = room - runs_width(runs)
        text = truncate(f"{'  ·  ' if number else ''}{caption}", max(left, 0))
        runs.append((text, palette.ink(source.lane)))
    brush.canvas.centre(2, room, y, runs)
