"""Fresh numbers drawn from a seed, the same on every computer and in every version of Python.

Each input has a stream of its own, so that one more input with fresh numbers changes no other number. `random_batches`
draws the same numbers as floats, many sets at once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from hashlib import sha256
from math import lcm
from typing import TYPE_CHECKING, Protocol

from tutor.algebra import ops
from tutor.algebra.balls import nearest_float
from tutor.algebra.expr import Expr, Num

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tutor.algebra.ops import Value

#: Sets of numbers that are drawn for a seed.
MAX_ATTEMPTS = 40
#: Numbers have 64 bits, so their remainders are practically uniform.
BYTES_PER_NUMBER = 8
_NUMBERS_PER_HASH = 32 // BYTES_PER_NUMBER
#: A multiple of the denominator of every decimal with up to a hundred places.
_LARGE_POWER_OF_TEN = 10**100
#: Inputs without a value get whole numbers from 2 to 9, or a longer range if there are more than 8 such inputs.
_MIN_DEFAULT, _NUM_DEFAULTS = 2, 8


class NumberSource(Protocol):
    """Numbers to draw from."""

    @property
    def count(self) -> int:
        """How many numbers there are."""
        ...

    def nth(self, index: int) -> Expr:
        """Return one of them for any whole number, however large."""
        ...

    @property
    def floats(self) -> Sequence[float]:
        """All of them as floats."""
        ...

    @property
    def generators(self) -> Sequence[Expr]:
        """Numbers such that every number of the source is a sum of some of them."""
        ...


@dataclass(frozen=True)
class StepSource:
    """The `count` numbers first, first + step, …"""

    first: Fraction
    step: Fraction
    count: int

    def nth(self, index: int) -> Expr:
        return Num(self.first + self.step * (index % self.count))

    @cached_property
    def floats(self) -> Sequence[float]:
        # A quotient of whole numbers is the nearest float, without a fraction for each.
        denominator = lcm(self.first.denominator, self.step.denominator)
        first, step = int(self.first * denominator), int(self.step * denominator)
        return [(first + step * position) / denominator for position in range(self.count)]

    @property
    def generators(self) -> Sequence[Expr]:
        return (Num(self.first), Num(self.step))


@dataclass(frozen=True)
class ChoiceSource:
    """Numbers that the author listed."""

    numbers: tuple[Expr, ...]

    @property
    def count(self) -> int:
        return len(self.numbers)

    def nth(self, index: int) -> Expr:
        return self.numbers[index % len(self.numbers)]

    @cached_property
    def floats(self) -> Sequence[float]:
        return [nearest_float(number) for number in self.numbers]

    @property
    def generators(self) -> Sequence[Expr]:
        return self.numbers


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
        """Whether every number that can be drawn is a decimal."""
        fixed = self.matrix is None or not self.fix or is_decimal(self.matrix)
        return fixed and all(map(is_decimal, self.numbers.generators))

    @property
    def num_drawn(self) -> int:
        """How many numbers are drawn for one value."""
        return 1 if self.matrix is None else len(self.free_cells)

    def exact_value(self, drawn: list[int]) -> Value:
        """Return the exact value for `num_drawn` whole numbers from the stream."""
        if self.matrix is None:
            return self.numbers.nth(drawn[0])
        matrix = self.matrix.copy()
        for cell, number in zip(self.free_cells, drawn, strict=True):
            matrix[cell] = self.numbers.nth(number)
        return ops.as_vector(matrix) if ops.is_vector(self.matrix) else matrix


@dataclass(frozen=True, slots=True)
class RandomInputs:
    """The inputs that get fresh numbers: those with a source, and those without a value.

    The latter get small whole numbers, all different.
    """

    draws: Mapping[str, InputDraw] = field(default_factory=dict)
    without_value: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.draws or self.without_value)

    def draw(self, exercise: str, seed: int, attempt: int = 0) -> dict[str, Value]:
        """Return the exact values of one attempt for a seed, by input."""
        values: dict[str, Value] = {}
        if self.without_value:
            raw = [_draw_ints(exercise, seed, name, attempt, 1)[0] for name in self.without_value]
            distinct = self.make_distinct(raw)
            values = {name: Num(Fraction(number)) for name, number in zip(self.without_value, distinct, strict=True)}
        for name, draw in self.draws.items():
            values[name] = draw.exact_value(_draw_ints(exercise, seed, name, attempt * draw.num_drawn, draw.num_drawn))
        return values

    def make_distinct(self, numbers: Iterable[int]) -> list[int]:
        """Return a small whole number for each of these, all different: the next free one if two are the same."""
        size = max(_NUM_DEFAULTS, len(self.without_value))
        taken: dict[int, None] = {}
        for number in numbers:
            slot = number % size
            while slot in taken:
                slot = (slot + 1) % size
            taken[slot] = None
        return [slot + _MIN_DEFAULT for slot in taken]


def is_decimal(value: Value) -> bool:
    """Return whether an exact value can be written as a decimal, in all cells of a matrix."""
    return all(isinstance(cell, Num) and _LARGE_POWER_OF_TEN % cell.value.denominator == 0 for cell in ops.cells(value))


def _draw_ints(exercise: str, seed: int, name: str, begin: int, count: int) -> list[int]:
    drawn = stream_bytes(exercise, seed, name, begin, count)
    return [
        int.from_bytes(drawn[place : place + BYTES_PER_NUMBER], "big")
        for place in range(0, len(drawn), BYTES_PER_NUMBER)
    ]


def stream_bytes(exercise: str, seed: int, name: str, begin: int, count: int) -> bytes:
    """Return the bytes of `count` numbers from the stream of one input, starting with number `begin`."""
    key = f"{seed}\n{exercise}\n{name}\n".encode()
    blocks = range(begin // _NUMBERS_PER_HASH, -(-(begin + count) // _NUMBERS_PER_HASH))
    drawn = b"".join([sha256(b"%b%d" % (key, block)).digest() for block in blocks])
    skipped = (begin - blocks.start * _NUMBERS_PER_HASH) * BYTES_PER_NUMBER
    return drawn[skipped : skipped + count * BYTES_PER_NUMBER]
