"""The mistakes made at another node than the one that is asked about, with what comes of them here.

A line that is left out at a branch further right; a forward value taken from before the node that made it. Sampled
numbers need not show these: a path that brings nothing may well be forgotten.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.grading.mistakes.candidate import GeneralMistake, MistakeCandidate, apply_rule
from tutor.i18n import N_

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor.algebra.ops import Value
    from tutor.engine.graph import Edge
    from tutor.grading.problem import Blank, Problem

#: The lines that may have been forgotten are looked for at so many branches, the nearest ones.
_MAX_BRANCHES = 6

_FORGOTTEN_EDGE = GeneralMistake(
    "branch",
    "branch.path-forgotten",
    N_("a line left out further right"),
    N_(
        "Looks as if a line was left out further right. The value of {at} went to several places: "
        "what came back from each of them?"
    ),
)
_VALUE_BEFORE = GeneralMistake(
    "edge",
    "any.value-before",
    N_("value from before the node"),
    N_("Looks as if you took a value from before {at}. Which values flowed into {node} itself?"),
)

#: All of these, in the order of the catalogue.
GENERAL_MISTAKES = (_VALUE_BEFORE, _FORGOTTEN_EDGE)


def other_node_mistakes(problem: Problem, blank: Blank) -> Iterator[MistakeCandidate]:
    """What a mistake at another node leads to at an edge's blank or at a branch's sum, the nearest first."""
    if blank.edge:
        yield from _value_before_mistakes(problem, blank.edge)
    if blank.kind in ("edge", "sum"):
        yield from _forgotten_edge_mistakes(problem, blank)


def _value_before_mistakes(problem: Problem, edge: Edge) -> Iterator[MistakeCandidate]:
    """The right rule with what flowed into the node before, where that has the same shape."""
    graph, passes = problem.graph, problem.passes
    spot, node = passes.edge_context(edge), graph.nodes[edge.target]
    for slot, arg in enumerate(node.args):
        if arg is None:
            continue
        for value in () if graph.nodes[arg].is_input else passes.operands_of(arg):
            if ops.shape_of(value) != ops.shape_of(spot.operands[slot]):
                continue
            operands = (*spot.operands[:slot], value, *spot.operands[slot + 1 :])
            found = apply_rule(lambda e, args=operands: node.operation.backpropagate(e.g, e.z, args, e.slot), spot)
            if found is not None:
                yield _VALUE_BEFORE.candidate(found, graph.label(arg))


def _forgotten_edge_mistakes(problem: Problem, blank: Blank) -> Iterator[MistakeCandidate]:
    """What comes here where one line's part is not added at a branch ahead."""
    graph, passes = problem.graph, problem.passes
    lines = [blank.edge] if blank.edge else list(graph.outgoing_edges[blank.node])
    ahead = problem.nodes_between(*(line.target for line in lines))
    branches = sorted(position for position in ahead if len(graph.outgoing_edges[position]) > 1)
    for branch in branches[:_MAX_BRANCHES]:
        parts = [passes.edges[edge.target, edge.slot].gradient for edge in graph.outgoing_edges[branch]]
        rests = [parts[:here] + parts[here + 1 :] for here in range(len(parts))]
        for total in (*(sum(rest[1:], rest[0]) for rest in rests), *(parts if len(parts) > 2 else ())):
            found = apply_rule(
                lambda total, at=branch: _gradient_with_changed_branch(problem, blank, ahead, at, total), total
            )
            if found is not None:
                yield _FORGOTTEN_EDGE.candidate(found, graph.label(branch))


def _gradient_with_changed_branch(problem: Problem, blank: Blank, ahead: set[int], branch: int, total: Value) -> Value:
    """What comes to a blank where a node ahead of it had another gradient."""
    graph, passes = problem.graph, problem.passes
    changed: dict[int, Value] = {branch: total}
    edges: dict[Edge, Value] = {}

    def back(edge: Edge) -> Value:
        if edge not in edges:
            if edge.target in changed:
                spot = passes.edge_context(edge, changed[edge.target])
                operation = graph.nodes[edge.target].operation
                edges[edge] = operation.backpropagate(spot.g, spot.z, spot.operands, spot.slot)
            else:
                edges[edge] = passes.edges[edge.target, edge.slot].gradient
        return edges[edge]

    def together(position: int) -> Value:
        parts = [back(line) for line in graph.outgoing_edges[position]]
        return sum(parts[1:], parts[0])

    for position in sorted((one for one in ahead if one < branch), reverse=True):
        if any(line.target in changed for line in graph.outgoing_edges[position]):
            changed[position] = together(position)
    return back(blank.edge) if blank.edge else together(blank.node)
