"""The working precision of ball arithmetic, and the one place that loads python-flint."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

#: flint.arb; python-flint ships without types.
Ball: TypeAlias = Any

#: Bits to try one after the other. Two numbers that still overlap at the last precision are taken to be equal.
PRECISIONS = (80, 192, 640, 2048)
#: A ball that contains zero and nothing farther from it than this is taken to be zero.
ZERO_THRESHOLD = 1e-200

_PRECISION_LOCK = threading.RLock()


@cache
def flint() -> Any:
    """Return python-flint, loaded with the first number that is not rational."""
    import flint

    return flint


@contextmanager
def working_precision(bits: int) -> Iterator[None]:
    """Compute with `bits` bits inside the block. One thread at a time: flint has one precision for all."""
    context = flint().ctx
    with _PRECISION_LOCK:
        before = context.prec
        context.prec = bits
        try:
            yield
        finally:
            context.prec = before


def is_zero(ball: Ball) -> bool:
    """Return whether a ball is zero, exactly or as far as the last precision can tell."""
    if ball.is_zero():
        return True
    return flint().ctx.prec >= PRECISIONS[-1] and ball.is_finite() and float(ball.abs_upper()) < ZERO_THRESHOLD
