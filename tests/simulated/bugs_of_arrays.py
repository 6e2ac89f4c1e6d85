"""Wrong rules at indexes, choices, joined values and other shapes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tests.simulated.array_pass import at_places, places_of
from tests.simulated.bug import Bug, names

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.simulated.own_pass import Array, Spot


def _bugs(op: str, *rows: tuple[str, str, Callable[[Spot], Array | None]], slots: tuple[int, ...] = (0,)) -> list[Bug]:
    return [Bug(f"{op}: {kind}", names(*ids.split()), edge=rule, ops=(op,), slots=slots) for kind, ids, rule in rows]


def _like_input(spot: Spot, value: Array) -> Array:
    if np.shape(value) != np.shape(spot.x):
        raise ValueError("another shape")
    return value


def _moved(spot: Spot, step: int) -> Array:
    """Return what comes back, each part at a place further on by `step` rows, or entries of a vector."""
    right = spot.right(spot.g)
    axis = 0 if right.shape[0] > 1 else 1
    if step < 0 and right.take(0, axis=axis).any():
        raise ValueError("nothing before the first")
    return np.roll(right, step, axis=axis)


def _first_only(spot: Spot) -> Array:
    seen: set[int] = set()
    kept = np.ravel(spot.g).copy()
    for position, place in enumerate(places_of(spot.node, spot.args)):
        if place in seen:
            kept[position] = 0
        seen.add(place)
    return at_places(spot.node, kept, spot.args, lambda before, new: before + new)


def _averaged(spot: Spot) -> Array:
    counts = at_places(spot.node, np.ones(np.size(spot.g)), spot.args, lambda before, new: before + new)
    return spot.right(spot.g) / np.maximum(counts, 1)


def _in_order(spot: Spot) -> Array:
    """Return the upstreams from the first place on, whichever was picked."""
    found = np.zeros(np.size(spot.x))
    found[: np.size(spot.g)] = np.ravel(spot.g)
    return found.reshape(np.shape(spot.x))


def _everywhere(spot: Spot) -> Array:
    if np.ndim(spot.g) and spot.g.shape[1] != spot.x.shape[1]:
        raise ValueError("no rows of the value")
    return np.ones_like(spot.x) * (spot.g.sum(axis=0) if np.ndim(spot.g) else spot.g)


def _part_of_neighbour(spot: Spot) -> Array:
    slot = spot.slot + 1 if spot.slot + 1 < len(spot.args) else spot.slot - 1
    neighbour = next(edge for edge in spot.learner.graph.incoming_edges[spot.edge.target] if edge.slot == slot)
    return _like_input(spot, spot.learner.spot(neighbour).right(spot.g))


_JOINS = [
    bug
    for op in ("concat", "stack", "grid")
    for bug in _bugs(
        op,
        ("the neighbour's part", f"{op}.other-part elsewhere", _part_of_neighbour),
        ("the whole", f"{op}.whole", lambda s: s.g),
        ("added up", f"{op}.added-up", lambda s: np.ones_like(s.x) * s.g.sum()),
        ("times the values", f"{op}.times-value", lambda s: s.right(s.g) * s.x),
        ("shared out", "", lambda s: s.right(s.g) / len(s.args)),
        ("turned round", "matrix.reordered-rows matrix.reordered-columns", lambda s: s.right(s.g)[..., ::-1]),
        slots=(0, 1, 2),
    )
]

BUGS = (
    *_bugs(
        "index",
        ("overwritten", "index.overwritten", lambda s: at_places(s.node, s.g, s.args, lambda before, new: new)),
        ("the first of duplicates", "index.first-only", _first_only),
        ("mean of duplicates", "index.averaged", _averaged),
        ("everywhere", "index.everywhere", _everywhere),
        ("one place too early", "index.counted-from-one", lambda s: _moved(s, -1)),
        ("one place too late", "", lambda s: _moved(s, 1)),
        ("as it came", "index.not-spread", lambda s: s.g),
        ("times the values", "index.times-value", lambda s: s.right(s.g * s.z)),
        ("the values themselves", "", lambda s: s.right(s.z)),
        ("ones where taken", "", lambda s: s.right(np.ones_like(s.g))),
        ("in order", "matrix.reordered-rows matrix.reordered-columns", _in_order),
        ("shared out", "", lambda s: s.right(s.g) / np.size(s.g)),
    ),
    *_bugs(
        "where",
        ("condition ignored", "where.both", lambda s: s.g),
        ("the other way round", "where.loser", lambda s: s.g * (1 - s.l)),
        ("times the value", "where.passes-value", lambda s: s.g * s.l * s.x),
        ("the upstream's sign", "where.condition-on-gradient", lambda s: s.g * (s.g > 0)),
        ("its own sign", "", lambda s: s.g * (s.x > 0)),
        ("the condition itself", "", lambda s: s.l),
        ("half to each", "", lambda s: s.g / 2),
        slots=(1, 2),
    ),
    *_JOINS,
    *_bugs(
        "reshape",
        (
            "column by column",
            "reshape.column-order",
            lambda s: np.reshape(np.ravel(s.g, order="F"), np.shape(s.x), order="F"),
        ),
        ("columns into rows", "", lambda s: np.reshape(np.ravel(s.g, order="F"), np.shape(s.x))),
        ("as it came", "reshape.not-reshaped", lambda s: s.g),
        ("times the values", "reshape.times-value", lambda s: s.right(s.g) * s.x),
        ("added up", "", lambda s: np.ones_like(s.x) * s.g.sum()),
    ),
)
