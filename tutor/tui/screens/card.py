"""A rule card: the rule of a node, a picture of it, why it is so, and what people get wrong there."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tutor.grading.card import Card
from tutor.i18n import N_, _, translate
from tutor.tui.contents import content, prose
from tutor.tui.screens.reading import ReadingScreen
from tutor.tui.signs import Signs
from tutor.tui.widgets.key_bar import KeyBar

KEYS: list[BindingType] = [
    Binding("escape,f4,enter", "close", N_("back"), tooltip=N_("back to where you were"), id="card.close"),
    Binding("tab,right", "glossary", N_("all rules"), tooltip=N_("all rules and words"), id="card.glossary"),
    Binding("down,pagedown,space", "page(1)", N_("down"), tooltip=N_("scroll the text"), id="card.down"),
    Binding("up,pageup", "page(-1)", N_("up"), tooltip=N_("scroll the text"), show=False, id="card.up"),
    Binding("f1", "help", N_("help"), tooltip=N_("what this is, and all keys"), id="card.help"),
]


class CardScreen(ReadingScreen):
    """Shows one card. `from_glossary`: opened from the list of all rules, to which it goes back."""

    BINDINGS: ClassVar[list[BindingType]] = KEYS
    SAYS = N_(
        "A rule card tells what a node sends back, why it is so, and what is often got wrong there. Values you have "
        "not found yet stay a question mark."
    )
    DOWN = "card.down"

    def __init__(self, card: Card, signs: Signs, *, ascii: bool = False, from_glossary: bool = False) -> None:
        super().__init__(signs, ascii=ascii)
        self.card = card
        self.from_glossary = from_glossary

    def compose(self) -> ComposeResult:
        yield Static(content(self.signs, (self.card.title, "bold"), "   ", _("rule card")), id="title")
        with VerticalScroll(id="card", can_focus=False):
            yield Static(self._says(), id="card-says")
            if self.card.picture is not None:
                yield Static(self._picture(), id="card-picture")
            yield Static(self._why(), id="card-why")
        yield KeyBar(self.signs, id="keys")

    def hidden(self) -> set[str]:
        return {"card.glossary"} if self.from_glossary else set()

    def _says(self) -> Content:
        return Content("\n").join(prose(self.signs, str(sentence), "bold") for sentence in self.card.says)

    def _picture(self) -> Content:
        picture = self.card.picture
        assert picture is not None
        lines = "\n".join(picture.drawn(self.ascii))
        return content(self.signs, lines, "\n", (translate(picture.caption), "$foreground 60%"))

    def _why(self) -> Content:
        signs = self.signs
        lines = [content(signs, (_("Why it is so:"), "bold $primary"))]
        lines += [prose(signs, line) for line in self.card.reasons]
        if self.card.mistakes:
            lines += [Content(""), content(signs, (_("Common mistakes:"), "bold $primary"))]
        for name, says in self.card.mistakes:
            lines.append(content(signs, (f"{signs.wrong} {name}", "$text-warning"), f"  {says}" if says else ""))
        return Content("\n").join(lines)

    def action_glossary(self) -> None:
        from tutor.tui.screens.glossary import GlossaryScreen

        if self.app.screen is self and not self.from_glossary:
            self.app.switch_screen(GlossaryScreen(self.signs, ascii=self.ascii, at=self.card.title))
