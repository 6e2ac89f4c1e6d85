"""Tracks of the vertical wires between two ranks."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(slots=True)
class Trunk:
    """A vertical wire of a net, which enters it on `left_rows` and leaves it on `right_rows`.

    `low` to `high` are the rows it spans. A net that makes a detour has two trunks that meet on `joint_row`, of which
    the second has no row on the left.
    """

    net: int
    left_rows: list[int]
    right_rows: list[int]
    joint_row: int | None = None
    track: int = 0

    @property
    def low(self) -> int:
        return min(self._rows())

    @property
    def high(self) -> int:
        return max(self._rows())

    def _rows(self) -> list[int]:
        return [*self.left_rows, *self.right_rows, *([] if self.joint_row is None else [self.joint_row])]


def build_trunks(nets: Iterable[tuple[int, int, Sequence[int]]], min_distance: int = 1) -> list[Trunk]:
    """Return the vertical wires of nets given as (net, row on the left, rows on the right); straight nets need none.

    If a net ends on the right on the row on which another begins on the left, the trunk of the other must be further
    left, by `min_distance` tracks. Such constraints can form a cycle, and then a net makes a detour over a free row.
    """
    nets = list(nets)
    trunks = [Trunk(net, [start], sorted(ends)) for net, start, ends in nets if set(ends) != {start}]
    busy = {start for _, start, _ in nets} | {end for _, _, ends in nets for end in ends}
    while (cycle := _find_cycle(trunks)) is not None:
        number = min(cycle, key=lambda i: (len(trunks[i].right_rows), trunks[i].high - trunks[i].low))
        broken = trunks[number]
        row = _find_free_row(broken, busy)
        busy.add(row)
        trunks[number : number + 1] = [
            Trunk(broken.net, broken.left_rows, [], row),
            Trunk(broken.net, [], broken.right_rows, row),
        ]
    _assign_tracks(trunks, min_distance)
    return trunks


def count_wire_crossings(trunks: Sequence[Trunk], pins: Sequence[tuple[int, int, Sequence[int]]]) -> int:
    """Count the crossings of the wires between two ranks."""
    count = 0
    for trunk in trunks:
        low, high = trunk.low, trunk.high
        count += sum(low < start < high for _, start, ends in pins if set(ends) == {start})
        count += sum(_count_pair_crossings(trunk, other) for other in trunks if other.track > trunk.track)
    return count


def _must_be_left_of(a: Trunk, b: Trunk) -> bool:
    """Return whether `a` must be left of `b`."""
    if a.net == b.net:
        return bool(a.left_rows) and not b.left_rows
    return any(row in b.right_rows for row in a.left_rows)


def _find_successors(trunks: Sequence[Trunk]) -> list[list[int]]:
    """Return for each trunk those that must be right of it."""
    of_net: dict[int, list[int]] = {}
    ending: dict[int, list[int]] = {}
    for number, trunk in enumerate(trunks):
        of_net.setdefault(trunk.net, []).append(number)
        for row in set(trunk.right_rows):
            ending.setdefault(row, []).append(number)
    later = []
    for number, trunk in enumerate(trunks):
        near = {*of_net[trunk.net], *(other for row in trunk.left_rows for other in ending.get(row, ()))}
        later.append([other for other in sorted(near - {number}) if _must_be_left_of(trunk, trunks[other])])
    return later


def _find_cycle(trunks: Sequence[Trunk]) -> list[int] | None:
    """Return trunks whose constraints form a cycle, or None if there is no cycle."""
    later = _find_successors(trunks)
    waiting = [0] * len(trunks)
    for followers in later:
        for follower in followers:
            waiting[follower] += 1
    ready = [number for number, count in enumerate(waiting) if not count]
    while ready:
        number = ready.pop()
        waiting[number] = -1
        for follower in later[number]:
            waiting[follower] -= 1
            if not waiting[follower]:
                ready.append(follower)
    stuck = {number for number, count in enumerate(waiting) if count > 0}
    while stuck:
        # Trunks that only wait for the cycle, without being part of it.
        ends = {number for number in stuck if not stuck.intersection(later[number])}
        if not ends:
            break
        stuck -= ends
    return [number for number in sorted(stuck) if trunks[number].left_rows and trunks[number].right_rows] or None


def _find_free_row(trunk: Trunk, busy: set[int]) -> int:
    """Return the row nearest to the trunk that no net between these ranks uses."""
    low, high = trunk.low, trunk.high
    inside = [row for row in range(low + 1, high) if row not in busy]
    if inside:
        return min(inside, key=lambda row: (abs(2 * row - low - high), row))
    step = 1
    while True:
        for row in (high + step, low - step):
            if row not in busy:
                return row
        step += 1


def _assign_tracks(trunks: list[Trunk], min_distance: int) -> None:
    """Give every trunk a track, from the left, in an order with few crossings."""
    placed: list[tuple[int, int, Trunk]] = []
    for trunk in _order_trunks(trunks):
        low, high = trunk.low, trunk.high
        near = [other.track + min_distance for _, _, other in placed if _must_be_left_of(other, trunk)]
        # Trunks that overlap or touch would look like one on the same track.
        near += [other.track + 1 for first, last, other in placed if first <= high + 1 and low <= last + 1]
        trunk.track = max(near, default=0)
        placed.append((low, high, trunk))


def _order_trunks(trunks: list[Trunk]) -> list[Trunk]:
    """Return a left-to-right order that meets the constraints; swap neighbours if that saves a crossing."""
    rest = sorted(trunks, key=lambda trunk: (trunk.low, trunk.high, trunk.net))
    later = _find_successors(rest)
    waiting = Counter(number for followers in later for number in followers)
    ready = [number for number in range(len(rest)) if not waiting[number]]
    order: list[Trunk] = []
    while ready:
        number = heappop(ready)
        order.append(rest[number])
        for follower in later[number]:
            waiting[follower] -= 1
            if not waiting[follower]:
                heappush(ready, follower)
    for _ in range(len(order)):
        moved = False
        for position in range(len(order) - 1):
            a, b = order[position], order[position + 1]
            if not _must_be_left_of(a, b) and _count_pair_crossings(b, a) < _count_pair_crossings(a, b):
                order[position], order[position + 1] = b, a
                moved = True
        if not moved:
            break
    return order


def _count_pair_crossings(a: Trunk, b: Trunk) -> int:
    """Count the crossings if `a` is left of `b`."""
    leaving = [*a.right_rows, *([a.joint_row] if a.left_rows and a.joint_row is not None else [])]
    entering = [*b.left_rows, *([b.joint_row] if not b.left_rows and b.joint_row is not None else [])]
    return sum(b.low < row < b.high for row in set(leaving)) + sum(a.low < row < a.high for row in entering)
