"""The result of the placement test: what is known, and where to begin."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from tutor.i18n import N_, _
from tutor.practice.placement_texts import CREDIT, comparison, headline, topic_rows
from tutor.tui.content import styled
from tutor.tui.screens.base import ScrollingScreen
from tutor.tui.widgets.head import Head, HeadContent
from tutor.tui.widgets.key_bar import KeyBar

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from tutor.practice.placement_result import PlacementResult
    from tutor.tui.host import Host

_STYLES = {"shown": "$right", "implied": "$right", "open": "$muted"}


class PlacementResultScreen(ScrollingScreen):
    """Show what is known of each topic; Enter opens the exercise to begin with."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "begin", N_("open"), tooltip=N_("Open the recommended first exercise"), id="placed.begin"),
        Binding("escape", "close", N_("Go back to the list"), tooltip=N_("Go back to the list"), id="placed.close"),
        Binding("down,pagedown,space", "page(1)", N_("down"), tooltip=N_("Scroll the text"), id="placed.down"),
        Binding("up,pageup", "page(-1)", N_("up"), tooltip=N_("Scroll the text"), show=False, id="placed.up"),
        Binding("f1", "help", N_("help"), tooltip=N_("Explain this screen and list all keys"), id="placed.help"),
    ]
    HELP_TEXT = N_(
        "The topics you know and those to learn. A topic counts as known if your answers show it, or "
        "if you know a topic that builds on it. Exercises you don't need are no longer suggested, but "
        "you can still open them."
    )

    class BeginRequested(Message):
        """The learner wants to begin with the exercise that the test found."""

        def __init__(self, screen: PlacementResultScreen, exercise: str) -> None:
            super().__init__()
            self.screen = screen
            self.exercise = exercise

    def __init__(self, host: Host, result: PlacementResult) -> None:
        super().__init__(host)
        self._result = result

    def compose(self) -> ComposeResult:
        title = _("Final test") if self._result.kind == "final" else _("Placement test")
        yield Head(self.glyphs, id="head", content=HeadContent(title))
        with VerticalScroll(id="card", can_focus=False):
            yield Static(self._text(), id="card-rules")
        yield KeyBar(self.glyphs, id="keys")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "begin":
            return bool(self._result.begin)
        return super().check_action(action, parameters)

    def action_begin(self) -> None:
        self.post_message(self.BeginRequested(self, self._result.begin))

    def _text(self) -> Content:
        result, glyphs = self._result, self.glyphs
        lines = [styled(glyphs, (str(headline(result)), "bold")), Content("")]
        compared = comparison(result)
        if compared is not None:
            lines += [styled(glyphs, str(compared)), Content("")]
        rows = list(topic_rows(result))
        width = max(cell_len(glyphs.render(name)) for _state, name, _label in rows)
        for state, name, label in rows:
            mark = glyphs.correct if state != "open" else glyphs.blank
            gap = " " * (width - cell_len(glyphs.render(name)) + 3)
            lines.append(
                styled(glyphs, (f"{mark} ", _STYLES[state]), (f"{name}{gap}", "bold"), (label, _STYLES[state]))
            )
        if result.known:
            lines += [Content(""), styled(glyphs, (_(CREDIT), "$muted"))]
        return Content("\n").join(lines)
