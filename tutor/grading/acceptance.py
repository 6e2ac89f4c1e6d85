"""Acceptance of an answer: equal to the truth, near it, or computed from shown numbers, and not a known wrong value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.balls import nearest_float
from tutor.engine.symbolic import has_symbols
from tutor.grading.author_rounding import author_rounding
from tutor.grading.comparison import all_equal, compare_cells
from tutor.grading.matrix_equality import equal_cells, is_large
from tutor.grading.mistakes.candidate import is_close
from tutor.grading.mistakes.finder import candidates_at
from tutor.grading.numeric_equality import Match, TypedNumber, is_correct_rounding
from tutor.grading.rounding_noise import noise_for_zero
from tutor.grading.shown_values import ShownResults, shown_results
from tutor.grading.tolerances import (
    FLOAT_ROUNDING,
    FLOAT_TOLERANCE,
    MACHINE_TOLERANCE,
    MIN_MACHINE_DIGITS,
    MIN_NOISE_DIGITS,
    MIN_ROUNDED_DIGITS,
    NEAR_TOLERANCE,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tutor.algebra.expr import Expr
    from tutor.algebra.ops import Value
    from tutor.grading.answer import ParsedAnswer
    from tutor.grading.problem import Blank, Problem

#: How each cell of an answer compares with the truth.
CellMatches = tuple[tuple[Match, ...], ...]


def match_cells(
    problem: Problem, blank: Blank, answer: ParsedAnswer, accepted_values: Mapping[str, Value]
) -> CellMatches:
    """Compare an answer of the right shape with the truth.

    Numbers that follow by the right rule from shown values, and from the learner's `accepted_values` at other places,
    are right. A number that is a known wrong value is not, however near it is to the truth.
    """
    truth, precision = problem.truth(blank), problem.precision_at(blank)
    cells = compare_cells(answer, truth, precision)
    if has_symbols(answer.value) or has_symbols(truth):
        return cells
    # The cells of a large matrix are computed by the program, not from what it shows.
    results, is_typed = ShownResults(), not is_large(truth)
    if not all_equal(cells) and is_typed:
        cells = _accept_noise(problem, blank, answer, cells)
        cells = _accept_exact_form(problem, blank, answer, cells)
    # A finer answer does not follow from rounded numbers.
    may_follow = is_typed and precision.tolerance >= NEAR_TOLERANCE
    if not all_equal(cells) and may_follow:
        results = shown_results(problem, blank, accepted_values)
        cells = _accept_results(answer, cells, results, precision.digits)
    is_exact = not any(typed.decimal or typed.unit for row in answer.typed_cells for typed in row)
    if all_equal(cells) and not is_exact and not is_rounded_truth(answer, truth):
        if may_follow and not results.values:
            results = shown_results(problem, blank, accepted_values)
        return _refuse_known_wrong_value(problem, blank, answer, cells, results)
    if is_typed and _is_exactly_known_wrong_value(problem, blank, answer, cells):
        return tuple(tuple(Match.DIFFERENT if match is Match.COARSE else match for match in row) for row in cells)
    return cells


def is_rounded_truth(answer: ParsedAnswer, truth: Value) -> bool:
    """Return whether every number of an answer is the right one, or its correct rounding."""
    if is_large(truth):
        return len(equal_cells(answer.value, truth)) == ops.size(truth)
    return all(is_correct_rounding(typed, true_cell) for typed, true_cell in _typed_cells(answer, truth))


def may_be_known_wrong_value(problem: Problem, blank: Blank, answer: ParsedAnswer) -> bool:
    """Return whether a mistake's value, rounded to the digits of an answer, is the answer."""
    return any(
        all(_is_rounded(typed, float(cell)) for typed, cell in _typed_cells(answer, value))
        for value in _wrong_values(problem, blank)
    )


def _accept_noise(problem: Problem, blank: Blank, answer: ParsedAnswer, cells: CellMatches) -> CellMatches:
    """Accept each cell that is 0 up to the rounding errors of a program."""

    def is_noise(typed: TypedNumber, true_cell: Expr) -> bool:
        if not typed.decimal or typed.digits < MIN_NOISE_DIGITS or nearest_float(true_cell) != 0:
            return False
        return abs(nearest_float(typed.value)) <= noise_for_zero(problem, blank)

    noise = iter([is_noise(typed, true_cell) for typed, true_cell in _typed_cells(answer, problem.truth(blank))])
    return tuple(tuple(Match.EQUAL if next(noise) else match for match in row) for row in cells)


def _accept_exact_form(problem: Problem, blank: Blank, answer: ParsedAnswer, cells: CellMatches) -> CellMatches:
    """Accept each number without decimals that is what the author's rounded decimals mean: 2 for exp(0.6931)."""
    typed_cells = [typed for row in answer.typed_cells for typed in row]
    if all(typed.decimal for typed in typed_cells):
        return cells
    truth, rounding = problem.truth_in_floats(blank), author_rounding(problem, blank)
    is_meant = iter(
        [
            not typed.decimal and 0 < allowed >= abs(nearest_float(typed.value) - true_cell)
            for typed, true_cell, allowed in zip(typed_cells, ops.cells(truth), ops.cells(rounding), strict=True)
        ]
    )
    return tuple(tuple(Match.EQUAL if next(is_meant) else match for match in row) for row in cells)


