"""Explain: the backward pass replayed place by place, at the learner's pace."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Container, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tutor.algebra.printing import format_cells
from tutor.drawing.from_problem import boxes_of
from tutor.i18n import N_, Message, _, message
from tutor.tui.content import from_markup, styled
from tutor.tui.layout import DrawingCache, ExerciseLayout, choose_layout, preferred_density
from tutor.tui.screens.base import TutorScreen
from tutor.tui.widgets.graph import GraphView, PlaceContent
from tutor.tui.widgets.key_bar import KeyBar

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from tutor.drawing.model import Density
    from tutor.glyphs import Glyphs
    from tutor.grading.replay import Replay

KEYS: list[BindingType] = [
    Binding("escape,f6", "close", N_("back"), tooltip=N_("back to where you were"), id="explain.close"),
    Binding(
        "right,enter,space,tab", "move(1)", N_("on"), tooltip=N_("the next step of the backward pass"), id="explain.on"
    ),
    Binding(
        "left,backspace,shift+tab", "move(-1)", N_("step back"), tooltip=N_("the step before"), id="explain.before"
    ),
    Binding("home", "move(-100000)", N_("first"), tooltip=N_("to the first step"), id="explain.first"),
    Binding("end", "move(100000)", N_("last"), tooltip=N_("to the last step"), id="explain.last"),
    Binding("f1", "help", N_("help"), tooltip=N_("what this is, and all keys"), id="explain.help"),
    Binding(
        "f7", "toggle_density", N_("view"), tooltip=N_("the graph with its values, or compact"), id="explain.density"
    ),
    Binding("down,pagedown", "scroll(1)", N_("down"), tooltip=N_("scroll the text"), show=False, id="explain.down"),
    Binding("up,pageup", "scroll(-1)", N_("up"), tooltip=N_("scroll the text"), show=False, id="explain.up"),
]


class ExplainScreen(TutorScreen):
    """Shows a replay: the graph with the values found so far, the place of the step in focus, and what happens there."""

    BINDINGS: ClassVar[list[BindingType]] = KEYS
    HELP_TEXT = N_(
        "The backward pass, one place after the other, from the output to the inputs: the rule that holds there, and "
        "the numbers put into it. The marked places are what a value is computed from."
    )
    #: What is said at the last step.
    LAST_STEP_TEXT: ClassVar[str] = N_("That was the last step. {back} goes back.")

    def __init__(
        self, replay: Replay, title: str, glyphs: Glyphs, *, note: Message | None = None, ascii: bool = False
    ) -> None:
        """`note` is said above each step: whose numbers these are."""
        super().__init__(glyphs, ascii=ascii)
        self.replay = replay
        self.note = note
        self._title = title
        self.on_glyphs_changed()
        self._preferred_density: Density | None = None
        self._exercise_layout = ExerciseLayout("full", False, 0)

    def on_glyphs_changed(self) -> None:
        """Draw in the signs that are in use, and with texts in the language that is."""
        self._drawings = DrawingCache(boxes_of(self.replay.problem, self.glyphs), self.glyphs)

    def compose(self) -> ComposeResult:
        yield Static(id="title")
        with Container(id="workspace"):
            yield GraphView(self.glyphs, id="graph")
            with VerticalScroll(id="explanation-scroll", can_focus=False):
                yield Static(id="explanation")
        yield KeyBar(self.glyphs, id="keys")

    def on_mount(self) -> None:
        if self.query(GraphView):  # not where the app is left before the screen was made
            self._preferred_density = preferred_density(self.app)
            self.query_one(GraphView).focus()
            self._apply_layout()

    def on_resize(self) -> None:
        if self.is_mounted and self.query(KeyBar):
            self._apply_layout()

    def _apply_layout(self) -> None:
        wish = self._preferred_density or self._drawings.default_density
        self._exercise_layout = choose_layout(self._drawings, self.size.width, self.size.height, wish)
        self.query_one("#workspace").set_class(self._exercise_layout.panel_beside, "-beside")
        graph = self.query_one(GraphView)
        graph.styles.height = "1fr" if self._exercise_layout.panel_beside else self._exercise_layout.graph_rows
        graph.set_drawing(self._drawings[self._exercise_layout.density])
        self._show()

    def _show(self) -> None:
        replay, signs = self.replay, self.glyphs
        count = f"{replay.index + 1}/{len(replay.steps)}  "
        title = styled(signs, (count, "bold $accent"), (self._title, "bold"), "   ", _("explained"))
        self.query_one("#title", Static).update(title)
        step = replay.current_step
        self.query_one(GraphView).set_contents(self._graph_contents(), step.place.id, frozenset(step.depends_on))
        self.query_one("#explanation", Static).update(self._explanation())
        self.query_one("#explanation-scroll", VerticalScroll).scroll_home(animate=False)
        self.query_one(KeyBar).set_state(self._shown_bindings())

    def _graph_contents(self) -> dict[str, PlaceContent]:
        """The values that are there by now; where more is known from the first, that too."""
        problem, text = self.replay.problem, self.glyphs.render
        found = {}
        for name in self.replay.visible_places:
            rows = format_cells(problem.truth(problem.place(name)))
            found[name] = PlaceContent("right", tuple(tuple(map(text, row)) for row in rows), (), self.glyphs.given)
        return found

    def _explanation(self) -> Content:
        signs, step = self.glyphs, self.replay.current_step
        said = [
            from_markup(signs, str(step.description), "bold"),
            *(from_markup(signs, line) for line in step.paragraphs()),
        ]
        if self.note is not None:
            said.insert(0, styled(signs, (str(self.note), "$foreground 60%")))
        if self.replay.index == len(self.replay.steps) - 1:
            keys = {"on": signs.key_label("explain.on", "Enter"), "back": signs.key_label("explain.close", "Esc")}
            said.append(styled(signs, (str(message(self.LAST_STEP_TEXT, **keys)), "$foreground 60%")))
        return Content("\n").join(said)

    def _shown_bindings(self) -> list[Binding]:
        """The keys that mean something now."""
        hidden = set()
        if self.replay.index == 0:
            hidden |= {"explain.before", "explain.first"}
        if self.replay.index == len(self.replay.steps) - 1:
            hidden |= {"explain.on", "explain.last"}
        return [key for key in self.bindings() if key.show and key.id not in hidden]

    # --- keys and mouse ---

    def action_move(self, by: int) -> None:
        if self.replay.move(by):
            self._show()

    def action_toggle_density(self) -> None:
        self._preferred_density = "compact" if self._exercise_layout.density == "full" else "full"
        self._apply_layout()

    def action_scroll(self, by: int) -> None:
        told = self.query_one("#explanation-scroll", VerticalScroll)
        told.scroll_relative(y=by * max(told.size.height - 1, 1), animate=False)

    def on_graph_view_place_selected(self, event: GraphView.PlaceSelected) -> None:
        if self.replay.go_to(event.place):
            self._show()
