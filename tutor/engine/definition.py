"""A function of one's own, as a node: `swish(x) = x * sigmoid(x)`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tutor.algebra.values import Shape
from tutor.engine.operation import Operation


@dataclass(frozen=True, slots=True)
class Definition:
    """`name(inputs…) = text`."""

    name: str
    inputs: tuple[str, ...]
    text: str

    def operation(self, shapes: Sequence[Shape], at: int) -> Operation:
        """The operation for operands of these shapes. Raises `AlgebraError` at `at` where they do not fit."""
        raise NotImplementedError
