"""Are two formulas the same function of their symbols? Decided at points, in ball arithmetic.

Two balls that don't touch prove a difference, and the point is a witness that can be shown. Nothing proves that two
formulas agree everywhere; agreement at several points of the domain, some of it to hundreds of digits, is taken for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from hashlib import sha256
from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.balls import ball_from_fraction, to_ball
from tutor.algebra.expr import Expr, Sym, postorder
from tutor.algebra.precision import PRECISIONS, Ball, working_precision

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tutor.algebra.ops import Value

#: So many points must agree.
NUM_POINTS = 6
#: So many are tried to find them, where the reference has no value at some.
MAX_TRIES = 48
#: What agrees has to agree to this many bits, and at the first point at every precision.
_REQUIRED_BITS = PRECISIONS[1]
#: A ball is as good as a number when it is known to this many bits.
_SHARP_BITS = 60
#: What is nearer to zero than this at the last precision is zero.
_EFFECTIVELY_ZERO = Fraction(1, 2**400)


class Outcome(Enum):
    """`UNDEFINED`: the formula has no value where the reference has one. `UNDECIDED`: it can't be told."""

    SAME = "same"
    DIFFERENT = "different"
    UNDEFINED = "undefined"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class FormulaComparison:
    """What was found; for a difference the point that shows it, and both values there as floats."""

    outcome: Outcome
    point: Mapping[str, Fraction] | None = None
    answer_value: float | None = None
    true_value: float | None = None


def symbol_domains(*trees: Expr) -> dict[str, str]:
    """The free symbols of trees and their domains; the narrowest where they are told differently."""
    rank = ("real", "nonzero", "positive")
    found: dict[str, str] = {}
    for tree in trees:
        for node in postorder(tree):
            if isinstance(node, Sym) and node.name != "pi":
                found[node.name] = max(found.get(node.name, "real"), node.domain, key=rank.index)
    return found


def compare_formulas(answer: Expr, truth: Expr, tolerance: Fraction | None = None) -> FormulaComparison:
    """Whether `answer` is the same function as `truth`, at points of the domains that `truth` declares.

    With a `tolerance`, for answers with decimals, values may be off by that part of the truth.
    """
    # The reference knows the domains; the answer's symbols are the same ones.
    domains = symbol_domains(truth, answer)
    enough = NUM_POINTS if domains else 1
    agreed = 0
    undecided = False
    for point in _sample_points(domains):
        if agreed == enough:
            break
        outcome = _compare_at_point(point, answer, truth, tolerance, thorough=agreed == 0 and tolerance is None)
        if outcome is None:
            continue
        if outcome.outcome is Outcome.SAME:
            agreed += 1
        elif outcome.outcome is Outcome.UNDECIDED:
            undecided = True
        else:
            return outcome
    if agreed == enough and not undecided:
        return FormulaComparison(Outcome.SAME)
    return FormulaComparison(Outcome.UNDECIDED)


def _compare_at_point(
    point: Mapping[str, Fraction], answer: Expr, truth: Expr, tolerance: Fraction | None, thorough: bool
) -> FormulaComparison | None:
    """What one point shows; None where the reference has no value there."""
    mine: Ball = None
    reference: Ball = None
    defined = False
    # What is looked at thoroughly goes to the last precision in any case; what has to agree, to that many bits.
    enough = PRECISIONS if tolerance is not None else PRECISIONS[1:]
    for bits in (PRECISIONS[0], PRECISIONS[-1]) if thorough else enough:
        with working_precision(bits):
            places = {name: ball_from_fraction(value) for name, value in point.items()}
            # An answer over names has parts of the reference in it.
            done: dict[int, Ball] = {}
            reference, mine = to_ball(truth, places, done), to_ball(answer, places, done)
            if not reference.is_finite():
                continue
            defined = True
            if not mine.is_finite():
                continue
            found = _compare_balls(mine, reference, tolerance, bits)
            if found is Outcome.SAME and thorough and bits != PRECISIONS[-1]:
                continue
            if found is not None:
                return FormulaComparison(found, point, float(mine.mid()), float(reference.mid()))
    if not defined:
        return None
    if mine is None or not mine.is_finite():
        return FormulaComparison(Outcome.UNDEFINED, point, None, float(reference.mid()))
    return FormulaComparison(Outcome.UNDECIDED, point)


