"""A question that is answered with Enter or Escape."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Static

from tutor.i18n import N_, _
from tutor.tui.content import styled
from tutor.tui.screens.modal import TutorModal

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.content import Content

    from tutor.tui.host import Host


class ConfirmScreen(TutorModal[bool]):
    """Ask a question; the result is whether the answer is yes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "answer(True)", N_("yes"), id="confirm.yes"),
        Binding("escape", "answer(False)", N_("no"), id="confirm.no"),
    ]

    def __init__(self, question: str, host: Host) -> None:
        super().__init__(host)
        self._question = question

    def compose(self) -> ComposeResult:
        yield Static(self.text(), id="question")

    def text(self) -> Content:
        """Return the question and the keys that answer it."""
        enter, escape = ("Enter", "bold $bright"), ("Esc", "bold $bright")
        yes, no = " " + _("yes") + "    ", " " + _("no")
        return styled(self.glyphs, self._question, "\n\n", enter, yes, escape, no)

    def action_answer(self, agreed: bool) -> None:
        self.dismiss(agreed)
