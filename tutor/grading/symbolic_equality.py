"""Equality of formulas as functions of their symbols, decided at points in ball arithmetic.

Disjoint balls prove a difference, and the point can be shown to the learner. Nothing proves that two formulas agree
everywhere: the same tree, or agreement at several points of the domain and in every region between their kinks, at the
first of them to hundreds of digits, counts as equality.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from itertools import islice
from threading import RLock
from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.balls import ball_from_fraction, to_ball
from tutor.algebra.expr import Apply, Expr, postorder, structurally_equal
from tutor.algebra.precision import PRECISIONS, Ball, working_precision
from tutor.algebra.simplify import simplify
from tutor.grading.point_search import PointSearch, kinks
from tutor.grading.sample_points import default_point, sample_points, symbol_domains

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tutor.algebra.ops import Value
    from tutor.grading.sample_points import Point

#: Formulas that agree at this many points are equal; those without kinks are compared at no more.
NUM_POINTS = 10
#: So many points are enough if a search finds no more.
_MIN_POINTS = 6
#: After this many points in a row at which nothing can be compared, a search begins.
_MAX_MISSES = 20
#: At most this many points are taken from a search inside a narrow domain.
_MAX_SEARCHED = 40
#: Agreement needs at least this precision, and at the first point the last one.
_REQUIRED_BITS = PRECISIONS[1]
#: Overlapping balls agree only if both are known to this many bits.
_SHARP_BITS = 60
#: A value closer to zero than this at the last precision is zero.
_EFFECTIVELY_ZERO = Fraction(1, 2**400)
#: Formulas with more parts are not brought to a normal form.
_MAX_NORMALISED_PARTS = 500
#: A hole is removable if the formulas agree at points this close to it, relatively.
_HOLE_DISTANCE = Fraction(1, 2**30)
#: An exponent or a base beyond this may be too large for ball arithmetic.
_OVERFLOW = 2**30


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
    point: Point | None = None
    answer_value: float | None = None
    true_value: float | None = None


_SAME, _UNDECIDED = FormulaComparison(Outcome.SAME), FormulaComparison(Outcome.UNDECIDED)


def compare_formulas(answer: Expr, truth: Expr) -> FormulaComparison:
    """Return whether `answer` is the same function as `truth`, at points of their symbols' domains.

    A point counts if the truth has a value there. The answer must have one, too, unless only that point is missing.
    """
    if structurally_equal(answer, truth):
        return _SAME
    domains = symbol_domains(truth, answer)
    agreed = 0
    for point in comparison_points(answer, truth, domains):
        comparison = _compare_at_point(point, answer, truth, thorough=agreed == 0)
        if comparison is None or comparison.outcome is Outcome.UNDECIDED:
            continue
        if comparison.outcome is not Outcome.SAME:
            return comparison
        agreed += 1
    if agreed >= (_MIN_POINTS if domains else 1) or _have_same_normal_form(answer, truth):
        return _SAME
    return _UNDECIDED


def comparison_points(answer: Expr, truth: Expr, domains: Mapping[str, str]) -> Iterator[Point]:
    """Yield the points at which two formulas are compared: some of the domain, and one in each region between kinks.

    The first `NUM_POINTS` at which the truth has a value are enough in a domain without kinks.
    """
    if not domains:
        yield {}
        return
    yield from _points_with_value(truth, domains)
    kink_formulas = kinks((answer, truth))
    if kink_formulas:
        yield from PointSearch(domains, truth).points_in_regions(kink_formulas)


class _PointsWithValue:
    """The points of a domain at which a formula has a value, found when they are needed and kept."""

    def __init__(self, formula: Expr, domains: Mapping[str, str]) -> None:
        #: Its id identifies the formula only while it is alive.
        self.formula = formula
        self._found: list[Point] = []
        self._search = _search_points(formula, domains)

    def __iter__(self) -> Iterator[Point]:
        position = 0
        while True:
            with _POINTS_LOCK:
                if position == len(self._found):
                    point = next(self._search, None)
                    if point is None:
                        return
                    self._found.append(point)
            yield self._found[position]
            position += 1


#: One formula meets many answers, and an answer many formulas of mistakes.
_POINTS: OrderedDict[tuple[object, ...], _PointsWithValue] = OrderedDict()
_MAX_FORMULAS = 256
_POINTS_LOCK = RLock()


def _points_with_value(formula: Expr, domains: Mapping[str, str]) -> _PointsWithValue:
    key = (id(formula), *domains.items())
    with _POINTS_LOCK:
        points = _POINTS.pop(key, None) or _PointsWithValue(formula, domains)
        _POINTS[key] = points
        if len(_POINTS) > _MAX_FORMULAS:
            _POINTS.popitem(last=False)
    return points


def _search_points(formula: Expr, domains: Mapping[str, str]) -> Iterator[Point]:
    """Yield up to `NUM_POINTS` sample points at which a formula has a value; if there are fewer, search for others."""
    known = misses = 0
    for point in sample_points(domains):
        has_value = _has_value(formula, point)
        known, misses = known + has_value, 0 if has_value else misses + 1
        if has_value:
            yield point
        if known == NUM_POINTS:
            return
        if misses > _MAX_MISSES:
            break
    yield from islice(PointSearch(domains, formula).points_inside(), _MAX_SEARCHED)


def _has_value(tree: Expr, point: Point) -> bool:
    with working_precision(_REQUIRED_BITS):
        return bool(_ball_at(tree, point).is_finite())


def _ball_at(tree: Expr, point: Point, cache: dict[int, Ball] | None = None) -> Ball:
    return to_ball(tree, {name: ball_from_fraction(value) for name, value in point.items()}, cache)


def _compare_at_point(point: Point, answer: Expr, truth: Expr, thorough: bool) -> FormulaComparison | None:
    """Compare at one point. Return None if the point says nothing: the truth has no value, or a hole is removable.

    A `thorough` comparison always goes to the last precision.
    """
    answer_ball: Ball = None
    true_ball: Ball = None
    has_truth = False
    cache: dict[int, Ball] = {}
    for bits in (PRECISIONS[0], PRECISIONS[-1]) if thorough else PRECISIONS[1:]:
        with working_precision(bits):
            # One cache for both, because an answer over names shares parts with the truth.
            cache = {}
            true_ball, answer_ball = _ball_at(truth, point, cache), _ball_at(answer, point, cache)
            if not true_ball.is_finite():
                continue
            has_truth = True
            if not answer_ball.is_finite():
                continue
            outcome = _compare_balls(answer_ball, true_ball, bits)
            if outcome is Outcome.SAME and thorough and bits != PRECISIONS[-1]:
                continue
            if outcome is Outcome.DIFFERENT and _is_jump(point, answer, truth):
                return None
            if outcome is not None:
                return FormulaComparison(outcome, point, float(answer_ball.mid()), float(true_ball.mid()))
    if not has_truth:
        return None
    if answer_ball.is_finite():
        return FormulaComparison(Outcome.UNDECIDED, point)
    if _overflows(answer, cache) or _is_removable_hole(point, answer, truth):
        return None
    return FormulaComparison(Outcome.UNDEFINED, point, None, float(true_ball.mid()))


def _compare_balls(answer: Ball, truth: Ball, bits: int) -> Outcome | None:
    """Compare two finite balls. Return None if a higher precision is needed."""
    if not answer.overlaps(truth):
        return Outcome.DIFFERENT
    if bits < _REQUIRED_BITS:
        return None
    if answer.rel_accuracy_bits() >= _SHARP_BITS and truth.rel_accuracy_bits() >= _SHARP_BITS:
        return Outcome.SAME
    if bits == PRECISIONS[-1] and answer.abs_upper() < ball_from_fraction(_EFFECTIVELY_ZERO) > truth.abs_upper():
        return Outcome.SAME
    return None


def _overflows(tree: Expr, balls: Mapping[int, Ball]) -> bool:
    """Return whether a tree has no ball only because a power in it is too large for ball arithmetic."""
    causes = [
        node
        for node in postorder(tree)
        if isinstance(node, Apply)
        and not balls[id(node)].is_finite()
        and all(balls[id(arg)].is_finite() for arg in node.args)
    ]
    return all(
        node.op not in ("log", "sqrt", "div") and any(balls[id(arg)].abs_upper() > _OVERFLOW for arg in node.args)
        for node in causes
    )


def _is_jump(point: Point, answer: Expr, truth: Expr) -> bool:
    """Return whether formulas differ only at this point, where one of them jumps: sign(x) at 0."""
    has_jumps = any(
        isinstance(node, Apply) and node.op == "sign" for tree in (answer, truth) for node in postorder(tree)
    )
    return has_jumps and _is_removable_hole(point, answer, truth)


def _is_removable_hole(point: Point, answer: Expr, truth: Expr) -> bool:
    """Return whether formulas agree all around a point at which the answer has no value, as x²/x does around 0."""
    for sign in (1, -1):
        near = {
            name: value + sign * (2 * i + 3) * _HOLE_DISTANCE * (value or 1)
            for i, (name, value) in enumerate(point.items())
        }
        comparison = _compare_near_hole(near, answer, truth)
        if comparison is not Outcome.SAME:
            return False
    return True


def _compare_near_hole(point: Point, answer: Expr, truth: Expr) -> Outcome | None:
    bits = PRECISIONS[-2]
    with working_precision(bits):
        cache: dict[int, Ball] = {}
        true_ball, answer_ball = _ball_at(truth, point, cache), _ball_at(answer, point, cache)
        if not true_ball.is_finite() or not answer_ball.is_finite():
            return None
        return _compare_balls(answer_ball, true_ball, bits)


def _have_same_normal_form(answer: Expr, truth: Expr) -> bool:
    """Return whether both formulas simplify to the same tree."""
    if any(sum(1 for _ in islice(postorder(tree), _MAX_NORMALISED_PARTS + 1)) > _MAX_NORMALISED_PARTS
           for tree in (answer, truth)):  # fmt: skip
        return False
    return structurally_equal(simplify(answer), simplify(truth))


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
        pairs = zip(ops.cells(a), ops.cells(b), strict=True)
        with working_precision(PRECISIONS[0]):
            return any(self._differ(x, y, tolerance) for x, y in pairs)

    def _differ(self, a: Expr, b: Expr, tolerance: Fraction | None) -> bool:
        left, right = self._ball_at(a), self._ball_at(b)
        if not left.is_finite() or not right.is_finite():
            # Rounded numbers are solved for, which takes long: not for a formula without a value where `b` has one.
            return tolerance is not None and bool(right.is_finite())
        if tolerance is None:
            return not left.overlaps(right)
        return bool(abs(left - right) > ball_from_fraction(tolerance) * abs(right))

    def _ball_at(self, tree: Expr) -> Ball:
        if id(tree) not in self._cache:
            self._trees.append(tree)
        return to_ball(tree, self._point, self._cache)
