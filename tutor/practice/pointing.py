"""Where to look after two wrong answers: the upstream and what flowed on the node's other lines."""

from __future__ import annotations

from tutor.algebra.show import show
from tutor.grading import Blank, place_name
from tutor.i18n import N_, Message, message
from tutor.practice.worksheet import Worksheet

#: From so many wrong answers on one blank, the edges to look at are pointed out.
POINT_AFTER = 2


def pointers(worksheet: Worksheet, at: str) -> tuple[Blank, ...]:
    """The places to look at after two wrong answers: the upstream, and the node's other lines.

    At + and − nothing is computed with what the other lines hold, so they are left out.
    """
    problem, place, entry = worksheet.problem, worksheet.problem.place(at), worksheet.entry(at)
    if not place.backward or entry.settled or entry.wrongs < POINT_AFTER:
        return ()
    upstream = problem.upstream(place)
    if upstream is None or not place.edge:
        return tuple(problem.parts(place)) if place.kind == "sum" else ()
    found = (problem.place(upstream),)
    if problem.graph.nodes[place.edge.target].op in ("add", "sub"):
        return found
    others = (edge.id for edge in problem.graph.incoming[place.edge.target] if edge != place.edge)
    return (*found, *(problem.place(name) for name in others if problem.has_place(name)))


def pointed_out(worksheet: Worksheet, at: str) -> str:
    """These places and what stands there, in one line; empty where there are none. Nothing is computed from it."""
    return ", ".join(str(_what_stands(worksheet, at, place)) for place in pointers(worksheet, at))


def _what_stands(worksheet: Worksheet, at: str, place: Blank) -> Message:
    problem, asked = worksheet.problem, worksheet.problem.place(at)
    upstream = place.id == problem.upstream(asked)
    if place.shape is not None:
        value = str(place_name(problem, place))
    elif asked.kind == "sum" or upstream:
        told = worksheet.value_text(place.id)
        value = " ".join(told[0]) if told else "?"
    else:
        value = show(problem.exact.values[place.node], near_one=problem.near_one[place.node])
    if asked.kind == "sum" and place.edge is not None:
        node = problem.graph.nodes[place.edge.target].sign
        return message(N_("from {node}: {value}"), node=node, value=value)
    if upstream:
        return message(N_("from the right: {value}"), value=value)
    return message(N_("on the other line: {value}"), value=value)
