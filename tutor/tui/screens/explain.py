"""The explanation: the backward pass replayed, step by step or by itself, with the gradients on their way back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tutor.algebra.printing import format_cells
from tutor.drawing.from_problem import boxes_of
from tutor.drawing.layout.planned import PlannedDrawings
from tutor.i18n import N_, Message, _, message
from tutor.practice.close_up.replayed import replayed_equation
from tutor.tui.content import from_markup, styled
from tutor.tui.graph_look import PlaceContent
from tutor.tui.replay_look import equation_at, step_look
from tutor.tui.replay_player import SPEEDS, Player
from tutor.tui.screens.base import TutorScreen
from tutor.tui.widgets.graph import FRAMES_A_SECOND, MAX_MOVING_BOXES, GraphView
from tutor.tui.widgets.head import Head, HeadContent
from tutor.tui.widgets.key_bar import KeyBar
from tutor.tui.widgets.replay import ReplayEquation, Scrubber, ScrubberContent, line_parts
from tutor.tui.window_size import window_size

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.timer import Timer

    from tutor.drawing.model import Density, Drawing
    from tutor.grading.replay import Replay, ReplayStep
    from tutor.practice.close_up.data import Equation
    from tutor.tui.host import Host

#: The rows of the explanation in small and other windows.
_TELL_ROWS = {True: 8, False: 14}
#: Rows of the head and the key bar, and cells left and right of the graph.
_BAR_ROWS, _GRAPH_MARGIN = 3, 4
#: A longer value is written out below the equation, whose field cuts it.
_MAX_FIELD_TEXT = 20

KEYS: list[BindingType] = [
    Binding("escape,f6", "close", N_("back"), tooltip=N_("Go back"), id="explain.close"),
    Binding("right,enter,tab", "move(1)", N_("next"), tooltip=N_("Go to the next step"), id="explain.on"),
    Binding(
        "left,backspace,shift+tab",
        "move(-1)",
        N_("previous"),
        tooltip=N_("Go to the previous step"),
        id="explain.before",
    ),
    Binding("space,p,P,ㅔ", "play", N_("play"), tooltip=N_("Play or pause"), id="explain.play"),
    Binding("home", "move(-100000)", N_("first"), tooltip=N_("Go to the first step"), id="explain.first"),
    Binding("end", "move(100000)", N_("last"), tooltip=N_("Go to the last step"), id="explain.last"),
    Binding("f1", "help", N_("help"), tooltip=N_("Explain this screen and list all keys"), id="explain.help"),
    Binding(
        "f7",
        "toggle_density",
        N_("view"),
        tooltip=N_("Switch between the full and the compact graph"),
        id="explain.density",
    ),
    Binding("1", "speed(0)", N_("slow"), tooltip=N_("Play slowly"), show=False, id="explain.slow"),
    Binding("2", "speed(1)", N_("normal speed"), tooltip=N_("Play at normal speed"), show=False, id="explain.usual"),
    Binding("3", "speed(2)", N_("fast"), tooltip=N_("Play fast"), show=False, id="explain.fast"),
    Binding("4", "speed(3)", N_("very fast"), tooltip=N_("Play very fast"), show=False, id="explain.very-fast"),
    Binding("down,pagedown", "scroll(1)", N_("down"), tooltip=N_("Scroll the text"), show=False, id="explain.down"),
    Binding("up,pageup", "scroll(-1)", N_("up"), tooltip=N_("Scroll the text"), show=False, id="explain.up"),
]


class ExplainScreen(TutorScreen[None]):
    """Show a replay: the graph with the values found so far, and what happens at the current step."""

    BINDINGS: ClassVar[list[BindingType]] = KEYS
    HELP_TEXT = N_(
        "Follow the backward pass from the output to the inputs. Each step shows its rule and the "
        "numbers in it; the values it uses are underlined. Click a value or a dot of the timeline to "
        "go there."
    )
    #: Shown at the last step.
    LAST_STEP_TEXT: ClassVar[str] = N_("This is the last step. {back} goes back.")

    def __init__(self, host: Host, replay: Replay, title: str, *, note: Message | None = None) -> None:
        """Show a replay; `note` says whose numbers these are."""
        super().__init__(host)
        self.replay = replay
        self.player = Player(replay)
        self._note = note
        self._title = title
        self._equations: dict[int, Equation] = {}
        self._explained: int | None = None
        self._timer: Timer | None = None
        self._preferred_density: Density | None = None
        self.on_glyphs_changed()

    def on_glyphs_changed(self) -> None:
        self._drawings = PlannedDrawings(boxes_of(self.replay.problem, self.glyphs), self.glyphs)
        self._explained = None

    def compose(self) -> ComposeResult:
        yield Head(self.glyphs, id="head")
        yield GraphView(self.glyphs, id="graph")
        with Vertical(id="tell"):
            yield Scrubber(self.glyphs, id="scrubber")
            with VerticalScroll(id="explanation-scroll", can_focus=False):
                yield Static(id="explanation")
            yield ReplayEquation(self.glyphs, id="equation")
        yield KeyBar(self.glyphs, id="keys")

    def set_up(self) -> None:
        self._preferred_density = self.host.density
        self._timer = self.set_interval(1 / FRAMES_A_SECOND, self._tick, pause=True)
        self.query_one(GraphView).focus()
        self._apply_layout()

    def on_resize(self) -> None:
        if self.has_widgets:
            self._apply_layout()

    def on_screen_suspend(self) -> None:
        self.player.stop()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action != "move":
            return True
        (steps,) = parameters
        last = len(self.replay.steps) - 1
        return self.replay.index < last if isinstance(steps, int) and steps > 0 else self.replay.index > 0

    @property
    def moves(self) -> bool:
        """Return whether gradients are shown on their way."""
        return self.app.animation_level != "none" and len(self.replay.problem.graph.nodes) <= MAX_MOVING_BOXES

    # --- layout ---

    @property
    def drawing(self) -> Drawing:
        """Return the drawing for the window, as roomy as it allows."""
        width, height = self.size or self.app.size
        rows = height - _BAR_ROWS - _TELL_ROWS[self._is_small]
        drawing = self._drawings.fit(width - _GRAPH_MARGIN, rows, self._preferred_density)
        # A margin is worth less than values.
        return drawing if drawing.density == "full" else self._drawings.fit(width, rows, self._preferred_density)

    @property
    def _is_small(self) -> bool:
        return window_size(*(self.size or self.app.size)) == "small"

    def _apply_layout(self) -> None:
        self.set_class(self._is_small, "-small")
        self.query_one(GraphView).set_drawing(self.drawing)
        self._explained = None
        self.show_moment()

    # --- showing ---

    def show_moment(self) -> None:
        """Show the current step at the current moment; each widget sends only what differs."""
        replay, player = self.replay, self.player
        step = replay.current_step
        graph = self.query_one(GraphView)
        if graph.drawing is not None:
            look = step_look(graph.drawing, step, player.progress, moves=self.moves)
            is_over = replay.index == len(replay.steps) - 1 and player.progress >= 1
            look = replace(look, lanes_shine=is_over)
            graph.set_look(self._graph_contents(), look, visible=step.place.id)
        self.query_one(ReplayEquation).show(equation_at(self._equation(), step.place, player.progress))
        done, whole = line_parts(replay.index + player.progress, len(replay.steps))
        self.query_one(Head).show(
            HeadContent(
                self._title,
                aside=_("solution"),
                count=("", self._short_note()),
                done=done,
                whole=whole,
                hue="backward",
            )
        )
        state = ""
        if player.is_playing:
            state = str(message(N_("playing, speed {number}"), number=player.speed + 1))
        stops = [self._stop_name(each) for each in replay.steps]
        self.query_one(Scrubber).show(ScrubberContent(str(step.description), stops, replay.index, state))
        if self._explained != replay.index:
            self._explained = replay.index
            self.query_one("#explanation", Static).update(self._explanation())
            self.query_one("#explanation-scroll", VerticalScroll).scroll_home(animate=False)
            self.refresh_bindings()

    def _graph_contents(self) -> dict[str, PlaceContent]:
        """Return the values that the replay has found so far, and those that were known at its start."""
        problem, render = self.replay.problem, self.glyphs.render
        contents = {}
        for name in self.player.visible_places:
            rows = format_cells(problem.truth(problem.place(name)))
            texts = tuple(tuple(map(render, row)) for row in rows)
            contents[name] = PlaceContent("given", texts, (), self.glyphs.given)
        return contents

    def _equation(self) -> Equation:
        index = self.replay.index
        if index not in self._equations:
            self._equations[index] = replayed_equation(self.replay.problem, self.replay.current_step.place)
        return self._equations[index]

    def _stop_name(self, step: ReplayStep) -> str:
        """Return the name of a step: where its gradient arrives, and where it comes from."""
        graph, place = self.replay.problem.graph, step.place
        if place.kind == "start":
            return graph.output
        if place.edge is None:
            return f"Σ {self._node_name(place.node)}"
        return f"{self._node_name(place.edge.source)}◂{self._node_name(place.edge.target)}"

    def _node_name(self, position: int) -> str:
        """Return the name of a node as it is drawn: that of the output is in a box of its own."""
        problem = self.replay.problem
        node = problem.graph.nodes[position]
        is_named = node.is_input or position != problem.graph.output_position
        return (node.name if is_named else "") or str(problem.labels.get(node.id, node.symbol))

    def _short_note(self) -> str:
        """Return the note if the head has room for it beside the title."""
        note = self.glyphs.render(str(self._note)) if self._note is not None else ""
        room = self.size.width - cell_len(self.glyphs.render(self._title)) - cell_len(_("solution")) - 12
        return note if cell_len(note) <= room else ""

    def _explanation(self) -> Content:
        glyphs, step = self.glyphs, self.replay.current_step
        blocks = []
        if self._note is not None and not self._short_note():
            blocks.append(styled(glyphs, (str(self._note), "$help")))
        first, *rest = step.paragraphs()
        blocks.append(from_markup(glyphs, first))
        if not self._equation_says_all():
            blocks += [from_markup(glyphs, line) for line in rest]
        if self.replay.index == len(self.replay.steps) - 1:
            keys = {"on": glyphs.key_label("explain.on", "Enter"), "back": glyphs.key_label("explain.close", "Esc")}
            blocks.append(styled(glyphs, (str(message(self.LAST_STEP_TEXT, **keys)), "$muted")))
        return Content("\n").join(blocks)

    def _equation_says_all(self) -> bool:
        """Return whether the equation has all numbers of the step, so that no sentence repeats them."""
        equation = self._equation()
        quantities = [term.quantity for term in (*equation.terms, equation.asked)]
        return not any(each.shape or cell_len(each.text) > _MAX_FIELD_TEXT for each in quantities)

    # --- moving ---

    def _tick(self) -> None:
        if not self.has_widgets:
            return
        changed = self.player.tick(self.moves)
        if self._timer is not None and not self.player.is_running:
            self._timer.pause()
        if changed:
            self.show_moment()

    def _go_on(self) -> None:
        """Show what has changed, and let run what is to run."""
        self.show_moment()
        if self._timer is not None and self.player.is_running:
            self._timer.resume()

    def action_move(self, by: int) -> None:
        if self.player.move(by, self.moves):
            self._go_on()

    def action_play(self) -> None:
        self.player.toggle(self.moves)
        self._go_on()

    def action_speed(self, speed: int) -> None:
        self.player.speed = min(speed, len(SPEEDS) - 1)
        self.show_moment()

    def action_toggle_density(self) -> None:
        self._preferred_density = "compact" if self.drawing.density != "compact" else "full"
        self._apply_layout()

    def action_scroll(self, by: int) -> None:
        text = self.query_one("#explanation-scroll", VerticalScroll)
        text.scroll_relative(y=by * max(text.size.height - 1, 1), animate=False)

    def on_graph_view_place_selected(self, event: GraphView.PlaceSelected) -> None:
        if self.player.go_to(event.place):
            self.show_moment()

    def on_scrubber_stop_selected(self, event: Scrubber.StopSelected) -> None:
        if self.player.go_to(self.replay.steps[event.index].place.id):
            self.show_moment()
