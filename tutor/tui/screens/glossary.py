"""All rules, each with its card, and the words of the subject in both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tutor.grading.glossary import TERMS
from tutor.grading.rule_cards import RuleCard, all_cards
from tutor.i18n import N_, _, current_language, translate, translate_to
from tutor.tui.content import hanging_indent, styled
from tutor.tui.screens.base import TutorScreen
from tutor.tui.screens.rule_card import RuleCardScreen
from tutor.tui.widgets.key_bar import KeyBar
from tutor.tui.widgets.option_list import ReadableOptionList

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from tutor.glyphs import Glyphs

KEYS: list[BindingType] = [
    Binding("escape,f4", "close", N_("back"), tooltip=N_("back to where you were"), id="glossary.close"),
    Binding("enter", "open", N_("open"), tooltip=N_("the card of this rule"), id="glossary.open"),
    Binding("f1", "help", N_("help"), tooltip=N_("what this is, and all keys"), id="glossary.help"),
]

#: Before what a rule or a word says.
_INDENT = Content(" " * 6)


class GlossaryScreen(TutorScreen):
    """A list of rules and words. `at` is the title of the card that the cursor stands on first."""

    BINDINGS: ClassVar[list[BindingType]] = KEYS
    HELP_TEXT = N_("Every rule of the backward pass, and the words of the subject. Enter opens the card of a rule.")

    def __init__(self, glyphs: Glyphs, *, ascii: bool = False, selected_title: str = "") -> None:
        super().__init__(glyphs, ascii=ascii)
        self._selected_title = selected_title
        self._cards = all_cards()

    def compose(self) -> ComposeResult:
        yield Static(styled(self.glyphs, (_("Rules and words"), "bold")), id="title")
        yield ReadableOptionList(*self._options(0), id="glossary")
        yield KeyBar(self.glyphs, id="keys")

    def on_mount(self) -> None:
        if not self.query(OptionList):
            return
        options = self.query_one(OptionList)
        options.focus()
        titles = [card.title for card in self._cards]
        options.highlighted = 1 + (titles.index(self._selected_title) if self._selected_title in titles else 0)
        self.query_one(KeyBar).set_state(self.bindings())

    def on_resize(self) -> None:
        self.call_after_refresh(self._wrap_options)

    def _wrap_options(self) -> None:
        """What a rule or a word says is wrapped below its own beginning."""
        if not self.query(OptionList):
            return
        options = self.query_one(OptionList)
        room = options.scrollable_content_region.width
        for at, option in enumerate(self._options(room)):
            options.replace_option_prompt_at_index(at, option.prompt)

    def _options(self, room: int) -> list[Option]:
        signs = self.glyphs
        found = [Option(styled(signs, (_("Rules"), "bold $primary")), disabled=True)]
        found += [Option(self._rule(card, room), str(index)) for index, card in enumerate(self._cards)]
        found += [Option(Content(""), disabled=True), Option(styled(signs, (_("Words"), "bold $primary")))]
        found += [Option(self._term(*term, room)) for term in TERMS]
        return found

    def _rule(self, card: RuleCard, room: int) -> Content:
        said = styled(self.glyphs, (str(card.rules[0]), "$foreground 60%"))
        return styled(self.glyphs, (f"  {card.title}\n", "bold"), hanging_indent(_INDENT, said, room))

    def _term(self, word: str, meaning: str, room: int) -> Content:
        """A word with the word of the other language, and what it means."""
        other = translate_to(word, "ko" if current_language() == "en" else "en")
        beside = f" ({other})" if other.isascii() or not self.ascii else ""
        says = hanging_indent(_INDENT, styled(self.glyphs, translate(meaning)), room)
        return styled(self.glyphs, (f"  {translate(word)}{beside}\n", "bold"), says)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if event.option_id is not None and self.app.screen is self:
            card = self._cards[int(event.option_id)]
            self.app.push_screen(RuleCardScreen(card, self.glyphs, ascii=self.ascii, from_glossary=True))

    def action_open(self) -> None:
        self.query_one(OptionList).action_select()
