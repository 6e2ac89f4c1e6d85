"""The edges of a drawing: their bends and their last straight runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from tutor.drawing.layout.plan import start_rows
from tutor.drawing.model import Cell, DrawnEdge

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tutor.drawing.layout.plan import Plan
    from tutor.drawing.layout.tracks import Trunk
    from tutor.drawing.model import InputLine

#: A box's number and the number of one of its lines.
Line = tuple[int, int]
#: A straight part of a wire: its row, first and last column.
Run = tuple[int, int, int]
#: The number that denotes the part that all edges from a box share.
SHARED = -1


@dataclass(slots=True)
class WireCells:
    """The cells at which wires leave and enter boxes, branch, and begin to show their values.

    `trunks` are the vertical wires behind each rank by net, each with its column.
    """

    exits: dict[int, Cell] = field(default_factory=dict)
    entries: dict[Line, Cell] = field(default_factory=dict)
    branchings: dict[int, Cell | None] = field(default_factory=dict)
    values: dict[Line, Cell] = field(default_factory=dict)
    trunks: list[Mapping[int, Sequence[tuple[Trunk, int]]]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Way:
    """The way of a net from its box: its first cell and its bends so far, and where its last straight part begins."""

    corners: tuple[Cell, ...]
    run_start: int


@dataclass(frozen=True, slots=True)
class EdgeTracer:
    """Traces the edges of a drawing, in rows from `top`. `lane_columns` are the free columns in the row below a run."""

    plan: Plan
    wires: WireCells
    top: int
    lane_columns: Callable[[Run], list[int]]

    def trace(self) -> tuple[DrawnEdge, ...]:
        """Return the edges in the order of `Drawing.edges`."""
        nets, ways = self.plan.nets, self._find_ways()
        edges: list[DrawnEdge] = []
        shared: dict[int, DrawnEdge] = {}
        for number, box in enumerate(nets.boxes):
            for operand, line in enumerate(box.lines):
                key = (number, operand)
                end, way, source = self.wires.entries[key], ways[key], nets.sources[number][operand]
                run = (end[1], way.run_start, end[0])
                slot = line.slot.id if line.slot else None
                edges.append(self._make_edge(slot, line, box.id, operand, (*way.corners, end), run, key))
                stem, branching = nets.boxes[source].stem, self.wires.branchings.get(source)
                if stem and branching and source not in shared:
                    corners = _cut(way.corners, branching)
                    run = (corners[0][1], corners[0][0], corners[1][0])
                    shared[source] = self._make_edge(stem.id, line, "", SHARED, corners, run, (source, SHARED))
        return (*edges, *(shared[number] for number in sorted(shared)))

    def _make_edge(
        self,
        slot: str | None,
        line: InputLine,
        target: str,
        operand: int,
        corners: tuple[Cell, ...],
        run: Run,
        key: Line,
    ) -> DrawnEdge:
        row, first, last = run
        value = self.wires.values.get(key)
        return DrawnEdge(
            slot,
            line.source,
            target,
            operand,
            tuple([(x, y - self.top) for x, y in corners]),
            (row - self.top, first, last),
            tuple([(x, row + 1 - self.top) for x in self.lane_columns(run)]),
            line.value,
            (value[0], value[1] - self.top) if value else None,
            line.shape,
        )

    def _find_ways(self) -> dict[Line, _Way]:
        """Return the way of each line up to its last straight part."""
        plan = self.plan
        ways: dict[Line, _Way] = {}
        to_rank: dict[int, _Way] = {}
        for number, rank in enumerate(plan.ranks):
            if number:
                rows, trunks = start_rows(plan, number - 1), self.wires.trunks[number - 1]
                before, to_rank = to_rank, {}
                for item, top, shape in zip(rank, plan.tops[number], plan.shapes[number], strict=True):
                    for port, net, line in zip(shape.ports, item.input_nets, item.line_numbers, strict=True):
                        way = _extend(before[net], rows[net], top + port, trunks.get(net, ()))
                        if item.box is None:
                            to_rank[net] = way
                        else:
                            ways[item.box, line] = way
            for item in rank:
                if item.box is not None and item.net is not None:
                    start = self.wires.exits[item.net]
                    to_rank[item.net] = _Way((start,), start[0])
        return ways


def _extend(way: _Way, start: int, end: int, trunks: Sequence[tuple[Trunk, int]]) -> _Way:
    """Return the way on past the vertical wires of its net behind a rank, from one row to another."""
    if not trunks:
        return way
    bends: list[Cell] = []
    row = start
    for trunk, column in trunks:
        following = trunk.joint_row if trunk.joint_row is not None and trunk.left_rows else end
        if following != row:
            bends += [(column, row), (column, following)]
        row = following
    return _Way((*way.corners, *bends), trunks[-1][1] + 1)


def _cut(corners: Sequence[Cell], end: Cell) -> tuple[Cell, ...]:
    """Return a way up to a cell on it."""
    for number, ((x, y), (other_x, other_y)) in enumerate(pairwise(corners), 1):
        if min(x, other_x) <= end[0] <= max(x, other_x) and min(y, other_y) <= end[1] <= max(y, other_y):
            return (*corners[:number], end)
    return (*corners, end)
