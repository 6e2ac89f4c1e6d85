"""A matrix known by its formula alone: what rules make of it is a formula again, for programs and for people.

Rules treat it like any matrix. A number beside it stands in every cell, as in NumPy.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from tutor.algebra import tree
from tutor.algebra.tree import Apply, Expr, Grid


class Whole:
    """`tree` is a formula for a matrix of `shape`, (rows, columns)."""

    __slots__ = ("shape", "tree")
    ndim = 2
    #: NumPy leaves arithmetic with its arrays to this class.
    __array_ufunc__ = None

    def __init__(self, formula: Expr, shape: tuple[int, int]) -> None:
        self.tree = formula
        self.shape = shape

    def __add__(self, other: Any) -> Whole:
        return _cellwise(tree.add, self, other)

    def __radd__(self, other: Any) -> Whole:
        return _cellwise(tree.add, other, self)

    def __sub__(self, other: Any) -> Whole:
        return _cellwise(tree.sub, self, other)

    def __rsub__(self, other: Any) -> Whole:
        return _cellwise(tree.sub, other, self)

    def __mul__(self, other: Any) -> Whole:
        return _cellwise(tree.mul, self, other)

    def __rmul__(self, other: Any) -> Whole:
        return _cellwise(tree.mul, other, self)

    def __truediv__(self, other: Any) -> Whole:
        return _cellwise(tree.div, self, other)

    def __rtruediv__(self, other: Any) -> Whole:
        return _cellwise(tree.div, other, self)

    def __pow__(self, other: Any) -> Whole:
        return _cellwise(tree.power, self, other)

    def __rpow__(self, other: Any) -> Whole:
        return _cellwise(tree.power, other, self)

    def __neg__(self) -> Whole:
        return Whole(tree.neg(self.tree), self.shape)

    def __matmul__(self, other: Any) -> Whole:
        return _product(self, other)

    def __rmatmul__(self, other: Any) -> Whole:
        return _product(other, self)

    @property
    def T(self) -> Whole:
        """The transpose; that of a transpose is the matrix itself."""
        inside = self.tree
        turned = inside.args[0] if isinstance(inside, Apply) and inside.op == "T" else Apply("T", (inside,))
        return Whole(turned, (self.shape[1], self.shape[0]))


def formula(value: Any) -> Expr:
    """The formula of a `Whole`, an array of exact numbers, or a number."""
    if isinstance(value, Whole):
        return value.tree
    if isinstance(value, Expr | int | Fraction):
        return tree.lift(value)
    if isinstance(value, float):
        return tree.lift(Fraction(value))
    return Grid(tuple(tuple(formula(cell) for cell in row) for row in value))


def cellwise(build: Callable[..., Expr], *args: Any) -> Whole:
    """A function of numbers on every cell; smaller shapes are repeated as in NumPy."""
    shapes = [getattr(arg, "shape", None) or (1, 1) for arg in args]
    shape = max(shape[0] for shape in shapes), max(shape[1] for shape in shapes)
    return Whole(build(*map(formula, args)), shape)


def _cellwise(build: Callable[[Expr, Expr], Expr], left: Any, right: Any) -> Whole:
    return cellwise(build, left, right)


def _product(left: Any, right: Any) -> Whole:
    return Whole(Apply("matmul", (formula(left), formula(right))), (left.shape[0], right.shape[1]))
