"""Contents of a picture of a graph: the layout that the terminal draws, with values as blocks of cells."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING

from rich.cells import cell_len

from tutor.algebra.printing import format_cells
from tutor.drawing.from_problem import boxes_of
from tutor.drawing.layout.planned import PlannedDrawings
from tutor.drawing.layout.shorten import full_label
from tutor.drawing.model import Spacing
from tutor.drawing.reports.worked_values import WorkedValues
from tutor.grading.wording import place_name
from tutor.i18n import N_, message

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from tutor.drawing.model import BoxKind, Cell, Density, Drawing, DrawnEdge, Place, Rect
    from tutor.grading.problem import Problem
    from tutor.i18n import Message

#: Matrices with more cells are shown by their shape.
_MAX_CELLS = 48
#: Room along the edges and between them, so that each value is near its own edge and touches no arrowhead.
_SPACING = Spacing(columns=3, rows=1)

#: The sentences below a picture, which say where each value is.
FORWARD_LEGEND = N_("above each edge: the forward value")
BACKWARD_LEGEND = N_("below: the gradient")


@dataclass(frozen=True, slots=True)
class ValueBlock:
    """A value at an edge: a number, or a matrix in columns.

    `y` is its first row, `ends` are the right ends of its columns, in cells. `rows` are empty where the value is a
    blank; then `height` says how many rows there are, and `label` is its number on a sheet.
    """

    is_gradient: bool
    x: int
    y: int
    ends: tuple[int, ...]
    height: int
    rows: tuple[tuple[str, ...], ...] = ()
    is_matrix: bool = False
    label: str = ""

    @property
    def columns(self) -> tuple[tuple[int, int], ...]:
        """The beginning and the end of each column; one cell is free between two."""
        starts = (self.x, *(end + 1 for end in self.ends))
        return tuple(zip(starts, self.ends, strict=False))

    @property
    def centre(self) -> float:
        """The middle of the block, in cells from the left."""
        return (self.x + self.ends[-1]) / 2


@dataclass(frozen=True, slots=True)
class PictureBox:
    """A node: an input is its bare label, an operation has a frame, and a step its `name` in it."""

    id: str
    rect: Rect
    label: str
    name: str
    kind: BoxKind


@dataclass(frozen=True, slots=True)
class PictureEdge:
    """An edge in words: the texts of its values, each on one line.

    `gradient` is None where it is a blank, and empty where nothing comes back.
    """

    source: str
    target: str
    forward: str
    gradient: str | None


@dataclass(frozen=True)
class Picture:
    """A graph with its values. Positions are in cells of the terminal's drawing, which is `width` × `height` cells.

    `wires` go from the first cell to the last one, where the arrowhead is; `dots` are where a value branches. `lines`
    say all values in words.
    """

    title: str
    width: int
    height: int
    boxes: tuple[PictureBox, ...]
    wires: tuple[tuple[Cell, ...], ...]
    dots: tuple[Cell, ...]
    values: tuple[ValueBlock, ...]
    edges: tuple[PictureEdge, ...]
    lines: tuple[Message, ...]
    blank: bool = False


def picture_of(
    problem: Problem,
    title: str,
    *,
    blank: bool = False,
    labels: Mapping[str, str] = MappingProxyType({}),
    shown: Collection[str] = (),
) -> Picture:
    """Return the picture of a problem. Raise NonFiniteError.

    If it is `blank`, it shows what a learner sees at the beginning: empty fields for what is asked, with the `labels`
    of these blanks, and what is given or `shown`.
    """
    passes = WorkedValues.of(problem).passes
    if blank:
        hidden = [place.node for place in problem.forward_blanks]
        boxes = boxes_of(problem, hidden=hidden, shown=problem.drawn_places, passes=passes)
    else:
        boxes = boxes_of(problem, fit_values=True, passes=passes)
    sizes = [rows * columns for rows, columns in (node.shape for node in problem.graph.nodes if node.shape)]
    density: Density = "shapes" if max(sizes, default=1) > _MAX_CELLS else "full"
    drawing = PlannedDrawings(boxes).draw(density, _SPACING)
    places = [place for place in problem.places if not blank or place.id in shown or place in problem.given_blanks]
    cells = {place.id: format_cells(problem.truth(place, passes)) for place in places}
    texts = {box.id: (full_label(box), box.name, box.kind) for box in boxes}
    return Picture(
        title=title,
        width=drawing.width,
        height=drawing.height,
        boxes=tuple(PictureBox(name, rect, *texts[name]) for name, rect in drawing.boxes.items()),
        wires=tuple(edge.corners for edge in drawing.edges if edge.target),
        dots=tuple(_branchings(drawing)),
        values=tuple(_blocks(drawing, cells, labels)),
        edges=tuple(_edges(drawing, cells)),
        lines=tuple(_lines(problem, cells)),
        blank=blank,
    )


def _branchings(drawing: Drawing) -> Iterator[Cell]:
    """Yield the cells in which wires from one box part."""
    for edges in drawing.edges_from.values():
        following: defaultdict[Cell, set[Cell]] = defaultdict(set)
        for edge in edges:
            for cell, after in pairwise(edge.cells):
                following[cell].add(after)
        yield from (cell for cell, after in following.items() if len(after) > 1)


def _blocks(drawing: Drawing, cells: dict[str, list[list[str]]], labels: Mapping[str, str]) -> Iterator[ValueBlock]:
    """Yield the forward values, then the places."""
    for edge in drawing.edges:
        if edge.value_at is not None and edge.values:
            yield _forward_block(edge, *edge.value_at)
    for name, place in drawing.places.items():
        yield replace(_gradient_block(place, cells.get(name)), label=labels.get(name, ""))


def _forward_block(edge: DrawnEdge, x: int, y: int) -> ValueBlock:
    rows = tuple(tuple(text.strip("[]").split()) if text.startswith("[") else (text,) for text in edge.values)
    if not edge.values[0].startswith("["):
        return ValueBlock(False, x, y, (x + cell_len(edge.values[0]),), 1, rows)
    return ValueBlock(False, x, y, _column_ends(x, rows), len(rows), rows, is_matrix=True)


def _gradient_block(place: Place, cells: list[list[str]] | None) -> ValueBlock:
    """Return the block of a place: as wide as the place, or, if it is a filled matrix, as its numbers and brackets."""
    ends = tuple(place.x + column * (place.cell_width + 1) + place.cell_width for column in range(place.columns))
    is_matrix = place.rows * place.columns > 1
    if place.shape and cells is not None:
        cells = [[place.shape]]
    if cells is None or not is_matrix:
        return ValueBlock(True, place.x, place.y, ends, place.rows, tuple(map(tuple, cells or ())), is_matrix)
    start = (place.x + ends[-1] - _column_ends(0, cells)[-1]) // 2
    return ValueBlock(True, start, place.y, _column_ends(start, cells), place.rows, tuple(map(tuple, cells)), is_matrix)


def _column_ends(x: int, rows: Sequence[Sequence[str]]) -> tuple[int, ...]:
    """Return the right ends of columns side by side, each behind a free cell."""
    widths = [1 + max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    return tuple(accumulate(widths, initial=x))[1:]


def _edges(drawing: Drawing, cells: dict[str, list[list[str]]]) -> Iterator[PictureEdge]:
    for edge in drawing.edges:
        if not edge.target:
            continue
        gradient: str | None = ""
        if edge.slot is not None:
            gradient = _on_one_line(cells[edge.slot], edge.shape) if edge.slot in cells else None
        yield PictureEdge(edge.source, edge.target, ", ".join(edge.values), gradient)


def _on_one_line(cells: Sequence[Sequence[str]], shape: str) -> str:
    if len(cells) * len(cells[0]) > _MAX_CELLS:
        return shape
    if len(cells) == len(cells[0]) == 1:
        return cells[0][0]
    return ", ".join(f"[{' '.join(row)}]" for row in cells)


def _lines(problem: Problem, cells: dict[str, list[list[str]]]) -> Iterator[Message]:
    for place in problem.places:
        if place.id in cells:
            value = _on_one_line(cells[place.id], "×".join(map(str, place.shape or ())))
            yield message(N_("{name}: {value}"), name=place_name(problem, place), value=value)
