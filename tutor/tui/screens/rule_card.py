"""A rule card: the rule of an operation with a picture, its reason and the common mistakes."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tutor.i18n import N_, _, translate
from tutor.tui.content import from_markup, styled
from tutor.tui.screens.base import ScrollingScreen
from tutor.tui.widgets.head import Head, HeadContent
from tutor.tui.widgets.key_bar import KeyBar

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from tutor.grading.rule_cards import RuleCard
    from tutor.tui.host import Host

KEYS: list[BindingType] = [
    Binding("escape,f4,enter", "close", N_("back"), tooltip=N_("Go back"), id="card.close"),
    Binding("tab,right", "glossary", N_("all rules"), tooltip=N_("Show all rules and terms"), id="card.glossary"),
    Binding("down,pagedown,space", "page(1)", N_("down"), tooltip=N_("Scroll the text"), id="card.down"),
    Binding("up,pageup", "page(-1)", N_("up"), tooltip=N_("Scroll the text"), show=False, id="card.up"),
    Binding("f1", "help", N_("help"), tooltip=N_("Explain this screen and list all keys"), id="card.help"),
]


class RuleCardScreen(ScrollingScreen):
    """Show one card."""

    BINDINGS: ClassVar[list[BindingType]] = KEYS
    HELP_TEXT = N_(
        "A rule card shows what a node sends back, why, and what often goes wrong. Values you have not "
        "found yet appear as question marks."
    )

    def __init__(self, host: Host, card: RuleCard, *, from_glossary: bool = False) -> None:
        """Show a card; one that was opened from the list of all rules doesn't lead there again."""
        super().__init__(host)
        self._card = card
        self._from_glossary = from_glossary

    def compose(self) -> ComposeResult:
        yield Head(self.glyphs, id="head", content=HeadContent(str(self._card.title), aside=_("rule card")))
        with VerticalScroll(id="card", can_focus=False):
            yield Static(self._rules_text(), id="card-rules")
            if self._card.picture is not None:
                yield Static(self._picture_text(), id="card-picture")
            yield Static(self._reasons_text(), id="card-reasons")
        yield KeyBar(self.glyphs, id="keys")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "glossary":
            return not self._from_glossary
        return super().check_action(action, parameters)

    def _rules_text(self) -> Content:
        return Content("\n").join(from_markup(self.glyphs, str(sentence), "bold") for sentence in self._card.rules)

    def _picture_text(self) -> Content:
        picture = self._card.picture
        assert picture is not None
        lines = "\n".join(picture.render(self.glyphs))
        return styled(self.glyphs, lines, "\n", (translate(picture.caption), "$muted"))

    def _reasons_text(self) -> Content:
        glyphs = self.glyphs
        lines = [styled(glyphs, (_("Why:"), "bold $bright"))]
        lines += [from_markup(glyphs, sentence) for sentence in self._card.why_sentences]
        if self._card.mistakes:
            lines += [Content(""), styled(glyphs, (_("Common mistakes:"), "bold $bright"))]
        for name, text in self._card.mistakes:
            lines.append(styled(glyphs, (f"{glyphs.incorrect} {name}", "$help"), f"  {text}" if text else ""))
        return Content("\n").join(lines)

    def action_glossary(self) -> None:
        if self.app.screen is self:
            self.dismiss(None)
            self.host.show_glossary(self._card.title)
