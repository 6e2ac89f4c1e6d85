"""A question to be answered with Enter or Escape."""

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
    """True for Enter, False for Escape."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "answer(True)", N_("yes"), id="confirm.yes"),
        Binding("escape", "answer(False)", N_("no"), id="confirm.no"),
    ]

    def __init__(self, question: str, glyphs: Glyphs) -> None:
        super().__init__()
        self.question = question
        self.glyphs = glyphs

    def compose(self) -> ComposeResult:
        yield Static(
            styled(
                self.glyphs,
                self.question,
                "\n\n",
                ("Enter", "bold $primary"),
                " " + _("yes") + "    ",
                ("Esc", "bold $primary"),
                " " + _("no"),
            ),
            id="question",
        )

    def action_answer(self, agreed: bool) -> None:
        self.dismiss(agreed)
