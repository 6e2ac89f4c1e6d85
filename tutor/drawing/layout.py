"""The stages in a row: ranks, order, ports, rows, tracks, columns, and the picture put on its sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from tutor.drawing.canvas import LEFT, RIGHT, Canvas, Cell
from tutor.drawing.columns import Block, Zones, block, node_width, zones
from tutor.drawing.neighbours import neighbours
from tutor.drawing.nets import Item, Netlist, items, netlist
from tutor.drawing.order import orders, unruly
from tutor.drawing.ports import Shape, shape, stem_value
from tutor.drawing.ranks import ranks as find_ranks
from tutor.drawing.rows import Tops, rows
from tutor.drawing.spec import Box, Density, Drawing, Place, Rect, Slot
from tutor.drawing.tracks import Trunk, trunks

#: Lines times this many attempts at an order are affordable; small graphs get the more attempts.
_EFFORT = 600
_MOST_TRIES = 8
#: So many of the orders are carried out in rows, to be compared as pictures.
_CANDIDATES = 4
#: What a crossing, and a picture with wires close to foreign texts, weigh against bends and height.
_CROSSING = 12
_TIGHT = 5


def draw(boxes: Sequence[Box], density: Density = "full", *, ascii: bool = False) -> Drawing:
    """The picture of a graph. Deterministic; a ValueError where a line comes from no box further left.

    In ASCII `,` `.` `` ` `` `'` are bends, `*` is a branch and `+` only ever a crossing; labels and values are
    taken as they are, so they must be ASCII already.
    """
    plan = _plan(netlist(boxes), density)
    sheet = _Sheet(plan, density, Canvas(ascii))
    return sheet.drawing()


@dataclass(slots=True)
class _Plan:
    """What stands where, in ranks and rows."""

    nets: Netlist
    ranks: list[list[Item]]
    shapes: list[list[Shape]]
    tops: Tops
    price: int
    trunks: list[list[Trunk]] = field(default_factory=list)


def _plan(nets: Netlist, density: Density) -> _Plan:
    """Of several good orders, the one that makes the calmest picture."""
    table = items(nets, find_ranks(nets))
    lines = sum(len(item.enters) for rank in table for item in rank)
    attempts = orders(table, max(1, min(_MOST_TRIES, _EFFORT // max(1, lines))))
    found = sorted(((count * _CROSSING + unruly(ranks), ranks) for count, ranks in attempts), key=lambda pair: pair[0])
    best: tuple[int, _Plan] | None = None
    for price, ordered in found[:_CANDIDATES]:
        if best and price >= best[0]:
            break
        shapes = [[shape(nets, item, density) for item in rank] for rank in ordered]
        restless, tops = rows(ordered, shapes, 1)
        if best is None or price + restless < best[0]:
            best = (price + restless, _Plan(nets, ordered, shapes, tops, price))
    if best is None:
        return _Plan(nets, [], [], [], 0)
    total, plan = best
    restless, tops = rows(plan.ranks, plan.shapes, 0)
    if plan.price + restless + _TIGHT < total:
        plan.tops = tops
    # Side by side on one row, the ends of two compact wires would look like one wire.
    apart = 2 if density == "compact" else 1
    plan.trunks = [_gap_trunks(plan, number, apart) for number in range(len(plan.ranks))]
    return plan


def _gap_trunks(plan: _Plan, number: int, apart: int) -> list[Trunk]:
    starts = _starts(plan, number)
    ends: dict[int, list[int]] = {net: [] for net in starts}
    if number + 1 < len(plan.ranks):
        for item, row, found in zip(
            plan.ranks[number + 1], plan.tops[number + 1], plan.shapes[number + 1], strict=True
        ):
            for port, net in zip(found.ports, item.enters, strict=True):
                ends[net].append(row + port)
    return trunks(((net, start, ends[net]) for net, start in starts.items()), apart)


def _starts(plan: _Plan, number: int) -> dict[int, int]:
    """The row on which each net leaves a rank."""
    trio = zip(plan.ranks[number], plan.tops[number], plan.shapes[number], strict=True)
    return {item.net: row + found.out for item, row, found in trio if item.net is not None}


@dataclass(slots=True)
class _Sheet:
    """Puts a plan on a canvas and notes where places and boxes are."""

    plan: _Plan
    density: Density
    canvas: Canvas
    zones: list[Zones] = field(default_factory=list)
    places: dict[str, Place] = field(default_factory=dict)
    rects: dict[str, Rect] = field(default_factory=dict)
    exits: dict[int, Cell] = field(default_factory=dict)

    def drawing(self) -> Drawing:
        plan, boxes = self.plan, self.plan.nets.boxes
        self.zones = self._zones()
        for number in range(len(plan.ranks)):
            self._rank(number)
            self._wires(number)
        branchings = {self.canvas.first_branching(net, cell) for net, cell in self.exits.items()}
        self.canvas.draw_wires({cell for cell in branchings if cell})
        ends = [rect.x + rect.width for rect in self.rects.values()]
        width = max([*ends, *(x + 1 for x, _ in self.canvas.texts)], default=0)
        rows = [y for _, y in self.canvas.texts]
        rows += [place.y + row for place in self.places.values() for row in (0, place.height - 1)]
        top, bottom = min(rows, default=0), max(rows, default=-1)
        lines, runs = self.canvas.finish(width, top, bottom)
        places = {
            name: Place(old.x, old.y - top, old.rows, old.columns, old.cell, old.density)
            for name, old in self.places.items()
        }
        rects = {
            name: Rect(old.x, old.y - top, old.width, old.height) for name, old in self.rects.items()
        }
        return Drawing(
            width, bottom - top + 1, self.density, lines, runs, places, rects, neighbours(boxes, places), self.canvas.ascii
        )

    def _zones(self) -> list[Zones]:
        plan, boxes, density = self.plan, self.plan.nets.boxes, self.density
        nodes: list[list[int]] = []
        stems: list[list[int]] = []
        labels: list[list[int]] = []
        for rank in plan.ranks:
            numbers = [item.box for item in rank if item.box is not None]
            nodes.append([node_width(boxes[number], density) for number in numbers])
            stems.append([self._stem(number).width for number in numbers if boxes[number].stem])
            indent = self._indent(len(labels) - 1)
            lines = [line for number in numbers for line in boxes[number].lines]
            labels.append([block(line.value, line.slot, density, indent).width for line in lines])
        counts = [max((trunk.track + 1 for trunk in found), default=0) for found in plan.trunks]
        full = density == "full"
        margin = 1 if full and self.canvas.ascii else 0
        return zones(nodes, stems, counts, [*labels[1:], []], 2 if full else 1, margin)

    def _indent(self, number: int) -> int:
        """Cells between a vertical wire behind a rank and the values there; in ASCII a margin keeps them off,
        since a minus would look like the end of a wire."""
        return int(number >= 0 and bool(self.plan.trunks[number]) and not self.canvas.ascii)

    def _stem(self, number: int) -> Block:
        return block(stem_value(self.plan.nets, number), self.plan.nets.boxes[number].stem, self.density)

    def _rank(self, number: int) -> None:
        plan, zone = self.plan, self.zones[number]
        trio = zip(plan.ranks[number], plan.tops[number], plan.shapes[number], strict=True)
        for item, top, found in trio:
            if item.box is None:
                assert item.net is not None
                self.canvas.across(item.net, top, zone.node - 1, zone.stem - 1)
                continue
            box = plan.nets.boxes[item.box]
            width = node_width(box, self.density)
            x = zone.node + (zone.node_width - width) // 2
            if box.kind == "input":
                x = zone.node + zone.node_width - width
            self._node(box, item, found, x, width, top)
            row = top + found.out
            if item.net is not None:
                self._join(item.net, row, x + width, zone.stem - 1)
                self.exits[item.net] = (x + width, row)
            if box.stem:
                self._label(self._stem(item.box), stem_value(plan.nets, item.box), box.stem, row, zone.stem, zone.stem_width)
            for port, net, line_number in zip(found.ports, item.enters, item.lines, strict=True):
                line = box.lines[line_number]
                before = self.zones[number - 1]
                self._join(net, top + port, zone.node - 1, x - 1)
                self._label(
                    block(line.value, line.slot, self.density, self._indent(number - 1)),
                    line.value,
                    line.slot,
                    top + port,
                    before.label,
                    before.label_width,
                )

    def _join(self, net: int, row: int, start: int, end: int) -> None:
        """A wire from a node to the edge of its zone, or back; touching nodes on its outer side."""
        self.canvas.attach(net, start, row, LEFT)
        self.canvas.attach(net, end, row, RIGHT)
        self.canvas.across(net, row, start, end)

    def _node(self, box: Box, item: Item, found: Shape, x: int, width: int, top: int) -> None:
        text = self.canvas.text
        first, last = top + found.frame[0], top + found.frame[1]
        self.rects[box.id] = Rect(x, first, width, last - first + 1)
        row = top + found.out
        if box.kind == "input":
            text(x, row, box.label, "label")
        elif self.density == "compact":
            for y in range(first, last + 1):
                text(x, y, "(", "box")
                text(x + width - 1, y, ")", "box")
            text(x + 1, row, box.label, "label")
        else:
            ports = {top + port for port in found.ports}
            text(x, first, "╭" + "─" * (width - 2) + "╮", "box")
            text(x, last, "╰" + "─" * (width - 2) + "╯", "box")
            for y in range(first + 1, last):
                text(x, y, "┤" if y in ports else "│", "box")
                text(x + width - 1, y, "├" if y == row and item.net is not None else "│", "box")
            text(x + 2, row, box.label, "label")

    def _label(
        self, size: Block, value: Sequence[str], slot: Slot | None, row: int, zone: int, zone_width: int
    ) -> None:
        x = zone + (zone_width - size.width) // 2
        compact = self.density == "compact"
        if not compact:
            for number, line in enumerate(value):
                self.canvas.text(x + size.value, row - len(value) + number, line, "value")
        if slot:
            y = row if compact else row + 1
            self.places[slot.id] = Place(
                x + size.place, y, slot.rows, slot.columns, size.cell, self.density
            )
            if compact:
                self.canvas.holes.add((x, row))

    def _wires(self, number: int) -> None:
        """The wires from a rank's edge to the next rank's: straight ones, and those with vertical parts."""
        if number + 1 == len(self.plan.ranks):
            return
        zone, canvas = self.zones[number], self.canvas
        start, end = zone.stem - 1, self.zones[number + 1].node - 1
        bent: dict[int, list[Trunk]] = {}
        for trunk in self.plan.trunks[number]:
            bent.setdefault(trunk.net, []).append(trunk)
        for net, row in _starts(self.plan, number).items():
            if net not in bent:
                canvas.across(net, row, start, end)
                continue
            columns = [zone.tracks + trunk.track * zone.step for trunk in bent[net]]
            for trunk, x in zip(bent[net], columns, strict=True):
                canvas.down(net, x, trunk.low, trunk.high)
                for left in trunk.left:
                    canvas.across(net, left, start, x)
                for right in trunk.right:
                    canvas.across(net, right, x, end)
            joint = bent[net][0].joint
            if joint is not None:
                canvas.across(net, joint, columns[0], columns[1])
