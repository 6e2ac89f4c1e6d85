"""Fresh numbers, the same for a seed on every computer and in every version of Python.

Each input draws from a stream of its own, so that one more input with fresh numbers moves no other number. Numbers
can be drawn exactly, one set at a time, or as floats, many sets at once, to see which of them are worth taking.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from hashlib import sha256
from math import lcm
from typing import Any, Protocol

from tutor.algebra import Expr, Num, values
from tutor.algebra.balls import nearest_float
from tutor.algebra.values import Value

#: Numbers of so many bits are drawn; what is left of them after a division is as good as even.
_BYTES = 8
_PER_HASH = 32 // _BYTES
#: What every decimal of a hundred places can be multiplied with to be whole.
_TENS = 10**100
#: Of so many numbers at most a table is made, to choose from.
_IN_A_TABLE = 1000
#: Inputs without a value get whole numbers from 2 to 9, or up to where there are enough different ones.
_SMALLEST, _SEVERAL = 2, 8


class Numbers(Protocol):
    """Numbers to choose from."""

    def pick(self, any_number: int) -> Expr:
        """One of them for any whole number, however large."""
        ...

    def in_floats(self, any_numbers: Any) -> Any:
        """The same ones as floats, for an array of whole numbers."""
        ...

    @property
    def kinds(self) -> Sequence[Expr]:
        """Numbers of which all that can be picked are sums."""
        ...


@dataclass(frozen=True)
class Steps:
    """The numbers first, first + step, …; `count` of them."""

    first: Fraction
    step: Fraction
    count: int

    def pick(self, any_number: int) -> Expr:
        return Num(self.first + self.step * (any_number % self.count))

    def in_floats(self, any_numbers: Any) -> Any:
        import numpy as np

        if self.count > _IN_A_TABLE:
            return np.array([nearest_float(self.pick(number)) for number in any_numbers.tolist()])
        return self._table[any_numbers % np.uint64(self.count)]

    @property
    def kinds(self) -> Sequence[Expr]:
        return (Num(self.first), Num(self.step))

    @cached_property
    def _table(self) -> Any:
        import numpy as np

        # Quotients of whole numbers, the nearest float to each, without a fraction for each.
        parts = lcm(self.first.denominator, self.step.denominator)
        first, step = int(self.first * parts), int(self.step * parts)
        return np.array([(first + step * position) / parts for position in range(self.count)])


@dataclass(frozen=True)
class Choice:
    """Numbers the author listed."""

    numbers: tuple[Expr, ...]

    def pick(self, any_number: int) -> Expr:
        return self.numbers[any_number % len(self.numbers)]

    def in_floats(self, any_numbers: Any) -> Any:
        import numpy as np

        return self._table[any_numbers % np.uint64(len(self.numbers))]

    @property
    def kinds(self) -> Sequence[Expr]:
        return self.numbers

    @cached_property
    def _table(self) -> Any:
        import numpy as np

        return np.array([nearest_float(number) for number in self.numbers])


@dataclass(frozen=True)
class Draw:
    """How one input gets fresh numbers: a number, or every cell of `matrix` that is not in `fix`."""

    numbers: Numbers
    matrix: Value = None
    fix: frozenset[tuple[int, int]] = frozenset()

    @cached_property
    def free(self) -> list[tuple[int, int]]:
        """The cells of a matrix that are drawn, row by row."""
        rows, columns = self.matrix.shape
        return [(i, j) for i in range(rows) for j in range(columns) if (i, j) not in self.fix]

    @property
    def decimal(self) -> bool:
        """Whether all that can come of it are decimals."""
        fixed = self.matrix is None or not self.fix or is_decimal(self.matrix)
        return fixed and all(map(is_decimal, self.numbers.kinds))

    @property
    def size(self) -> int:
        """How many numbers are drawn."""
        return 1 if self.matrix is None else len(self.free)

    def exact(self, drawn: list[int]) -> Value:
        """The exact value for `size` whole numbers that were drawn."""
        if self.matrix is None:
            return self.numbers.pick(drawn[0])
        found = self.matrix.copy()
        for cell, number in zip(self.free, drawn, strict=True):
            found[cell] = self.numbers.pick(number)
        return found

    def floats(self, drawn: Any) -> Any:
        """As many values in floats as there are whole numbers for, as a batch."""
        import numpy as np

        numbers = self.numbers.in_floats(drawn)
        if self.matrix is None:
            return numbers
        count = len(drawn) // self.size if self.size else 1
        found = np.repeat(values.each(nearest_float, self.matrix)[None], count, axis=0)
        for position, (row, column) in enumerate(self.free):
            found[:, row, column] = numbers[position :: self.size]
        return found


@dataclass(frozen=True, slots=True)
class Drawing:
    """What is drawn for an exercise: inputs with numbers to choose from, and inputs without a value.

    The latter get small whole numbers, all different.
    """

    draws: Mapping[str, Draw] = field(default_factory=dict)
    without_value: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.draws or self.without_value)

    def draw(self, exercise: str, seed: int, attempt: int = 0) -> dict[str, Value]:
        """The numbers of one attempt for a seed, by input."""
        found: dict[str, Value] = {}
        if self.without_value:
            numbers = self._different([_drawn(exercise, seed, name, attempt, 1)[0] for name in self.without_value])
            found = {name: Num(Fraction(number)) for name, number in zip(self.without_value, numbers, strict=True)}
        for name, draw in self.draws.items():
            found[name] = draw.exact(_drawn(exercise, seed, name, attempt * draw.size, draw.size))
        return found

    def in_floats(self, exercise: str, seeds: Sequence[int], attempts: int) -> dict[str, Any]:
        """The numbers of the first attempts for some seeds, one seed after the other, by input, as a batch of floats."""
        import numpy as np

        found: dict[str, Any] = {}
        if self.without_value:
            streams = (_array(exercise, seeds, name, attempts).tolist() for name in self.without_value)
            each = [self._different(one) for one in zip(*streams, strict=True)]
            for name, column in zip(self.without_value, zip(*each, strict=True), strict=True):
                found[name] = np.array(column, dtype=float)
        for name, draw in self.draws.items():
            if draw.size:
                found[name] = draw.floats(_array(exercise, seeds, name, attempts * draw.size))
            else:
                found[name] = np.repeat(draw.floats(np.empty(0, dtype=np.uint64)), len(seeds) * attempts, axis=0)
        return found

    def _different(self, any_numbers: Iterable[int]) -> list[int]:
        several = max(_SEVERAL, len(self.without_value))
        taken: dict[int, None] = {}
        for number in any_numbers:
            place = number % several
            while place in taken:
                place = (place + 1) % several
            taken[place] = None
        return [place + _SMALLEST for place in taken]


def is_decimal(value: Value) -> bool:
    """Whether an exact value can be written as a decimal, in all cells of a matrix."""
    cells = value.ravel() if values.is_matrix(value) else (value,)
    return all(isinstance(cell, Num) and _TENS % cell.value.denominator == 0 for cell in cells)


def _drawn(exercise: str, seed: int, name: str, begin: int, count: int) -> list[int]:
    """`count` numbers of the stream of one input, from the one at `begin` on."""
    drawn = _stream(exercise, seed, name, begin, count)
    return [int.from_bytes(drawn[place : place + _BYTES], "big") for place in range(0, len(drawn), _BYTES)]


def _array(exercise: str, seeds: Sequence[int], name: str, count: int) -> Any:
    """The first numbers of the streams of one input for some seeds."""
    import numpy as np

    drawn = b"".join(_stream(exercise, seed, name, 0, count) for seed in seeds)
    return np.frombuffer(drawn, ">u8").astype(np.uint64)


def _stream(exercise: str, seed: int, name: str, begin: int, count: int) -> bytes:
    """The bytes that hold some numbers of a stream."""
    key = f"{seed}\n{exercise}\n{name}\n".encode()
    blocks = range(begin // _PER_HASH, -(-(begin + count) // _PER_HASH))
    drawn = b"".join([sha256(b"%b%d" % (key, block)).digest() for block in blocks])
    skipped = (begin - blocks.start * _PER_HASH) * _BYTES
    return drawn[skipped : skipped + count * _BYTES]
