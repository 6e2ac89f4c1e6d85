"""Search for points: inside a narrow domain, and in every region between the kinks of piecewise formulas."""

from __future__ import annotations

import math
import random
from fractions import Fraction
from itertools import islice
from typing import TYPE_CHECKING, TypeAlias

from tutor.algebra.expr import Apply, Expr, Num, Sym, postorder, sub
from tutor.grading.float_program import FloatProgram
from tutor.grading.sample_points import sample_points

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from tutor.grading.sample_points import Point

_FloatPoint: TypeAlias = "dict[str, float]"
#: The sign of each kink's formula: two points with the same signs lie on the same pieces. At 0 pieces meet.
_Signs: TypeAlias = "tuple[int, ...]"

#: Kinks beyond this number are not looked at, and no formulas with more parts.
_MAX_KINKS, _MAX_PARTS = 12, 1_500
#: At most this many regions between kinks get a point.
_MAX_REGIONS = 40
#: How many parts may be evaluated in one search.
_MAX_WORK = 40_000
#: Steps to both sides on the way to a sign change: of a real number, and of the exponent of 2 of any other.
_REAL_STEPS = tuple(2.0**k for k in range(-6, 23, 2))
_EXPONENT_STEPS = (0.25, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0)
#: A point beside a sign change is this far from it, relative to its size: the farthest that is still in the region.
_DISTANCES = (0.125, 2.0**-10, 2.0**-30)
_NUM_BISECTIONS = 40


def kinks(trees: Sequence[Expr]) -> list[Expr]:
    """Return the formulas at whose zeros piecewise parts of `trees` change from one piece to another."""
    found: dict[int, Expr] = {}
    for tree in trees:
        for node in postorder(tree):
            if isinstance(node, Apply) and (kink := _kink(node)) is not None:
                found.setdefault(id(node), kink)
    return list(found.values())[:_MAX_KINKS]


def _kink(node: Apply) -> Expr | None:
    if node.op in ("max", "min"):
        kink = sub(*node.args)
    elif node.op in ("abs", "relu", "sign", "sqrt"):
        # A root may be the absolute value of what is squared under it.
        kink = _base(node.args[0]) if node.op == "sqrt" else node.args[0]
    elif node.op == "pow" and isinstance(node.args[1], Num) and node.args[1].value.denominator != 1:
        kink = _base(node.args[0])
    else:
        return None
    return kink if any(isinstance(part, Sym) and part.name != "pi" for part in postorder(kink)) else None


def _base(tree: Expr) -> Expr:
    """Return x of an even power x^n or a square x·x, any other tree as it is."""
    if isinstance(tree, Apply) and (
        (tree.op == "pow" and isinstance(tree.args[1], Num) and tree.args[1].value % 2 == 0)
        or (tree.op == "mul" and tree.args[0] is tree.args[1])
    ):
        return tree.args[0]
    return tree


