"""Pointers after two wrong answers: the edges to look at, the upstream and the node's other inputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.algebra.printing import format_value
from tutor.grading.wording import place_name
from tutor.i18n import N_, Message, message

if TYPE_CHECKING:
    from tutor.grading.problem import Blank
    from tutor.practice.worksheet import Worksheet

#: From this many wrong answers on one blank, the edges to look at are marked.
POINT_AFTER = 2


def pointers(worksheet: Worksheet, blank: str) -> tuple[Blank, ...]:
    """Return the places to look at after two wrong answers: the upstream, and the node's other inputs.

    At + and − the other inputs don't matter, so they are left out.
    """
    problem, place, entry = worksheet.problem, worksheet.problem.place(blank), worksheet.entry(blank)
    if not place.is_backward or entry.settled or entry.wrong_attempts < POINT_AFTER:
        return ()
    upstream = problem.upstream(place)
    if upstream is None or not place.edge:
        return tuple(problem.branch_edges(place)) if place.kind == "sum" else ()
    if problem.graph.nodes[place.edge.target].op in ("add", "sub"):
        return (problem.place(upstream),)
    others = (edge.id for edge in problem.graph.incoming_edges[place.edge.target] if edge != place.edge)
    return (problem.place(upstream), *(problem.place(name) for name in others if problem.has_place(name)))


def format_pointers(worksheet: Worksheet, blank: str) -> str:
    """Return these places with their values in one line; empty if there are none."""
    return ", ".join(str(_format_pointer(worksheet, blank, place)) for place in pointers(worksheet, blank))


def _format_pointer(worksheet: Worksheet, blank: str, place: Blank) -> Message:
    problem, target = worksheet.problem, worksheet.problem.place(blank)
    is_upstream = place.id == problem.upstream(target)
    if place.shape is not None and not place.is_matrix_formula:
        value = str(place_name(problem, place))
    elif target.kind == "sum" or is_upstream:
        rows = worksheet.value_text(place.id)
        value = " ".join(rows[0]) if rows else "?"
    else:
        value = format_value(problem.exact_passes.values[place.node], near_one=problem.needs_extra_digits[place.node])
    if target.kind == "sum" and place.edge is not None:
        node = problem.graph.nodes[place.edge.target].symbol
        return message(N_("from {node}: {value}"), node=node, value=value)
    if is_upstream:
        return message(N_("upstream {value}"), value=value)
    return message(N_("other input {value}"), value=value)
