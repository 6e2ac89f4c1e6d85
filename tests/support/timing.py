"""Time limits relative to a baseline, adding 100,000 integers, measured on the same machine in the same run."""

from __future__ import annotations

import time
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_ADDITIONS = 100_000


def _time_additions() -> float:
    start, total = time.thread_time(), 0
    for number in range(_ADDITIONS):
        total += number
    return time.thread_time() - start


@cache
def baseline_seconds() -> float:
    """Return the processor seconds that adding 100,000 integers takes, the best of five."""
    return min(_time_additions() for _ in range(5))


def runs_within(action: Callable[[], object], max_ratio: float) -> bool:
    """Return whether `action` takes at most `max_ratio` times the baseline.

    Try again up to twice, each time beside the baseline, because the machine may have been slow for a moment.
    """
    start = time.thread_time()
    action()
    if time.thread_time() - start <= max_ratio * baseline_seconds():
        return True
    for _ in range(2):
        before = _time_additions()
        start = time.thread_time()
        action()
        if time.thread_time() - start <= max_ratio * max(before, _time_additions()):
            return True
    return False
