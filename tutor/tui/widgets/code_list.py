"""The parts of a code file with their verdicts; the cursor chooses one for a hint."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

from tutor.drawing.cell_width import truncate
from tutor.tui.widgets.canvas import CanvasWidget

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from textual import events

    from tutor.coding.verdict import GradientResult
    from tutor.glyphs import Glyphs
    from tutor.tui.canvas import Canvas

_HUES = {"right": "right", "wrong": "wrong", "follows": "help"}


class CodeList(CanvasWidget):
    """Shows each part of a file: its mark, its name, what it belongs to, its line."""

    class PartSelected(Message):
        """A part was clicked."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    def __init__(self, glyphs: Glyphs, parts: Mapping[str, str], id: str | None = None) -> None:
        """Show parts by name, with what each belongs to."""
        super().__init__(glyphs, id=id)
        self.parts = parts
        self.current = next(iter(parts), "")
        self._results: Mapping[str, GradientResult] = {}
        self._top = 0

    def show(self, results: Sequence[GradientResult], current: str) -> None:
        """Show the verdicts, with the cursor at a part."""
        self._results = {result.name: result for result in results}
        self.current = current
        self._keep_in_view()
        self.repaint()

    def move(self, by: int) -> str:
        """Move the cursor, and return the part where it is; `show` paints it."""
        names = list(self.parts)
        if names:
            at = names.index(self.current) if self.current in names else 0
            self.current = names[min(max(at + by, 0), len(names) - 1)]
        return self.current

    def _keep_in_view(self) -> None:
        names = list(self.parts)
        at = names.index(self.current) if self.current in names else 0
        height = max(self.size.height, 1)
        self._top = max(min(self._top, at), at - height + 1, 0)

    def on_resize(self) -> None:
        self._keep_in_view()
        super().on_resize()

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        names = list(self.parts)
        if offset is not None and 0 <= self._top + offset.y < len(names):
            self.post_message(self.PartSelected(names[self._top + offset.y]))

    def paint(self, canvas: Canvas) -> None:
        names = list(self.parts)[self._top : self._top + canvas.height]
        width = max((len(name) for name in self.parts), default=0)
        for y, name in enumerate(names):
            self._paint_row(canvas, y, name, width)

    def _paint_row(self, canvas: Canvas, y: int, name: str, width: int) -> None:
        ink, glyphs = self.palette.ink, self.glyphs
        result = self._results.get(name)
        verdict = result.verdict if result is not None else "unknown"
        is_current = name == self.current
        on = "raised" if is_current else "ground"
        canvas.fill(0, y, canvas.width, 1, ink(on=on))
        if is_current:
            canvas.put(0, y, "▌", ink("backward", on=on))
        mark = {"right": glyphs.correct, "wrong": glyphs.incorrect, "follows": glyphs.near}.get(verdict, glyphs.new)
        x = canvas.put(2, y, mark, ink(_HUES.get(verdict, "muted"), on=on, bold=True)) + 1
        canvas.put(x, y, name, ink("bright" if is_current else "text", on=on, bold=is_current))
        place = glyphs.render(self.parts[name])
        line = f"{result.line}" if result is not None and result.line else ""
        room = canvas.width - x - width - len(line) - 5
        if room > 0:
            canvas.put(x + width + 2, y, truncate(place, room, glyphs.ellipsis), ink("muted", on=on))
        canvas.right(canvas.width - 1, y, [(line, ink("faint", on=on))])
