"""Functions along an axis: the greatest and the smallest entry, products, running sums.

An axis of a matrix is 0, down the columns, or 1, along the rows. Without one a function goes over all entries.
"""

from __future__ import annotations

from functools import partial, reduce
from typing import TYPE_CHECKING, NamedTuple

from tutor.algebra import ops
from tutor.algebra.array_function import ArrayFunction, read_whole, resolve_axis
from tutor.algebra.errors import AlgebraError
from tutor.algebra.expr import Expr, number
from tutor.algebra.indexing import as_number
from tutor.algebra.ops import VectorShape, is_vector_shape
from tutor.i18n import N_, message

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tutor.algebra.array_function import Reading
    from tutor.algebra.ops import Shape, Value


class Along(NamedTuple):
    """The range of a reduction: all entries, or an axis that is kept with size 1 or dropped."""

    axis: int | None = None
    keeps: bool = False

    def without_vector(self, shape: Shape) -> Along:
        """Return the same for a value of this shape, without the difference between a vector and a row."""
        if not is_vector_shape(shape) or self.axis is None:
            return self
        return Along(-1, True) if self.keeps else Along()


def read_along(args: Sequence[Expr | None], offset: int) -> Reading:
    """Read a value, and perhaps an axis, which is kept unless something follows it."""
    if len(args) == 1:
        return Along(), (0,)
    return Along(read_whole(args[1], offset, "axis"), len(args) == 2), (0,)


def along_shape(name: str, along: Along, shapes: Sequence[Shape], offset: int) -> Shape:
    """Return the shape of a reduction. Raises `AlgebraError`."""
    shape = shapes[0]
    if shape is None:
        raise AlgebraError(message(N_("{name} needs a vector or a matrix, but this is a number."), name=name), offset)
    if along.axis is None:
        return None
    axis = resolve_axis(along.axis, shape, offset, name)
    if is_vector_shape(shape):
        return VectorShape.of_length(1) if along.keeps else None
    if along.keeps:
        return (1, shape[1]) if axis == 0 else (shape[0], 1)
    return VectorShape.of_length(shape[1 - axis])


def along_args(along: Along, operands: Sequence[Expr]) -> tuple[Expr, ...]:
    """Return the arguments of a reduction."""
    if along.axis is None:
        return tuple(operands)
    return (*operands, number(along.axis), *(() if along.keeps else (number(0),)))


def _reduced(kernel: Callable[[Value, int | None], Value], along: Along, x: Value) -> Value:
    """Reduce by a kernel that keeps an axis."""
    if along.axis is None:
        return kernel(x, None)
    shape = ops.shape_of(x)
    axis = resolve_axis(along.axis, shape, 0, "")
    kept = kernel(x, axis)
    if along.keeps:
        return kept
    if is_vector_shape(shape):
        return kept[..., 0, 0] if kept.ndim > 2 else as_number(kept[0, 0])
    return ops.transpose(kept) if axis == 1 else kept


def reduction(name: str, kernel: Callable[[Value, int | None], Value], shown: str = "") -> ArrayFunction:
    """Return the record of a reduction; the kernel takes a matrix or a batch, and an axis, None for all entries."""
    return ArrayFunction(
        id=name,
        read=read_along,
        shape=partial(along_shape, shown or name),
        forward=partial(_reduced, kernel),
        to_args=along_args,
    )


def _folded(ufunc: str, combine: Callable[[Value, Value], Value], x: Value, axis: int | None) -> Value:
    """Reduce floats by a function of NumPy, and trees pair by pair."""
    if x.dtype != object:
        function = getattr(ops.load_arrays().np, ufunc)
        if axis is not None:
            return function.reduce(x, axis=axis - 2, keepdims=True)
        return function.reduce(x, axis=(-2, -1)) if x.ndim > 2 else float(function.reduce(x, axis=None))
    if axis is None:
        return reduce(combine, x.ravel().tolist())
    lines = x if axis == 0 else x.T
    folded = reduce(combine, (lines[i : i + 1] for i in range(len(lines))))
    return folded if axis == 0 else folded.T


def _as_lines(x: Value, axis: int | None) -> Value:
    """Return the entries that belong together in rows: all in one row, those of a column, or those of a row."""
    if axis is None:
        return x.reshape(*x.shape[:-2], 1, -1)
    return ops.transpose(x) if axis == 0 else x


def _from_lines(lines: Value, axis: int | None, like: Value) -> Value:
    return ops.transpose(lines) if axis == 0 else lines.reshape(like.shape)


def _products_of_others(along: Along, x: Value) -> Value:
    """Return for each entry the product of all others that it is multiplied with; no entry is divided by."""
    np = ops.load_arrays().np
    axis = None if along.axis is None else resolve_axis(along.axis, ops.shape_of(x), 0, "")
    lines = np.asarray(_as_lines(x, axis))
    ones = np.full_like(lines[..., :1], number(1) if lines.dtype == object else 1.0)
    before = np.multiply.accumulate(np.concatenate([ones, lines[..., :-1]], axis=-1), axis=-1)
    reverse = lines[..., ::-1]
    after = np.multiply.accumulate(np.concatenate([ones, reverse[..., :-1]], axis=-1), axis=-1)[..., ::-1]
    return _from_lines(before * after, axis, np.asarray(x))


def _others_shape(along: Along, shapes: Sequence[Shape], offset: int) -> Shape:
    along_shape("prod_others", along, shapes, offset)
    return shapes[0]


# --- running sums ----------------------------------------------------------------------------------------------


def _read_cumsum(args: Sequence[Expr | None], offset: int) -> Reading:
    return (read_whole(args[1], offset, "axis") if len(args) > 1 else None), (0,)


def _cumsum_shape(axis: int | None, shapes: Sequence[Shape], offset: int) -> Shape:
    shape = shapes[0]
    if shape is None:
        text = N_("{name} needs a vector or a matrix, but this is a number.")
        raise AlgebraError(message(text, name="cumsum"), offset)
    if axis is None:
        return VectorShape.of_length(ops.num_cells(shape))
    resolve_axis(axis, shape, offset, "cumsum")
    return shape


def running_sums(axis: int | None, x: Value, backwards: bool = False) -> Value:
    """Return the running sums of a matrix or a batch, from the first entry or from the last.

    Without an axis they go over all entries, row by row, and are one row.
    """
    np = ops.load_arrays().np
    resolved = None if axis is None else resolve_axis(axis, ops.shape_of(x), 0, "cumsum")
    lines = np.asarray(_as_lines(x, resolved))
    sums = np.add.accumulate(lines[..., ::-1], axis=-1)[..., ::-1] if backwards else np.add.accumulate(lines, axis=-1)
    return ops.transpose(sums) if resolved == 0 else sums


RECORDS = (
    reduction("amax", partial(_folded, "maximum", ops.maximum), "max"),
    reduction("amin", partial(_folded, "minimum", ops.minimum), "min"),
    reduction("prod", partial(_folded, "multiply", lambda a, b: a * b)),
    ArrayFunction(
        id="prod_others",
        read=read_along,
        shape=_others_shape,
        forward=_products_of_others,
        to_args=lambda along, operands: along_args(along._replace(keeps=True), operands),
    ),
    ArrayFunction(
        id="cumsum",
        read=_read_cumsum,
        shape=_cumsum_shape,
        forward=running_sums,
        to_args=lambda axis, operands: (*operands, *(() if axis is None else (number(axis),))),
    ),
)
