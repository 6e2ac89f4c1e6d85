"""Mistakes made with the numbers as they are shown, rounded: their results differ a little from the exact ones."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.balls import nearest_float
from tutor.engine.passes import EdgeGradient, NonFiniteError, Passes, operands_of
from tutor.grading.mistakes.candidate import is_close
from tutor.grading.mistakes.equivalence import FloatProblem
from tutor.grading.mistakes.finder import candidates_at
from tutor.grading.mistakes.matching import cell_pairs
from tutor.grading.shown_values import as_shown
from tutor.grading.tolerances import FLOAT_TOLERANCE, MISTAKE_TOLERANCE

if TYPE_CHECKING:
    from tutor.algebra.ops import Value
    from tutor.grading.mistakes.candidate import MistakeCandidate
    from tutor.grading.problem import Blank, Problem


class _ShownProblem(FloatProblem):
    """A problem in which every value is what the learner sees of it."""

    @cached_property
    def exact_passes(self) -> Passes:
        exact = super().exact_passes
        near_one = self.needs_extra_digits
        values = tuple(as_shown(value, near_one[i]) for i, value in enumerate(exact.values))
        edges = {
            (target, slot): self._edge_as_shown(values, target, slot, edge)
            for (target, slot), edge in exact.edges.items()
        }
        gradients = tuple(None if gradient is None else as_shown(gradient) for gradient in exact.gradients)
        return Passes(self.graph, values, exact.start, gradients, edges)

    def _edge_as_shown(self, values: tuple[Value, ...], target: int, slot: int, edge: EdgeGradient) -> EdgeGradient:
        operation = self.graph.nodes[target].operation
        z, operands, upstream = values[target], operands_of(self.graph, values, target), as_shown(edge.upstream)
        local = None if operation.vjp else operation.rules_for(z)[slot](z, *operands)
        return EdgeGradient(upstream, local, as_shown(operation.backpropagate(upstream, z, operands, slot)))


def shown_candidates(problem: Problem, blank: Blank, wrong_upstream: Value = None) -> list[MistakeCandidate]:
    """Return the mistakes at a blank of the graph as they are made with the shown numbers; none if that fails.

    One that comes as close to the right value as an answer may be is left out: the right rule gives it as well.
    """
    if blank.kind == "question" or not problem.graph.nodes:
        return []
    if wrong_upstream is None:
        return problem.memoize(("shown candidates", blank.id), lambda: _find_candidates(problem, blank))
    return _find_candidates(problem, blank, wrong_upstream)


def _find_candidates(problem: Problem, blank: Blank, wrong_upstream: Value = None) -> list[MistakeCandidate]:
    inputs = {name: ops.map_cells(nearest_float, value) for name, value in problem.inputs.items()}
    shown = _ShownProblem(
        problem.graph, inputs, ops.map_cells(nearest_float, problem.start), problem.wrt, problem.asked
    )
    try:
        with ops.ignore_array_errors(any(map(ops.is_matrix, inputs.values()))):
            candidates = candidates_at(shown, blank, wrong_upstream)
    except (NonFiniteError, ArithmeticError, ValueError):
        return []
    truth = problem.truth_in_floats(blank)
    return [candidate for candidate in candidates if not _is_near(candidate.value, truth)]


def _is_near(value: Value, truth: Value) -> bool:
    if ops.shape_of(value) != ops.shape_of(truth):
        return False
    largest = max(abs(b) for _, b in cell_pairs(value, truth))
    return all(
        is_close(a, b, MISTAKE_TOLERANCE) or abs(a - b) <= FLOAT_TOLERANCE * largest
        for a, b in cell_pairs(value, truth)
    )
