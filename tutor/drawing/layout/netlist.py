"""The graph as the layout sees it: boxes by number, and one net for each box whose value goes somewhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor.drawing.model import Box


@dataclass(slots=True)
class LayoutItem:
    """What stands in a rank: a box, or (`box` is None) a wire on its way to a later rank.

    A net is named by the number of the box it comes from. `lines` are the numbers of the box's lines from top
    to bottom as drawn; `enters` are their nets, in the same order. `net` is what leaves to the right, or None.
    """

    box: int | None
    line_numbers: list[int]
    input_nets: list[int]
    net: int | None
    has_fixed_order: bool = True


@dataclass(slots=True)
class Netlist:
    """Boxes by number. `sources[b]` are the boxes behind the lines of box b, `users[b]` those its value reaches."""

    boxes: Sequence[Box]
    sources: list[list[int]] = field(default_factory=list)
    users: list[list[int]] = field(default_factory=list)


def build_netlist(boxes: Sequence[Box]) -> Netlist:
    """Numbers for names. A line must come from a box further left in `boxes`; a ValueError says which does not."""
    numbers: dict[str, int] = {}
    nets = Netlist(boxes)
    for number, box in enumerate(boxes):
        sources = []
        for line in box.lines:
            if line.source not in numbers:
                raise ValueError(f"a line of {box.id!r} comes from {line.source!r}, which does not stand before it")
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
    """The ranks' boxes and, in the ranks that a net passes, one wire for it.

    Their order is that of a walk from the outputs through the operands from top to bottom, in which a graph
    without branches has no crossing.
    """
    table: list[list[LayoutItem]] = [[] for _ in range(max(ranks, default=-1) + 1)]
    met: set[int] = set()
    passed: dict[int, set[int]] = {number: set() for number in range(len(ranks))}
    walk = [(number, ranks[number]) for number in reversed(range(len(ranks))) if not nets.users[number]]
    while walk:
        number, end = walk.pop()
        for rank in range(ranks[number] + 1, end):
            if rank not in passed[number]:
                passed[number].add(rank)
                table[rank].append(LayoutItem(None, [0], [number], number))
        if number in met:
            continue
        met.add(number)
        box, sources = nets.boxes[number], nets.sources[number]
        net = number if nets.users[number] else None
        fixed = not box.commutative or len(sources) < 2
        table[ranks[number]].append(LayoutItem(number, list(range(len(sources))), list(sources), net, fixed))
        walk.extend((source, ranks[number]) for source in reversed(sources))
    return table
