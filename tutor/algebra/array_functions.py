"""Functions of arrays with parameters: an index, an axis, a shape. One record each.

Every table about these functions is derived from the records.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.algebra import array_reductions, convolution, einsum, masked_softmax, matrix_functions, ops
from tutor.algebra.array_function import (
    ArrayFunction,
    BoundFunction,
    NoValueError,
    Parameters,
    Reading,
    read_whole,
    resolve_axis,
)
from tutor.algebra.errors import AlgebraError
from tutor.algebra.expr import Apply, Expr, as_expr, free_names, number
from tutor.algebra.indexing import Index, as_number, gather, read_index, scatter_add
from tutor.algebra.ops import VectorShape, is_vector_shape
from tutor.algebra.sizes import has_named_size
from tutor.i18n import N_, message

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tutor.algebra.ops import Shape, Value

__all__ = [
    "ARRAY_FUNCTIONS",
    "ArrayFunction",
    "BoundFunction",
    "NoValueError",
    "Parameters",
    "Reading",
    "bound",
    "call_shape",
    "is_array_call",
    "is_array_operation",
    "read_whole",
    "resolve_axis",
]


def _no_parameters(count: int) -> Callable[[Sequence[Expr | None], int], Reading]:
    return lambda args, offset: ((), tuple(range(count)))


# --- index and its reverse -------------------------------------------------------------------------------------


def _read_index(args: Sequence[Expr | None], offset: int) -> Reading:
    index = read_index(args[1:], offset)
    return index, (0, *(slot for slot, arg in enumerate(args) if slot and arg is None))


def _read_scatter(args: Sequence[Expr | None], offset: int) -> Reading:
    *parts, rows, columns = args[1:]
    sizes = read_whole(rows, offset), read_whole(columns, offset)
    shape = VectorShape.of_length(sizes[1]) if sizes[0] == 0 else sizes
    return (read_index(parts, offset), shape), (0, *(slot + 1 for slot, arg in enumerate(parts) if arg is None))


def _index_forward(index: Index, x: Value, *operands: Value) -> Value:
    return gather(x, index.positions(ops.shape_of(x), operands))


def _scatter_forward(parameters: tuple[Index, tuple[int, int]], g: Value, *operands: Value) -> Value:
    index, shape = parameters
    return scatter_add(g, index.positions(shape, operands), shape)


# --- shapes ----------------------------------------------------------------------------------------------------


def _read_reshape(args: Sequence[Expr | None], offset: int) -> Reading:
    return tuple(read_whole(arg, offset, "reshape") for arg in args[1:]), (0,)


def _reshape_shape(sizes: tuple[int, ...], shapes: Sequence[Shape], offset: int) -> Shape:
    count = ops.num_cells(shapes[0])
    known = 1
    for size in sizes:
        known *= size if size != -1 else 1
    resolved = [count // known if size == -1 and known else size for size in sizes]
    total = 1
    for size in resolved:
        total *= size
    if total != count or sizes.count(-1) > 1 or min(resolved, default=1) < 1:
        text = N_("reshape keeps the number of entries, and {count} entries don't fill {sizes}.")
        raise AlgebraError(message(text, count=count, sizes="×".join(map(str, sizes))), offset)
    if len(sizes) > 2:
        raise AlgebraError(
            message(N_("Values have at most two axes here. Write, for example, reshape(X, 2, 3).")), offset
        )
    return VectorShape.of_length(resolved[0]) if len(sizes) == 1 else (resolved[0], resolved[1]) if sizes else None


def _reshape_forward(sizes: tuple[int, ...], x: Value) -> Value:
    shape = _reshape_shape(sizes, [ops.shape_of(x)], 0)
    if not ops.is_matrix(x):
        return x if shape is None else ops.broadcast_like(x, ops.load_arrays().np.empty(shape))
    if shape is None:
        return gather(x, ops.load_arrays().np.array(0))
    return x.reshape(*x.shape[:-2], *shape)


def _unsqueeze_shape(axis: int, shapes: Sequence[Shape], offset: int) -> Shape:
    shape = shapes[0]
    if not is_vector_shape(shape):
        raise AlgebraError(message(N_("Only a vector can get another axis: x[:, None] is a column.")), offset)
    return (shape[1], 1) if axis in (1, -1) else (1, shape[1])


def _squeeze_shape(_: Parameters, shapes: Sequence[Shape], offset: int) -> Shape:
    shape = shapes[0]
    if shape is None or 1 not in shape:
        return shape
    return None if shape == (1, 1) else VectorShape.of_length(max(shape))


def _squeeze_forward(_: Parameters, x: Value) -> Value:
    shape = _squeeze_shape((), [ops.shape_of(x)], 0)
    return bound("reshape", () if shape is None else (shape[1],))(x) if is_vector_shape(shape) or shape is None else x


def _read_joined(args: Sequence[Expr | None], offset: int) -> Reading:
    """Read operands with an axis behind them."""
    return read_whole(args[-1], offset, "axis"), tuple(range(len(args) - 1))


def _concat_shape(axis: int, shapes: Sequence[Shape], offset: int) -> Shape:
    if None in shapes:
        raise AlgebraError(message(N_("concat joins vectors or matrices. For numbers, write [a, b].")), offset)
    first = shapes[0]
    if any(is_vector_shape(shape) != is_vector_shape(first) for shape in shapes):
        text = N_("concat joins vectors with vectors and matrices with matrices. Reshape one of them.")
        raise AlgebraError(message(text), offset)
    along = resolve_axis(axis, first, offset, "concat")
    known = [shape for shape in shapes if shape]
    if any(has_named_size((shape[along], 1)) for shape in known):
        text = N_("concat can't join along a size that has only a name. Write that size as a number.")
        raise AlgebraError(message(text), offset)
    if len({shape[1 - along] for shape in known}) > 1:
        text = N_("concat along axis {axis} needs the same size on the other axis.")
        raise AlgebraError(message(text, axis=axis), offset)
    total = sum(shape[along] for shape in known)
    if is_vector_shape(first):
        return VectorShape.of_length(total)
    return (total, known[0][1]) if along == 0 else (known[0][0], total)


def _concat_forward(axis: int, *operands: Value) -> Value:
    along = resolve_axis(axis, ops.shape_of(operands[0]), 0, "concat")
    return _join(operands, along - 2)


def _stack_shape(axis: int, shapes: Sequence[Shape], offset: int) -> Shape:
    first = shapes[0]
    if any(shape != first or is_vector_shape(shape) != is_vector_shape(first) for shape in shapes):
        raise AlgebraError(message(N_("stack needs values of the same shape.")), offset)
    if first is None:
        return VectorShape.of_length(len(shapes))
    if not is_vector_shape(first):
        raise AlgebraError(message(N_("stack takes numbers or vectors. To join matrices, write concat(A, B).")), offset)
    return (first[1], len(shapes)) if axis in (1, -1) else (len(shapes), first[1])


def _stack_forward(axis: int, *operands: Value) -> Value:
    np = ops.load_arrays().np
    if not any(map(ops.is_matrix, operands)):
        return stack_numbers([operands])
    if axis in (1, -1):
        operands = tuple(np.swapaxes(operand, -1, -2) for operand in operands)
    return _join(operands, -1 if axis in (1, -1) else -2)


def _join(operands: Sequence[Value], axis: int) -> Value:
    np = ops.load_arrays().np
    num_members = max((len(operand) for operand in operands if operand.ndim == 3), default=0)
    if num_members:
        operands = [np.broadcast_to(each, (num_members, *each.shape[-2:])) for each in operands]
    if any(operand.dtype == object for operand in operands):
        joined = np.concatenate([np.asarray(operand, dtype=object) for operand in operands], axis=axis)
        return ops.map_cells(lambda cell: cell if isinstance(cell, Expr) else number(int(cell)), joined)
    return np.concatenate([np.asarray(operand) for operand in operands], axis=axis)


def stack_numbers(rows: Sequence[Sequence[Value]]) -> Value:
    """Return the matrix with these numbers, each perhaps a batch, (N,)."""
    if not any(ops.is_array(cell) for row in rows for cell in row):
        return ops.make_matrix(tuple(map(tuple, rows)))
    np = ops.load_arrays().np
    return np.stack([np.stack(np.broadcast_arrays(*row, *rows[0])[: len(row)], axis=-1) for row in rows], axis=-2)


def _read_grid(args: Sequence[Expr | None], offset: int) -> Reading:
    """Read a matrix whose entries are computed: rows, columns, then the entries; 0 rows for a vector."""
    sizes = read_whole(args[0], offset), read_whole(args[1], offset)
    return sizes, tuple(range(2, len(args)))


def _grid_shape(sizes: tuple[int, int], shapes: Sequence[Shape], offset: int) -> Shape:
    if any(shapes):
        text = N_("The entries of a matrix are numbers. To stack vectors, write stack(a, b).")
        raise AlgebraError(message(text), offset)
    return sizes if sizes[0] else VectorShape.of_length(sizes[1])


def _grid_forward(sizes: tuple[int, int], *cells: Value) -> Value:
    columns = sizes[1]
    return stack_numbers([cells[i : i + columns] for i in range(0, len(cells), columns)])


# --- reductions ------------------------------------------------------------------------------------------------


def _read_reduction(args: Sequence[Expr | None], offset: int) -> Reading:
    """Read a value, its axis, and 0: the axis is dropped, as NumPy does without `keepdims`."""
    return read_whole(args[1], offset, "axis"), (0,)


def reduced_shape(axis: int, shape: Shape, offset: int, name: str) -> Shape:
    """Return the shape after the reduction of one axis, which is dropped."""
    along = resolve_axis(axis, shape, offset, name)
    assert shape is not None
    return None if is_vector_shape(shape) else VectorShape.of_length(shape[1 - along])


def _reduction(name: str, along: Callable[[Value, int], Value]) -> ArrayFunction:
    """Return a reduction that drops its axis; `along` reduces a matrix to a row (0) or to a column (1)."""

    def forward(axis: int, x: Value) -> Value:
        shape = ops.shape_of(x)
        reduced = along(x, resolve_axis(axis, shape, 0, name))
        if is_vector_shape(shape):
            return reduced[..., 0, 0] if reduced.ndim > 2 else as_number(reduced[0, 0])
        return ops.transpose(reduced) if reduced.shape[-1] == 1 and resolve_axis(axis, shape, 0, name) == 1 else reduced

    return ArrayFunction(
        id=name,
        read=_read_reduction,
        shape=lambda axis, shapes, offset: reduced_shape(axis, shapes[0], offset, name),
        forward=forward,
        to_args=lambda axis, operands: (*operands, number(axis), number(0)),
    )


def _mean_along(x: Value, axis: int) -> Value:
    return ops.sum_axis(x, axis) / x.shape[axis - 2]


# --- the records -----------------------------------------------------------------------------------------------


def _sizes(shape: tuple[int, int]) -> tuple[Expr, Expr]:
    """Return a shape as arguments; a vector has 0 rows."""
    return (number(0) if is_vector_shape(shape) else as_expr(shape[0])), as_expr(shape[1])


_RECORDS = (
    _reduction("sum", ops.sum_axis),
    _reduction("mean", _mean_along),
    ArrayFunction(
        id="index",
        read=_read_index,
        shape=lambda index, shapes, offset: index.shape(shapes[0], shapes[1:], offset),
        forward=_index_forward,
        to_args=lambda index, operands: (operands[0], *index.to_args(operands[1:])),
    ),
    ArrayFunction(
        id="scatter_add",
        read=_read_scatter,
        shape=lambda parameters, shapes, offset: parameters[1],
        forward=_scatter_forward,
        to_args=lambda parameters, operands: (
            operands[0],
            *parameters[0].to_args(operands[1:]),
            *_sizes(parameters[1]),
        ),
    ),
    ArrayFunction(
        id="reshape",
        read=_read_reshape,
        shape=_reshape_shape,
        forward=_reshape_forward,
        to_args=lambda sizes, operands: (*operands, *map(as_expr, sizes)),
    ),
    ArrayFunction(
        id="unsqueeze",
        read=lambda args, offset: (read_whole(args[1], offset, "axis"), (0,)),
        shape=_unsqueeze_shape,
        forward=lambda axis, x: ops.transpose(x) if axis in (1, -1) else x,
        to_args=lambda axis, operands: (*operands, number(axis)),
    ),
    ArrayFunction(
        id="squeeze",
        read=_no_parameters(1),
        shape=_squeeze_shape,
        forward=_squeeze_forward,
        to_args=lambda _, operands: tuple(operands),
    ),
    ArrayFunction(
        id="concat",
        read=_read_joined,
        shape=_concat_shape,
        forward=_concat_forward,
        to_args=lambda axis, operands: (*operands, number(axis)),
    ),
    ArrayFunction(
        id="stack",
        read=_read_joined,
        shape=_stack_shape,
        forward=_stack_forward,
        to_args=lambda axis, operands: (*operands, number(axis)),
    ),
    ArrayFunction(
        id="grid",
        read=_read_grid,
        shape=_grid_shape,
        forward=_grid_forward,
        to_args=lambda sizes, operands: (*map(number, sizes), *operands),
    ),
)
#: Functions that have another form with fewer arguments, and the number of arguments here.
_SHARED_NAMES = {"sum": 3, "mean": 3, "softmax": 2}
#: Every function of arrays by its id.
ARRAY_FUNCTIONS: Mapping[str, ArrayFunction] = {
    function.id: function
    for records in (
        _RECORDS,
        array_reductions.RECORDS,
        matrix_functions.RECORDS,
        convolution.RECORDS,
        einsum.RECORDS,
        masked_softmax.RECORDS,
    )
    for function in records
}


def is_array_call(node: Apply) -> bool:
    """Return whether a part of a formula is a call of a function of arrays, and not of an older form of its name."""
    return is_array_operation(node.op, len(node.args))


def is_array_operation(op: str, num_args: int) -> bool:
    """Return whether an operation with so many arguments is a function of arrays."""
    return op in ARRAY_FUNCTIONS and (op not in _SHARED_NAMES or num_args == _SHARED_NAMES[op])


def call_shape(op: str, args: Sequence[Expr], shapes: Sequence[Shape]) -> Shape:
    """Return the shape of a call from its arguments and their shapes, None if these don't fit or aren't known."""
    try:
        parameters, slots = ARRAY_FUNCTIONS[op].read([None if free_names(arg) else arg for arg in args], 0)
        return ARRAY_FUNCTIONS[op].shape(parameters, [shapes[slot] for slot in slots], 0)
    except AlgebraError:
        return None


def bound(name: str, parameters: Parameters = (), *shapes: Shape) -> BoundFunction:
    """Return a function of arrays with its parameters, and with the shapes of its operands if they are known."""
    return ARRAY_FUNCTIONS[name].bind(parameters, shapes)
