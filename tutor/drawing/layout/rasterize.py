"""Drawing of a layout plan on a canvas, cell by cell."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from rich.cells import cell_len

from tutor.drawing.layout.canvas import LEFT, RIGHT, Canvas
from tutor.drawing.layout.columns import (
    LabelBlock,
    RankColumns,
    label_indent,
    measure_label,
    measure_ranks,
    node_width,
    stem_label,
)
from tutor.drawing.layout.edges import SHARED, EdgeTracer, Line, Run, WireCells
from tutor.drawing.layout.plan import Plan, start_rows
from tutor.drawing.layout.ports import ItemShape, stem_value
from tutor.drawing.model import Box, Cell, Density, Drawing, Place, Rect, Slot, Spacing
from tutor.drawing.navigation import find_neighbours

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor.drawing.layout.netlist import LayoutItem
    from tutor.drawing.layout.tracks import Trunk


@dataclass(slots=True)
class Rasterizer:
    """Draws a plan on a canvas and records the places and boxes."""

    plan: Plan
    density: Density
    canvas: Canvas
    spacing: Spacing
    columns: list[RankColumns] = field(default_factory=list)
    places: dict[str, Place] = field(default_factory=dict)
    place_cells: set[Cell] = field(default_factory=set)
    rects: dict[str, Rect] = field(default_factory=dict)
    wires: WireCells = field(default_factory=WireCells)

    def rasterize(self) -> Drawing:
        plan, boxes = self.plan, self.plan.nets.boxes
        ascii = self.canvas.glyphs.ascii
        self.columns = measure_ranks(plan.nets, plan.ranks, plan.tracks, self.density, self.spacing, ascii)
        for number in range(len(plan.ranks)):
            self._draw_rank(number)
            self._draw_wires(number)
        branchings = {net: self.canvas.branch_cell(net, cell) for net, cell in self.wires.exits.items()}
        self.wires.branchings = branchings
        self.canvas.draw_wires({cell for cell in branchings.values() if cell})
        ends = [rect.x + rect.width for rect in self.rects.values()]
        width = max([*ends, *(x + 1 for x, _ in self.canvas.texts)], default=0)
        rows = [y for _, y in self.canvas.texts]
        rows += [place.y + row for place in self.places.values() for row in (0, place.height - 1)]
        top, bottom = min(rows, default=0), max(rows, default=-1)
        lines, runs = self.canvas.to_rows(width, top, bottom)
        places = {name: replace(old, y=old.y - top) for name, old in self.places.items()}
        rects = {name: Rect(old.x, old.y - top, old.width, old.height) for name, old in self.rects.items()}
        return Drawing(
            width,
            bottom - top + 1,
            self.density,
            lines,
            runs,
            places,
            rects,
            find_neighbours(boxes, places),
            self.canvas.glyphs,
            EdgeTracer(plan, self.wires, top, self._lane_columns).trace(),
            {box.id: box.kind for box in boxes},
            self.spacing,
        )

    def _lane_columns(self, run: Run) -> list[int]:
        """Return the free cells in the row below a run that are not right beside a text."""
        if self.density == "compact":
            return []
        row, first, last = run
        texts, y = self.canvas.texts, row + 1
        below = [texts.get((x, y)) for x in range(first - 1, last + 2)]
        words = [cell is not None and cell[1] in ("label", "value") for cell in below]
        return [
            x
            for number, x in enumerate(range(first, last + 1))
            if below[number + 1] is None and not (words[number] or words[number + 2]) and (x, y) not in self.place_cells
        ]

    def _draw_rank(self, number: int) -> None:
        plan, zone = self.plan, self.columns[number]
        for item, top, shape in zip(plan.ranks[number], plan.tops[number], plan.shapes[number], strict=True):
            if item.box is None:
                assert item.net is not None
                self.canvas.horizontal_wire(item.net, top, zone.node_x - 1, zone.stem_x - 1)
                continue
            box = plan.nets.boxes[item.box]
            width = node_width(box, self.density, self.spacing)
            x = zone.node_x + (zone.node_width - width) // 2
            if box.kind == "input":
                x = zone.node_x + zone.node_width - width
            self._draw_node(box, item, shape, x, width, top)
            row = top + shape.output_port
            if item.net is not None:
                self._connect(item.net, row, x + width, zone.stem_x - 1)
                self.wires.exits[item.net] = (x + width, row)
            if box.stem:
                self._draw_label(
                    (item.box, SHARED),
                    stem_label(plan.nets, item.box, self.density),
                    stem_value(plan.nets, item.box),
                    box.stem,
                    row,
                    zone.stem_x,
                    zone.stem_width,
                )
            for port, net, line_number in zip(shape.ports, item.input_nets, item.line_numbers, strict=True):
                line = box.lines[line_number]
                before = self.columns[number - 1]
                indent = label_indent(len(plan.trunks[number - 1]), self.canvas.glyphs.ascii)
                self._connect(net, top + port, zone.node_x - 1, x - 1)
                self.canvas.arrowheads.add((x - 1, top + port))
                self.wires.entries[item.box, line_number] = (x - 1, top + port)
                self._draw_label(
                    (item.box, line_number),
                    measure_label(line.value, line.slot, self.density, indent),
                    line.value,
                    line.slot,
                    top + port,
                    before.label_x,
                    before.label_width,
                )

    def _connect(self, net: int, row: int, start: int, end: int) -> None:
        """Draw a wire between a node and the edge of its zone, with arms towards both."""
        self.canvas.attach(net, start, row, LEFT)
        self.canvas.attach(net, end, row, RIGHT)
        self.canvas.horizontal_wire(net, row, start, end)

    def _draw_node(self, box: Box, item: LayoutItem, shape: ItemShape, x: int, width: int, top: int) -> None:
        text = self.canvas.put_text
        first, last = top + shape.frame[0], top + shape.frame[1]
        label_width = cell_len(box.label)
        row = top + shape.output_port
        if box.kind == "input":
            self.rects[box.id] = Rect(x, first, label_width, last - first + 1)
            text(x, row, box.label, "label")
            return
        self.rects[box.id] = Rect(x, first, width, last - first + 1)
        text(x + (width - label_width) // 2, row, box.label, "label")
        if self.density == "compact":
            for y in range(first, last + 1):
                text(x, y, "(", "box")
                text(x + width - 1, y, ")", "box")
            return
        self._draw_top(box.name, x, width, first)
        text(x, last, "╰" + "─" * (width - 2) + "╯", "box")
        for y in range(first + 1, last):
            text(x, y, "│", "box")
            text(x + width - 1, y, "├" if y == row and item.net is not None else "│", "box")

    def _draw_top(self, name: str, x: int, width: int, row: int) -> None:
        """Draw the upper side of a frame, with the name of its box in the middle."""
        free = width - 2 - cell_len(name)
        left = free // 2
        self.canvas.put_text(x, row, "╭" + "─" * left, "box")
        self.canvas.put_text(x + 1 + left, row, name, "name")
        self.canvas.put_text(x + width - 1 - (free - left), row, "─" * (free - left) + "╮", "box")

    def _draw_label(
        self,
        line: Line,
        size: LabelBlock,
        value: Sequence[str],
        slot: Slot | None,
        row: int,
        zone: int,
        zone_width: int,
    ) -> None:
        x = zone + (zone_width - size.width) // 2
        compact = self.density == "compact"
        if value and not compact:
            self.wires.values[line] = (x + size.value_offset, row - len(value))
            for number, text in enumerate(value):
                self.canvas.put_text(x + size.value_offset, row - len(value) + number, text, "value")
        if slot:
            y = row if compact else row + 1
            place = Place(x + size.place_offset, y, slot.rows, slot.columns, size.cell_width, self.density, slot.shape)
            self.places[slot.id] = place
            for dy in range(place.height):
                self.place_cells.update([(place.x + dx, y + dy) for dx in range(place.width)])
            if compact:
                self.canvas.holes.add((x, row))

    def _draw_wires(self, number: int) -> None:
        """Draw the wires between a rank and the next: straight ones, and those with vertical parts."""
        if number + 1 == len(self.plan.ranks):
            return
        zone, canvas = self.columns[number], self.canvas
        start, end = zone.stem_x - 1, self.columns[number + 1].node_x - 1
        bent: dict[int, list[tuple[Trunk, int]]] = {}
        for trunk in self.plan.trunks[number]:
            bent.setdefault(trunk.net, []).append((trunk, zone.tracks_x + trunk.track * zone.track_step))
        self.wires.trunks.append(bent)
        for net, row in start_rows(self.plan, number).items():
            if net not in bent:
                canvas.horizontal_wire(net, row, start, end)
                continue
            for trunk, x in bent[net]:
                canvas.vertical_wire(net, x, trunk.low, trunk.high)
                for left in trunk.left_rows:
                    canvas.horizontal_wire(net, left, start, x)
                for right in trunk.right_rows:
                    canvas.horizontal_wire(net, right, x, end)
            joint = bent[net][0][0].joint_row
            if joint is not None:
                canvas.horizontal_wire(net, joint, bent[net][0][1], bent[net][1][1])
