"""The errors in a file that is being watched."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from tutor.i18n import N_, _
from tutor.tui.content import styled
from tutor.tui.screens.modal import TutorModal

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.content import Content

    from tutor.tui.host import Host


class FileErrorsScreen(TutorModal[None]):
    """Show a line for every error, with file and line number, until the file is fixed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", N_("back"), id="faults.close"),
    ]

    TEXT_ID = "file-errors-text"

    def __init__(self, errors: str, host: Host) -> None:
        super().__init__(host)
        self._errors = errors

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="file-errors"):
            yield Static(self.text(), id="file-errors-text")

    async def update_errors(self, errors: str) -> None:
        """Show other errors."""
        self._errors = errors
        await self.redraw()

    def text(self) -> Content:
        """Return the errors and what to do about them."""
        errors = "\n\n".join(f"{self.glyphs.error} {line}" for line in self._errors.splitlines())
        advice = _("This message disappears once you fix and save the file. Esc goes back.")
        return styled(self.glyphs, (errors, "$wrong"), "\n\n", (advice, "$muted"))

    def action_close(self) -> None:
        self.dismiss(None)
