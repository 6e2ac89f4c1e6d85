"""Numbers for inputs without a value: small, distinct, never 0, in several sets for several domains."""

from __future__ import annotations

from fractions import Fraction
from itertools import count, islice
from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.expr import Num, number

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from tutor.algebra.ops import Shape, Value

#: The first numbers of inputs that are numbers.
_FIRST = ("2", "3", "1", "4", "-1", "5", "0.5", "-2", "1.5", "-0.5", "2.5", "-1.5", "0.8", "-0.8", "1.2", "-1.2")
#: The first numbers of the cells of vectors and matrices.
_CELLS = ("1", "2", "-1", "3", "0.5", "-2", "1.5", "-0.5", "2.5", "-1.5")
#: Each matrix begins with another cell, so that no two are alike.
_CELL_OFFSET = 3


def _alternating(texts: tuple[str, ...], start: int = 0) -> Iterator[Fraction]:
    """Yield numbers without end, never the same twice in a row."""
    for index in count(start):
        turn, place = divmod(index, len(texts))
        value = Fraction(texts[place])
        yield value + (Fraction(turn, 4) if value > 0 else -Fraction(turn, 4))


def _positive(texts: tuple[str, ...], start: int = 0) -> Iterator[Fraction]:
    """Yield positive numbers without end."""
    for index in count(start):
        yield Fraction(1 + index % 9, 2) + Fraction(index // 9, 4)


def _falling(texts: tuple[str, ...], start: int = 0) -> Iterator[Fraction]:
    """Yield positive numbers, each smaller than the one before, so that differences are positive, too."""
    for index in count(start):
        yield Fraction(12, 2 + index)


def _shares(texts: tuple[str, ...], start: int = 0) -> Iterator[Fraction]:
    """Yield numbers between 0 and 1."""
    for index in count(start):
        yield Fraction((3 * index + 5) % 17 + 1, 20)


def _small(texts: tuple[str, ...], start: int = 0) -> Iterator[Fraction]:
    """Yield numbers of both signs below 1, for formulas that grow fast."""
    for index in count(start):
        share = Fraction((3 * index + 5) % 17 + 1, 20)
        yield share if index % 2 == 0 else -share


#: Each way to choose numbers, the one for most formulas first.
_SERIES: tuple[Callable[..., Iterator[Fraction]], ...] = (_alternating, _positive, _falling, _shares, _small)
NUM_SERIES = len(_SERIES)
SMALL_SERIES = _SERIES.index(_small)


def choose_numbers(shapes: dict[str, Shape], series: int, taken: Collection[Value] = ()) -> dict[str, Value]:
    """Return a value of each of these shapes, by the name of its input; `series` is one of `NUM_SERIES` ways.

    The numbers among the values that are `taken` are not chosen again.
    """
    used = {value.value for value in taken if isinstance(value, Num)}
    numbers = (each for each in _SERIES[series](_FIRST) if each not in used)
    chosen: dict[str, Value] = {}
    arrays = sum(ops.is_matrix(value) for value in taken)
    for name, shape in shapes.items():
        if shape is None:
            chosen[name] = Num(next(numbers))
        else:
            cells = _SERIES[series](_CELLS, _CELL_OFFSET * arrays)
            chosen[name] = array_of(shape, [Num(value) for value in islice(cells, ops.num_cells(shape))])
            arrays += 1
    return chosen


def array_of(shape: Shape, cells: list[Num]) -> Value:
    """Return a vector or a matrix of this shape with these cells, row by row."""
    assert shape is not None
    rows, columns = shape
    matrix = ops.make_matrix(tuple(tuple(cells[row * columns : (row + 1) * columns]) for row in range(rows)))
    return ops.as_vector(matrix) if ops.is_vector_shape(shape) else matrix


def one_hot(shape: Shape) -> Value:
    """Return a value with a single 1 in each row, as targets of classes have."""
    assert shape is not None
    rows, columns = shape
    return array_of(shape, [number(int(column == row % columns)) for row in range(rows) for column in range(columns)])
