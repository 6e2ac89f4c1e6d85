"""Data of drawings: boxes go in, left to right and each after its inputs, and a `Drawing` comes out.

The fixed part of a drawing never changes while a learner works, only the contents of its `places`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from tutor.glyphs import UNICODE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tutor.glyphs import Glyphs

#: `full` has every value; in `shapes` a matrix is one row such as `3×2`; `compact` has neither values nor frames.
Density = Literal["full", "shapes", "compact"]
Direction = Literal["left", "right", "up", "down"]
BoxKind = Literal["input", "op", "output"]
#: A cell of a drawing: column and row.
Cell = tuple[int, int]
#: What a run of characters is part of; a screen gives each style a colour.
Style = Literal["wire", "arrow", "box", "label", "name", "value", "branch"]

#: The least room for a number, in cells.
MIN_CELL_WIDTH = 6


@dataclass(frozen=True, slots=True)
class Slot:
    """A backward value: a blank or a given one. A scalar has one row and column.

    `cell_width` is the minimum number of terminal cells for each of its entries in a full drawing. If `shape` is set,
    the one entry stands for a whole matrix of this shape.
    """

    id: str
    rows: int = 1
    columns: int = 1
    cell_width: int = MIN_CELL_WIDTH
    shape: str = ""


@dataclass(frozen=True, slots=True)
class InputLine:
    """An edge into a box.

    `value` is the forward value, one text for each row of a matrix, brackets included; empty to draw none.
    `slot` is None if the edge's backward value is neither asked for nor given, or there is none because its source is
    data. `shape` is the shape of a matrix, such as `3×2`; empty for a number.
    """

    source: str
    value: tuple[str, ...] = ()
    slot: Slot | None = None
    shape: str = ""


@dataclass(frozen=True, slots=True)
class Box:
    """A node. An `input` is drawn as its bare label, an `op` and the `output` in a frame with its `name`, if it has one.

    `lines` are the edges into it, in the order of the operands; the drawing may reorder those of a `commutative`
    operation (+ and ×). `stem` is the blank of a branch's sum, drawn between the box and the branching. `alias` is
    what else an input is called, drawn beside the label if there is room. `short` is drawn in place of the label in a
    compact drawing with too little room.
    """

    id: str
    label: str
    kind: BoxKind
    lines: tuple[InputLine, ...] = ()
    commutative: bool = False
    stem: Slot | None = None
    name: str = ""
    alias: str = ""
    short: str = ""


@dataclass(frozen=True, slots=True)
class Spacing:
    """Room beyond what a full drawing needs.

    Cells along each edge, rows between ports, cells in each box, and cells beside texts: between the label of an input
    and its wire, and on both sides of a name in a frame.
    """

    columns: int = 0
    rows: int = 0
    boxes: int = 0
    labels: int = 1


@dataclass(frozen=True, slots=True)
class StyledRun:
    """Characters of one style in a row, from cell `x`."""

    x: int
    text: str
    style: Style


@dataclass(frozen=True, slots=True)
class Place:
    """The position of a slot's value, in cells from the top left of the drawing.

    In a full drawing, column c of each row takes `cell_width` cells from `x + c * (cell_width + 1)`, and the cell
    after them holds a mark (✓ ✗ ~). In a compact drawing a place is one cell, which holds the mark. If `shape` is set,
    the one cell of the place stands for a whole matrix of this shape.
    """

    x: int
    y: int
    rows: int
    columns: int
    cell_width: int
    density: Density
    shape: str = ""

    @property
    def width(self) -> int:
        return 1 if self.density == "compact" else self.columns * (self.cell_width + 1)

    @property
    def height(self) -> int:
        return 1 if self.density == "compact" else self.rows


@dataclass(frozen=True, slots=True)
class Rect:
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True)
class DrawnEdge:
    """An edge from the box `source` to operand number `operand` of the box `target`.

    Or, if `target` is empty, the part before the branching that all edges from `source` share; its slot is that of the
    branch's sum. `corners` are the first cell of its wire, its bends, and its last cell, which holds the arrowhead.
    `run` is the last straight part that belongs to this edge alone (of a shared part, the first one): its row, first
    and last column. `lane` are the free cells in the row below the run. `values` are the texts of the forward value;
    they are drawn one below the other from the cell `value_at` on, and nowhere if that is None. `shape` is that of the
    matrix, such as `3×2`; empty for a number.
    """

    slot: str | None
    source: str
    target: str
    operand: int
    corners: tuple[Cell, ...]
    run: tuple[int, int, int]
    lane: tuple[Cell, ...] = ()
    values: tuple[str, ...] = ()
    value_at: Cell | None = None
    shape: str = ""

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        """The cells of the wire from the source to the box, in order."""
        cells = [self.corners[0]]
        for (x, y), (end_x, end_y) in pairwise(self.corners):
            step = 1 if (end_x, end_y) > (x, y) else -1
            cells += [(x, row) for row in range(y + step, end_y + step, step)] if x == end_x else []
            cells += [(column, y) for column in range(x + step, end_x + step, step)] if y == end_y else []
        return tuple(cells)


@dataclass(frozen=True)
class Drawing:
    """A finished drawing.

    `rows` hold every fixed character, with spaces in the places; each is `width` cells wide. `runs` are the same
    characters by style. `neighbours` are the places that the arrow keys lead to: left to the inputs of this edge's
    source, right to where its value flows, up and down to the places above and below. `edges` are those of every box in
    turn, in the order of its operands, then the shared parts of branches that have a slot.
    """

    width: int
    height: int
    density: Density
    rows: tuple[str, ...]
    runs: tuple[tuple[StyledRun, ...], ...]
    places: Mapping[str, Place]
    boxes: Mapping[str, Rect]
    neighbours: Mapping[str, Mapping[Direction, str]]
    glyphs: Glyphs = UNICODE
    edges: tuple[DrawnEdge, ...] = ()
    kinds: Mapping[str, BoxKind] = field(default_factory=dict)
    spacing: Spacing = Spacing()

    @cached_property
    def edge_by_slot(self) -> Mapping[str, DrawnEdge]:
        """The edge, or the shared part of a branch, that each place belongs to."""
        return {edge.slot: edge for edge in self.edges if edge.slot is not None}

    @cached_property
    def edges_into(self) -> Mapping[str, Sequence[DrawnEdge]]:
        """The edges into each box, in the order of its operands; none for inputs."""
        return self._group_edges([(edge.target, edge) for edge in self.edges if edge.target])

    @cached_property
    def edges_from(self) -> Mapping[str, Sequence[DrawnEdge]]:
        """The edges from each box, without the part that they share."""
        return self._group_edges([(edge.source, edge) for edge in self.edges if edge.target])

    @cached_property
    def shared_parts(self) -> Mapping[str, DrawnEdge]:
        """The part that all edges from a box share, by box."""
        return {edge.source: edge for edge in self.edges if not edge.target}

    @cached_property
    def distances_back(self) -> Mapping[str, int]:
        """The cells of the longest way from the output back to each box: a sum goes on when all its parts are there."""
        distances: dict[str, int] = {}
        # Each edge is after those into its source.
        for edge in reversed([edge for edge in self.edges if edge.target]):
            distances.setdefault(edge.target, 0)
            distances[edge.source] = max(distances.get(edge.source, 0), distances[edge.target] + len(edge.cells))
        return distances

    def _group_edges(self, pairs: list[tuple[str, DrawnEdge]]) -> Mapping[str, Sequence[DrawnEdge]]:
        groups: dict[str, list[DrawnEdge]] = {name: [] for name in self.boxes}
        for name, edge in pairs:
            groups[name].append(edge)
        return groups
