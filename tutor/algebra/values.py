"""The functions that rules are written with, on numbers and on trees, alone or in matrices.

A value is a float, an exact tree (`Expr`), or a NumPy array of either. Only this module tells them apart, so
that a rule reads like the formula it is and runs on all of them. NumPy is imported when an array is met.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

from tutor.algebra import tree
from tutor.algebra.tree import Expr

if TYPE_CHECKING:
    import numpy as np

#: float, Expr, or an array of them; rules are generic over all.
Value: TypeAlias = Any
#: (rows, columns), or None for a number.
Shape: TypeAlias = tuple[int, int] | None


def is_matrix(value: Value) -> bool:
    """Whether `value` is a matrix: anything that has a shape."""
    return hasattr(value, "shape")


def shape(value: Value) -> Shape:
    """(rows, columns) of a matrix, None for a number."""
    return (value.shape[0], value.shape[1]) if is_matrix(value) else None


def _elementwise(on_float: Callable[..., float], on_tree: Callable[..., Expr], ufunc: str) -> Callable[..., Value]:
    def function(*args: Value) -> Value:
        if any(is_matrix(arg) for arg in args):
            import numpy as np

            if any((is_matrix(arg) and arg.dtype == object) or isinstance(arg, Expr) for arg in args):
                return np.frompyfunc(on_tree, len(args), 1)(*args)
            return getattr(np, ufunc)(*args) if hasattr(np, ufunc) else np.vectorize(on_float)(*args)
        if any(isinstance(arg, Expr) for arg in args):
            return on_tree(*map(tree.lift, args))
        return on_float(*args)

    return function


def _sigmoid(x: float) -> float:
    # 1/(1 + e^-x) overflows far left of zero; e^x/(1 + e^x) is the same number there.
    if x >= 0:
        return 1 / (1 + math.exp(-x))
    grown = math.exp(x)
    return grown / (1 + grown)


exp = _elementwise(math.exp, tree.exp, "exp")
log = _elementwise(math.log, tree.log, "log")
sqrt = _elementwise(math.sqrt, tree.sqrt, "sqrt")
sin = _elementwise(math.sin, tree.sin, "sin")
cos = _elementwise(math.cos, tree.cos, "cos")
tanh = _elementwise(math.tanh, tree.tanh, "tanh")
sigmoid = _elementwise(_sigmoid, tree.sigmoid, "-")
relu = _elementwise(lambda x: max(x, 0.0), tree.relu, "-")
absolute = _elementwise(abs, tree.absolute, "absolute")
maximum = _elementwise(max, tree.maximum, "maximum")
minimum = _elementwise(min, tree.minimum, "minimum")


def power(x: Value, n: Value) -> Value:
    """x^n; a fractional power of a negative number is none, as in the reals."""
    if isinstance(x, float) and isinstance(n, int | float):
        return math.pow(x, n)
    return x**n


def T(x: Value) -> Value:
    """The transpose; a number is its own."""
    return x.swapaxes(-1, -2) if is_matrix(x) else x


def total(x: Value) -> Value:
    """The sum of all entries."""
    if not is_matrix(x):
        return x
    if x.dtype == object:
        result: Expr = tree.ZERO
        for cell in x.ravel():
            result = result + cell
        return result
    return x.sum(axis=(-2, -1)) if x.ndim > 2 else float(x.sum())


def constant(number: int, like: Value) -> Value:
    """A small whole number of the kind of `like`: exact beside trees, a float beside floats, in every cell."""
    exact = isinstance(like, Expr) or (is_matrix(like) and like.dtype == object)
    return spread(tree.number(number) if exact else float(number), like)


def spread(g: Value, like: Value) -> Value:
    """`g`, a number, in every cell of a matrix shaped as `like`."""
    if not is_matrix(like):
        return g
    import numpy as np

    cells = np.empty(like.shape, dtype=object if isinstance(g, Expr) else float)
    cells[...] = g
    return cells


def matrix(rows: tuple[tuple[Value, ...], ...]) -> np.ndarray[Any, Any]:
    """A matrix from its rows: of trees where any entry is one, of floats otherwise."""
    import numpy as np

    exact = any(isinstance(cell, Expr) for row in rows for cell in row)
    cells = np.empty((len(rows), len(rows[0])), dtype=object if exact else float)
    for i, row in enumerate(rows):
        for j, cell in enumerate(row):
            cells[i, j] = cell
    return cells


def each(function: Callable[[Any], Any], value: Value) -> Value:
    """`function` on a number, or on every cell of a matrix (an array of what it returns)."""
    if not is_matrix(value):
        return function(value)
    return matrix(tuple(tuple(function(cell) for cell in row) for row in value))


def nested(value: Value) -> Any:
    """A matrix as a list of its rows, a number as it is."""
    return [list(row) for row in value] if is_matrix(value) else value
