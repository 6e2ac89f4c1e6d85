"""Vertical order of the items in each rank, chosen so that few wires cross."""

from __future__ import annotations

import random
from bisect import bisect_right, insort
from itertools import pairwise
from typing import TYPE_CHECKING

from tutor.drawing.layout.netlist import LayoutItem

if TYPE_CHECKING:
    from collections.abc import Iterator

Ranks = list[list[LayoutItem]]


def candidate_orders(ranks: Ranks, attempts: int) -> Iterator[tuple[int, Ranks]]:
    """Yield good orders, each with its number of crossings; the same ranks give the same orders.

    The first two start from the given order and look first to the left or first to the right, others from a random one.
    """
    chance = random.Random(0)
    for attempt in range(attempts):
        start = [[_copy_item(item) for item in rank] for rank in ranks]
        if attempt > 1:
            for rank in start:
                chance.shuffle(rank)
        yield _improve_order(start, attempt % 2)


def count_inversions(ranks: Ranks) -> int:
    """Count the pairs of boxes in a rank, and of lines of a box, that are in another order than they were given."""
    rows = [[item.box for item in rank if item.box is not None] for rank in ranks]
    rows += [item.line_numbers for rank in ranks for item in rank if not item.has_fixed_order]
    return sum(
        _count_inverted_pairs([upper], row[position + 1 :]) for row in rows for position, upper in enumerate(row)
    )


def count_crossings(left: list[LayoutItem], right: list[LayoutItem]) -> int:
    """Count the pairs of lines that cross between two neighbouring ranks."""
    place = _net_positions(left)
    seen: list[int] = []
    count = 0
    position = 0
    pairs = []
    for item in right:
        for net in item.input_nets:
            pairs.append((place[net], position))
            position += 1
    pairs.sort()
    for _, end in pairs:
        count += len(seen) - bisect_right(seen, end)
        insort(seen, end)
    return count


def _improve_order(ranks: Ranks, first: int) -> tuple[int, Ranks]:
    """Sort by the mean of the neighbours in sweeps until nothing improves, and return the best order seen."""
    for left, right in pairwise(ranks):
        _sort_ports(left, right)
    best, best_ranks = _total_crossings(ranks), _copy_ranks(ranks)
    stale = 0
    for sweep in range(24):
        if best == 0 or stale == 4:
            break
        if (first + sweep) % 2 == 0:
            for number in range(1, len(ranks)):
                _order_by_left(ranks[number - 1], ranks[number])
        else:
            for number in reversed(range(len(ranks) - 1)):
                _order_by_right(ranks[number], ranks[number + 1])
                if number:
                    _sort_ports(ranks[number - 1], ranks[number])
        for left, right in pairwise(ranks):
            _sort_ports(left, right)
        _swap_neighbours(ranks)
        count = _total_crossings(ranks)
        if count < best:
            best, best_ranks, stale = count, _copy_ranks(ranks), 0
        else:
            stale += 1
    return best, best_ranks


def _copy_item(item: LayoutItem) -> LayoutItem:
    return LayoutItem(item.box, list(item.line_numbers), list(item.input_nets), item.net, item.has_fixed_order)


def _copy_ranks(ranks: Ranks) -> Ranks:
    return [[_copy_item(item) for item in rank] for rank in ranks]


def _total_crossings(ranks: Ranks) -> int:
    return sum(count_crossings(left, right) for left, right in pairwise(ranks))


def _net_positions(rank: list[LayoutItem]) -> dict[int, int]:
    return {item.net: position for position, item in enumerate(rank) if item.net is not None}


def _sort_ports(left: list[LayoutItem], right: list[LayoutItem]) -> None:
    place = _net_positions(left)
    for item in right:
        if not item.has_fixed_order:
            pairs = sorted(
                zip(item.input_nets, item.line_numbers, strict=True), key=lambda pair: (place[pair[0]], pair[1])
            )
            item.input_nets = [net for net, _ in pairs]
            item.line_numbers = [line for _, line in pairs]


def _order_by_left(left: list[LayoutItem], right: list[LayoutItem]) -> None:
    place = _net_positions(left)
    _sort_by_mean(right, [[place[net] for net in item.input_nets] for item in right])
    _sort_ports(left, right)


def _order_by_right(left: list[LayoutItem], right: list[LayoutItem]) -> None:
    ends: dict[int, list[int]] = {}
    position = 0
    for item in right:
        for net in item.input_nets:
            ends.setdefault(net, []).append(position)
            position += 1
    _sort_by_mean(left, [ends.get(item.net, []) if item.net is not None else [] for item in left])


def _sort_by_mean(rank: list[LayoutItem], wishes: list[list[int]]) -> None:
    """Sort the items with wishes by the mean of these; the others keep their positions."""
    wishing = [position for position, wish in enumerate(wishes) if wish]
    wishing.sort(key=lambda position: (sum(wishes[position]) / len(wishes[position]), position))
    moved = iter([rank[position] for position in wishing])
    rank[:] = [next(moved) if wish else item for item, wish in zip(rank, wishes, strict=True)]


def _swap_neighbours(ranks: Ranks) -> None:
    """Swap neighbours while that reduces the crossings on both sides together."""
    for number, rank in enumerate(ranks):
        before = _net_positions(ranks[number - 1]) if number else {}
        after: dict[int, list[int]] = {}
        position = 0
        for item in ranks[number + 1] if number + 1 < len(ranks) else []:
            for net in item.input_nets:
                after.setdefault(net, []).append(position)
                position += 1
        pins = {
            id(item): (
                sorted(before[net] for net in item.input_nets),
                after.get(item.net, []) if item.net is not None else [],
            )
            for item in rank
        }
        moved = True
        rounds = 0
        while moved and rounds < len(rank):
            moved = False
            rounds += 1
            for upper in range(len(rank) - 1):
                a, b = pins[id(rank[upper])], pins[id(rank[upper + 1])]
                if _count_inverted_pairs(b[0], a[0]) + _count_inverted_pairs(b[1], a[1]) < _count_inverted_pairs(
                    a[0], b[0]
                ) + _count_inverted_pairs(a[1], b[1]):
                    rank[upper], rank[upper + 1] = rank[upper + 1], rank[upper]
                    moved = True


def _count_inverted_pairs(upper: list[int], lower: list[int]) -> int:
    """Count the crossings between the pins of two items if the first is above the second."""
    return sum([a > b for a in upper for b in lower])
