"""What a review has come to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from tutor.i18n import N_, _, message
from tutor.practice.skills import name
from tutor.tui.contents import content
from tutor.tui.screens.help import HelpScreen
from tutor.tui.signs import Signs
from tutor.tui.standings import TONES, called, mark
from tutor.tui.widgets.key_bar import KeyBar

KEYS: list[BindingType] = [
    Binding("enter,escape", "close", N_("back to the list"), tooltip=N_("back to the list"), id="reviewed.close"),
    Binding("down,pagedown,space", "scroll(1)", N_("down"), tooltip=N_("scroll the text"), id="reviewed.down"),
    Binding("up,pageup", "scroll(-1)", N_("up"), tooltip=N_("scroll the text"), show=False, id="reviewed.up"),
    Binding("f1", "help", N_("help"), tooltip=N_("what this is, and all keys"), id="reviewed.help"),
]


class ReviewedScreen(Screen[None]):
    """For each rule how it stood before, how it stands now, and when it comes back."""

    BINDINGS: ClassVar[list[BindingType]] = KEYS

    def __init__(self, outcome: Sequence[tuple[str, str, str, date | None]], left: bool, signs: Signs) -> None:
        """`outcome` is that of a review's session; `left`: the learner did not go through all of it."""
        super().__init__()
        self.outcome = outcome
        self.left = left
        self.signs = signs

    def compose(self) -> ComposeResult:
        yield Static(content(self.signs, (_("Review"), "bold")), id="title")
        with VerticalScroll(id="card", can_focus=False):
            yield Static(self._says(), id="card-says")
        yield KeyBar(self.signs, id="keys")

    def on_mount(self) -> None:
        if self.query(KeyBar):
            self.call_after_refresh(self._show_keys)

    def on_resize(self) -> None:
        self.call_after_refresh(self._show_keys)

    def _show_keys(self) -> None:
        """The keys that do something: a text that is in sight as a whole can't be scrolled."""
        if not self.query(KeyBar):
            return
        hidden = set() if self.query_one("#card").max_scroll_y else {"reviewed.down"}
        shown = [key for key in KEYS if isinstance(key, Binding) and key.show and key.id not in hidden]
        self.query_one(KeyBar).show(shown)

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

    def action_scroll(self, by: int) -> None:
        card = self.query_one("#card", VerticalScroll)
        card.scroll_relative(y=by * max(card.size.height - 1, 1), animate=False)

    def action_help(self) -> None:
        if self.app.screen is not self:
            return
        text = _(
            "What the review came to: how you stood with each rule before and after it, and the day on which it comes back."
        )
        keys = [key for key in KEYS if isinstance(key, Binding)]
        self.app.push_screen(HelpScreen([content(self.signs, text)], keys, self.signs))

    def action_close(self) -> None:
        if self.app.screen is self:
            self.dismiss(None)
