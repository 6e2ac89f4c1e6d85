"""Mistakes about the pass as a whole: another start, the upstream used twice, a mean's 1/n further right.

Fresh numbers need not keep these apart from the mistakes at the edge itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.engine.passes import NonFiniteError, backward
from tutor.grading.mistakes.candidate import GeneralMistake, MistakeCandidate, apply_rule
from tutor.i18n import N_

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor.engine.passes import Passes
    from tutor.grading.problem import Blank, Problem

START_IGNORED = GeneralMistake(
    "gradient",
    "any.start-ignored",
    N_("started at 1"),
    N_("Your steps look right, but this pass doesn't start with 1. Which start is given at {output}?"),
    N_("Did you start the backward pass with 1, although another start is given?"),
)
_UPSTREAM_TWICE = GeneralMistake(
    "edge",
    "any.upstream-twice",
    N_("upstream used twice"),
    N_("That has the upstream gradient as a factor twice. Which two factors make up the gradient of this edge?"),
    N_("Did you multiply by {up} twice?"),
)
_OUTPUT_VALUE = GeneralMistake(
    "edge",
    "any.output-value",
    N_("the node's output"),
    N_("{v} is what {node} outputs in the forward pass. How much does {goal} change when this edge changes a little?"),
    N_("Did you use {out}?"),
)
_MEAN_LEFT_OUT = GeneralMistake(
    "gradient",
    "any.mean-left-out",
    N_("1/n of a mean left out"),
    N_("One factor is missing at {at}, which takes a mean. What does a mean multiply its upstream by?"),
    N_("Did you leave out the 1/n of {at}?"),
)
_MEAN_TWICE = GeneralMistake(
    "gradient",
    "any.mean-twice",
    N_("1/n of a mean used twice"),
    N_("That has the 1/n of {at} as a factor twice. Where in your calculation did you divide?"),
    N_("Did you divide once more, although {at} already divides?"),
)

#: All mistakes of this module, in the order of the catalogue.
GENERAL_MISTAKES = (START_IGNORED, _UPSTREAM_TWICE, _OUTPUT_VALUE, _MEAN_LEFT_OUT, _MEAN_TWICE)
#: Less likely than that the value was meant for another blank.
UNLIKELY_IDS = frozenset({_UPSTREAM_TWICE.id, _OUTPUT_VALUE.id})


def whole_pass_mistakes(problem: Problem, blank: Blank) -> Iterator[MistakeCandidate]:
    """Yield the results at a gradient, the likeliest first."""
    passes = None if problem.starts_at_one else _passes_from_one(problem)
    if passes is not None:
        yield START_IGNORED.candidate(problem.truth(blank, passes))
    if blank.edge:
        edge, graph = blank.edge, problem.graph
        context = problem.passes.edge_context(edge)
        operation = graph.nodes[edge.target].operation
        twice = apply_rule(lambda e: operation.backpropagate(e.g * e.g, e.z, e.operands, e.slot), context)
        if twice is not None:
            yield _UPSTREAM_TWICE.candidate(twice)
        yield _OUTPUT_VALUE.candidate(context.z)
    yield from _misplaced_means(problem, blank)


def _passes_from_one(problem: Problem) -> Passes | None:
    """Return the backward pass started with 1, by mistake; None if it has no finite values."""

    def run() -> Passes | None:
        start = ops.constant_like(1, problem.passes.start)
        try:
            return backward(problem.graph, problem.passes.values, start, problem.wrt)
        except (NonFiniteError, ArithmeticError, ValueError):
            return None

    return problem.memoize(("passes from one", ""), run)


def _misplaced_means(problem: Problem, blank: Blank) -> Iterator[MistakeCandidate]:
    """Leave out the 1/n of a mean between the blank and the output, or apply it twice."""
    graph = problem.graph
    truth = problem.truth(blank, problem.passes)
    first = {blank.edge.target} if blank.edge else {edge.target for edge in problem.gradient_edges[blank.node]}
    for position in sorted(problem.nodes_between(*first) if first else ()):
        count = _mean_count(problem, position)
        if count is None or count == 1:
            continue
        label = graph.label(position)
        if not (blank.edge and blank.edge.target == position):
            yield _MEAN_LEFT_OUT.candidate(truth * count, label)
        yield _MEAN_TWICE.candidate(truth / count, label)


def _mean_count(problem: Problem, position: int) -> int | None:
    """Return the number of terms of the mean that a node takes; None for another node."""
    graph = problem.graph
    node = graph.nodes[position]
    arg = next((arg for arg in node.args if arg is not None), None)
    shape = None if arg is None else graph.nodes[arg].shape
    if shape is None or node.op is None:
        return None
    rows, columns = shape
    counts = {"mean": rows * columns, "mse": rows * columns, "mean.0": rows, "mean.1": columns, "cross_entropy": rows}
    return counts.get(node.op)
