"""Tabs above the panes of a screen that shows one of them at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.message import Message

from tutor.tui.widgets.canvas import CanvasWidget

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events

    from tutor.glyphs import Glyphs
    from tutor.tui.canvas import Canvas


class PaneTabs(CanvasWidget):
    """The names of the panes with the keys that show them; the one that is shown is underlined."""

    class Chosen(Message):
        """A tab was clicked."""

        def __init__(self, number: int) -> None:
            super().__init__()
            self.number = number

    def __init__(self, glyphs: Glyphs, names: Sequence[str], id: str) -> None:
        super().__init__(glyphs, id)
        self._names = names
        self._shown = 0

    def show(self, number: int) -> None:
        """Underline another tab."""
        self._shown = number
        self.repaint()

    def _starts(self) -> list[int]:
        starts, x = [], 1
        for name in self._names:
            starts.append(x)
            x += cell_len(name) + 6
        return starts

    def paint(self, canvas: Canvas) -> None:
        palette = self.palette
        canvas.put(0, 1, "─" * canvas.width, palette.ink("line"))
        for number, (name, x) in enumerate(zip(self._names, self._starts(), strict=True)):
            is_shown = number == self._shown
            canvas.put(x + 1, 0, str(number + 1), palette.ink("faint"))
            canvas.put(x + 3, 0, name, palette.ink("bright" if is_shown else "muted", bold=is_shown))
            if is_shown:
                canvas.put(x, 1, "━" * (cell_len(name) + 4), palette.ink("backward"))

    def on_click(self, event: events.Click) -> None:
        for number, (name, x) in enumerate(zip(self._names, self._starts(), strict=True)):
            if x <= event.x < x + cell_len(name) + 4:
                self.post_message(self.Chosen(number))
