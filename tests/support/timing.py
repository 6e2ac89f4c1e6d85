"""A peer to measure against in the same run: adding up whole numbers, on the same machine, as busy as it is."""

from __future__ import annotations

import time
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_ADDITIONS = 100_000


def _time_additions() -> float:
    begun, total = time.thread_time(), 0
    for number in range(_ADDITIONS):
        total += number
    return time.thread_time() - begun


@cache
def baseline_seconds() -> float:
    """What adding up a hundred thousand numbers takes, in seconds of the processor."""
    return min(_time_additions() for _ in range(5))


def runs_within(action: Callable[[], object], max_ratio: float) -> bool:
    """Whether `action` takes at most so many times what adding up a hundred thousand numbers takes.

    What is slower is tried twice more, each time beside the peer: it may have been the machine.
    """
    begun = time.thread_time()
    action()
    if time.thread_time() - begun <= max_ratio * baseline_seconds():
        return True
    for _ in range(2):
        before = _time_additions()
        begun = time.thread_time()
        action()
        if time.thread_time() - begun <= max_ratio * max(before, _time_additions()):
            return True
    return False
