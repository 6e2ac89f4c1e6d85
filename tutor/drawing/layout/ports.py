"""Ports: how high an item is, and on which of its rows the wires enter and leave."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tutor.drawing.layout.netlist import LayoutItem, Netlist
    from tutor.drawing.model import Density, InputLine, Slot


@dataclass(slots=True)
class ItemShape:
    """Rows of an item, counted from its own top: its frame, the wires entering, the wire leaving.

    `text_above` and `text_below`: a text stands at that edge, and a wire right beside it could be taken for
    the text's own. `apart`: only a free row tells where this node ends and the next begins.
    """

    height: int
    ports: list[int]
    output_port: int
    frame: tuple[int, int]
    text_above: bool = False
    text_below: bool = False
    needs_gap: bool = False


def label_extent(value: tuple[str, ...], slot: Slot | None, density: Density) -> tuple[int, int]:
    """Rows of text above and below a wire."""
    if density == "compact":
        return 0, 0
    return len(value), slot.rows if slot else 0


def stem_value(nets: Netlist, number: int) -> tuple[str, ...]:
    """What stands above the stem of a branch: the value its first line carries."""
    box = nets.boxes[number]
    for user in nets.users[number]:
        for line in nets.boxes[user].lines:
            if line.source == box.id:
                return line.value
    return ()


def item_shape(nets: Netlist, item: LayoutItem, density: Density) -> ItemShape:
    """The rows an item takes, its labels on the left and its stem on the right included."""
    if item.box is None:
        return ItemShape(1, [0], 0, (0, 0))
    box = nets.boxes[item.box]
    lines = [box.lines[number] for number in item.line_numbers]
    if box.kind == "input":
        found = ItemShape(1, [], 0, (0, 0))
    elif density == "compact":
        height = max(1, len(lines))
        found = ItemShape(height, list(range(len(lines))), (height - 1) // 2, (0, height - 1))
        found.needs_gap = height > 2
        return found
    else:
        found = _framed_shape(lines, density)
    if box.stem:
        above, below = label_extent(stem_value(nets, item.box), box.stem, density)
        _make_room_for_stem(found, above, below)
    return found


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


def _make_room_for_stem(found: ItemShape, above: int, below: int) -> None:
    """Lets the labels of the stem stand out above or below the box."""
    extra = max(0, above - found.output_port)
    found.ports = [port + extra for port in found.ports]
    found.output_port += extra
    found.frame = (found.frame[0] + extra, found.frame[1] + extra)
    found.height = max(found.height + extra, found.output_port + below + 1)
    found.text_above = found.text_above or above > 0
    found.text_below = found.text_below or below > 0


def min_gap(upper: ItemShape, lower: ItemShape, clearance: int | None) -> int:
    """Free rows between two neighbours of a rank; where one is a wire passing by, `clear` to the other's text."""
    if clearance is not None:
        return clearance if upper.text_below or lower.text_above else 0
    return int(upper.needs_gap or lower.needs_gap)
