"""Ranks: in which column of the drawing a box stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tutor.drawing.layout.netlist import Netlist


def assign_ranks(nets: Netlist) -> list[int]:
    """One rank per box: the longest path from the inputs, then everything that can moves right to its user.

    A part of the graph that hangs on nothing but its own inputs moves as a whole, so that no wire gets longer.
    """
    found: list[int] = []
    loose: list[bool] = []
    for sources in nets.sources:
        found.append(max((found[source] + 1 for source in sources), default=0))
        loose.append(all(loose[source] and len(set(nets.users[source])) == 1 for source in sources))
    for number in reversed(range(len(found))):
        if loose[number] and nets.users[number]:
            found[number] = min(found[user] for user in nets.users[number]) - 1
    return found
