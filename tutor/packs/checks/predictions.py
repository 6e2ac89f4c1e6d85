"""Check that predictions have one clear outcome, with the author's numbers and with fresh ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.algebra.printing import format_value
from tutor.grading.prediction import EQUAL, ZERO
from tutor.i18n import N_, message

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tutor.grading.prediction import Prediction
    from tutor.i18n import Message
    from tutor.packs.checks.target import CheckTarget
    from tutor.packs.diagnostics import Diagnostic
    from tutor.packs.exercise import Variant

#: Two sizes that differ by less, as a part of the larger one, can't be told apart without calculating.
_CLOSE = 0.03
#: A gradient below this, beside an upstream of 1, may well be called zero.
_TINY = 1e-3

_CLOSE_SIZES = N_("With {numbers}, the two sizes are nearly equal. Compare with another place, or change the numbers.")
_SOMETIMES_EQUAL = N_(
    "With {numbers}, the two sizes happen to be equal. Compare with another place, or add a condition."
)
_NEARLY_ZERO = N_("With {numbers}, the gradient is nearly 0 but not 0. Ask about its size, or change the numbers.")


def check(target: CheckTarget, variants: Sequence[Variant]) -> Iterator[Diagnostic]:
    """Yield a warning for every ambiguous prediction, on the first variant where it is."""
    for number, prediction in enumerate(target.exercise.predictions if target.exercise else ()):
        outcomes = [prediction.outcome(variant.problem) for variant in variants]
        is_chance = len(set(outcomes)) > 1
        for variant, outcome in zip(variants, outcomes, strict=True):
            text = _ambiguity(prediction, variant, is_chance and outcome == "equal")
            if text is not None:
                yield target.warning(text, "prediction", number)
                break


def _ambiguity(prediction: Prediction, variant: Variant, is_equal_by_chance: bool) -> Message | None:
    """Return why a prediction is ambiguous on these numbers; None if it is clear."""
    problem = variant.problem
    size = abs(prediction.value(problem))
    numbers = ", ".join(f"{name} = {format_value(value)}" for name, value in problem.inputs.items())
    if prediction.about == "zero":
        return message(_NEARLY_ZERO, numbers=numbers) if ZERO < size < _TINY else None
    if prediction.about == "sign":
        return None
    if is_equal_by_chance:
        return message(_SOMETIMES_EQUAL, numbers=numbers)
    other = abs(prediction.compared_value(problem))
    is_close = EQUAL * max(size, other) < abs(size - other) < _CLOSE * max(size, other)
    return message(_CLOSE_SIZES, numbers=numbers) if is_close else None
