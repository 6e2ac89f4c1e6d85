"""Tolerances and digit counts of grading, and how they depend on each other.

Tolerances are relative: 0.005 of the value compared with. From the finest to the coarsest:

    FLOAT_TOLERANCE < CALCULATION_TOLERANCE < HINT_TOLERANCE < TOLERANCE
    < PREFILTER_TOLERANCE <= MIN_PROOF_SEPARATION < MIN_SEPARATION < SLIP_TOLERANCE

- A correct rounding to `REQUIRED_DIGITS` is off by `TOLERANCE` at most, so it is right.
- `REQUIRED_DIGITS < SHOWN_DIGITS` (`algebra.printing`): a value typed as the program shows it is right.
- A value that is shown in full must be typed in full: `MAX_SHORT_DIGITS` is the printer's `MAX_EXACT_DIGITS`.
- Values `MIN_SEPARATION` apart stay distinguishable after two roundings: `2 * TOLERANCE < MIN_SEPARATION`.
"""

from __future__ import annotations

from fractions import Fraction

from tutor.algebra.limits import MAX_EXPONENT
from tutor.algebra.literals import MAX_EXACT_DIGITS

# --- digits ------------------------------------------------------------------------------------------------

#: An answer with decimals must have this many correct digits, unless its blank sets `digits`.
REQUIRED_DIGITS = 3
#: A number of one digit is no rounding: 1 is not a short way to write 1.4.
MIN_ROUNDED_DIGITS = 2
#: An exact value of at most this many significant digits (120, 0.16) must be matched, not approximated.
MAX_SHORT_DIGITS = MAX_EXACT_DIGITS
#: Fresh numbers avoid answers with more digits than this, so that every answer is short.
MAX_HAND_DIGITS = MAX_SHORT_DIGITS
#: Praise corrects at most this many of the digits typed: floats are not reliable beyond.
MAX_CORRECTED_DIGITS = 12
#: Exchanged digits are looked for in numbers of at most this many digits, which a float holds exactly.
MAX_SLIP_DIGITS = 15

# --- right or wrong ----------------------------------------------------------------------------------------


def relative_tolerance(digits: int = REQUIRED_DIGITS) -> Fraction:
    """Return how far an answer may be off, relative to the truth: the worst error of a rounding to `digits`."""
    return Fraction(1, 2) * Fraction(10) ** (1 - digits)


#: Half a percent.
TOLERANCE = relative_tolerance()
#: A calculation with decimals, typed as it is (`0.4^2`), may be off by 0.05 % from a short exact truth.
CALCULATION_TOLERANCE = relative_tolerance(REQUIRED_DIGITS + 1)
#: Nothing closer to zero than this can be typed, so 0 is right for it.
SMALLEST_TYPABLE = Fraction(1, 10**MAX_EXPONENT)

# --- recognising mistakes ----------------------------------------------------------------------------------

#: The same value, computed in floats in two ways.
FLOAT_TOLERANCE = 1e-9
#: The same, in the few steps from one formula to another with the same meaning; also what is zero in floats.
FLOAT_ROUNDING = 1e-12
#: An answer with decimals follows a mistake within the tolerance of a right answer.
MISTAKE_TOLERANCE = float(TOLERANCE)
#: Floats rule out what differs by more than this before it is compared exactly.
PREFILTER_TOLERANCE = 0.01
#: Values closer than this do not prove that a rule was followed and no mistake made.
MIN_PROOF_SEPARATION = 0.01
#: Fresh numbers keep the values of mistakes this far from the truth and from each other.
MIN_SEPARATION = 0.03
#: An otherwise unexplained answer this close to the truth is a slip in arithmetic.
SLIP_TOLERANCE = 0.05

# --- numbers in hints --------------------------------------------------------------------------------------

#: A product written out in a hint must come this close to the truth, so that its result is graded as right.
HINT_TOLERANCE = 0.001
#: A nudge is shown if its difference quotient comes this close to the gradient; at a point we choose, this close.
NUDGE_TOLERANCE, POINT_NUDGE_TOLERANCE = 0.02, 0.05
#: A gradient of zero is shown by an output that moves less than this, per unit of the nudge.
MAX_ZERO_MOVEMENT = 0.001
#: Two shown values have enough digits if their difference is off by at most this.
DIFFERENCE_TOLERANCE = 0.01
