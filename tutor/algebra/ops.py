"""Mathematics on every kind of value: floats, exact trees, arrays of either and matrix formulas.

Rules are written with these functions, so that a rule reads like its formula and runs on all of them: a value is a
float, an exact tree (`Expr`), a NumPy array of either, or a matrix known by its formula (`MatrixExpr`). In a batch each
number is an array of one axis, each matrix one of three; the first counts the members.
"""

from __future__ import annotations

import math
from contextlib import nullcontext
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias, TypeGuard

from tutor.algebra import expr, functions
from tutor.algebra.balls import nearest_float
from tutor.algebra.expr import Apply, Expr
from tutor.algebra.matrix_expr import MatrixExpr, elementwise, expr_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from contextlib import AbstractContextManager
    from types import ModuleType

    import numpy as np

    from tutor.algebra.functions import Function

#: A float, an `Expr`, an array of either, or a `MatrixExpr`; rules are generic over all of them.
Value: TypeAlias = Any
#: (rows, columns), a `VectorShape`, or None for a number.
Shape: TypeAlias = tuple[int, int] | None


class VectorShape(tuple[int, int]):
    """The shape of a vector, which is computed with as one row: it equals (1, n) and is shown as (n,)."""

    __slots__ = ()

    @classmethod
    def of_length(cls, length: int) -> VectorShape:
        """Return the shape of a vector with `length` entries."""
        return cls((1, length))


def is_vector_shape(shape: Shape) -> TypeGuard[VectorShape]:
    """Return whether a shape is that of a vector, and not of a matrix with one row."""
    return isinstance(shape, VectorShape)


def is_matrix(value: Value) -> bool:
    """Return whether `value` is a matrix or a batch of matrices."""
    return getattr(value, "ndim", 0) > 1


def is_array(value: Value) -> bool:
    """Return whether `value` is a NumPy array: a matrix, or a batch of numbers or matrices."""
    return hasattr(value, "dtype")


def shape_of(value: Value) -> Shape:
    """Return (rows, columns) of a matrix, None for a number."""
    if not is_matrix(value):
        return None
    if is_vector(value):
        return VectorShape.of_length(value.shape[-1])
    return value.shape[-2], value.shape[-1]


def num_cells(shape: Shape) -> int:
    """Return the number of entries of a value of this shape; 1 for a number."""
    return shape[0] * shape[1] if shape else 1


def is_exact(value: Value) -> bool:
    """Return whether `value` consists of trees, not of floats."""
    return isinstance(value, Expr | MatrixExpr) or (is_array(value) and value.dtype == object)


def is_finite(value: Value) -> bool:
    """Return whether a float, or every float of an array, is finite; exact values always are."""
    if isinstance(value, float):
        return math.isfinite(value)
    if is_array(value) and value.dtype != object:
        return bool(load_arrays().np.isfinite(value).all())
    return True


def ignore_array_errors(has_arrays: bool) -> AbstractContextManager[object]:
    """Return a context in which NumPy does not warn about infinities and nan; empty without arrays."""
    return load_arrays().np.errstate(all="ignore") if has_arrays else nullcontext()


@cache
def load_arrays() -> ModuleType:
    """Return `tutor.algebra.arrays`, which loads NumPy, when the first array is needed."""
    from tutor.algebra import arrays

    return arrays


def _on_any_value(function: Function) -> Callable[..., Value]:
    """Return a function that dispatches on the kind of its operands."""
    name, kernel, build = function.id, function.float_kernel, _exact_builder(function)
    if function.is_generic:
        return kernel

    def apply(*args: Value) -> Value:
        if any(isinstance(arg, MatrixExpr) for arg in args):
            return elementwise(build, *args)
        if any(is_array(arg) for arg in args):
            return load_arrays().apply(name, build, args)
        if any(isinstance(arg, Expr) for arg in args):
            return build(*map(expr.as_expr, args))
        return kernel(*args)

    return apply


def _exact_builder(function: Function) -> Callable[..., Expr]:
    """Return the exact constructor. Balls decide the value at an irrational number if the function has few values."""
    if not function.values:
        return function.build

    def build(*args: Expr) -> Expr:
        folded = function.build(*args)
        if isinstance(folded, Apply):
            try:
                decided = nearest_float(folded)
            except KeyError:  # it has symbols
                return folded
            if decided in function.values:
                return expr.number(int(decided))
        return folded

    return build


#: Every scalar function and operator by its id, on any kind of value.
SCALAR_FUNCTIONS: dict[str, Callable[..., Value]] = functions.table(
    lambda function: {function.id: _on_any_value(function)}
)

power = SCALAR_FUNCTIONS["pow"]
exp = SCALAR_FUNCTIONS["exp"]
log = SCALAR_FUNCTIONS["log"]
sqrt = SCALAR_FUNCTIONS["sqrt"]
sin = SCALAR_FUNCTIONS["sin"]
cos = SCALAR_FUNCTIONS["cos"]
tanh = SCALAR_FUNCTIONS["tanh"]
sigmoid = SCALAR_FUNCTIONS["sigmoid"]
softplus = SCALAR_FUNCTIONS["softplus"]
relu = SCALAR_FUNCTIONS["relu"]
absolute = SCALAR_FUNCTIONS["abs"]
maximum = SCALAR_FUNCTIONS["max"]
minimum = SCALAR_FUNCTIONS["min"]
sign = SCALAR_FUNCTIONS["sign"]


def transpose(x: Value) -> Value:
    """Return the transpose; a number is its own transpose."""
    if isinstance(x, MatrixExpr):
        return x.T
    return x.swapaxes(-1, -2) if is_matrix(x) else x


