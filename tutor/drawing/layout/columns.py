"""Horizontal positions: zones of nodes, labels and wires side by side, which cannot overlap.

From one rank to the next: `[node][stem labels][vertical wires][line labels][node]`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len

from tutor.drawing.layout.ports import stem_value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor.drawing.layout.netlist import LayoutItem, Netlist
    from tutor.drawing.model import Box, Density, Slot, Spacing


@dataclass(slots=True)
class LabelBlock:
    """A value above a wire and a place below it, both centred, in cells from the block's left."""

    width: int
    value_offset: int
    place_offset: int
    cell_width: int


@dataclass(slots=True)
class RankColumns:
    """The zones of one rank. Its vertical wires begin at `tracks_x`, `track_step` cells apart."""

    node_x: int
    node_width: int
    stem_x: int
    stem_width: int
    tracks_x: int
    track_step: int
    label_x: int
    label_width: int

    @property
    def node_end(self) -> int:
        """The first column behind the nodes."""
        return self.node_x + self.node_width


def measure_label(value: Sequence[str], slot: Slot | None, density: Density, indent: int = 0) -> LabelBlock:
    """Measure a wire's value and place; a value keeps `indent` cells from a wire on its left."""
    if density == "compact":
        return LabelBlock(1, 0, 0, 1) if slot else LabelBlock(0, 0, 0, 0)
    width = max((cell_len(text) for text in value), default=0)
    if slot is None:
        return LabelBlock(width + indent if width else 0, indent, 0, 0)
    needed = width
    if slot.rows > 1 or slot.columns > 1:
        brackets_and_spaces = 2 + slot.columns - 1
        needed = -(-(width - brackets_and_spaces) // slot.columns)
    cell = max(slot.cell_width, needed)
    shown = slot.columns * (cell + 1) - 1
    if width > shown:
        place = (width - shown) // 2
        return LabelBlock(max(width, place + shown + 1), 0, place, cell)
    return LabelBlock(shown + 1, max(indent, (shown - width + 1) // 2), 0, cell)


def node_width(box: Box, density: Density, spacing: Spacing) -> int:
    """Return the width of a node in cells: of `(label)`, `│ label │`, or an input's bare label with its free cells.

    A frame has room for the name of its box: `╭─name─╮`, or `╭name╮` in a drawing with nothing to spare.
    """
    if density == "compact":
        return cell_len(box.label) + (0 if box.kind == "input" else 2)
    if box.kind == "input":
        return cell_len(box.label) + spacing.labels
    return max(cell_len(box.label) + 4, cell_len(box.name) + 2 + 2 * spacing.labels) + spacing.boxes


def label_indent(num_trunks: int, ascii: bool) -> int:
    """Return the cells between a rank's vertical wires, if it has any, and the values behind them.

    In ASCII the columns have a margin instead, because a minus would look like the end of a wire.
    """
    return int(num_trunks > 0 and not ascii)


def stem_label(nets: Netlist, number: int, density: Density) -> LabelBlock:
    """Measure the value and the place on the part that all edges from a box share."""
    return measure_label(stem_value(nets, number), nets.boxes[number].stem, density)


def measure_ranks(
    nets: Netlist,
    ranks: Sequence[Sequence[LayoutItem]],
    tracks: Sequence[int],
    density: Density,
    spacing: Spacing,
    ascii: bool,
) -> list[RankColumns]:
    """Return the zones of ranks of items, with `tracks` columns of vertical wires behind each."""
    nodes: list[list[int]] = []
    stems: list[list[int]] = []
    labels: list[list[int]] = []
    for rank in ranks:
        numbers = [item.box for item in rank if item.box is not None]
        nodes.append([node_width(nets.boxes[number], density, spacing) for number in numbers])
        stems.append([stem_label(nets, number, density).width for number in numbers if nets.boxes[number].stem])
        indent = label_indent(tracks[len(labels) - 1], ascii) if labels else 0
        lines = [line for number in numbers for line in nets.boxes[number].lines]
        labels.append([measure_label(line.value, line.slot, density, indent).width for line in lines])
    full = density != "compact"
    return assign_columns(nodes, stems, labels, tracks, 2 if full else 1, int(full and ascii), spacing)


def assign_columns(
    nodes: Sequence[Sequence[int]],
    stems: Sequence[Sequence[int]],
    labels: Sequence[Sequence[int]],
    tracks: Sequence[int],
    step: int,
    margin: int,
    spacing: Spacing,
) -> list[RankColumns]:
    """Return the zones of every rank.

    `nodes` and `stems` hold widths by rank, `labels` the widths of the labels on the lines *into* a rank, and `tracks`
    the number of vertical wires behind it, which keep `margin` cells from the labels. A zone for labels has at least one
    cell, so that every wire has a straight part before its arrowhead.
    """
    zones = []
    x = 0
    for rank, count in enumerate(tracks):
        node_width = max(nodes[rank], default=0)
        stem, stem_width = x + node_width + 1, max(stems[rank], default=0)
        if stem_width:
            stem_width += spacing.columns // 2
        first = stem + stem_width
        if stem_width and step == 1:
            first += 1
        label = first + (count - 1) * step + 1 + margin if count else first
        label_width = max([1, *labels[rank + 1]]) + spacing.columns if rank + 1 < len(labels) else 0
        zones.append(RankColumns(x, node_width, stem, stem_width, first, step, label, label_width))
        x = label + label_width + 1
    return zones
