"""A list of rows with a label and a value, below headings; the cursor's row has a bar, and arrows if its value turns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.geometry import Offset
from textual.message import Message

from tutor.drawing.cell_width import truncate
from tutor.tui.themes import HUES
from tutor.tui.widgets.canvas import CanvasWidget

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events
    from textual.geometry import Size

    from tutor.glyphs import Glyphs
    from tutor.tui.canvas import Canvas
    from tutor.tui.themes import Palette

#: Cells before a label, and between it and the value.
_MARGIN, _GAP = 2, 3
#: The share of the width that labels take at most.
_MAX_LABEL_SHARE = 0.6
_WHEEL_ROWS = 3


@dataclass(frozen=True, slots=True)
class Row:
    """A row. One without an `id` is a heading, or free if it has no label either."""

    id: str = ""
    label: str = ""
    value: str = ""
    #: A note in a fainter colour at the right.
    note: str = ""
    #: Whether the arrow keys change the value.
    turns: bool = False
    #: Whether the row is marked, and emphasised.
    is_marked: bool = False
    #: Whether nothing can be done with the row now.
    is_dim: bool = False
    #: Parts of the label that are underlined: the first character, and the one after the last.
    spans: Sequence[tuple[int, int]] = ()
    #: The palette whose hues are shown at the right.
    swatch: Palette | None = None


class RowList(CanvasWidget, can_focus=True):
    """Shows rows. The cursor moves by keys, the view by the wheel, and a click moves the cursor or turns a value."""

    #: Whether a click acts at once, without moving the cursor first.
    ACTS_AT_ONCE: ClassVar[bool] = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move_by(-1)", show=False),
        Binding("down", "move_by(1)", show=False),
        Binding("home", "move_by(-100000)", show=False),
        Binding("end", "move_by(100000)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
    ]

    class Highlighted(Message):
        """The cursor has moved to a row."""

        def __init__(self, id: str) -> None:
            super().__init__()
            self.id = id

    class Clicked(Message):
        """The row under the cursor was clicked: on its label, or on its value for a `step` forwards or backwards."""

        def __init__(self, id: str, step: int) -> None:
            super().__init__()
            self.id = id
            self.step = step

    def __init__(self, glyphs: Glyphs, rows: Sequence[Row], current: str = "", id: str | None = None) -> None:
        """Show rows, with the cursor at the one with the id `current` or at the first."""
        super().__init__(glyphs, id=id)
        self.rows = rows
        self._index = self._find(current)
        self._top = 0
        #: Whether the cursor is kept in view: not after the wheel has moved the view.
        self._follows_cursor = True
        self._value_x = 0

    def _find(self, id: str) -> int:
        indices = [index for index, row in enumerate(self.rows) if row.id]
        return next((index for index in indices if self.rows[index].id == id), indices[0] if indices else 0)

    @property
    def current(self) -> str:
        """Return the id of the row under the cursor."""
        return self.rows[self._index].id if self.rows else ""

    def show(self, rows: Sequence[Row], *, from_first: bool = False) -> None:
        """Show other rows; the cursor stays at the same one if it is among them, and not `from_first`."""
        current = "" if from_first else self.current
        has_other_height = len(rows) != len(self.rows)
        self.rows = rows
        self._index, self._top = self._find(current), 0 if from_first else self._top
        self._follows_cursor = True
        self.repaint()
        if has_other_height and self.styles.is_auto_height:
            self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self.rows)

    @property
    def cursor_screen_offset(self) -> Offset:
        """The cell of the row under the cursor, which screen readers and magnifiers follow."""
        x, y, _width, _height = self.content_region
        return Offset(x, y + min(max(self._index - self._top, 0), max(self.size.height - 1, 0)))

    # --- moving ---

    def action_move_by(self, step: int) -> None:
        """Move the cursor by some rows, headings not counted, and not beyond the ends."""
        indices = [index for index, row in enumerate(self.rows) if row.id]
        if indices:
            at = indices.index(self._index) if self._index in indices else 0
            self._move_to(indices[min(max(at + step, 0), len(indices) - 1)])

    def action_page(self, step: int) -> None:
        self.action_move_by(step * max(self.size.height - 2, 1))

    def _move_to(self, index: int) -> None:
        has_moved = index != self._index
        self._index = index
        self._follows_cursor = True
        self.repaint()
        if has_moved:
            self.post_message(self.Highlighted(self.current))

    def _keep_in_view(self) -> None:
        # With the heading above the row, and the first heading if there is nothing above it.
        first = self._index
        while first > 0 and not self.rows[first - 1].id:
            first -= 1
        height = max(self.size.height, 1)
        self._top = max(min(self._top, first, max(len(self.rows) - height, 0)), self._index - height + 1, 0)

    # --- the mouse ---

    def _on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self._scroll(event, _WHEEL_ROWS)

    def _on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self._scroll(event, -_WHEEL_ROWS)

    def _scroll(self, event: events.MouseEvent, rows: int) -> None:
        event.stop()
        self._follows_cursor = False
        self._top = min(max(self._top + rows, 0), max(len(self.rows) - self.size.height, 0))
        self.repaint()

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        index = -1 if offset is None else self._top + offset.y
        if offset is None or not 0 <= index < len(self.rows) or not self.rows[index].id:
            return
        was_current, row = index == self._index, self.rows[index]
        self._move_to(index)
        is_on_value = row.turns and self._value_x - _GAP < offset.x
        if is_on_value or was_current or self.ACTS_AT_ONCE:
            is_back = row.turns and was_current and offset.x < self._value_x
            self.post_message(self.Clicked(row.id, (-1 if is_back else 1) if is_on_value else 0))

    # --- painting ---

    def paint(self, canvas: Canvas) -> None:
        self._value_x = self._value_column(canvas.width)
        if self._follows_cursor:
            # Here, because only now is the height known for certain.
            self._keep_in_view()
        self._top = min(self._top, max(len(self.rows) - canvas.height, 0))
        for y in range(canvas.height):
            index = self._top + y
            if index >= len(self.rows):
                break
            row = self.rows[index]
            if row.id:
                self._paint_row(canvas, y, row, is_current=index == self._index)
            elif row.label:
                self.paint_heading(canvas, y, self.glyphs.render(row.label))
        self._paint_scroll_bar(canvas)

    def paint_heading(self, canvas: Canvas, y: int, text: str) -> None:
        """Paint a heading, on a line across the list."""
        canvas.rule(0, y, canvas.width - 2, [(text, self.palette.ink("muted", bold=True))])

    def _value_column(self, width: int) -> int:
        labels = [cell_len(self.glyphs.render(row.label)) for row in self.rows if row.id and row.value]
        return _MARGIN + min(max(labels, default=0), int(width * _MAX_LABEL_SHARE)) + _GAP

    def _paint_row(self, canvas: Canvas, y: int, row: Row, *, is_current: bool) -> None:
        palette, glyphs = self.palette, self.glyphs
        on = "raised" if is_current else self.GROUND
        end = canvas.width - 2
        if is_current:
            is_plain = palette.colours != "all"
            canvas.fill(0, y, end + 1, 1, palette.ink("bright", on=on, bold=is_plain))
            canvas.put(0, y, "▌", palette.ink("backward", on=on))
        tail = [(glyphs.render(row.note), palette.ink("muted", on=on))] if row.note else []
        if row.swatch is not None:
            tail += [("■", Style(color=getattr(row.swatch, hue))) for hue in HUES]
        label_end = self._value_x - 1 if row.value else end - 1 - sum(cell_len(text) for text, _style in tail)
        is_strong = is_current or row.is_marked
        label = truncate(glyphs.render(row.label), max(label_end - _MARGIN, 1), glyphs.ellipsis)
        colour = "muted" if row.is_dim else "bright" if is_strong else "text"
        canvas.put(_MARGIN, y, label, palette.ink(colour, on=on, bold=is_strong))
        self._underline(canvas, y, row, label)
        if row.value:
            self._paint_value(canvas, y, row, on, is_current=is_current)
        if tail:
            canvas.right(end, y, tail)
        if is_current and palette.colours == "none":
            row_styles = canvas.styles[y]
            row_styles[1 : end + 1] = [style + Style(reverse=True) for style in row_styles[1 : end + 1]]

    def _underline(self, canvas: Canvas, y: int, row: Row, label: str) -> None:
        """Underline the parts of a label that its row names, where the label is shown as it is."""
        if self.glyphs.render(row.label) != row.label:
            return
        for begin, end in row.spans:
            x, width = _MARGIN + cell_len(row.label[:begin]), cell_len(label[begin:end])
            for column in range(x, x + width):
                canvas.styles[y][column] += Style(underline=True)

    def _paint_value(self, canvas: Canvas, y: int, row: Row, on: str, *, is_current: bool) -> None:
        palette, glyphs = self.palette, self.glyphs
        room = canvas.width - 4 - self._value_x - (cell_len(row.note) + 1 if row.note else 0)
        value = truncate(glyphs.render(row.value), max(room, 1), glyphs.ellipsis)
        style = palette.ink("bright" if is_current or row.is_marked else "muted", on=on, bold=row.is_marked)
        end = canvas.put(self._value_x, y, value, style)
        if row.turns and is_current:
            canvas.put(self._value_x - 2, y, "◂", palette.ink("muted", on=on))
            canvas.put(end + 1, y, "▸", palette.ink("muted", on=on))

    def _paint_scroll_bar(self, canvas: Canvas) -> None:
        count, height = len(self.rows), canvas.height
        if count <= height or not height:
            return
        thumb = max(height * height // count, 1)
        top = round(self._top * (height - thumb) / max(count - height, 1))
        for y in range(height):
            is_thumb = top <= y < top + thumb
            canvas.put(canvas.width - 1, y, "┃" if is_thumb else "│", self.palette.ink("edge" if is_thumb else "line"))
