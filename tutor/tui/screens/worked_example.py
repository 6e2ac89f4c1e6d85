"""A formula worked out: the graph, every edge and the gradients."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import ScrollableContainer
from textual.content import Content
from textual.widgets import Static

from tutor.algebra.printing import format_cells
from tutor.drawing.from_problem import boxes_of
from tutor.drawing.layout.planned import PlannedDrawings
from tutor.drawing.reports.worked import worked_text
from tutor.drawing.reports.worked_values import WorkedValues
from tutor.i18n import N_, _
from tutor.tui.graph_look import PlaceContent
from tutor.tui.screens.base import ScrollingScreen
from tutor.tui.widgets.graph import GraphPreview
from tutor.tui.widgets.head import Head, HeadContent
from tutor.tui.widgets.key_bar import KeyBar

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from tutor.drawing.model import Drawing
    from tutor.packs.exercise import Exercise
    from tutor.tui.host import Host

#: The cells left and right of the texts, those of a scroll bar and beside it, and the rows above and below them.
_MARGIN, _SCROLLBAR, _ROWS_AROUND = 4, 2, 2
#: The graph has at least this many rows; the text below it is scrolled to.
_MIN_GRAPH_ROWS = 12


class WorkedExampleScreen(ScrollingScreen):
    """Show a formula worked out: the graph, every edge and the gradients."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f6,enter", "close", N_("back"), tooltip=N_("back to the formula"), id="worked.close"),
        Binding("f1", "help", N_("help"), tooltip=N_("Explain this screen and list all keys"), id="worked.help"),
        Binding("down", "scroll(0, 1)", N_("down"), tooltip=N_("Scroll the text"), id="worked.down"),
        Binding("up", "scroll(0, -1)", N_("up"), tooltip=N_("Scroll the text"), show=False, id="worked.up"),
        Binding("right", "scroll(8, 0)", N_("right"), tooltip=N_("Scroll the text"), id="worked.right"),
        Binding("left", "scroll(-8, 0)", N_("move left"), tooltip=N_("Scroll the text"), show=False, id="worked.left"),
        Binding(
            "pagedown,space",
            "page(1)",
            N_("down"),
            tooltip=N_("Scroll down by a page"),
            show=False,
            id="worked.page-down",
        ),
        Binding("pageup", "page(-1)", N_("up"), tooltip=N_("Scroll up by a page"), show=False, id="worked.page-up"),
    ]
    HELP_TEXT = N_(
        "The solution of the formula: the value of every node, the gradient of every edge, and the "
        "gradients of the inputs."
    )
    SCROLL_TARGET = "#worked"

    def __init__(self, host: Host, exercise: Exercise) -> None:
        super().__init__(host)
        self._exercise = exercise

    def compose(self) -> ComposeResult:
        content = HeadContent(str(self._exercise.title), trail=[_("Playground")], aside=_("solution"))
        yield Head(self.glyphs, id="worked-head", content=content)
        with ScrollableContainer(id="worked", can_focus=False):
            yield GraphPreview(self.glyphs, id="worked-graph")
            yield Static(id="worked-text")
        yield KeyBar(self.glyphs, id="keys")

    def on_resize(self) -> None:
        # The rows that are free are known once the widgets have their places.
        self.call_after_refresh(self._show)

    def _show(self) -> None:
        """Show the graph in the rows that the text leaves, and below it every edge and the gradients."""
        if not self.has_widgets:
            return
        problem, graph = self._exercise.variant().problem, self.query_one(GraphPreview)
        width = max(self.size.width - _MARGIN, 40)
        lines = worked_text(problem, self.glyphs, draw=False, width=width)
        rows = max(self.query_one("#worked").size.height - len(lines) - _ROWS_AROUND, _MIN_GRAPH_ROWS)
        drawing = self._draw(width - _SCROLLBAR, rows)
        graph.display = drawing is not None
        if drawing is None:
            lines = worked_text(problem, self.glyphs, width=width)
        else:
            graph.styles.height = max(rows, drawing.height + 1)
            graph.set_graph(drawing, self._gradients())
        self.query_one("#worked-text", Static).update(Content("\n".join(lines)))
        self.call_after_refresh(self.refresh_bindings)

    def _draw(self, width: int, rows: int) -> Drawing | None:
        """Return the graph with its forward values, or None if it is too wide for the window."""
        problem = self._exercise.variant().problem
        passes = WorkedValues.of(problem).passes
        drawing = PlannedDrawings(boxes_of(problem, self.glyphs, passes=passes), self.glyphs).fit(width, rows)
        return drawing if drawing.width <= width else None

    def _gradients(self) -> dict[str, PlaceContent]:
        """Return the gradient of each edge and each branch."""
        problem, glyphs = self._exercise.variant().problem, self.glyphs
        passes = WorkedValues.of(problem).passes
        return {
            place.id: PlaceContent(
                "given",
                [list(map(glyphs.render, row)) for row in format_cells(problem.truth(place, passes))],
                (),
                glyphs.given,
            )
            for place in problem.places
        }
