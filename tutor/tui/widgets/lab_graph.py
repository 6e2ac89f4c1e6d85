"""The graph of the lab, with every value as it is now and the path that a nudge changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

from tutor.tui.graph_look import GraphLook
from tutor.tui.graph_painter import paint_graph
from tutor.tui.lab_drawing import LabDrawing
from tutor.tui.widgets.canvas import CanvasWidget

if TYPE_CHECKING:
    from textual import events

    from tutor.drawing.model import Density, Drawing
    from tutor.engine.passes import Passes
    from tutor.practice.lab.lab import Lab
    from tutor.practice.lab.model import Handle
    from tutor.tui.canvas import Canvas

#: Free cells on both sides of the graph.
_MARGIN = 1


class LabGraph(CanvasWidget):
    """Paints the graph of the lab. A formula is laid out once; a nudge only paints other values."""

    class InputSelected(Message):
        """An input was clicked."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    def __init__(self, lab: Lab, density: Density | None = None, **options: object) -> None:
        super().__init__(**options)  # type: ignore[arg-type]
        self.lab = lab
        self._density = density
        self._handle: Handle | None = None
        self._drawn: LabDrawing | None = None
        self._scrolled = (0, 0)
        self._shown_handle: Handle | None = None

    def show(self, handle: Handle | None) -> None:
        """Show the graph as it is now; the path from a handle is highlighted."""
        self._handle = handle
        if self.size:
            self.repaint()

    def drawing(self) -> Drawing | None:
        """Return the drawing of the formula that fits the widget."""
        lab, passes = self.lab, self.lab.passes
        if lab.exercise is None or passes is None:
            self._drawn = None
            return None
        drawn = self._drawn
        if drawn is None or not drawn.is_for(lab.problem) or not drawn.has_room(passes):
            drawn = self._drawn = LabDrawing(lab.problem, passes, self.glyphs)
        return drawn.fit(self.size.width - 2 * _MARGIN, self.size.height, self._density)

    def _origin(self, drawing: Drawing) -> tuple[int, int]:
        """Return where the drawing begins: in the middle, or scrolled if it is larger than the widget."""
        width, height = self.size
        x = (
            (width - drawing.width) // 2
            if drawing.width <= width
            else -self._limit(self._scrolled[0], drawing.width, width)
        )
        y = (
            (height - drawing.height) // 2
            if drawing.height <= height
            else -self._limit(self._scrolled[1], drawing.height, height)
        )
        return x, y

    @staticmethod
    def _limit(offset: int, size: int, room: int) -> int:
        return min(max(offset, 0), max(size - room, 0))

    def _scroll_to_handle(self, drawing: Drawing) -> None:
        """Scroll a drawing that is larger than the widget to the input in hand."""
        handle = self._handle
        if handle is None or handle == self._shown_handle or handle.name not in drawing.boxes:
            return
        self._shown_handle = handle
        box = drawing.boxes[handle.name]
        width, height = self.size
        x, y = self._scrolled
        if not x <= box.x < x + width - box.width:
            x = box.x - _MARGIN
        if not y <= box.y < y + height - 1:
            y = box.y - height // 2
        self._scrolled = self._limit(x, drawing.width, width), self._limit(y, drawing.height, height)

    # --- painting ---

    def paint(self, canvas: Canvas) -> None:
        drawing, passes, drawn = self.drawing(), self.lab.passes, self._drawn
        if drawing is None or passes is None or drawn is None:
            return
        if not self.lab.has(self._handle):
            self._handle = None
        self._scroll_to_handle(drawing)
        x, y = self._origin(drawing)
        path = self.lab.path_from(self._handle) if self._handle is not None else frozenset()
        edges = frozenset((edge.source, edge.target) for edge in drawing.edges if edge.source in path and edge.target)
        paint_graph(canvas, x, y, drawing, drawn.contents(passes), GraphLook(edges=edges))
        self._paint_forward(canvas, x, y, drawing, passes, path)
        self._paint_handle(canvas, x, y, drawing)

    def _paint_forward(
        self, canvas: Canvas, x: int, y: int, drawing: Drawing, passes: Passes, path: frozenset[str]
    ) -> None:
        """Paint the forward values as they are now over those that the drawing was made with."""
        assert self._drawn is not None
        for edge in drawing.edges:
            # A matrix that is drawn by its shape stays as it is.
            is_shape = drawing.density == "shapes" and self._drawn.room_of(edge.source).is_matrix
            if edge.value_at is None or not edge.values or is_shape:
                continue
            style = self.palette.ink("forward", bold=edge.source in path)
            at, row = edge.value_at
            for number, line in enumerate(self._drawn.forward_lines(edge.source, passes)):
                canvas.put(x + at, y + row + number, line, style)
            self._paint_cell(canvas, x + at, y + row, edge.source, passes)

    def _paint_cell(self, canvas: Canvas, x: int, y: int, source: str, passes: Passes) -> None:
        """Mark the cell of a matrix that is in hand."""
        handle = self._handle
        if handle is None or handle.cell is None or handle.name != source or self._drawn is None:
            return
        row, column = handle.cell
        start, end = self._drawn.room_of(source).span_of(column)
        line = self._drawn.forward_lines(source, passes)[row]
        text = line[start:end]
        if self.glyphs.ascii or self.palette.needs_brackets:
            text = f"[{text.strip()}]".rjust(end - start) if len(text.strip()) + 2 <= end - start else text
        canvas.put(x + start, y + row, text, self.palette.chip("forward"))

    def _paint_handle(self, canvas: Canvas, x: int, y: int, drawing: Drawing) -> None:
        """Paint the name of the input in hand on reversed cells."""
        box = drawing.boxes.get(self._handle.name) if self._handle is not None else None
        if box is None:
            return
        name = drawing.rows[box.y][box.x : box.x + box.width].strip()
        with_brackets = self.glyphs.ascii or self.palette.needs_brackets
        text = f"[{name}]" if with_brackets else f" {name} "
        offset = drawing.rows[box.y].find(name, box.x)
        canvas.put(x + offset - 1, y + box.y, text, self.palette.chip("forward"))

    # --- mouse ---

    def on_click(self, event: events.Click) -> None:
        drawing = self.drawing()
        if drawing is None:
            return
        x, y = self._origin(drawing)
        for name in self.lab.graph.inputs:
            box = drawing.boxes.get(name)
            if box is not None and box.x - 1 <= event.x - x <= box.x + box.width and event.y - y == box.y:
                self.post_message(self.InputSelected(name))

    def scroll_by(self, columns: int, rows: int) -> None:
        """Scroll a drawing that is larger than the widget."""
        drawing = self.drawing()
        if drawing is None:
            return
        x, y = self._scrolled
        width, height = self.size
        self._scrolled = (
            self._limit(x + columns, drawing.width, width),
            self._limit(y + rows, drawing.height, height),
        )
        self.repaint()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.scroll_by(6 if event.shift else 0, 0 if event.shift else 2)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.scroll_by(-6 if event.shift else 0, 0 if event.shift else -2)

    def on_mouse_scroll_right(self, event: events.MouseScrollRight) -> None:
        event.stop()
        self.scroll_by(6, 0)

    def on_mouse_scroll_left(self, event: events.MouseScrollLeft) -> None:
        event.stop()
        self.scroll_by(-6, 0)
