"""Tolerances and digit counts of grading, and how they depend on each other.

Tolerances are relative: 0.005 is half a percent of the value compared with. From the finest to the coarsest:

    FLOAT_TOLERANCE < MACHINE_TOLERANCE < NEAR_TOLERANCE < HINT_TOLERANCE < TOLERANCE
    < PREFILTER_TOLERANCE <= MIN_PROOF_SEPARATION < MIN_SEPARATION < SLIP_TOLERANCE

- A correct rounding to `REQUIRED_DIGITS` is off by `TOLERANCE` at most, so it is right.
- `REQUIRED_DIGITS < SHOWN_DIGITS` (`algebra.printing`): a value typed as the program shows it is right.
- A value that is shown in full must be typed in full: `MAX_SHORT_DIGITS` is the printer's `MAX_EXACT_DIGITS`.
- Values `MIN_SEPARATION` apart stay distinguishable after two roundings: `2 * TOLERANCE < MIN_SEPARATION`.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from tutor.algebra.literals import MAX_EXACT_DIGITS

# --- digits ------------------------------------------------------------------------------------------------

#: An answer with decimals must have this many correct digits, unless its blank sets `digits` or `tolerance`.
REQUIRED_DIGITS = 3
#: A number with this many digits need not be the correct rounding of a short value: it may be `NEAR_TOLERANCE` off.
MIN_NEAR_DIGITS = REQUIRED_DIGITS + 1
#: A number with fewer digits is not taken for a rounding: 1 is not a short way to write 1.4.
MIN_ROUNDED_DIGITS = 2
#: An exact value of at most this many significant digits (120, 0.16) must be matched, not approximated.
MAX_SHORT_DIGITS = MAX_EXACT_DIGITS
#: Fresh numbers avoid answers with more digits than this, so that every answer is short.
MAX_HAND_DIGITS = MAX_SHORT_DIGITS
#: A right answer with wrong last digits is corrected to at most this many: later digits of a float are unreliable.
MAX_CORRECTED_DIGITS = 12
#: Exchanged digits are looked for in numbers of at most this many digits, which a float holds.
MAX_SLIP_DIGITS = 15

# --- right or wrong ----------------------------------------------------------------------------------------


def relative_tolerance(digits: int = REQUIRED_DIGITS) -> Fraction:
    """Return how far an answer may be off, relative to the truth: the worst error of a rounding to `digits`."""
    return Fraction(1, 2) * Fraction(10) ** (1 - digits)


#: 0.5 %.
TOLERANCE = relative_tolerance()
#: 0.05 %: how far a typed calculation with decimals, such as `0.4^2`, or a number with `MIN_NEAR_DIGITS` may be off from
#: a short exact truth. A value rounded to four digits leads to 0.4801 instead of 0.48.
NEAR_TOLERANCE = relative_tolerance(MIN_NEAR_DIGITS)
#: A number with this many digits was printed by a program: seven digits are too many to compute by hand, a short value has at
#: most six, and float32, the coarsest format in use, prints seven to nine.
MIN_MACHINE_DIGITS = 7
#: PyTorch prints small numbers in a matrix with five digits: 2.7756e-17.
MIN_NOISE_DIGITS = 5
#: How far such a number may be off because a program rounded at each step. One rounding of a float32 is off by 2^-24, or
#: 6e-8, so this allows sixteen in the same direction; those of a float64 are 2^29 times smaller.
MACHINE_TOLERANCE = Fraction(1, 10**6)
#: 0 is a right answer for a value closer to zero than this, such as σ′(100).
SMALLEST_NONZERO = Fraction(1, 10**30)
#: The largest tolerance that an author may choose: a tenth of the right value.
MAX_TOLERANCE = Fraction(1, 10)


@dataclass(frozen=True, slots=True)
class Precision:
    """The precision that an answer with decimals needs: its correct digits, and its largest relative error.

    `is_demanded`: the author chose them, because the question is about a small difference or only needs an estimate.
    """

    digits: int = REQUIRED_DIGITS
    tolerance: Fraction = TOLERANCE
    is_demanded: bool = False

    @staticmethod
    def demanded(digits: int | None, tolerance: Fraction | None) -> Precision:
        """Return what an author asks for with `digits`, `tolerance`, both or neither."""
        if digits is None and tolerance is None:
            return DEFAULT_PRECISION
        if tolerance is None:
            assert digits is not None
            return Precision(digits, relative_tolerance(digits), is_demanded=True)
        return Precision(digits or digits_for(tolerance), tolerance, True)

    @property
    def near_tolerance(self) -> Fraction:
        """The tolerance for an answer with enough digits next to a short exact truth."""
        return self.tolerance if self.is_demanded else min(self.tolerance, NEAR_TOLERANCE)


def digits_for(tolerance: Fraction) -> int:
    """Return how many digits a rounding needs so that it is off by at most the relative `tolerance`."""
    return next(digits for digits in range(1, 100) if relative_tolerance(digits) <= tolerance)


DEFAULT_PRECISION = Precision()

# --- recognising mistakes ----------------------------------------------------------------------------------

#: Floats this close are the same value, computed in two ways.
FLOAT_TOLERANCE = 1e-9
#: The rounding error of a short formula; a float below it counts as zero.
FLOAT_ROUNDING = 1e-12
#: A cell of a matrix is right but for its place or its sign if it is this close.
MISTAKE_TOLERANCE = float(TOLERANCE)
#: A number with fewer digits that matter (120 has two) never proves a mistake: 6 for 5 may come about in many ways.
MIN_TELLING_DIGITS = 2
#: A mistake is stated as certain if a random number of the same length meets a known mistake at most this often.
MAX_CHANCE = 0.05
#: Values that differ by more than this in floats need no exact comparison.
PREFILTER_TOLERANCE = 0.01
#: If a mistake gives a value closer to the truth than this, a right answer does not prove the rule.
MIN_PROOF_SEPARATION = 0.01
#: Fresh numbers keep the values of mistakes this far from the truth and from each other.
MIN_SEPARATION = 0.03
#: An otherwise unexplained answer this close to the truth is a slip in arithmetic.
SLIP_TOLERANCE = 0.05

# --- numbers in hints --------------------------------------------------------------------------------------

#: A product written out in a hint must come this close to the truth, so that its result is graded as right.
HINT_TOLERANCE = 0.001
#: A nudge is shown if its difference quotient is this close to the gradient: with the problem's numbers, at a point.
NUDGE_TOLERANCE, POINT_NUDGE_TOLERANCE = 0.02, 0.05
#: A gradient of zero is shown by a nudge that moves the output less than this per unit.
MAX_ZERO_MOVEMENT = 0.001
#: Two values are shown with enough digits if their shown difference is this close to the true one.
DIFFERENCE_TOLERANCE = 0.01
