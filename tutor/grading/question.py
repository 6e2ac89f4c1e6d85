"""A question beside a graph, or without one: a value, an expression, or a choice."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tutor.algebra.errors import AlgebraError
from tutor.algebra.ops import Shape, Value, shape_of
from tutor.grading.verdict import Verdict, VerdictKind
from tutor.i18n import N_, LocalizedText, message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tutor.algebra.expr import Expr


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to answer. `why` is said to who takes a wrong one."""

    text: LocalizedText
    right: bool = False
    feedback: LocalizedText = field(default_factory=lambda: LocalizedText({}))


@dataclass(frozen=True, slots=True)
class Question:
    """What an author asks, with the numbers of one variant.

    Either `answer` is the right value, exact (with symbols where an expression is asked), and `names` what an
    answer may use, each with its value or the symbol it stands for; or there are `choices`, as they are shown.
    `form` is the author's formula for the answer, `known` all that formulas of the author's may use, `grad(w)` too.
    """

    id: str
    prompt: LocalizedText
    answer: Value = None
    names: Mapping[str, Value] = field(default_factory=dict)
    choices: tuple[Choice, ...] = ()
    formula: Expr | None = None
    author_names: Mapping[str, Value] = field(default_factory=dict)

    @property
    def shape(self) -> Shape:
        """The shape of the answer."""
        return shape_of(self.answer)


def parse_choice(question: Question, text: str) -> int:
    """Which choice was typed, by its number, its letter or its own words. Raises `AlgebraError`."""
    typed = text.strip().rstrip(".)").casefold()
    for position, choice in enumerate(question.choices):
        words = {
            str(position + 1),
            chr(ord("a") + position),
            *(said.strip().casefold() for said in choice.text.texts.values()),
        }
        if typed in words or text.strip().casefold() in words:
            return position
    raise AlgebraError(
        message(N_("Choose one of {n}: type its number, 1 to {n}."), n=len(question.choices)), 0, len(text)
    )


def grade_choice(question: Question, text: str) -> Verdict:
    """The verdict on a choice."""
    try:
        choice = question.choices[parse_choice(question, text)]
    except AlgebraError as error:
        return Verdict(VerdictKind.MALFORMED, error.message, at=error.position, length=error.length)
    if choice.right:
        return Verdict(VerdictKind.RIGHT, message(N_("Right.")))
    if choice.feedback:
        return Verdict(VerdictKind.WRONG, message(N_("{text}"), text=choice.feedback))
    return Verdict(VerdictKind.WRONG, message(N_("Not this one. Read the question once more.")))
