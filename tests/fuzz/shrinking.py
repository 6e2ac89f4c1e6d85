"""Delta debugging: the shortest sequence that still fails."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_T = TypeVar("_T")


def shrink(steps: Sequence[_T], fails: Callable[[Sequence[_T]], bool]) -> list[_T]:
    """Return steps of which none can be left out without the failure going away.

    `fails` runs some of the steps in their order. It may refuse to try more, by returning False.
    """
    steps, size = list(steps), max(len(steps) // 2, 1)
    while True:
        shorter = _without_a_part(steps, size, fails)
        if shorter is not None:
            steps = shorter
            size = min(size, max(len(steps) // 2, 1))
        elif size > 1:
            size //= 2
        else:
            return steps


def _without_a_part(steps: list[_T], size: int, fails: Callable[[Sequence[_T]], bool]) -> list[_T] | None:
    for begin in range(0, len(steps), size):
        rest = steps[:begin] + steps[begin + size :]
        if fails(rest):
            return rest
    return None
