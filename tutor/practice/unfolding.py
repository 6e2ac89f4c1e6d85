"""Nodes opened on the spot: the same problem with some nodes in their parts. What is asked stays what it was.

Places inside an opened node are extra: they may be filled, and nothing waits for them. A node opens only where every
blank of the exercise has its place among the parts as well, so that an exercise can be finished open or folded.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from tutor.algebra.errors import AlgebraError
from tutor.engine.fold import unfold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tutor.engine.graph import Graph
    from tutor.grading.problem import AuthorNotes, Blank, Problem

#: A built-in operation of fewer parts is nothing to look into: a − b as a + (−b).
_MIN_PARTS = 3


@dataclass(frozen=True, slots=True)
class Unfolding:
    """A problem with nodes opened. `places` are those of the closed problem, each with its id here.

    `node` is the one opened last, `parts` the ids of its parts, and `moved` what the places of the problem `before`
    are called here; those left out have no place while the node is open.
    """

    problem: Problem
    places: Mapping[str, str]
    previous: Unfolding | None = None
    node: str = ""
    parts: frozenset[str] = frozenset()
    renamed_places: Mapping[str, str] = field(default_factory=dict)

    @property
    def chain(self) -> list[Unfolding]:
        """The openings that led here, the first one first."""
        found = []
        here: Unfolding | None = self
        while here is not None and here.previous is not None:
            found.append(here)
            here = here.previous
        return found[::-1]

    @property
    def extra_places(self) -> tuple[Blank, ...]:
        """The places inside opened nodes."""
        outside = frozenset(self.places.values())
        return tuple(place for place in self.problem.places if place.id not in outside)

    def enclosing(self, node: str) -> Unfolding | None:
        """The opening whose parts a node is one of, the innermost one; None where it is in none."""
        return next((one for one in reversed(self.chain) if node in one.parts), None)

    def unfold(self, node: str) -> Unfolding | None:
        """With one more node opened; None where it is nothing to look into, or a blank would lose its place."""
        problem = self.problem
        graph = problem.graph
        at = graph.position.get(node)
        if at is None or graph.nodes[at].is_input:
            return None
        try:
            inner = unfold(graph, node)
        except AlgebraError:
            return None
        known = {one.id for one in graph.nodes}
        parts = frozenset(one.id for one in inner.nodes if one.id not in known) | {graph.nodes[at].id}
        if len(parts) < _MIN_PARTS and graph.nodes[at].custom_operation is None:
            return None
        moved = _rename_places(problem, inner, at, parts)
        asked = [place.id for place in problem.blanks if place.is_backward]
        if any(name not in moved for name in asked):
            return None
        other = replace(
            problem,
            graph=inner,
            asked=tuple(moved[name] for name in asked),
            given=tuple(moved[place.id] for place in problem.given_blanks if place.id in moved),
            author_notes=_move_advice(problem.author_notes, problem, moved),
        )
        places = {name: moved[here] for name, here in self.places.items() if here in moved}
        return Unfolding(other, places, self, graph.nodes[at].id, parts, moved)


def folded_view(problem: Problem) -> Unfolding:
    """A problem with nothing opened."""
    names = [place.id for place in (*problem.places, *problem.forward_blanks, *problem.question_blanks)]
    return Unfolding(problem, {name: name for name in names})


def unfold_all(problem: Problem, nodes: Iterable[str]) -> Problem:
    """A problem with these nodes opened one after the other, as far as they can be."""
    found = folded_view(problem)
    for node in nodes:
        found = found.unfold(node) or found
    return found.problem


def _rename_places(problem: Problem, inner: Graph, at: int, parts: frozenset[str]) -> dict[str, str]:
    """What the places are called when the node at `at` is opened: other ids have only the lines into it.

    A line into it is a line to one of its parts; where it leads to several of them, what comes back along it is the
    sum at its beginning, if nothing else comes back there.
    """
    graph = problem.graph
    found = {place.id: place.id for place in (*problem.forward_blanks, *problem.question_blanks)}
    for place in problem.places:
        if place.edge is None or place.edge.target != at:
            found[place.id] = place.id
            continue
        source = graph.nodes[place.edge.source].id
        leaving = inner.outgoing_edges[inner.position[source]]
        lines = [line for line in leaving if inner.nodes[line.target].id in parts]
        alone = sum(edge.source == place.edge.source for edge in graph.incoming_edges[at]) == 1
        if alone and len(lines) == 1:
            found[place.id] = lines[0].id
        elif alone and len(lines) == len(leaving):
            found[place.id] = source
    return found


def _move_advice(
    advice: Mapping[str, AuthorNotes], problem: Problem, moved: Mapping[str, str]
) -> dict[str, AuthorNotes]:
    """The author's advice by place. Hints and mistakes of a line into the opened node spoke of the whole node."""
    found = {}
    for name, own in advice.items():
        here = problem.place(name).id if problem.has_place(name) else name
        there = moved.get(here, here)
        found[there] = own if there == here else replace(own, hints=(), mistakes=())
    return found
