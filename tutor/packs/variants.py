"""Fresh numbers, the same for a seed on every computer and in every version of Python.

Each input draws from a stream of its own, so that one more input with fresh numbers moves no other number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from hashlib import sha256
from typing import Protocol

from tutor.algebra import Expr, Num, values
from tutor.algebra.values import Value


class Numbers(Protocol):
    """Numbers to choose from."""

    def pick(self, any_number: int) -> Expr:
        """One of them for any whole number, however large."""
        ...


@dataclass(frozen=True, slots=True)
class Steps:
    """The numbers first, first + step, …; `count` of them."""

    first: Fraction
    step: Fraction
    count: int

    def pick(self, any_number: int) -> Expr:
        return Num(self.first + self.step * (any_number % self.count))


@dataclass(frozen=True, slots=True)
class Choice:
    """Numbers the author listed."""

    numbers: tuple[Expr, ...]

    def pick(self, any_number: int) -> Expr:
        return self.numbers[any_number % len(self.numbers)]


@dataclass(frozen=True, slots=True)
class Draw:
    """How one input gets fresh numbers: a number, or every cell of `matrix` that is not in `fix`."""

    numbers: Numbers
    matrix: Value = None
    fix: frozenset[tuple[int, int]] = frozenset()


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
        taken: set[int] = set()
        for name in self.without_value:
            # Two to nine, or up to where there are enough different ones.
            several = max(8, len(self.without_value))
            number = next(n for p in _stream(exercise, seed, attempt, name) if (n := p % several + 2) not in taken)
            taken.add(number)
            found[name] = Num(Fraction(number))
        for name, draw in self.draws.items():
            found[name] = _drawn(draw, _stream(exercise, seed, attempt, name))
        return found


def _drawn(draw: Draw, stream: Iterator[int]) -> Value:
    if draw.matrix is None:
        return draw.numbers.pick(next(stream))
    rows, columns = draw.matrix.shape
    return values.matrix(
        tuple(
            tuple(
                draw.matrix[i, j] if (i, j) in draw.fix else draw.numbers.pick(number)
                for j, number in zip(range(columns), stream, strict=False)
            )
            for i in range(rows)
        )
    )


def _stream(exercise: str, seed: int, attempt: int, name: str) -> Iterator[int]:
    """Endless numbers of 256 bits each; what is left of them after a division is as good as even."""
    position = 0
    while True:
        yield int.from_bytes(sha256(f"{seed}\n{exercise}\n{name}\n{attempt}\n{position}".encode()).digest(), "big")
        position += 1
