"""The functions that rules are written with, on numbers and on trees, alone, in matrices and in batches.

A value is a float, an exact tree (`Expr`), a NumPy array of either, or a matrix left as a formula (`MatrixExpr`). Only
this module tells them apart, so that a rule reads like the formula it is and runs on all of them. In a batch each
number is an array of one axis, each matrix one of three; the first counts the members. NumPy is imported when an
array is met.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, TypeAlias

from tutor.algebra import expr
from tutor.algebra.expr import Apply, Expr
from tutor.algebra.matrix_expr import MatrixExpr, elementwise, expr_of

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

#: float, Expr, an array of them, or a MatrixExpr; rules are generic over all.
Value: TypeAlias = Any
#: (rows, columns), or None for a number.
Shape: TypeAlias = tuple[int, int] | None


def is_matrix(value: Value) -> bool:
    """Whether `value` is a matrix, or a batch of them."""
    return getattr(value, "ndim", 0) > 1


def is_array(value: Value) -> bool:
    """Whether NumPy computes with `value`: a matrix, or a batch of anything."""
    return hasattr(value, "dtype")


def shape_of(value: Value) -> Shape:
    """(rows, columns) of a matrix, None for a number."""
    return (value.shape[-2], value.shape[-1]) if is_matrix(value) else None


def num_cells(shape: Shape) -> int:
    """How many entries a value of this shape has; a number is one."""
    return shape[0] * shape[1] if shape else 1


def is_exact(value: Value) -> bool:
    """Whether `value` is made of trees and not of floats."""
    return isinstance(value, Expr | MatrixExpr) or (is_array(value) and value.dtype == object)


def _elementwise(on_float: Callable[..., float], on_tree: Callable[..., Expr], on_array: str) -> Callable[..., Value]:
    def function(*args: Value) -> Value:
        if any(isinstance(arg, MatrixExpr) for arg in args):
            return elementwise(on_tree, *args)
        if any(is_array(arg) for arg in args):
            import numpy as np

            if any(is_exact(arg) for arg in args):
                return np.frompyfunc(on_tree, len(args), 1)(*args)
            return _ARRAY_KERNELS[on_array](*args) if on_array in _ARRAY_KERNELS else getattr(np, on_array)(*args)
        if any(isinstance(arg, Expr) for arg in args):
            return on_tree(*map(expr.as_expr, args))
        return on_float(*args)

    return function


def _sigmoid(x: float) -> float:
    # 1/(1 + e^-x) overflows far left of zero; e^x/(1 + e^x) is the same number there.
    if x >= 0:
        return 1 / (1 + math.exp(-x))
    grown = math.exp(x)
    return grown / (1 + grown)


def _sigmoid_array(x: Any) -> Any:
    import numpy as np

    small = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, small) / (1 + small)


def _softplus(x: float) -> float:
    # log(1 + e^x) overflows on the right and loses its digits on the left.
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


def _softplus_array(x: Any) -> Any:
    import numpy as np

    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


def _relu_array(x: Any) -> Any:
    import numpy as np

    return np.maximum(x, 0.0)


_ARRAY_KERNELS = {"sigmoid": _sigmoid_array, "softplus": _softplus_array, "relu": _relu_array}

exp = _elementwise(math.exp, expr.exp, "exp")
log = _elementwise(math.log, expr.log, "log")
sqrt = _elementwise(math.sqrt, expr.sqrt, "sqrt")
sin = _elementwise(math.sin, expr.sin, "sin")
cos = _elementwise(math.cos, expr.cos, "cos")
tanh = _elementwise(math.tanh, expr.tanh, "tanh")
sigmoid = _elementwise(_sigmoid, expr.sigmoid, "sigmoid")
softplus = _elementwise(_softplus, expr.softplus, "softplus")
relu = _elementwise(lambda x: max(x, 0.0), expr.relu, "relu")
absolute = _elementwise(abs, expr.absolute, "absolute")
maximum = _elementwise(max, expr.maximum, "maximum")
minimum = _elementwise(min, expr.minimum, "minimum")
#: 1 above zero, −1 below, 0 at zero.
sign = _elementwise(lambda x: float((x > 0) - (x < 0)), lambda a: _exact_sign(a), "sign")


def _exact_sign(a: Expr) -> Expr:
    """The sign of an exact number is decided by balls, where the number itself is no fraction."""
    found = expr.sign(a)
    if isinstance(found, Apply):
        from tutor.algebra.balls import nearest_float

        try:
            decided = nearest_float(found)
        except KeyError:
            return found
        if decided in (-1.0, 0.0, 1.0):
            return expr.number(int(decided))
    return found


def power(x: Value, n: Value) -> Value:
    """x^n; a fractional power of a negative number is none, as in the reals."""
    if isinstance(x, float) and isinstance(n, int | float):
        return math.pow(x, n)
    return x**n


def transpose(x: Value) -> Value:
    """The transpose; a number is its own."""
    if isinstance(x, MatrixExpr):
        return x.T
    return x.swapaxes(-1, -2) if is_matrix(x) else x


def sum_axis(x: Value, axis: int | None = None) -> Value:
    """The sum of all entries: a number. Along axis 0 the row of the columns' sums, along 1 the column of the rows'."""
    if not is_matrix(x):
        return x
    if isinstance(x, MatrixExpr):
        if axis is None:
            return Apply("sum", (x.expr,))
        kept = (1, x.shape[1]) if axis == 0 else (x.shape[0], 1)
        return x if kept == x.shape else MatrixExpr(Apply("sum", (x.expr, expr.number(axis))), kept)
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


def num_rows(x: Value) -> int:
    """How many rows a matrix has; a number has one."""
    return int(x.shape[-2]) if is_matrix(x) else 1


def size(x: Value) -> int:
    """How many entries there are."""
    return int(x.shape[-2] * x.shape[-1]) if is_matrix(x) else 1


def constant_like(number: int, like: Value) -> Value:
    """A small whole number of the kind of `like`: exact beside trees, a float beside floats, in every cell."""
    if isinstance(like, MatrixExpr):
        return expr.number(number)
    return broadcast_like(expr.number(number) if is_exact(like) else float(number), like)


def broadcast_like(g: Value, like: Value) -> Value:
    """`g` repeated to the shape of `like`: a number in every cell, a row in every row, a column in every column."""
    if not is_matrix(like) or shape_of(g) == shape_of(like):
        return g
    if isinstance(like, MatrixExpr) or isinstance(g, MatrixExpr):
        wide = expr.number(like.shape[-2]), expr.number(like.shape[-1])
        if is_matrix(g):
            return MatrixExpr(Apply("broadcast", (expr_of(g), *wide)), (like.shape[-2], like.shape[-1]))
        return MatrixExpr(expr.mul(expr_of(g), Apply("ones", wide)), (like.shape[-2], like.shape[-1]))
    import numpy as np

    if is_array(g):
        cells = g[:, None, None] if g.ndim == 1 else g
        return np.broadcast_to(cells, np.broadcast_shapes(cells.shape, like.shape)).copy()
    cells = np.empty(like.shape, dtype=object if isinstance(g, Expr) else float)
    cells[...] = g
    return cells


def unbroadcast(g: Value, like: Value) -> Value:
    """`g`, a matrix, summed down to the shape of `like`, which had been repeated to its shape: undoes `broadcast_like`."""
    small, wide = shape_of(like), shape_of(g)
    if small == wide:
        return g
    if small is None:
        return sum_axis(g)
    if wide is not None and small[0] != wide[0]:
        g = sum_axis(g, 0)
    return sum_axis(g, 1) if wide is not None and small[1] != wide[1] else g


def softmax(x: Value) -> Value:
    """Each row as shares that add up to 1: e^x over the sum of its row."""
    if isinstance(x, MatrixExpr):
        return MatrixExpr(Apply("softmax", (x.expr,)), x.shape)
    if not is_exact(x):
        import numpy as np

        x = x - x.max(axis=-1, keepdims=True)
        grown = np.exp(x)
        return grown / grown.sum(axis=-1, keepdims=True)
    grown = exp(x)
    return grown / sum_axis(grown, 1)


def weighted_log(weight: Value, x: Value) -> Value:
    """weight · log x, and 0 where the weight is 0, whatever x is."""
    if isinstance(weight, MatrixExpr) or isinstance(x, MatrixExpr) or not is_array(x):
        return weight * log(x)
    import numpy as np

    if is_exact(x):
        return np.frompyfunc(lambda w, p: expr.ZERO if _is_zero(w) else expr.mul(w, expr.log(p)), 2, 1)(weight, x)
    return weight * np.log(np.where(weight == 0, 1.0, x))


def weighted_inverse(weight: Value, x: Value) -> Value:
    """weight / x, and 0 where the weight is 0, whatever x is."""
    if isinstance(weight, MatrixExpr) or isinstance(x, MatrixExpr) or not is_array(x):
        return weight / x
    import numpy as np

    if is_exact(x):
        return np.frompyfunc(lambda w, p: expr.ZERO if _is_zero(w) else expr.div(w, p), 2, 1)(weight, x)
    return weight / np.where(weight == 0, 1.0, x)


def _is_zero(weight: Expr) -> bool:
    return isinstance(weight, expr.Num) and weight.value == 0


def make_matrix(rows: tuple[tuple[Value, ...], ...]) -> np.ndarray[Any, Any]:
    """A matrix from its rows: of trees where any entry is one, of floats otherwise."""
    import numpy as np

    exact = any(isinstance(cell, Expr) for row in rows for cell in row)
    cells = np.empty((len(rows), len(rows[0])), dtype=object if exact else float)
    for i, row in enumerate(rows):
        for j, cell in enumerate(row):
            cells[i, j] = cell
    return cells


def map_cells(function: Callable[[Any], Any], value: Value) -> Value:
    """`function` on a number, or on every cell of a matrix (an array of what it returns)."""
    if not is_matrix(value):
        return function(value)
    return make_matrix(tuple(tuple(function(cell) for cell in row) for row in value))


def to_lists(value: Value) -> Any:
    """A matrix as a list of its rows, a number as it is."""
    return [list(row) for row in value] if is_matrix(value) else value
