"""Is an answer equal to the truth? Numbers, exact and with decimals; the figures of the tolerance stand here.

- An answer without decimals is exact and must equal the truth exactly; but 1143 is right where 1142.58… is shown so.
- An answer with decimals stands for a rounding. Where the truth is exact and short (at most `SHORT` significant
  digits) it must be that value or its correct rounding to at least `DIGITS` digits; any other truth accepts
  what lies within `TOLERANCE`. A correct rounding farther off is coarse: right so far, with too few digits.
- Zero is right only for zero, and for what is too small to be typed.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from fractions import Fraction

from tutor.algebra.balls import BALL_CACHE, ball_from_fraction
from tutor.algebra.expr import Apply, Expr, Num, postorder, structurally_equal
from tutor.algebra.literals import exact_decimal
from tutor.algebra.precision import PRECISIONS, working_precision
from tutor.grading.tolerances import (
    CALCULATION_TOLERANCE,
    MAX_SHORT_DIGITS,
    MIN_ROUNDED_DIGITS,
    REQUIRED_DIGITS,
    SMALLEST_TYPABLE,
    relative_tolerance,
)

#: Two exact numbers whose difference is below this, relatively, at the last precision are equal.
_EXACT_TOLERANCE = Fraction(1, 2**256)


class Match(Enum):
    """How an answer compares with a value. `UNCLEAR`: even at the highest precision it can't be told."""

    EQUAL = "equal"
    COARSE = "coarse"
    DIFFERENT = "different"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class TypedNumber:
    """One number as it was typed, and its exact value.

    `unit` is what one step of the last digit is worth where a single literal was typed, or a sum of so many `terms`
    that are whole numbers; otherwise None. `factor` is the only number with decimals in a formula.
    """

    value: Expr
    decimal: bool
    unit: Fraction | None = None
    digits: int = 0
    factor: Num | None = None
    terms: int = 1

    @staticmethod
    def from_expr(tree: Expr, value: Expr) -> TypedNumber:
        """From the tree as parsed and its exact value."""
        decimals = [node for node in postorder(tree) if isinstance(node, Num) and node.is_decimal]
        decimal = bool(decimals)
        literal = tree.args[0] if isinstance(tree, Apply) and tree.op == "neg" else tree
        if not isinstance(literal, Num):
            nodes = list(postorder(tree))
            if all(
                node.op in ("add", "sub", "neg") if isinstance(node, Apply) else _is_whole_number(node)
                for node in nodes
            ):
                whole = [len(node.text) for node in nodes if isinstance(node, Num)]
                return TypedNumber(value, False, Fraction(1), max(whole), terms=len(whole))
            return TypedNumber(value, decimal, factor=decimals[0] if len(decimals) == 1 else None)
        mantissa, _, exponent = literal.text.replace("−", "-").lower().partition("e")
        places = len(mantissa.partition(".")[2])
        digits = len(mantissa.replace(".", "").lstrip("0"))
        return TypedNumber(value, decimal, Fraction(10) ** (int(exponent or 0) - places), digits)


def _is_whole_number(node: Expr) -> bool:
    return isinstance(node, Num) and node.text.isdecimal()


def compare_numbers(answer: TypedNumber, truth: Expr, digits: int = REQUIRED_DIGITS) -> Match:
    """How `answer` compares with `truth`, both scalars without symbols.

    `digits` are those that an answer with decimals must have right.
    """
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
        # A value too small to be typed is as good as zero: σ′ far out.
        return Match.EQUAL if _is_within(value, truth, SMALLEST_TYPABLE) else Match.DIFFERENT
    short = isinstance(truth, Num) and exact_decimal(truth.value, MAX_SHORT_DIGITS) is not None
    if not answer.decimal:
        # A whole number that is the truth, rounded: right with as many digits as values are shown with, else nearly. What
        # was shown so may be added up as well.
        if (
            answer.unit != 1
            or answer.digits < MIN_ROUNDED_DIGITS
            or not _is_within(value, truth, answer.unit * answer.terms / 2)
        ):
            return Match.DIFFERENT
        if answer.digits > digits and not short:
            return Match.EQUAL
        return Match.COARSE if answer.terms == 1 else Match.DIFFERENT
    rounded = answer.unit is not None and _is_within(value, truth, answer.unit / 2)
    if short:
        if answer.unit is None:
            return Match.EQUAL if _is_relatively_close(value, truth, CALCULATION_TOLERANCE) else Match.DIFFERENT
        if not rounded:
            return Match.DIFFERENT
        return Match.EQUAL if answer.digits >= digits else Match.COARSE
    if _is_relatively_close(value, truth, relative_tolerance(digits)):
        return Match.EQUAL
    return Match.COARSE if rounded else Match.DIFFERENT


def _compare_exact(a: Expr, b: Expr) -> Match:
    """Whether two exact numbers are equal: balls that touch at first must do so at the last precision."""
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
                size = abs(left) + abs(right)
                tiny = (left - right).rad() <= (size + 1) * ball_from_fraction(_EXACT_TOLERANCE)
                return Match.EQUAL if tiny else Match.UNCLEAR
    return Match.UNCLEAR


def _is_relatively_close(value: Expr, truth: Expr, tolerance: Fraction) -> bool:
    """|value − truth| ≤ tolerance · |truth|, and truth is not zero."""
    if isinstance(value, Num) and isinstance(truth, Num):
        return truth.value != 0 and abs(value.value - truth.value) <= tolerance * abs(truth.value)
    for bits in PRECISIONS:
        with working_precision(bits):
            right = BALL_CACHE(truth)
            off, allowed = abs(BALL_CACHE(value) - right), ball_from_fraction(tolerance) * abs(right)
            if off < allowed:
                return True
            if off > allowed:
                return False
    return False


def _is_within(value: Expr, truth: Expr, distance: Fraction) -> bool:
    """|value − truth| ≤ distance."""
    if isinstance(value, Num) and isinstance(truth, Num):
        return abs(value.value - truth.value) <= distance
    for bits in PRECISIONS:
        with working_precision(bits):
            off = abs(BALL_CACHE(value) - BALL_CACHE(truth))
            if off < ball_from_fraction(distance):
                return True
            if off > ball_from_fraction(distance):
                return False
    return False
