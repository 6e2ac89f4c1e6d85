"""Explain: the backward pass replayed place by place, at the learner's pace."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tutor.algebra.show import show_rows
from tutor.drawing import Density, sketch
from tutor.grading.replay import Replay
from tutor.i18n import N_, Message, _, message
from tutor.tui.arrangement import Arrangement, arrange, wished
from tutor.tui.contents import content, prose
from tutor.tui.drawings import Drawings
from tutor.tui.screens.visited import VisitedScreen
from tutor.tui.signs import Signs
from tutor.tui.widgets.graph import Filling, GraphView
from tutor.tui.widgets.key_bar import KeyBar

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
    Binding("f7", "density", N_("view"), tooltip=N_("the graph with its values, or compact"), id="explain.density"),
    Binding("down,pagedown", "scroll(1)", N_("down"), tooltip=N_("scroll the text"), show=False, id="explain.down"),
    Binding("up,pageup", "scroll(-1)", N_("up"), tooltip=N_("scroll the text"), show=False, id="explain.up"),
]


class ExplainScreen(VisitedScreen):
    """Shows a replay: the graph with the values found so far, the place of the step in focus, and what happens there."""

    BINDINGS: ClassVar[list[BindingType]] = KEYS
    SAYS = N_(
        "The backward pass, one place after the other, from the output to the inputs: the rule that holds there, and "
        "the numbers put into it. The marked places are what a value is computed from."
    )
    #: What is said at the last step.
    END: ClassVar[str] = N_("That was the last step. {back} goes back.")

    def __init__(
        self, replay: Replay, title: str, signs: Signs, *, note: Message | None = None, ascii: bool = False
    ) -> None:
        """`note` is said above each step: whose numbers these are."""
        super().__init__(signs, ascii=ascii)
        self.replay = replay
        self.note = note
        self._title = title
        self.restyle()
        self._wish: Density | None = None
        self._arranged = Arrangement("full", False, 0)

    def restyle(self) -> None:
        """Draw in the signs that are in use, and with texts in the language that is."""
        self._drawings = Drawings(sketch(self.replay.problem, ascii=self.ascii), self.ascii)

    def compose(self) -> ComposeResult:
        yield Static(id="title")
        with Container(id="desk"):
            yield GraphView(self.signs, id="graph")
            with VerticalScroll(id="told-scroll", can_focus=False):
                yield Static(id="told")
        yield KeyBar(self.signs, id="keys")

    def on_mount(self) -> None:
        if self.query(GraphView):  # not where the app is left before the screen was made
            self._wish = wished(self.app)
            self.query_one(GraphView).focus()
            self._arrange()

    def on_resize(self) -> None:
        if self.is_mounted and self.query(KeyBar):
            self._arrange()

    def _arrange(self) -> None:
        wish = self._wish or self._drawings.usual
        self._arranged = arrange(self._drawings, self.size.width, self.size.height, wish)
        self.query_one("#desk").set_class(self._arranged.beside, "-beside")
        graph = self.query_one(GraphView)
        graph.styles.height = "1fr" if self._arranged.beside else self._arranged.rows
        graph.show(self._drawings[self._arranged.density])
        self._show()

    def _show(self) -> None:
        replay, signs = self.replay, self.signs
        count = f"{replay.at + 1}/{len(replay.steps)}  "
        title = content(signs, (count, "bold $accent"), (self._title, "bold"), "   ", _("explained"))
        self.query_one("#title", Static).update(title)
        step = replay.step
        self.query_one(GraphView).fill(self._fillings(), step.place.id, frozenset(step.looked_at))
        self.query_one("#told", Static).update(self._told())
        self.query_one("#told-scroll", VerticalScroll).scroll_home(animate=False)
        self.query_one(KeyBar).show(self._keys())

    def _fillings(self) -> dict[str, Filling]:
        """The values that are there by now; where more is known from the first, that too."""
        problem, text = self.replay.problem, self.signs.text
        found = {}
        for name in self.replay.shown:
            rows = show_rows(problem.truth(problem.place(name)))
            found[name] = Filling("right", tuple(tuple(map(text, row)) for row in rows), (), self.signs.given)
        return found

    def _told(self) -> Content:
        signs, step = self.signs, self.replay.step
        said = [prose(signs, str(step.asks), "bold"), *(prose(signs, line) for line in step.lines())]
        if self.note is not None:
            said.insert(0, content(signs, (str(self.note), "$foreground 60%")))
        if self.replay.at == len(self.replay.steps) - 1:
            keys = {"on": signs.key("explain.on", "Enter"), "back": signs.key("explain.close", "Esc")}
            said.append(content(signs, (str(message(self.END, **keys)), "$foreground 60%")))
        return Content("\n").join(said)

    def _keys(self) -> list[Binding]:
        """The keys that mean something now."""
        hidden = set()
        if self.replay.at == 0:
            hidden |= {"explain.before", "explain.first"}
        if self.replay.at == len(self.replay.steps) - 1:
            hidden |= {"explain.on", "explain.last"}
        return [key for key in self.own_keys() if key.show and key.id not in hidden]

    # --- keys and mouse ---

    def action_move(self, by: int) -> None:
        if self.replay.move(by):
            self._show()

    def action_density(self) -> None:
        self._wish = "compact" if self._arranged.density == "full" else "full"
        self._arrange()

    def action_scroll(self, by: int) -> None:
        told = self.query_one("#told-scroll", VerticalScroll)
        told.scroll_relative(y=by * max(told.size.height - 1, 1), animate=False)

    def on_graph_view_chosen(self, event: GraphView.Chosen) -> None:
        if self.replay.go(event.place):
            self._show()