def _accept_results(answer: ParsedAnswer, cells: CellMatches, results: ShownResults, digits: int) -> CellMatches:
    """Accept each cell that is the same cell of one of the `results`, exactly or rounded to `digits` digits or more."""
    if not results.cells:
        return cells
    typed_cells = [typed for row in answer.typed_cells for typed in row]
    matches = [match for row in cells for match in row]

    def accept(typed: TypedNumber, match: Match, position: int) -> Match:
        if match is not Match.EQUAL and results.explain(typed, position, digits):
            return Match.EQUAL
        # A whole number with few digits, 704 for 704.48, is right so far.
        is_short = match is Match.DIFFERENT and not typed.decimal
        return Match.COARSE if is_short and results.explain(typed, position, MIN_ROUNDED_DIGITS - 1) else match

    accepted = iter(
        accept(typed, match, position) for position, (typed, match) in enumerate(zip(typed_cells, matches, strict=True))
    )
    return tuple(tuple(next(accepted) for _ in row) for row in cells)


def _refuse_known_wrong_value(
    problem: Problem, blank: Blank, answer: ParsedAnswer, cells: CellMatches, results: ShownResults
) -> CellMatches:
    """Refuse an answer that is a mistake's value to its last digit, and closer to it than to any right value."""
    value, truth = ops.nearest_floats(answer.value), problem.truth_in_floats(blank)
    wrong = [
        other
        for other in _wrong_values(problem, blank)
        if all(_is_same_number(typed, float(cell)) for typed, cell in _typed_cells(answer, other))
        and not _is_float_noise(problem, blank, other, truth)
    ]
    if not wrong:
        return cells
    if any(all(_is_rounded(typed, float(cell)) for typed, cell in _typed_cells(answer, x)) for x in results.values):
        # Rounded like this, the right value can't be distinguished from the wrong one.
        return cells
    error = min(_distance(value, right) for right in (truth, *results.values))
    if all(_distance(value, other) >= error for other in wrong):
        return cells
    matches = iter(
        Match.EQUAL if is_correct_rounding(typed, true_cell) else Match.DIFFERENT
        for typed, true_cell in _typed_cells(answer, problem.truth(blank))
    )
    return tuple(tuple(next(matches) for _ in row) for row in cells)


def _is_exactly_known_wrong_value(problem: Problem, blank: Blank, answer: ParsedAnswer, cells: CellMatches) -> bool:
    """Return whether a whole number, to which the right one rounds, is exactly what a mistake gives: 12 for 12.01."""
    typed_cells = [typed for row in answer.typed_cells for typed in row]
    if any(typed.decimal for typed in typed_cells) or not any(Match.COARSE in row for row in cells):
        return False
    return any(
        all(
            is_close(nearest_float(typed.value), float(cell), FLOAT_TOLERANCE)
            for typed, cell in _typed_cells(answer, value)
        )
        for value in _wrong_values(problem, blank)
    )


def _is_float_noise(problem: Problem, blank: Blank, value: Value, truth: Value) -> bool:
    """Return whether a mistake gives the right value as well, but for the rounding errors of float64 around 0."""
    has_zero = bool((truth == 0).any()) if ops.is_matrix(truth) else truth == 0
    share = FLOAT_ROUNDING / float(MACHINE_TOLERANCE)
    return has_zero and _distance(value, truth) <= share * noise_for_zero(problem, blank)


def _wrong_values(problem: Problem, blank: Blank) -> Iterator[Value]:
    for candidate in candidates_at(problem, blank):
        if ops.shape_of(candidate.value) == blank.shape and not ops.is_exact(candidate.value):
            yield candidate.value


def _is_rounded(typed: TypedNumber, value: float) -> bool:
    half = FLOAT_ROUNDING * abs(value) if typed.unit is None else float(typed.unit) * typed.terms / 2
    return abs(nearest_float(typed.value) - value) <= half * (1 + FLOAT_ROUNDING)


def _is_same_number(typed: TypedNumber, value: float) -> bool:
    """Return whether a number is `value`, as a person rounds it or as a program prints it."""
    if _is_rounded(typed, value):
        return True
    tolerance = NEAR_TOLERANCE if typed.unit is None else MACHINE_TOLERANCE if typed.digits >= MIN_MACHINE_DIGITS else 0
    return abs(nearest_float(typed.value) - value) <= float(tolerance) * abs(value)


def _distance(a: Value, b: Value) -> float:
    if not ops.is_matrix(a):
        return abs(float(a) - float(b))
    return max(abs(float(x) - float(y)) for x, y in zip(a.ravel(), b.ravel(), strict=True))


def _typed_cells(answer: ParsedAnswer, value: Value) -> Iterator[tuple[TypedNumber, Value]]:
    """Pair each typed number with the same cell of a value of the same shape."""
    typed_cells = (typed for row in answer.typed_cells for typed in row)
    return zip(typed_cells, ops.cells(value), strict=True)
