"""The cells of a matrix, to be typed one by one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tutor.drawing.cells import shorten
from tutor.tui.draft import Cell, Line
from tutor.tui.signs import UNICODE, Signs

#: The narrowest and the widest column, in cells, without the cell for its mark and the space behind.
NARROW, WIDE = 7, 16


class AnswerGrid(ScrollView, inherit_bindings=False):
    """Shows the lines of a matrix with the mark of each; keys are handled by the screen."""

    can_focus = False

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "grid--cell",
        "grid--idle",
        "grid--active",
        "grid--checked",
        "grid--cursor",
        "grid--bracket",
        "grid--right",
        "grid--wrong",
    }

    class Chosen(Message):
        """A cell was clicked."""

        def __init__(self, row: int, column: int) -> None:
            super().__init__()
            self.cell = (row, column)

    def __init__(self, signs: Signs = UNICODE, id: str | None = None) -> None:
        super().__init__(id=id)
        self.signs = signs
        self._cells: Sequence[Sequence[Line]] = []
        self._marks: Sequence[Sequence[str]] = []
        self._at: Cell = None
        self._open = False
        self._width = NARROW

    def show(self, cells: Sequence[Sequence[Line]], marks: Sequence[Sequence[str]], at: Cell, active: bool) -> None:
        """Show these cells; `at` is the one that is typed into, `active` says whether it is typed into now."""
        self._cells, self._marks, self._at, self._open = cells, marks, at, active
        longest = max((cell_len(line.text) + 1 for row in cells for line in row), default=0)
        self._width = min(max(longest, NARROW), WIDE)
        columns = len(cells[0]) if cells else 0
        size = Size(columns * self._step + 3, len(cells))
        if size != self.virtual_size:
            self.virtual_size = size
            self.refresh(layout=True)
        self.refresh()
        if at is not None:
            spot = Region(2 + at[1] * self._step, at[0], self._step, 1)
            self.scroll_to_region(spot, animate=False, force=True)

    @property
    def _step(self) -> int:
        return self._width + 2

    def render_line(self, y: int) -> Strip:
        width, base = self.scrollable_content_region.width, self.rich_style
        row = y + self.scroll_offset.y
        if row >= len(self._cells):
            return Strip.blank(width, base)
        bracket = self.get_component_rich_style("grid--bracket")
        segments = [Segment("[ ", bracket)]
        for column, line in enumerate(self._cells[row]):
            segments += self._cell(line, (row, column))
            mark = (self._marks[row][column] if self._marks else "") or " "
            tone = "grid--right" if mark == self.signs.right else "grid--wrong"
            segments += [Segment(mark, self.get_component_rich_style(tone)), Segment(" ", base)]
        segments.append(Segment("]", bracket))
        return Strip(segments).crop_extend(self.scroll_offset.x, self.scroll_offset.x + width, base)

    def _cell(self, line: Line, cell: tuple[int, int]) -> list[Segment]:
        active = self._open and cell == self._at
        tone = "grid--checked" if active and line.checked else "grid--active" if active else "grid--cell"
        style = self.get_component_rich_style(tone)
        if not active:
            if not line.text:
                return [Segment(self.signs.dot * self._width, self.get_component_rich_style("grid--idle"))]
            text = shorten(line.text, self._width, self.signs.more)
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
        spot = event.get_content_offset(self)
        if spot is None:
            return
        x, y = spot + self.scroll_offset
        column = (x - 2) // self._step
        if 0 <= y < len(self._cells) and 0 <= column < len(self._cells[0]):
            self.post_message(self.Chosen(y, column))
