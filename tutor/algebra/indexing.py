"""Indexes as in NumPy: `X[0, 1]`, `X[:, 0]`, `X[1:3]`, `W[ids]`, `P[range(3), y]`. Counting begins with 0.

An index is read once. What it picks are positions in the value's entries, row by row, so that picking and adding back are
the same for every index and for every kind of entry.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from tutor.algebra import ops
from tutor.algebra.balls import nearest_float
from tutor.algebra.errors import AlgebraError
from tutor.algebra.expr import Apply, Expr, Grid, as_expr, as_whole, number
from tutor.algebra.limits import GRAPH
from tutor.algebra.ops import VectorShape, is_vector_shape
from tutor.algebra.sizes import has_named_size
from tutor.i18n import N_, Message, message

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tutor.algebra.ops import Shape, Value

#: Picks along one axis: a number, a slice, a list of numbers, or None for an operand whose value is the index.
Part: TypeAlias = "int | slice | tuple[int, ...] | None"

#: A range with its step.
_FULL_RANGE = 3
_NO_WHOLE_NUMBER = N_("An index is a whole number, counted from 0: X[0] is the first row.")


class IndexValueError(ValueError):
    """A value that can't be an index. `message` says why, as a sentence."""

    def __init__(self, message: Message) -> None:
        super().__init__(message)
        self.message = message


class IndexRangeError(IndexValueError):
    """An index that is outside its axis."""

    def __init__(self, index: int, size: int) -> None:
        super().__init__(range_message(index, size))
        self.index = index
        self.size = size


@dataclass(frozen=True)
class Index:
    """The entries that an index picks along each axis. Slices are compared by their bounds."""

    parts: tuple[Part, ...]

    def __hash__(self) -> int:
        return hash(
            tuple((part.start, part.stop, part.step) if isinstance(part, slice) else part for part in self.parts)
        )

    @property
    def num_operands(self) -> int:
        """The number of parts whose values are operands."""
        return self.parts.count(None)

    def operand_sizes(self, shape: Shape) -> list[int]:
        """Return the size of the axis that each operand picks from, in a value of `shape`."""
        assert shape is not None
        return [size for size, part in zip(_axes(shape), self.parts, strict=False) if part is None]

    def shape(self, shape: Shape, operands: Sequence[Shape], offset: int) -> Shape:
        """Return the shape of what it picks from a value of `shape`. Raises `AlgebraError` at `offset`."""
        if shape is None:
            raise AlgebraError(
                message(N_("A number has no entries. Only a vector or a matrix can have an index.")), offset
            )
        if is_vector_shape(shape) and len(self.parts) > 1:
            raise AlgebraError(message(N_("A vector has one axis: write x[0].")), offset)
        if any(operand is not None and not is_vector_shape(operand) for operand in operands):
            raise AlgebraError(
                message(N_("A matrix of indexes would give an array with three axes. Flatten it: C[flatten(X)].")),
                offset,
            )
        if has_named_size(shape):
            return self._named_shape(shape, operands, offset)
        np = ops.load_arrays().np
        zeros = [0 if operand is None else np.zeros(operand[1], dtype=int) for operand in operands]
        try:
            picked = np.empty(_axes(shape), dtype=bool)[self._key(zeros)]
        except IndexError:
            self._reject_out_of_range(shape, offset)
            raise AlgebraError(
                message(N_("The two parts of this index have different lengths. They are used in pairs.")), offset
            ) from None
        if 0 in picked.shape:
            raise AlgebraError(message(N_("This index picks nothing. Ranges end before their second number.")), offset)
        if picked.ndim > 2:
            raise AlgebraError(message(N_("A matrix has two axes: write X[row, column].")), offset)
        return shape_from_axes(picked.shape)

    def _named_shape(self, shape: tuple[int, int], operands: Sequence[Shape], offset: int) -> Shape:
        """Return the shape of what it picks if the names of sizes are known only. Raises `AlgebraError`."""
        axes: list[int] = []
        remaining = iter(operands)
        parts = [*self.parts, *[slice(None)] * (len(_axes(shape)) - len(self.parts))]
        for size, part in zip(_axes(shape), parts, strict=True):
            if part is None:
                operand = next(remaining)
                axes += [operand[1]] if operand else []
            elif part == slice(None):
                axes.append(size)
            elif isinstance(part, slice) and isinstance(part.stop, int) and 0 <= (part.start or 0) < part.stop:
                axes.append(len(range(part.start or 0, part.stop, part.step or 1)))
            elif not isinstance(part, int):
                text = N_("Along a size with a name, an index must be a number, : or a range such as 1:3.")
                raise AlgebraError(message(text), offset)
        return shape_from_axes(tuple(axes))

    def positions(self, shape: Shape, operands: Sequence[Value]) -> Any:
        """Return the positions of what it picks from a value of `shape`, row by row.

        An array of whole numbers, (rows, columns), without axes if a single number is picked; in a batch with a first
        axis, and −1 everywhere in a member whose index picks nothing. Raises `IndexValueError`.
        """
        np = ops.load_arrays().np
        if shape is None:
            raise ValueError("a number has no entries")
        axes = _axes(shape)
        all_positions = np.arange(shape[0] * shape[1]).reshape(axes)
        numbers = [_index_numbers(operand) for operand in operands]
        batched = [_is_batch(each, operand) for each, operand in zip(numbers, operands, strict=True)]
        if not any(batched):
            return _as_rows(all_positions[self._key(list(map(whole_numbers, operands)), axes)])
        num_members = max(len(each) for each, varies in zip(numbers, batched, strict=True) if varies)
        members = (
            [each[i] if varies else each for each, varies in zip(numbers, batched, strict=True)]
            for i in range(num_members)
        )
        return np.stack([self._positions_of_member(all_positions, member) for member in members])

    def _positions_of_member(self, all_positions: Any, numbers: Sequence[Any]) -> Any:
        np = ops.load_arrays().np
        axes = [axis for axis, part in enumerate(self.parts) if part is None]
        sizes = [all_positions.shape[axis] for axis in axes]
        is_valid = all(_are_within(each, size) for each, size in zip(numbers, sizes, strict=True))
        key = self._key([each.astype(int) if is_valid else np.zeros(each.shape, dtype=int) for each in numbers])
        positions = _as_rows(all_positions[key])
        return positions if is_valid else np.full_like(positions, -1)

    def _key(self, operands: Sequence[Any], axes: tuple[int, ...] = ()) -> tuple[Any, ...]:
        """Return the index for NumPy. Raises `IndexRangeError` if an operand is outside of `axes`."""
        remaining = iter(operands)
        key: list[Any] = []
        for axis, part in enumerate(self.parts):
            picked = next(remaining) if part is None else list(part) if isinstance(part, tuple) else part
            if part is None and axes:
                _ensure_within(picked, axes[axis])
            key.append(picked)
        return tuple(key)

    def _reject_out_of_range(self, shape: tuple[int, int], offset: int) -> None:
        for size, part in zip(_axes(shape), self.parts, strict=False):
            for picked in (part,) if isinstance(part, int) else part if isinstance(part, tuple) else ():
                if not -size <= picked < size:
                    raise AlgebraError(range_message(picked, size), offset)

    def to_args(self, operands: Sequence[Expr]) -> tuple[Expr, ...]:
        """Return the parts as trees, with `operands` for those that are operands."""
        remaining = iter(operands)
        return tuple(next(remaining) if part is None else _part_to_expr(part) for part in self.parts)


