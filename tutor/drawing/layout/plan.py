"""The plan of a drawing: what stands in which rank and row, and where the vertical wires run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor.drawing.layout.netlist import LayoutItem, Netlist, layout_items
from tutor.drawing.layout.ordering import candidate_orders, count_inversions
from tutor.drawing.layout.ports import ItemShape, item_shape
from tutor.drawing.layout.ranks import assign_ranks
from tutor.drawing.layout.rows import Tops, assign_rows
from tutor.drawing.layout.tracks import Trunk, build_trunks, count_wire_crossings

if TYPE_CHECKING:
    from tutor.drawing.model import Density

#: Lines times this many attempts at an order are affordable; small graphs get the more attempts.
_MAX_LINE_ATTEMPTS = 600
_MAX_ATTEMPTS = 8
#: So many of the orders are carried out in rows, to be compared as pictures.
_NUM_CANDIDATES = 4
#: What a crossing, two boxes or lines in turned order, and a picture with wires close to foreign texts weigh
#: against bends and height.
_CROSSING_COST = 12
_INVERSION_COST = 3
_TIGHT_COST = 5


@dataclass(slots=True)
class Plan:
    """What stands where, in ranks and rows."""

    nets: Netlist
    ranks: list[list[LayoutItem]]
    shapes: list[list[ItemShape]]
    tops: Tops
    trunks: list[list[Trunk]]
    cost: int


def plan_layout(nets: Netlist, density: Density) -> Plan:
    """Of several good orders, the one that makes the calmest picture."""
    table = layout_items(nets, assign_ranks(nets))
    lines = sum(len(item.input_nets) for rank in table for item in rank)
    attempts = candidate_orders(table, max(1, min(_MAX_ATTEMPTS, _MAX_LINE_ATTEMPTS // max(1, lines))))
    likely: dict[str, tuple[int, list[list[LayoutItem]]]] = {}
    for count, ordered in attempts:
        likely.setdefault(
            repr(ordered), (count * _CROSSING_COST + _INVERSION_COST * count_inversions(ordered), ordered)
        )
    chosen = sorted(likely.values(), key=lambda pair: pair[0])[:_NUM_CANDIDATES]
    plans = [_arrange(nets, ordered, density, 1) for _, ordered in chosen]
    if not plans:
        return Plan(nets, [], [], [], [], 0)
    plan = min(plans, key=lambda plan: plan.cost)
    tight = _arrange(nets, plan.ranks, density, 0)
    return tight if tight.cost + _TIGHT_COST < plan.cost else plan


def _arrange(nets: Netlist, ranks: list[list[LayoutItem]], density: Density, clearance: int) -> Plan:
    """One order carried out in rows and vertical wires, and what speaks against it."""
    shapes = [[item_shape(nets, item, density) for item in rank] for rank in ranks]
    restless, tops = assign_rows(ranks, shapes, clearance)
    plan = Plan(nets, ranks, shapes, tops, [], _INVERSION_COST * count_inversions(ranks) + restless)
    # Side by side on one row, the ends of two compact wires would look like one wire.
    apart = 2 if density == "compact" else 1
    for number in range(len(ranks)):
        pins = _net_pins(plan, number)
        found = build_trunks(pins, apart)
        plan.trunks.append(found)
        plan.cost += _CROSSING_COST * count_wire_crossings(found, pins)
    return plan


def _net_pins(plan: Plan, number: int) -> list[tuple[int, int, list[int]]]:
    """Of each net that leaves a rank, its row there and its rows at the next rank."""
    rows_left = start_rows(plan, number)
    ends: dict[int, list[int]] = {net: [] for net in rows_left}
    if number + 1 < len(plan.ranks):
        trio = zip(plan.ranks[number + 1], plan.tops[number + 1], plan.shapes[number + 1], strict=True)
        for item, row, found in trio:
            for port, net in zip(found.ports, item.input_nets, strict=True):
                ends[net].append(row + port)
    return [(net, start, ends[net]) for net, start in rows_left.items()]


def start_rows(plan: Plan, number: int) -> dict[int, int]:
    """The row on which each net leaves a rank."""
    trio = zip(plan.ranks[number], plan.tops[number], plan.shapes[number], strict=True)
    return {item.net: row + found.output_port for item, row, found in trio if item.net is not None}
