"""Ports: the height of an item, and the rows on which wires enter and leave it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tutor.drawing.layout.netlist import LayoutItem, Netlist
    from tutor.drawing.model import Density, InputLine, Slot


@dataclass(slots=True)
class ItemShape:
    """The rows of an item, counted from its top: its frame, the wires that enter and the one that leaves.

    `text_above` and `text_below` say that a text is at that edge, whose wire could be confused with one right beside
    it. `needs_gap` says that only a free row separates this node from the next.
    """

    height: int
    ports: list[int]
    output_port: int
    frame: tuple[int, int]
    text_above: bool = False
    text_below: bool = False
    needs_gap: bool = False


def label_extent(value: tuple[str, ...], slot: Slot | None, density: Density) -> tuple[int, int]:
    """Return the number of text rows above and below a wire."""
    if density == "compact":
        return 0, 0
    return len(value), slot.rows if slot else 0


def stem_value(nets: Netlist, number: int) -> tuple[str, ...]:
    """Return the value above the stem of a branch: that of the first line from its box."""
    box = nets.boxes[number]
    for user in nets.users[number]:
        for line in nets.boxes[user].lines:
            if line.source == box.id:
                return line.value
    return ()


def item_shape(nets: Netlist, item: LayoutItem, density: Density) -> ItemShape:
    """Return the rows of an item, including its labels on the left and its stem on the right."""
    if item.box is None:
        return ItemShape(1, [0], 0, (0, 0))
    box = nets.boxes[item.box]
    lines = [box.lines[number] for number in item.line_numbers]
    if box.kind == "input":
        shape = ItemShape(1, [], 0, (0, 0))
    elif density == "compact":
        height = max(1, len(lines))
        frame = (0, height - 1)
        return ItemShape(height, list(range(len(lines))), (height - 1) // 2, frame, needs_gap=height > 2)
    else:
        shape = _framed_shape(lines, density)
    if box.stem:
        above, below = label_extent(stem_value(nets, item.box), box.stem, density)
        _make_room_for_stem(shape, above, below)
    return shape


def _framed_shape(lines: list[InputLine], density: Density) -> ItemShape:
    ports: list[int] = []
    row = 0
    below = 1
    for line in lines:
        above, below = label_extent(line.value, line.slot, density)
        row += max(above, 1) if not ports else above
        ports.append(row)
        row += 1 + below
    height = row + (1 if not below else 0) if lines else 3
    out = ports[0] if len(ports) == 1 else (height - 1) // 2
    text_above = bool(lines and lines[0].value)
    text_below = bool(lines and lines[-1].slot)
    return ItemShape(height, ports, out, (0, height - 1), text_above, text_below)


def _make_room_for_stem(shape: ItemShape, above: int, below: int) -> None:
    """Extend the shape above and below for the labels of the stem."""
    extra = max(0, above - shape.output_port)
    shape.ports = [port + extra for port in shape.ports]
    shape.output_port += extra
    shape.frame = (shape.frame[0] + extra, shape.frame[1] + extra)
    shape.height = max(shape.height + extra, shape.output_port + below + 1)
    shape.text_above = shape.text_above or above > 0
    shape.text_below = shape.text_below or below > 0


def min_gap(upper: ItemShape, lower: ItemShape, clearance: int | None) -> int:
    """Return the free rows between two neighbours; `clearance` is for a passing wire beside a text, else None."""
    if clearance is not None:
        return clearance if upper.text_below or lower.text_above else 0
    return int(upper.needs_gap or lower.needs_gap)
