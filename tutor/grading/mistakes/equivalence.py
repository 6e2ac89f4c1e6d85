"""Coincidence of mistakes: the same value by chance, on these numbers only, or because their formulas are equal."""

from __future__ import annotations

from functools import cached_property, partial
from itertools import cycle
from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.balls import nearest_float
from tutor.engine.passes import NonFiniteError, Passes, forward_backward
from tutor.grading.mistakes.candidate import MistakeCandidate, is_close
from tutor.grading.mistakes.finder import candidates_at
from tutor.grading.problem import Blank, Problem
from tutor.grading.tolerances import FLOAT_TOLERANCE
from tutor.i18n import LocalizedText

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tutor.algebra.ops import Value

#: Factors for the inputs in turn: close to 1, so signs and kinks stay, and without a simple relation to each other.
_PERTURBATION_FACTORS = (1.0731, 0.9127, 1.1379, 0.8693, 1.0217, 1.1893, 0.9551)
#: A factor for the start if it is not 1, and one for the learner's own upstream.
_START_FACTOR, _UPSTREAM_FACTOR = 1.0919, 0.9377


class FloatProblem(Problem):
    """A problem whose exact passes are in floats as well."""

    symbolic = False
    domains: Mapping[str, str] = {}

    @cached_property
    def exact_passes(self) -> Passes:
        return forward_backward(self.graph, self.inputs, self.start, self.wrt)

    @property
    def float_passes(self) -> Passes:
        return self.exact_passes

    @property
    def starts_at_one(self) -> bool:
        return not ops.is_matrix(self.start) and bool(self.start == 1)

    def truth_in_floats(self, blank: Blank) -> Value:
        return self.truth(blank)


def group_by_formula(
    problem: Problem, blank: Blank, candidates: Sequence[MistakeCandidate], wrong_upstream: Value = None
) -> list[list[MistakeCandidate]]:
    """Group mistakes of one value by what they give on other numbers; the groups and their members stay in order.

    An author's mistake replaces all others with its value: its text was written for that value.
    """
    if not candidates:
        return []
    if isinstance(candidates[0].feedback_template, LocalizedText) or len({one.key for one in candidates}) == 1:
        return [list(candidates)]
    elsewhere = {} if blank.kind == "question" else _values_on_other_numbers(problem, blank, wrong_upstream)
    groups: list[list[MistakeCandidate]] = []
    for candidate in candidates:
        group = next((group for group in groups if _is_same_formula(group[0], candidate, elsewhere)), None)
        if group is None:
            groups.append([candidate])
        else:
            group.append(candidate)
    return groups


def _is_same_formula(
    a: MistakeCandidate, b: MistakeCandidate, elsewhere: Mapping[tuple[str, str, bool], Sequence[Value]]
) -> bool:
    if a.key == b.key:
        return True
    return any(_is_same_value(x, y) for x in elsewhere.get(a.key, ()) for y in elsewhere.get(b.key, ()))


def _values_on_other_numbers(
    problem: Problem, blank: Blank, wrong_upstream: Value
) -> dict[tuple[str, str, bool], list[Value]]:
    """Return the values of all mistakes at a blank on other numbers; none if these have no finite values."""
    values: dict[tuple[str, str, bool], list[Value]] = {}
    start = ops.map_cells(nearest_float, problem.start)
    if not problem.starts_at_one:
        start = start * _START_FACTOR
    upstream = None if wrong_upstream is None else wrong_upstream * _UPSTREAM_FACTOR
    try:
        perturbed = FloatProblem(problem.graph, _perturb_inputs(problem), start, problem.wrt)
        for mistake in candidates_at(perturbed, blank, upstream):
            values.setdefault(mistake.key, []).append(mistake.value)
    except (NonFiniteError, ArithmeticError, ValueError):
        return {}
    return values


def _perturb_inputs(problem: Problem) -> dict[str, Value]:
    factors, indexes = cycle(_PERTURBATION_FACTORS), problem.graph.index_sizes

    def perturb(name: str, cell: Value) -> float:
        return nearest_float(cell) * (1.0 if name in indexes else next(factors))

    return {name: ops.map_cells(partial(perturb, name), value) for name, value in problem.inputs.items()}


def _is_same_value(a: Value, b: Value) -> bool:
    if ops.shape_of(a) != ops.shape_of(b):
        return False
    pairs = zip(a.ravel(), b.ravel(), strict=True) if ops.is_matrix(a) else ((a, b),)
    return all(is_close(float(x), float(y), FLOAT_TOLERANCE) for x, y in pairs)
