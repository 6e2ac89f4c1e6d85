"""`solve --check`: gradients beside difference quotients."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from tutor.commands.errors import Refused
from tutor.commands.options import read_exact
from tutor.i18n import N_, message

if TYPE_CHECKING:
    from tutor.grading import Problem

#: Steps beyond these show nothing: floats have 16 digits.
_LEAST, _MOST = 1e-15, 1.0


def check_lines(problem: Problem, delta: str) -> list[str]:
    """What `solve --check DELTA` prints. Raises `Refused` and `NotANumber`."""
    from tutor.drawing.quotients import quotient_lines

    step = _read_step(delta)
    if problem.symbolic:
        raise Refused(message(N_("Differences need numbers: give every input and the start a value.")), 2)
    return quotient_lines(problem, step)


def _read_step(text: str) -> float:
    """δ as it was typed. Raises `Refused`."""
    from tutor.algebra import values
    from tutor.algebra.balls import nearest_float

    value = read_exact(text)
    step = math.nan if values.is_matrix(value) else nearest_float(value)
    if not _LEAST < step <= _MOST:
        raise Refused(message(N_("A step is a number above 1e-15 and at most 1. Write --check 1e-4, for example.")), 2)
    return step
