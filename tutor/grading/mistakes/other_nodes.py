"""Mistakes made at another node, with the values they lead to at a blank.

Either an edge was left out at a branch closer to the output, or a forward value was taken from before its node. Fresh
numbers need not keep these apart: forgetting a path whose gradient is 0 changes nothing.
"""

from __future__ import annotations

from functools import reduce
from operator import add
from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.grading.mistakes.candidate import GeneralMistake, MistakeCandidate, apply_rule
from tutor.i18n import N_

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor.algebra.ops import Value
    from tutor.engine.graph import Edge
    from tutor.grading.problem import Blank, Problem

#: At most this many branches, the closest ones, are searched for a forgotten edge.
_MAX_BRANCHES = 6

_FORGOTTEN_EDGE = GeneralMistake(
    "branch",
    "branch.path-forgotten",
    N_("an edge left out at a later node"),
    N_(
        "It looks as if you left out an edge at {at}, a later node. Its value goes to several places: "
        "what came back from each?"
    ),
    N_("Did you leave out an edge at {at}, a later node?"),
)
_VALUE_BEFORE = GeneralMistake(
    "edge",
    "any.value-before",
    N_("value from one node earlier"),
    N_("That would be right with a value from before {at}. Which values go into {node} itself?"),
    N_("Did you use a value from before {at}?"),
)

#: All mistakes of this module, in the order of the catalogue.
GENERAL_MISTAKES = (_VALUE_BEFORE, _FORGOTTEN_EDGE)


def other_node_mistakes(problem: Problem, blank: Blank) -> Iterator[MistakeCandidate]:
    """Yield the results of mistakes at other nodes, the closest first, at an edge or a branch's sum."""
    if blank.edge:
        yield from _value_before_mistakes(problem, blank.edge)
    if blank.kind in ("edge", "sum"):
        yield from _forgotten_edge_mistakes(problem, blank)


def _value_before_mistakes(problem: Problem, edge: Edge) -> Iterator[MistakeCandidate]:
    """Apply the right rule to the operands of the node before, if they have the same shape."""
    graph, passes = problem.graph, problem.passes
    context, node = passes.edge_context(edge), graph.nodes[edge.target]
    for slot, arg in enumerate(node.args):
        if arg is None:
            continue
        for value in () if graph.nodes[arg].is_input else passes.operands_of(arg):
            if ops.shape_of(value) != ops.shape_of(context.operands[slot]):
                continue
            operands = (*context.operands[:slot], value, *context.operands[slot + 1 :])
            gradient = apply_rule(
                lambda e, operands=operands: node.operation.backpropagate(e.g, e.z, operands, e.slot), context
            )
            if gradient is not None:
                yield _VALUE_BEFORE.candidate(gradient, graph.label(arg))


def _forgotten_edge_mistakes(problem: Problem, blank: Blank) -> Iterator[MistakeCandidate]:
    """Leave out one edge, or with more than two edges all but one, at a branch between the blank and the output."""
    graph, passes = problem.graph, problem.passes
    edges = [blank.edge] if blank.edge else list(problem.gradient_edges[blank.node])
    nodes = problem.nodes_between(*(edge.target for edge in edges))
    branches = sorted(position for position in nodes if len(problem.gradient_edges[position]) > 1)
    for branch in branches[:_MAX_BRANCHES]:
        parts = [passes.edges[edge.target, edge.slot].gradient for edge in problem.gradient_edges[branch]]
        sums = [reduce(add, parts[:i] + parts[i + 1 :]) for i in range(len(parts))]
        for gradient in (*sums, *(parts if len(parts) > 2 else ())):
            value = apply_rule(
                lambda gradient, branch=branch: _gradient_with_changed_branch(problem, blank, nodes, branch, gradient),
                gradient,
            )
            if value is not None:
                yield _FORGOTTEN_EDGE.candidate(value, graph.label(branch))


def _gradient_with_changed_branch(
    problem: Problem, blank: Blank, nodes: set[int], branch: int, branch_gradient: Value
) -> Value:
    """Return the gradient at a blank if a branch had another gradient. `nodes` are those between it and the output."""
    graph, passes = problem.graph, problem.passes
    changed: dict[int, Value] = {branch: branch_gradient}
    edge_gradients: dict[Edge, Value] = {}

    def edge_gradient(edge: Edge) -> Value:
        if edge not in edge_gradients:
            if edge.target in changed:
                context = passes.edge_context(edge, changed[edge.target])
                operation = graph.nodes[edge.target].operation
                edge_gradients[edge] = operation.backpropagate(context.g, context.z, context.operands, context.slot)
            else:
                edge_gradients[edge] = passes.edges[edge.target, edge.slot].gradient
        return edge_gradients[edge]

    def node_gradient(position: int) -> Value:
        return reduce(add, map(edge_gradient, problem.gradient_edges[position]))

    for position in sorted((node for node in nodes if node < branch), reverse=True):
        if any(edge.target in changed for edge in problem.gradient_edges[position]):
            changed[position] = node_gradient(position)
    return edge_gradient(blank.edge) if blank.edge else node_gradient(blank.node)
