"""The answer grid: the cells of a matrix to type into."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tutor.drawing.cell_width import truncate
from tutor.glyphs import UNICODE, Glyphs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events

    from tutor.tui.answer_input import Cell, LineEditor

#: Least and greatest width of a column in terminal cells, without its mark and the space after it.
MIN_CELL_WIDTH, MAX_CELL_WIDTH = 7, 16


class AnswerGrid(ScrollView, inherit_bindings=False):
    """Shows the cells of a matrix with their marks; the screen handles the keys."""

    can_focus = False

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "grid--cell",
        "grid--empty",
        "grid--active",
        "grid--checked",
        "grid--cursor",
        "grid--bracket",
        "grid--right",
        "grid--wrong",
    }

    class CellSelected(Message):
        """A cell was clicked."""

        def __init__(self, row: int, column: int) -> None:
            super().__init__()
            self.cell = (row, column)

    def __init__(self, glyphs: Glyphs = UNICODE, id: str | None = None) -> None:
        super().__init__(id=id)
        self.glyphs = glyphs
        self._cells: Sequence[Sequence[LineEditor]] = []
        self._marks: Sequence[Sequence[str]] = []
        self._active_cell: Cell = None
        self._is_active = False
        self._width = MIN_CELL_WIDTH

    def set_state(
        self, cells: Sequence[Sequence[LineEditor]], marks: Sequence[Sequence[str]], active_cell: Cell, active: bool
    ) -> None:
        """Show cells with their marks; `active` tells whether the active cell is being typed into."""
        self._cells, self._marks, self._active_cell, self._is_active = cells, marks, active_cell, active
        longest = max((cell_len(line.text) + 1 for row in cells for line in row), default=0)
        self._width = min(max(longest, MIN_CELL_WIDTH), MAX_CELL_WIDTH)
        columns = len(cells[0]) if cells else 0
        size = Size(columns * self._stride + 3, len(cells))
        if size != self.virtual_size:
            self.virtual_size = size
            self.refresh(layout=True)
        self.refresh()
        if active_cell is not None:
            region = Region(2 + active_cell[1] * self._stride, active_cell[0], self._stride, 1)
            self.scroll_to_region(region, animate=False, force=True)

    @property
    def _stride(self) -> int:
        return self._width + 2

    def render_line(self, y: int) -> Strip:
        width, base = self.scrollable_content_region.width, self.rich_style
        row = y + self.scroll_offset.y
        if row >= len(self._cells):
            return Strip.blank(width, base)
        bracket = self.get_component_rich_style("grid--bracket")
        segments = [Segment("[ ", bracket)]
        for column, line in enumerate(self._cells[row]):
            segments += self._cell_segments(line, (row, column))
            mark = (self._marks[row][column] if self._marks else "") or " "
            component = "grid--right" if mark == self.glyphs.correct else "grid--wrong"
            segments += [Segment(mark, self.get_component_rich_style(component)), Segment(" ", base)]
        segments.append(Segment("]", bracket))
        return Strip(segments).crop_extend(self.scroll_offset.x, self.scroll_offset.x + width, base)

    def _cell_segments(self, line: LineEditor, cell: tuple[int, int]) -> list[Segment]:
        active = self._is_active and cell == self._active_cell
        component = "grid--checked" if active and line.checked else "grid--active" if active else "grid--cell"
        style = self.get_component_rich_style(component)
        if not active:
            if not line.text:
                return [Segment(self.glyphs.placeholder * self._width, self.get_component_rich_style("grid--empty"))]
            text = truncate(line.text, self._width, self.glyphs.ellipsis)
            return [Segment(" " * (self._width - cell_len(text)) + text, style)]
        first = max(line.cursor - self._width, 0)
        while cell_len(line.text[first : line.cursor]) > self._width - 1:
            first += 1
        before, under, after = (
            line.text[first : line.cursor],
            line.text[line.cursor : line.cursor + 1] or " ",
            line.text[line.cursor + 1 :],
        )
        room = self._width - cell_len(before) - cell_len(under)
        after = after[:room]
        while cell_len(after) > room:
            after = after[:-1]
        cursor = self.get_component_rich_style("grid--cursor")
        return [Segment(before, style), Segment(under, cursor), Segment(after + " " * (room - cell_len(after)), style)]

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if offset is None:
            return
        x, y = offset + self.scroll_offset
        column = (x - 2) // self._stride
        if 0 <= y < len(self._cells) and 0 <= column < len(self._cells[0]):
            self.post_message(self.CellSelected(y, column))
