"""Paints a drawing with its contents: forward lanes above the edges, gradient lanes below, the focus and what moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len

from tutor.tui.graph_look import PLAIN_LOOK, forward_place
from tutor.tui.graph_motion import paint_motion
from tutor.tui.graph_places import paint_places, paint_text_chip
from tutor.tui.graph_surface import GraphSurface

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tutor.drawing.model import Drawing, DrawnEdge, Rect
    from tutor.practice.close_up.crosshair import MarkedCells
    from tutor.tui.canvas import Canvas
    from tutor.tui.graph_look import GraphLook, PlaceContent

#: Distances of the dots on free ground, and how far they keep from everything else, in columns and rows.
_PAPER_STEP = (6, 3)
_PAPER_MARGIN = (3, 1)
_HEAVY = str.maketrans("╭╮╰╯─│├┤", "┏┓┗┛━┃┣┫")
#: In ASCII only the horizontal sides can be heavy.
_HEAVY_ASCII = str.maketrans("-", "=")


def paint_graph(
    canvas: Canvas,
    x: int,
    y: int,
    drawing: Drawing,
    contents: Mapping[str, PlaceContent],
    look: GraphLook = PLAIN_LOOK,
    *,
    with_paper: bool = True,
) -> None:
    """Paint a drawing with its top left at a cell of the canvas, which may be outside; what doesn't fit is cut off.

    `contents` are those of the places by id. `with_paper` dots the free ground of the whole canvas.
    """
    paint_ground(canvas, x, y, drawing, look, with_paper=with_paper)
    paint_contents(canvas, x, y, drawing, contents, look)


def paint_ground(canvas: Canvas, x: int, y: int, drawing: Drawing, look: GraphLook, *, with_paper: bool = True) -> None:
    """Paint what stays the same while something is in focus, or while nothing is: the drawing, and the free ground."""
    painter = _GraphPainter(canvas, x, y, drawing, look)
    painter.paint_fixed()
    if with_paper:
        painter.paint_paper()


def paint_contents(
    canvas: Canvas, x: int, y: int, drawing: Drawing, contents: Mapping[str, PlaceContent], look: GraphLook
) -> None:
    """Paint over the ground what is in focus, the places and what moves."""
    painter = _GraphPainter(canvas, x, y, drawing, look)
    painter.paint_edges()
    painter.paint_forward_values(contents)
    painter.paint_nodes()
    if look.shows_gradients:
        paint_places(painter, contents)
    paint_motion(painter)


class _GraphPainter(GraphSurface):
    """Paints the drawing itself, and what of it is in focus."""

    # --- what never changes ---

    def paint_fixed(self) -> None:
        """Paint the drawing, faded if something is in focus."""
        palette, fade = self.palette, self.fade
        lines = 0.3 if fade else 0.05
        styles = {
            "wire": palette.ink("edge", fade=lines),
            "arrow": palette.ink("muted", fade=fade * 0.8, bold=True),
            "box": palette.ink("muted", fade=fade),
            "label": palette.ink("bright", fade=fade * 0.6, bold=True),
            "name": palette.ink("muted", fade=fade, italic=True),
            "value": palette.ink("forward", fade=fade),
            "branch": palette.ink("forward", fade=fade * 0.5, bold=True),
        }
        for row in self.rows:
            for run in self.drawing.runs[row]:
                self.put(run.x, row, run.text, styles[run.style])

    def paint_paper(self) -> None:
        """Dot the free ground, so that it looks intended. The dots keep away from places that are still empty, too."""
        canvas, palette = self.canvas, self.palette
        if not palette.has_paper or canvas.ascii:
            return
        taken = [[cell != " " for cell in row] for row in canvas.cells]
        for x, y in self._reserved_cells():
            if 0 <= x < canvas.width and 0 <= y < canvas.height:
                taken[y][x] = True
        across, down = _PAPER_MARGIN
        style = palette.ink("grid")
        for y in range(1, canvas.height, _PAPER_STEP[1]):
            near = taken[max(0, y - down) : y + down + 1]
            for x in range(3, canvas.width - 1, _PAPER_STEP[0]):
                if not any(any(row[max(0, x - across) : x + across + 1]) for row in near):
                    canvas.put(x, y, "·", style)

    def _reserved_cells(self) -> list[tuple[int, int]]:
        """Return the cells without a dot although they may be empty: inside of boxes, places, lanes."""
        cells = [
            (box.x + dx, box.y + dy)
            for box in self.drawing.boxes.values()
            for dx in range(box.width)
            for dy in range(box.height)
        ]
        if self.look.shows_gradients:
            cells += self._gradient_cells()
        return [(self.x + x, self.y + y) for x, y in cells]

    def _gradient_cells(self) -> list[tuple[int, int]]:
        cells = [
            (place.x + dx, place.y + dy)
            for place in self.drawing.places.values()
            for dx in range(place.width)
            for dy in range(place.height)
        ]
        return [*cells, *(cell for edge in self.drawing.edges for cell in edge.lane)]

    # --- edges ---

    def paint_edges(self) -> None:
        """Highlight the edges whose value matters, and tag those that carry a matrix with its shape."""
        lit, bold = self.palette.ink("forward"), self.palette.ink("forward", bold=True)
        for edge in self.drawing.edges:
            if edge.target and not self._is_lit(edge):
                continue
            if not edge.target and not any(source == edge.source for source, _target in self.look.edges):
                continue
            for x, y in edge.cells:
                if y in self.rows and self.cell(x, y) != " ":
                    self.fill(x, y, 1, 1, bold if self.is_branch(x, y) else lit)
        for edge in self.drawing.edges:
            self._paint_shape(edge)

    def _is_lit(self, edge: DrawnEdge) -> bool:
        return (edge.source, edge.target) in self.look.edges

    def _paint_shape(self, edge: DrawnEdge) -> None:
        row, first, last = edge.run
        if self.drawing.density != "full" or len(edge.values) < 2 or not edge.shape or row not in self.rows:
            return
        tag = f" {self.drawing.glyphs.render(edge.shape)} "
        if last - first >= cell_len(tag) + 3:
            style = self.palette.ink("muted", fade=0.0 if self._is_lit(edge) else self.fade, italic=True)
            self.put(first + 1, row, tag, style)

    # --- forward values ---

    def paint_forward_values(self, contents: Mapping[str, PlaceContent]) -> None:
        """Paint the forward values that matter brightly, and what is typed for those that are asked."""
        bright = self.palette.ink("forward", bold=True)
        lit_sources = {source for source, _target in self.look.edges}
        for edge in self.drawing.edges:
            if edge.value_at is None:
                continue
            is_shared = not edge.target
            if self._is_lit(edge) or edge.source in self.look.changed or (is_shared and edge.source in lit_sources):
                for number, text in enumerate(edge.values):
                    self.put(edge.value_at[0], edge.value_at[1] + number, text, bright)
            if (content := contents.get(forward_place(edge.source))) is not None:
                self._paint_asked_value(edge, content)
            elif self.look.asks_forward and edge.source == self.look.node:
                self._paint_asked_value(edge, None)
        for factor in self.look.factors:
            if not factor.place:
                self._paint_forward_factor(factor)
        for name in self.look.changed:
            if self.drawing.kinds.get(name) == "input":
                box = self.drawing.boxes[name]
                self.put(box.x, box.y, self.drawing.rows[box.y][box.x : box.x + box.width], bright)

    def _paint_asked_value(self, edge: DrawnEdge, content: PlaceContent | None) -> None:
        """Paint a forward value that is asked: as a chip if it is in focus, else in its colour if it was typed."""
        assert edge.value_at is not None
        text = content.texts[0][0] if content and content.texts and content.texts[0] else ""
        mark = content.mark if content else ""
        tone = content.tone if content else "blank"
        in_focus = self.look.asks_forward and edge.source == self.look.node
        if not in_focus and (not text or tone not in ("draft", "wrong", "near")):
            return
        width = max([cell_len(line) for line in edge.values], default=3)
        x, y = edge.value_at
        room = max(width, min(cell_len(text) + 2 * bool(mark) + 2, edge.run[2] - edge.run[1]))
        start = x + (width - room) // 2
        hue = {"wrong": "wrong", "near": "help"}.get(tone, "forward")
        if in_focus:
            paint_text_chip(self, start, y, room, text or "?", mark, hue)
            return
        shown = f"{text} {mark}".rstrip()
        self.fill(start, y, room, 1, self.palette.ink(hue), " ")
        self.put(x + (width - cell_len(shown)) // 2, y, shown, self.palette.ink(hue, fade=self.fade, bold=True))

    def _paint_forward_factor(self, factor: MarkedCells) -> None:
        style = self.palette.chip("forward")
        for edge in self.drawing.edges:
            is_meant = edge.source == factor.source and factor.target in ("", edge.target)
            # A matrix that is shown by its shape has no cells to mark.
            is_brief = bool(edge.shape) and not "".join(edge.values).startswith("[")
            if not is_meant or edge.value_at is None or is_brief:
                continue
            x, y = edge.value_at
            for number, text in enumerate(edge.values):
                if len(edge.values) > 1 and factor.row not in (None, number):
                    continue
                start, end = _matrix_column(edge.values, factor.column)
                self.put(x + start, y + number, text[start:end], style)

    # --- nodes ---

    def paint_nodes(self) -> None:
        """Give the node in focus a heavy frame, and its label its full colour."""
        box = self.drawing.boxes.get(self.look.node)
        if box is None:
            return
        hue = "forward" if self.look.asks_forward else "backward"
        if self.drawing.density == "compact" and self.look.asks_forward:
            # There is no room for the value itself.
            self.fill(box.x, box.y, box.width, box.height, self.palette.chip(hue))
            return
        frame = self.palette.ink(hue, bold=True)
        heavy = _HEAVY_ASCII if self.drawing.glyphs.ascii else _HEAVY
        is_input = self.drawing.kinds.get(self.look.node) == "input"
        for row in range(box.y, box.y + box.height):
            if row not in self.rows:
                continue
            for run in self.drawing.runs[row]:
                inside = _cut(run.text, run.x, box)
                if inside is None:
                    continue
                at, text = inside
                if run.style == "box":
                    self.put(at, row, text.translate(heavy) if self.drawing.density != "compact" else text, frame)
                elif run.style in ("label", "name"):
                    self.put(at, row, text, frame if is_input else self.palette.ink("bright", bold=True))
        if self.look.flash and self.palette.colours == "all":
            flash = self.palette.ink("bright", on=hue, tint=self.look.flash, bold=True)
            self.fill(box.x + 1, box.y + 1, box.width - 2, box.height - 2, flash)
        elif self.look.flash:
            self.fill(box.x + 1, box.y + 1, box.width - 2, box.height - 2, self.palette.chip(hue))


def _cut(text: str, x: int, box: Rect) -> tuple[int, str] | None:
    """Return the part of a run that is inside the columns of a box, and where it begins; None if nothing is."""
    start, end = max(x, box.x), min(x + cell_len(text), box.x + box.width)
    if start >= end:
        return None
    if cell_len(text) == len(text):
        return start, text[start - x : end - x]
    return (x, text) if start == x else None


def _matrix_column(lines: tuple[str, ...], column: int | None) -> tuple[int, int]:
    """Return where a column begins and ends in the rows of a matrix, `[0.1 0.2]`; None for all of them."""
    width = min(map(len, lines))
    if not lines[0].startswith("["):
        return 0, width
    if column is None:
        return 1, width - 1
    # A column ends where every row has a space: numbers hold none, and all columns are as wide as their widest number.
    gaps = [0, *(x for x in range(1, width - 1) if _is_gap(lines, x)), width - 1]
    if column + 1 >= len(gaps):
        return 1, width - 1
    return gaps[column] + 1, gaps[column + 1]


def _is_gap(lines: tuple[str, ...], x: int) -> bool:
    """Return whether a cell is the space between two columns: the next column may begin with spaces in some rows."""
    return all(line[x] == " " for line in lines) and any(line[x - 1] != " " for line in lines)
