"""The view of an exercise: title, graph, panel and key bar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Container
from textual.widgets import Static

from tutor.drawing.from_problem import boxes_of
from tutor.i18n import _
from tutor.tui.content import styled
from tutor.tui.exercise_state import AfterSolved, ExerciseState
from tutor.tui.graph_values import GraphValues
from tutor.tui.layout import DrawingCache, ExerciseLayout, choose_layout
from tutor.tui.screens.base import TutorScreen
from tutor.tui.screens.exercise_keys import KEYS
from tutor.tui.widgets.graph import GraphView
from tutor.tui.widgets.key_bar import KeyBar
from tutor.tui.widgets.panel import AnswerPanel

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.content import Content

    from tutor.drawing.model import Density, Drawing
    from tutor.practice.worksheet import Worksheet
    from tutor.tui.host import Host

#: Rows of the screen from which there is room for an empty one.
_ROOMY_HEIGHT = 22


class ExerciseView(TutorScreen[None]):
    """Show an `ExerciseState` in widgets."""

    BINDINGS = KEYS

    def __init__(self, host: Host, worksheet: Worksheet, enter_label: str | None, title_prefix: str = "") -> None:
        """Show a worksheet. `enter_label` says what comes next, None at the end of a pack."""
        super().__init__(host)
        self.state = ExerciseState(worksheet)
        self.after_solved = AfterSolved(enter_label)
        self.title_prefix = title_prefix
        self._drawings = self._make_drawings()
        self._preferred_density: Density | None = None
        self._exercise_layout = ExerciseLayout("full", False, 0)
        self._graph_values = GraphValues(self.glyphs)
        #: Whether the layout leaves the panel the rows of a question.
        self._has_room_for_question = False

    def compose(self) -> ComposeResult:
        yield Static(id="title")
        with Container(id="workspace"):
            yield GraphView(self.glyphs, id="graph")
            yield AnswerPanel(self.glyphs, id="panel")
        yield KeyBar(self.glyphs, id="keys")

    def set_up(self) -> None:
        self._preferred_density = self.host.density
        self.query_one(GraphView).focus()
        self._apply_layout()

    def on_resize(self) -> None:
        if self.has_widgets:
            self._apply_layout()

    def _make_drawings(self) -> DrawingCache:
        worksheet = self.state.worksheet
        self._hidden = worksheet.hidden_nodes
        boxes = boxes_of(worksheet.problem, self.glyphs, hidden=self._hidden, shown=worksheet.drawn_places)
        return DrawingCache(boxes, self.glyphs)

    # --- showing ---

    @property
    def drawing(self) -> Drawing:
        """Return the drawing on the screen."""
        return self._drawings[self._exercise_layout.density]

    def _apply_layout(self) -> None:
        self._has_room_for_question = self.state.is_question
        # Before its first layout a screen has no size; it will have that of the window.
        size = self.size or self.app.size
        self._exercise_layout = choose_layout(
            self._drawings,
            size.width,
            size.height,
            self._preferred_density or self._drawings.default_density,
            self._cell_rows(),
            self._has_room_for_question,
        )
        workspace = self.query_one("#workspace")
        workspace.set_class(self._exercise_layout.panel_beside, "-beside")
        workspace.set_class(size.height >= _ROOMY_HEIGHT, "-roomy")
        graph = self.query_one(GraphView)
        graph.display = bool(self.state.worksheet.problem.graph.nodes)
        graph.styles.height = "1fr" if self._exercise_layout.panel_beside else self._exercise_layout.graph_rows
        graph.set_drawing(self.drawing)
        self._show()
        # The answer line measures itself, and knows its width only after the new layout.
        self.call_after_refresh(self._show)

    def _cell_rows(self) -> int:
        """Return the rows of the highest matrix that is asked for; 0 if all blanks are numbers."""
        return max((place.grid[0] for place in self.state.worksheet.problem.places if place.grid), default=0)

    def _show(self) -> None:
        """Show the state as it is now; each widget repaints only what differs."""
        state = self.state
        if not self.has_widgets:
            return
        if state.worksheet.hidden_nodes != self._hidden:
            # The drawing itself shows the forward values that are known.
            self._drawings = self._make_drawings()
            self._apply_layout()
            return
        if state.is_question != self._has_room_for_question:
            self._apply_layout()
            return
        pointers = frozenset(place.id for place in state.pointers())
        self.query_one(GraphView).set_contents(
            self._graph_values.contents_for(state), state.focused_id, pointers, state.focused_node
        )
        self.query_one(AnswerPanel).set_state(state, self._exercise_layout.density, self.after_solved)
        title = self.query_one("#title", Static)
        if title.content != (content := self._title()):
            title.update(content, layout=False)
        self.query_one(KeyBar).set_status("" if state.worksheet.saved else self.glyphs.render(_("not saved")))
        self.refresh_bindings()

    def mark_saved(self) -> None:
        """Show that all entries are saved."""
        self.state.worksheet.saved = True
        self._show()

    def _title(self) -> Content:
        worksheet = self.state.worksheet
        settled = sum(worksheet.entry(blank.id).settled for blank in worksheet.blanks)
        count = f"{settled}/{len(worksheet.blanks)}  "
        prefix = f"{self.title_prefix}  " if self.title_prefix else ""
        return styled(self.glyphs, prefix, (count, "bold $backward"), (str(worksheet.variant.exercise.title), "bold"))

    def on_answer_panel_more_changed(self) -> None:
        self.refresh_bindings()
