"""Where to look after two wrong answers: the upstream and what flowed on the node's other lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.algebra.printing import format_value
from tutor.grading.wording import place_name
from tutor.i18n import N_, Message, message

if TYPE_CHECKING:
    from tutor.grading.problem import Blank
    from tutor.practice.worksheet import Worksheet

#: From so many wrong answers on one blank, the edges to look at are pointed out.
POINT_AFTER = 2


def pointers(worksheet: Worksheet, blank: str) -> tuple[Blank, ...]:
    """The places to look at after two wrong answers: the upstream, and the node's other lines.

    At + and − nothing is computed with what the other lines hold, so they are left out.
    """
    problem, place, entry = worksheet.problem, worksheet.problem.place(blank), worksheet.entry(blank)
    if not place.is_backward or entry.settled or entry.wrong_attempts < POINT_AFTER:
        return ()
    upstream = problem.upstream(place)
    if upstream is None or not place.edge:
        return tuple(problem.branch_edges(place)) if place.kind == "sum" else ()
    found = (problem.place(upstream),)
    if problem.graph.nodes[place.edge.target].op in ("add", "sub"):
        return found
    others = (edge.id for edge in problem.graph.incoming_edges[place.edge.target] if edge != place.edge)
    return (*found, *(problem.place(name) for name in others if problem.has_place(name)))


def format_pointers(worksheet: Worksheet, blank: str) -> str:
    """These places and what stands there, in one line; empty where there are none. Nothing is computed from it."""
    return ", ".join(str(_format_pointer(worksheet, blank, place)) for place in pointers(worksheet, blank))


def _format_pointer(worksheet: Worksheet, blank: str, place: Blank) -> Message:
    problem, asked = worksheet.problem, worksheet.problem.place(blank)
    upstream = place.id == problem.upstream(asked)
    if place.shape is not None:
        value = str(place_name(problem, place))
    elif asked.kind == "sum" or upstream:
        told = worksheet.value_text(place.id)
        value = " ".join(told[0]) if told else "?"
    else:
        value = format_value(problem.exact_passes.values[place.node], near_one=problem.needs_extra_digits[place.node])
    if asked.kind == "sum" and place.edge is not None:
        node = problem.graph.nodes[place.edge.target].symbol
        return message(N_("from {node}: {value}"), node=node, value=value)
    if upstream:
        return message(N_("from the right: {value}"), value=value)
    return message(N_("on the other line: {value}"), value=value)
