"""An author's question, whose answer is a value, an expression or a choice."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tutor.algebra.errors import AlgebraError
from tutor.algebra.matrix_expr import MatrixExpr
from tutor.algebra.ops import Shape, Value, shape_of
from tutor.grading.verdict import Verdict, VerdictKind
from tutor.i18n import N_, LocalizedText, message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tutor.algebra.expr import Expr


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the answers to choose from, with feedback for a wrong one.

    `number` is its place in the exercise file, from 1, wherever it is shown.
    """

    text: LocalizedText
    right: bool = False
    feedback: LocalizedText = field(default_factory=lambda: LocalizedText({}))
    number: int = 0


@dataclass(frozen=True, slots=True)
class Question:
    """A question with the numbers of one variant.

    Either there are `choices`, in the order shown, or `answer` is the right value, exact, with symbols if an expression
    is asked for. `names` are the names that a learner's answer may use, with their values or symbols. `formula` is the
    author's formula for the answer; it may use `author_names`, which include `grad(w)`.
    """

    id: str
    prompt: LocalizedText
    answer: Value = None
    names: Mapping[str, Value] = field(default_factory=dict)
    choices: tuple[Choice, ...] = ()
    formula: Expr | None = None
    skills: tuple[str, ...] = ()
    """what it practises, if its author says so"""
    author_names: Mapping[str, Value] = field(default_factory=dict)

    @property
    def shape(self) -> Shape:
        return shape_of(self.answer)

    @property
    def contents(self) -> tuple[str, ...]:
        """What makes it the same as another question: its words, its choices in any order, else its answer."""
        details = sorted(str(choice.text) for choice in self.choices) or [str(self.answer)]
        return (str(self.prompt), *details)

    @property
    def is_matrix_formula(self) -> bool:
        """Whether the answer is a formula that names matrices: the names, and not entries, decide what is right."""
        return not self.choices and any(isinstance(value, MatrixExpr) for value in (self.answer, *self.names.values()))


def parse_choice(question: Question, text: str) -> int:
    """Return the position of a choice given by its number, letter or text in any language. Raise `AlgebraError`."""
    typed = text.strip().casefold()
    for position, choice in enumerate(question.choices):
        texts = (choice_text.strip().casefold() for choice_text in choice.text.texts.values())
        names = {str(position + 1), chr(ord("a") + position), *texts}
        if not names.isdisjoint((typed, typed.rstrip(".)"))):
            return position
    raise AlgebraError(
        message(N_("Choose one of {n}: type its number, 1 to {n}."), n=len(question.choices)), 0, len(text)
    )


def grade_choice(question: Question, text: str) -> Verdict:
    """Grade the choice given in `text`."""
    try:
        choice = question.choices[parse_choice(question, text)]
    except AlgebraError as error:
        return Verdict(VerdictKind.MALFORMED, error.message, at=error.position, length=error.length)
    if choice.right:
        return Verdict(VerdictKind.RIGHT, message(N_("Right.")))
    if choice.feedback:
        return Verdict(VerdictKind.WRONG, message(N_("{text}"), text=choice.feedback), choice=choice.number)
    return Verdict(VerdictKind.WRONG, message(N_("Not this one. Read the question once more.")), choice=choice.number)
