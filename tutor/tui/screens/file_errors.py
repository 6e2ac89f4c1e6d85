"""The errors in a file that is being watched."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from tutor.i18n import N_, _
from tutor.tui.content import styled

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.content import Content

    from tutor.glyphs import Glyphs


class FileErrorsScreen(ModalScreen[None]):
    """Show a line for every error, with file and line number, until the file is fixed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", N_("back"), id="faults.close"),
    ]

    def __init__(self, text: str, glyphs: Glyphs) -> None:
        super().__init__()
        self._glyphs = glyphs
        self._text = text

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="file-errors"):
            yield Static(self._errors_text(), id="file-errors-text")

    def update_errors(self, text: str) -> None:
        """Show other errors."""
        self._text = text
        self.query_one("#file-errors-text", Static).update(self._errors_text())

    def _errors_text(self) -> Content:
        errors = "\n\n".join(f"{self._glyphs.error} {line}" for line in self._text.splitlines())
        advice = _("This goes away when the file is mended and saved. Esc goes back.")
        return styled(self._glyphs, (errors, "$text-error"), "\n\n", (advice, "$foreground 60%"))

    def action_close(self) -> None:
        self.dismiss(None)
