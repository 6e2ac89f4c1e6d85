"""The explanation: the backward pass replayed step by step."""

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
from tutor.tui.layout import DrawingCache, ExerciseLayout, choose_layout
from tutor.tui.screens.base import TutorScreen
from tutor.tui.widgets.graph import GraphView, PlaceContent
from tutor.tui.widgets.key_bar import KeyBar

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from tutor.drawing.model import Density
    from tutor.grading.replay import Replay
    from tutor.tui.host import Host

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


class ExplainScreen(TutorScreen[None]):
    """Show a replay: the graph with the values found so far, and what happens at the current step."""

    BINDINGS: ClassVar[list[BindingType]] = KEYS
    HELP_TEXT = N_(
        "The backward pass, one place after the other, from the output to the inputs: the rule that holds there, and "
        "the numbers put into it. The marked places are what a value is computed from."
    )
    #: Shown at the last step.
    LAST_STEP_TEXT: ClassVar[str] = N_("That was the last step. {back} goes back.")

    def __init__(self, host: Host, replay: Replay, title: str, *, note: Message | None = None) -> None:
        """Show a replay; `note` says above each step whose numbers these are."""
        super().__init__(host)
        self.replay = replay
        self._note = note
        self._title = title
        self.on_glyphs_changed()
        self._preferred_density: Density | None = None
        self._exercise_layout = ExerciseLayout("full", False, 0)

    def on_glyphs_changed(self) -> None:
        self._drawings = DrawingCache(boxes_of(self.replay.problem, self.glyphs), self.glyphs)

    def compose(self) -> ComposeResult:
        yield Static(id="title")
        with Container(id="workspace"):
            yield GraphView(self.glyphs, id="graph")
            with VerticalScroll(id="explanation-scroll", can_focus=False):
                yield Static(id="explanation")
        yield KeyBar(self.glyphs, id="keys")

    def set_up(self) -> None:
        self._preferred_density = self.host.density
        self.query_one(GraphView).focus()
        self._apply_layout()

    def on_resize(self) -> None:
        if self.has_widgets:
            self._apply_layout()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action != "move":
            return True
        (steps,) = parameters
        last = len(self.replay.steps) - 1
        return self.replay.index < last if isinstance(steps, int) and steps > 0 else self.replay.index > 0

    def _apply_layout(self) -> None:
        preferred = self._preferred_density or self._drawings.default_density
        self._exercise_layout = choose_layout(self._drawings, self.size.width, self.size.height, preferred)
        self.query_one("#workspace").set_class(self._exercise_layout.panel_beside, "-beside")
        graph = self.query_one(GraphView)
        graph.styles.height = "1fr" if self._exercise_layout.panel_beside else self._exercise_layout.graph_rows
        graph.set_drawing(self._drawings[self._exercise_layout.density])
        self._show()

    def _show(self) -> None:
        replay, glyphs = self.replay, self.glyphs
        count = f"{replay.index + 1}/{len(replay.steps)}  "
        title = styled(glyphs, (count, "bold $backward"), (self._title, "bold"), "   ", _("explained"))
        self.query_one("#title", Static).update(title)
        step = replay.current_step
        self.query_one(GraphView).set_contents(self._graph_contents(), step.place.id, frozenset(step.depends_on))
        self.query_one("#explanation", Static).update(self._explanation())
        self.query_one("#explanation-scroll", VerticalScroll).scroll_home(animate=False)
        self.refresh_bindings()

    def _graph_contents(self) -> dict[str, PlaceContent]:
        """Return the values that the replay has found so far, and those that were known at its start."""
        problem, render = self.replay.problem, self.glyphs.render
        contents = {}
        for name in self.replay.visible_places:
            rows = format_cells(problem.truth(problem.place(name)))
            texts = tuple(tuple(map(render, row)) for row in rows)
            contents[name] = PlaceContent("right", texts, (), self.glyphs.given)
        return contents

    def _explanation(self) -> Content:
        glyphs, step = self.glyphs, self.replay.current_step
        blocks = [
            from_markup(glyphs, str(step.description), "bold"),
            *(from_markup(glyphs, line) for line in step.paragraphs()),
        ]
        if self._note is not None:
            blocks.insert(0, styled(glyphs, (str(self._note), "$muted")))
        if self.replay.index == len(self.replay.steps) - 1:
            keys = {"on": glyphs.key_label("explain.on", "Enter"), "back": glyphs.key_label("explain.close", "Esc")}
            blocks.append(styled(glyphs, (str(message(self.LAST_STEP_TEXT, **keys)), "$muted")))
        return Content("\n").join(blocks)

    # --- keys and mouse ---

    def action_move(self, by: int) -> None:
        if self.replay.move(by):
            self._show()

    def action_toggle_density(self) -> None:
        self._preferred_density = "compact" if self._exercise_layout.density == "full" else "full"
        self._apply_layout()

    def action_scroll(self, by: int) -> None:
        text = self.query_one("#explanation-scroll", VerticalScroll)
        text.scroll_relative(y=by * max(text.size.height - 1, 1), animate=False)

    def on_graph_view_place_selected(self, event: GraphView.PlaceSelected) -> None:
        if self.replay.go_to(event.place):
            self._show()
