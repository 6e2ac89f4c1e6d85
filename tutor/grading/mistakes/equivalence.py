"""Coincidence of mistakes: the same value by chance, on these numbers only, or because their formulas are equal."""

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

#: Factors for the inputs in turn: close to 1, so signs and kinks stay, and without a simple relation to each other.
_PERTURBATION_FACTORS = (1.0731, 0.9127, 1.1379, 0.8693, 1.0217, 1.1893, 0.9551)


class _PerturbedProblem(Problem):
    """A problem whose exact passes are in floats as well."""

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
    """Return whether the first mistake has the value of another one that differs from it on other numbers."""
    first = candidates[0].id
    # A mistake at another node, or on a wrong upstream, is far less likely than one at this blank.
    others = {mistake.id for mistake in candidates if not mistake.other_node and not mistake.on_wrong_upstream}
    others -= {first}
    if not others or blank.kind == "question":
        return False
    values: dict[str, list[Value]] = {}
    try:
        perturbed = _PerturbedProblem(
            problem.graph, _perturb_inputs(problem.inputs), ops.map_cells(nearest_float, problem.start), problem.wrt
        )
        for mistake in candidates_at(perturbed, blank):
            values.setdefault(mistake.id, []).append(mistake.value)
    except (NonFiniteError, ArithmeticError, ValueError):
        return False
    return not all(
        any(_is_same_value(a, b) for a in values.get(first, []) for b in values.get(other, [])) for other in others
    )


def _perturb_inputs(inputs: Mapping[str, Value]) -> dict[str, Value]:
    factors = cycle(_PERTURBATION_FACTORS)
    return {
        name: ops.map_cells(lambda cell: nearest_float(cell) * next(factors), value) for name, value in inputs.items()
    }


def _is_same_value(a: Value, b: Value) -> bool:
    if ops.shape_of(a) != ops.shape_of(b):
        return False
    pairs = zip(a.ravel(), b.ravel(), strict=True) if ops.is_matrix(a) else ((a, b),)
    return all(is_close(float(x), float(y), FLOAT_TOLERANCE) for x, y in pairs)
