"""What screens to read have in common: a text that scrolls, and keys that mean something."""

from __future__ import annotations

from typing import ClassVar

from tutor.tui.screens.visited import VisitedScreen
from tutor.tui.widgets.key_bar import KeyBar


class ReadingScreen(VisitedScreen):
    """A screen to read. `TEXT` is what scrolls, `DOWN` and `RIGHT` are the ids of keys that mean something only where the
    text goes on that way.
    """

    TEXT: ClassVar[str] = "#card"
    DOWN: ClassVar[str]
    RIGHT: ClassVar[str] = ""

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
        self.query_one(KeyBar).show([key for key in self.own_keys() if key.show and key.id not in hidden])

    def action_scroll(self, columns: int, rows: int) -> None:
        self.query_one(self.TEXT).scroll_relative(x=columns, y=rows, animate=False)

    def action_page(self, pages: int) -> None:
        text = self.query_one(self.TEXT)
        text.scroll_relative(y=pages * max(text.size.height - 1, 1), animate=False)
