"""A painted list with a cursor: rows may have several lines, and lines without a row are headings."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.geometry import Offset
from textual.message import Message

from tutor.glyphs import UNICODE, Glyphs
from tutor.tui.widgets.canvas import CanvasWidget

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from textual import events

    from tutor.tui.canvas import Canvas, Run

#: The rows that the mouse wheel moves.
_WHEEL_ROWS = 3


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a list: how it is painted, and the id of the row that it belongs to.

    `paint` gets the canvas, the row of the canvas and the name of the ground that the line stands on. `marks` are the
    rows that single cells of a line stand for, by their column.
    """

    paint: Callable[[Canvas, int, str], object]
    id: str | None = None
    marks: Mapping[int, str] = field(default_factory=dict)


class CursorList(CanvasWidget, can_focus=True):
    """Lines below a title, as many as fit around the row with the cursor; a bar at the right shows where they are."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", show=False),
        Binding("down", "move(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("home", "move(-100000)", show=False),
        Binding("end", "move(100000)", show=False),
    ]

    class Highlighted(Message):
        """The cursor has moved to another row, or the list got or lost the focus."""

    class Selected(Message):
        """A row was clicked."""

        def __init__(self, row: str) -> None:
            super().__init__()
            self.row = row

    def __init__(self, glyphs: Glyphs = UNICODE, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(glyphs, id, classes)
        self._lines: list[Line] = []
        self._ids: list[str] = []
        self._top = 0
        #: The id of the row with the cursor.
        self.highlighted: str | None = None

    # --- for subclasses ---

    def title(self) -> tuple[Sequence[Run], Sequence[Run]]:
        """Return the texts on the left and on the right of the rule above the list."""
        raise NotImplementedError

    def footer(self) -> list[list[Run]]:
        """Return lines below the list."""
        return []

    def set_lines(self, lines: Sequence[Line]) -> None:
        """Show other lines; the cursor stays on its row if that is still there."""
        self._lines = list(lines)
        self._ids = list(dict.fromkeys(line.id for line in lines if line.id is not None))
        if self.highlighted not in self._ids:
            self.highlighted = self._ids[0] if self._ids else None
        self._keep_in_view()
        self.repaint()

    # --- painting ---

    def paint(self, canvas: Canvas) -> None:
        left, right = self.title()
        canvas.rule(0, 0, canvas.width, left, right)
        self._keep_in_view()
        room = self._room()
        for y, line in enumerate(self._lines[self._top : self._top + room], 1):
            is_here = self.has_focus and line.id is not None and line.id == self.highlighted
            ground = "raised" if is_here else "ground"
            if is_here:
                canvas.fill(0, y, canvas.width, 1, self.palette.ink("bright", on="raised"))
                canvas.put(0, y, "▌", self.palette.ink("backward", on="raised"))
            line.paint(canvas, y, ground)
        self._paint_thumb(canvas, room)
        for y, runs in enumerate(self.footer(), canvas.height - len(self.footer())):
            canvas.runs(2, y, runs, limit=canvas.width - 1)

    def _paint_thumb(self, canvas: Canvas, room: int) -> None:
        total = len(self._lines)
        if total <= room or room <= 0:
            return
        size = max(1, room * room // total)
        start = round(self._top / (total - room) * (room - size))
        for y in range(start, start + size):
            canvas.put(canvas.width - 1, 1 + y, "┃", self.palette.ink("edge"))

    def _room(self) -> int:
        """Return the rows for lines: below the title, above the footer."""
        return max(self.size.height - 1 - len(self.footer()), 0)

    def _keep_in_view(self) -> None:
        """Scroll as little as needed to show the row with the cursor; the headings above the first row, too."""
        room = self._room()
        rows = [number for number, line in enumerate(self._lines) if line.id and line.id == self.highlighted]
        if rows:
            is_first = self.highlighted == self._ids[0]
            first, last = 0 if is_first and rows[-1] < room else rows[0], rows[-1]
            self._top = min(max(self._top, last - room + 1), first)
        self._top = max(0, min(self._top, len(self._lines) - room))

    @property
    def cursor_screen_offset(self) -> Offset:
        """The cell of the row with the cursor, which screen readers and magnifiers follow."""
        at = next((number for number, line in enumerate(self._lines) if line.id and line.id == self.highlighted), 0)
        return self.content_region.offset + Offset(0, max(0, min(at - self._top + 1, self.size.height - 1)))

    # --- keys and mouse ---

    def highlight(self, row: str) -> None:
        """Move the cursor to a row."""
        if row in self._ids and row != self.highlighted:
            self.highlighted = row
            self.repaint()
            self.post_message(self.Highlighted())

    def action_move(self, rows: int) -> None:
        if self.highlighted is not None:
            at = self._ids.index(self.highlighted) + rows
            self.highlight(self._ids[max(0, min(at, len(self._ids) - 1))])

    def action_page(self, pages: int) -> None:
        self.action_move(pages * max(self._room() - 1, 1))

    def on_focus(self) -> None:
        self.repaint()
        self.post_message(self.Highlighted())

    def on_blur(self) -> None:
        self.repaint()

    def on_click(self, event: events.Click) -> None:
        number = self._top + event.y - 1
        if not (1 <= event.y <= self._room() and number < len(self._lines)):
            return
        line = self._lines[number]
        if event.x in line.marks:
            self.highlight(line.marks[event.x])
        elif line.id is not None:
            was_highlighted = line.id == self.highlighted
            self.highlight(line.id)
            # As at home: a click highlights, a second one opens.
            if was_highlighted:
                self.post_message(self.Selected(line.id))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self._scroll(_WHEEL_ROWS)
        event.stop()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self._scroll(-_WHEEL_ROWS)
        event.stop()

    def _scroll(self, rows: int) -> None:
        """Move the cursor with the wheel if there is more than fits."""
        if len(self._lines) > self._room():
            self.action_move(rows)
