"""An answer against a value of the same shape, cell by cell: numbers, and formulas with symbols."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.expr import ONE, Apply, Expr, Num, structurally_equal
from tutor.algebra.expr import free_names as names_in
from tutor.algebra.simplify import simplify
from tutor.grading.numeric_equality import Match, TypedNumber, compare_numbers
from tutor.grading.symbolic_equality import FormulaComparison, Outcome, compare_formulas
from tutor.grading.tolerances import REQUIRED_DIGITS, relative_tolerance

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor.algebra.ops import Value
    from tutor.grading.answer import ParsedAnswer

#: So many cells of a matrix are listed.
_MAX_LISTED_CELLS = 4


def compare_cells(answer: ParsedAnswer, truth: Value, digits: int = REQUIRED_DIGITS) -> tuple[tuple[Match, ...], ...]:
    """How each cell of `answer` compares with `truth`, which has its shape; decimals to so many digits."""
    right = truth if ops.is_matrix(truth) else [[truth]]
    return tuple(
        tuple(_compare_cell(typed, right[i][j], digits, answer.may_have_symbols) for j, typed in enumerate(row))
        for i, row in enumerate(answer.typed_cells)
    )


def all_equal(cells: tuple[tuple[Match, ...], ...]) -> bool:
    """Whether every cell is right."""
    return all(match is Match.EQUAL for row in cells for match in row)


def format_cell_list(marks: Sequence[Sequence[object]], mark: object) -> str:
    """Where a mark stands in a matrix of them: `[1,2], [3,1]`; the first few, row by row."""
    found = [f"[{i},{j}]" for i, row in enumerate(marks, 1) for j, one in enumerate(row, 1) if one == mark]
    return ", ".join([*found[:_MAX_LISTED_CELLS], "…"] if len(found) > _MAX_LISTED_CELLS else found)


def _compare_cell(typed: TypedNumber, truth: Expr, digits: int, formula: bool) -> Match:
    """How one number or formula compares with the right one."""
    if not formula or not (names_in(truth) or names_in(typed.value)):
        return compare_numbers(typed, truth, digits)
    if typed.decimal and (match := _compare_factors(typed, truth, digits)):
        return match
    return _MATCH_FOR_OUTCOME[compare_typed_formula(typed, truth, digits).outcome]


def compare_typed_formula(typed: TypedNumber, truth: Expr, digits: int = REQUIRED_DIGITS) -> FormulaComparison:
    """How a formula differs from the right one; one with decimals has what numbers with decimals are allowed."""
    found = compare_formulas(typed.value, truth)
    if found.outcome is Outcome.DIFFERENT and typed.decimal:
        nearly = compare_formulas(typed.value, truth, relative_tolerance(digits))
        if nearly.outcome is Outcome.SAME and _compare_factors(typed, truth, digits) is not Match.DIFFERENT:
            return nearly
    return found


def _compare_factors(typed: TypedNumber, truth: Expr, digits: int) -> Match | None:
    """How `3.01·x` compares with `3·x`: as 3.01 does with 3. None where the rest is not the same formula."""
    mine, rest = _split_factor(simplify(typed.value))
    right, other = _split_factor(simplify(truth))
    if rest is None or other is None or 0 in (mine, right):
        return None
    if not structurally_equal(rest, other) and compare_formulas(rest, other).outcome is not Outcome.SAME:
        return None
    literal = typed.factor
    if literal is not None and literal.value == abs(mine):
        number = TypedNumber.from_expr(literal, literal)
        return compare_numbers(replace(number, value=Num(mine)), Num(right), digits)
    return compare_numbers(TypedNumber(Num(mine), True), Num(right), digits)


def _split_factor(tree: Expr) -> tuple[Fraction, Expr | None]:
    """The number in front of a formula, and what it multiplies; None where there is nothing else."""
    if isinstance(tree, Num):
        return tree.value, None
    if not isinstance(tree, Apply) or tree.op not in ("neg", "mul", "div"):
        return Fraction(1), tree
    factor, rest = _split_factor(tree.args[0])
    if tree.op == "neg":
        return -factor, rest
    second, other = _split_factor(tree.args[1])
    if tree.op == "mul":
        both = rest if other is None else other if rest is None else Apply("mul", (rest, other))
        return factor * second, both
    if not second:
        return Fraction(1), tree
    return factor / second, rest if other is None else Apply("div", (rest or ONE, other))


_MATCH_FOR_OUTCOME = {
    Outcome.SAME: Match.EQUAL,
    Outcome.DIFFERENT: Match.DIFFERENT,
    Outcome.UNDEFINED: Match.DIFFERENT,
    Outcome.UNDECIDED: Match.UNCLEAR,
}
