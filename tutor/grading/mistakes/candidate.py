"""A mistake at a blank: its id, the wrong value it gives there, and the feedback on it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tutor.algebra import ops
from tutor.engine.operation import EdgeContext
from tutor.i18n import N_, LocalizedText, Message, message

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tutor.algebra.expr import Expr
    from tutor.algebra.ops import Value


@dataclass(frozen=True, slots=True)
class MistakeCandidate:
    """A mistake that gives `value` at a blank.

    `feedback_template` is a template or an author's text. `question_template` asks whether it was made; it may be empty
    if `calculation` returns how the wrong value is calculated, and then `question_in_words` asks where that can't be
    shown. `other_node` is the label of the node at which the
    mistake was made, if that is not the blank's own. `on_wrong_upstream`: it was made on the learner's upstream, which
    is wrong.
    """

    id: str
    value: Value
    feedback_template: str | LocalizedText
    other_node: str = ""
    on_wrong_upstream: bool = False
    question_template: str = ""
    label: str = ""
    calculation: Callable[[], Expr | None] | None = field(default=None, compare=False)
    question_in_words: str = ""

    @property
    def key(self) -> tuple[str, str, bool]:
        """The key that distinguishes the mistakes at a blank."""
        return self.id, self.other_node, self.on_wrong_upstream

    def feedback(self, values: Mapping[str, Any]) -> Message:
        """Return the feedback, filled with the template values of the blank."""
        if isinstance(self.feedback_template, LocalizedText):
            return message(N_("{text}"), text=self.feedback_template)
        return Message(self.feedback_template, {**values, "at": self.other_node})


@dataclass(frozen=True, slots=True)
class GeneralMistake:
    """A mistake that no operation declares. `where` it can happen is a key of the catalogue's locations.

    `question` asks whether it was made; if it is empty, the question shows the calculation.
    """

    where: str
    id: str
    label: str
    feedback: str
    question: str = ""

    def candidate(
        self, value: Value, other_node: str = "", calculation: Callable[[], Expr | None] | None = None
    ) -> MistakeCandidate:
        """Return this mistake at a blank where it gives `value`."""
        return MistakeCandidate(
            self.id,
            value,
            self.feedback,
            other_node,
            question_template=self.question,
            label=self.label,
            calculation=calculation,
        )


def apply_rule(rule: Callable[..., Value], argument: Any) -> Value | None:
    """Return the value that a wrong rule gives, or None if it gives none, e.g. because shapes don't fit."""
    try:
        with ops.ignore_array_errors(_has_matrices(argument)):
            return rule(argument)
    except (ArithmeticError, ValueError, TypeError, AttributeError, IndexError):
        return None


def _has_matrices(argument: Any) -> bool:
    context = getattr(argument, "context", argument)
    if isinstance(context, EdgeContext):
        context = (context.g, context.z, *context.operands)
    return any(map(ops.is_matrix, context if isinstance(context, tuple) else (context,)))


def is_close(a: float, b: float, tolerance: float) -> bool:
    """Return whether |a − b| ≤ tolerance · max(|a|, |b|), and both are finite."""
    return math.isfinite(a) and math.isfinite(b) and abs(a - b) <= tolerance * max(abs(a), abs(b))
