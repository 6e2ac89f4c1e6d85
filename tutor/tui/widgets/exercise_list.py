"""The list of the home screen: actions, packs that unfold, exercises; the title of a pack stays while it scrolls."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, NamedTuple

from rich.style import Style
from textual.binding import Binding, BindingType
from textual.message import Message

from tutor.drawing.cell_width import truncate
from tutor.tui.canvas import line_bar, runs_width, wrap
from tutor.tui.home_rows import REVIEW, ActionRow, ExerciseRow, NoteRow, PackRow, render_words
from tutor.tui.widgets.canvas import CanvasWidget

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events

    from tutor.glyphs import Glyphs
    from tutor.tui.canvas import Canvas, Run
    from tutor.tui.home_rows import Row, RowKey

#: Cells before a name and after the last cell of a row.
_LEFT, _RIGHT = 2, 3
#: Cells of a pack's bar in a narrow list, and from this width on in a wide one.
_BAR, _WIDE_BAR, _WIDE = 12, 14, 60
#: A narrower list has no bars.
_MIN_WIDTH_FOR_BARS = 46
_REVERSED = Style(reverse=True)
#: Rows that a turn of the wheel scrolls.
_WHEEL_ROWS = 3


class _Line(NamedTuple):
    """One line of the list: the row it is part of, and for a note which line of it."""

    row: int
    part: int = 0


class ExerciseList(CanvasWidget, inherit_bindings=False):
    """A list with a cursor. What a row does when it is chosen is left to the screen."""

    can_focus = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("home", "first", show=False),
        Binding("end", "last", show=False),
    ]

    class Highlighted(Message):
        """The cursor is on another row."""

    class Chosen(Message):
        """The highlighted row was clicked."""

    class FoldRequested(Message):
        """A pack was clicked."""

    def __init__(self, rows: Sequence[Row], glyphs: Glyphs, id: str | None = None) -> None:
        super().__init__(glyphs, id)
        self.rows: Sequence[Row] = rows
        self._cursor = next((at for at, row in enumerate(rows) if _is_selectable(row)), 0)
        #: The first line that is shown.
        self._top = 0
        self._lines: list[_Line] = []
        self._lines_width = -1
        self._notes: dict[int, list[str]] = {}

    # --- rows and the cursor ---

    @property
    def highlighted_row(self) -> Row | None:
        """The row with the cursor; None if there is no row to choose."""
        row = self.rows[self._cursor] if self._cursor < len(self.rows) else None
        return row if row is not None and _is_selectable(row) else None

    def set_rows(self, rows: Sequence[Row], highlighted: RowKey | None = None) -> None:
        """Show other rows. The cursor goes to the row with a key, else it stays on its row, else near it."""
        before = self.highlighted_row
        wanted = highlighted or (before.key if before is not None else None)
        self.rows = rows
        self._lines_width = -1
        keys = [row.key for row in rows]
        if wanted in keys:
            self._cursor = keys.index(wanted)
        else:
            self._cursor = self._nearest(min(self._cursor, len(rows) - 1))
        self._moved(before)

    def _nearest(self, index: int) -> int:
        """Return the nearest row that can be chosen, those above first."""
        above = [at for at in range(index, -1, -1) if _is_selectable(self.rows[at])]
        below = [at for at in range(index + 1, len(self.rows)) if _is_selectable(self.rows[at])]
        return next(iter((*above, *below)), 0)

    def move(self, by: int) -> None:
        """Move the cursor by some rows, but not beyond the first or the last."""
        before = self.highlighted_row
        selectable = [at for at, row in enumerate(self.rows) if _is_selectable(row)]
        if self._cursor in selectable:
            at = selectable.index(self._cursor) + by
            self._cursor = selectable[max(0, min(at, len(selectable) - 1))]
            self._moved(before)

    def highlight_key(self, key: RowKey) -> None:
        """Move the cursor to the row with a key if there is one."""
        before = self.highlighted_row
        self._cursor = next((at for at, row in enumerate(self.rows) if row.key == key), self._cursor)
        self._moved(before)

    def action_page(self, pages: int) -> None:
        self.move(pages * max(self.size.height - 2, 1))

    def action_first(self) -> None:
        self.move(-len(self.rows))

    def action_last(self) -> None:
        self.move(len(self.rows))

    def _moved(self, before: Row | None) -> None:
        self._scroll_to_cursor()
        self.repaint()
        now = self.highlighted_row
        if now is not None and (before is None or now.key != before.key):
            self.post_message(self.Highlighted())

    # --- lines and scrolling ---

    def _layout(self) -> list[_Line]:
        """Return the lines of all rows after an empty one; notes take as many as they need."""
        if self._lines_width != self.size.width:
            self._lines_width = self.size.width
            room = max(self.size.width - _LEFT - _RIGHT - 5, 8)
            self._notes = {
                at: wrap(self.glyphs.render(row.text), room)
                for at, row in enumerate(self.rows)
                if isinstance(row, NoteRow)
            }
            self._lines = [
                _Line(at, part) for at in range(len(self.rows)) for part in range(len(self._notes.get(at, " ")))
            ]
        return self._lines

    def _scroll_to_cursor(self) -> None:
        """Scroll so that the cursor has a row before and after it; the first row may be covered by a pack's title."""
        lines, height = self._layout(), max(self.size.height, 1)
        line = next((number for number, line in enumerate(lines, 1) if line.row == self._cursor), 1)
        # Line 0 is the empty one above the first row.
        if line <= self._top + 1:
            self._top = 0 if line <= 2 else max(line - 2, 0)
        last_part = line
        while last_part < len(lines) and lines[last_part].row in (self._cursor, self._note_after()):
            last_part += 1
        wanted = min(last_part, line + max(height - 3, 0))
        if wanted > self._top + height - 2:
            self._top = wanted - height + 2
        self._clamp()

    def _note_after(self) -> int:
        """Return the row after the cursor if it is a reason that belongs to it, else the cursor's own."""
        after = self._cursor + 1
        row = self.rows[after] if after < len(self.rows) else None
        return after if isinstance(row, NoteRow) and row.is_error else self._cursor

    def _clamp(self) -> None:
        self._top = max(0, min(self._top, len(self._layout()) + 1 - self.size.height))

    def _scroll_by(self, lines: int) -> None:
        self._top += lines
        self._clamp()
        self.repaint()

    def on_resize(self) -> None:
        self._scroll_to_cursor()
        super().on_resize()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self._scroll_by(_WHEEL_ROWS)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self._scroll_by(-_WHEEL_ROWS)

    # --- the mouse ---

    def row_at(self, y: int) -> int | None:
        """Return the position of the row at a line of the widget."""
        if y == 0 and (sticky := self._sticky()) is not None:
            return sticky
        lines, number = self._layout(), y + self._top - 1
        return lines[number].row if 0 <= number < len(lines) else None

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        at = self.row_at(offset.y) if offset is not None else None
        if at is None or at >= len(self.rows) or not _is_selectable(self.rows[at]):
            return
        event.stop()
        before, was_highlighted = self.highlighted_row, at == self._cursor
        self._cursor = at
        self._moved(before)
        row = self.rows[at]
        if isinstance(row, PackRow):
            self.post_message(self.FoldRequested())
        elif was_highlighted:
            self.post_message(self.Chosen())

    # --- painting ---

    def _sticky(self) -> int | None:
        """Return the pack whose title covers the first line, because its own line is above it."""
        lines = self._layout()
        if not 1 <= self._top <= len(lines):
            return None
        first = lines[self._top - 1].row
        if isinstance(self.rows[first], PackRow):
            return first
        packs = [at for at in range(first) if isinstance(self.rows[at], PackRow)]
        return packs[-1] if packs else None

    def paint(self, canvas: Canvas) -> None:
        lines, sticky = self._layout(), self._sticky()
        for y in range(canvas.height):
            number = y + self._top - 1
            if y == 0 and sticky is not None:
                self._paint_row(canvas, y, sticky, 0)
            elif 0 <= number < len(lines):
                self._paint_row(canvas, y, *lines[number])
        self._paint_scrollbar(canvas, len(lines) + 1)

    def _paint_scrollbar(self, canvas: Canvas, num_lines: int) -> None:
        height = canvas.height
        if num_lines <= height or height < 2:
            return
        size = max(1, height * height // num_lines)
        begin = self._top * (height - size) // max(num_lines - height, 1)
        for y in range(begin, begin + size):
            canvas.put(canvas.width - 1, y, "┃" if self.glyphs.ascii else "▐", canvas.palette.ink("edge"))

    def _paint_row(self, canvas: Canvas, y: int, at: int, part: int) -> None:
        row, is_cursor = self.rows[at], at == self._cursor
        palette = canvas.palette
        ground = "raised" if is_cursor else "ground"
        if is_cursor:
            canvas.fill(0, y, canvas.width - 1, 1, palette.ink(on="raised"), " ")
            canvas.put(0, y, "▌", palette.ink("backward", on="raised", bold=True))
        end = canvas.width - _RIGHT
        if isinstance(row, NoteRow):
            self._paint_note(canvas, y, at, part)
        elif isinstance(row, ActionRow):
            self._paint_action(canvas, y, row, end, ground)
        elif isinstance(row, PackRow):
            self._paint_pack(canvas, y, row, end, ground)
        else:
            self._paint_exercise(canvas, y, row, end, ground, is_cursor)
        if is_cursor and palette.colours == "none":
            canvas.styles[y][:end] = [style + _REVERSED for style in canvas.styles[y][:end]]

    def _paint_note(self, canvas: Canvas, y: int, at: int, part: int) -> None:
        row, palette = self.rows[at], canvas.palette
        assert isinstance(row, NoteRow)
        if not row.text:
            canvas.put(_LEFT, y, "─" * max(canvas.width - _LEFT - _RIGHT, 0), palette.ink("line"))
            return
        style = palette.ink("wrong" if row.is_error else "help")
        lead = f"{self.glyphs.error} " if row.is_error and part == 0 else "  "
        canvas.runs(_LEFT + 3, y, [(lead, style), (self._notes[at][part], style)])

    def _paint_action(self, canvas: Canvas, y: int, row: ActionRow, end: int, ground: str) -> None:
        palette, render = canvas.palette, self.glyphs.render
        names = [render(other.name) for other in self.rows if isinstance(other, ActionRow)]
        start = _LEFT + max(runs_width([(name, palette.ink())]) for name in names) + 2
        canvas.put(_LEFT, y, render(row.name), palette.ink("bright", on=ground, bold=True))
        detail = truncate(render_words(row.detail, self.glyphs), max(end - start, 0), self.glyphs.ellipsis)
        has_due = row.id == REVIEW and "·" in row.detail
        canvas.put(start, y, detail, palette.ink("help" if has_due else "muted", on=ground))

    def _paint_pack(self, canvas: Canvas, y: int, row: PackRow, end: int, ground: str) -> None:
        palette = canvas.palette
        num_exercises = len(row.pack.entries)
        count = f"{row.solved}/{num_exercises}"
        tail: list[Run] = [(count.rjust(self._count_width()), palette.ink("muted", on=ground))]
        if canvas.width >= _MIN_WIDTH_FOR_BARS:
            width = _WIDE_BAR if canvas.width >= _WIDE else _BAR
            on, off = palette.ink("right", on=ground), palette.ink("line", on=ground)
            tail = [*line_bar(row.solved, num_exercises, width, on, off), (" ", off), *tail]
        start = canvas.right(end, y, tail)
        style = palette.ink("bright", on=ground, bold=True)
        signs = "-+" if self.glyphs.ascii else "▾▸"
        canvas.put(_LEFT, y, signs[0 if row.is_open else 1], palette.ink("muted", on=ground))
        self._put_title(canvas, _LEFT + 2, y, str(row.pack.title), start - 1, style)

    def _paint_exercise(self, canvas: Canvas, y: int, row: ExerciseRow, end: int, ground: str, is_cursor: bool) -> None:
        palette, glyphs = canvas.palette, self.glyphs
        mark, mark_hue, title_hue, note_hue = {
            "new": (glyphs.new, "faint", "text", "faint"),
            "begun": (glyphs.started, "backward", "text", "backward"),
            "revealed": (glyphs.revealed, "help", "muted", "faint"),
            "solved": (glyphs.correct, "right", "muted", "faint"),
            "first-try": (glyphs.correct, "right", "muted", "faint"),
            "broken": (glyphs.error, "wrong", "text", "faint"),
        }[row.state]
        if is_cursor:
            title_hue = "bright"
        tail: list[Run] = [(glyphs.coded + " " * bool(row.note), palette.ink("right", on=ground))] * row.in_code
        start = canvas.right(end, y, [*tail, (glyphs.render(row.note), palette.ink(note_hue, on=ground))])
        canvas.put(_LEFT + 3, y, mark, palette.ink(mark_hue, on=ground, bold=True))
        style = palette.ink(title_hue, on=ground, bold=is_cursor)
        self._put_title(canvas, _LEFT + 5, y, str(row.entry.title), start - 1, style)

    def _put_title(self, canvas: Canvas, x: int, y: int, title: str, end: int, style: Style) -> None:
        canvas.put(x, y, truncate(self.glyphs.render(title), max(end - x, 0), self.glyphs.ellipsis), style)

    def _count_width(self) -> int:
        """Return the width of the longest count of solved exercises."""
        packs = [row.pack for row in self.rows if isinstance(row, PackRow)]
        return max((2 * len(str(len(pack.entries))) + 1 for pack in packs), default=0)


def _is_selectable(row: Row) -> bool:
    return not isinstance(row, NoteRow)
