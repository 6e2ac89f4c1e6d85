"""What all screens have in common that one comes to for a while: signs, help, a way back."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding
from textual.screen import Screen

from tutor.i18n import _
from tutor.tui.contents import content
from tutor.tui.screens.help import HelpScreen
from tutor.tui.signs import Signs


class VisitedScreen(Screen[None]):
    """A screen that leads back to where one was. `SAYS` is what it is for."""

    SAYS: ClassVar[str]

    def __init__(self, signs: Signs, *, ascii: bool = False) -> None:
        super().__init__()
        self.signs = signs
        self.ascii = ascii

    def own_keys(self) -> list[Binding]:
        """All keys of this screen."""
        return [key for key in self.BINDINGS if isinstance(key, Binding)]

    def action_help(self) -> None:
        if self.app.screen is self:
            self.app.push_screen(HelpScreen([content(self.signs, _(self.SAYS))], self.own_keys(), self.signs))

    def action_close(self) -> None:
        if self.app.screen is self:
            self.dismiss(None)
