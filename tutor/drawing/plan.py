"""The plan of a drawing: what stands in which rank and row, and where the vertical wires run."""

from __future__ import annotations

from dataclasses import dataclass

from tutor.drawing.nets import Item, Netlist, items
from tutor.drawing.order import orders, unruly
from tutor.drawing.ports import Shape, shape
from tutor.drawing.ranks import ranks as find_ranks
from tutor.drawing.rows import Tops, rows
from tutor.drawing.spec import Density
from tutor.drawing.tracks import Trunk, crossings, trunks

#: Lines times this many attempts at an order are affordable; small graphs get the more attempts.
_EFFORT = 600
_MOST_TRIES = 8
#: So many of the orders are carried out in rows, to be compared as pictures.
_CANDIDATES = 4
#: What a crossing, two boxes or lines in turned order, and a picture with wires close to foreign texts weigh
#: against bends and height.
_CROSSING = 12
_TURNED = 3
_TIGHT = 5


@dataclass(slots=True)
class Plan:
    """What stands where, in ranks and rows."""

    nets: Netlist
    ranks: list[list[Item]]
    shapes: list[list[Shape]]
    tops: Tops
    trunks: list[list[Trunk]]
    price: int


def plan_drawing(nets: Netlist, density: Density) -> Plan:
    """Of several good orders, the one that makes the calmest picture."""
    table = items(nets, find_ranks(nets))
    lines = sum(len(item.enters) for rank in table for item in rank)
    attempts = orders(table, max(1, min(_MOST_TRIES, _EFFORT // max(1, lines))))
    likely: dict[str, tuple[int, list[list[Item]]]] = {}
    for count, ordered in attempts:
        likely.setdefault(repr(ordered), (count * _CROSSING + _TURNED * unruly(ordered), ordered))
    chosen = sorted(likely.values(), key=lambda pair: pair[0])[:_CANDIDATES]
    plans = [_arranged(nets, ordered, density, 1) for _, ordered in chosen]
    if not plans:
        return Plan(nets, [], [], [], [], 0)
    plan = min(plans, key=lambda plan: plan.price)
    tight = _arranged(nets, plan.ranks, density, 0)
    return tight if tight.price + _TIGHT < plan.price else plan


def _arranged(nets: Netlist, ranks: list[list[Item]], density: Density, clear: int) -> Plan:
    """One order carried out in rows and vertical wires, and what speaks against it."""
    shapes = [[shape(nets, item, density) for item in rank] for rank in ranks]
    restless, tops = rows(ranks, shapes, clear)
    plan = Plan(nets, ranks, shapes, tops, [], _TURNED * unruly(ranks) + restless)
    # Side by side on one row, the ends of two compact wires would look like one wire.
    apart = 2 if density == "compact" else 1
    for number in range(len(ranks)):
        pins = _pins(plan, number)
        found = trunks(pins, apart)
        plan.trunks.append(found)
        plan.price += _CROSSING * crossings(found, pins)
    return plan


def _pins(plan: Plan, number: int) -> list[tuple[int, int, list[int]]]:
    """Of each net that leaves a rank, its row there and its rows at the next rank."""
    rows_left = starts(plan, number)
    ends: dict[int, list[int]] = {net: [] for net in rows_left}
    if number + 1 < len(plan.ranks):
        trio = zip(plan.ranks[number + 1], plan.tops[number + 1], plan.shapes[number + 1], strict=True)
        for item, row, found in trio:
            for port, net in zip(found.ports, item.enters, strict=True):
                ends[net].append(row + port)
    return [(net, start, ends[net]) for net, start in rows_left.items()]


def starts(plan: Plan, number: int) -> dict[int, int]:
    """The row on which each net leaves a rank."""
    trio = zip(plan.ranks[number], plan.tops[number], plan.shapes[number], strict=True)
    return {item.net: row + found.out for item, row, found in trio if item.net is not None}
