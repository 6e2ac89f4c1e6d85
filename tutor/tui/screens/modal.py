"""Base class of the screens on top of another one."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.screen import ModalScreen, ScreenResultType
from textual.widgets import Static

if TYPE_CHECKING:
    from textual.content import Content

    from tutor.glyphs import Glyphs
    from tutor.tui.host import Host


class TutorModal(ModalScreen[ScreenResultType]):
    """A screen with one text over another screen."""

    #: The id of the widget that shows the text.
    TEXT_ID: ClassVar[str] = "question"

    def __init__(self, host: Host) -> None:
        super().__init__()
        self.host = host

    @property
    def glyphs(self) -> Glyphs:
        return self.host.glyphs

    def text(self) -> Content:
        """Return the text with the glyphs, keys and language in use."""
        raise NotImplementedError

    async def redraw(self) -> None:
        """Show the text again after glyphs, keys or the language have changed."""
        for widget in self.query(f"#{self.TEXT_ID}").results(Static):
            widget.update(self.text())
