"""Stands over everything while the terminal is too small to work in."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tutor.i18n import N_, message
from tutor.tui.layout import MIN_HEIGHT, MIN_WIDTH

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from tutor.tui.preferences import Preferences


class TooSmallScreen(ModalScreen[None]):
    """One sentence. What lies below stays as it is."""

    def compose(self) -> ComposeResult:
        text = N_("backprop-tutor needs {width} columns and {height} rows. Make the window larger, or quit with {key}.")
        key = cast("Preferences", self.app).glyphs.key_label("app.quit", "^Q")
        yield Static(Content(str(message(text, width=MIN_WIDTH, height=MIN_HEIGHT, key=key))))
