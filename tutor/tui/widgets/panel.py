"""The panel beside the graph: what is asked, the answer, how it reads, and what is said to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.reactive import Reactive
from textual.widgets import Static

from tutor.i18n import _
from tutor.tui import panel_content
from tutor.tui.answer_input import AnswerInput, LineEditor
from tutor.tui.widgets.answer_grid import AnswerGrid
from tutor.tui.widgets.answer_line import AnswerLine

if TYPE_CHECKING:
    from textual import events
    from textual.app import ComposeResult

    from tutor.drawing.model import Density
    from tutor.glyphs import Glyphs
    from tutor.tui.exercise_state import AfterSolved, ExerciseState

#: Rows of what is asked, the expression, how it reads, and something said with its reason.
_RESERVED_ROWS = 8
#: Below so many rows what is said gets every row that nothing stands in.
_TIGHT_HEIGHT = 12


class _StaticText(Static):
    """A text that is painted once, with the size that the layout gave it.

    Textual would arrange all anew to find the same size, and paint it a second time.
    """

    virtual_size = Reactive(Size(0, 0), repaint=False)


class _FeedbackScroll(VerticalScroll):
    """The same for what is said. Where its scroll bar comes or goes, all is arranged anew."""

    virtual_size = Reactive(Size(0, 0), repaint=False)


class AnswerPanel(Vertical):
    """Shows the focused place of a desk; holds no state of its own."""

    def __init__(self, glyphs: Glyphs, id: str | None = None) -> None:
        super().__init__(id=id)
        self.glyphs = glyphs
        #: Whether more is said than is in sight, further below.
        self.has_more = False
        self._last_state: tuple[ExerciseState, Density, AfterSolved] | None = None

    class MoreChanged(Message):
        """Whether more text follows below has changed."""

    def on_mount(self) -> None:
        notes = self.query_one("#feedback-scroll", VerticalScroll)
        for name in ("scroll_y", "virtual_size", "show_vertical_scrollbar"):
            self.watch(notes, name, self._schedule_more_check, init=False)

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.height < _TIGHT_HEIGHT, "-tight")
        if self._last_state is not None:
            self.set_state(*self._last_state)

    def _schedule_more_check(self) -> None:
        # What is below is known when the new layout stands.
        self.call_after_refresh(self._check_more)

    def _check_more(self) -> None:
        if not self.is_attached:
            return
        notes = self.query_one("#feedback-scroll", VerticalScroll)
        more = notes.scroll_offset.y < notes.max_scroll_y
        if more != self.has_more:
            self.has_more = more
            self.post_message(self.MoreChanged())

    def compose(self) -> ComposeResult:
        yield _StaticText(id="blank-title")
        yield _StaticText(id="local-values")
        yield AnswerGrid(self.glyphs, id="grid")
        yield AnswerLine(id="answer")
        yield _StaticText(id="answer-preview")
        with _FeedbackScroll(id="feedback-scroll", can_focus=False):
            yield _StaticText(id="feedback")

    def set_state(self, state: ExerciseState, density: Density, after_solved: AfterSolved) -> None:
        """Show the desk as it is now."""
        self._last_state = (state, density, after_solved)
        width = max(self.size.width - 2, 1)
        self._update("blank-title", panel_content.blank_title(state, self.glyphs))
        self._show_local_values(state, density, width)
        done = state.worksheet.done and state.input.is_empty
        self.set_class(done, "-done")
        self._show_answer(state, width)
        says = (
            panel_content.solved_summary(state, self.glyphs, after_solved, width)
            if done
            else panel_content.feedback(state, self.glyphs)
        )
        if self._update("feedback", says):
            self.scroll_to_top()
        self._schedule_more_check()

    def scroll_to_top(self) -> None:
        """Bring the beginning of what is said into sight."""
        self.query_one("#feedback-scroll", VerticalScroll).scroll_home(animate=False)

    def _show_local_values(self, state: ExerciseState, density: Density, width: int) -> None:
        """The values around the focused edge where the drawing has none; cells that are typed into come first."""
        values = panel_content.local_values(state, self.glyphs, width) if density == "compact" else Content("")
        rows = values.plain.count("\n") + 1 + (state.focused_blank.shape[0] if state.focused_blank.shape else 0)
        fits = rows + _RESERVED_ROWS <= self.size.height
        busy = state.in_grid or state.hint_requested or state.verdict is not None or state.last_result is not None
        self.query_one("#local-values").set_class(density == "compact" and (fits or not busy), "-shown")
        self._update("local-values", values)

    def _show_answer(self, state: ExerciseState, width: int) -> None:
        signs, draft = self.glyphs, state.input
        grid, answer = self.query_one("#grid", AnswerGrid), self.query_one("#answer", AnswerLine)
        in_cells = state.in_grid and draft.active_cell is not None
        grid.set_class(state.focused_blank.shape is None, "-none")
        if state.focused_blank.shape:
            shown = draft if any(line.text for row in draft.cells for line in row) else committed_cells(state)
            grid.set_state(shown.cells, cell_marks(state, shown, signs), draft.active_cell, in_cells)
            prompt = _("or as an expression: ") if state.in_grid or draft.expression.text else ""
            answer.set_state(
                draft.expression,
                signs.render(prompt),
                panel_content.answer_status(state, signs),
                state.in_grid and not in_cells,
            )
        else:
            answer.set_state(
                draft.expression, f"{signs.prompt} ", panel_content.answer_status(state, signs), not state.is_given
            )
        error = state.preview().error
        column = 0
        if error is not None and draft.active_cell is None:
            column = answer.column(error.position)
        self._update("answer-preview", panel_content.answer_preview(state, signs, column, width), layout=False)

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

    def scroll_feedback(self, pages: int) -> None:
        """Scroll what is said by whole pages."""
        notes = self.query_one("#feedback-scroll", VerticalScroll)
        notes.scroll_relative(y=pages * max(notes.size.height - 1, 1), animate=False)


def committed_cells(state: ExerciseState) -> AnswerInput:
    """What stands in a matrix's place, in cells; nothing typed."""
    draft = AnswerInput(state.focused_blank.shape)
    rows = state.worksheet.value_text(state.focused_id)
    draft.set_cells(rows)
    return draft


def cell_marks(state: ExerciseState, draft: AnswerInput, glyphs: Glyphs) -> list[list[str]]:
    """The mark of each cell: of the last verdict, where the cell is as it was then."""
    verdict = state.entry.verdict
    if verdict is None or not verdict.cells:
        return []
    checked = state.worksheet.value_text(state.focused_id)

    def mark(line: LineEditor, text: str, right: bool) -> str:
        same = line.text.strip().replace("-", "−") == text.replace("-", "−")
        return (glyphs.correct if right else glyphs.incorrect) if same else ""

    return [
        [mark(line, text, right) for line, text, right in zip(lines, texts, row, strict=True)]
        for lines, texts, row in zip(draft.cells, checked, verdict.cells, strict=True)
    ]
