"""A peer to measure against in the same run: adding up whole numbers, on the same machine, as busy as it is."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cache

_NUMBERS = 100_000


def _adding() -> float:
    begun, total = time.thread_time(), 0
    for number in range(_NUMBERS):
        total += number
    return time.thread_time() - begun


@cache
def peer() -> float:
    """What adding up a hundred thousand numbers takes, in seconds of the processor."""
    return min(_adding() for _ in range(5))


def takes(action: Callable[[], object], at_most: float) -> bool:
    """Whether `action` takes at most so many times what adding up a hundred thousand numbers takes.

    What is slower is tried twice more, each time beside the peer: it may have been the machine.
    """
    begun = time.thread_time()
    action()
    if time.thread_time() - begun <= at_most * peer():
        return True
    for _ in range(2):
        before = _adding()
        begun = time.thread_time()
        action()
        if time.thread_time() - begun <= at_most * max(before, _adding()):
            return True
    return False
