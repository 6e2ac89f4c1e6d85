"""Ranks: the column of each box in a drawing."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tutor.drawing.layout.netlist import Netlist


def assign_ranks(nets: Netlist) -> list[int]:
    """Return the rank of each box: its longest path from the inputs, then as far right as its users allow.

    Only parts of the graph without branches move, each as a whole, so that no wire gets longer.
    """
    ranks: list[int] = []
    movable: list[bool] = []
    for sources in nets.sources:
        ranks.append(max((ranks[source] + 1 for source in sources), default=0))
        movable.append(all(movable[source] and len(set(nets.users[source])) == 1 for source in sources))
    for number in reversed(range(len(ranks))):
        if movable[number] and nets.users[number]:
            ranks[number] = min(ranks[user] for user in nets.users[number]) - 1
    return ranks
