"""A question that is answered with yes or no."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Static

from tutor.i18n import N_, _
from tutor.tui.content import styled
from tutor.tui.screens.modal import TutorModal
from tutor.tui.widgets.dialog_buttons import DialogButton, DialogButtons

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.content import Content

    from tutor.tui.host import Host


class ConfirmScreen(TutorModal[bool]):
    """Ask a question; the result is whether the answer is yes, which is the default."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "press", show=False),
        # The same keys in Korean input mode.
        Binding("y,Y,ㅛ", "answer(True)", N_("yes"), id="confirm.yes"),
        Binding("n,N,ㅜ,escape", "answer(False)", N_("no"), id="confirm.no"),
        Binding("left,shift+tab,up", "move(-1)", show=False),
        Binding("right,tab,down", "move(1)", show=False),
    ]

    def __init__(self, question: str, host: Host) -> None:
        super().__init__(host)
        self._question = question

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Static(self.text(), id="question")
            yield DialogButtons(self._buttons(), self.glyphs)

    def text(self) -> Content:
        return styled(self.glyphs, self._question)

    def _buttons(self) -> list[DialogButton]:
        return [DialogButton(_("Yes"), "y"), DialogButton(_("No"), "n")]

    async def redraw(self) -> None:
        """Ask again with the glyphs and the language in use."""
        await super().redraw()
        for buttons in self.query(DialogButtons):
            buttons.set_buttons(self._buttons(), self.glyphs)

    def action_move(self, step: int) -> None:
        self.query_one(DialogButtons).move(step)

    def action_press(self) -> None:
        """Give the answer in focus."""
        self.action_answer(not self.query_one(DialogButtons).index)

    def action_answer(self, agreed: bool) -> None:
        # The second of two fast keys or clicks comes when the question is answered.
        if self.app.screen is self:
            self.dismiss(agreed)

    def on_dialog_buttons_pressed(self, event: DialogButtons.Pressed) -> None:
        event.stop()
        self.action_answer(not event.index)
