"""What stands on the screen of an exercise: its title, the graph, the panel, the keys that mean something now."""

from __future__ import annotations

from dataclasses import replace

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from tutor.drawing import Density, Drawing, sketch
from tutor.i18n import N_, _
from tutor.practice.worksheet import Worksheet
from tutor.tui.arrangement import Arrangement, arrange, wished
from tutor.tui.contents import content
from tutor.tui.desk import Desk
from tutor.tui.drawings import Drawings
from tutor.tui.fillings import Fillings
from tutor.tui.onward import Onward
from tutor.tui.screens.exercise_keys import KEYS
from tutor.tui.signs import Signs
from tutor.tui.widgets.graph import GraphView
from tutor.tui.widgets.key_bar import KeyBar
from tutor.tui.widgets.panel import Panel

#: From so many rows on there is room for an empty one.
_ROOMY_FROM = 22


class ExerciseView(Screen[None]):
    """Shows the desk in its widgets, as it is now."""

    BINDINGS = KEYS

    def __init__(
        self, worksheet: Worksheet, signs: Signs, enter: str | None, ascii: bool = False, head: str = ""
    ) -> None:
        """`enter` says what comes next, None at the end of a pack; `head` stands before the title."""
        super().__init__()
        self.desk = Desk(worksheet)
        self.signs = signs
        self.onward = Onward(enter)
        self.head = head
        self.ascii = ascii
        self._drawings = self._draw()
        self._wish: Density | None = None
        self._arranged = Arrangement("full", False, 0)
        self._fillings = Fillings(signs)
        #: Whether the graph has made room for a question.
        self._asking = False

    def compose(self) -> ComposeResult:
        yield Static(id="title")
        with Container(id="desk"):
            yield GraphView(self.signs, id="graph")
            yield Panel(self.signs, id="panel")
        yield KeyBar(self.signs, id="keys")

    def on_mount(self) -> None:
        if self.query(GraphView):  # not where the app is left before the screen was made
            self._wish = wished(self.app)
            self.query_one(GraphView).focus()
            self._arrange()

    def on_resize(self) -> None:
        if self.is_mounted and self.query(Panel):  # not where the app is left before the screen was made
            self._arrange()

    def _draw(self) -> Drawings:
        self._hidden = self.desk.worksheet.hidden
        boxes = sketch(self.desk.worksheet.problem, ascii=self.ascii, hidden=self._hidden)
        return Drawings(boxes, self.ascii)

    # --- showing ---

    @property
    def drawing(self) -> Drawing:
        """The drawing on the screen."""
        return self._drawings[self._arranged.density]

    def _arrange(self) -> None:
        self._asking = self.desk.asks_question
        # Before its first layout a screen has no size, and will have that of the window.
        size = self.size or self.app.size
        self._arranged = arrange(
            self._drawings,
            size.width,
            size.height,
            self._wish or self._drawings.usual,
            self._cell_rows(),
            self._asking,
        )
        desk = self.query_one("#desk")
        desk.set_class(self._arranged.beside, "-beside")
        desk.set_class(size.height >= _ROOMY_FROM, "-roomy")
        graph = self.query_one(GraphView)
        graph.display = bool(self.desk.worksheet.problem.graph.nodes)
        graph.styles.height = "1fr" if self._arranged.beside else self._arranged.rows
        graph.show(self.drawing)
        self._show()
        # The answer line measures itself, and knows its width only when the new layout stands.
        self.call_after_refresh(self._show)

    def _cell_rows(self) -> int:
        """The rows of the highest matrix that is asked for; 0 where all are numbers."""
        return max((place.shape[0] for place in self.desk.worksheet.problem.places if place.shape), default=0)

    def _show(self) -> None:
        """Show the desk as it is now; each widget repaints what differs."""
        desk = self.desk
        if not self.query(GraphView):  # not where the app is left meanwhile
            return
        if desk.worksheet.hidden != self._hidden:
            # A forward value was found, or taken back: it stands in the drawing itself.
            self._drawings = self._draw()
            self._arrange()
            return
        if desk.asks_question != self._asking:
            self._arrange()
            return
        looked_at = frozenset(place.id for place in desk.pointers())
        self.query_one(GraphView).fill(self._fillings.of(desk), desk.at, looked_at, desk.node)
        self.query_one(Panel).show(desk, self._arranged.density, self.onward)
        title = self.query_one("#title", Static)
        if title.content != (shown := self._title()):
            title.update(shown, layout=False)
        self._show_keys()

    def _show_keys(self) -> None:
        desk = self.desk
        status = "" if desk.worksheet.saved else self.signs.text(_("not saved"))
        self.query_one(KeyBar).show(self._keys(), status)

    def _title(self) -> Content:
        worksheet = self.desk.worksheet
        settled = sum(worksheet.entry(blank.id).settled for blank in worksheet.blanks)
        count = f"{settled}/{len(worksheet.blanks)}  "
        head = f"{self.head}  " if self.head else ""
        return content(self.signs, head, (count, "bold $accent"), (str(worksheet.variant.exercise.title), "bold"))

    def _keys(self) -> list[Binding]:
        """The keys that mean something now."""
        desk = self.desk
        done, exercise = desk.worksheet.done, desk.worksheet.variant.exercise
        hidden = {"exercise.undo", "exercise.hint"} if done else set()
        if desk.worksheet.exam:
            hidden |= {"exercise.undo", "exercise.hint", "exercise.fresh"}
        if desk.worksheet.withheld:
            hidden |= {"exercise.card", "exercise.explain"}
        if not exercise.varies:
            hidden.add("exercise.fresh")
        if not desk.worksheet.problem.graph.nodes:
            hidden |= {"exercise.density", "exercise.explain", "exercise.closer"}
        if not done:
            hidden.add("exercise.closer")
        if not desk.worksheet.offers_reveal(desk.at):
            hidden.add("exercise.reveal")
        opens = desk.opens(desk.node)
        if opens is None:
            hidden.add("exercise.open")
        keys = [key for key in self.BINDINGS if isinstance(key, Binding) and key.show and key.id not in hidden]
        if opens is False:
            keys = [replace(key, description=N_("fold")) if key.id == "exercise.open" else key for key in keys]
        first = [Binding("enter", "check", N_("go on"), id="exercise.check")] if done else []
        last = [Binding("pagedown", "scroll_notes(1)", N_("more"), id="exercise.page-down")]
        return [*first, *keys, *(last if self.query_one(Panel).more else [])]

    def on_panel_scrolled(self) -> None:
        self._show_keys()
