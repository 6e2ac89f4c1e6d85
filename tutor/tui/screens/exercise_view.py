"""The view of an exercise: head, graph, close-up, answer, result, side pane and key bar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Container, Vertical

from tutor.algebra.typed_text import on_one_line
from tutor.drawing.from_problem import boxes_of
from tutor.engine.formula_text import formula_text
from tutor.i18n import N_, _, message
from tutor.practice.close_up.build import close_up
from tutor.practice.close_up.crosshair import crosshair
from tutor.practice.exercise_records import minutes_text
from tutor.tui.after_solved import AfterSolved, NextExercise
from tutor.tui.answer_content import AnswerContent
from tutor.tui.exercise_state import ExerciseState
from tutor.tui.graph_values import GraphValues
from tutor.tui.layout import DrawingCache, ExerciseLayout, choose_layout
from tutor.tui.screens.base import TutorScreen
from tutor.tui.screens.exercise_keys import KEYS
from tutor.tui.themes import palette_of
from tutor.tui.widgets.answer_pane import AnswerPane
from tutor.tui.widgets.close_up import CloseUp
from tutor.tui.widgets.graph import GraphView
from tutor.tui.widgets.head import Head, HeadContent, Segment, SegmentState
from tutor.tui.widgets.key_bar import KeyBar
from tutor.tui.widgets.legend import Legend
from tutor.tui.widgets.side_pane import SidePane
from tutor.tui.widgets.solved_pane import SolvedPane

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.app import ComposeResult
    from textual.widget import Widget

    from tutor.drawing.model import Density, Drawing
    from tutor.practice.standing import Standing
    from tutor.practice.worksheet import BlankState, Worksheet
    from tutor.tui.host import Host

#: The width of the close-up beside the answer.
_CLOSE_UP_CELLS = 60
_SEGMENT_STATES: Mapping[BlankState, SegmentState] = {
    "right": "right",
    "wrong": "wrong",
    "near": "help",
    "revealed": "help",
    "noted": "noted",
}
#: The least rows of a question beside what is asked: the answer, what is said to it, and the rungs of help.
_QUESTION_ROWS, _ROOMY_QUESTION_ROWS = 4, 10


class ExerciseView(TutorScreen[None]):
    """Show an `ExerciseState` in widgets."""

    BINDINGS = KEYS

    def __init__(
        self,
        host: Host,
        worksheet: Worksheet,
        following: NextExercise | None,
        title_prefix: str = "",
        pack_title: str = "",
    ) -> None:
        """Show a worksheet. `following` is what comes next, None at the end of a pack."""
        super().__init__(host)
        self.state = ExerciseState(worksheet, host.asks_for)
        self._following = following
        self.after_solved = AfterSolved(self._what_follows())
        self.title_prefix = title_prefix
        self._pack_title = pack_title
        self._drawings = self._make_drawings()
        self._preferred_density: Density | None = None
        self._exercise_layout = ExerciseLayout("small", None, 0, 0)
        self._graph_values = GraphValues(self.glyphs)
        #: The question that the layout leaves room for; None at other blanks.
        self._question_with_room: str | None = None
        #: Whether the layout shows the result.
        self._has_result = False
        self._is_resizing = False

    def _what_follows(self) -> NextExercise | None:
        """Return what comes next: after a stage before the last one the next stage."""
        variant = self.state.worksheet.variant
        if variant.is_partial and not variant.is_cut:
            return NextExercise(_("the same with new numbers and more blanks"))
        return self._following

    def compose(self) -> ComposeResult:
        yield Head(self.glyphs, id="head")
        with Container(id="workspace"):
            with Vertical(id="work"):
                yield GraphView(self.glyphs, id="graph")
                yield Legend(self.glyphs, id="legend")
                with Container(id="low"):
                    yield CloseUp(self.glyphs, id="close-up")
                    yield AnswerPane(self.glyphs, id="answer-pane")
                    yield SolvedPane(self.glyphs, id="solved")
            yield SidePane(self.glyphs, id="side")
        yield KeyBar(self.glyphs, id="keys")

    def set_up(self) -> None:
        self._preferred_density = self.host.density
        self.query_one(GraphView).focus()
        self._apply_layout()

    def on_resize(self) -> None:
        if self.has_widgets:
            self._apply_layout()

    def _make_drawings(self) -> DrawingCache | None:
        worksheet = self.state.worksheet
        self._hidden = worksheet.hidden_nodes
        if not worksheet.problem.graph.nodes:
            return None
        boxes = boxes_of(worksheet.problem, self.glyphs, hidden=self._hidden, shown=worksheet.drawn_places)
        return DrawingCache(boxes, self.glyphs)

    # --- layout ---

    @property
    def drawing(self) -> Drawing | None:
        """Return the drawing on the screen; None if there is no graph."""
        return self._exercise_layout.drawing

    def _apply_layout(self) -> None:
        """Give every part its place in the window, and show the state."""
        self._question_with_room = self._question
        # Before its first layout a screen has no size; it will have that of the window.
        size = self.size or self.app.size
        layout = self._exercise_layout = choose_layout(
            self._drawings,
            size.width,
            size.height,
            self._preferred_density,
            cell_rows=self._cell_rows(),
            question_rows=self._question_rows(size.width, size.height),
        )
        is_small = layout.size == "small"
        done = self._has_result = self._shows_result
        drawing = layout.drawing
        has_legend = drawing is not None and drawing.density == "compact" and layout.graph_rows > drawing.height
        low = self.query_one("#low")
        changes = [
            _set(self.query_one("#side"), display=layout.has_side),
            _set(self.query_one("#graph"), display=layout.graph_rows > 0, height=layout.graph_rows - has_legend),
            _set(self.query_one("#legend"), display=has_legend),
            _set(
                self.query_one("#close-up"),
                display=layout.close_up_rows > 0 and not done,
                height=layout.close_up_rows if is_small else "1fr",
                width="1fr" if is_small else _CLOSE_UP_CELLS,
            ),
            _set(self.query_one("#answer-pane"), display=not done),
            _set(self.query_one("#solved"), display=done),
            low.has_class("-stacked") != is_small,
        ]
        low.set_class(is_small, "-stacked")
        if drawing is not None:
            self.query_one(GraphView).set_drawing(drawing)
        # What is painted now would be sent in its old size, and once more in the new one.
        self._is_resizing = any(changes)
        self._show()
        self._is_resizing = False
        if any(changes):
            self.call_after_refresh(self._show)

    @property
    def _shows_result(self) -> bool:
        """Whether the result takes the place of the answer."""
        return self.state.worksheet.done and self.state.input.is_empty

    @property
    def _question(self) -> str | None:
        return self.state.focused_id if self.state.is_question and not self._shows_result else None

    def _question_rows(self, width: int, height: int) -> int:
        """Return the rows that the question in focus needs; 0 at other blanks."""
        if self._question is None:
            return 0
        content = AnswerContent(self.state, self.glyphs, palette_of(self.app))
        room = min(width - 4, 76)
        asked = len(content.asked(room)) + sum(len(choice.lines) for choice in content.choices(room - 5))
        return asked + (_ROOMY_QUESTION_ROWS if height >= 30 else _QUESTION_ROWS)

    def _cell_rows(self) -> int:
        """Return the rows of the highest matrix that is asked for; 0 if all blanks are numbers."""
        return max((place.grid[0] for place in self.state.worksheet.problem.places if place.grid), default=0)

    # --- showing ---

    def _show(self) -> None:
        """Show the state as it is now; each widget repaints only what differs."""
        state, worksheet = self.state, self.state.worksheet
        if not self.has_widgets:
            return
        if worksheet.hidden_nodes != self._hidden:
            # The drawing itself shows the forward values that are known.
            self._drawings = self._make_drawings()
            self._apply_layout()
            return
        solved = self.query_one(SolvedPane)
        if self._question != self._question_with_room or self._shows_result != self._has_result:
            self._apply_layout()
            return
        pointers = frozenset(place.id for place in state.pointers())
        # At the end no place is in focus, and none fades.
        focused, node = ("", None) if self._shows_result else (state.focused_id, state.focused_node)
        cell = self._active_cell if focused else None
        factors = crosshair(worksheet, focused, cell) if cell is not None else ()
        contents = self._graph_values.contents_for(state)
        self.query_one(GraphView).set_contents(contents, focused, pointers, node, cell, factors)
        if self._shows_result:
            solved.set_state(state, self.after_solved)
        else:
            solved.stop_celebration()
            self._show_blank()
        self.query_one(Head).show(self._head())
        if self._exercise_layout.has_side:
            self.query_one(SidePane).set_state(state, self._formula, self._standing)
        self.query_one(KeyBar).set_status("" if worksheet.saved else self.glyphs.render(_("not saved")))
        self.refresh_bindings()

    def _show_blank(self) -> None:
        """Show the blank in focus, in the close-up and in the answer pane."""
        state, layout = self.state, self._exercise_layout
        is_titled = layout.close_up_rows > 0 and layout.size == "small"
        if layout.close_up_rows:
            answer = state.input
            is_none = answer.shape is not None or answer.text.strip() == state.entry.text or state.asides.hides_reading
            typed = "" if is_none else answer.text
            title = self._asked_in_one_line() if is_titled else ""
            self.query_one(CloseUp).set_close_up(
                close_up(state.worksheet, state.focused_id, self._active_cell), typed, title
            )
        self.query_one(AnswerPane).set_state(
            state,
            shows_asked=not is_titled,
            shows_text=not layout.has_side,
            lists_matrices=layout.drawing is not None and layout.density != "full",
            is_resized=self._is_resizing,
        )

    @property
    def _active_cell(self) -> tuple[int, int] | None:
        """Return the cell of a matrix that is typed into."""
        answer = self.state.input
        return answer.active_cell if answer.shape is not None and not self.state.is_read_only else None

    def _asked_in_one_line(self) -> str:
        content = AnswerContent(self.state, self.glyphs, palette_of(self.app))
        return "".join(text for line in content.asked(10_000) for text, _style in line)

    def mark_saved(self) -> None:
        """Show that all entries are saved."""
        self.state.worksheet.saved = True
        self._show()

    @property
    def _standing(self) -> Standing | None:
        advice = self.after_solved.advice
        return advice.standing if advice is not None else self.after_solved.before

    @property
    def _formula(self) -> str:
        problem = self.state.worksheet.problem
        return problem.memoize(("formula text", ""), lambda: formula_text(problem.graph))

    # --- the head ---

    def _head(self) -> HeadContent:
        worksheet = self.state.worksheet
        exercise = worksheet.variant.exercise
        settled = sum(worksheet.entry(blank.id).settled for blank in worksheet.blanks)
        whole = len(worksheet.blanks)
        first, rest = str(message(N_("{done}| of {all}"), done=settled, all=whole)).split("|", 1)
        is_whole = not worksheet.variant.is_cut
        minutes = [minutes_text(exercise.minutes)] if exercise.minutes and is_whole else []
        mode = _("whole pass") if worksheet.whole_pass.is_on else ""
        stage = worksheet.variant.stage_name
        firm = [name for name in (self.title_prefix.strip(), "" if stage is None else str(stage), mode) if name]
        trail = [*filter(None, [self._pack_title.strip()]), *firm]
        segments = [self._segment(blank.id) for blank in worksheet.blanks]
        title, aside = str(exercise.title), self._formula
        if title == on_one_line(worksheet.problem.graph.text):
            # A formula of the playground is its own title, so it is written once.
            title, aside = aside, ""
        count = first, rest
        return HeadContent(title, trail, aside, minutes, count, settled, whole, segments, num_firm=len(firm))

    def _segment(self, blank: str) -> Segment:
        state, worksheet = self.state, self.state.worksheet
        is_current = blank == state.focused_id and not worksheet.done
        status = _SEGMENT_STATES.get(worksheet.state(blank))
        if status is None:
            kind = worksheet.problem.place(blank).kind
            status = ("forward" if kind == "forward" else "backward") if is_current else "open"
        return Segment(status, blank, is_current)

    def on_scrolled_pane_more_changed(self) -> None:
        self.refresh_bindings()


def _set(
    widget: Widget, *, display: bool = True, height: int | str | None = None, width: int | str | None = None
) -> bool:
    """Change styles of a widget that differ, and return whether any did: every change costs a layout."""
    before = (widget.styles.display, widget.styles.height, widget.styles.width)
    widget.styles.display = "block" if display else "none"
    if height is not None:
        widget.styles.height = height
    if width is not None:
        widget.styles.width = width
    return before != (widget.styles.display, widget.styles.height, widget.styles.width)
