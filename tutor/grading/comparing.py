"""An answer against a value of the same shape, cell by cell: numbers, and formulas with symbols."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from tutor.algebra import Expr, values
from tutor.algebra.tidy import tidy
from tutor.algebra.tree import ONE, Apply, Num, alike
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
    if typed.decimal and (match := _by_factor(typed, truth, digits)):
        return match
    return _OUTCOMES[difference(typed, truth, digits).outcome]


def difference(typed: Typed, truth: Expr, digits: int = DIGITS) -> Finding:
    """How a formula differs from the right one; one with decimals has what numbers with decimals are allowed."""
    found = compare_formulas(typed.value, truth)
    if found.outcome is Outcome.DIFFERENT and typed.decimal:
        nearly = compare_formulas(typed.value, truth, tolerance(digits))
        if nearly.outcome is Outcome.SAME and _by_factor(typed, truth, digits) is not Match.DIFFERENT:
            return nearly
    return found


def _by_factor(typed: Typed, truth: Expr, digits: int) -> Match | None:
    """How `3.01·x` compares with `3·x`: as 3.01 does with 3. None where the rest is not the same formula."""
    mine, rest = _scaled(tidy(typed.value))
    right, other = _scaled(tidy(truth))
    if rest is None or other is None or 0 in (mine, right):
        return None
    if not alike(rest, other) and compare_formulas(rest, other).outcome is not Outcome.SAME:
        return None
    literal = typed.factor
    if literal is not None and literal.value == abs(mine):
        number = Typed.read(literal, literal)
        return compare(replace(number, value=Num(mine)), Num(right), digits)
    return compare(Typed(Num(mine), True), Num(right), digits)


def _scaled(tree: Expr) -> tuple[Fraction, Expr | None]:
    """The number in front of a formula, and what it multiplies; None where there is nothing else."""
    if isinstance(tree, Num):
        return tree.value, None
    if not isinstance(tree, Apply) or tree.op not in ("neg", "mul", "div"):
        return Fraction(1), tree
    factor, rest = _scaled(tree.args[0])
    if tree.op == "neg":
        return -factor, rest
    second, other = _scaled(tree.args[1])
    if tree.op == "mul":
        both = rest if other is None else other if rest is None else Apply("mul", (rest, other))
        return factor * second, both
    if not second:
        return Fraction(1), tree
    return factor / second, rest if other is None else Apply("div", (rest or ONE, other))


_OUTCOMES = {
    Outcome.SAME: Match.EQUAL,
    Outcome.DIFFERENT: Match.DIFFERENT,
    Outcome.UNDEFINED: Match.DIFFERENT,
    Outcome.UNDECIDED: Match.UNCLEAR,
}
