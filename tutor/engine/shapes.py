"""Shape inference: the shape of an operation's output from those of its operands; None is the shape of a number."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from tutor.algebra.errors import AlgebraError
from tutor.algebra.evaluate import broadcast_shapes, matmul_shape, outer_shape, shape_mismatch
from tutor.algebra.ops import Shape
from tutor.i18n import N_, message

#: `(shapes of the operands, offset in the text, name)` -> shape. Raises `AlgebraError` if the operands do not fit.
ShapeRule: TypeAlias = Callable[[Sequence[Shape], int, str], Shape]

_NEEDS_MATRIX = N_("{name} needs a matrix, but this is a number.")
_REDUCES_MATRIX = N_("{name} needs a vector or a matrix, but this is a number.")


def elementwise(shapes: Sequence[Shape], offset: int, name: str) -> Shape:
    """Broadcast the operands to one shape."""
    try:
        return broadcast_shapes(shapes)
    except ValueError:
        raise shape_mismatch(shapes, offset) from None


def matmul(shapes: Sequence[Shape], offset: int, name: str) -> Shape:
    """Combine the rows of the first operand and the columns of the second."""
    return matmul_shape(shapes, offset)


def outer(shapes: Sequence[Shape], offset: int, name: str) -> Shape:
    """Give a row to each entry of the first vector, and a column to each of the second."""
    return outer_shape(shapes, offset)


def transpose(shapes: Sequence[Shape], offset: int, name: str) -> Shape:
    """Swap rows and columns."""
    rows, columns = _require_matrix(shapes, offset, name)
    return columns, rows


def reduce_all(shapes: Sequence[Shape], offset: int, name: str) -> Shape:
    """Reduce a matrix to a number."""
    _require_matrix(shapes, offset, name, _REDUCES_MATRIX)
    return None


def reduce_rows(shapes: Sequence[Shape], offset: int, name: str) -> Shape:
    """Reduce a matrix to a row with a cell for each column."""
    return 1, _require_matrix(shapes, offset, name, _REDUCES_MATRIX)[1]


def reduce_columns(shapes: Sequence[Shape], offset: int, name: str) -> Shape:
    """Reduce a matrix to a column with a cell for each row."""
    return _require_matrix(shapes, offset, name, _REDUCES_MATRIX)[0], 1


def rowwise(shapes: Sequence[Shape], offset: int, name: str) -> Shape:
    """Keep the shape of a matrix."""
    return _require_matrix(shapes, offset, name)


def scalar_of_pair(shapes: Sequence[Shape], offset: int, name: str) -> Shape:
    """Reduce two operands of the same shape to a number; without broadcasting, which would distort a mean."""
    if shapes[0] != shapes[1]:
        raise shape_mismatch(shapes, offset)
    return None


def scalar_of_matrices(shapes: Sequence[Shape], offset: int, name: str) -> Shape:
    """Reduce two matrices of the same shape to a number."""
    _require_matrix(shapes, offset, name)
    return scalar_of_pair(shapes, offset, name)


def _require_matrix(shapes: Sequence[Shape], offset: int, name: str, text: str = _NEEDS_MATRIX) -> tuple[int, int]:
    shape = shapes[0]
    if shape is None:
        raise AlgebraError(message(text, name=name), offset)
    return shape
