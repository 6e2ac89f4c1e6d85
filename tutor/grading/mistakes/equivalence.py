"""Mistakes whose formulas are the same at a node are one class: they are the same on all numbers, not on these alone."""

from __future__ import annotations

from functools import cached_property
from itertools import cycle
from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.balls import nearest_float
from tutor.engine.passes import NonFiniteError, Passes, forward_backward
from tutor.grading.mistakes.candidate import MistakeCandidate, is_close
from tutor.grading.mistakes.finder import candidates_at
from tutor.grading.problem import Blank, Problem
from tutor.grading.tolerances import FLOAT_TOLERANCE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tutor.algebra.ops import Value

#: What numbers are moved by, one after the other: near enough to keep their signs, in no relation to each other.
_PERTURBATION_FACTORS = (1.0731, 0.9127, 1.1379, 0.8693, 1.0217, 1.1893, 0.9551)


class _PerturbedProblem(Problem):
    """A problem on floats alone."""

    symbolic = False
    domains: Mapping[str, str] = {}

    @cached_property
    def exact_passes(self) -> Passes:
        return forward_backward(self.graph, self.inputs, self.start, self.wrt)

    @property
    def float_passes(self) -> Passes:
        return self.exact_passes

    def truth_in_floats(self, blank: Blank) -> Value:
        return self.truth(blank)


def coincides_by_chance(problem: Problem, blank: Blank, candidates: Sequence[MistakeCandidate]) -> bool:
    """Whether the first of several mistakes shares its value with one that has another value on other numbers."""
    # What was done at another node is less likely by far than what was done here.
    others = {suspect.id for suspect in candidates if not suspect.other_node and not suspect.on_wrong_upstream} - {
        candidates[0].id
    }
    if not others or blank.kind == "question":
        return False
    found: dict[str, list[Value]] = {}
    try:
        moved = _PerturbedProblem(
            problem.graph, _perturb_inputs(problem.inputs), ops.map_cells(nearest_float, problem.start), problem.wrt
        )
        for mistake in candidates_at(moved, blank):
            found.setdefault(mistake.id, []).append(mistake.value)
    except (NonFiniteError, ArithmeticError, ValueError):
        return False
    mine = found.get(candidates[0].id, [])
    return any(not any(_is_same_value(a, b) for a in mine for b in found.get(other, [])) for other in others)


def _perturb_inputs(inputs: Mapping[str, Value]) -> dict[str, Value]:
    """All numbers a little away from where they are."""
    moves = cycle(_PERTURBATION_FACTORS)
    return {
        name: ops.map_cells(lambda cell: nearest_float(cell) * next(moves), value) for name, value in inputs.items()
    }


def _is_same_value(a: Value, b: Value) -> bool:
    if ops.shape_of(a) != ops.shape_of(b):
        return False
    pairs = zip(a.ravel(), b.ravel(), strict=True) if ops.is_matrix(a) else ((a, b),)
    return all(is_close(float(x), float(y), FLOAT_TOLERANCE) for x, y in pairs)
