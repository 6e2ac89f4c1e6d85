"""Vertical positions of items, chosen so that wires run straight where they can."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from tutor.drawing.layout.ports import ItemShape, min_gap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor.drawing.layout.netlist import LayoutItem

#: The top row of each item, rank by rank.
Tops = list[list[int]]
WeightedTops = list[tuple[int, int]]

_BEND_COST = 4
_HEIGHT_COST = 2


def assign_rows(
    ranks: Sequence[Sequence[LayoutItem]], shapes: Sequence[Sequence[ItemShape]], clearance: int
) -> tuple[int, Tops]:
    """Return the tops of all items and their cost: bends, lengths of vertical wires and height.

    Sweep to the left and to the right and take the best arrangement seen. `clearance` rows stay free between a text
    and a passing wire.
    """
    offsets = [_minimal_tops(rank, row, clearance) for rank, row in zip(ranks, shapes, strict=True)]
    links = [_find_links(left, right) for left, right in pairwise(ranks)]
    tops: Tops = [list(row) for row in offsets]
    best = _cost(links, shapes, tops)
    best_tops = [list(row) for row in tops]
    stale = 0
    for sweep in range(24):
        use_left, use_right = ((False, True), (True, False), (True, True), (True, True))[min(sweep, 2 + sweep % 2)]
        numbers = range(len(ranks)) if sweep % 2 else reversed(range(len(ranks)))
        for number in numbers:
            wishes = _preferred_tops(number, links, shapes, tops, use_left, use_right)
            tops[number] = _fit_tops(offsets[number], tops[number], wishes)
        cost = _cost(links, shapes, tops)
        if cost < best:
            best, best_tops, stale = cost, [list(row) for row in tops], 0
        elif sweep > 3:
            stale += 1
            if stale == 3:
                break
    return best, _remove_empty_rows(ranks, shapes, best_tops, clearance)


#: A wire between two ranks: left item, right item, its port, weight.
_Link = tuple[int, int, int, int]


def _find_links(left: Sequence[LayoutItem], right: Sequence[LayoutItem]) -> list[_Link]:
    place = {item.net: position for position, item in enumerate(left) if item.net is not None}
    links = []
    for position, item in enumerate(right):
        for port, net in enumerate(item.input_nets):
            passing = (item.box is None) + (left[place[net]].box is None)
            links.append((place[net], position, port, (1, 2, 4)[passing]))
    return links


def _minimal_tops(rank: Sequence[LayoutItem], shapes: Sequence[ItemShape], clearance: int) -> list[int]:
    """Return the top rows of the items of a rank if they are as high up as possible."""
    tops = []
    row = 0
    for position, shape in enumerate(shapes):
        if position:
            row += free_rows_above(rank, shapes, position, clearance)
        tops.append(row)
        row += shape.height
    return tops


def free_rows_above(rank: Sequence[LayoutItem], shapes: Sequence[ItemShape], position: int, clearance: int) -> int:
    """Return the rows that stay free between an item of a rank and the one above it."""
    wire = rank[position - 1].box is None or rank[position].box is None
    return min_gap(shapes[position - 1], shapes[position], clearance if wire else None)


def _preferred_tops(
    number: int,
    links: Sequence[list[_Link]],
    shapes: Sequence[Sequence[ItemShape]],
    tops: Tops,
    use_left: bool,
    use_right: bool,
) -> list[WeightedTops]:
    """Return for each item of a rank the tops that would straighten one of its wires, with weights."""
    wishes: list[WeightedTops] = [[] for _ in tops[number]]
    if use_left and number:
        for source, target, port, weight in links[number - 1]:
            row = tops[number - 1][source] + shapes[number - 1][source].output_port
            wishes[target].append((row - shapes[number][target].ports[port], weight))
    if use_right and number < len(links):
        for source, target, port, weight in links[number]:
            row = tops[number + 1][target] + shapes[number + 1][target].ports[port]
            wishes[source].append((row - shapes[number][source].output_port, weight))
    return wishes


def _fit_tops(offsets: Sequence[int], tops: Sequence[int], wishes: Sequence[WeightedTops]) -> list[int]:
    """Return the tops nearest to the wishes that keep the order: pool adjacent violators with weighted medians."""
    blocks: list[tuple[int, WeightedTops, int]] = []
    for offset, top, points in zip(offsets, tops, wishes, strict=True):
        shifted = sorted([(row - offset, 8 * weight) for row, weight in points]) or [(top - offset, 1)]
        block = (_median(shifted), shifted, 1)
        while blocks and blocks[-1][0] > block[0]:
            _, others, count = blocks.pop()
            merged = sorted(others + block[1])
            block = (_median(merged), merged, count + block[2])
        blocks.append(block)
    levels = [median for median, _, count in blocks for _ in range(count)]
    return [offset + level for offset, level in zip(offsets, levels, strict=True)]


def _median(points: WeightedTops) -> int:
    if len(points) == 1:
        return points[0][0]
    half = sum([weight for _, weight in points])
    passed = 0
    for row, weight in points:
        passed += 2 * weight
        if passed >= half:
            return row
    return points[-1][0]


def _cost(links: Sequence[list[_Link]], shapes: Sequence[Sequence[ItemShape]], tops: Tops) -> int:
    total = 0
    for number, gap_links in enumerate(links):
        spans: dict[int, tuple[int, int]] = {}
        for source, target, port, _ in gap_links:
            end = tops[number + 1][target] + shapes[number + 1][target].ports[port]
            if source in spans:
                low, high = spans[source]
            else:
                low = high = tops[number][source] + shapes[number][source].output_port
            spans[source] = (end if end < low else low, end if end > high else high)
        total += sum([high - low + _BEND_COST for low, high in spans.values() if high > low])
    top = min((row[0] for row in tops if row), default=0)
    pairs = [(row[-1], shape_row[-1]) for row, shape_row in zip(tops, shapes, strict=True) if row]
    bottom = max((last + last_shape.height for last, last_shape in pairs), default=0)
    return total + _HEIGHT_COST * (bottom - top)


def _remove_empty_rows(
    ranks: Sequence[Sequence[LayoutItem]], shapes: Sequence[Sequence[ItemShape]], tops: Tops, clearance: int
) -> Tops:
    """Remove the rows that are free in every rank and that no gap needs; the first row is 0."""
    used: set[int] = set()
    for rank, row, shape_row in zip(ranks, tops, shapes, strict=True):
        for position, (top, shape) in enumerate(zip(row, shape_row, strict=True)):
            free = free_rows_above(rank, shape_row, position, clearance) if position else 0
            used.update(range(top - free, top + shape.height))
    number = {row: position for position, row in enumerate(sorted(used))}
    return [[number[top] for top in row] for row in tops]
