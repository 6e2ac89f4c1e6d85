"""The result of a review."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tutor.i18n import N_, _
from tutor.practice.mastery_levels import change_label, mastery_signs, next_step
from tutor.practice.rule_ids import rule_name
from tutor.practice.scheduler import utc_today
from tutor.tui.content import styled
from tutor.tui.screens.base import ScrollingScreen
from tutor.tui.themes import MASTERY_STYLES
from tutor.tui.widgets.head import Head, HeadContent
from tutor.tui.widgets.key_bar import KeyBar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from tutor.i18n import Message
    from tutor.practice.mastery_levels import MasteryState
    from tutor.tui.host import Host

KEYS: list[BindingType] = [
    Binding("enter,escape", "close", N_("Go back to the list"), tooltip=N_("Go back to the list"), id="reviewed.close"),
    Binding("down,pagedown,space", "page(1)", N_("down"), tooltip=N_("Scroll the text"), id="reviewed.down"),
    Binding("up,pageup", "page(-1)", N_("up"), tooltip=N_("Scroll the text"), show=False, id="reviewed.up"),
    Binding("f1", "help", N_("help"), tooltip=N_("Explain this screen and list all keys"), id="reviewed.help"),
]


class ReviewResultScreen(ScrollingScreen):
    """Show for each rule the mastery before and after the review, and when it comes back."""

    BINDINGS: ClassVar[list[BindingType]] = KEYS
    HELP_TEXT = N_(
        "The rules of this review: their levels before and now, how many of the three steps are done, "
        "and when they come back. Below are the due rules that were not asked, with the reason. F1 in "
        "Progress explains the steps."
    )

    def __init__(
        self,
        host: Host,
        outcome: Sequence[tuple[str, MasteryState, MasteryState]],
        left: Sequence[Message] = (),
        *,
        left_early: bool,
    ) -> None:
        """Show the outcome of a review session: each rule with its state before and after.

        `left` says which due rules were not in it, and why.
        """
        super().__init__(host)
        self._outcome = outcome
        self._left = left
        self._left_early = left_early

    def compose(self) -> ComposeResult:
        yield Head(self.glyphs, id="head", content=HeadContent(_("Review")))
        with VerticalScroll(id="card", can_focus=False):
            yield Static(self._outcome_text(), id="card-rules")
        yield KeyBar(self.glyphs, id="keys")

    def _outcome_text(self) -> Content:
        glyphs = self.glyphs
        if self._left_early:
            head = (_("You have left the review. The remaining rules stay due."), "bold")
        else:
            head = (glyphs.correct + " " + _("The review is finished."), "bold $right")
        left = [styled(glyphs, (str(sentence), "$help")) for sentence in self._left]
        lines = [styled(glyphs, head), Content(""), *(self._rule_line(*row) for row in self._outcome)]
        return Content("\n").join([*lines, *([Content("")] if left else []), *left])

    def _rule_line(self, rule: str, before: MasteryState, after: MasteryState) -> Content:
        step = next_step(after, utc_today())
        full, empty = mastery_signs(after)
        return styled(
            self.glyphs,
            (full, MASTERY_STYLES[after.level]),
            (empty, "$edge"),
            (f" {rule_name(rule)}", "bold"),
            "   ",
            (change_label(before, after), MASTERY_STYLES[after.level]),
            (f"   {step}", "$muted"),
        )
