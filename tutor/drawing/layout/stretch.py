"""More room between the rows of a plan: boxes grow and move apart, and every straight wire stays straight."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from tutor.drawing.layout.plan import route_wires
from tutor.drawing.layout.ports import ItemShape, label_extent, stem_value
from tutor.drawing.layout.rows import free_rows_above

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tutor.drawing.layout.netlist import LayoutItem
    from tutor.drawing.layout.plan import Plan

#: How often the rows are moved towards those that they are wired to, downwards and upwards in turn.
_SWEEPS = 4


@dataclass(slots=True)
class _ItemRows:
    """An item whose rows move: its ports from top to bottom and its exit, by the numbers of their rows.

    An item with a single row has it as its only port, if it has any, and as its exit. `frame` and `stem` are the rows
    that these need above the first port and below the last, and above and below the exit.
    """

    ports: list[int]
    exit: int
    frame: tuple[int, int]
    stem: tuple[int, int]

    @property
    def first(self) -> int:
        return self.ports[0] if self.ports else self.exit

    @property
    def last(self) -> int:
        return self.ports[-1] if self.ports else self.exit


@dataclass(slots=True)
class _Group:
    """Rows that straight wires hold together.

    `before` and `after` are the groups that must stay above and below, with the distance from row to row. `bent` are
    those at the other ends of bent wires, with the distance at which they were.
    """

    base: int
    row: int = 0
    lowest: int = 0
    above: int = 0
    below: int = 0
    before: list[tuple[_Group, int]] = field(default_factory=list)
    after: list[tuple[_Group, int]] = field(default_factory=list)
    bent: list[tuple[_Group, int]] = field(default_factory=list)
    #: The first and the last port of boxes whose exit is here, which is best in the middle of their frames; and by how
    #: many rows more these reach down.
    between: list[tuple[_Group, _Group, int]] = field(default_factory=list)


class _Rows:
    """The moving rows of a plan, before and while they are held together by straight wires."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.bases: list[int] = []
        self._parents: list[int] = []
        trios = zip(plan.ranks, plan.tops, plan.shapes, strict=True)
        self.items = [list(map(self._add_item, *trio)) for trio in trios]
        bent = [link for number in range(1, len(plan.ranks)) for link in self._link_ranks(number)]
        roots = {self._root(row): None for row in range(len(self.bases))}
        groups = {root: _Group(self.bases[root]) for root in roots}
        self.groups = [groups[self._root(row)] for row in range(len(self.bases))]
        for row, other in bent:
            self.groups[row].bent.append((self.groups[other], self.bases[row] - self.bases[other]))
            self.groups[other].bent.append((self.groups[row], self.bases[other] - self.bases[row]))
        #: From the top to the bottom.
        self.ordered = sorted(groups.values(), key=lambda group: group.base)

    def _add_item(self, item: LayoutItem, top: int, shape: ItemShape) -> _ItemRows:
        first, last = (shape.ports[0], shape.ports[-1]) if shape.ports else (shape.output_port, shape.output_port)
        exit_row = self._add_row(top + shape.output_port)
        ports = [exit_row][: len(shape.ports)]
        if len(shape.ports) > 1:
            ports = [self._add_row(top + port) for port in shape.ports]
        stem = (0, 0)
        nets = self.plan.nets
        if item.box is not None and (slot := nets.boxes[item.box].stem):
            stem = label_extent(stem_value(nets, item.box), slot, self.plan.density)
        return _ItemRows(ports, exit_row, (first - shape.frame[0], shape.frame[1] - last), stem)

    def _add_row(self, base: int) -> int:
        self.bases.append(base)
        self._parents.append(len(self._parents))
        return len(self._parents) - 1

    def _root(self, row: int) -> int:
        while self._parents[row] != row:
            row = self._parents[row]
        return row

    def _link_ranks(self, number: int) -> Iterable[tuple[int, int]]:
        """Hold the rows together that straight wires to a rank connect, and yield those of bent wires."""
        pairs = zip(self.plan.ranks[number - 1], self.items[number - 1], strict=True)
        exits = {item.net: rows.exit for item, rows in pairs}
        for item, rows in zip(self.plan.ranks[number], self.items[number], strict=True):
            for net, port in zip(item.input_nets, rows.ports, strict=True):
                if self.bases[exits[net]] == self.bases[port]:
                    self._parents[self._root(port)] = self._root(exits[net])
                else:
                    yield exits[net], port


