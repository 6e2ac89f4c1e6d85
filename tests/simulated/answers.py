"""How people and programs write numbers: styles of typing, random and neighbouring numbers, what a machine prints."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from tests.simulated.own_pass import Array, LearnerPass, Spot, forward_value, to_array
from tests.support.sample_problems import answer_literal, cells_of
from tutor.algebra import ops
from tutor.algebra.evaluate import evaluate
from tutor.algebra.expr import Num
from tutor.algebra.parser import parse
from tutor.algebra.printing import format_cells

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from random import Random

    from tutor.grading.problem import Blank, Problem

_NOISE = 1e-9
#: A number with at most this many digits is typed in full.
_SHORT = 6


def short_decimal(value: float) -> str | None:
    """Return a number of few digits in full, without an exponent; None for any other number."""
    # Adding 0 takes the sign off −0.
    text = f"{value + 0.0:.{_SHORT}g}"
    if "e" in text:
        text = f"{value:.0f}" if float(value).is_integer() and abs(value) < 1e9 else ""
    # A sum of floats is off by rounding errors that nobody types by hand.
    return text if text and abs(float(text) - value) <= 1e-12 * abs(value) else None


def rounded(value: float, digits: int) -> str:
    """Return a number with this many digits, its zeros at the end included."""
    return f"{value:#.{digits}g}".rstrip(".") if value else "0"


def type_by_hand(value: Array, rng: Random) -> str:
    """Return what a person types for a number or a matrix: short numbers in full, others as fractions or rounded."""
    digits = rng.choice((4, 4, 4, 5, 6))
    as_fraction = rng.random() < 0.3

    def cell(number: float) -> str:
        text = short_decimal(number)
        if text is not None:
            return text
        fraction = Fraction(number).limit_denominator(60)
        if as_fraction and fraction and abs(float(fraction) - number) <= 1e-12 * abs(number):
            return f"{fraction.numerator}/{fraction.denominator}"
        return rounded(number, digits)

    return literal(value, cell)


def literal(value: Array, cell: Callable[[float], str]) -> str:
    """Return a number or a matrix as an answer, each cell written by `cell`."""
    shape = np.shape(value)
    return answer_literal([cell(float(number)) for number in np.ravel(value)], shape if shape else None)


def is_within_reach(value: Array) -> bool:
    """Return whether a value has no cells so large or so small that they can't be typed."""
    sizes = np.abs(value)
    return bool((np.isfinite(sizes) & ((sizes == 0) | (sizes > 1e-25)) & (sizes < 1e25)).all())


def is_distinct(value: Array, truth: Array, margin: float = 0.01) -> bool:
    """Return whether a wrong value has another shape, or a cell so far off that no rounding explains it."""
    if np.shape(value) != np.shape(truth):
        # One number may be typed for a matrix of one cell.
        if np.size(value) != 1 or np.size(truth) != 1:
            return True
        value = np.reshape(value, np.shape(truth))
    # Beside 0, floats are left over from sums that cancel.
    size = np.maximum(np.abs(truth), max(1e-6 * np.abs(truth).max(), _NOISE))
    return bool((np.abs(value - truth) > margin * size).any())


# --- wrong numbers ------------------------------------------------------------------------------------------


class _Style:
    """The form of a number: a fraction's denominator, or how many decimals are written."""

    def __init__(self, truth: Any) -> None:
        value = float(to_array(truth))
        text = short_decimal(value)
        self.denominator = 0
        if text is not None:
            self.places = len(text.partition(".")[2])
        elif isinstance(truth, Num) and truth.value.denominator < 1000:
            self.places, self.denominator = 0, truth.value.denominator
        else:
            text = rounded(value, 4)
            self.places = len(text.partition("e")[0].partition(".")[2])
            if "e" in text:
                self.places -= int(text.partition("e")[2])

    def write(self, value: float) -> str:
        if self.denominator:
            fraction = Fraction(round(value * self.denominator), self.denominator)
            return f"{fraction.numerator}/{fraction.denominator}" if fraction.denominator > 1 else str(fraction)
        return f"{round(value, self.places):.{max(self.places, 0)}f}"

    @property
    def step(self) -> float:
        """One in the last place."""
        return 1 / self.denominator if self.denominator else 10.0**-self.places


def random_wrong_answers(truth: Any, rng: Random, count: int) -> Iterator[str]:
    """Yield wrong numbers within 50 % of the truth, in its style: one cell of a matrix, the others are right."""
    yield from _changed(truth, rng, count, lambda value, style: style.write(value * (1 + rng.uniform(-0.5, 0.5))))


