"""What a mistake is: a name, the wrong value it leads to at a blank, and what is said to it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tutor.algebra import ops
from tutor.engine.operation import EdgeContext
from tutor.i18n import N_, LocalizedText, Message, message

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tutor.algebra.ops import Value


@dataclass(frozen=True, slots=True)
class MistakeCandidate:
    """A mistake that would give `value` at a blank. `says` is a template or an author's text.

    `at` names another node than the blank's own, where it was made at that. `own` tells that it was made on the
    learner's own upstream, which is wrong.
    """

    id: str
    value: Value
    feedback_template: str | LocalizedText
    other_node: str = ""
    on_wrong_upstream: bool = False

    def feedback(self, words: Mapping[str, Any]) -> Message:
        """What is said to it, in the words of its blank."""
        if isinstance(self.feedback_template, LocalizedText):
            return message(N_("{text}"), text=self.feedback_template)
        return Message(self.feedback_template, {**words, "at": self.other_node})


@dataclass(frozen=True, slots=True)
class GeneralMistake:
    """A mistake that no operation declares. `where` it can happen is a word of the catalogue."""

    where: str
    id: str
    label: str
    feedback: str

    def candidate(self, value: Value, other_node: str = "") -> MistakeCandidate:
        """This mistake at a blank where it gives `value`."""
        return MistakeCandidate(self.id, value, self.feedback, other_node)


SLIP = GeneralMistake(
    "everywhere", "any.slip", N_("arithmetic"), N_("Close: the way looks right. Check the arithmetic.")
)
SWAPPED_DIGITS = GeneralMistake(
    "everywhere",
    "any.slip",
    N_("arithmetic"),
    N_("The digits are right, but two of them have changed places. Check the arithmetic."),
)
POWER_OF_TEN = GeneralMistake(
    "everywhere", "any.slip", N_("arithmetic"), N_("The digits are right. Check where the point stands.")
)


def apply_rule(rule: Callable[..., Value], argument: Any) -> Value | None:
    """The value a wrong rule gives, None where it gives none."""
    try:
        if not _has_matrices(argument):
            return rule(argument)
        import numpy as np

        with np.errstate(all="ignore"):
            return rule(argument)
    except (ArithmeticError, ValueError, TypeError, AttributeError, IndexError):
        return None


def _has_matrices(argument: Any) -> bool:
    spot = getattr(argument, "context", argument)
    if isinstance(spot, tuple):
        return any(ops.is_matrix(value) for value in spot)
    if isinstance(spot, EdgeContext):
        return any(map(ops.is_matrix, (spot.g, spot.z, *spot.operands)))
    return ops.is_matrix(spot)


def is_close(a: float, b: float, tolerance: float) -> bool:
    """|a − b| ≤ apart · the larger of the two."""
    return math.isfinite(a) and math.isfinite(b) and abs(a - b) <= tolerance * max(abs(a), abs(b))
