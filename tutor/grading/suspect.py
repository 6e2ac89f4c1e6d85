"""What a mistake is: a name, the wrong value it leads to at a blank, and what is said to it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tutor.algebra import values
from tutor.algebra.values import Value
from tutor.engine import Spot
from tutor.i18n import N_, Message, Text, message


@dataclass(frozen=True, slots=True)
class Suspect:
    """A mistake that would give `value` at a blank. `says` is a template or an author's text.

    `at` names another node than the blank's own, where it was made at that. `own` tells that it was made on the
    learner's own upstream, which is wrong.
    """

    id: str
    value: Value
    says: str | Text
    at: str = ""
    own: bool = False

    def said(self, words: Mapping[str, Any]) -> Message:
        """What is said to it, in the words of its blank."""
        if isinstance(self.says, Text):
            return message(N_("{text}"), text=self.says)
        return Message(self.says, {**words, "at": self.at})


@dataclass(frozen=True, slots=True)
class Named:
    """A mistake that no operation declares. `where` it can happen is a word of the catalogue."""

    where: str
    id: str
    says: str

    def leads_to(self, value: Value, at: str = "") -> Suspect:
        """This mistake at a blank where it gives `value`."""
        return Suspect(self.id, value, self.says, at)


SLIP = Named("everywhere", "any.slip", N_("Close: the way looks right. Check the arithmetic."))
SWAPPED_DIGITS = Named(
    "everywhere", "any.slip", N_("The digits are right, but two of them have changed places. Check the arithmetic.")
)
POWER_OF_TEN = Named("everywhere", "any.slip", N_("The digits are right. Check where the point stands."))


def led_to(rule: Callable[..., Value], argument: Any) -> Value | None:
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
    spot = getattr(argument, "spot", argument)
    if isinstance(spot, tuple):
        return any(values.is_matrix(value) for value in spot)
    if isinstance(spot, Spot):
        return any(map(values.is_matrix, (spot.g, spot.z, *spot.operands)))
    return values.is_matrix(spot)


def near(a: float, b: float, apart: float) -> bool:
    """|a − b| ≤ apart · the larger of the two."""
    return math.isfinite(a) and math.isfinite(b) and abs(a - b) <= apart * max(abs(a), abs(b))
