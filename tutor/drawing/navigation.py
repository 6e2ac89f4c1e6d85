"""Neighbours: where the arrow keys go from a place."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tutor.drawing.model import Box, Direction, Place


def find_neighbours(boxes: Sequence[Box], places: Mapping[str, Place]) -> dict[str, dict[Direction, str]]:
    """Left goes to what feeds a line's node, right to where its value flows next, up and down by position."""
    into = {box.id: _middle_place([line.slot.id for line in box.lines if line.slot], places) for box in boxes}
    before: dict[str, str | None] = {}
    after: dict[str, str | None] = {}
    outward: dict[str, list[str]] = {box.id: [] for box in boxes}
    for box in boxes:
        feeding = [before[line.source] for line in box.lines]
        known = [name for name in feeding if name]
        before[box.id] = (box.stem.id if box.stem else None) or into[box.id] or (known[0] if known else None)
    found: dict[str, dict[Direction, str]] = {name: {} for name in places}
    for box in reversed(boxes):
        out = _middle_place(outward[box.id], places)
        after[box.id] = (box.stem.id if box.stem else None) or out
        if box.stem:
            _set_neighbour(found, box.stem.id, "right", out)
            _set_neighbour(found, box.stem.id, "left", into[box.id])
        for line in box.lines:
            onward = line.slot.id if line.slot else after[box.id]
            if onward:
                outward[line.source].append(onward)
            if line.slot:
                _set_neighbour(found, line.slot.id, "left", before[line.source])
                _set_neighbour(found, line.slot.id, "right", after[box.id])
    _link_vertically(places, found)
    return found


def _set_neighbour(found: dict[str, dict[Direction, str]], name: str, direction: Direction, target: str | None) -> None:
    if target is not None and target != name:
        found[name][direction] = target


def _middle_place(names: list[str], places: Mapping[str, Place]) -> str | None:
    """The place in the middle, the upper one of two."""
    ordered = sorted(names, key=lambda name: (places[name].y, places[name].x))
    return ordered[(len(ordered) - 1) // 2] if ordered else None


def _link_vertically(places: Mapping[str, Place], found: dict[str, dict[Direction, str]]) -> None:
    """Within a column from place to place; at its ends to the nearest place further up or down."""
    columns: list[list[str]] = []
    end = -1
    for name in sorted(places, key=lambda name: (places[name].x, places[name].y)):
        place = places[name]
        if place.x >= end or not columns:
            columns.append([])
            end = place.x + place.width
        end = max(end, place.x + place.width)
        columns[-1].append(name)
    for column in columns:
        column.sort(key=lambda name: (places[name].y, places[name].x))
        for upper, lower in pairwise(column):
            found[upper]["down"] = lower
            found[lower]["up"] = upper
    ends: list[tuple[str, Direction]] = [(column[0], "up") for column in columns]
    ends += [(column[-1], "down") for column in columns]
    for name, direction in ends:
        here = places[name]
        beyond = [
            other for other in places if (places[other].y < here.y if direction == "up" else places[other].y > here.y)
        ]
        _set_neighbour(
            found, name, direction, min(beyond, key=lambda other: _distance(here, places[other]), default=None)
        )


def _distance(a: Place, b: Place) -> tuple[int, int, int]:
    """Distance between the middles; a row counts as two cells, as on the screen."""
    dx = abs(2 * a.x + a.width - 2 * b.x - b.width)
    dy = abs(2 * a.y + a.height - 2 * b.y - b.height)
    return dx + 2 * dy, b.y, b.x
