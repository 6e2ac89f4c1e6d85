"""A pane with a text that scrolls by pages and with the wheel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

from tutor.tui.widgets.canvas import CanvasWidget
from tutor.tui.widgets.line_scroll import LineScroll

if TYPE_CHECKING:
    from textual import events

    from tutor.glyphs import Glyphs

_WHEEL_ROWS = 2


class ScrolledPane(CanvasWidget):
    """A canvas whose `paint` gives the lines to `scroll` and lets it paint them."""

    class MoreChanged(Message):
        """Text below the visible part has appeared or disappeared."""

    def __init__(self, glyphs: Glyphs, id: str | None = None) -> None:
        super().__init__(glyphs, id)
        self.scroll = LineScroll()

    @property
    def has_more(self) -> bool:
        """Return whether there is text below the visible part."""
        return self.scroll.has_more

    def scroll_to_top(self) -> None:
        """Scroll to the start of the text."""
        if self.scroll.to_top():
            self.repaint()

    def scroll_page(self, pages: int) -> None:
        """Scroll the text by pages."""
        self._scroll_by(pages * max(self.scroll.height - 2, 1))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self._scroll_by(_WHEEL_ROWS)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self._scroll_by(-_WHEEL_ROWS)

    def _scroll_by(self, rows: int) -> None:
        if self.scroll.by(rows):
            self.repaint()
