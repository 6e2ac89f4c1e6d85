"""Comparison of an answer with a value, cell by cell: numbers, and formulas with symbols."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.balls import nearest_float
from tutor.algebra.expr import Expr, Num
from tutor.algebra.expr import free_names as names_in
from tutor.grading.decimal_constants import solve_for_constants
from tutor.grading.matrix_equality import equal_cells, is_large
from tutor.grading.numeric_equality import Match, TypedNumber, compare_numbers, is_noise_for_zero
from tutor.grading.sample_points import symbol_domains
from tutor.grading.symbolic_equality import FormulaComparison, Outcome, compare_formulas, comparison_points
from tutor.grading.tolerances import DEFAULT_PRECISION, Precision

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor.algebra.ops import Shape, Value
    from tutor.grading.answer import ParsedAnswer
    from tutor.grading.problem import Problem

#: A message lists at most this many cells.
_MAX_LISTED_CELLS = 4


def compare_cells(
    answer: ParsedAnswer, truth: Value, precision: Precision = DEFAULT_PRECISION
) -> tuple[tuple[Match, ...], ...]:
    """Compare each cell of `answer` with `truth`, which must have its shape; decimals must have this precision."""
    true_cells = truth if ops.is_matrix(truth) else [[truth]]
    largest = cache(lambda: max(abs(nearest_float(cell)) for row in true_cells for cell in row if not names_in(cell)))

    has_large_numbers = is_large(truth) and not answer.may_have_symbols
    equal = equal_cells(answer.value, truth) if has_large_numbers else ()

    def compare(typed: TypedNumber, true_cell: Expr) -> Match:
        if answer.may_have_symbols and (names_in(true_cell) or names_in(typed.value)):
            return _compare_formula(typed, true_cell, precision)
        match = compare_numbers(typed, true_cell, precision)
        if match is Match.DIFFERENT and is_noise_for_zero(typed, true_cell, largest):
            return Match.EQUAL
        return match

    return tuple(
        tuple(Match.EQUAL if (i, j) in equal else compare(typed, true_cells[i][j]) for j, typed in enumerate(row))
        for i, row in enumerate(answer.typed_cells)
    )


def all_equal(cells: tuple[tuple[Match, ...], ...]) -> bool:
    """Return whether every cell is right."""
    return all(match is Match.EQUAL for row in cells for match in row)


def format_cell(problem: Problem, cell: tuple[int, int], shape: Shape) -> str:
    """Return the name of a cell, (row, column) from 0: `[1,2]` in a matrix, `[2]` in a vector, counted from 1.

    In a graph with indexes it is counted from 0, as they are, and written like one: `[0, 1]`.
    """
    row, column = cell
    if problem.graph.has_indexes:
        return f"[{column}]" if ops.is_vector_shape(shape) else f"[{row}, {column}]"
    return f"[{column + 1}]" if ops.is_vector_shape(shape) else f"[{row + 1},{column + 1}]"


def format_cell_list(problem: Problem, marks: Sequence[Sequence[object]], mark: object, shape: Shape) -> str:
    """List the first cells that have a mark: `[1,2], [3,1]`."""
    cells = [
        format_cell(problem, (i, j), shape)
        for i, row in enumerate(marks)
        for j, cell_mark in enumerate(row)
        if cell_mark == mark
    ]
    return ", ".join([*cells[:_MAX_LISTED_CELLS], "…"] if len(cells) > _MAX_LISTED_CELLS else cells)


def _compare_formula(typed: TypedNumber, truth: Expr, precision: Precision) -> Match:
    match = _MATCH_FOR_OUTCOME[compare_formulas(typed.value, truth).outcome]
    return _compare_constants(typed, truth, precision) if match is Match.DIFFERENT else match


def compare_typed_formula(
    typed: TypedNumber, truth: Expr, precision: Precision = DEFAULT_PRECISION
) -> FormulaComparison:
    """Compare a formula with the right one; if it has decimals, each of them may be rounded."""
    comparison = compare_formulas(typed.value, truth)
    if comparison.outcome is Outcome.DIFFERENT and _compare_constants(typed, truth, precision) is Match.EQUAL:
        return FormulaComparison(Outcome.SAME)
    return comparison


def _compare_constants(typed: TypedNumber, truth: Expr, precision: Precision) -> Match:
    """Compare the numbers with decimals in a formula with those that would make it right."""
    value, pattern = typed.value, typed.pattern
    if pattern is None:
        return Match.DIFFERENT
    domains = symbol_domains(truth, value, pattern.formula)
    points = comparison_points(
        value, truth, {name: domain for name, domain in domains.items() if name not in pattern.constants}
    )
    solutions = solve_for_constants(pattern, truth, points)
    # Constants that only count together, as in 0.3333·x + 0.6667·x, are a calculation with decimals.
    is_calculation = len(solutions) > 1
    matches = {
        _compare_constant(*pattern.constants[name], Num(number), precision, is_calculation)
        for solved in solutions
        for name, number in solved.items()
    }
    return max(matches, key=_BEST_FIRST.index, default=Match.DIFFERENT)


def _compare_constant(tree: Expr, value: Expr, truth: Num, precision: Precision, is_calculation: bool) -> Match:
    match = compare_numbers(TypedNumber.from_expr(tree, value), truth, precision)
    if not is_calculation:
        return match
    return min(match, compare_numbers(TypedNumber(value, True), truth, precision), key=_BEST_FIRST.index)


_BEST_FIRST = (Match.EQUAL, Match.COARSE, Match.UNCLEAR, Match.DIFFERENT)
_MATCH_FOR_OUTCOME = {
    Outcome.SAME: Match.EQUAL,
    Outcome.DIFFERENT: Match.DIFFERENT,
    Outcome.UNDEFINED: Match.DIFFERENT,
    Outcome.UNDECIDED: Match.UNCLEAR,
}