def _compare_balls(mine: Ball, reference: Ball, tolerance: Fraction | None, bits: int) -> Outcome | None:
    """What two finite balls tell at a precision, None where a higher one is needed."""
    if tolerance is not None:
        off, allowed = abs(mine - reference), ball_from_fraction(tolerance) * abs(reference)
        if off < allowed or (mine.is_zero() and reference.is_zero()):
            return Outcome.SAME
        return Outcome.DIFFERENT if off > allowed else None
    if not mine.overlaps(reference):
        return Outcome.DIFFERENT
    if bits < _REQUIRED_BITS:
        return None
    if mine.rel_accuracy_bits() >= _SHARP_BITS and reference.rel_accuracy_bits() >= _SHARP_BITS:
        return Outcome.SAME
    if bits == PRECISIONS[-1] and mine.abs_upper() < ball_from_fraction(_EFFECTIVELY_ZERO) > reference.abs_upper():
        return Outcome.SAME
    return None


#: Where a difference is looked for first, so that a witness reads well: at x = 2, at x = −3.
_SIMPLE_NUMBERS = (2, 3, 5, 7)


def default_point(domains: Mapping[str, str]) -> Mapping[str, Fraction]:
    """The first point that is looked at."""
    return next(_sample_points(domains))


def _sample_points(domains: Mapping[str, str]) -> Iterator[Mapping[str, Fraction]]:
    """Points of the domains, the same ones each time: small whole numbers, then sixteenths with mixed signs.

    All are exact in binary, so that a ball begins without a radius.
    """
    if not domains:
        yield {}
        return
    for sign in (1, -1):
        yield {
            name: Fraction(
                _SIMPLE_NUMBERS[(i + (sign < 0)) % len(_SIMPLE_NUMBERS)] * (1 if domain == "positive" else sign)
            )
            for i, (name, domain) in enumerate(domains.items())
        }
    for number in range(MAX_TRIES):
        point = {}
        for name, domain in domains.items():
            draw = int.from_bytes(sha256(f"{number}\n{name}".encode()).digest()[:8], "big")
            size = Fraction(2 * (draw % (32 if number % 3 else 200)) + 1, 16)
            negative = domain != "positive" and (draw >> 40) % 2 == 1
            point[name] = -size if negative else size
        yield point


class QuickDifference:
    """Tells formulas over symbols of certain domains apart. What it can't tell apart may still be different."""

    def __init__(self, domains: Mapping[str, str]) -> None:
        with working_precision(PRECISIONS[0]):
            self._point = {name: ball_from_fraction(value) for name, value in default_point(domains).items()}
        self._cache: dict[int, Ball] = {}
        #: Parts are known by identity, so they must live as long.
        self._trees: list[Expr] = []

    def __call__(self, a: Value, b: Value, tolerance: Fraction | None = None) -> bool:
        """Whether two values are proved to differ: in shape, or in some cell by more than that part of `b`."""
        if ops.shape_of(a) != ops.shape_of(b):
            return True
        pairs = zip(a.ravel(), b.ravel(), strict=True) if ops.is_matrix(a) else ((a, b),)
        with working_precision(PRECISIONS[0]):
            return any(self._differ(x, y, tolerance) for x, y in pairs)

    def _differ(self, a: Expr, b: Expr, tolerance: Fraction | None) -> bool:
        mine, other = self._ball_at(a), self._ball_at(b)
        if not mine.is_finite() or not other.is_finite():
            return False
        if tolerance is None:
            return not mine.overlaps(other)
        return bool(abs(mine - other) > ball_from_fraction(tolerance) * abs(other))

    def _ball_at(self, tree: Expr) -> Ball:
        if id(tree) not in self._cache:
            self._trees.append(tree)
        return to_ball(tree, self._point, self._cache)
