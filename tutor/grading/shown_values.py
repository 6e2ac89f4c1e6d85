"""Right answers computed from the numbers on the screen, which are rounded, and from the learner's own accepted values.

The right rule applied to shown numbers gives 0.3333 + 0.3333 − 0.6667 = −0.0001 instead of 0. All values
here are floats or arrays of floats.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from itertools import product
from operator import add
from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.balls import nearest_float
from tutor.algebra.errors import AlgebraError
from tutor.algebra.evaluate import evaluate
from tutor.algebra.expr import Expr, Num, free_names
from tutor.algebra.literals import MAX_EXACT_DIGITS
from tutor.algebra.printing import SHOWN_DIGITS
from tutor.engine.symbolic import has_symbols
from tutor.grading.rounded_pass import RoundedBackward, operands_of, rounded_forward
from tutor.grading.tolerances import (
    FLOAT_ROUNDING,
    MACHINE_TOLERANCE,
    MIN_MACHINE_DIGITS,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from tutor.algebra.ops import Value
    from tutor.grading.numeric_equality import TypedNumber
    from tutor.grading.problem import Blank, Problem

# --- numbers as they are shown -----------------------------------------------------------------------------


def as_shown(value: Value, near_one: bool = False) -> Value:
    """Return floats as they are shown: short ones in full, any others with four significant digits.

    With `near_one`, a value just below 1 has enough digits for 1 − value.
    """
    return _array_as_shown(value, near_one) if ops.is_array(value) else _float_as_shown(float(value), near_one)


def _float_as_shown(value: float, near_one: bool) -> float:
    short = float(f"{value:.{MAX_EXACT_DIGITS - 1}e}")
    if abs(short - value) <= FLOAT_ROUNDING * abs(value):
        return short
    digits = SHOWN_DIGITS
    if near_one and 0.9 < value < 1:
        digits -= math.floor(math.log10(1 - value)) + 1
    return float(f"{value:.{digits - 1}e}")


def _array_as_shown(value: Value, near_one: bool) -> Value:
    np = ops.load_arrays().np
    size = np.floor(np.log10(np.where(value == 0, 1.0, abs(value))))
    short = _round_to_digits(value, MAX_EXACT_DIGITS - 1 - size)
    places = SHOWN_DIGITS - 1 - size
    if near_one:
        is_near = (value > 0.9) & (value < 1)
        places = np.where(is_near, places - np.floor(np.log10(np.where(is_near, 1 - value, 0.1))) - 1, places)
    is_short = abs(short - value) <= FLOAT_ROUNDING * abs(value)
    return np.where(is_short, short, _round_to_digits(value, places))


def _round_to_digits(value: Value, places: Value) -> Value:
    np = ops.load_arrays().np
    return np.rint(value * 10.0**places) / 10.0**places


# --- right rules on shown numbers --------------------------------------------------------------------------


def shown_results(problem: Problem, blank: Blank, accepted: Mapping[str, Value]) -> ShownResults:
    """Return the values that the right rule gives at `blank` with shown numbers instead of exact ones.

    `accepted` are the learner's accepted values at other places, by place id, which are shown as they were typed.
    """
    if problem.symbolic or has_symbols(problem.truth(blank)):
        return ShownResults()
    if not accepted:
        return problem.memoize(
            ("shown results", blank.id), lambda: ShownResults.from_values([*_iter_results(problem, blank, {})])
        )
    own = {place: ops.map_cells(nearest_float, value) for place, value in accepted.items()}
    return shown_results(problem, blank, {}) + ShownResults.from_values([*_iter_results(problem, blank, own)])


def _iter_results(problem: Problem, blank: Blank, accepted: Mapping[str, Value]) -> Iterator[Value]:
    results = {
        "edge": _edge_results,
        "sum": _sum_results,
        "forward": _forward_results,
        "question": _question_results,
    }.get(blank.kind)
    if results is None:
        return
    with ops.ignore_array_errors(any(node.shape for node in problem.graph.nodes)):
        try:
            yield from results(problem, blank, accepted)
        except (ArithmeticError, ValueError):
            # A value computed from rounded ones may leave the domain of an operation.
            return


def _edge_results(problem: Problem, blank: Blank, accepted: Mapping[str, Value]) -> Iterator[Value]:
    edge = blank.edge
    assert edge
    exact = problem.float_passes
    upstream = exact.edges[edge.target, edge.slot].upstream
    values = _shown_forward(problem, accepted)
    # What is not shown, the learner computes and rounds at every step.
    backward = RoundedBackward(problem, values, as_shown, accepted)
    upstreams = [backward.gradients[edge.target], as_shown(upstream), upstream]
    operation = problem.graph.nodes[edge.target].operation
    shown_operands = operands_of(problem, values, edge.target)
    operands = [
        (shown_operands, values[edge.target]),
        (exact.operands_of(edge.target), exact.values[edge.target]),
    ]
    # The output may be computed from the inputs instead.
    operands += [(shown_operands, z) for z in _results_of(operation.forward, *shown_operands)]
    # A rule and its stable form differ on rounded numbers: the rows of a rounded softmax don't add up to 1.
    rules = {(operation.vjp or operation.derivative)[edge.slot], operation.rules_for(upstream)[edge.slot]}
    for rule, g, (arguments, z) in product(rules, upstreams, operands):
        if operation.vjp:
            yield from _results_of(rule, g, z, *arguments)
        else:
            for local in _results_of(rule, z, *arguments):
                yield g * local
                yield g * as_shown(local)


def _results_of(function: Callable[..., Value], *arguments: Value) -> Sequence[Value]:
    """Return the result of a function; none if it has no value for these rounded numbers."""
    try:
        return (function(*arguments),)
    except (ArithmeticError, ValueError):
        return ()


def _sum_results(problem: Problem, blank: Blank, accepted: Mapping[str, Value]) -> Iterator[Value]:
    places = problem.branch_edges(blank)
    truths = [problem.truth(place, problem.float_passes) for place in places]
    backward = RoundedBackward(problem, _shown_forward(problem, accepted), as_shown, accepted)
    yield reduce(add, (backward.places[place.id] for place in places))
    yield reduce(add, (accepted.get(place.id, as_shown(truth)) for place, truth in zip(places, truths, strict=True)))
    yield reduce(add, (accepted.get(place.id, truth) for place, truth in zip(places, truths, strict=True)))


def _forward_results(problem: Problem, blank: Blank, accepted: Mapping[str, Value]) -> Iterator[Value]:
    operation = problem.graph.nodes[blank.node].operation
    yield operation.forward(*operands_of(problem, _shown_forward(problem, accepted), blank.node))
    if not accepted:
        extra = problem.needs_extra_digits
        rounded = rounded_forward(problem, lambda value, position: as_shown(value, extra[position]))
        yield operation.forward(*operands_of(problem, rounded, blank.node))


def _question_results(problem: Problem, blank: Blank, accepted: Mapping[str, Value]) -> Iterator[Value]:
    question = problem.question(blank)
    if question.formula is None:
        return
    names = {}
    for name in free_names(question.formula):
        value = question.author_names[name]
        if has_symbols(value):
            return
        place = name[len("grad(") : -1] if name.startswith("grad(") else f"value({name})"
        own = accepted.get(problem.place(place).id) if problem.has_place(place) else None
        names[name] = ops.map_cells(_to_exact, as_shown(ops.map_cells(nearest_float, value)) if own is None else own)
    try:
        yield ops.map_cells(nearest_float, evaluate(question.formula, names))
    except AlgebraError:
        return


def _to_exact(number: float) -> Expr:
    return Num(Fraction(repr(float(number))))


def _shown_forward(problem: Problem, accepted: Mapping[str, Value]) -> Sequence[Value]:
    """Return the forward values as they are shown, or as the learner typed them."""
    extra = problem.needs_extra_digits
    values = [as_shown(value, extra[position]) for position, value in enumerate(problem.float_passes.values)]
    for place in problem.forward_blanks:
        values[place.node] = accepted.get(place.id, values[place.node])
    return values


# --- comparison --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ShownResults:
    """The values that the right rule gives at a blank with shown numbers; none if symbols are involved.

    `cells` are the different values of each cell, row by row, and `largest` the largest absolute value.
    """

    values: tuple[Value, ...] = ()
    cells: tuple[tuple[float, ...], ...] = ()
    largest: float = 0.0

    @staticmethod
    def from_values(values: Sequence[Value]) -> ShownResults:
        """Return these values and their cells."""
        if not values:
            return ShownResults()
        columns = zip(
            *(value.ravel().tolist() if ops.is_matrix(value) else (float(value),) for value in values), strict=True
        )
        cells = tuple(tuple(set(column)) for column in columns)
        return ShownResults(tuple(values), cells, max((abs(value) for cell in cells for value in cell), default=0.0))

    def __add__(self, other: ShownResults) -> ShownResults:
        return ShownResults.from_values((*self.values, *other.values))

    def explain(self, typed: TypedNumber, cell: int, digits: int) -> bool:
        """Return whether a typed number is a result in this cell, or is rounded from it to `digits` digits or more."""
        value = nearest_float(typed.value)
        absolute = FLOAT_ROUNDING * self.largest
        relative = 0.0
        if typed.unit is None or typed.digits >= MIN_MACHINE_DIGITS:
            relative = float(MACHINE_TOLERANCE) if typed.decimal else 0.0
        elif typed.digits >= (digits if typed.decimal else digits + 1):
            absolute = max(absolute, float(typed.unit) * typed.terms / 2 * (1 + FLOAT_ROUNDING))
        return any(abs(value - result) <= max(absolute, relative * abs(result)) for result in self.cells[cell])
