"""The answer panel: the blank in focus, the answer line or grid, its preview, and the feedback."""

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

#: Rows kept for the title of the blank, the answer, its preview, and feedback with a reason.
_RESERVED_ROWS = 8
#: Height below which the feedback gets every row that is empty.
_TIGHT_HEIGHT = 12


class _StaticText(Static):
    """A text that is painted once, with the size that the layout gave it.

    Textual would repeat the layout to find the same size, and paint the text twice.
    """

    virtual_size = Reactive(Size(0, 0), repaint=False)


class _FeedbackScroll(VerticalScroll):
    """The same for the feedback; the layout is repeated only when its scroll bar appears or disappears."""

    virtual_size = Reactive(Size(0, 0), repaint=False)


class AnswerPanel(Vertical):
    """Shows the focused blank of an `ExerciseState`; holds no state of its own."""

    def __init__(self, glyphs: Glyphs, id: str | None = None) -> None:
        super().__init__(id=id)
        self.glyphs = glyphs
        self._had_more = False
        self._last_state: tuple[ExerciseState, Density, AfterSolved] | None = None

    class MoreChanged(Message):
        """Feedback below the visible part has appeared or disappeared."""

    def on_mount(self) -> None:
        for name in ("scroll_y", "virtual_size", "show_vertical_scrollbar"):
            self.watch(self._feedback, name, self._schedule_more_check, init=False)

    @property
    def _feedback(self) -> VerticalScroll:
        return self.query_one("#feedback-scroll", VerticalScroll)

    @property
    def has_more(self) -> bool:
        """Return whether there is feedback below the visible part."""
        return any(scroll.scroll_offset.y < scroll.max_scroll_y for scroll in self.query("#feedback-scroll"))

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.height < _TIGHT_HEIGHT, "-tight")
        if self._last_state is not None:
            self.set_state(*self._last_state)

    def _schedule_more_check(self) -> None:
        # The new layout decides.
        self.call_after_refresh(self._check_more)

    def _check_more(self) -> None:
        if self.is_attached and self.has_more != self._had_more:
            self._had_more = not self._had_more
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
        """Show the state as it is now."""
        self._last_state = (state, density, after_solved)
        width = max(self.size.width - 2, 1)
        self._update("blank-title", panel_content.blank_title(state, self.glyphs))
        self._show_local_values(state, density, width)
        done = state.worksheet.done and state.input.is_empty
        self.set_class(done, "-done")
        self._show_answer(state, width)
        content = (
            panel_content.solved_summary(state, self.glyphs, after_solved, width)
            if done
            else panel_content.feedback(state, self.glyphs)
        )
        if self._update("feedback", content):
            self.scroll_to_top()
        self._schedule_more_check()

    def scroll_to_top(self) -> None:
        """Scroll to the start of the feedback."""
        self._feedback.scroll_home(animate=False)

    def _show_local_values(self, state: ExerciseState, density: Density, width: int) -> None:
        """Show the values around the focused edge if the drawing has none; the cells of a matrix come first."""
        values = panel_content.local_values(state, self.glyphs, width) if density != "full" else Content("")
        rows = values.plain.count("\n") + 1 + (state.focused_blank.grid[0] if state.focused_blank.grid else 0)
        fits = rows + _RESERVED_ROWS <= self.size.height
        busy = state.in_grid or state.hint_requested or state.verdict is not None or state.last_result is not None
        self.query_one("#local-values").set_class(density != "full" and (fits or not busy), "-shown")
        self._update("local-values", values)

    def _show_answer(self, state: ExerciseState, width: int) -> None:
        glyphs, answer = self.glyphs, state.input
        grid, line = self.query_one("#grid", AnswerGrid), self.query_one("#answer", AnswerLine)
        in_cells = state.in_grid and answer.active_cell is not None
        status = panel_content.answer_status(state, glyphs)
        grid.set_class(state.focused_blank.grid is None, "-none")
        if state.focused_blank.grid:
            has_cells = any(cell.text for row in answer.cells for cell in row)
            shown = answer if has_cells else committed_cells(state)
            grid.set_state(shown.cells, cell_marks(state, shown, glyphs), answer.active_cell, in_cells)
            prompt = _("or as an expression: ") if state.in_grid or answer.expression.text else ""
            line.set_state(answer.expression, glyphs.render(prompt), status, state.in_grid and not in_cells)
        else:
            line.set_state(answer.expression, f"{glyphs.prompt} ", status, not state.is_given)
        error = state.preview().error
        column = line.column(error.position) if error is not None and answer.active_cell is None else 0
        self._update("answer-preview", panel_content.answer_preview(state, glyphs, column, width), layout=False)

    def _update(self, id: str, content: Content, layout: bool = True) -> bool:
        """Show a text if it differs from the one shown, and return whether it did. `layout`: its height may change."""
        static = self.query_one(f"#{id}", Static)
        before = static.content
        if before == content:
            return False
        # Most moves of the focus replace one line by another, which needs no new layout.
        room = self.size.width - 2
        same_height = all(
            isinstance(text, Content) and "\n" not in text.plain and 0 < text.cell_length <= room
            for text in (before, content)
        )
        static.update(content, layout=layout and not same_height)
        return True

    def scroll_feedback(self, pages: int) -> None:
        """Scroll the feedback by pages."""
        self._feedback.scroll_relative(y=pages * max(self._feedback.size.height - 1, 1), animate=False)


def committed_cells(state: ExerciseState) -> AnswerInput:
    """Return the checked answer of a matrix as cells, without unchecked input."""
    cells = AnswerInput(state.focused_blank.grid)
    cells.set_cells(state.worksheet.value_text(state.focused_id))
    return cells


def cell_marks(state: ExerciseState, answer: AnswerInput, glyphs: Glyphs) -> list[list[str]]:
    """Return the mark of each cell by the last verdict; empty for a cell that has changed since."""
    verdict = state.entry.verdict
    if verdict is None or not verdict.cells:
        return []
    checked = state.worksheet.value_text(state.focused_id)

    def mark(cell: LineEditor, text: str, right: bool) -> str:
        is_unchanged = cell.text.strip().replace("-", "−") == text.replace("-", "−")
        return (glyphs.correct if right else glyphs.incorrect) if is_unchanged else ""

    return [
        [mark(cell, text, right) for cell, text, right in zip(cells, texts, rights, strict=True)]
        for cells, texts, rights in zip(answer.cells, checked, verdict.cells, strict=True)
    ]
