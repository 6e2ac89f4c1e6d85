"""Proves quickly that formulas differ: at one point, in balls, where parts that they have in common are computed once."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from tutor.algebra import values
from tutor.algebra.balls import PRECISIONS, Ball, ball, from_fraction, precision
from tutor.algebra.tree import Expr
from tutor.algebra.values import Value
from tutor.grading.identity import plain_point


class Apart:
    """Tells formulas over symbols of certain domains apart. What it can't tell apart may still be different."""

    def __init__(self, domains: Mapping[str, str]) -> None:
        with precision(PRECISIONS[0]):
            self._point = {name: from_fraction(value) for name, value in plain_point(domains).items()}
        self._done: dict[int, Ball] = {}
        #: Parts are known by identity, so they must live as long.
        self._trees: list[Expr] = []

    def __call__(self, a: Value, b: Value, tolerance: Fraction | None = None) -> bool:
        """Whether two values are proved to differ: in shape, or in some cell by more than that part of `b`."""
        if values.shape(a) != values.shape(b):
            return True
        pairs = zip(a.ravel(), b.ravel(), strict=True) if values.is_matrix(a) else ((a, b),)
        with precision(PRECISIONS[0]):
            return any(self._differ(x, y, tolerance) for x, y in pairs)

    def _differ(self, a: Expr, b: Expr, tolerance: Fraction | None) -> bool:
        mine, other = self._at(a), self._at(b)
        if not mine.is_finite() or not other.is_finite():
            return False
        if tolerance is None:
            return not mine.overlaps(other)
        return bool(abs(mine - other) > from_fraction(tolerance) * abs(other))

    def _at(self, tree: Expr) -> Ball:
        if id(tree) not in self._done:
            self._trees.append(tree)
        return ball(tree, self._point, self._done)
