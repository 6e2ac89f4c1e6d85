"""Horizontal positions: zones of nodes, labels and wires side by side, which cannot overlap.

From one rank to the next: `[node][stem labels][vertical wires][line labels][node]`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor.drawing.model import Box, Density, Slot


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


def node_width(box: Box, density: Density) -> int:
    """Return the width of a node in cells: of a bare label, `(label)` or `│ label │`."""
    return cell_len(box.label) + (0 if box.kind == "input" else 2 if density == "compact" else 4)


def assign_columns(
    nodes: Sequence[Sequence[int]],
    stems: Sequence[Sequence[int]],
    labels: Sequence[Sequence[int]],
    tracks: Sequence[int],
    step: int,
    margin: int,
) -> list[RankColumns]:
    """Return the zones of every rank.

    `nodes` and `stems` hold widths by rank, `labels` the widths of the labels on the lines *into* a rank, and `tracks`
    the number of vertical wires behind it, which keep `margin` cells from the labels.
    """
    zones = []
    x = 0
    for rank, count in enumerate(tracks):
        node_width = max(nodes[rank], default=0)
        stem, stem_width = x + node_width + 1, max(stems[rank], default=0)
        first = stem + stem_width
        if stem_width and step == 1:
            first += 1
        label = first + (count - 1) * step + 1 + margin if count else first
        label_width = max(labels[rank + 1], default=0) if rank + 1 < len(labels) else 0
        zones.append(RankColumns(x, node_width, stem, stem_width, first, step, label, label_width))
        x = label + label_width + 1
    return zones
