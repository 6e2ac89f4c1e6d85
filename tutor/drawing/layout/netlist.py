"""Netlist of a drawing: boxes by number, and a net for each box whose value goes somewhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor.drawing.model import Box


@dataclass(slots=True)
class LayoutItem:
    """A box in a rank, or (`box` is None) a wire that passes through it.

    A net has the number of the box it comes from. `line_numbers` are the box's lines as drawn from top to bottom,
    `input_nets` their nets in the same order, and `net` is the net that leaves to the right, or None.
    """

    box: int | None
    line_numbers: list[int]
    input_nets: list[int]
    net: int | None
    has_fixed_order: bool = True


@dataclass(slots=True)
class Netlist:
    """Boxes by number. `sources[b]` are the boxes that the lines of box b come from, `users[b]` those that use its value."""

    boxes: Sequence[Box]
    sources: list[list[int]] = field(default_factory=list)
    users: list[list[int]] = field(default_factory=list)


def build_netlist(boxes: Sequence[Box]) -> Netlist:
    """Give each box a number. Raise ValueError for a line whose source is not an earlier box, or an id used twice."""
    numbers: dict[str, int] = {}
    nets = Netlist(boxes)
    for number, box in enumerate(boxes):
        sources = []
        for line in box.lines:
            if line.source not in numbers:
                raise ValueError(f"a line of {box.id!r} comes from {line.source!r}, which is not before it")
            sources.append(numbers[line.source])
        if box.id in numbers:
            raise ValueError(f"two boxes are called {box.id!r}")
        numbers[box.id] = number
        nets.sources.append(sources)
        nets.users.append([])
        for source in sources:
            nets.users[source].append(number)
    return nets


def layout_items(nets: Netlist, ranks: Sequence[int]) -> list[list[LayoutItem]]:
    """Return the items of each rank: its boxes, and a wire for each net that passes it.

    The order is that of a walk from the outputs through the operands from top to bottom, which gives a graph without
    branches no crossing.
    """
    table: list[list[LayoutItem]] = [[] for _ in range(max(ranks, default=-1) + 1)]
    visited: set[int] = set()
    passed: dict[int, set[int]] = {number: set() for number in range(len(ranks))}
    walk = [(number, ranks[number]) for number in reversed(range(len(ranks))) if not nets.users[number]]
    while walk:
        number, end = walk.pop()
        for rank in range(ranks[number] + 1, end):
            if rank not in passed[number]:
                passed[number].add(rank)
                table[rank].append(LayoutItem(None, [0], [number], number))
        if number in visited:
            continue
        visited.add(number)
        box, sources = nets.boxes[number], nets.sources[number]
        net = number if nets.users[number] else None
        fixed = not box.commutative or len(sources) < 2
        table[ranks[number]].append(LayoutItem(number, list(range(len(sources))), list(sources), net, fixed))
        walk.extend((source, ranks[number]) for source in reversed(sources))
    return table
