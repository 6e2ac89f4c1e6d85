"""The part of a canvas that a graph is painted on, in the drawing's own positions."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.style import Style

    from tutor.drawing.model import Drawing
    from tutor.tui.canvas import Canvas
    from tutor.tui.graph_look import GraphLook


class GraphSurface:
    """A drawing on its way to a canvas. Positions are those of the drawing."""

    def __init__(self, canvas: Canvas, x: int, y: int, drawing: Drawing, look: GraphLook) -> None:
        self.canvas = canvas
        self.palette = canvas.palette
        self.x = x
        self.y = y
        self.drawing = drawing
        self.look = look
        #: How far everything out of focus moves towards the ground.
        self.fade = self.palette.fade if look.fades else 0.0

    @property
    def rows(self) -> range:
        """Return the rows of the drawing that are on the canvas."""
        return range(max(0, -self.y), min(self.drawing.height, self.canvas.height - self.y))

    @property
    def uses_brackets(self) -> bool:
        """Return whether a chip needs brackets."""
        return self.canvas.ascii or self.palette.colours != "all"

    def put(self, x: int, y: int, text: str, style: Style | None = None) -> None:
        self.canvas.put(self.x + x, self.y + y, text, style)

    def fill(self, x: int, y: int, width: int, height: int, style: Style, character: str | None = None) -> None:
        self.canvas.fill(self.x + x, self.y + y, width, height, style, character)

    def cell(self, x: int, y: int) -> str:
        """Return the character in a cell; that of a wire outside of the canvas, so that it is not free."""
        x, y = self.x + x, self.y + y
        if not (0 <= x < self.canvas.width and 0 <= y < self.canvas.height):
            return "─"
        return self.canvas.cells[y][x]

    def is_branch(self, x: int, y: int) -> bool:
        """Return whether a cell of the drawing is where a wire branches."""
        return any(run.style == "branch" and run.x <= x < run.x + len(run.text) for run in self.drawing.runs[y])
