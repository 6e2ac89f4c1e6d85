"""The notice that the terminal is too small."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content
from textual.widgets import Static

from tutor.i18n import N_, message
from tutor.tui.screens.modal import TutorModal

if TYPE_CHECKING:
    from textual.app import ComposeResult

#: The smallest window to work in, in cells.
MIN_WIDTH, MIN_HEIGHT = 60, 16


class TooSmallScreen(TutorModal[None]):
    """Say in one sentence what size is needed; the screens below stay as they are."""

    TEXT_ID = "needed-size"

    def compose(self) -> ComposeResult:
        yield Static(self.text(), id="needed-size")

    def text(self) -> Content:
        """Return what is needed."""
        text = N_("backprop-tutor needs {width} columns and {height} rows. Enlarge the window, or press {key} to quit.")
        key = self.glyphs.key_label("app.quit", "^Q")
        return Content(str(message(text, width=MIN_WIDTH, height=MIN_HEIGHT, key=key)))
