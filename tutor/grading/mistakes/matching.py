"""Whether an answer is the value of a mistake, as exactly as it was typed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.grading.mistakes.candidate import is_close
from tutor.grading.tolerances import FLOAT_ROUNDING, FLOAT_TOLERANCE, MIN_ROUNDED_DIGITS, REQUIRED_DIGITS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor.algebra.ops import Value
    from tutor.grading.answer import ParsedAnswer
    from tutor.grading.numeric_equality import TypedNumber

#: The last digit of a literal is a decimal, so a float may miss its half by a little.
_ROUNDING_SLACK = 1 + FLOAT_TOLERANCE


def matches_value(answer: ParsedAnswer, value: Value, wrong: Value) -> bool:
    """Return whether an answer is a mistake's value: exactly, or rounded or cut off to the digits typed.

    `value` is the answer's value in floats. Zero is only zero, however small the other value is.
    """
    if ops.shape_of(value) != ops.shape_of(wrong):
        return False
    if not ops.is_matrix(value):
        return _matches_typed(answer.typed_cells[0][0], value, float(wrong))
    # Next to decimals, a whole number may be rounded as well.
    decimal = any(typed.decimal for row in answer.typed_cells for typed in row)
    typed_cells = (typed for row in answer.typed_cells for typed in row)
    # Beside other cells, what is left of a sum that should be 0 can be recognised.
    noise = FLOAT_ROUNDING * float(abs(wrong).max())
    return all(
        _matches_typed(
            typed if typed.decimal is decimal else replace(typed, decimal=decimal),
            cell if abs(cell) > noise else 0.0,
            wrong_cell if abs(wrong_cell) > noise else 0.0,
        )
        for typed, (cell, wrong_cell) in zip(typed_cells, cell_pairs(value, wrong), strict=True)
    )


def matches_exactly(value: Value, wrong: Value) -> bool:
    """Return whether two values of the same shape are equal as floats."""
    return all(is_close(a, b, FLOAT_TOLERANCE) for a, b in cell_pairs(value, wrong))


def _matches_typed(typed: TypedNumber, value: float, wrong: float) -> bool:
    if value == 0 or wrong == 0:
        return value == wrong
    if is_close(value, wrong, FLOAT_TOLERANCE):
        return True
    # A whole number may be a rounding as well, if it has enough digits.
    min_digits = MIN_ROUNDED_DIGITS if typed.decimal else REQUIRED_DIGITS + 1
    if typed.unit is None or typed.digits < min_digits or not (typed.decimal or typed.unit == 1):
        return False
    unit = float(typed.unit)
    is_rounded = abs(value - wrong) <= unit / 2 * _ROUNDING_SLACK
    # 120.9 is not cut off from 121, although 121 − 120.9 is a little less than 0.1 in floats.
    is_cut_off = value * wrong > 0 and 0 <= abs(wrong) - abs(value) < unit - FLOAT_TOLERANCE * abs(wrong)
    return is_rounded or is_cut_off


def is_rounding(typed: TypedNumber, value: float, right: float) -> bool:
    """Return whether a typed number is `right`, or is rounded to it with at least two digits."""
    if is_close(value, right, FLOAT_TOLERANCE):
        return True
    return (
        typed.unit is not None
        and typed.decimal
        and typed.digits >= MIN_ROUNDED_DIGITS
        and abs(value - right) <= float(typed.unit) / 2
    )


def cell_pairs(a: Value, b: Value) -> Iterator[tuple[float, float]]:
    """Pair the cells of two values of the same shape, as floats."""
    return ((float(x), float(y)) for x, y in zip(ops.cells(a), ops.cells(b), strict=True))