def matmul(x: Value, w: Value) -> Value:
    """Return the matrix product. A large one of exact numbers is computed as a whole when its cells are needed."""
    if is_array(x) and is_array(w) and x.dtype == object and w.dtype == object:
        return load_arrays().matmul(x, w)
    return x @ w


def nearest_floats(value: Value) -> Value:
    """Return an exact number, or a matrix of them, as the nearest floats. Raises `KeyError` for a symbol."""
    return load_arrays().nearest_floats(value) if is_matrix(value) else nearest_float(value)


def sum_axis(x: Value, axis: int | None = None) -> Value:
    """Return the sum of all entries, the row of column sums (axis 0), or the column of row sums (axis 1)."""
    if not is_matrix(x):
        return x
    if isinstance(x, MatrixExpr):
        if axis is None:
            return Apply("sum", (x.expr,))
        shape = (1, x.shape[1]) if axis == 0 else (x.shape[0], 1)
        return x if shape == x.shape else MatrixExpr(Apply("sum", (x.expr, expr.number(axis))), shape)
    return load_arrays().sum_axis(x, axis)


def num_rows(x: Value) -> int:
    """Return the number of rows; 1 for a number."""
    return x.shape[-2] if is_matrix(x) else 1


def size(x: Value) -> int:
    """Return the number of entries."""
    return x.shape[-2] * x.shape[-1] if is_matrix(x) else 1


def constant_like(number: int, like: Value) -> Value:
    """Return `number` in the shape of `like`: exact if that consists of trees, a float otherwise."""
    if isinstance(like, MatrixExpr):
        return expr.number(number)
    return broadcast_like(expr.number(number) if is_exact(like) else float(number), like)


def broadcast_like(g: Value, like: Value) -> Value:
    """Return `g`, a number, a row or a column, repeated to the shape of `like`."""
    if not is_matrix(like) or shape_of(g) == shape_of(like):
        return g
    if isinstance(like, MatrixExpr) or isinstance(g, MatrixExpr):
        sizes = expr.as_expr(like.shape[-2]), expr.as_expr(like.shape[-1])
        if is_matrix(g):
            return MatrixExpr(Apply("broadcast", (expr_of(g), *sizes)), (like.shape[-2], like.shape[-1]))
        return MatrixExpr(expr.mul(expr_of(g), Apply("ones", sizes)), (like.shape[-2], like.shape[-1]))
    return load_arrays().broadcast(g, like.shape)


def unbroadcast(g: Value, like: Value) -> Value:
    """Return the matrix `g` summed to the shape of `like`: the vjp of `broadcast_like`."""
    target, shape = shape_of(like), shape_of(g)
    if target == shape:
        return g
    if target is None:
        return sum_axis(g)
    if shape is not None and target[0] != shape[0]:
        g = sum_axis(g, 0)
    return sum_axis(g, 1) if shape is not None and target[1] != shape[1] else g


def dot(x: Value, y: Value) -> Value:
    """Return the sum of the products of the entries of two vectors."""
    return sum_axis(x * y)


def outer(x: Value, y: Value) -> Value:
    """Return the matrix of the products of the entries of two vectors, a row for each entry of `x`."""
    return transpose(x) @ y


def apply_to_vector(w: Value, x: Value) -> Value:
    """Return the product of a matrix and a vector."""
    return x @ transpose(w)


def softmax(x: Value) -> Value:
    """Return e^x divided by the sum of its row, for each cell."""
    if isinstance(x, MatrixExpr):
        return MatrixExpr(Apply("softmax", (x.expr,)), x.shape)
    if not is_exact(x):
        return load_arrays().softmax(x)
    powers = exp(x)
    return powers / sum_axis(powers, 1)


def weighted_log(weight: Value, x: Value) -> Value:
    """Return weight · log x, and 0 for a weight of 0 even if log x has no value."""
    if isinstance(weight, MatrixExpr) or isinstance(x, MatrixExpr) or not is_array(x):
        return weight * log(x)
    return load_arrays().weighted_log(weight, x)


def weighted_inverse(weight: Value, x: Value) -> Value:
    """Return weight / x, and 0 for a weight of 0 even if x is 0."""
    if isinstance(weight, MatrixExpr) or isinstance(x, MatrixExpr) or not is_array(x):
        return weight / x
    return load_arrays().weighted_inverse(weight, x)


def make_matrix(rows: tuple[tuple[Value, ...], ...]) -> np.ndarray[Any, Any]:
    """Return a matrix from its rows: of trees if any entry is one, of floats otherwise."""
    matrix: np.ndarray[Any, Any] = load_arrays().make_matrix(rows)
    return matrix


def is_vector(value: Value) -> bool:
    """Return whether a value is a vector, and not a matrix with one row."""
    return getattr(value, "is_vector", False)


def as_vector(row: Value) -> Value:
    """Return a matrix with one row as a vector. What is computed from it is a plain matrix again."""
    return MatrixExpr(row.expr, row.shape, True) if isinstance(row, MatrixExpr) else load_arrays().as_vector(row)


def map_cells(function: Callable[[Any], Any], value: Value) -> Value:
    """Return `function` of a number, or the array of its results on every cell of a matrix."""
    if not is_matrix(value):
        return function(value)
    mapped = make_matrix(tuple(tuple(function(cell) for cell in row) for row in value))
    return as_vector(mapped) if is_vector(value) else mapped


def cells(value: Value) -> Iterable[Any]:
    """Return the entries of a matrix row by row, or the number itself."""
    return value.ravel() if is_matrix(value) else (value,)


def to_lists(value: Value) -> Any:
    """Return a matrix as a list of its rows, a vector as a list, a number as it is."""
    if is_vector(value):
        return list(value[0])
    return [list(row) for row in value] if is_matrix(value) else value
