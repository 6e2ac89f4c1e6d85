"""Drawing of a layout plan on a canvas, cell by cell."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tutor.drawing.layout.canvas import LEFT, RIGHT, Canvas, Cell
from tutor.drawing.layout.columns import LabelBlock, RankColumns, assign_columns, measure_label, node_width
from tutor.drawing.layout.plan import Plan, start_rows
from tutor.drawing.layout.ports import ItemShape, stem_value
from tutor.drawing.model import Box, Density, Drawing, Place, Rect, Slot
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
    columns: list[RankColumns] = field(default_factory=list)
    places: dict[str, Place] = field(default_factory=dict)
    rects: dict[str, Rect] = field(default_factory=dict)
    output_cells: dict[int, Cell] = field(default_factory=dict)

    def rasterize(self) -> Drawing:
        plan, boxes = self.plan, self.plan.nets.boxes
        self.columns = self._assign_columns()
        for number in range(len(plan.ranks)):
            self._draw_rank(number)
            self._draw_wires(number)
        branchings = {self.canvas.branch_cell(net, cell) for net, cell in self.output_cells.items()}
        self.canvas.draw_wires({cell for cell in branchings if cell})
        ends = [rect.x + rect.width for rect in self.rects.values()]
        width = max([*ends, *(x + 1 for x, _ in self.canvas.texts)], default=0)
        rows = [y for _, y in self.canvas.texts]
        rows += [place.y + row for place in self.places.values() for row in (0, place.height - 1)]
        top, bottom = min(rows, default=0), max(rows, default=-1)
        lines, runs = self.canvas.to_rows(width, top, bottom)
        places = {
            name: Place(old.x, old.y - top, old.rows, old.columns, old.cell_width, old.density)
            for name, old in self.places.items()
        }
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
        )

    def _assign_columns(self) -> list[RankColumns]:
        plan, boxes, density = self.plan, self.plan.nets.boxes, self.density
        nodes: list[list[int]] = []
        stems: list[list[int]] = []
        labels: list[list[int]] = []
        for rank in plan.ranks:
            numbers = [item.box for item in rank if item.box is not None]
            nodes.append([node_width(boxes[number], density) for number in numbers])
            stems.append([self._stem_label(number).width for number in numbers if boxes[number].stem])
            indent = self._label_indent(len(labels) - 1)
            lines = [line for number in numbers for line in boxes[number].lines]
            labels.append([measure_label(line.value, line.slot, density, indent).width for line in lines])
        counts = [max((trunk.track + 1 for trunk in trunks), default=0) for trunks in plan.trunks]
        full = density == "full"
        margin = 1 if full and self.canvas.glyphs.ascii else 0
        return assign_columns(nodes, stems, labels, counts, 2 if full else 1, margin)

    def _label_indent(self, number: int) -> int:
        """Return the cells between a rank's vertical wires and the values behind them.

        In ASCII the columns have a margin instead, because a minus would look like the end of a wire.
        """
        return int(number >= 0 and bool(self.plan.trunks[number]) and not self.canvas.glyphs.ascii)

    def _stem_label(self, number: int) -> LabelBlock:
        return measure_label(stem_value(self.plan.nets, number), self.plan.nets.boxes[number].stem, self.density)

    def _draw_rank(self, number: int) -> None:
        plan, zone = self.plan, self.columns[number]
        for item, top, shape in zip(plan.ranks[number], plan.tops[number], plan.shapes[number], strict=True):
            if item.box is None:
                assert item.net is not None
                self.canvas.horizontal_wire(item.net, top, zone.node_x - 1, zone.stem_x - 1)
                continue
            box = plan.nets.boxes[item.box]
            width = node_width(box, self.density)
            x = zone.node_x + (zone.node_width - width) // 2
            if box.kind == "input":
                x = zone.node_x + zone.node_width - width
            self._draw_node(box, item, shape, x, width, top)
            row = top + shape.output_port
            if item.net is not None:
                self._connect(item.net, row, x + width, zone.stem_x - 1)
                self.output_cells[item.net] = (x + width, row)
            if box.stem:
                self._draw_label(
                    self._stem_label(item.box),
                    stem_value(plan.nets, item.box),
                    box.stem,
                    row,
                    zone.stem_x,
                    zone.stem_width,
                )
            for port, net, line_number in zip(shape.ports, item.input_nets, item.line_numbers, strict=True):
                line = box.lines[line_number]
                before = self.columns[number - 1]
                self._connect(net, top + port, zone.node_x - 1, x - 1)
                self._draw_label(
                    measure_label(line.value, line.slot, self.density, self._label_indent(number - 1)),
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
        self.rects[box.id] = Rect(x, first, width, last - first + 1)
        row = top + shape.output_port
        if box.kind == "input":
            text(x, row, box.label, "label")
        elif self.density == "compact":
            for y in range(first, last + 1):
                text(x, y, "(", "box")
                text(x + width - 1, y, ")", "box")
            text(x + 1, row, box.label, "label")
        else:
            ports = {top + port for port in shape.ports}
            text(x, first, "╭" + "─" * (width - 2) + "╮", "box")
            text(x, last, "╰" + "─" * (width - 2) + "╯", "box")
            for y in range(first + 1, last):
                text(x, y, "┤" if y in ports else "│", "box")
                text(x + width - 1, y, "├" if y == row and item.net is not None else "│", "box")
            text(x + 2, row, box.label, "label")

    def _draw_label(
        self, size: LabelBlock, value: Sequence[str], slot: Slot | None, row: int, zone: int, zone_width: int
    ) -> None:
        x = zone + (zone_width - size.width) // 2
        compact = self.density == "compact"
        if not compact:
            for number, line in enumerate(value):
                self.canvas.put_text(x + size.value_offset, row - len(value) + number, line, "value")
        if slot:
            y = row if compact else row + 1
            self.places[slot.id] = Place(
                x + size.place_offset, y, slot.rows, slot.columns, size.cell_width, self.density
            )
            if compact:
                self.canvas.holes.add((x, row))

    def _draw_wires(self, number: int) -> None:
        """Draw the wires between a rank and the next: straight ones, and those with vertical parts."""
        if number + 1 == len(self.plan.ranks):
            return
        zone, canvas = self.columns[number], self.canvas
        start, end = zone.stem_x - 1, self.columns[number + 1].node_x - 1
        bent: dict[int, list[Trunk]] = {}
        for trunk in self.plan.trunks[number]:
            bent.setdefault(trunk.net, []).append(trunk)
        for net, row in start_rows(self.plan, number).items():
            if net not in bent:
                canvas.horizontal_wire(net, row, start, end)
                continue
            columns = [zone.tracks_x + trunk.track * zone.track_step for trunk in bent[net]]
            for trunk, x in zip(bent[net], columns, strict=True):
                canvas.vertical_wire(net, x, trunk.low, trunk.high)
                for left in trunk.left_rows:
                    canvas.horizontal_wire(net, left, start, x)
                for right in trunk.right_rows:
                    canvas.horizontal_wire(net, right, x, end)
            joint = bent[net][0].joint_row
            if joint is not None:
                canvas.horizontal_wire(net, joint, columns[0], columns[1])
