"""What all screens have in common that one comes to for a while: signs, help, a way back."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.screen import Screen

from tutor.i18n import _
from tutor.tui.content import styled
from tutor.tui.screens.help import HelpScreen
from tutor.tui.widgets.key_bar import KeyBar

if TYPE_CHECKING:
    from tutor.glyphs import Glyphs


class TutorScreen(Screen[None]):
    """A screen that leads back to where one was. `SAYS` is what it is for."""

    HELP_TEXT: ClassVar[str]

    def __init__(self, glyphs: Glyphs, *, ascii: bool = False) -> None:
        super().__init__()
        self.glyphs = glyphs
        self.ascii = ascii

    def bindings(self) -> list[Binding]:
        """All keys of this screen."""
        return [key for key in self.BINDINGS if isinstance(key, Binding)]

    def action_help(self) -> None:
        if self.app.screen is self:
            self.app.push_screen(HelpScreen([styled(self.glyphs, _(self.HELP_TEXT))], self.bindings(), self.glyphs))

    def action_close(self) -> None:
        if self.app.screen is self:
            self.dismiss(None)


class ScrollingScreen(TutorScreen):
    """A screen to read. `TEXT` is what scrolls, `DOWN` and `RIGHT` are the ids of keys that mean something only where the
    text goes on that way.
    """

    TEXT: ClassVar[str] = "#card"
    DOWN: ClassVar[str]
    RIGHT: ClassVar[str] = ""

    def on_mount(self) -> None:
        self.call_after_refresh(self.refresh_keys)

    def on_resize(self) -> None:
        self.call_after_refresh(self.refresh_keys)

    def hidden_bindings(self) -> set[str]:
        """The ids of keys that mean nothing now, besides those that scroll."""
        return set()

    def refresh_keys(self) -> None:
        """The keys that do something: a text that is in sight as a whole can't be scrolled."""
        if not self.query(KeyBar):  # the app is left before the screen was made
            return
        text, hidden = self.query_one(self.TEXT), self.hidden_bindings()
        if not text.max_scroll_y:
            hidden.add(self.DOWN)
        if not text.max_scroll_x:
            hidden.add(self.RIGHT)
        self.query_one(KeyBar).set_state([key for key in self.bindings() if key.show and key.id not in hidden])

    def action_scroll(self, columns: int, rows: int) -> None:
        self.query_one(self.TEXT).scroll_relative(x=columns, y=rows, animate=False)

    def action_page(self, pages: int) -> None:
        text = self.query_one(self.TEXT)
        text.scroll_relative(y=pages * max(text.size.height - 1, 1), animate=False)
