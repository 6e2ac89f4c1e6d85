"""Stands over everything while the terminal is too small to work in."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual.app import ComposeResult
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tutor.i18n import N_, message
from tutor.tui.arrangement import LEAST_HEIGHT, LEAST_WIDTH

if TYPE_CHECKING:
    from tutor.tui.choosing import Choosing


class TooSmallScreen(ModalScreen[None]):
    """One sentence. What lies below stays as it is."""

    def compose(self) -> ComposeResult:
        text = N_("backprop-tutor needs {width} columns and {height} rows. Make the window larger, or quit with {key}.")
        key = cast("Choosing", self.app).signs.key("app.quit", "^Q")
        yield Static(Content(str(message(text, width=LEAST_WIDTH, height=LEAST_HEIGHT, key=key))))
