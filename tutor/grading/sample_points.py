"""Points of symbols' domains at which formulas are compared: always the same, the simplest first."""

from __future__ import annotations

from fractions import Fraction
from hashlib import sha256
from typing import TYPE_CHECKING, TypeAlias

from tutor.algebra.expr import MATRIX_DOMAINS, Expr, Sym, postorder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Point: TypeAlias = "Mapping[str, Fraction]"

#: How many points are drawn after the simple ones.
NUM_DRAWS = 60
#: The first points, so that a counterexample is easy to read: x = 2, x = −3, p = 1/4.
_SIMPLE_NUMBERS = (Fraction(2), Fraction(3), Fraction(5), Fraction(7))
_SIMPLE_PROBABILITIES = (Fraction(1, 4), Fraction(3, 4), Fraction(1, 2), Fraction(1, 8))
#: Drawn sizes are odd numbers below twice the first one, over the second: up to 4, 25, 1, 1024 and 1/32.
_SIZES = ((32, 16), (200, 16), (16, 32), (8192, 16), (32, 16), (16, 1024))


def symbol_domains(*trees: Expr) -> dict[str, str]:
    """Return the symbols in `trees` with their domains, the narrowest if a symbol has several."""
    found: dict[str, str] = {}
    for tree in trees:
        for node in postorder(tree):
            if isinstance(node, Sym) and node.name != "pi":
                found[node.name] = max(found.get(node.name, "real"), node.domain, key=MATRIX_DOMAINS.index)
    return found


def default_point(domains: Mapping[str, str]) -> Point:
    """Return the first point at which formulas are compared."""
    return next(sample_points(domains))


def sample_points(domains: Mapping[str, str]) -> Iterator[Point]:
    """Yield small whole numbers, then drawn ones of many sizes with mixed signs.

    All are exact in binary, so their balls have no radius.
    """
    if not domains:
        yield {}
        return
    for sign in (1, -1):
        yield {name: _simple_number(i, domain, sign) for i, (name, domain) in enumerate(domains.items())}
    for number in range(NUM_DRAWS):
        yield {name: _drawn_number(number, name, domain) for name, domain in domains.items()}


def _simple_number(position: int, domain: str, sign: int) -> Fraction:
    position = (position + (sign < 0)) % len(_SIMPLE_NUMBERS)
    if domain == "probability":
        return _SIMPLE_PROBABILITIES[position]
    return _SIMPLE_NUMBERS[position] * (1 if domain == "positive" else sign)


def _drawn_number(number: int, name: str, domain: str) -> Fraction:
    draw = int.from_bytes(sha256(f"{number}\n{name}".encode()).digest()[:8], "big")
    if domain == "probability":
        return Fraction(2 * (draw % 512) + 1, 1024)
    odd_numbers, denominator = _SIZES[number % len(_SIZES)]
    size = Fraction(2 * (draw % odd_numbers) + 1, denominator)
    return -size if domain != "positive" and (draw >> 40) % 2 == 1 else size