def read_index(parts: Sequence[Expr | None], offset: int) -> Index:
    """Return the index with these parts; None is an operand. Raises `AlgebraError` at `offset`."""
    return Index(tuple(None if part is None else _read_part(part, offset) for part in parts))


def range_message(index: int, size: int) -> Message:
    """Return the sentence about an index that is outside an axis of this size."""
    text = N_("There is no entry {index}: the {size} entries are counted from 0 to {last}.")
    return message(text, index=index, size=size, last=size - 1)


def shape_from_axes(axes: tuple[int, ...]) -> Shape:
    """Return the shape of a value with these axes in NumPy."""
    return None if not axes else VectorShape.of_length(axes[0]) if len(axes) == 1 else (axes[0], axes[1])


def whole_numbers(value: Value) -> Any:
    """Return a value as an array of whole numbers, without the row axis of a vector. Raises `IndexValueError`."""
    np = ops.load_arrays().np
    numbers = _index_numbers(value)
    rounded = np.rint(numbers)
    if not np.array_equal(rounded, numbers):
        raise IndexValueError(message(_NO_WHOLE_NUMBER))
    return rounded.astype(int)


def _index_numbers(value: Value) -> Any:
    """Return a value in floats, without the row axis of a vector."""
    np = ops.load_arrays().np
    if not ops.is_array(value):
        numbers = np.array(nearest_float(value) if isinstance(value, Expr) else value)
    else:
        numbers = ops.nearest_floats(value) if value.dtype == object else value
        if ops.is_matrix(numbers):
            numbers = numbers[..., 0, :]
    return np.asarray(numbers)


def gather(x: Value, positions: Any) -> Value:
    """Return the entries of `x` at these positions: a number for a single one, else a matrix of their shape.

    In a batch, there is no number where a member has no position.
    """
    if positions.ndim in (1, 3) and (positions < 0).any():
        np = ops.load_arrays().np
        return np.where(positions < 0, np.nan, gather(x, np.maximum(positions, 0)))
    entries = x.reshape(*x.shape[:-2], -1)
    if entries.ndim == 1:
        picked = entries[positions]
        return as_number(picked) if positions.ndim == 0 else picked
    if positions.ndim in (1, 3):
        np = ops.load_arrays().np
        rows = np.arange(len(entries))[:, None]
        return entries[rows, positions.reshape(len(positions), -1)].reshape(positions.shape)
    return entries[:, positions]


