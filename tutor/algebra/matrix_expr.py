"""Symbolic matrices: a formula with a shape.

Rules compute with it as with any matrix, and the result is a formula again, for hints and for generated programs. A
number is broadcast to every cell, as in NumPy.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from tutor.algebra import expr
from tutor.algebra.expr import Apply, Expr, Grid, Sym

if TYPE_CHECKING:
    from collections.abc import Callable


class MatrixExpr:
    """A matrix of `shape` (rows, columns), given by the formula `expr`."""

    __slots__ = ("expr", "is_vector", "shape")
    ndim = 2
    #: With None, NumPy leaves arithmetic between its arrays and this class to this class.
    __array_ufunc__ = None

    def __init__(self, formula: Expr, shape: tuple[int, int], is_vector: bool = False) -> None:
        self.expr = formula
        self.shape = shape
        self.is_vector = is_vector

    def __add__(self, other: Any) -> MatrixExpr:
        return _binary(expr.add, self, other)

    def __radd__(self, other: Any) -> MatrixExpr:
        return _binary(expr.add, other, self)

    def __sub__(self, other: Any) -> MatrixExpr:
        return _binary(expr.sub, self, other)

    def __rsub__(self, other: Any) -> MatrixExpr:
        return _binary(expr.sub, other, self)

    def __mul__(self, other: Any) -> MatrixExpr:
        return _binary(expr.mul, self, other)

    def __rmul__(self, other: Any) -> MatrixExpr:
        return _binary(expr.mul, other, self)

    def __truediv__(self, other: Any) -> MatrixExpr:
        return _binary(expr.div, self, other)

    def __rtruediv__(self, other: Any) -> MatrixExpr:
        return _binary(expr.div, other, self)

    def __pow__(self, other: Any) -> MatrixExpr:
        return _binary(expr.power, self, other)

    def __rpow__(self, other: Any) -> MatrixExpr:
        return _binary(expr.power, other, self)

    def __neg__(self) -> MatrixExpr:
        return MatrixExpr(expr.neg(self.expr), self.shape)

    def __matmul__(self, other: Any) -> MatrixExpr:
        return _matmul(self, other)

    def __rmatmul__(self, other: Any) -> MatrixExpr:
        return _matmul(other, self)

    @property
    def T(self) -> MatrixExpr:
        """The transpose; transposing twice gives the matrix itself."""
        formula = self.expr
        transposed = formula.args[0] if isinstance(formula, Apply) and formula.op == "T" else Apply("T", (formula,))
        return MatrixExpr(transposed, (self.shape[1], self.shape[0]))


def matrix_symbol(name: str, shape: tuple[int, int], domain: str = "real", is_vector: bool = False) -> MatrixExpr:
    """Return a matrix that is known by its name alone; `domain` limits its entries, or its rows to one-hot ones."""
    return MatrixExpr(Sym(name, domain=domain), shape, is_vector)


def expr_of(value: Any) -> Expr:
    """Return the formula of a `MatrixExpr`, of an array of exact numbers, or of a number."""
    if isinstance(value, MatrixExpr):
        return value.expr
    if isinstance(value, Expr | int | Fraction):
        return expr.as_expr(value)
    if isinstance(value, float):
        return expr.as_expr(Fraction(value))
    return Grid(tuple(tuple(expr_of(cell) for cell in row) for row in value), 0, getattr(value, "is_vector", False))


def elementwise(build: Callable[..., Expr], *args: Any) -> MatrixExpr:
    """Apply the constructor of a scalar function to every cell; smaller shapes are broadcast as in NumPy."""
    shapes = [getattr(arg, "shape", None) or (1, 1) for arg in args]
    shape = max(shape[0] for shape in shapes), max(shape[1] for shape in shapes)
    return MatrixExpr(build(*map(expr_of, args)), shape)


def _binary(build: Callable[[Expr, Expr], Expr], left: Any, right: Any) -> MatrixExpr:
    return elementwise(build, left, right)


def _matmul(left: Any, right: Any) -> MatrixExpr:
    return MatrixExpr(Apply("matmul", (expr_of(left), expr_of(right))), (left.shape[0], right.shape[1]))
