"""Number literals: exact values of typed numbers, and exact decimals."""

from __future__ import annotations

from fractions import Fraction

from tutor.algebra.errors import AlgebraError
from tutor.algebra.limits import MAX_DIGITS, MAX_EXPONENT
from tutor.i18n import N_, message

#: Characters that are read as a minus: the minus sign, dashes that editors put in its place, and other hyphens.
MINUS_SIGNS = "−–‐‑‒﹣"
_TO_PLAIN_MINUS = dict.fromkeys(map(ord, MINUS_SIGNS), "-")


def parse_number(text: str, position: int = 0, max_exponent: int = MAX_EXPONENT) -> Fraction:
    """Return the exact value of digits, a point and an exponent. Raises `AlgebraError` before it can become large."""
    if len(text) <= MAX_DIGITS and text.isdecimal() and text.isascii():
        return Fraction(int(text))
    mantissa, exponent = split_literal(text)
    if sum(character.isdigit() for character in mantissa) > MAX_DIGITS:
        raise AlgebraError(
            message(N_("This number has more than {n} digits. Write fewer."), n=MAX_DIGITS), position, len(text)
        )
    # Strip leading zeros and cut to four digits: Python refuses to parse thousands of digits.
    power = int((exponent.lstrip("+-").lstrip("0") or "0")[:4])
    if power > max_exponent:
        raise AlgebraError(
            message(N_("Exponents go from −{n} to {n}. Write a number closer to 1."), n=max_exponent),
            position,
            len(text),
        )
    return Fraction(mantissa or "0") * Fraction(10) ** (-power if exponent.startswith("-") else power)


def split_literal(text: str) -> tuple[str, str]:
    """Return the mantissa and the exponent of a number as typed, with plain minus signs; the exponent may be empty."""
    mantissa, _, exponent = text.translate(_TO_PLAIN_MINUS).lower().partition("e")
    return mantissa, exponent


#: A decimal with up to this many significant digits is written in full.
MAX_EXACT_DIGITS = 6
#: A number of more bits is not short in any notation.
MAX_EXACT_BITS = 128


def exact_decimal(value: Fraction, digits: int = MAX_EXACT_DIGITS) -> str | None:
    """Return `value` as a decimal with an ASCII minus, None if it needs more than `digits` significant digits."""
    if bit_length(value) > MAX_EXACT_BITS:
        return None
    bottom = value.denominator
    for prime in (2, 5):
        while bottom % prime == 0:
            bottom //= prime
    if bottom != 1:
        return None
    places = 0
    scaled = value
    while scaled.denominator != 1:
        scaled *= 10
        places += 1
        if places > 2 * digits:
            return None
    digits_value = abs(scaled.numerator)
    if len(str(digits_value).rstrip("0")) > digits or len(str(digits_value)) > 12 + places:
        return None
    text = str(digits_value).rjust(places + 1, "0")
    text = f"{text[:-places]}.{text[-places:]}" if places else text
    return f"-{text}" if value < 0 else text


def bit_length(value: Fraction) -> int:
    return max(value.numerator.bit_length(), value.denominator.bit_length())
