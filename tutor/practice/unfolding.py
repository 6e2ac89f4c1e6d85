"""Unfolding nodes: the same problem, and the same blanks, with some nodes replaced by their parts.

The places inside an unfolded node are extra: they may be filled but need not be. A node can only be unfolded if every
blank keeps a place, so that an exercise can be finished either way.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from tutor.algebra.errors import AlgebraError
from tutor.algebra.expr import free_names
from tutor.engine.fold import unfold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tutor.engine.graph import Graph
    from tutor.grading.problem import AuthorNotes, Blank, Problem

#: A built-in operation with fewer parts is not worth unfolding: a − b as a + (−b).
_MIN_PARTS = 3


@dataclass(frozen=True, slots=True)
class Unfolding:
    """A problem with nodes unfolded.

    `places` maps the ids of the folded problem's places to the ids in this one. `node` was unfolded last, `parts` are
    the ids of its parts, and `renamed_places` maps the place ids of the `previous` problem to the ids in this one;
    places that are missing there don't exist while the node is unfolded.
    """

    problem: Problem
    places: Mapping[str, str]
    previous: Unfolding | None = None
    node: str = ""
    parts: frozenset[str] = frozenset()
    renamed_places: Mapping[str, str] = field(default_factory=dict)

    @property
    def chain(self) -> list[Unfolding]:
        """The unfoldings up to this one, the first one first."""
        return [] if self.previous is None else [*self.previous.chain, self]

    @property
    def extra_places(self) -> tuple[Blank, ...]:
        """The places inside unfolded nodes."""
        outside = frozenset(self.places.values())
        return tuple(place for place in self.problem.places if place.id not in outside)

    def enclosing(self, node: str) -> Unfolding | None:
        """Return the innermost unfolding that has a node among its parts."""
        return next((unfolding for unfolding in reversed(self.chain) if node in unfolding.parts), None)

    def unfold(self, node: str) -> Unfolding | None:
        """Unfold one more node; return None if it has no parts worth seeing, or a blank would lose its place."""
        problem = self.problem
        graph = problem.graph
        position = graph.position.get(node)
        if position is None or graph.nodes[position].is_input:
            return None
        try:
            inner = unfold(graph, node)
        except AlgebraError:
            return None
        outer_ids = {outer.id for outer in graph.nodes}
        id = graph.nodes[position].id
        parts = frozenset(part.id for part in inner.nodes if part.id not in outer_ids) | {id}
        if len(parts) < _MIN_PARTS and graph.nodes[position].body is None:
            return None
        renamed = _rename_places(problem, inner, position, parts)
        asked = [place.id for place in problem.blanks if place.is_backward]
        if any(name not in renamed for name in asked):
            return None
        unfolded = replace(
            problem,
            graph=inner,
            asked=tuple(renamed[name] for name in asked),
            given=tuple(renamed[place.id] for place in problem.given_blanks if place.id in renamed),
            author_notes=_move_notes(problem, renamed),
        )
        places = {name: renamed[current] for name, current in self.places.items() if current in renamed}
        return Unfolding(unfolded, places, self, id, parts, renamed)


def folded_view(problem: Problem) -> Unfolding:
    """Return the view of a problem without unfolded nodes."""
    names = [place.id for place in (*problem.places, *problem.forward_blanks, *problem.question_blanks)]
    return Unfolding(problem, {name: name for name in names})


def unfold_all(problem: Problem, nodes: Iterable[str]) -> Problem:
    """Return a problem with these nodes unfolded in turn, as far as possible."""
    view = folded_view(problem)
    for node in nodes:
        view = view.unfold(node) or view
    return view.problem


def _rename_places(problem: Problem, inner: Graph, position: int, parts: frozenset[str]) -> dict[str, str]:
    """Map the ids of places to those after unfolding the node at `position`; only its incoming edges change.

    An edge into the node becomes an edge into one of its parts. If it becomes several, its gradient is the sum at its
    source, provided that nothing else flows back there.
    """
    graph = problem.graph
    renamed = {place.id: place.id for place in (*problem.forward_blanks, *problem.question_blanks)}
    for place in problem.places:
        if place.edge is None or place.edge.target != position:
            renamed[place.id] = place.id
            continue
        source = graph.nodes[place.edge.source].id
        outgoing = inner.outgoing_edges[inner.position[source]]
        into_parts = [edge for edge in outgoing if inner.nodes[edge.target].id in parts]
        is_only_edge = sum(edge.source == place.edge.source for edge in graph.incoming_edges[position]) == 1
        if is_only_edge and len(into_parts) == 1:
            renamed[place.id] = into_parts[0].id
        elif is_only_edge and len(into_parts) == len(outgoing):
            renamed[place.id] = source
    return renamed


def _move_notes(problem: Problem, renamed: Mapping[str, str]) -> dict[str, AuthorNotes]:
    """Return the author's notes by new id.

    The hints of a renamed edge are dropped, because they describe the node, and so are mistakes that use its upstream.
    """
    moved = {}
    for name, notes in problem.author_notes.items():
        id = problem.place(name).id if problem.has_place(name) else name
        new_id = renamed.get(id, id)
        if new_id != id:
            mistakes = tuple(mistake for mistake in notes.mistakes if "up" not in free_names(mistake.answer))
            notes = replace(notes, hints=(), mistakes=mistakes)
        moved[new_id] = notes
    return moved
