"""The notice that the terminal is too small."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tutor.i18n import N_, message

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from tutor.glyphs import Glyphs

#: The smallest window to work in, in cells.
MIN_WIDTH, MIN_HEIGHT = 60, 16


class TooSmallScreen(ModalScreen[None]):
    """Say in one sentence what size is needed; the screens below stay as they are."""

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__()
        self._glyphs = glyphs

    def compose(self) -> ComposeResult:
        text = N_("backprop-tutor needs {width} columns and {height} rows. Make the window larger, or quit with {key}.")
        key = self._glyphs.key_label("app.quit", "^Q")
        yield Static(Content(str(message(text, width=MIN_WIDTH, height=MIN_HEIGHT, key=key))))
