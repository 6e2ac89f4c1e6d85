"""The order that tolerances and digit counts must keep."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest

from tutor.algebra.printing import SHOWN_DIGITS
from tutor.grading import tolerances as t


def test_tolerances_are_ordered() -> None:
    ordered: list[Fraction | float] = [
        t.FLOAT_ROUNDING,
        t.FLOAT_TOLERANCE,
        t.MACHINE_TOLERANCE,
        t.NEAR_TOLERANCE,
        t.HINT_TOLERANCE,
        t.TOLERANCE,
        t.PREFILTER_TOLERANCE,
        t.MIN_SEPARATION,
        t.SLIP_TOLERANCE,
    ]
    assert all(finer < coarser for finer, coarser in pairwise(ordered))
    assert t.MISTAKE_TOLERANCE < t.PREFILTER_TOLERANCE <= t.MIN_PROOF_SEPARATION < t.MIN_SEPARATION


def test_the_noise_of_a_float32_is_accepted_and_no_short_value_has_as_many_digits() -> None:
    assert t.MACHINE_TOLERANCE > 16 * 2.0**-24
    assert t.MIN_NOISE_DIGITS <= t.MAX_SHORT_DIGITS < t.MIN_MACHINE_DIGITS


def test_separate_values_stay_apart_after_two_roundings() -> None:
    assert 2 * t.TOLERANCE <= t.MIN_PROOF_SEPARATION < t.MIN_SEPARATION


def test_a_shown_value_is_accepted_when_it_is_typed() -> None:
    assert t.REQUIRED_DIGITS < SHOWN_DIGITS <= t.MAX_SHORT_DIGITS
    assert t.MAX_HAND_DIGITS <= t.MAX_SHORT_DIGITS <= t.MAX_CORRECTED_DIGITS <= t.MAX_SLIP_DIGITS


@pytest.mark.parametrize("digits", range(1, 13))
def test_the_tolerance_is_the_worst_error_of_a_correct_rounding(digits: int) -> None:
    worst = Fraction(1, 2) / 10 ** (digits - 1)  # of 1.00…05, rounded in its last digit
    assert t.relative_tolerance(digits) == worst
    assert t.relative_tolerance(digits + 1) * 10 == t.relative_tolerance(digits)
