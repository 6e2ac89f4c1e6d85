"""NumPy arrays of floats or of exact trees: the array half of `ops`, which loads this module when it needs one.

A matrix has two axes, a batch of matrices three and a batch of numbers one; the first axis of a batch counts its members.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from tutor.algebra import balls, expr, functions
from tutor.algebra.expr import Expr
from tutor.algebra.matrix_product import MAX_WRITTEN_OUT, Entry, matrix_product, rational_product

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tutor.algebra.functions import Function

Array: TypeAlias = np.ndarray[Any, Any]


def _array_kernel(function: Function) -> Callable[..., Any]:
    kernel = function.array_kernel or function.float_kernel
    return getattr(np, kernel) if isinstance(kernel, str) else kernel if function.is_generic else partial(kernel, np)


#: What each function computes on arrays of floats.
KERNELS = functions.table(lambda function: {function.id: _array_kernel(function)})


def holds_trees(value: Any) -> bool:
    """Return whether a value is an exact tree or an array of them."""
    return isinstance(value, Expr) or (isinstance(value, np.ndarray) and value.dtype == object)


def apply(name: str, build: Callable[..., Expr], operands: Sequence[Any]) -> Any:
    """Return a function of operands with an array among them, cell by cell. `build` makes the tree of exact cells."""
    if any(map(holds_trees, operands)):
        return np.frompyfunc(build, len(operands), 1)(*operands)
    return KERNELS[name](*operands)


def make_matrix(rows: Sequence[Sequence[Any]]) -> Array:
    """Return a matrix from its rows: of trees if any entry is one, of floats otherwise."""
    exact = any(isinstance(cell, Expr) for row in rows for cell in row)
    cells = np.empty((len(rows), len(rows[0])), dtype=object if exact else float)
    for i, row in enumerate(rows):
        for j, cell in enumerate(row):
            cells[i, j] = cell
    return cells


def matmul(x: Array, w: Array) -> Array:
    """Return the product of two matrices of trees; a large one of numbers consists of entries of the whole product."""
    if x.shape[0] * x.shape[1] * w.shape[1] <= MAX_WRITTEN_OUT:
        return x @ w
    left, right = x.tolist(), w.tolist()
    cells = rational_product(left, right)
    if cells is None:
        product = matrix_product(left, right)
        if product is None:
            return x @ w
        cells = [[Entry(product, i, j) for j in range(product.shape[1])] for i in range(product.shape[0])]
    return make_matrix(cells)


def nearest_floats(x: Array) -> Array:
    """Return a matrix of exact numbers as the nearest floats. Raises `KeyError` for a symbol."""
    return np.array(balls.nearest_floats(x.flat)).reshape(x.shape)


class VectorArray(np.ndarray[Any, Any]):
    """A matrix with one row that was written as a vector."""

    #: Not inherited by views.
    is_vector = False

    def __array_wrap__(self, array: Array, context: Any = None, return_scalar: bool = False) -> Any:
        """Return a result as a plain array or number."""
        return array[()] if array.ndim == 0 else array.view(np.ndarray)


def as_vector(row: Array) -> VectorArray:
    """Return a view of a matrix with one row that is a vector."""
    vector: VectorArray = row.view(VectorArray)
    vector.is_vector = True
    return vector


def sum_axis(x: Array, axis: int | None) -> Any:
    """Return the sum of a matrix or of each matrix of a batch: of all entries, or along axis 0 or 1."""
    if x.dtype == object:
        if axis is None:
            return _sum_cells(x.ravel())
        lines = x.T if axis == 0 else x
        sums = make_matrix((tuple(_sum_cells(line) for line in lines),))
        return sums if axis == 0 else sums.T
    if axis is not None:
        return x.sum(axis=axis - 2, keepdims=True)
    return x.sum(axis=(-2, -1)) if x.ndim > 2 else float(x.sum())


def _sum_cells(cells: Any) -> Expr:
    result: Expr = expr.ZERO
    for cell in cells:
        result = result + cell
    return result


def broadcast(g: Any, shape: tuple[int, ...]) -> Array:
    """Return a copy of `g` repeated to `shape`; in a batch of numbers each fills a matrix."""
    if isinstance(g, np.ndarray):
        cells = g[:, None, None] if g.ndim == 1 else g
        return np.broadcast_to(cells, np.broadcast_shapes(cells.shape, shape)).copy()
    filled = np.empty(shape, dtype=object if isinstance(g, Expr) else float)
    filled[...] = g
    return filled


def softmax(x: Array) -> Any:
    """Return the softmax of each row of floats."""
    powers = np.exp(x - x.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def weighted_log(weight: Any, x: Array) -> Any:
    """Return weight · log x, and 0 if the weight is 0."""
    if x.dtype == object:
        return _where_weighted(lambda w, p: expr.mul(w, functions.exact("log", p)))(weight, x)
    return weight * np.log(np.where(weight == 0, 1.0, x))


def weighted_inverse(weight: Any, x: Array) -> Any:
    """Return weight / x, and 0 if the weight is 0."""
    if x.dtype == object:
        return _where_weighted(expr.div)(weight, x)
    return weight / np.where(weight == 0, 1.0, x)


def _where_weighted(build: Callable[[Expr, Expr], Expr]) -> np.ufunc:
    ufunc: np.ufunc = np.frompyfunc(lambda w, p: expr.ZERO if expr.equals_number(w, 0) else build(w, p), 2, 1)
    return ufunc
