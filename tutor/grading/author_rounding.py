"""Author's rounding: how far a right value may be off because the author typed 0.6931 for log(2).

By the author's decimals, the gradient of exp there is 1.9999. A learner who writes 2 means the same.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.balls import nearest_float
from tutor.algebra.errors import AlgebraError
from tutor.algebra.evaluate import evaluate
from tutor.algebra.expr import Num, free_names
from tutor.engine.passes import NonFiniteError, forward_backward
from tutor.engine.symbolic import has_symbols
from tutor.grading.tolerances import FLOAT_TOLERANCE, MIN_NEAR_DIGITS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tutor.algebra.expr import Expr
    from tutor.algebra.ops import Value
    from tutor.grading.problem import Blank, Problem

#: A decimal with fewer places is meant exactly: 0.25, 2.503.
_MIN_PLACES = 4
#: Decimals of more places than this are floats.
_MAX_PLACES = 30


def author_rounding(problem: Problem, blank: Blank) -> Value:
    """Return how far each cell of the right value moves if the author's rounded decimals are replaced by others.

    It is 0 if no number has so many places that it may be rounded.
    """
    return problem.memoize(("author's rounding", blank.id), lambda: _largest_moves(problem, blank))


def _largest_moves(problem: Problem, blank: Blank) -> Value:
    truth = problem.truth_in_floats(blank)
    moves = truth * 0.0
    if blank.kind == "question":
        values = _moved_answers(problem, blank)
    else:
        values = _moved_gradients(problem, blank)
    try:
        for value in values:
            moves = moves + abs(value - truth) + FLOAT_TOLERANCE * abs(truth)
    except (AlgebraError, NonFiniteError):
        # A number beside the author's has no value.
        return truth * 0.0
    return moves


def _moved_gradients(problem: Problem, blank: Blank) -> Iterator[Value]:
    if problem.symbolic:
        return
    exact = problem.inputs
    for name, value in _rounded_inputs(exact).items():
        moved = {**exact, name: value}
        floats = {key: ops.map_cells(nearest_float, number) for key, number in moved.items()}
        passes = forward_backward(problem.graph, floats, problem.float_passes.start, problem.wrt)
        yield problem.truth(blank, passes)


def _moved_answers(problem: Problem, blank: Blank) -> Iterator[Value]:
    question = problem.question(blank)
    if question.formula is None:
        return
    names = {name: question.author_names[name] for name in free_names(question.formula)}
    for name, value in _rounded_inputs(names).items():
        yield ops.map_cells(nearest_float, evaluate(question.formula, {**names, name: value}))


def _rounded_inputs(values: Mapping[str, Value]) -> Mapping[str, Value]:
    """Return each value that has decimals with many places, with half a unit of the last place added to them."""
    return {
        name: ops.map_cells(lambda cell: cell + Num(_half_unit(cell)), value)
        for name, value in values.items()
        if not has_symbols(value) and any(map(_half_unit, ops.cells(value)))
    }


def _half_unit(cell: Expr) -> Fraction:
    """Return half a unit of a decimal's last place; 0 for a number that is meant exactly."""
    if not isinstance(cell, Num):
        return Fraction(0)
    places = next((n for n in range(_MAX_PLACES) if (cell.value * 10**n).denominator == 1), 0)
    digits = len(str(abs(cell.value.numerator * 10**places // cell.value.denominator)))
    return Fraction(1, 2 * 10**places) if places >= _MIN_PLACES and digits >= MIN_NEAR_DIGITS else Fraction(0)
