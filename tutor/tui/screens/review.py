"""What a review has come to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tutor.i18n import N_, _, message
from tutor.practice.skills import name
from tutor.tui.contents import content
from tutor.tui.screens.reading import ReadingScreen
from tutor.tui.signs import Signs
from tutor.tui.standings import TONES, called, mark
from tutor.tui.widgets.key_bar import KeyBar

KEYS: list[BindingType] = [
    Binding("enter,escape", "close", N_("back to the list"), tooltip=N_("back to the list"), id="reviewed.close"),
    Binding("down,pagedown,space", "page(1)", N_("down"), tooltip=N_("scroll the text"), id="reviewed.down"),
    Binding("up,pageup", "page(-1)", N_("up"), tooltip=N_("scroll the text"), show=False, id="reviewed.up"),
    Binding("f1", "help", N_("help"), tooltip=N_("what this is, and all keys"), id="reviewed.help"),
]


class ReviewedScreen(ReadingScreen):
    """For each rule how it stood before, how it stands now, and when it comes back."""

    BINDINGS: ClassVar[list[BindingType]] = KEYS
    SAYS = N_(
        "What the review came to: how you stood with each rule before and after it, and the day on which it comes back."
    )
    DOWN = "reviewed.down"

    def __init__(self, outcome: Sequence[tuple[str, str, str, date | None]], left: bool, signs: Signs) -> None:
        """`outcome` is that of a review's session; `left`: the learner did not go through all of it."""
        super().__init__(signs)
        self.outcome = outcome
        self.left = left

    def compose(self) -> ComposeResult:
        yield Static(content(self.signs, (_("Review"), "bold")), id="title")
        with VerticalScroll(id="card", can_focus=False):
            yield Static(self._says(), id="card-says")
        yield KeyBar(self.signs, id="keys")

    def _says(self) -> Content:
        signs = self.signs
        done = _("The review is left here; what is still due stays due.") if self.left else _("The review is done.")
        head = f"{signs.right} " if not self.left else ""
        lines = [content(signs, (f"{head}{done}", "bold" if self.left else "bold $success")), Content("")]
        lines += [self._rule(*row) for row in self.outcome]
        return Content("\n").join(lines)

    def _rule(self, rule: str, before: str, after: str, due: date | None) -> Content:
        signs = self.signs
        told = called(after) if before == after else f"{called(before)} → {called(after)}"
        back = "" if due is None else "   " + str(message(N_("comes back on {day}"), day=due.isoformat()))
        sign = (f"{mark(signs, after)} ", TONES[after])
        return content(signs, sign, (name(rule), "bold"), "   ", (told, TONES[after]), (back, "$foreground 60%"))
