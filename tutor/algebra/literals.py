"""Numbers as they are typed, exact and within bounds: in answers, in formulas and in pack files."""

from __future__ import annotations

from fractions import Fraction

from tutor.algebra.errors import AlgebraError
from tutor.algebra.limits import MAX_DIGITS, MAX_EXPONENT
from tutor.i18n import N_, message


def parse_number(text: str, position: int = 0) -> Fraction:
    """An exact number from digits, a point and an exponent, refused before it can be large."""
    if len(text) <= MAX_DIGITS and text.isdecimal() and text.isascii():
        return Fraction(int(text))
    plain = text.replace("−", "-").replace("–", "-").lower()
    mantissa, _, exponent = plain.partition("e")
    if sum(character.isdigit() for character in mantissa) > MAX_DIGITS:
        raise AlgebraError(
            message(N_("This number has more than {n} digits. Write fewer."), n=MAX_DIGITS), position, len(text)
        )
    # Leading zeros go first: Python refuses to read thousands of digits.
    power = int((exponent.lstrip("+-").lstrip("0") or "0")[:4])
    if power > MAX_EXPONENT:
        raise AlgebraError(
            message(N_("Exponents go from −{n} to {n}. Write a number nearer to 1."), n=MAX_EXPONENT),
            position,
            len(text),
        )
    return Fraction(mantissa or "0") * Fraction(10) ** (-power if exponent.startswith("-") else power)