def off_by_one_answers(truth: Any, rng: Random) -> Iterator[str]:
    """Yield what is one too much and one too little in the last digit that is written."""
    for sign in (1, -1):
        yield from _changed(truth, rng, 1, lambda value, style, sign=sign: style.write(value + sign * style.step))


def _changed(truth: Any, rng: Random, count: int, change: Callable[[float, _Style], str]) -> Iterator[str]:
    cells = cells_of(truth)
    for _ in range(count):
        i = rng.randrange(len(cells))
        style = _Style(cells[i])
        value = float(to_array(cells[i]))
        wrong = change(value, style)
        if wrong == style.write(value) or value == 0:
            continue
        texts = [short_decimal(float(to_array(cell))) or rounded(float(to_array(cell)), 5) for cell in cells]
        yield answer_literal([*texts[:i], wrong, *texts[i + 1 :]], ops.shape_of(truth))


# --- right numbers ------------------------------------------------------------------------------------------


def machine_passes(problem: Problem) -> Iterator[tuple[str, LearnerPass]]:
    """Yield both passes as programs compute them, with the name of the way."""
    for kind in (np.float64, np.float32):
        inputs = {name: to_array(value, kind) for name, value in problem.inputs.items()}
        start = to_array(problem.start, kind)
        for other_forms in (False, True):
            for last_part_first in (False, True):
                way = f"{kind.__name__}{', other forms' * other_forms}{', last part first' * last_part_first}"
                passes = LearnerPass.run(
                    problem.graph, inputs, start, other_forms=other_forms, last_part_first=last_part_first
                )
                yield way, passes


def printed(value: Array) -> Iterator[tuple[str, str]]:
    """Yield what Python prints for a NumPy number or matrix, with the name of the form."""
    if np.asarray(value).dtype == np.float32:
        yield "float32 repr", repr(value.tolist())
        yield "float32 str", literal(value, lambda cell: str(np.float32(cell)))
    else:
        yield "float64 repr", repr(value.tolist())


def value_at(passes: LearnerPass, blank: Blank) -> Array:
    """Return what a learner or a program has at a blank that is no question."""
    if blank.kind == "forward":
        return passes.values[blank.node]
    if blank.edge:
        return passes.edges[blank.edge.target, blank.edge.slot]
    return passes.gradients[blank.node]


def from_shown_digits(problem: Problem, blank: Blank) -> Iterator[tuple[str, Array]]:
    """Yield what follows by the right rule from the numbers on the screen, with the name of the form."""
    shown = _Shown(problem)
    if blank.kind == "forward":
        yield "computed", forward_value(problem.graph.nodes[blank.node], shown.operands(blank.node))
    elif blank.kind == "sum":
        parts = [shown.of_place(part) for part in problem.branch_edges(blank)]
        yield "added", sum(parts[1:], parts[0])
    elif blank.edge:
        place = problem.upstream(blank)
        upstream = shown.of_place(problem.place(place or "start"))
        for other_forms in (False, True):
            spot = _shown_spot(problem, blank, shown, upstream, other_forms)
            yield "by the other form" if other_forms else "by the rule", spot.right(upstream)


def _shown_spot(problem: Problem, blank: Blank, shown: _Shown, upstream: Array, other_forms: bool) -> Spot:
    assert blank.edge
    values = [shown.value(position) for position in range(len(problem.graph.nodes))]
    learner = LearnerPass(problem.graph, values, upstream, other_forms=other_forms)
    return Spot(learner, blank.edge, upstream)


class _Shown:
    """The values of a problem as the screen shows them."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem

    def value(self, position: int) -> Array:
        return as_shown(self.problem.exact_passes.values[position], self.problem.needs_extra_digits[position])

    def operands(self, position: int) -> tuple[Array, ...]:
        node = self.problem.graph.nodes[position]
        return tuple(to_array(node.const) if arg is None else self.value(arg) for arg in node.args)

    def of_place(self, blank: Blank) -> Array:
        return as_shown(self.problem.truth(blank))


def as_shown(value: Any, near_one: bool = False) -> Array:
    """Return the value of the text that is shown for a value."""
    cells = [[evaluate(parse(text), {}) for text in row] for row in format_cells(value, near_one=near_one)]
    return to_array(ops.make_matrix(tuple(map(tuple, cells))) if ops.is_matrix(value) else cells[0][0])


def shown_result_texts(value: Array) -> Iterator[tuple[str, str]]:
    """Yield a result in full and rounded to three to six digits."""
    yield "in full", literal(value, lambda cell: short_decimal(cell) or f"{cell:.10g}")
    for digits in (3, 4, 5, 6):
        yield f"{digits} digits", literal(value, lambda cell, digits=digits: rounded(cell, digits))
