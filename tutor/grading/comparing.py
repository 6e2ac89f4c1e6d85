"""An answer against a value of the same shape, cell by cell: numbers, and formulas with symbols."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.algebra import Expr, values
from tutor.algebra.tree import names as names_in
from tutor.algebra.values import Value
from tutor.grading.equality import DIGITS, Match, Typed, compare, tolerance
from tutor.grading.identity import Finding, Outcome, compare_formulas
from tutor.grading.reading import Answer

#: So many cells of a matrix are listed.
_LISTED = 4


def compare_cells(answer: Answer, truth: Value, digits: int = DIGITS) -> tuple[tuple[Match, ...], ...]:
    """How each cell of `answer` compares with `truth`, which has its shape; decimals to so many digits."""
    right = truth if values.is_matrix(truth) else [[truth]]
    return tuple(
        tuple(_match(typed, right[i][j], digits, answer.formula) for j, typed in enumerate(row))
        for i, row in enumerate(answer.typed)
    )


def all_equal(cells: tuple[tuple[Match, ...], ...]) -> bool:
    """Whether every cell is right."""
    return all(match is Match.EQUAL for row in cells for match in row)


def list_cells(marks: Sequence[Sequence[object]], mark: object) -> str:
    """Where a mark stands in a matrix of them: `[1,2], [3,1]`; the first few, row by row."""
    found = [f"[{i},{j}]" for i, row in enumerate(marks, 1) for j, one in enumerate(row, 1) if one == mark]
    return ", ".join([*found[:_LISTED], "…"] if len(found) > _LISTED else found)


def _match(typed: Typed, truth: Expr, digits: int, formula: bool) -> Match:
    """How one number or formula compares with the right one."""
    if not formula or not (names_in(truth) or names_in(typed.value)):
        return compare(typed, truth, digits)
    return _OUTCOMES[difference(typed, truth, digits).outcome]


def difference(typed: Typed, truth: Expr, digits: int = DIGITS) -> Finding:
    """How a formula differs from the right one; one with decimals has what numbers with decimals are allowed."""
    found = compare_formulas(typed.value, truth)
    if found.outcome is Outcome.DIFFERENT and typed.decimal:
        nearly = compare_formulas(typed.value, truth, tolerance(digits))
        return nearly if nearly.outcome is Outcome.SAME else found
    return found


_OUTCOMES = {
    Outcome.SAME: Match.EQUAL,
    Outcome.DIFFERENT: Match.DIFFERENT,
    Outcome.UNDEFINED: Match.DIFFERENT,
    Outcome.UNDECIDED: Match.UNCLEAR,
}
