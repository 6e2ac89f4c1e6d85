"""Neighbours of the places in a drawing, for the arrow keys."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tutor.drawing.model import Box, Direction, Place


def find_neighbours(boxes: Sequence[Box], places: Mapping[str, Place]) -> dict[str, dict[Direction, str]]:
    """Return each place's neighbours: left towards the inputs, right towards the output, up and down by position."""
    into = {box.id: _middle_place([line.slot.id for line in box.lines if line.slot], places) for box in boxes}
    before: dict[str, str | None] = {}
    after: dict[str, str | None] = {}
    outward: dict[str, list[str]] = {box.id: [] for box in boxes}
    for box in boxes:
        earlier = next((name for line in box.lines if (name := before[line.source])), None)
        before[box.id] = (box.stem.id if box.stem else None) or into[box.id] or earlier
    neighbours: dict[str, dict[Direction, str]] = {name: {} for name in places}
    for box in reversed(boxes):
        out = _middle_place(outward[box.id], places)
        after[box.id] = (box.stem.id if box.stem else None) or out
        if box.stem:
            _set_neighbour(neighbours, box.stem.id, "right", out)
            _set_neighbour(neighbours, box.stem.id, "left", into[box.id])
        for line in box.lines:
            onward = line.slot.id if line.slot else after[box.id]
            if onward:
                outward[line.source].append(onward)
            if line.slot:
                _set_neighbour(neighbours, line.slot.id, "left", before[line.source])
                _set_neighbour(neighbours, line.slot.id, "right", after[box.id])
    _link_vertically(places, neighbours)
    return neighbours


def _set_neighbour(
    neighbours: dict[str, dict[Direction, str]], name: str, direction: Direction, target: str | None
) -> None:
    if target is not None and target != name:
        neighbours[name][direction] = target


def _middle_place(names: list[str], places: Mapping[str, Place]) -> str | None:
    """Return the place in the middle, the upper one of two."""
    ordered = sorted(names, key=lambda name: (places[name].y, places[name].x))
    return ordered[(len(ordered) - 1) // 2] if ordered else None


def _link_vertically(places: Mapping[str, Place], neighbours: dict[str, dict[Direction, str]]) -> None:
    """Link the places of each column, and its ends to the nearest place further up or down."""
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
            neighbours[upper]["down"] = lower
            neighbours[lower]["up"] = upper
    ends: list[tuple[str, Direction]] = [(column[0], "up") for column in columns]
    ends += [(column[-1], "down") for column in columns]
    for name, direction in ends:
        end_place = places[name]
        sign = -1 if direction == "up" else 1
        farther = [other for other, place in places.items() if sign * (place.y - end_place.y) > 0]
        nearest = min(farther, key=lambda other: _distance(end_place, places[other]), default=None)
        _set_neighbour(neighbours, name, direction, nearest)


def _distance(a: Place, b: Place) -> tuple[int, int, int]:
    """Return the distance between the middles, with a row as high as two cells; position breaks ties."""
    dx = abs(2 * a.x + a.width - 2 * b.x - b.width)
    dy = abs(2 * a.y + a.height - 2 * b.y - b.height)
    return dx + 2 * dy, b.y, b.x
