"""A rule card: the rule of a node, a picture of it, why it is so, and what people get wrong there."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tutor.i18n import N_, _, translate
from tutor.tui.content import from_markup, styled
from tutor.tui.screens.base import ScrollingScreen
from tutor.tui.widgets.key_bar import KeyBar

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from tutor.glyphs import Glyphs
    from tutor.grading.rule_cards import RuleCard

KEYS: list[BindingType] = [
    Binding("escape,f4,enter", "close", N_("back"), tooltip=N_("back to where you were"), id="card.close"),
    Binding("tab,right", "glossary", N_("all rules"), tooltip=N_("all rules and words"), id="card.glossary"),
    Binding("down,pagedown,space", "page(1)", N_("down"), tooltip=N_("scroll the text"), id="card.down"),
    Binding("up,pageup", "page(-1)", N_("up"), tooltip=N_("scroll the text"), show=False, id="card.up"),
    Binding("f1", "help", N_("help"), tooltip=N_("what this is, and all keys"), id="card.help"),
]


class RuleCardScreen(ScrollingScreen):
    """Shows one card. `from_glossary`: opened from the list of all rules, to which it goes back."""

    BINDINGS: ClassVar[list[BindingType]] = KEYS
    HELP_TEXT = N_(
        "A rule card tells what a node sends back, why it is so, and what is often got wrong there. Values you have "
        "not found yet stay a question mark."
    )
    DOWN = "card.down"

    def __init__(self, card: RuleCard, glyphs: Glyphs, *, ascii: bool = False, from_glossary: bool = False) -> None:
        super().__init__(glyphs, ascii=ascii)
        self.card = card
        self.from_glossary = from_glossary

    def compose(self) -> ComposeResult:
        yield Static(styled(self.glyphs, (self.card.title, "bold"), "   ", _("rule card")), id="title")
        with VerticalScroll(id="card", can_focus=False):
            yield Static(self._rules_text(), id="card-rules")
            if self.card.picture is not None:
                yield Static(self._picture_text(), id="card-picture")
            yield Static(self._reasons_text(), id="card-reasons")
        yield KeyBar(self.glyphs, id="keys")

    def hidden_bindings(self) -> set[str]:
        return {"card.glossary"} if self.from_glossary else set()

    def _rules_text(self) -> Content:
        return Content("\n").join(from_markup(self.glyphs, str(sentence), "bold") for sentence in self.card.rules)

    def _picture_text(self) -> Content:
        picture = self.card.picture
        assert picture is not None
        lines = "\n".join(picture.render(self.glyphs))
        return styled(self.glyphs, lines, "\n", (translate(picture.caption), "$foreground 60%"))

    def _reasons_text(self) -> Content:
        signs = self.glyphs
        lines = [styled(signs, (_("Why it is so:"), "bold $primary"))]
        lines += [from_markup(signs, line) for line in self.card.why_sentences]
        if self.card.mistakes:
            lines += [Content(""), styled(signs, (_("Common mistakes:"), "bold $primary"))]
        for name, says in self.card.mistakes:
            lines.append(styled(signs, (f"{signs.incorrect} {name}", "$text-warning"), f"  {says}" if says else ""))
        return Content("\n").join(lines)

    def action_glossary(self) -> None:
        from tutor.tui.screens.glossary import GlossaryScreen

        if self.app.screen is self and not self.from_glossary:
            self.app.switch_screen(GlossaryScreen(self.glyphs, ascii=self.ascii, selected_title=self.card.title))