def stretch_rows(plan: Plan, extra: int) -> Plan:
    """Return the plan with `extra` more rows between ports and between boxes, and all items in the same order."""
    rows = _Rows(plan)
    for number in range(len(plan.ranks)):
        _constrain_rank(rows, number, extra)
    _place_groups(rows.ordered)
    shapes: list[list[ItemShape]] = []
    tops: list[list[int]] = []
    for number, rank in enumerate(rows.items):
        placed = [_placed_shape(item, shape, rows) for item, shape in zip(rank, plan.shapes[number], strict=True)]
        tops.append([top for top, _ in placed])
        shapes.append([shape for _, shape in placed])
    stretched = replace(plan, shapes=shapes, tops=tops, trunks=[])
    route_wires(stretched)
    return stretched


def _constrain_rank(rows: _Rows, number: int, extra: int) -> None:
    """Note how far apart the rows of a rank must stay."""
    plan, items = rows.plan, rows.items[number]
    for position, item in enumerate(items):
        first, last, out = (rows.groups[row] for row in (item.first, item.last, item.exit))
        for upper, lower in pairwise(item.ports):
            _keep_apart(rows.groups[upper], rows.groups[lower], rows.bases[lower] - rows.bases[upper] + extra)
        if len(item.ports) > 1:
            _keep_apart(first, out, 0)
            _keep_apart(out, last, 0)
            out.between.append((first, last, item.frame[1] - item.frame[0]))
        first.above, last.below = max(first.above, item.frame[0]), max(last.below, item.frame[1])
        out.above, out.below = max(out.above, item.stem[0]), max(out.below, item.stem[1])
        if not position:
            continue
        before = items[position - 1]
        gap = 1 + free_rows_above(plan.ranks[number], plan.shapes[number], position, plan.clearance)
        if plan.ranks[number][position - 1].box is not None and plan.ranks[number][position].box is not None:
            gap += extra
        for upper_row, below in ((before.last, before.frame[1]), (before.exit, before.stem[1])):
            for lower_row, above in ((item.first, item.frame[0]), (item.exit, item.stem[0])):
                _keep_apart(rows.groups[upper_row], rows.groups[lower_row], below + gap + above)


def _keep_apart(upper: _Group, lower: _Group, distance: int) -> None:
    if upper is not lower:
        upper.after.append((lower, distance))
        lower.before.append((upper, distance))


def _place_groups(ordered: list[_Group]) -> None:
    """Place all groups in the middle of the rows where they may be, then move them towards those they belong to."""
    for _again in ordered:
        before = [group.row for group in ordered]
        for group in ordered:
            group.row = max([group.above, *(other.row + distance for other, distance in group.before)])
        # Another round is needed only if a row must not be above one at the same height.
        if before == [group.row for group in ordered]:
            break
    height = max((group.row + group.below for group in ordered), default=0)
    for group in ordered:
        group.lowest = height
    for _again in ordered:
        before = [group.lowest for group in ordered]
        for group in reversed(ordered):
            group.lowest = min([height - group.below, *(other.lowest - distance for other, distance in group.after)])
        if before == [group.lowest for group in ordered]:
            break
    for group in ordered:
        group.row = (group.row + group.lowest) // 2
    for sweep in range(_SWEEPS):
        for group in reversed(ordered) if sweep % 2 else ordered:
            if group.between or group.bent:
                _move(group)


def _move(group: _Group) -> None:
    """Move a group as near as it may come to where its exit is in the middle of a box or its bent wires are short."""
    wishes = [(first.row + last.row + shift) // 2 for first, last, shift in group.between]
    wishes = sorted(wishes or [other.row + distance for other, distance in group.bent])
    wish = wishes[(len(wishes) - 1) // 2]
    least = max([group.above, *(other.row + distance for other, distance in group.before)])
    most = min([group.lowest, *(other.row - distance for other, distance in group.after)])
    group.row = min(max(wish, least), most)


def _placed_shape(item: _ItemRows, shape: ItemShape, rows: _Rows) -> tuple[int, ItemShape]:
    """Return the top of an item and its shape, with the rows where they are now."""
    first, last, out = (rows.groups[row].row for row in (item.first, item.last, item.exit))
    frame = first - item.frame[0], last + item.frame[1]
    top, bottom = min(frame[0], out - item.stem[0]), max(frame[1], out + item.stem[1])
    return top, replace(
        shape,
        height=bottom - top + 1,
        ports=[rows.groups[row].row - top for row in item.ports],
        output_port=out - top,
        frame=(frame[0] - top, frame[1] - top),
    )
