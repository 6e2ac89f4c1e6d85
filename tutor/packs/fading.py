"""Fading of a worked pass: which gradients are filled in when only some are asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from tutor.grading.problem import Blank, Problem


def filled_places(problem: Problem, asked: Iterable[str]) -> tuple[str, ...]:
    """Return the places to fill in when only those `asked` for are blanks: all that do not follow from one of them.

    These are places that the whole exercise draws, and those from which the asked values are computed.
    """
    blanks = {problem.place(name).id for name in asked}
    drawn = problem.drawn_places.union(*(sources_of(problem, problem.place(name)) for name in blanks))
    closed = blanks | dependents(problem, blanks)
    return tuple(place.id for place in problem.places if place.id in drawn and place.id not in closed)


def sources_of(problem: Problem, place: Blank) -> Sequence[str]:
    """Return the places whose gradients a place's own is computed from: its upstream, or the edges of its branch."""
    if place.kind == "sum":
        return [edge.id for edge in problem.branch_edges(place)]
    upstream = problem.upstream(place)
    return [] if upstream is None else [upstream]


def dependents(problem: Problem, places: Collection[str]) -> set[str]:
    """Return the places whose gradients are computed from one of these, at once or in several steps."""
    found: set[str] = set()
    for place in problem.places:
        if any(source in places or source in found for source in sources_of(problem, place)):
            found.add(place.id)
    return found


def can_be_computed(problem: Problem, asked: Iterable[str]) -> list[str]:
    """Return those places of `asked` that can be computed from what is filled in and from one another, in order.

    A place between two of them that is neither asked nor filled in would have to be computed in the head.
    """
    blanks = {problem.place(name).id for name in asked}
    while True:
        closed = dependents(problem, blanks)
        unreachable = {
            name
            for name in blanks
            if any(source in closed and source not in blanks for source in sources_of(problem, problem.place(name)))
        }
        if not unreachable:
            return [place.id for place in problem.places if place.id in blanks]
        # The farthest from the output goes: the others may do without it.
        blanks.remove(next(place.id for place in reversed(problem.places) if place.id in unreachable))
