"""The preview beside or below the list of the home screen. What it shows is made elsewhere, in a thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.tui.widgets.canvas import CanvasWidget

if TYPE_CHECKING:
    from textual import events

    from tutor.glyphs import Glyphs
    from tutor.tui.canvas import Canvas
    from tutor.tui.preview_painting import Preview

#: Fewer rows are a strip below the list, without a line on its left.
_STRIP_ROWS = 12
_WHEEL_LINES = 2


class PreviewPane(CanvasWidget):
    """Show a preview; the wheel scrolls its text."""

    def __init__(self, glyphs: Glyphs, id: str | None = None) -> None:
        super().__init__(glyphs, id)
        self.preview: Preview | None = None
        self._scroll = 0

    def show(self, preview: Preview | None) -> None:
        """Show another preview from its top."""
        if preview is not self.preview:
            self.preview, self._scroll = preview, 0
            self.repaint()

    def paint(self, canvas: Canvas) -> None:
        if self.preview is not None:
            self.preview.paint(canvas, self.glyphs, self._scroll)
        style = canvas.palette.ink("line")
        if canvas.height >= _STRIP_ROWS:
            for y in range(canvas.height):
                canvas.put(0, y, "├" if canvas.cells[y][1] == "─" else "│", style)
        elif self.preview is None:
            canvas.rule(0, 0, canvas.width)

    def _scroll_by(self, lines: int) -> None:
        before, self._scroll = self._scroll, max(self._scroll + lines, 0)
        if self._canvas is not None and self._painted().cells == self._canvas.cells:
            # The end of the text has been reached.
            self._scroll = before
        else:
            self.repaint()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self._scroll_by(_WHEEL_LINES)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self._scroll_by(-_WHEEL_LINES)
