"""The close-up: the node in focus drawn large, and the equation for its blank."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual.message import Message

from tutor.drawing.cell_width import truncate
from tutor.glyphs import UNICODE
from tutor.i18n import N_, message
from tutor.tui.canvas import runs_width
from tutor.tui.close_up.branch import paint_branch
from tutor.tui.close_up.brush import Brush
from tutor.tui.close_up.cell import paint_cell_origin
from tutor.tui.close_up.equation import TALL, note_lines, paint_equation
from tutor.tui.close_up.node import paint_node
from tutor.tui.widgets.canvas import CanvasWidget

if TYPE_CHECKING:
    from textual import events

    from tutor.glyphs import Glyphs
    from tutor.practice.close_up.data import CloseUpData
    from tutor.tui.canvas import Canvas, Run

#: From this height on the equation has padded fields, and from that one the node is drawn at all.
_TALL_FROM, _NODE_FROM = 13, 7
#: From this height on the numbers of a cell keep a free row from the equation.
_GAP_FROM = 19

_TITLES = {
    "edge": N_("{node} up close"),
    "forward": N_("{node} up close"),
    "sum": N_("branch of {name}"),
    "start": N_("output {name}"),
}


class CloseUp(CanvasWidget):
    """The close-up in any size: the equation alone in four rows, the node above it in more."""

    DEFAULT_CSS = "CloseUp { width: 1fr; height: 1fr; }"
    GROUND: ClassVar[str] = "ground"

    def __init__(self, glyphs: Glyphs = UNICODE, id: str | None = None) -> None:
        super().__init__(glyphs, id)
        self._data: CloseUpData | None = None
        self._typed = ""
        self._title = ""
        self._places: list[tuple[int, int, int, str]] = []

    class PlaceSelected(Message):
        """A value was clicked that is at another place."""

        def __init__(self, place: str) -> None:
            super().__init__()
            self.place = place

    def set_close_up(self, data: CloseUpData | None, typed_text: str = "", title: str = "") -> None:
        """Show a close-up with what is typed at its blank; None empties it. `title` replaces its own where it is small."""
        self._data, self._typed, self._title = data, typed_text, title
        self.repaint()

    def paint(self, canvas: Canvas) -> None:
        self._places = []
        if self._data is None:
            return
        brush = Brush(canvas, self.glyphs, self._data, self._typed, self._places)
        if canvas.height < _NODE_FROM:
            self._paint_small(brush)
            return
        self._paint_title(brush, self._own_title(brush))
        is_tall = canvas.height >= _TALL_FROM
        equation_rows = TALL if is_tall else 1
        bottom = canvas.height - equation_rows
        too_long = paint_equation(brush, bottom, tall=is_tall)
        notes = note_lines(brush, too_long, 2 if is_tall else int(canvas.height >= _NODE_FROM + 2))
        for index, line in enumerate(notes):
            style = canvas.palette.ink("text")
            canvas.centre(2, canvas.width - 4, bottom - len(notes) + index, [(line, style)])
        # A free row between the numbers and the equation, where there is room.
        gap = 1 if self._data.cell and canvas.height >= _GAP_FROM else 0
        cell_rows = paint_cell_origin(brush, bottom - len(notes) - gap, 2 if is_tall else 1)
        rows = bottom - len(notes) - gap - cell_rows - 1
        if rows >= 3:
            self._paint_node(brush, rows)

    @staticmethod
    def _paint_node(brush: Brush, rows: int) -> None:
        # With room to spare, a free row below the title and above the equation.
        top, room = (2, rows - 2) if rows >= 11 else (1, rows)
        if brush.data.kind == "sum":
            paint_branch(brush, top, room)
        else:
            paint_node(brush, top, room)

    def on_click(self, event: events.Click) -> None:
        place = next((name for y, start, end, name in self._places if y == event.y and start <= event.x < end), None)
        if place is not None and self._data is not None and place != self._data.place:
            event.stop()
            self.post_message(self.PlaceSelected(place))

    def _own_title(self, brush: Brush) -> str:
        data = brush.data
        return str(message(_TITLES[data.kind], node=data.symbol, name=data.output.name))

    def _paint_title(self, brush: Brush, title: str) -> None:
        canvas, palette = brush.canvas, brush.palette
        text = truncate(brush.glyphs.render(title), canvas.width - 6)
        tail = brush.glyphs.render(brush.data.forward)
        room = canvas.width - cell_len(text) - 10
        runs: list[Run] = [(truncate(tail, room), palette.ink("forward"))] if tail and room >= cell_len(tail) else []
        canvas.rule(0, 0, canvas.width, [(text, palette.ink("muted", bold=True))], runs)

    def _paint_small(self, brush: Brush) -> None:
        """Paint the title, the node in one row, and the equation in one row."""
        canvas = brush.canvas
        title = self._title or self._own_title(brush)
        text = truncate(brush.glyphs.render(title), canvas.width - 6)
        if canvas.height > 1:
            canvas.rule(0, 0, canvas.width, [(text, brush.palette.ink("bright", bold=True))])
        row = min(2, canvas.height - 1)
        if row == 2:
            runs = self._summary(brush)
            while runs_width(runs) > canvas.width - 4 and len(runs) > 2:
                runs = runs[:-2]
            canvas.centre(2, canvas.width - 4, row - 1, runs)
        paint_equation(brush, row, tall=False)
        if row + 1 < canvas.height:
            paint_cell_origin(brush, canvas.height, 1)

    @staticmethod
    def _summary(brush: Brush) -> list[Run]:
        """Return the operands, the node, its output and the upstream in one row."""
        data, palette, render = brush.data, brush.palette, brush.glyphs.render
        name, value = palette.ink("bright", bold=True), palette.ink("forward", bold=True)
        quiet = palette.ink("muted")
        if data.kind == "start":
            return [(render(f"{data.output.name} "), name), (render(data.output.value.brief), value)]
        runs: list[Run] = []
        for operand in data.operands:
            runs += [(f"{render(operand.name)} ", name), (f"{render(operand.value.brief)}  ", value)]
        if data.kind == "sum":
            nodes = ", ".join(part.symbol for part in data.parts)
            return [*runs, ("▸ ", quiet), (render(nodes), name)]
        runs += [("▸ ", quiet), (render(data.symbol), palette.ink(brush.lane, bold=True)), (" ▸ ", quiet)]
        runs.append((render(data.output.value.brief) if data.kind == "edge" else "?", value))
        if data.kind == "edge":
            upstream = data.output.upstream
            text = brush.with_mark(upstream) if upstream.is_known else "?"
            hue = brush.hue(upstream, "backward") if upstream.is_known else "muted"
            source = str(message(N_("from {node}"), node=data.output.source))
            runs += [(f"   ◂ {text}", palette.ink(hue, bold=True)), (f" {render(source)}", palette.ink("muted"))]
        return runs
