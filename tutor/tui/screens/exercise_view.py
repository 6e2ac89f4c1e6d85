"""What stands on the screen of an exercise: its title, the graph, the panel, the keys that mean something now."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from textual.binding import Binding
from textual.containers import Container
from textual.screen import Screen
from textual.widgets import Static

from tutor.drawing.from_problem import boxes_of
from tutor.i18n import N_, _
from tutor.tui.content import styled
from tutor.tui.exercise_state import AfterSolved, ExerciseState
from tutor.tui.graph_values import GraphValues
from tutor.tui.layout import DrawingCache, ExerciseLayout, choose_layout, preferred_density
from tutor.tui.screens.exercise_keys import KEYS
from tutor.tui.widgets.graph import GraphView
from tutor.tui.widgets.key_bar import KeyBar
from tutor.tui.widgets.panel import AnswerPanel

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.content import Content

    from tutor.drawing.model import Density, Drawing
    from tutor.glyphs import Glyphs
    from tutor.practice.worksheet import Worksheet

#: From so many rows on there is room for an empty one.
_ROOMY_HEIGHT = 22


class ExerciseView(Screen[None]):
    """Shows the desk in its widgets, as it is now."""

    BINDINGS = KEYS

    def __init__(
        self, worksheet: Worksheet, glyphs: Glyphs, enter_label: str | None, ascii: bool = False, title_prefix: str = ""
    ) -> None:
        """`enter` says what comes next, None at the end of a pack; `head` stands before the title."""
        super().__init__()
        self.state = ExerciseState(worksheet)
        self.glyphs = glyphs
        self.after_solved = AfterSolved(enter_label)
        self.title_prefix = title_prefix
        self.ascii = ascii
        self._drawings = self._make_drawings()
        self._preferred_density: Density | None = None
        self._exercise_layout = ExerciseLayout("full", False, 0)
        self._graph_values = GraphValues(glyphs)
        #: Whether the graph has made room for a question.
        self._has_room_for_question = False

    def compose(self) -> ComposeResult:
        yield Static(id="title")
        with Container(id="workspace"):
            yield GraphView(self.glyphs, id="graph")
            yield AnswerPanel(self.glyphs, id="panel")
        yield KeyBar(self.glyphs, id="keys")

    def on_mount(self) -> None:
        if self.query(GraphView):  # not where the app is left before the screen was made
            self._preferred_density = preferred_density(self.app)
            self.query_one(GraphView).focus()
            self._apply_layout()

    def on_resize(self) -> None:
        if self.is_mounted and self.query(AnswerPanel):  # not where the app is left before the screen was made
            self._apply_layout()

    def _make_drawings(self) -> DrawingCache:
        self._hidden = self.state.worksheet.hidden_nodes
        boxes = boxes_of(self.state.worksheet.problem, self.glyphs, hidden=self._hidden)
        return DrawingCache(boxes, self.glyphs)

    # --- showing ---

    @property
    def drawing(self) -> Drawing:
        """The drawing on the screen."""
        return self._drawings[self._exercise_layout.density]

    def _apply_layout(self) -> None:
        self._has_room_for_question = self.state.is_question
        # Before its first layout a screen has no size, and will have that of the window.
        size = self.size or self.app.size
        self._exercise_layout = choose_layout(
            self._drawings,
            size.width,
            size.height,
            self._preferred_density or self._drawings.default_density,
            self._cell_rows(),
            self._has_room_for_question,
        )
        desk = self.query_one("#workspace")
        desk.set_class(self._exercise_layout.panel_beside, "-beside")
        desk.set_class(size.height >= _ROOMY_HEIGHT, "-roomy")
        graph = self.query_one(GraphView)
        graph.display = bool(self.state.worksheet.problem.graph.nodes)
        graph.styles.height = "1fr" if self._exercise_layout.panel_beside else self._exercise_layout.graph_rows
        graph.set_drawing(self.drawing)
        self._show()
        # The answer line measures itself, and knows its width only when the new layout stands.
        self.call_after_refresh(self._show)

    def _cell_rows(self) -> int:
        """The rows of the highest matrix that is asked for; 0 where all are numbers."""
        return max((place.shape[0] for place in self.state.worksheet.problem.places if place.shape), default=0)

    def _show(self) -> None:
        """Show the desk as it is now; each widget repaints what differs."""
        desk = self.state
        if not self.query(GraphView):  # not where the app is left meanwhile
            return
        if desk.worksheet.hidden_nodes != self._hidden:
            # A forward value was found, or taken back: it stands in the drawing itself.
            self._drawings = self._make_drawings()
            self._apply_layout()
            return
        if desk.is_question != self._has_room_for_question:
            self._apply_layout()
            return
        looked_at = frozenset(place.id for place in desk.pointers())
        self.query_one(GraphView).set_contents(
            self._graph_values.contents_for(desk), desk.focused_id, looked_at, desk.focused_node
        )
        self.query_one(AnswerPanel).set_state(desk, self._exercise_layout.density, self.after_solved)
        title = self.query_one("#title", Static)
        if title.content != (shown := self._title()):
            title.update(shown, layout=False)
        self._refresh_keys()

    def _refresh_keys(self) -> None:
        desk = self.state
        status = "" if desk.worksheet.saved else self.glyphs.render(_("not saved"))
        self.query_one(KeyBar).set_state(self._shown_bindings(), status)

    def _title(self) -> Content:
        worksheet = self.state.worksheet
        settled = sum(worksheet.entry(blank.id).settled for blank in worksheet.blanks)
        count = f"{settled}/{len(worksheet.blanks)}  "
        head = f"{self.title_prefix}  " if self.title_prefix else ""
        return styled(self.glyphs, head, (count, "bold $accent"), (str(worksheet.variant.exercise.title), "bold"))

    def _shown_bindings(self) -> list[Binding]:
        """The keys that mean something now."""
        desk = self.state
        done, exercise = desk.worksheet.done, desk.worksheet.variant.exercise
        hidden = {"exercise.undo", "exercise.hint"} if done else set()
        if desk.worksheet.exam:
            hidden |= {"exercise.undo", "exercise.hint", "exercise.fresh"}
        if desk.worksheet.help_refusal:
            hidden |= {"exercise.card", "exercise.explain"}
        if not exercise.has_variants:
            hidden.add("exercise.fresh")
        if not desk.worksheet.problem.graph.nodes:
            hidden |= {"exercise.density", "exercise.explain", "exercise.closer"}
        if not done:
            hidden.add("exercise.closer")
        if not desk.worksheet.offers_reveal(desk.focused_id):
            hidden.add("exercise.reveal")
        opens = desk.fold_action(desk.focused_node)
        if opens is None:
            hidden.add("exercise.open")
        keys = [key for key in self.BINDINGS if isinstance(key, Binding) and key.show and key.id not in hidden]
        if opens is False:
            keys = [replace(key, description=N_("fold")) if key.id == "exercise.open" else key for key in keys]
        first = [Binding("enter", "check", N_("go on"), id="exercise.check")] if done else []
        last = [Binding("pagedown", "scroll_feedback(1)", N_("more"), id="exercise.page-down")]
        return [*first, *keys, *(last if self.query_one(AnswerPanel).has_more else [])]

    def on_answer_panel_more_changed(self) -> None:
        self._refresh_keys()
