"""Order: who stands above whom in a rank, so that few wires cross."""

from __future__ import annotations

import random
from bisect import bisect_right, insort
from collections.abc import Iterator
from itertools import pairwise

from tutor.drawing.nets import Item

Ranks = list[list[Item]]


def orders(ranks: Ranks, tries: int) -> Iterator[tuple[int, Ranks]]:
    """Good orders of the items, each with the crossings it should cost; deterministic.

    The first two begin with the order that was given and look first to the left or first to the right.
    """
    chance = random.Random(0)
    for attempt in range(tries):
        start = [[_copy(item) for item in rank] for rank in ranks]
        if attempt > 1:
            for rank in start:
                chance.shuffle(rank)
        yield _improve(start, attempt % 2)


def unruly(ranks: Ranks) -> int:
    """How often two boxes of a rank, or two lines of a box, stand the other way round than they were given."""
    rows = [[item.box for item in rank if item.box is not None] for rank in ranks]
    rows += [item.lines for rank in ranks for item in rank if not item.fixed]
    return sum(_above([upper], row[position + 1 :]) for row in rows for position, upper in enumerate(row))


def lines_crossing(left: list[Item], right: list[Item]) -> int:
    """Pairs of lines that cross between two neighbouring ranks."""
    place = _leaving(left)
    seen: list[int] = []
    count = 0
    position = 0
    pairs = []
    for item in right:
        for net in item.enters:
            pairs.append((place[net], position))
            position += 1
    pairs.sort()
    for _, end in pairs:
        count += len(seen) - bisect_right(seen, end)
        insort(seen, end)
    return count


def _improve(ranks: Ranks, first: int) -> tuple[int, Ranks]:
    """Sweeps by the mean of the neighbours until nothing is won any more; the best order seen."""
    for left, right in pairwise(ranks):
        _sort_ports(left, right)
    best, kept = _total(ranks), _snapshot(ranks)
    stale = 0
    for sweep in range(24):
        if best == 0 or stale == 4:
            break
        if (first + sweep) % 2 == 0:
            for number in range(1, len(ranks)):
                _by_left(ranks[number - 1], ranks[number])
        else:
            for number in reversed(range(len(ranks) - 1)):
                _by_right(ranks[number], ranks[number + 1])
                if number:
                    _sort_ports(ranks[number - 1], ranks[number])
        for left, right in pairwise(ranks):
            _sort_ports(left, right)
        _swap(ranks)
        count = _total(ranks)
        if count < best:
            best, kept, stale = count, _snapshot(ranks), 0
        else:
            stale += 1
    return best, kept


def _copy(item: Item) -> Item:
    return Item(item.box, list(item.lines), list(item.enters), item.net, item.fixed)


def _snapshot(ranks: Ranks) -> Ranks:
    return [[_copy(item) for item in rank] for rank in ranks]


def _total(ranks: Ranks) -> int:
    return sum(lines_crossing(left, right) for left, right in pairwise(ranks))


def _leaving(rank: list[Item]) -> dict[int, int]:
    return {item.net: position for position, item in enumerate(rank) if item.net is not None}


def _sort_ports(left: list[Item], right: list[Item]) -> None:
    place = _leaving(left)
    for item in right:
        if not item.fixed:
            pairs = sorted(zip(item.enters, item.lines, strict=True), key=lambda pair: (place[pair[0]], pair[1]))
            item.enters = [net for net, _ in pairs]
            item.lines = [line for _, line in pairs]


def _by_left(left: list[Item], right: list[Item]) -> None:
    place = _leaving(left)
    _rearrange(right, [[place[net] for net in item.enters] for item in right])
    _sort_ports(left, right)


def _by_right(left: list[Item], right: list[Item]) -> None:
    ends: dict[int, list[int]] = {}
    position = 0
    for item in right:
        for net in item.enters:
            ends.setdefault(net, []).append(position)
            position += 1
    _rearrange(left, [ends.get(item.net, []) if item.net is not None else [] for item in left])


def _rearrange(rank: list[Item], wishes: list[list[int]]) -> None:
    """Items with a wish stand in the order of its mean; the others keep the position they have."""
    wishing = [position for position, wish in enumerate(wishes) if wish]
    wishing.sort(key=lambda position: (sum(wishes[position]) / len(wishes[position]), position))
    moved = iter([rank[position] for position in wishing])
    rank[:] = [next(moved) if wish else item for item, wish in zip(rank, wishes, strict=True)]


def _swap(ranks: Ranks) -> None:
    """Neighbours change places as long as that saves crossings on both sides together."""
    for number, rank in enumerate(ranks):
        before = _leaving(ranks[number - 1]) if number else {}
        after: dict[int, list[int]] = {}
        position = 0
        for item in ranks[number + 1] if number + 1 < len(ranks) else []:
            for net in item.enters:
                after.setdefault(net, []).append(position)
                position += 1
        pins = {
            id(item): (
                sorted(before[net] for net in item.enters),
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
                if _above(b[0], a[0]) + _above(b[1], a[1]) < _above(a[0], b[0]) + _above(a[1], b[1]):
                    rank[upper], rank[upper + 1] = rank[upper + 1], rank[upper]
                    moved = True


def _above(upper: list[int], lower: list[int]) -> int:
    """Crossings between the pins of two items if the first stands above the second."""
    return sum([a > b for a in upper for b in lower])
