"""A question that is answered with Enter or Escape."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.screen import ModalScreen
from textual.widgets import Static

from tutor.i18n import N_, _
from tutor.tui.content import styled

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from tutor.glyphs import Glyphs


class ConfirmScreen(ModalScreen[bool]):
    """Ask a question; the result is whether the answer is yes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "answer(True)", N_("yes"), id="confirm.yes"),
        Binding("escape", "answer(False)", N_("no"), id="confirm.no"),
    ]

    def __init__(self, question: str, glyphs: Glyphs) -> None:
        super().__init__()
        self._question = question
        self._glyphs = glyphs

    def compose(self) -> ComposeResult:
        enter, escape = ("Enter", "bold $primary"), ("Esc", "bold $primary")
        yes, no = " " + _("yes") + "    ", " " + _("no")
        yield Static(styled(self._glyphs, self._question, "\n\n", enter, yes, escape, no), id="question")

    def action_answer(self, agreed: bool) -> None:
        self.dismiss(agreed)
