"""The glossary: all rules, each with its card, and the words of the subject."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tutor.grading.glossary import TERMS
from tutor.grading.rule_cards import RuleCard, all_cards
from tutor.i18n import N_, _, other_languages, translate, translate_to
from tutor.tui.content import hanging_indent, styled
from tutor.tui.screens.base import TutorScreen
from tutor.tui.screens.rule_card import RuleCardScreen
from tutor.tui.widgets.head import Head, HeadContent
from tutor.tui.widgets.key_bar import KeyBar
from tutor.tui.widgets.option_list import ReadableOptionList

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from tutor.tui.host import Host

KEYS: list[BindingType] = [
    Binding("escape,f4", "close", N_("back"), tooltip=N_("Go back"), id="glossary.close"),
    Binding("enter", "open", N_("open"), tooltip=N_("Open the card of this rule"), id="glossary.open"),
    Binding("f1", "help", N_("help"), tooltip=N_("Explain this screen and list all keys"), id="glossary.help"),
]

#: Indent of the text below a rule or a word.
_INDENT = Content(" " * 6)


class GlossaryScreen(TutorScreen[None]):
    """List the rules and the words."""

    BINDINGS: ClassVar[list[BindingType]] = KEYS
    HELP_TEXT = N_("Every rule of the backward pass, and the terms of the subject. Enter opens the card of a rule.")

    def __init__(self, host: Host, selected_title: str = "") -> None:
        """List all rules, with the cursor at the card of this title."""
        super().__init__(host)
        self._selected_title = selected_title
        # A comparison sends nothing back, so it has no rule.
        self._cards = tuple(card for card in all_cards() if card.rules)

    def compose(self) -> ComposeResult:
        yield Head(self.glyphs, id="head", content=HeadContent(_("Rules and terms")))
        yield ReadableOptionList(*self._options(0), id="glossary")
        yield KeyBar(self.glyphs, id="keys")

    def set_up(self) -> None:
        options = self.query_one(OptionList)
        options.focus()
        titles = [card.title for card in self._cards]
        options.highlighted = 1 + (titles.index(self._selected_title) if self._selected_title in titles else 0)

    def on_resize(self) -> None:
        self.call_after_refresh(self._wrap_options)

    def _wrap_options(self) -> None:
        """Wrap the text of each row to the width of the list, below its own beginning."""
        if not self.has_widgets:
            return
        options = self.query_one(OptionList)
        room = options.scrollable_content_region.width
        for index, option in enumerate(self._options(room)):
            options.replace_option_prompt_at_index(index, option.prompt)

    def _options(self, room: int) -> list[Option]:
        glyphs = self.glyphs
        rules, words = (styled(glyphs, (heading, "bold $bright")) for heading in (_("Rules"), _("Terms")))
        return [
            Option(rules, disabled=True),
            *(Option(self._rule(card, room), str(index)) for index, card in enumerate(self._cards)),
            Option(Content(""), disabled=True),
            Option(words),
            *(Option(self._term(*term, room)) for term in TERMS),
        ]

    def _rule(self, card: RuleCard, room: int) -> Content:
        text = styled(self.glyphs, (str(card.rules[0]), "$muted"))
        return styled(self.glyphs, (f"  {card.title}\n", "bold"), hanging_indent(_INDENT, text, room))

    def _term(self, word: str, meaning: str, room: int) -> Content:
        """Return a word with its translations and what it means."""
        translations = (translate_to(word, code) for code in other_languages())
        shown = [other for other in translations if other.isascii() or not self.glyphs.ascii]
        suffix = f" ({', '.join(shown)})" if shown else ""
        text = hanging_indent(_INDENT, styled(self.glyphs, translate(meaning)), room)
        return styled(self.glyphs, (f"  {translate(word)}{suffix}\n", "bold"), text)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if event.option_id is not None and self.app.screen is self:
            card = self._cards[int(event.option_id)]
            self.app.push_screen(RuleCardScreen(self.host, card, from_glossary=True))

    def action_open(self) -> None:
        self.query_one(OptionList).action_select()