def scatter_add(g: Value, positions: Any, shape: tuple[int, int]) -> Value:
    """Return a matrix of `shape` with the entries of `g` added up at these positions, and 0 elsewhere."""
    np = ops.load_arrays().np
    size = shape[0] * shape[1]
    is_batched = ops.is_array(g) and g.ndim in (1, 3)
    if is_batched or positions.ndim in (1, 3):
        num_members = len(g) if is_batched else len(positions)
        total = np.zeros((num_members, size))
        flat = positions.reshape(num_members if positions.ndim in (1, 3) else 1, -1)
        entries = np.reshape(g, (num_members if is_batched else 1, -1))
        np.add.at(total, (np.arange(num_members)[:, None], flat), entries)
        return total.reshape(num_members, *shape)
    if ops.is_exact(g):
        total = np.full(size, number(0), dtype=object)
        exact = [g] if isinstance(g, Expr) else g.ravel().tolist()
        for position, entry in zip(positions.ravel().tolist(), exact, strict=True):
            total[position] = total[position] + entry
        return total.reshape(shape)
    total = np.zeros(size)
    np.add.at(total, positions.ravel(), np.ravel(g))
    return total.reshape(shape)


def _is_batch(key: Any, operand: Value) -> bool:
    return bool(key.ndim > 1 or (key.ndim == 1 and not ops.is_matrix(operand)))


def _as_rows(positions: Any) -> Any:
    np = ops.load_arrays().np
    return positions[None, :] if np.ndim(positions) == 1 else np.asarray(positions)


def as_number(picked: Any) -> Any:
    """Return an entry of an array as a tree or a float of Python."""
    return picked if isinstance(picked, Expr) else float(picked)


def _axes(shape: tuple[int, int]) -> tuple[int, ...]:
    return (shape[1],) if is_vector_shape(shape) else tuple(shape)


def _ensure_within(picked: Any, size: int) -> None:
    """Raise `IndexRangeError` if one of these indexes is outside of an axis."""
    np = ops.load_arrays().np
    outside = np.atleast_1d(picked)[(np.atleast_1d(picked) < -size) | (np.atleast_1d(picked) >= size)]
    if len(outside):
        raise IndexRangeError(int(outside[0]), size)


def _are_within(numbers: Any, size: int) -> bool:
    """Return whether all of these floats are indexes of an axis."""
    np = ops.load_arrays().np
    return bool((np.isfinite(numbers) & (np.rint(numbers) == numbers) & (numbers >= -size) & (numbers < size)).all())


def _read_part(part: Expr, offset: int) -> Part:
    if isinstance(part, Apply) and part.op == "slice":
        bounds = [
            None if isinstance(each, Apply) and each.op == "none" else _read_whole(each, offset) for each in part.args
        ]
        if bounds[2] == 0:
            raise AlgebraError(message(N_("The step of a range can't be 0.")), offset)
        return slice(*bounds)
    if isinstance(part, Apply) and part.op == "range":
        return tuple(range_of(part))
    if isinstance(part, Grid):
        if not part.is_vector:
            raise AlgebraError(message(N_("An index is a number or a vector of numbers, such as [2, 0].")), offset)
        return tuple(_read_whole(each, offset) for each in part.rows[0])
    return _read_whole(part, offset)


def range_of(node: Apply) -> range:
    """Return the whole numbers of `range(n)` or `range(a, b, step)`. Raises `AlgebraError`."""
    bounds = [_read_whole(arg, node.position) for arg in node.args]
    if len(bounds) == _FULL_RANGE and bounds[2] == 0:
        raise AlgebraError(message(N_("The step of a range can't be 0.")), node.position)
    numbers = range(*bounds)
    if max(map(abs, bounds)) > GRAPH.cells or not numbers:
        raise AlgebraError(message(N_("A range can have 1 to {n} numbers here."), n=GRAPH.cells), node.position)
    return numbers


def _read_whole(value: Expr, offset: int) -> int:
    """Return a constant whole number. Raises `AlgebraError`."""
    whole = as_whole(value)
    if whole is not None:
        return whole
    raise AlgebraError(message(_NO_WHOLE_NUMBER), offset)


def _part_to_expr(part: int | slice | tuple[int, ...]) -> Expr:
    if isinstance(part, slice):
        return Apply("slice", tuple(Apply("none", ()) if each is None else as_expr(each) for each in _bounds(part)))
    if isinstance(part, tuple):
        if part == tuple(range(len(part))):
            return Apply("range", (number(len(part)),))
        return Grid((tuple(map(number, part)),), 0, True)
    return number(part)


def _bounds(part: slice) -> Iterator[int | None]:
    yield from (part.start, part.stop, part.step)
