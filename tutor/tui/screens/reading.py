"""What screens to read have in common: a text that scrolls, keys that mean something, help, a way back."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding
from textual.screen import Screen

from tutor.i18n import _
from tutor.tui.contents import content
from tutor.tui.screens.help import HelpScreen
from tutor.tui.signs import Signs
from tutor.tui.widgets.key_bar import KeyBar


class ReadingScreen(Screen[None]):
    """A screen to read. `TEXT` is what scrolls, `SAYS` what the screen is for, `DOWN` and `RIGHT` are the ids of keys that
    mean something only where the text goes on that way.
    """

    TEXT: ClassVar[str] = "#card"
    SAYS: ClassVar[str]
    DOWN: ClassVar[str]
    RIGHT: ClassVar[str] = ""

    def __init__(self, signs: Signs, *, ascii: bool = False) -> None:
        super().__init__(classes="-ascii" if ascii else None)
        self.signs = signs
        self.ascii = ascii

    def on_mount(self) -> None:
        self.call_after_refresh(self.show_keys)

    def on_resize(self) -> None:
        self.call_after_refresh(self.show_keys)

    def hidden(self) -> set[str]:
        """The ids of keys that mean nothing now, besides those that scroll."""
        return set()

    def show_keys(self) -> None:
        """The keys that do something: a text that is in sight as a whole can't be scrolled."""
        if not self.query(KeyBar):  # the app is left before the screen was made
            return
        text, hidden = self.query_one(self.TEXT), self.hidden()
        if not text.max_scroll_y:
            hidden.add(self.DOWN)
        if not text.max_scroll_x:
            hidden.add(self.RIGHT)
        self.query_one(KeyBar).show([key for key in self._keys() if key.show and key.id not in hidden])

    def _keys(self) -> list[Binding]:
        return [key for key in self.BINDINGS if isinstance(key, Binding)]

    def action_scroll(self, columns: int, rows: int) -> None:
        self.query_one(self.TEXT).scroll_relative(x=columns, y=rows, animate=False)

    def action_page(self, pages: int) -> None:
        text = self.query_one(self.TEXT)
        text.scroll_relative(y=pages * max(text.size.height - 1, 1), animate=False)

    def action_help(self) -> None:
        if self.app.screen is self:
            self.app.push_screen(HelpScreen([content(self.signs, _(self.SAYS))], self._keys(), self.signs))

    def action_close(self) -> None:
        if self.app.screen is self:
            self.dismiss(None)
