"""Mistakes and feedback that several operations share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.engine.operation import EdgeContext, Mistake
from tutor.i18n import N_

if TYPE_CHECKING:
    from collections.abc import Callable

    from tutor.algebra.ops import Value

SPLIT = N_(
    "A gradient isn't shared out like money. Raise only this line by 1: by how much does {node} rise? "
    "Now the other one."
)
SPLIT_EVENLY = Mistake(
    "split",
    N_("gradient shared out"),
    lambda e: e.g / 2,
    SPLIT,
    feedback_with_constant="",
    asks=N_("Did you share {up} out between the two inputs?"),
)
WRONG_ORDER = N_("Looks as if the two factors stand in the wrong order. Whose rows are the rows of the answer?")


def undo(rule: Callable[[EdgeContext], Value], slots: tuple[int, ...] | None = None) -> Mistake:
    """Return the mistake of running the forward calculation backwards, as `rule` does it."""
    feedback = N_(
        "You ran the calculation back to where it came from. The backward pass asks something else: "
        "if only this line moves a little, how much does {goal} move?"
    )
    return Mistake(
        "undo",
        N_("calculation run backwards"),
        rule,
        feedback,
        slots,
        asks_in_words=N_("Did you run the calculation of {node} backwards?"),
    )
