"""Tracks: where the vertical wires between two ranks run."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(slots=True)
class Trunk:
    """A vertical wire of a net. It takes its net up at the rows `left` and hands it on at the rows `right`.

    `low` to `high` are the rows it spans. A net that has to give way to another has two trunks, joined on the
    row `joint` of both; its second trunk then has no row on the left.
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
    """Vertical wires for (net, row on the left, rows on the right); straight nets need none.

    Where a net ends on the right on the row on which another begins on the left, the other's trunk must stand
    further left, by `apart` tracks. Such demands can form a circle: then a net makes a detour over a row that
    nobody uses.
    """
    given = list(nets)
    found = [Trunk(net, [start], sorted(ends)) for net, start, ends in given if set(ends) != {start}]
    busy = {start for _, start, _ in given} | {end for _, _, ends in given for end in ends}
    while (circle := _find_cycle(found)) is not None:
        net = min(circle, key=lambda one: (len(found[one].right_rows), found[one].high - found[one].low))
        broken = found[net]
        row = _find_free_row(broken, busy)
        busy.add(row)
        found[net : net + 1] = [
            Trunk(broken.net, broken.left_rows, [], row),
            Trunk(broken.net, [], broken.right_rows, row),
        ]
    _assign_tracks(found, min_distance)
    return found


def count_wire_crossings(found: Sequence[Trunk], pins: Sequence[tuple[int, int, Sequence[int]]]) -> int:
    """How often the wires between two ranks cross."""
    count = 0
    for trunk in found:
        low, high = trunk.low, trunk.high
        count += sum(low < start < high for _, start, ends in pins if set(ends) == {start})
        count += sum(_count_pair_crossings(trunk, other) for other in found if other.track > trunk.track)
    return count


def _must_be_left_of(a: Trunk, b: Trunk) -> bool:
    """Whether `a` must stand left of `b`."""
    if a.net == b.net:
        return bool(a.left_rows) and not b.left_rows
    return any(row in b.right_rows for row in a.left_rows)


def _find_successors(found: Sequence[Trunk]) -> list[list[int]]:
    """For each trunk those that must stand right of it."""
    of_net: dict[int, list[int]] = {}
    ending: dict[int, list[int]] = {}
    for number, trunk in enumerate(found):
        of_net.setdefault(trunk.net, []).append(number)
        for row in set(trunk.right_rows):
            ending.setdefault(row, []).append(number)
    later = []
    for number, trunk in enumerate(found):
        near = {*of_net[trunk.net], *(other for row in trunk.left_rows for other in ending.get(row, ()))}
        later.append([other for other in sorted(near - {number}) if _must_be_left_of(trunk, found[other])])
    return later


def _find_cycle(found: Sequence[Trunk]) -> list[int] | None:
    """Trunks whose demands cannot all be met, none if they can."""
    later = _find_successors(found)
    waiting = [0] * len(found)
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
        # Those that only wait for the circle, without being in it, lead nowhere.
        ends = {number for number in stuck if not stuck.intersection(later[number])}
        if not ends:
            break
        stuck -= ends
    return [number for number in sorted(stuck) if found[number].left_rows and found[number].right_rows] or None


def _find_free_row(trunk: Trunk, busy: set[int]) -> int:
    """The row nearest to the trunk's own that no net of this gap uses."""
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


def _assign_tracks(found: list[Trunk], min_distance: int) -> None:
    """Gives every trunk a track, from the left, in an order that crosses little."""
    placed: list[tuple[int, int, Trunk]] = []
    for trunk in _order_trunks(found):
        low, high = trunk.low, trunk.high
        near = [other.track + min_distance for _, _, other in placed if _must_be_left_of(other, trunk)]
        # Two trunks would run into each other, or look as if they did, on one track.
        near += [other.track + 1 for first, last, other in placed if first <= high + 1 and low <= last + 1]
        trunk.track = max(near, default=0)
        placed.append((low, high, trunk))


def _order_trunks(found: list[Trunk]) -> list[Trunk]:
    """A left-to-right order that meets the demands, then neighbours swap where that saves a crossing."""
    rest = sorted(found, key=lambda trunk: (trunk.low, trunk.high, trunk.net))
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
    """Crossings if `a` stands left of `b`."""
    leaving = [*a.right_rows, *([a.joint_row] if a.left_rows and a.joint_row is not None else [])]
    entering = [*b.left_rows, *([b.joint_row] if not b.left_rows and b.joint_row is not None else [])]
    return sum(b.low < row < b.high for row in set(leaving)) + sum(a.low < row < a.high for row in entering)
