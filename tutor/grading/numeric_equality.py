"""Equality of a typed number with the truth, with the digits and tolerances of `tolerances`.

- An answer without decimals is exact and must equal the truth; but 1143 is right if 1142.58… is shown as 1143.
- An answer with decimals is a rounding. If the truth is exact and short (at most `MAX_SHORT_DIGITS` digits), the answer
  must be that value, its correct rounding to at least `REQUIRED_DIGITS` digits, or a number with more digits within
  `NEAR_TOLERANCE`. Any other truth accepts what lies within `TOLERANCE`. A correct rounding that is further off is
  coarse: right so far, with too few digits. An author may demand another precision.
- What a program printed, 0.30000000000000004 for 0.1 + 0.2, has enough digits to be right. A cell of a matrix that should
  be 0 may be off by `MACHINE_TOLERANCE` of its largest cell.
- Zero is right only for zero, and for a value below `SMALLEST_NONZERO`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from typing import TYPE_CHECKING

from tutor.algebra.balls import BALL_CACHE, ball_from_fraction, nearest_float
from tutor.algebra.expr import Apply, Expr, Num, postorder, structurally_equal
from tutor.algebra.literals import exact_decimal, split_literal
from tutor.algebra.precision import PRECISIONS, working_precision
from tutor.grading.tolerances import (
    DEFAULT_PRECISION,
    MACHINE_TOLERANCE,
    MAX_SHORT_DIGITS,
    MIN_NEAR_DIGITS,
    MIN_NOISE_DIGITS,
    MIN_ROUNDED_DIGITS,
    SMALLEST_NONZERO,
    TOLERANCE,
    Precision,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tutor.algebra.precision import Ball
    from tutor.grading.decimal_constants import DecimalPattern

#: Exact numbers are equal if the last precision bounds their difference by this, relatively.
_EXACT_TOLERANCE = Fraction(1, 2**256)


class Match(Enum):
    """The result of comparing an answer with a value. `UNCLEAR`: not even the highest precision decides."""

    EQUAL = "equal"
    COARSE = "coarse"
    DIFFERENT = "different"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class TypedNumber:
    """A number as it was typed, and its exact value.

    `unit` is the value of one step of the last digit, if a literal or a sum of `terms` whole numbers was typed;
    otherwise None. `pattern` is a formula with names in place of its numbers with decimals.
    """

    value: Expr
    decimal: bool
    unit: Fraction | None = None
    digits: int = 0
    pattern: DecimalPattern | None = None
    terms: int = 1

    @staticmethod
    def from_expr(tree: Expr, value: Expr) -> TypedNumber:
        """Describe a number from its expression as parsed and its exact value."""
        decimal = any(isinstance(node, Num) and node.is_decimal for node in postorder(tree))
        literal = tree.args[0] if isinstance(tree, Apply) and tree.op == "neg" else tree
        if not isinstance(literal, Num):
            nodes = list(postorder(tree))
            if all(
                node.op in ("add", "sub", "neg") if isinstance(node, Apply) else _is_whole_number(node)
                for node in nodes
            ):
                lengths = [len(node.text) for node in nodes if isinstance(node, Num)]
                return TypedNumber(value, False, Fraction(1), max(lengths), terms=len(lengths))
            return TypedNumber(value, decimal)
        mantissa, exponent = split_literal(literal.text)
        places = len(mantissa.partition(".")[2])
        digits = len(mantissa.replace(".", "").lstrip("0"))
        return TypedNumber(value, decimal, Fraction(10) ** (int(exponent or 0) - places), digits)


def _is_whole_number(node: Expr) -> bool:
    return isinstance(node, Num) and node.text.isdecimal()


def compare_numbers(answer: TypedNumber, truth: Expr, precision: Precision = DEFAULT_PRECISION) -> Match:
    """Compare `answer` with `truth`, both without symbols. An answer with decimals must have this precision."""
    value = answer.value
    if value is truth:
        return Match.EQUAL
    if isinstance(value, Num) and isinstance(truth, Num):
        if value.value == truth.value:
            return Match.EQUAL
    elif not answer.decimal:
        same = _compare_exact(value, truth)
        if same is not Match.DIFFERENT:
            return same
    if isinstance(value, Num) and value.value == 0:
        return Match.EQUAL if _is_within(value, truth, SMALLEST_NONZERO) else Match.DIFFERENT
    is_short = isinstance(truth, Num) and exact_decimal(truth.value, MAX_SHORT_DIGITS) is not None
    return (_compare_decimal if answer.decimal else _compare_whole)(answer, truth, precision, is_short)


def is_correct_rounding(answer: TypedNumber, truth: Expr) -> bool:
    """Return whether `answer` is the truth, or a literal to which the truth rounds."""
    if isinstance(answer.value, Num) and isinstance(truth, Num) and answer.value.value == truth.value:
        return True
    if answer.unit is not None:
        return _is_within(answer.value, truth, answer.unit * answer.terms / 2)
    return not answer.decimal and _compare_exact(answer.value, truth) is Match.EQUAL


def is_noise_for_zero(answer: TypedNumber, truth: Expr, largest: Callable[[], float]) -> bool:
    """Return whether the truth is 0, and `answer` differs from it only by the rounding errors of a program.

    `largest` returns the largest absolute value in the matrix that holds the truth.
    """
    return (
        answer.decimal
        and answer.digits >= MIN_NOISE_DIGITS
        and nearest_float(truth) == 0
        and abs(nearest_float(answer.value)) <= MACHINE_TOLERANCE * largest()
    )


def _compare_whole(answer: TypedNumber, truth: Expr, precision: Precision, is_short: bool) -> Match:
    """Compare an answer without decimals that is not equal to the truth: it may be a whole number that was rounded.

    It is right with more digits than are required, as values are shown, or else coarse. A sum of shown values counts too,
    and an estimate if the author asks for no more. A short truth may be rounded to tens, hundreds …: 93310 for 93312.
    """
    if answer.unit != 1 or answer.digits < MIN_ROUNDED_DIGITS:
        return Match.DIFFERENT
    if precision.tolerance > TOLERANCE and _is_relatively_close(answer.value, truth, precision.tolerance):
        return Match.EQUAL
    num_digits = max(precision.digits + 1, MIN_NEAR_DIGITS)
    is_rounding = _is_within(answer.value, truth, answer.unit * answer.terms / 2)
    if is_short:
        if answer.terms == 1 and _is_rounded_to_zeros(answer, truth, num_digits):
            return Match.EQUAL
    elif answer.digits >= num_digits:
        is_near = answer.terms == 1 and _is_relatively_close(answer.value, truth, precision.near_tolerance)
        if is_rounding or is_near:
            return Match.EQUAL
    return Match.COARSE if is_rounding and answer.terms == 1 else Match.DIFFERENT


def _is_rounded_to_zeros(answer: TypedNumber, truth: Expr, num_digits: int) -> bool:
    """Return whether a whole number ends in zeros to which the truth was rounded, after `num_digits` digits or more."""
    assert isinstance(answer.value, Num)
    digits = len(str(abs(answer.value.value.numerator)).rstrip("0"))
    unit = Fraction(10) ** (answer.digits - digits)
    return digits >= num_digits and unit > 1 and _is_within(answer.value, truth, unit / 2)


def _compare_decimal(answer: TypedNumber, truth: Expr, precision: Precision, is_short: bool) -> Match:
    is_literal = answer.unit is not None
    is_rounding = answer.unit is not None and _is_within(answer.value, truth, answer.unit / 2)
    tolerance = precision.tolerance
    if is_short and not precision.is_demanded:
        if is_rounding and answer.digits >= precision.digits:
            return Match.EQUAL
        tolerance = precision.near_tolerance
        if is_literal and answer.digits < MIN_NEAR_DIGITS:
            return Match.COARSE if is_rounding else Match.DIFFERENT
    if _is_relatively_close(answer.value, truth, tolerance):
        return Match.EQUAL
    return Match.COARSE if is_rounding else Match.DIFFERENT


def _compare_exact(a: Expr, b: Expr) -> Match:
    """Compare two exact numbers: balls that overlap at the first precision must do so at the last."""
    if structurally_equal(a, b):
        return Match.EQUAL
    for bits in (PRECISIONS[0], PRECISIONS[-1]):
        with working_precision(bits):
            left, right = BALL_CACHE(a), BALL_CACHE(b)
            if not left.is_finite() or not right.is_finite():
                continue
            if not left.overlaps(right):
                return Match.DIFFERENT
            if bits == PRECISIONS[-1]:
                allowed = (abs(left) + abs(right) + 1) * ball_from_fraction(_EXACT_TOLERANCE)
                return Match.EQUAL if (left - right).rad() <= allowed else Match.UNCLEAR
    return Match.UNCLEAR


def _is_relatively_close(value: Expr, truth: Expr, tolerance: Fraction) -> bool:
    """Return whether |value − truth| ≤ tolerance · |truth|, and truth is not zero."""
    if isinstance(value, Num) and isinstance(truth, Num):
        return truth.value != 0 and abs(value.value - truth.value) <= tolerance * abs(truth.value)
    return _difference_is_at_most(value, truth, lambda true_ball: ball_from_fraction(tolerance) * abs(true_ball))


def _is_within(value: Expr, truth: Expr, distance: Fraction) -> bool:
    """Return whether |value − truth| ≤ distance."""
    if isinstance(value, Num) and isinstance(truth, Num):
        return abs(value.value - truth.value) <= distance
    return _difference_is_at_most(value, truth, lambda _true_ball: ball_from_fraction(distance))


def _difference_is_at_most(value: Expr, truth: Expr, allowed: Callable[[Ball], Ball]) -> bool:
    """Compare |value − truth| with what `allowed` returns for the truth's ball; False if no precision decides."""
    for bits in PRECISIONS:
        with working_precision(bits):
            true_ball = BALL_CACHE(truth)
            difference, limit = abs(BALL_CACHE(value) - true_ball), allowed(true_ball)
            if difference < limit:
                return True
            if difference > limit:
                return False
    return False
