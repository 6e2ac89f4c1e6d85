"""What a review has come to."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tutor.i18n import N_, _, message
from tutor.practice.mastery import mastery_label
from tutor.practice.rule_ids import rule_name
from tutor.tui.content import styled
from tutor.tui.screens.base import ScrollingScreen
from tutor.tui.themes import MASTERY_STYLES, mastery_mark
from tutor.tui.widgets.key_bar import KeyBar

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from textual.app import ComposeResult

    from tutor.glyphs import Glyphs

KEYS: list[BindingType] = [
    Binding("enter,escape", "close", N_("back to the list"), tooltip=N_("back to the list"), id="reviewed.close"),
    Binding("down,pagedown,space", "page(1)", N_("down"), tooltip=N_("scroll the text"), id="reviewed.down"),
    Binding("up,pageup", "page(-1)", N_("up"), tooltip=N_("scroll the text"), show=False, id="reviewed.up"),
    Binding("f1", "help", N_("help"), tooltip=N_("what this is, and all keys"), id="reviewed.help"),
]


class ReviewResultScreen(ScrollingScreen):
    """For each rule how it stood before, how it stands now, and when it comes back."""

    BINDINGS: ClassVar[list[BindingType]] = KEYS
    HELP_TEXT = N_(
        "What the review came to: how you stood with each rule before and after it, and the day on which it comes back."
    )
    DOWN = "reviewed.down"

    def __init__(self, outcome: Sequence[tuple[str, str, str, date | None]], left_early: bool, glyphs: Glyphs) -> None:
        """`outcome` is that of a review's session; `left`: the learner did not go through all of it."""
        super().__init__(glyphs)
        self.outcome = outcome
        self.left_early = left_early

    def compose(self) -> ComposeResult:
        yield Static(styled(self.glyphs, (_("Review"), "bold")), id="title")
        with VerticalScroll(id="card", can_focus=False):
            yield Static(self._outcome_text(), id="card-rules")
        yield KeyBar(self.glyphs, id="keys")

    def _outcome_text(self) -> Content:
        signs = self.glyphs
        done = (
            _("The review is left here; what is still due stays due.") if self.left_early else _("The review is done.")
        )
        head = f"{signs.correct} " if not self.left_early else ""
        lines = [styled(signs, (f"{head}{done}", "bold" if self.left_early else "bold $success")), Content("")]
        lines += [self._rule_line(*row) for row in self.outcome]
        return Content("\n").join(lines)

    def _rule_line(self, rule: str, before: str, after: str, due: date | None) -> Content:
        signs = self.glyphs
        told = mastery_label(after) if before == after else f"{mastery_label(before)} → {mastery_label(after)}"
        back = "" if due is None else "   " + str(message(N_("comes back on {day}"), day=due.isoformat()))
        sign = (f"{mastery_mark(signs, after)} ", MASTERY_STYLES[after])
        return styled(
            signs, sign, (rule_name(rule), "bold"), "   ", (told, MASTERY_STYLES[after]), (back, "$foreground 60%")
        )
