"""Mistakes and feedback that several operations share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.engine.operation import EdgeContext, Mistake
from tutor.i18n import N_

if TYPE_CHECKING:
    from collections.abc import Callable

    from tutor.algebra.ops import Value

SPLIT = N_(
    "A gradient isn't shared out like money. When you raise only this input by 1, by how much does the "
    "output of {node} change?"
)
SPLIT_EVENLY = Mistake(
    "split",
    N_("gradient split"),
    lambda e: e.g / 2,
    SPLIT,
    feedback_with_constant="",
    asks=N_("Did you split {up} evenly between the two inputs?"),
)
WRONG_ORDER = N_(
    "It looks as if the two factors are in the wrong order. Row i of a product is made from row i of its "
    "left factor: which factor must be on the left here?"
)


def undo(rule: Callable[[EdgeContext], Value], slots: tuple[int, ...] | None = None) -> Mistake:
    """Return the mistake of inverting the forward calculation, with its wrong gradient in `rule`."""
    feedback = N_(
        "It looks as if you inverted the calculation. The backward pass asks something else: when only "
        "this input changes a little, how much does {goal} change?"
    )
    return Mistake(
        "undo",
        N_("calculation inverted"),
        rule,
        feedback,
        slots,
        asks_in_words=N_("Did you invert the calculation of {node}?"),
    )
