"""A formula worked out: the graph, every edge and the gradients."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import ScrollableContainer
from textual.content import Content
from textual.widgets import Static

from tutor.drawing.reports.worked import worked_text
from tutor.i18n import N_, _
from tutor.tui.content import styled
from tutor.tui.screens.base import ScrollingScreen
from tutor.tui.widgets.key_bar import KeyBar

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from tutor.packs.exercise import Exercise
    from tutor.tui.host import Host


class WorkedExampleScreen(ScrollingScreen):
    """Show a formula worked out: the graph, every edge and the gradients."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f6,enter", "close", N_("back"), tooltip=N_("back to the formula"), id="worked.close"),
        Binding("f1", "help", N_("help"), tooltip=N_("what this is, and all keys"), id="worked.help"),
        Binding("down", "scroll(0, 1)", N_("down"), tooltip=N_("scroll the text"), id="worked.down"),
        Binding("up", "scroll(0, -1)", N_("up"), tooltip=N_("scroll the text"), show=False, id="worked.up"),
        Binding("right", "scroll(8, 0)", N_("right"), tooltip=N_("scroll the text"), id="worked.right"),
        Binding("left", "scroll(-8, 0)", N_("left"), tooltip=N_("scroll the text"), show=False, id="worked.left"),
        Binding("pagedown,space", "page(1)", N_("down"), tooltip=N_("a page down"), show=False, id="worked.page-down"),
        Binding("pageup", "page(-1)", N_("up"), tooltip=N_("a page up"), show=False, id="worked.page-up"),
    ]
    HELP_TEXT = N_(
        "The formula worked out: what flows forward through every node, what flows back along every edge, and the "
        "gradients of the inputs."
    )
    SCROLL_TARGET = "#worked"

    def __init__(self, host: Host, exercise: Exercise) -> None:
        super().__init__(host)
        self._exercise = exercise

    def compose(self) -> ComposeResult:
        yield Static(styled(self.glyphs, (str(self._exercise.title), "bold"), "   ", _("worked out")), id="title")
        with ScrollableContainer(id="worked", can_focus=False):
            yield Static(id="worked-text")
        yield KeyBar(self.glyphs, id="keys")

    def on_resize(self) -> None:
        if self.has_widgets:
            width = max(self.size.width - 4, 40)
            lines = worked_text(self._exercise.variant().problem, self.glyphs, width=width)
            self.query_one("#worked-text", Static).update(Content("\n".join(lines)))
