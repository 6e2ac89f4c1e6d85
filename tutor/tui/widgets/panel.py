"""The panel beside the graph: what is asked, the answer, how it reads, and what is said to it."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.reactive import Reactive
from textual.widgets import Static

from tutor.drawing import Density
from tutor.i18n import _
from tutor.tui import words
from tutor.tui.desk import Desk
from tutor.tui.draft import Draft, Line
from tutor.tui.onward import Onward
from tutor.tui.signs import Signs
from tutor.tui.widgets.answer_grid import AnswerGrid
from tutor.tui.widgets.answer_line import AnswerLine

#: Rows of what is asked, the expression, how it reads, and something said with its reason.
_OTHER_ROWS = 8
#: Below so many rows what is said gets every row that nothing stands in.
_TIGHT_BELOW = 12


class _Text(Static):
    """A text that is painted once, with the size that the layout gave it.

    Textual would arrange all anew to find the same size, and paint it a second time.
    """

    virtual_size = Reactive(Size(0, 0), repaint=False)


class _Notes(VerticalScroll):
    """The same for what is said. Where its scroll bar comes or goes, all is arranged anew."""

    virtual_size = Reactive(Size(0, 0), repaint=False)


class Panel(Vertical):
    """Shows the focused place of a desk; holds no state of its own."""

    def __init__(self, signs: Signs, id: str | None = None) -> None:
        super().__init__(id=id)
        self.signs = signs
        #: Whether more is said than is in sight, further below.
        self.more = False
        self._shown: tuple[Desk, Density, Onward] | None = None

    class Scrolled(Message):
        """Whether more text follows below has changed."""

    def on_mount(self) -> None:
        notes = self.query_one("#notes-scroll", VerticalScroll)
        for name in ("scroll_y", "virtual_size", "show_vertical_scrollbar"):
            self.watch(notes, name, self._look_for_more, init=False)

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.height < _TIGHT_BELOW, "-tight")
        if self._shown is not None:
            self.show(*self._shown)

    def _look_for_more(self) -> None:
        # What is below is known when the new layout stands.
        self.call_after_refresh(self._tell_of_more)

    def _tell_of_more(self) -> None:
        if not self.is_attached:
            return
        notes = self.query_one("#notes-scroll", VerticalScroll)
        more = notes.scroll_offset.y < notes.max_scroll_y
        if more != self.more:
            self.more = more
            self.post_message(self.Scrolled())

    def compose(self) -> ComposeResult:
        yield _Text(id="asks")
        yield _Text(id="around")
        yield AnswerGrid(self.signs, id="grid")
        yield AnswerLine(id="answer")
        yield _Text(id="live")
        with _Notes(id="notes-scroll", can_focus=False):
            yield _Text(id="notes")

    def show(self, desk: Desk, density: Density, onward: Onward) -> None:
        """Show the desk as it is now."""
        self._shown = (desk, density, onward)
        width = max(self.size.width - 2, 1)
        self._update("asks", words.quantity(desk, self.signs))
        self._show_around(desk, density, width)
        done = desk.worksheet.done and desk.draft.empty
        self.set_class(done, "-done")
        self._show_answer(desk, width)
        says = words.summary(desk, self.signs, onward, width) if done else words.notes(desk, self.signs)
        if self._update("notes", says):
            self.notes_home()
        self._look_for_more()

    def notes_home(self) -> None:
        """Bring the beginning of what is said into sight."""
        self.query_one("#notes-scroll", VerticalScroll).scroll_home(animate=False)

    def _show_around(self, desk: Desk, density: Density, width: int) -> None:
        """The values around the focused edge where the drawing has none; cells that are typed into come first."""
        values = words.around(desk, self.signs, width) if density == "compact" else Content("")
        rows = values.plain.count("\n") + 1 + (desk.place.shape[0] if desk.place.shape else 0)
        fits = rows + _OTHER_ROWS <= self.size.height
        busy = desk.in_grid or desk.hint_asked or desk.verdict is not None or desk.news is not None
        self.query_one("#around").set_class(density == "compact" and (fits or not busy), "-shown")
        self._update("around", values)

    def _show_answer(self, desk: Desk, width: int) -> None:
        signs, draft = self.signs, desk.draft
        grid, answer = self.query_one("#grid", AnswerGrid), self.query_one("#answer", AnswerLine)
        in_cells = desk.in_grid and draft.at is not None
        grid.set_class(desk.place.shape is None, "-none")
        if desk.place.shape:
            shown = draft if any(line.text for row in draft.cells for line in row) else standing_cells(desk)
            grid.show(shown.cells, cell_marks(desk, shown, signs), draft.at, in_cells)
            prompt = _("or as an expression: ") if desk.in_grid or draft.expression.text else ""
            answer.show(
                draft.expression, signs.text(prompt), words.standing(desk, signs), desk.in_grid and not in_cells
            )
        else:
            answer.show(draft.expression, f"{signs.point} ", words.standing(desk, signs), not desk.given)
        error = desk.reading().error
        column = 0
        if error is not None and draft.at is None:
            column = answer.column(error.at)
        self._update("live", words.live(desk, signs, column, width), layout=False)

    def _update(self, id: str, shown: Content, layout: bool = True) -> bool:
        """Show a text where it differs from what is shown; whether it did. `layout`: its height may change."""
        static = self.query_one(f"#{id}", Static)
        before = static.content
        if before == shown:
            return False
        # Most moves of the focus change one line for another, and nothing has to be arranged anew.
        room = self.size.width - 2
        alike = all(
            isinstance(text, Content) and "\n" not in text.plain and 0 < text.cell_length <= room
            for text in (before, shown)
        )
        static.update(shown, layout=layout and not alike)
        return True

    def scroll_notes(self, pages: int) -> None:
        """Scroll what is said by whole pages."""
        notes = self.query_one("#notes-scroll", VerticalScroll)
        notes.scroll_relative(y=pages * max(notes.size.height - 1, 1), animate=False)


def standing_cells(desk: Desk) -> Draft:
    """What stands in a matrix's place, in cells; nothing typed."""
    draft = Draft(desk.place.shape)
    rows = desk.worksheet.value_text(desk.at)
    draft.fill(rows)
    return draft


def cell_marks(desk: Desk, draft: Draft, signs: Signs) -> list[list[str]]:
    """The mark of each cell: of the last verdict, where the cell is as it was then."""
    verdict = desk.entry.verdict
    if verdict is None or not verdict.cells:
        return []
    checked = desk.worksheet.value_text(desk.at)

    def mark(line: Line, text: str, right: bool) -> str:
        same = line.text.strip().replace("-", "−") == text.replace("-", "−")
        return (signs.right if right else signs.wrong) if same else ""

    return [
        [mark(line, text, right) for line, text, right in zip(lines, texts, row, strict=True)]
        for lines, texts, row in zip(draft.cells, checked, verdict.cells, strict=True)
    ]
