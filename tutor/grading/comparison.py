"""Comparison of an answer with a value, cell by cell: numbers, and formulas with symbols."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.balls import nearest_float
from tutor.algebra.expr import ONE, Apply, Expr, Num, structurally_equal
from tutor.algebra.expr import free_names as names_in
from tutor.algebra.simplify import simplify
from tutor.grading.numeric_equality import Match, TypedNumber, compare_numbers, is_noise_for_zero
from tutor.grading.symbolic_equality import FormulaComparison, Outcome, compare_formulas
from tutor.grading.tolerances import REQUIRED_DIGITS, relative_tolerance

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor.algebra.ops import Value
    from tutor.grading.answer import ParsedAnswer

#: A message lists at most this many cells.
_MAX_LISTED_CELLS = 4


def compare_cells(
    answer: ParsedAnswer, truth: Value, digits: int = REQUIRED_DIGITS, accept_noise: bool = True
) -> tuple[tuple[Match, ...], ...]:
    """Compare each cell of `answer` with `truth`, which must have its shape; decimals must have `digits` digits.

    `accept_noise` says whether the rounding errors of programs are accepted.
    """
    true_cells = truth if ops.is_matrix(truth) else [[truth]]
    largest = cache(lambda: max(abs(nearest_float(cell)) for row in true_cells for cell in row if not names_in(cell)))

    def compare(typed: TypedNumber, true_cell: Expr) -> Match:
        if answer.may_have_symbols and (names_in(true_cell) or names_in(typed.value)):
            return _compare_formula(typed, true_cell, digits)
        match = compare_numbers(typed, true_cell, digits, accept_noise)
        if match is Match.DIFFERENT and accept_noise and is_noise_for_zero(typed, true_cell, largest):
            return Match.EQUAL
        return match

    return tuple(
        tuple(compare(typed, true_cells[i][j]) for j, typed in enumerate(row))
        for i, row in enumerate(answer.typed_cells)
    )


def all_equal(cells: tuple[tuple[Match, ...], ...]) -> bool:
    """Return whether every cell is right."""
    return all(match is Match.EQUAL for row in cells for match in row)


def format_cell_list(marks: Sequence[Sequence[object]], mark: object) -> str:
    """List the first cells that have a mark: `[1,2], [3,1]`."""
    cells = [f"[{i},{j}]" for i, row in enumerate(marks, 1) for j, cell_mark in enumerate(row, 1) if cell_mark == mark]
    return ", ".join([*cells[:_MAX_LISTED_CELLS], "…"] if len(cells) > _MAX_LISTED_CELLS else cells)


def _compare_formula(typed: TypedNumber, truth: Expr, digits: int) -> Match:
    if typed.decimal and (match := _compare_factors(typed, truth, digits)):
        return match
    return _MATCH_FOR_OUTCOME[compare_typed_formula(typed, truth, digits).outcome]


def compare_typed_formula(typed: TypedNumber, truth: Expr, digits: int = REQUIRED_DIGITS) -> FormulaComparison:
    """Compare a formula with the right one; if it has decimals, with the tolerance of numbers with decimals."""
    comparison = compare_formulas(typed.value, truth)
    if comparison.outcome is Outcome.DIFFERENT and typed.decimal:
        tolerant = compare_formulas(typed.value, truth, relative_tolerance(digits))
        if tolerant.outcome is Outcome.SAME and _compare_factors(typed, truth, digits) is not Match.DIFFERENT:
            return tolerant
    return comparison


def _compare_factors(typed: TypedNumber, truth: Expr, digits: int) -> Match | None:
    """Compare `3.01·x` with `3·x` as 3.01 with 3. Return None if the rest is not the same formula."""
    factor, rest = _split_factor(simplify(typed.value))
    true_factor, true_rest = _split_factor(simplify(truth))
    if rest is None or true_rest is None or 0 in (factor, true_factor):
        return None
    if not structurally_equal(rest, true_rest) and compare_formulas(rest, true_rest).outcome is not Outcome.SAME:
        return None
    literal = typed.factor
    if literal is not None and literal.value == abs(factor):
        number = TypedNumber.from_expr(literal, literal)
        return compare_numbers(replace(number, value=Num(factor)), Num(true_factor), digits)
    return compare_numbers(TypedNumber(Num(factor), True), Num(true_factor), digits)


def _split_factor(tree: Expr) -> tuple[Fraction, Expr | None]:
    """Return the number in front of a formula, and the rest; None if there is no rest."""
    if isinstance(tree, Num):
        return tree.value, None
    if not isinstance(tree, Apply) or tree.op not in ("neg", "mul", "div"):
        return Fraction(1), tree
    factor, rest = _split_factor(tree.args[0])
    if tree.op == "neg":
        return -factor, rest
    second_factor, second_rest = _split_factor(tree.args[1])
    if tree.op == "mul":
        if rest is not None and second_rest is not None:
            return factor * second_factor, Apply("mul", (rest, second_rest))
        return factor * second_factor, rest if second_rest is None else second_rest
    if not second_factor:
        return Fraction(1), tree
    return factor / second_factor, rest if second_rest is None else Apply("div", (rest or ONE, second_rest))


_MATCH_FOR_OUTCOME = {
    Outcome.SAME: Match.EQUAL,
    Outcome.DIFFERENT: Match.DIFFERENT,
    Outcome.UNDEFINED: Match.DIFFERENT,
    Outcome.UNDECIDED: Match.UNCLEAR,
}
