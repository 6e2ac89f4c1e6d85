"""The mistakes made at another node than the one that is asked about, with what comes of them here.

A line that is left out at a branch further right; a forward value taken from before the node that made it. Sampled
numbers need not show these: a path that brings nothing may well be forgotten.
"""

from __future__ import annotations

from collections.abc import Iterator

from tutor.algebra import values
from tutor.algebra.values import Value
from tutor.engine import Edge
from tutor.grading.problem import Blank, Problem
from tutor.grading.suspect import Named, Suspect, led_to
from tutor.i18n import N_

#: The lines that may have been forgotten are looked for at so many branches, the nearest ones.
_BRANCHES = 6

_FORGOTTEN = Named(
    "branch",
    "branch.path-forgotten",
    N_(
        "Looks as if a line was left out further right. The value of {at} went to several places: "
        "what came back from each of them?"
    ),
)
_BEFORE = Named(
    "edge",
    "any.value-before",
    N_("Looks as if you took a value from before {at}. Which values flowed into {node} itself?"),
)

#: All of these, in the order of the catalogue.
ANYWHERE = (_BEFORE, _FORGOTTEN)


def made_further_off(problem: Problem, blank: Blank) -> Iterator[Suspect]:
    """What a mistake at another node leads to at an edge's blank or at a branch's sum, the nearest first."""
    if blank.edge:
        yield from _values_before(problem, blank.edge)
    if blank.kind in ("edge", "sum"):
        yield from _forgotten(problem, blank)


def _values_before(problem: Problem, edge: Edge) -> Iterator[Suspect]:
    """The right rule with what flowed into the node before, where that has the same shape."""
    graph, passes = problem.graph, problem.passes
    spot, node = passes.spot(edge), graph.nodes[edge.target]
    for slot, arg in enumerate(node.args):
        if arg is None:
            continue
        for value in () if graph.nodes[arg].is_input else passes.operands(arg):
            if values.shape(value) != values.shape(spot.operands[slot]):
                continue
            operands = (*spot.operands[:slot], value, *spot.operands[slot + 1 :])
            found = led_to(lambda e, args=operands: node.operation.send_back(e.g, e.z, args, e.slot), spot)
            if found is not None:
                yield _BEFORE.leads_to(found, graph.title(arg))


def _forgotten(problem: Problem, blank: Blank) -> Iterator[Suspect]:
    """What comes here where one line's part is not added at a branch ahead."""
    graph, passes = problem.graph, problem.passes
    lines = [blank.edge] if blank.edge else list(graph.outgoing[blank.node])
    ahead = problem.ahead(*(line.target for line in lines))
    branches = sorted(position for position in ahead if len(graph.outgoing[position]) > 1)
    for branch in branches[:_BRANCHES]:
        parts = [passes.edges[edge.target, edge.slot].gradient for edge in graph.outgoing[branch]]
        rests = [parts[:here] + parts[here + 1 :] for here in range(len(parts))]
        for total in (*(sum(rest[1:], rest[0]) for rest in rests), *(parts if len(parts) > 2 else ())):
            found = led_to(lambda total, at=branch: _from_there(problem, blank, ahead, at, total), total)
            if found is not None:
                yield _FORGOTTEN.leads_to(found, graph.title(branch))


def _from_there(problem: Problem, blank: Blank, ahead: set[int], branch: int, total: Value) -> Value:
    """What comes to a blank where a node ahead of it had another gradient."""
    graph, passes = problem.graph, problem.passes
    changed: dict[int, Value] = {branch: total}
    edges: dict[Edge, Value] = {}

    def back(edge: Edge) -> Value:
        if edge not in edges:
            if edge.target in changed:
                spot = passes.spot(edge, changed[edge.target])
                operation = graph.nodes[edge.target].operation
                edges[edge] = operation.send_back(spot.g, spot.z, spot.operands, spot.slot)
            else:
                edges[edge] = passes.edges[edge.target, edge.slot].gradient
        return edges[edge]

    def together(position: int) -> Value:
        parts = [back(line) for line in graph.outgoing[position]]
        return sum(parts[1:], parts[0])

    for position in sorted((one for one in ahead if one < branch), reverse=True):
        if any(line.target in changed for line in graph.outgoing[position]):
            changed[position] = together(position)
    return back(blank.edge) if blank.edge else together(blank.node)
