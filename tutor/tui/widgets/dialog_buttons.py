"""The buttons of a dialog in one row: the one in focus is reversed and marked."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len
from rich.style import Style
from textual.message import Message

from tutor.tui.widgets.canvas import CanvasWidget

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events

    from tutor.glyphs import Glyphs
    from tutor.tui.canvas import Canvas

#: Cells between two buttons.
_GAP = 3


class DialogButton(NamedTuple):
    """A button: its label, and the key that presses it."""

    label: str
    key: str


class DialogButtons(CanvasWidget):
    """Choices side by side. The screen moves the focus with `move` and asks for it; a click presses a button."""

    GROUND = "surface"

    class Pressed(Message):
        """A button was clicked."""

        def __init__(self, index: int) -> None:
            super().__init__()
            self.index = index

    def __init__(self, buttons: Sequence[DialogButton], glyphs: Glyphs, id: str | None = None) -> None:
        super().__init__(glyphs, id=id)
        self.buttons = buttons
        self.index = 0

    def set_buttons(self, buttons: Sequence[DialogButton], glyphs: Glyphs) -> None:
        """Show other texts; the focus stays."""
        self.buttons, self.glyphs = buttons, glyphs
        self.repaint()

    def move(self, step: int) -> None:
        """Move the focus, from the last button on to the first."""
        self.index = (self.index + step) % len(self.buttons)
        self.repaint()

    def paint(self, canvas: Canvas) -> None:
        palette = self.palette
        inks = palette.ink("bright", on="raised", bold=True), palette.ink("muted", on="raised")
        for index, (begin, _end) in enumerate(self._spans()):
            button, is_focused = self.buttons[index], index == self.index
            label_style, key_style = (Style(bold=True, reverse=True),) * 2 if is_focused else inks
            if is_focused and palette.colours == "all":
                label_style = key_style = palette.ink("ground", on="bright", bold=True)
            left, right = ("▸", " ") if is_focused else (" ", " ")
            if self.glyphs.ascii or palette.needs_brackets:
                left, right = (">[" if is_focused else " [")[-2:], "]"
            x = canvas.put(begin, 0, left, label_style)
            x = canvas.put(x, 0, f" {self.glyphs.render(button.label)} ", label_style)
            canvas.put(canvas.put(x, 0, f"{button.key} ", key_style), 0, right, label_style)

    def _spans(self) -> list[tuple[int, int]]:
        """Return the first cell of each button, and the cell after its last one."""
        spans, x = [], 0
        for button in self.buttons:
            width = cell_len(f" {self.glyphs.render(button.label)} {button.key} ") + 3
            spans.append((x, x + width))
            x += width + _GAP
        return spans

    def on_click(self, event: events.Click) -> None:
        for index, (begin, end) in enumerate(self._spans()):
            if begin <= event.x < end:
                self.index = index
                self.repaint()
                self.post_message(self.Pressed(index))
