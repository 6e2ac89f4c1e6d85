"""Widgets of a replay: the steps as stops on a line, and the equation of the current one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.message import Message

from tutor.drawing.cell_width import truncate
from tutor.i18n import N_, message
from tutor.practice.close_up.data import CloseUpData, Output, Quantity
from tutor.tui.close_up.brush import Brush
from tutor.tui.close_up.equation import TALL, paint_equation
from tutor.tui.widgets.canvas import CanvasWidget

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events

    from tutor.glyphs import Glyphs
    from tutor.practice.close_up.data import Equation
    from tutor.tui.canvas import Canvas, Run

#: The most cells between two stops.
_MAX_GAP = 9
#: The row of the stops, and how high the widget is with a name below each.
_STOPS_ROW, _TALL = 2, 4
#: The line of the head is filled in this many parts, so that it moves with every frame.
_HEAD_PARTS = 1000


def line_parts(steps: float, count: int) -> tuple[int, int]:
    """Return how much of the head's line is filled, and of how much, after some of `count` steps."""
    return round(_HEAD_PARTS * steps / count), _HEAD_PARTS


@dataclass(frozen=True, slots=True)
class ScrubberContent:
    """The question at the current step, the names of all steps, and the state of the replay."""

    title: str = ""
    stops: Sequence[str] = ()
    index: int = 0
    state: str = ""


class Scrubber(CanvasWidget):
    """Shows what the current step computes, and a line with a stop for each step to click or drag to."""

    class StopSelected(Message):
        """A stop was clicked or dragged to."""

        def __init__(self, index: int) -> None:
            super().__init__()
            self.index = index

    def __init__(self, glyphs: Glyphs, id: str | None = None) -> None:
        super().__init__(glyphs, id)
        self._content = ScrubberContent()

    def show(self, content: ScrubberContent) -> None:
        """Show another step."""
        if content != self._content:
            self._content = content
            self.repaint()

    @property
    def _stops_row(self) -> int:
        return _STOPS_ROW if self.size.height >= _TALL else 1

    def _stop_x(self, index: int) -> int:
        """Return the cell of a stop; the stops of a long replay may share cells."""
        last = max(len(self._content.stops) - 1, 1)
        room = self.size.width - 5
        gap = min(_MAX_GAP, room // last)
        if not gap:
            return 2 + round(index * room / last)
        return (self.size.width - gap * last - 1) // 2 + index * gap

    def paint(self, canvas: Canvas) -> None:
        content, palette, render = self._content, self.palette, self.glyphs.render
        if not content.stops:
            return
        count = str(message(N_("{number} of {total}"), number=content.index + 1, total=len(content.stops)))
        state: list[Run] = [(f"{render(content.state)}  ", palette.ink("backward"))] if content.state else []
        tail: list[Run] = [*state, (render(count), palette.ink("muted"))]
        room = canvas.width - sum(cell_len(text) for text, _style in tail) - 8
        title = truncate(render(content.title), max(room, 1), self.glyphs.ellipsis)
        canvas.rule(0, 0, canvas.width, [(title, palette.ink("bright", bold=True))], tail)
        self._paint_stops(canvas, self._stops_row)

    def _paint_stops(self, canvas: Canvas, y: int) -> None:
        content, palette = self._content, self.palette
        stops = [self._stop_x(index) for index in range(len(content.stops))]
        here, last = stops[content.index], stops[-1]
        canvas.put(stops[0], y, "─" * (last - stops[0]), palette.ink("line"))
        canvas.put(stops[0], y, "━" * (here - stops[0]), palette.ink("backward"))
        is_crowded = len(stops) > 1 and stops[1] - stops[0] < 2
        for index, x in enumerate(stops):
            if not is_crowded and index != content.index:
                is_past = index < content.index
                canvas.put(x, y, "●" if is_past else "○", palette.ink("backward" if is_past else "faint", bold=True))
        # Without colours the current stop is marked by its reversed cell.
        current = palette.chip("backward") if palette.colours == "none" else palette.ink("bright", bold=True)
        canvas.put(here, y, "●", current)
        if self.size.height >= _TALL:
            self._paint_names(canvas, y + 1, stops)

    def _paint_names(self, canvas: Canvas, y: int, stops: Sequence[int]) -> None:
        """Paint the name of each stop, or only that of the current one where they would touch."""
        content, palette = self._content, self.palette
        names = [self.glyphs.render(name) for name in content.stops]
        gap = stops[1] - stops[0] if len(stops) > 1 else canvas.width
        has_room = max(map(cell_len, names)) < gap
        for index, (x, name) in enumerate(zip(stops, names, strict=True)):
            is_here = index == content.index
            if has_room or is_here:
                style = palette.ink("bright" if is_here else "muted", bold=is_here)
                canvas.put(max(0, x - (cell_len(name) - 1) // 2), y, name, style)

    # --- mouse ---

    def on_mouse_down(self, event: events.MouseDown) -> None:
        if event.y in range(self._stops_row - (self._stops_row > 1), self._stops_row + 2):
            self.capture_mouse()
            self._select(event.x)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self.app.mouse_captured is self:
            self._select(event.x)

    def on_mouse_up(self) -> None:
        self.release_mouse()

    def _select(self, x: int) -> None:
        stops = range(len(self._content.stops))
        if stops:
            index = min(stops, key=lambda index: abs(self._stop_x(index) - x))
            if index != self._content.index:
                self.post_message(self.StopSelected(index))


class ReplayEquation(CanvasWidget):
    """Shows the equation of the current step, as far as it is known."""

    def __init__(self, glyphs: Glyphs, id: str | None = None) -> None:
        super().__init__(glyphs, id)
        self._equation: Equation | None = None

    def show(self, equation: Equation | None) -> None:
        """Show another equation."""
        if equation != self._equation:
            self._equation = equation
            self.repaint()

    def paint(self, canvas: Canvas) -> None:
        if self._equation is not None:
            nothing = Output("", Quantity(), Quantity())
            data = CloseUpData("edge", "", "", "", (), nothing, self._equation)
            paint_equation(Brush(canvas, self.glyphs, data), 0, tall=canvas.height >= TALL)
