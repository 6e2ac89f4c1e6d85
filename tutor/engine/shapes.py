"""What shape an operation gives, from the shapes of its operands; None is a number."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from tutor.algebra.errors import AlgebraError
from tutor.algebra.evaluate import matmul_shape, shape_mismatch
from tutor.algebra.ops import Shape
from tutor.i18n import N_, message

#: `(shapes of the operands, place in the text, name)` -> shape. Raises `AlgebraError` where they do not fit.
ShapeRule: TypeAlias = Callable[[Sequence[Shape], int, str], Shape]


def broadcast_shapes(shapes: Sequence[Shape]) -> Shape | None:
    """The shape to which all can be repeated, by NumPy's rule. Raises `ValueError` where there is none."""
    known = [shape for shape in shapes if shape is not None]
    if not known:
        return None
    found = []
    for sizes in zip(*known, strict=True):
        wide = {size for size in sizes if size != 1}
        if len(wide) > 1:
            raise ValueError(shapes)
        found.append(wide.pop() if wide else 1)
    return found[0], found[1]


def elementwise(shapes: Sequence[Shape], at: int, name: str) -> Shape:
    """All operands in one shape, and so the output."""
    try:
        return broadcast_shapes(shapes)
    except ValueError:
        raise shape_mismatch(shapes, at) from None


def matmul(shapes: Sequence[Shape], at: int, name: str) -> Shape:
    """Rows of the first, columns of the second."""
    return matmul_shape(shapes, at)


def transpose(shapes: Sequence[Shape], at: int, name: str) -> Shape:
    """Rows and columns exchanged."""
    rows, columns = _require_matrix(shapes, at, name)
    return columns, rows


def reduce_all(shapes: Sequence[Shape], at: int, name: str) -> Shape:
    """A number from a matrix."""
    _require_matrix(shapes, at, name)
    return None


def reduce_rows(shapes: Sequence[Shape], at: int, name: str) -> Shape:
    """A row with a cell for each column."""
    return 1, _require_matrix(shapes, at, name)[1]


def reduce_columns(shapes: Sequence[Shape], at: int, name: str) -> Shape:
    """A column with a cell for each row."""
    return _require_matrix(shapes, at, name)[0], 1


def rowwise(shapes: Sequence[Shape], at: int, name: str) -> Shape:
    """A matrix, row by row."""
    return _require_matrix(shapes, at, name)


def scalar_of_pair(shapes: Sequence[Shape], at: int, name: str) -> Shape:
    """A number from two values of one shape, which must not be repeated to fit: a loss would count wrongly."""
    if shapes[0] != shapes[1]:
        raise shape_mismatch(shapes, at)
    return None


def scalar_of_matrices(shapes: Sequence[Shape], at: int, name: str) -> Shape:
    """A number from two matrices of one shape."""
    _require_matrix(shapes, at, name)
    return scalar_of_pair(shapes, at, name)


def _require_matrix(shapes: Sequence[Shape], at: int, name: str) -> tuple[int, int]:
    shape = shapes[0]
    if shape is None:
        if name in ("sum", "mean"):
            raise AlgebraError(
                message(N_("{name} goes over the cells of a matrix, and this is a number."), name=name), at
            )
        raise AlgebraError(message(N_("{name} needs a matrix, and this is a number."), name=name), at)
    return shape
