"""The answer grid: the cells of a matrix to type into, below and beside the numbers of its columns and rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual.geometry import Offset
from textual.message import Message

from tutor.drawing.cell_width import truncate
from tutor.glyphs import UNICODE, Glyphs
from tutor.tui.widgets.canvas import CanvasWidget

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.style import Style
    from textual import events

    from tutor.tui.answer_input import Cell, LineEditor
    from tutor.tui.canvas import Canvas

#: Least and greatest width of a cell, without its mark; a cell is no wider than needed if there is little room.
MIN_CELL_WIDTH, MAX_CELL_WIDTH = 7, 16
#: The width of a cell where there is room.
_USUAL_WIDTH = 11
#: Cells of the mark behind a cell's text, and between two cells.
_MARK, _GAP = 2, 1


class AnswerGrid(CanvasWidget):
    """Shows the cells of a matrix with their marks; the screen handles the keys.

    What doesn't fit is scrolled, and the active cell stays in view.
    """

    can_focus = False
    #: The rows of the numbers of the columns.
    HEADER_ROWS: ClassVar[int] = 1

    class CellSelected(Message):
        """A cell was clicked."""

        def __init__(self, row: int, column: int) -> None:
            super().__init__()
            self.cell = (row, column)

    def __init__(self, glyphs: Glyphs = UNICODE, id: str | None = None) -> None:
        super().__init__(glyphs, id)
        self._cells: Sequence[Sequence[LineEditor]] = []
        self._marks: Sequence[Sequence[str]] = []
        self._active_cell: Cell = None
        self._is_active = False
        self._is_vector = False
        self._first_number = 1
        #: The row and the column that are first visible.
        self._first = (0, 0)

    def set_state(
        self,
        cells: Sequence[Sequence[LineEditor]],
        marks: Sequence[Sequence[str]],
        active_cell: Cell,
        active: bool,
        *,
        is_vector: bool = False,
        first_number: int = 1,
    ) -> None:
        """Show cells with their marks; `active` tells whether the active cell is being typed into.

        The row of a vector has no number. The first row and the first column have `first_number`.
        """
        is_same_shape = [len(row) for row in cells] == [len(row) for row in self._cells]
        self._cells, self._marks, self._active_cell, self._is_active = cells, marks, active_cell, active
        self._is_vector, self._first_number = is_vector, first_number
        if not is_same_shape:
            self._first = (0, 0)
        self._keep_in_view()
        self.repaint()
        self._place_cursor()

    def on_resize(self) -> None:
        super().on_resize()
        self._keep_in_view()
        self.call_after_refresh(self._place_cursor)

    # --- layout ---

    @property
    def _header(self) -> int:
        """The rows above the cells: none if the cells just fit, because then it is plain which is which."""
        just_fits = len(self._cells) == self.size.height and self._num_columns <= self._visible_columns
        return 0 if just_fits else self.HEADER_ROWS

    @property
    def _num_columns(self) -> int:
        return len(self._cells[0]) if self._cells else 0

    @property
    def _left(self) -> int:
        """The column of the first cell, behind the numbers of the rows and a gap."""
        return 1 if self._is_vector else len(str(len(self._cells))) + 2

    @property
    def _width(self) -> int:
        """The width of a cell without its mark: as its longest text needs, and more if there is room."""
        longest = max((cell_len(line.text) + 1 for row in self._cells for line in row), default=0)
        room = (self.size.width - self._left) // max(self._num_columns, 1) - _MARK - _GAP
        return min(max(longest, MIN_CELL_WIDTH, min(room, _USUAL_WIDTH)), MAX_CELL_WIDTH)

    @property
    def _stride(self) -> int:
        return self._width + _MARK + _GAP

    def _visible(self) -> tuple[int, int]:
        """Return how many rows and columns fit."""
        return max(self.size.height - self._header, 1), self._visible_columns

    @property
    def _visible_columns(self) -> int:
        return max((self.size.width - self._left + _GAP) // self._stride, 1)

    def _keep_in_view(self) -> None:
        """Scroll as little as needed to show the active cell."""
        rows, columns = self._visible()
        row, column = self._active_cell or self._first
        self._first = (
            _scrolled(self._first[0], row, rows, len(self._cells)),
            _scrolled(self._first[1], column, columns, self._num_columns),
        )

    # --- painting ---

    def paint(self, canvas: Canvas) -> None:
        rows, columns = self._visible()
        first_row, first_column = self._first
        last_row, last_column = min(first_row + rows, len(self._cells)), min(first_column + columns, self._num_columns)
        active = self._active_cell if self._is_active else None
        for column in range(first_column, last_column if self._header else first_column):
            x = self._left + (column - first_column) * self._stride
            is_here = active is not None and active[1] == column
            canvas.centre(x, self._width + _MARK, 0, [(str(column + self._first_number), self._number_style(is_here))])
        for row in range(first_row, last_row):
            y = self._header + row - first_row
            if not self._is_vector:
                is_here = active is not None and active[0] == row
                canvas.right(self._left - 1, y, [(str(row + self._first_number), self._number_style(is_here))])
            for column in range(first_column, last_column):
                self._paint_cell(canvas, self._left + (column - first_column) * self._stride, y, (row, column))
        self._paint_more(canvas, last_row, last_column)

    def _number_style(self, is_here: bool) -> Style:
        return self.palette.ink("bright" if is_here else "faint", bold=is_here)

    def _paint_more(self, canvas: Canvas, last_row: int, last_column: int) -> None:
        """Point to the rows and columns that are out of view."""
        style = self.palette.ink("muted", bold=True)
        end = self._left + (last_column - self._first[1]) * self._stride - _GAP
        if self._first[1] and self._header:
            canvas.put(self._left, 0, "◂", style)
        if last_column < self._num_columns and self._header:
            canvas.put(min(end, canvas.width) - 1, 0, "▸", style)
        if self._first[0]:
            canvas.put(0, 0, "▴", style)
        if last_row < len(self._cells):
            canvas.put(0, canvas.height - 1, "▾", style)

    def _paint_cell(self, canvas: Canvas, x: int, y: int, cell: tuple[int, int]) -> None:
        palette, line = self.palette, self._cells[cell[0]][cell[1]]
        mark = self._marks[cell[0]][cell[1]] if self._marks else ""
        width = self._width + _MARK
        if self._is_active and cell == self._active_cell:
            self._paint_active(canvas, x, y, line, mark)
            return
        hue = "wrong" if mark == self.glyphs.incorrect else "backward"
        canvas.fill(x, y, width, 1, palette.ink(on="raised"), " ")
        text = truncate(line.text, self._width, self.glyphs.ellipsis) or self.glyphs.placeholder
        colour = hue if line.text else "faint"
        canvas.right(x + self._width, y, [(text, palette.ink(colour, on="raised", bold=bool(line.text)))])
        if mark:
            colour = "right" if mark == self.glyphs.correct else "wrong"
            canvas.put(x + self._width + 1, y, mark, palette.ink(colour, on="raised", bold=True))

    def _paint_active(self, canvas: Canvas, x: int, y: int, line: LineEditor, mark: str) -> None:
        """Paint the cell that is typed into, on reversed cells, with the cursor."""
        palette = self.palette
        chip = palette.chip("wrong" if mark == self.glyphs.incorrect and line.checked else "backward")
        canvas.fill(x, y, self._width + _MARK, 1, chip, " ")
        has_brackets = palette.needs_brackets or self.glyphs.ascii
        if has_brackets:
            canvas.put(x, y, "[", chip)
            canvas.put(x + self._width + _MARK - 1, y, "]", chip)
        shown, start, cursor = self._window(line)
        canvas.put(x + start, y, shown, chip)
        under = line.text[line.cursor : line.cursor + 1] or " "
        canvas.put(x + cursor, y, under, palette.ink("bright", bold=True, underline=True))
        if mark:
            canvas.put(x + self._width + (not has_brackets), y, mark, chip)

    def _window(self, line: LineEditor) -> tuple[str, int, int]:
        """Return the part of the active cell around its cursor, and the columns of this part and of the cursor."""
        first = 0
        while cell_len(line.text[first : line.cursor]) > self._width - 2:
            first += 1
        shown = line.text[first:]
        while cell_len(shown) > self._width - 1:
            shown = shown[:-1]
        before = cell_len(line.text[first : line.cursor])
        start = self._width - max(cell_len(shown), before)
        return shown, start, start + before

    # --- cursor and mouse ---

    def _place_cursor(self) -> None:
        """Put the terminal's cursor into the active cell: input methods open their window there."""
        if not (self._is_active and self._active_cell is not None and self.is_attached and self.display):
            return
        row, column = self._active_cell
        _shown, _start, cursor = self._window(self._cells[row][column])
        x = self._left + (column - self._first[1]) * self._stride + cursor
        self.app.cursor_position = self.region.offset + Offset(x, self._header + row - self._first[0])

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if offset is None or offset.x < self._left or offset.y < self._header:
            return
        row, column = self._first[0] + offset.y - self._header, self._first[1] + (offset.x - self._left) // self._stride
        if row < len(self._cells) and column < self._num_columns:
            self.post_message(self.CellSelected(row, column))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self._scroll(event, 1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self._scroll(event, -1)

    def _scroll(self, event: events.MouseEvent, rows: int) -> None:
        """Scroll the rows without moving the active cell."""
        first = max(0, min(self._first[0] + rows, len(self._cells) - self._visible()[0]))
        if first != self._first[0]:
            event.stop()
            self._first = (first, self._first[1])
            self.repaint()


def _scrolled(first: int, wanted: int, visible: int, total: int) -> int:
    """Return the first visible line when as little as needed is scrolled to show a line."""
    return max(0, min(max(min(first, wanted), wanted - visible + 1), total - visible))
