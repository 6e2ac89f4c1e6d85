"""A rule card: the rule of a node, a picture of it, why it is so, and what people get wrong there."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from tutor.grading.card import Card
from tutor.i18n import N_, _, translate
from tutor.tui.contents import content, prose
from tutor.tui.screens.help import HelpScreen
from tutor.tui.signs import Signs
from tutor.tui.widgets.key_bar import KeyBar

KEYS: list[BindingType] = [
    Binding("escape,f4,enter", "close", N_("back"), tooltip=N_("back to where you were"), id="card.close"),
    Binding("tab,right", "glossary", N_("all rules"), tooltip=N_("all rules and words"), id="card.glossary"),
    Binding("down,pagedown,space", "scroll(1)", N_("down"), tooltip=N_("scroll the text"), id="card.down"),
    Binding("up,pageup", "scroll(-1)", N_("up"), tooltip=N_("scroll the text"), show=False, id="card.up"),
    Binding("f1", "help", N_("help"), tooltip=N_("what this is, and all keys"), id="card.help"),
]


class CardScreen(Screen[None]):
    """Shows one card. `from_glossary`: opened from the list of all rules, to which it goes back."""

    BINDINGS: ClassVar[list[BindingType]] = KEYS

    def __init__(self, card: Card, signs: Signs, *, ascii: bool = False, from_glossary: bool = False) -> None:
        super().__init__(classes="-ascii" if ascii else None)
        self.card = card
        self.signs = signs
        self.ascii = ascii
        self.from_glossary = from_glossary

    def compose(self) -> ComposeResult:
        yield Static(content(self.signs, (self.card.title, "bold"), "   ", _("rule card")), id="title")
        with VerticalScroll(id="card", can_focus=False):
            yield Static(self._says(), id="card-says")
            if self.card.picture is not None:
                yield Static(self._picture(), id="card-picture")
            yield Static(self._why(), id="card-why")
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
        hidden = {"card.glossary"} if self.from_glossary else set()
        if not self.query_one("#card").max_scroll_y:
            hidden.add("card.down")
        shown = [key for key in KEYS if isinstance(key, Binding) and key.show and key.id not in hidden]
        self.query_one(KeyBar).show(shown)

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

    def action_scroll(self, by: int) -> None:
        card = self.query_one("#card", VerticalScroll)
        card.scroll_relative(y=by * max(card.size.height - 1, 1), animate=False)

    def action_glossary(self) -> None:
        from tutor.tui.screens.glossary import GlossaryScreen

        if self.app.screen is self and not self.from_glossary:
            self.app.switch_screen(GlossaryScreen(self.signs, ascii=self.ascii, at=self.card.title))

    def action_help(self) -> None:
        if self.app.screen is not self:
            return
        text = _(
            "A rule card tells what a node sends back, why it is so, and what is often got wrong there. Values you have "
            "not found yet stay a question mark."
        )
        keys = [key for key in KEYS if isinstance(key, Binding)]
        self.app.push_screen(HelpScreen([content(self.signs, text)], keys, self.signs))

    def action_close(self) -> None:
        if self.app.screen is self:
            self.dismiss(None)
