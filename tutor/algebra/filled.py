"""Constants in the shape of another value: `ones_like(X)`, and the 1s and 0s that leave a triangle of a matrix."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.algebra.errors import AlgebraError
from tutor.algebra.expr import ONE, ZERO, Apply, Expr, Grid, as_whole
from tutor.algebra.ops import is_vector_shape
from tutor.algebra.sizes import has_named_size
from tutor.i18n import N_, message

if TYPE_CHECKING:
    from tutor.algebra.ops import Shape

#: The operations, whose first argument only gives its shape.
LIKE_OPS = ("ones_like", "lower_like", "upper_like")


def constant_like(part: Apply, shape: Shape) -> Expr:
    """Return the number or the matrix of 1 and 0 that one of `LIKE_OPS` is for a value of this shape.

    Raises `AlgebraError` for the triangle of a value that is not a matrix, and for sizes that are only names.
    """
    if part.op == "ones_like" and shape is None:
        return ONE
    if shape is None or (part.op != "ones_like" and is_vector_shape(shape)):
        raise AlgebraError(message(N_("Only a matrix has a triangle, as in tril(ones(3, 3)).")), part.position)
    if has_named_size(shape):
        text = N_("The sizes here are names, not numbers. Write the matrix out, as in [[1, 0], [1, 1]].")
        raise AlgebraError(message(text), part.position)
    rows, columns = shape
    diagonal = (as_whole(part.args[1]) or 0) if len(part.args) > 1 else 0
    cells = (tuple(_is_set(part.op, column - row - diagonal) for column in range(columns)) for row in range(rows))
    return Grid(
        tuple(tuple(ONE if cell else ZERO for cell in row) for row in cells), part.position, is_vector_shape(shape)
    )


def _is_set(op: str, above: int) -> bool:
    """Return whether there is a 1 so far above the diagonal."""
    return op == "ones_like" or (above <= 0 if op == "lower_like" else above >= 0)
