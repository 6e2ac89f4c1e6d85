"""Plan of a drawing: the rank and row of each item, and the vertical wires."""

from __future__ import annotations

from collections import Counter
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

#: The maximum of lines times attempts at an order: smaller graphs get more attempts.
_MAX_LINE_ATTEMPTS = 600
_MAX_ATTEMPTS = 8
#: How many of the orders are laid out in rows and compared.
_NUM_CANDIDATES = 4
#: Costs of a crossing, of two boxes or lines in another order, and of wires close to texts of others, in units of
#: `rows._BEND_COST` and `rows._HEIGHT_COST`.
_CROSSING_COST = 12
_INVERSION_COST = 3
_TIGHT_COST = 5


@dataclass(slots=True)
class Plan:
    """The items in ranks and rows, with the cost of this arrangement; `clearance` is as in `rows.assign_rows`."""

    nets: Netlist
    ranks: list[list[LayoutItem]]
    shapes: list[list[ItemShape]]
    tops: Tops
    trunks: list[list[Trunk]]
    cost: int
    density: Density = "full"
    clearance: int = 1

    @property
    def tracks(self) -> list[int]:
        """The number of columns that the vertical wires behind each rank take."""
        return [max((trunk.track + 1 for trunk in trunks), default=0) for trunks in self.trunks]


def plan_layout(nets: Netlist, density: Density) -> Plan:
    """Lay out several good orders and return the plan with the lowest cost."""
    table = layout_items(nets, assign_ranks(nets))
    lines = sum(len(item.input_nets) for rank in table for item in rank)
    attempts = candidate_orders(table, max(1, min(_MAX_ATTEMPTS, _MAX_LINE_ATTEMPTS // max(1, lines))))
    by_order: dict[str, tuple[int, list[list[LayoutItem]]]] = {}
    for count, ordered in attempts:
        by_order.setdefault(
            repr(ordered), (count * _CROSSING_COST + _INVERSION_COST * count_inversions(ordered), ordered)
        )
    best = sorted(by_order.values(), key=lambda pair: pair[0])[:_NUM_CANDIDATES]
    plans = [_arrange(nets, ordered, density, 1) for _, ordered in best]
    if not plans:
        return Plan(nets, [], [], [], [], 0, density)
    plan = min(plans, key=lambda plan: plan.cost)
    tight = _arrange(nets, plan.ranks, density, 0)
    return tight if tight.cost + _TIGHT_COST < plan.cost else plan


def has_new_bends(plan: Plan, other: Plan) -> bool:
    """Return whether `other`, of the same order as `plan`, has more bends on the way to any input of a box."""
    numbers = range(len(plan.ranks))
    return any(
        before < after
        for number in numbers
        for before, after in zip(_count_bends(plan, number), _count_bends(other, number), strict=True)
    )


def _count_bends(plan: Plan, number: int) -> list[int]:
    """Return the bends of the wires between a rank and the next, one number for each row in which a wire arrives."""
    trunks = Counter(trunk.net for trunk in plan.trunks[number])
    return [
        2 * trunks[net] if trunks[net] > 1 or end != start else 0
        for net, start, ends in _net_pins(plan, number)
        for end in ends
    ]


def plan_height(plan: Plan) -> int:
    """Return how many rows the drawing of a plan has."""
    trunks = [trunk for rank in plan.trunks for trunk in rank]
    trios = [
        (top, shape)
        for row, shapes in zip(plan.tops, plan.shapes, strict=True)
        for top, shape in zip(row, shapes, strict=True)
    ]
    first = min([top for top, _ in trios] + [trunk.low for trunk in trunks], default=0)
    last = max([top + shape.height for top, shape in trios] + [trunk.high + 1 for trunk in trunks], default=0)
    return last - first


def _arrange(nets: Netlist, ranks: list[list[LayoutItem]], density: Density, clearance: int) -> Plan:
    """Lay out one order in rows and vertical wires, and add up its cost."""
    shapes = [[item_shape(nets, item, density) for item in rank] for rank in ranks]
    row_cost, tops = assign_rows(ranks, shapes, clearance)
    plan = Plan(nets, ranks, shapes, tops, [], _INVERSION_COST * count_inversions(ranks) + row_cost, density, clearance)
    route_wires(plan)
    for number, trunks in enumerate(plan.trunks):
        plan.cost += _CROSSING_COST * count_wire_crossings(trunks, _net_pins(plan, number))
    return plan


def route_wires(plan: Plan) -> None:
    """Lay out the vertical wires between the rows of a plan."""
    # The ends of two compact wires side by side in a row would look like one wire.
    min_distance = 2 if plan.density == "compact" else 1
    plan.trunks = [build_trunks(_net_pins(plan, number), min_distance) for number in range(len(plan.ranks))]


def _net_pins(plan: Plan, number: int) -> list[tuple[int, int, list[int]]]:
    """Return for each net that leaves a rank its row there and its rows at the next rank."""
    rows_left = start_rows(plan, number)
    ends: dict[int, list[int]] = {net: [] for net in rows_left}
    if number + 1 < len(plan.ranks):
        trio = zip(plan.ranks[number + 1], plan.tops[number + 1], plan.shapes[number + 1], strict=True)
        for item, row, shape in trio:
            for port, net in zip(shape.ports, item.input_nets, strict=True):
                ends[net].append(row + port)
    return [(net, start, ends[net]) for net, start in rows_left.items()]


def start_rows(plan: Plan, number: int) -> dict[int, int]:
    """Return the row on which each net leaves a rank."""
    trio = zip(plan.ranks[number], plan.tops[number], plan.shapes[number], strict=True)
    return {item.net: row + shape.output_port for item, row, shape in trio if item.net is not None}
