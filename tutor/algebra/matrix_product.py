"""Large exact matrix products, computed as a whole in ball arithmetic.

Written out, the cells of a product of two 40×40 matrices are 64,000 products and as many sums. An `Entry` stands for one
cell: the whole product is computed once per precision, when the first cell is needed.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from tutor.algebra.expr import Expr, Num, have_symbols
from tutor.algebra.limits import MAX_BITS
from tutor.algebra.precision import PRECISIONS, Ball, flint, working_precision

if TYPE_CHECKING:
    from collections.abc import Callable

#: A product of matrices of numbers that is not larger than this many multiplications is written out.
MAX_WRITTEN_OUT = 512
#: How many bits more than the working precision a product is computed with.
_GUARD_BITS = 64


class MatrixProduct:
    """The product of two matrices of exact numbers, given by their rows."""

    __slots__ = ("_balls", "_num_single", "left", "right", "shape")

    def __init__(self, left: list[list[Expr]], right: list[list[Expr]]) -> None:
        self.left = left
        self.right = right
        self.shape = len(left), len(right[0])
        #: By precision: the balls of all cells, and how many were computed one by one.
        self._balls: dict[int, Any] = {}
        self._num_single: Counter[int] = Counter()

    def ball(self, row: int, column: int, to_ball: Callable[[Expr], Ball]) -> Ball:
        """Return the ball of one cell at the working precision; `to_ball` returns that of an operand's cell."""
        bits = flint().ctx.prec
        if bits not in self._balls:
            # The error of a product depends on the largest cells, so small ones need more.
            with working_precision(bits + _GUARD_BITS):
                if bits > PRECISIONS[1] and self._num_single[bits] < sum(self.shape):
                    # Few cells need a high precision: those that may be zero.
                    self._num_single[bits] += 1
                    factors = [self.left[row]], [[cells[column]] for cells in self.right]
                    return _multiply(*factors, to_ball)[0, 0]
                self._balls[bits] = _multiply(self.left, self.right, to_ball)
        return self._balls[bits][row, column]


#: Recent products by the ids of their cells: a right answer is often the product that the truth was computed with.
_PRODUCTS: OrderedDict[tuple[int, ...], MatrixProduct] = OrderedDict()
_MAX_PRODUCTS = 16


def matrix_product(left: list[list[Expr]], right: list[list[Expr]]) -> MatrixProduct | None:
    """Return the product of two matrices, None if they have symbols; the same one for cells that were seen lately."""
    key = (len(left), len(right), *(id(cell) for rows in (left, right) for row in rows for cell in row))
    product = _PRODUCTS.pop(key, None)
    if product is None:
        if have_symbols(cell for rows in (left, right) for row in rows for cell in row):
            return None
        product = MatrixProduct(left, right)
    # Its operands stay alive with it, so their ids stay theirs.
    _PRODUCTS[key] = product
    if len(_PRODUCTS) > _MAX_PRODUCTS:
        _PRODUCTS.popitem(last=False)
    return product


def _multiply(left: list[list[Expr]], right: list[list[Expr]], to_ball: Callable[[Expr], Ball]) -> Any:
    """Return the product as a matrix of balls at the working precision."""
    first, second = (
        flint().arb_mat(len(rows), len(rows[0]), [to_ball(cell) for row in rows for cell in row])
        for rows in (left, right)
    )
    return first * second


@dataclass(frozen=True, slots=True, eq=False)
class Entry(Expr):
    """One cell of a product. It has no symbols, and no parts of its own."""

    product: MatrixProduct
    row: int
    column: int

    def is_same_leaf(self, other: Expr) -> bool:
        return isinstance(other, Entry) and (self.product, self.row, self.column) == (
            other.product, other.row, other.column,
        )  # fmt: skip


def rational_product(left: list[list[Expr]], right: list[list[Expr]]) -> list[list[Expr]] | None:
    """Return the product of two matrices of rational numbers, None if there are others among them."""
    cells = [[cell.value for row in rows for cell in row if isinstance(cell, Num)] for rows in (left, right)]
    if any(len(values) < len(rows) * len(rows[0]) for values, rows in zip(cells, (left, right), strict=True)):
        return None
    fmpq, fmpq_mat = flint().fmpq, flint().fmpq_mat
    first, second = (
        fmpq_mat(len(rows), len(rows[0]), [fmpq(value.numerator, value.denominator) for value in values])
        for values, rows in zip(cells, (left, right), strict=True)
    )
    product = first * second
    if any(value.p.bit_length() + value.q.bit_length() > MAX_BITS for value in product.entries()):
        return None
    return [[Num(_to_fraction(product[i, j])) for j in range(len(right[0]))] for i in range(len(left))]


def _to_fraction(value: Any) -> Fraction:
    return Fraction(int(value.p), int(value.q))
