"""Equality of the cells of large matrices of numbers, all at once in ball arithmetic."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.balls import BALL_CACHE, ball_from_fraction
from tutor.algebra.expr import structurally_equal
from tutor.algebra.limits import ANSWER
from tutor.algebra.precision import PRECISIONS, working_precision

if TYPE_CHECKING:
    from tutor.algebra.expr import Expr
    from tutor.algebra.ops import Value

#: The first precision proves most differences. 192 digits at the second are enough for a result of many operations.
_FIRST_BITS, _LAST_BITS = PRECISIONS[0], PRECISIONS[-2]
#: Cells are equal if the last precision bounds their difference by this, relatively.
_TOLERANCE = Fraction(1, 2**256)


def is_large(value: Value) -> bool:
    """Return whether a matrix has more cells than can be typed one by one."""
    return ops.size(value) > ANSWER.cells


def equal_cells(value: Value, truth: Value) -> set[tuple[int, int]]:
    """Return the places at which two matrices of the same shape, without symbols, have the same number."""
    pairs: list[tuple[tuple[int, int], Expr, Expr]] = []
    equal: set[tuple[int, int]] = set()
    for i, (row, true_row) in enumerate(zip(value, truth, strict=True)):
        for j, (cell, true_cell) in enumerate(zip(row, true_row, strict=True)):
            if structurally_equal(cell, true_cell):
                equal.add((i, j))
            else:
                pairs.append(((i, j), cell, true_cell))
    with working_precision(_FIRST_BITS):
        pairs = [pair for pair in pairs if BALL_CACHE(pair[1]).overlaps(BALL_CACHE(pair[2]))]
    with working_precision(_LAST_BITS):
        tolerance = ball_from_fraction(_TOLERANCE)
        for place, cell, true_cell in pairs:
            left, right = BALL_CACHE(cell), BALL_CACHE(true_cell)
            difference = left - right
            if difference.contains(0) and difference.rad() <= (abs(left) + abs(right) + 1) * tolerance:
                equal.add(place)
    return equal
