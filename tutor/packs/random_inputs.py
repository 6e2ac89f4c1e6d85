"""Fresh numbers, the same for a seed on every computer and in every version of Python.

Each input draws from a stream of its own, so that one more input with fresh numbers moves no other number. Numbers
can be drawn exactly, one set at a time, or as floats, many sets at once, to see which of them are worth taking.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from hashlib import sha256
from math import lcm
from typing import TYPE_CHECKING, Any, Protocol

from tutor.algebra import ops
from tutor.algebra.balls import nearest_float
from tutor.algebra.expr import Expr, Num

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tutor.algebra.ops import Value

#: Numbers of so many bits are drawn; what is left of them after a division is as good as even.
_BYTES_PER_NUMBER = 8
_NUMBERS_PER_HASH = 32 // _BYTES_PER_NUMBER
#: What every decimal of a hundred places can be multiplied with to be whole.
_LARGE_POWER_OF_TEN = 10**100
#: Of so many numbers at most a table is made, to choose from.
_MAX_TABLE_SIZE = 1000
#: Inputs without a value get whole numbers from 2 to 9, or up to where there are enough different ones.
_MIN_DEFAULT, _NUM_DEFAULTS = 2, 8


class NumberSource(Protocol):
    """Numbers to choose from."""

    def nth(self, index: int) -> Expr:
        """One of them for any whole number, however large."""
        ...

    def nth_floats(self, indices: Any) -> Any:
        """The same ones as floats, for an array of whole numbers."""
        ...

    @property
    def generators(self) -> Sequence[Expr]:
        """Numbers of which all that can be picked are sums."""
        ...


@dataclass(frozen=True)
class StepSource:
    """The numbers first, first + step, …; `count` of them."""

    first: Fraction
    step: Fraction
    count: int

    def nth(self, index: int) -> Expr:
        return Num(self.first + self.step * (index % self.count))

    def nth_floats(self, indices: Any) -> Any:
        import numpy as np

        if self.count > _MAX_TABLE_SIZE:
            return np.array([nearest_float(self.nth(number)) for number in indices.tolist()])
        return self._table[indices % np.uint64(self.count)]

    @property
    def generators(self) -> Sequence[Expr]:
        return (Num(self.first), Num(self.step))

    @cached_property
    def _table(self) -> Any:
        import numpy as np

        # Quotients of whole numbers, the nearest float to each, without a fraction for each.
        parts = lcm(self.first.denominator, self.step.denominator)
        first, step = int(self.first * parts), int(self.step * parts)
        return np.array([(first + step * position) / parts for position in range(self.count)])


@dataclass(frozen=True)
class ChoiceSource:
    """Numbers the author listed."""

    numbers: tuple[Expr, ...]

    def nth(self, index: int) -> Expr:
        return self.numbers[index % len(self.numbers)]

    def nth_floats(self, indices: Any) -> Any:
        import numpy as np

        return self._table[indices % np.uint64(len(self.numbers))]

    @property
    def generators(self) -> Sequence[Expr]:
        return self.numbers

    @cached_property
    def _table(self) -> Any:
        import numpy as np

        return np.array([nearest_float(number) for number in self.numbers])


@dataclass(frozen=True)
class InputDraw:
    """How one input gets fresh numbers: a number, or every cell of `matrix` that is not in `fix`."""

    numbers: NumberSource
    matrix: Value = None
    fix: frozenset[tuple[int, int]] = frozenset()

    @cached_property
    def free_cells(self) -> list[tuple[int, int]]:
        """The cells of a matrix that are drawn, row by row."""
        rows, columns = self.matrix.shape
        return [(i, j) for i in range(rows) for j in range(columns) if (i, j) not in self.fix]

    @property
    def all_decimal(self) -> bool:
        """Whether all that can come of it are decimals."""
        fixed = self.matrix is None or not self.fix or is_decimal(self.matrix)
        return fixed and all(map(is_decimal, self.numbers.generators))

    @property
    def num_drawn(self) -> int:
        """How many numbers are drawn."""
        return 1 if self.matrix is None else len(self.free_cells)

    def exact_value(self, drawn: list[int]) -> Value:
        """The exact value for `size` whole numbers that were drawn."""
        if self.matrix is None:
            return self.numbers.nth(drawn[0])
        found = self.matrix.copy()
        for cell, number in zip(self.free_cells, drawn, strict=True):
            found[cell] = self.numbers.nth(number)
        return found

    def float_batch(self, drawn: Any) -> Any:
        """As many values in floats as there are whole numbers for, as a batch."""
        import numpy as np

        numbers = self.numbers.nth_floats(drawn)
        if self.matrix is None:
            return numbers
        count = len(drawn) // self.num_drawn if self.num_drawn else 1
        found = np.repeat(ops.map_cells(nearest_float, self.matrix)[None], count, axis=0)
        for position, (row, column) in enumerate(self.free_cells):
            found[:, row, column] = numbers[position :: self.num_drawn]
        return found


@dataclass(frozen=True, slots=True)
class RandomInputs:
    """What is drawn for an exercise: inputs with numbers to choose from, and inputs without a value.

    The latter get small whole numbers, all different.
    """

    draws: Mapping[str, InputDraw] = field(default_factory=dict)
    without_value: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.draws or self.without_value)

    def draw(self, exercise: str, seed: int, attempt: int = 0) -> dict[str, Value]:
        """The numbers of one attempt for a seed, by input."""
        found: dict[str, Value] = {}
        if self.without_value:
            numbers = self._make_distinct(
                [_draw_ints(exercise, seed, name, attempt, 1)[0] for name in self.without_value]
            )
            found = {name: Num(Fraction(number)) for name, number in zip(self.without_value, numbers, strict=True)}
        for name, draw in self.draws.items():
            found[name] = draw.exact_value(_draw_ints(exercise, seed, name, attempt * draw.num_drawn, draw.num_drawn))
        return found

    def draw_batch(self, exercise: str, seeds: Sequence[int], attempts: int) -> dict[str, Any]:
        """The numbers of the first attempts for some seeds, one seed after the other, by input, as a batch of floats."""
        import numpy as np

        found: dict[str, Any] = {}
        if self.without_value:
            streams = (_draw_array(exercise, seeds, name, attempts).tolist() for name in self.without_value)
            each = [self._make_distinct(one) for one in zip(*streams, strict=True)]
            for name, column in zip(self.without_value, zip(*each, strict=True), strict=True):
                found[name] = np.array(column, dtype=float)
        for name, draw in self.draws.items():
            if draw.num_drawn:
                found[name] = draw.float_batch(_draw_array(exercise, seeds, name, attempts * draw.num_drawn))
            else:
                found[name] = np.repeat(draw.float_batch(np.empty(0, dtype=np.uint64)), len(seeds) * attempts, axis=0)
        return found

    def _make_distinct(self, any_numbers: Iterable[int]) -> list[int]:
        several = max(_NUM_DEFAULTS, len(self.without_value))
        taken: dict[int, None] = {}
        for number in any_numbers:
            place = number % several
            while place in taken:
                place = (place + 1) % several
            taken[place] = None
        return [place + _MIN_DEFAULT for place in taken]


def is_decimal(value: Value) -> bool:
    """Whether an exact value can be written as a decimal, in all cells of a matrix."""
    cells = value.ravel() if ops.is_matrix(value) else (value,)
    return all(isinstance(cell, Num) and _LARGE_POWER_OF_TEN % cell.value.denominator == 0 for cell in cells)


def _draw_ints(exercise: str, seed: int, name: str, begin: int, count: int) -> list[int]:
    """`count` numbers of the stream of one input, from the one at `begin` on."""
    drawn = _stream_bytes(exercise, seed, name, begin, count)
    return [
        int.from_bytes(drawn[place : place + _BYTES_PER_NUMBER], "big")
        for place in range(0, len(drawn), _BYTES_PER_NUMBER)
    ]


def _draw_array(exercise: str, seeds: Sequence[int], name: str, count: int) -> Any:
    """The first numbers of the streams of one input for some seeds."""
    import numpy as np

    drawn = b"".join(_stream_bytes(exercise, seed, name, 0, count) for seed in seeds)
    return np.frombuffer(drawn, ">u8").astype(np.uint64)


def _stream_bytes(exercise: str, seed: int, name: str, begin: int, count: int) -> bytes:
    """The bytes that hold some numbers of a stream."""
    key = f"{seed}\n{exercise}\n{name}\n".encode()
    blocks = range(begin // _NUMBERS_PER_HASH, -(-(begin + count) // _NUMBERS_PER_HASH))
    drawn = b"".join([sha256(b"%b%d" % (key, block)).digest() for block in blocks])
    skipped = (begin - blocks.start * _NUMBERS_PER_HASH) * _BYTES_PER_NUMBER
    return drawn[skipped : skipped + count * _BYTES_PER_NUMBER]
