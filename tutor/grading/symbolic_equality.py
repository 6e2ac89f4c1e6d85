"""Equality of formulas as functions of their symbols, decided at points in ball arithmetic.

Disjoint balls prove a difference, and the point can be shown to the learner. Nothing proves that two formulas agree
everywhere: agreement at several points of the domain, at the first of them to hundreds of digits, counts as equality.
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

#: This many points must agree.
NUM_POINTS = 6
#: At most this many points are tried, because the truth may have no value at some of them.
MAX_TRIES = 48
#: Agreement needs at least this precision, and at the first point the last one.
_REQUIRED_BITS = PRECISIONS[1]
#: Overlapping balls agree only if both are known to this many bits.
_SHARP_BITS = 60
#: A value closer to zero than this at the last precision is zero.
_EFFECTIVELY_ZERO = Fraction(1, 2**400)


class Outcome(Enum):
    """`UNDEFINED`: the answer has no value at a point where the truth has one. `UNDECIDED`: no precision decides."""

    SAME = "same"
    DIFFERENT = "different"
    UNDEFINED = "undefined"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class FormulaComparison:
    """The outcome; for a difference also the point that shows it, and both values there as floats."""

    outcome: Outcome
    point: Mapping[str, Fraction] | None = None
    answer_value: float | None = None
    true_value: float | None = None


def symbol_domains(*trees: Expr) -> dict[str, str]:
    """Return the symbols in `trees` with their domains, the narrowest if a symbol has several."""
    rank = ("real", "nonzero", "positive")
    found: dict[str, str] = {}
    for tree in trees:
        for node in postorder(tree):
            if isinstance(node, Sym) and node.name != "pi":
                found[node.name] = max(found.get(node.name, "real"), node.domain, key=rank.index)
    return found


def compare_formulas(answer: Expr, truth: Expr, tolerance: Fraction | None = None) -> FormulaComparison:
    """Return whether `answer` is the same function as `truth`, at points of their symbols' domains.

    With a `tolerance`, values may be off by that part of the truth.
    """
    domains = symbol_domains(truth, answer)
    enough = NUM_POINTS if domains else 1
    agreed = 0
    undecided = False
    for point in _sample_points(domains):
        if agreed == enough:
            break
        comparison = _compare_at_point(point, answer, truth, tolerance, thorough=agreed == 0 and tolerance is None)
        if comparison is None:
            continue
        if comparison.outcome is Outcome.SAME:
            agreed += 1
        elif comparison.outcome is Outcome.UNDECIDED:
            undecided = True
        else:
            return comparison
    if agreed == enough and not undecided:
        return FormulaComparison(Outcome.SAME)
    return FormulaComparison(Outcome.UNDECIDED)


def _compare_at_point(
    point: Mapping[str, Fraction], answer: Expr, truth: Expr, tolerance: Fraction | None, thorough: bool
) -> FormulaComparison | None:
    """Compare at one point. Return None if the truth has no value there.

    A `thorough` comparison always goes to the last precision.
    """
    answer_ball: Ball = None
    true_ball: Ball = None
    has_truth = False
    precisions = PRECISIONS if tolerance is not None else PRECISIONS[1:]
    for bits in (PRECISIONS[0], PRECISIONS[-1]) if thorough else precisions:
        with working_precision(bits):
            symbols = {name: ball_from_fraction(value) for name, value in point.items()}
            # One cache for both, because an answer over names shares parts with the truth.
            cache: dict[int, Ball] = {}
            true_ball, answer_ball = to_ball(truth, symbols, cache), to_ball(answer, symbols, cache)
            if not true_ball.is_finite():
                continue
            has_truth = True
            if not answer_ball.is_finite():
                continue
            outcome = _compare_balls(answer_ball, true_ball, tolerance, bits)
            if outcome is Outcome.SAME and thorough and bits != PRECISIONS[-1]:
                continue
            if outcome is not None:
                return FormulaComparison(outcome, point, float(answer_ball.mid()), float(true_ball.mid()))
    if not has_truth:
        return None
    if answer_ball is None or not answer_ball.is_finite():
        return FormulaComparison(Outcome.UNDEFINED, point, None, float(true_ball.mid()))
    return FormulaComparison(Outcome.UNDECIDED, point)


def _compare_balls(answer: Ball, truth: Ball, tolerance: Fraction | None, bits: int) -> Outcome | None:
    """Compare two finite balls. Return None if a higher precision is needed."""
    if tolerance is not None:
        difference, allowed = abs(answer - truth), ball_from_fraction(tolerance) * abs(truth)
        if difference < allowed or (answer.is_zero() and truth.is_zero()):
            return Outcome.SAME
        return Outcome.DIFFERENT if difference > allowed else None
    if not answer.overlaps(truth):
        return Outcome.DIFFERENT
    if bits < _REQUIRED_BITS:
        return None
    if answer.rel_accuracy_bits() >= _SHARP_BITS and truth.rel_accuracy_bits() >= _SHARP_BITS:
        return Outcome.SAME
    if bits == PRECISIONS[-1] and answer.abs_upper() < ball_from_fraction(_EFFECTIVELY_ZERO) > truth.abs_upper():
        return Outcome.SAME
    return None


#: The first points, so that a counterexample is easy to read: x = 2, x = −3.
_SIMPLE_NUMBERS = (2, 3, 5, 7)


def default_point(domains: Mapping[str, str]) -> Mapping[str, Fraction]:
    """Return the first point at which formulas are compared."""
    return next(_sample_points(domains))


def _sample_points(domains: Mapping[str, str]) -> Iterator[Mapping[str, Fraction]]:
    """Yield points of the domains, always the same: small whole numbers, then sixteenths with mixed signs.

    All are exact in binary, so their balls have no radius.
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
    """A quick test that proves most differences, at one point. Formulas it can't separate may still differ."""

    def __init__(self, domains: Mapping[str, str]) -> None:
        with working_precision(PRECISIONS[0]):
            self._point = {name: ball_from_fraction(value) for name, value in default_point(domains).items()}
        self._cache: dict[int, Ball] = {}
        #: The cache is keyed by identity, so its trees must stay alive.
        self._trees: list[Expr] = []

    def __call__(self, a: Value, b: Value, tolerance: Fraction | None = None) -> bool:
        """Return whether two values provably differ: in shape, or in a cell by more than that part of `b`."""
        if ops.shape_of(a) != ops.shape_of(b):
            return True
        pairs = zip(a.ravel(), b.ravel(), strict=True) if ops.is_matrix(a) else ((a, b),)
        with working_precision(PRECISIONS[0]):
            return any(self._differ(x, y, tolerance) for x, y in pairs)

    def _differ(self, a: Expr, b: Expr, tolerance: Fraction | None) -> bool:
        left, right = self._ball_at(a), self._ball_at(b)
        if not left.is_finite() or not right.is_finite():
            return False
        if tolerance is None:
            return not left.overlaps(right)
        return bool(abs(left - right) > ball_from_fraction(tolerance) * abs(right))

    def _ball_at(self, tree: Expr) -> Ball:
        if id(tree) not in self._cache:
            self._trees.append(tree)
        return to_ball(tree, self._point, self._cache)