class PointSearch:
    """A search for points of symbols' domains at which the truth has a value.

    Coordinates are the real numbers themselves; of a positive number x the exponent of 2, of a probability p that of
    p/(1 − p): any step then stays in the domain.
    """

    def __init__(self, domains: Mapping[str, str], truth: Expr) -> None:
        self.domains = domains
        self._truth = FloatProgram([truth])
        self._work_left = _MAX_WORK
        self._random = random.Random(0)

    @property
    def is_affordable(self) -> bool:
        return self._work_left > 0 and len(self._truth) <= _MAX_PARTS

    def _outside(self, coordinates: _FloatPoint) -> float:
        self._work_left -= len(self._truth)
        return self._truth.run(self._point(coordinates))[1]

    def _point(self, coordinates: Mapping[str, float]) -> _FloatPoint:
        return {name: _from_coordinate(value, self.domains[name]) for name, value in coordinates.items()}

    # --- narrow domains ------------------------------------------------------------------------------------

    def points_inside(self) -> Iterator[Point]:
        """Yield points inside the truth's domain, found by moving from outside towards it."""
        if not self.is_affordable:
            return
        starts = [self._coordinates(point) for point in islice(sample_points(self.domains), 12)]
        center = self._move_inside(min(starts, key=self._outside))
        if center is None:
            return
        yield self._exact(center)
        reach = 4.0
        while self.is_affordable and reach > 2.0**-60:
            near = {name: value + self._random.uniform(-reach, reach) for name, value in center.items()}
            if self._outside(near) == 0:
                yield self._exact(near)
            else:
                reach *= 0.7

    def _move_inside(self, coordinates: _FloatPoint) -> _FloatPoint | None:
        """Return a point inside the domain by steps that bring it nearer; None if no step does."""
        outside, step = self._outside(coordinates), 1024.0
        while outside > 0 and step > 2.0**-40 and self.is_affordable:
            moved = min(
                ({**coordinates, name: value + sign * step} for name, value in coordinates.items() for sign in (1, -1)),
                key=self._outside,
            )
            distance = self._outside(moved)
            if distance < outside:
                coordinates, outside = moved, distance
            else:
                step /= 2
        return coordinates if outside == 0 else None

    def _coordinates(self, point: Point) -> _FloatPoint:
        return {name: _to_coordinate(float(value), self.domains[name]) for name, value in point.items()}

    def _exact(self, coordinates: Mapping[str, float]) -> Point:
        return {name: Fraction(value) for name, value in self._point(coordinates).items()}

    # --- regions between kinks -----------------------------------------------------------------------------

    def points_in_regions(self, kink_formulas: Sequence[Expr]) -> list[Point]:
        """Return a point in each region between the zeros of the formulas, as far as they are found."""
        program = FloatProgram(self._without_zeros(kink_formulas))
        if not self.is_affordable or len(program) > _MAX_PARTS:
            return []
        regions: dict[_Signs, Point] = {}
        bases: list[_FloatPoint] = []

        def signs_at(coordinates: _FloatPoint) -> _Signs:
            self._work_left -= len(program)
            return tuple((value > 0) - (value < 0) for value in program.run(self._point(coordinates))[0])

        def visit(coordinates: _FloatPoint) -> None:
            signs = signs_at(coordinates)
            if signs not in regions and all(signs) and self._outside(coordinates) == 0:
                simple = self._simplify(coordinates)
                keeps = signs_at(simple) == signs and self._outside(simple) == 0
                regions[signs] = self._exact_decimal(simple) if keeps else self._exact(coordinates)
                bases.append(coordinates)

        for point in sample_points(self.domains):
            visit(self._coordinates(point))
        position = 0
        while position < len(bases) and len(regions) < _MAX_REGIONS and self._work_left > 0:
            base = bases[position]
            for name in base:
                self._cross_kinks(base, name, signs_at, visit)
            position += 1
        return list(regions.values())

    def _without_zeros(self, formulas: Sequence[Expr]) -> list[Expr]:
        """Return the formulas that are not 0 at every point, as x − x is."""
        program = FloatProgram(formulas)
        points = [self._point(self._coordinates(point)) for point in islice(sample_points(self.domains), 4)]
        values = zip(*(program.run(point)[0] for point in points), strict=True)
        return [formula for formula, at_points in zip(formulas, values, strict=True) if any(at_points)]

    def _cross_kinks(
        self,
        base: _FloatPoint,
        name: str,
        signs_at: Callable[[_FloatPoint], _Signs],
        visit: Callable[[_FloatPoint], None],
    ) -> None:
        """Visit both sides of each sign change that is met when one coordinate of a point moves."""
        start = base[name]
        steps = _REAL_STEPS if self.domains[name] in ("real", "nonzero") else _EXPONENT_STEPS
        for direction in (1, -1):
            near, near_signs = start, signs_at(base)
            for step in steps:
                if self._work_left <= 0:
                    return
                far = start + direction * step
                far_signs = signs_at({**base, name: far})
                if far_signs != near_signs:
                    visit({**base, name: far})
                    self._visit_boundary(base, name, (near, far), signs_at, visit)
                near, near_signs = far, far_signs

    def _visit_boundary(
        self,
        base: _FloatPoint,
        name: str,
        ends: tuple[float, float],
        signs_at: Callable[[_FloatPoint], _Signs],
        visit: Callable[[_FloatPoint], None],
    ) -> None:
        """Bisect to the first change of signs between two ends and visit points on both sides of it."""
        left, right = ends
        left_signs = signs_at({**base, name: left})
        for _ in range(_NUM_BISECTIONS):
            middle = (left + right) / 2
            if middle in (left, right):
                break
            if signs_at({**base, name: middle}) == left_signs:
                left = middle
            else:
                right = middle
        for distance in _DISTANCES:
            offset = distance * max(abs(left), abs(right), 2.0**-6)
            for sign in (1, -1):
                visit({**base, name: (left + right) / 2 + sign * offset})

    def _simplify(self, coordinates: Mapping[str, float]) -> _FloatPoint:
        """Return nearby coordinates of a point whose numbers are short, so that it can be shown."""
        point = self._point(coordinates)
        return {name: _to_coordinate(float(f"{value:.2g}"), self.domains[name]) for name, value in point.items()}

    def _exact_decimal(self, coordinates: Mapping[str, float]) -> Point:
        return {name: Fraction(f"{value:.2g}") for name, value in self._point(coordinates).items()}


def _from_coordinate(coordinate: float, domain: str) -> float:
    if domain == "positive":
        return float(2.0 ** max(min(coordinate, 1000.0), -1000.0))
    if domain == "probability":
        return float(1 / (1 + 2.0 ** max(min(-coordinate, 50.0), -50.0)))
    return coordinate or (2.0**-60 if domain == "nonzero" else 0.0)


def _to_coordinate(value: float, domain: str) -> float:
    if domain == "positive":
        return math.log2(max(value, 1e-300))
    if domain == "probability":
        value = min(max(value, 2.0**-50), 1 - 2.0**-50)
        return math.log2(value / (1 - value))
    return value
