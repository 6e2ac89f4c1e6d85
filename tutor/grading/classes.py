"""Mistakes whose formulas are the same at a node are one class: they are the same on all numbers, not on these alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import cycle

from tutor.algebra import values
from tutor.algebra.balls import nearest_float
from tutor.algebra.values import Value
from tutor.engine import NotANumber, Passes, run
from tutor.grading.mistakes import suspects
from tutor.grading.problem import Blank, Problem
from tutor.grading.suspect import Suspect, near

#: Equal on other numbers to so many digits is equal for good.
_EQUAL = 1e-9
#: What numbers are moved by, one after the other: near enough to keep their signs, in no relation to each other.
_MOVES = (1.0731, 0.9127, 1.1379, 0.8693, 1.0217, 1.1893, 0.9551)


class _Moved(Problem):
    """A problem on floats alone."""

    symbolic = False
    domains: Mapping[str, str] = {}

    @cached_property
    def exact(self) -> Passes:
        return run(self.graph, self.inputs, self.start, self.wrt)

    @property
    def floats(self) -> Passes:
        return self.exact

    def truth_in_floats(self, blank: Blank) -> Value:
        return self.truth(blank)


def by_accident(problem: Problem, blank: Blank, fitting: Sequence[Suspect]) -> bool:
    """Whether the first of several mistakes shares its value with one that has another value on other numbers."""
    # What was done at another node is less likely by far than what was done here.
    others = {suspect.id for suspect in fitting if not suspect.at and not suspect.own} - {fitting[0].id}
    if not others or blank.kind == "question":
        return False
    found: dict[str, list[Value]] = {}
    try:
        moved = _Moved(problem.graph, _moved(problem.inputs), values.each(nearest_float, problem.start), problem.wrt)
        for mistake in suspects(moved, blank):
            found.setdefault(mistake.id, []).append(mistake.value)
    except (NotANumber, ArithmeticError, ValueError):
        return False
    mine = found.get(fitting[0].id, [])
    return any(not any(_same(a, b) for a in mine for b in found.get(other, [])) for other in others)


def _moved(inputs: Mapping[str, Value]) -> dict[str, Value]:
    """All numbers a little away from where they are."""
    moves = cycle(_MOVES)
    return {name: values.each(lambda cell: nearest_float(cell) * next(moves), value) for name, value in inputs.items()}


def _same(a: Value, b: Value) -> bool:
    if values.shape(a) != values.shape(b):
        return False
    pairs = zip(a.ravel(), b.ravel(), strict=True) if values.is_matrix(a) else ((a, b),)
    return all(near(float(x), float(y), _EQUAL) for x, y in pairs)
