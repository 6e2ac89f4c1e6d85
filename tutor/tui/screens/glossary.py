"""All rules, each with its card, and the words of the subject in both languages."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tutor.grading.card import Card, cards
from tutor.grading.why import TERMS
from tutor.i18n import N_, _, in_language, language, translate
from tutor.tui.contents import content, hanging
from tutor.tui.screens.card import CardScreen
from tutor.tui.screens.visited import VisitedScreen
from tutor.tui.signs import Signs
from tutor.tui.widgets.key_bar import KeyBar
from tutor.tui.widgets.rows import Rows

KEYS: list[BindingType] = [
    Binding("escape,f4", "close", N_("back"), tooltip=N_("back to where you were"), id="glossary.close"),
    Binding("enter", "open", N_("open"), tooltip=N_("the card of this rule"), id="glossary.open"),
    Binding("f1", "help", N_("help"), tooltip=N_("what this is, and all keys"), id="glossary.help"),
]

#: Before what a rule or a word says.
_INDENT = Content(" " * 6)


class GlossaryScreen(VisitedScreen):
    """A list of rules and words. `at` is the title of the card that the cursor stands on first."""

    BINDINGS: ClassVar[list[BindingType]] = KEYS
    SAYS = N_("Every rule of the backward pass, and the words of the subject. Enter opens the card of a rule.")

    def __init__(self, signs: Signs, *, ascii: bool = False, at: str = "") -> None:
        super().__init__(signs, ascii=ascii)
        self._at = at
        self._cards = cards()

    def compose(self) -> ComposeResult:
        yield Static(content(self.signs, (_("Rules and words"), "bold")), id="title")
        yield Rows(*self._options(0), id="glossary")
        yield KeyBar(self.signs, id="keys")

    def on_mount(self) -> None:
        if not self.query(OptionList):
            return
        options = self.query_one(OptionList)
        options.focus()
        titles = [card.title for card in self._cards]
        options.highlighted = 1 + (titles.index(self._at) if self._at in titles else 0)
        self.query_one(KeyBar).show(self.own_keys())

    def on_resize(self) -> None:
        self.call_after_refresh(self._fit)

    def _fit(self) -> None:
        """What a rule or a word says is wrapped below its own beginning."""
        if not self.query(OptionList):
            return
        options = self.query_one(OptionList)
        room = options.scrollable_content_region.width
        for at, option in enumerate(self._options(room)):
            options.replace_option_prompt_at_index(at, option.prompt)

    def _options(self, room: int) -> list[Option]:
        signs = self.signs
        found = [Option(content(signs, (_("Rules"), "bold $primary")), disabled=True)]
        found += [Option(self._rule(card, room), str(index)) for index, card in enumerate(self._cards)]
        found += [Option(Content(""), disabled=True), Option(content(signs, (_("Words"), "bold $primary")))]
        found += [Option(self._term(*term, room)) for term in TERMS]
        return found

    def _rule(self, card: Card, room: int) -> Content:
        said = content(self.signs, (str(card.says[0]), "$foreground 60%"))
        return content(self.signs, (f"  {card.title}\n", "bold"), hanging(_INDENT, said, room))

    def _term(self, word: str, meaning: str, room: int) -> Content:
        """A word with the word of the other language, and what it means."""
        other = in_language(word, "ko" if language() == "en" else "en")
        beside = f" ({other})" if other.isascii() or not self.ascii else ""
        says = hanging(_INDENT, content(self.signs, translate(meaning)), room)
        return content(self.signs, (f"  {translate(word)}{beside}\n", "bold"), says)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if event.option_id is not None and self.app.screen is self:
            card = self._cards[int(event.option_id)]
            self.app.push_screen(CardScreen(card, self.signs, ascii=self.ascii, from_glossary=True))

    def action_open(self) -> None:
        self.query_one(OptionList).action_select()
