"""An author's question, whose answer is a value, an expression, one choice or several, or a text."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tutor.algebra.errors import AlgebraError
from tutor.algebra.matrix_expr import MatrixExpr
from tutor.algebra.ops import Shape, Value, shape_of
from tutor.grading.verdict import TRY_ANOTHER, Verdict, VerdictKind
from tutor.i18n import N_, LocalizedText, message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tutor.algebra.expr import Expr


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the answers to choose from, with feedback for a wrong one.

    `number` is its place in the exercise file, from 1, wherever it is shown. It stays at the end if it `is_last`, and
    none of the others is right if it `excludes_others`.
    """

    text: LocalizedText
    right: bool = False
    feedback: LocalizedText = field(default_factory=lambda: LocalizedText({}))
    number: int = 0
    is_last: bool = False
    excludes_others: bool = False


@dataclass(frozen=True, slots=True)
class TextMistake:
    """A wrong text that the author expects, and the feedback on it."""

    id: str
    text: str
    feedback: LocalizedText


@dataclass(frozen=True, slots=True)
class Question:
    """A question with the numbers of one variant.

    Either there are `choices`, in the order shown, of which all right ones are asked for with `select_all`; or a text is
    asked for, which is right if it is one of the `accepted` ones, and never graded if it `is_ungraded`; or `answer` is the
    right value, exact, with symbols if an expression is asked for. `names` are the names that a learner's answer may
    use, with their values or symbols. `formula` is the author's formula for the answer; it may use `author_names`,
    which include `grad(w)`.
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
    select_all: bool = False
    accepted: tuple[str, ...] | None = None
    text_mistakes: tuple[TextMistake, ...] = ()

    @property
    def shape(self) -> Shape:
        return shape_of(self.answer)

    @property
    def is_text(self) -> bool:
        """Whether a text is asked for."""
        return self.accepted is not None

    @property
    def is_ungraded(self) -> bool:
        """Whether a text is only recorded for the instructor."""
        return self.accepted == ()

    @property
    def has_value(self) -> bool:
        """Whether a value or an expression is asked for."""
        return not self.choices and not self.is_text

    @property
    def contents(self) -> tuple[str, ...]:
        """The contents that two equal questions share: the words, the choices in any order, else the answer."""
        details = sorted(str(choice.text) for choice in self.choices) or [str(self.accepted or self.answer)]
        return (str(self.prompt), *details)

    @property
    def is_matrix_formula(self) -> bool:
        """Whether the answer is a formula that names matrices: the names, and not entries, decide what is right."""
        return self.has_value and any(isinstance(value, MatrixExpr) for value in (self.answer, *self.names.values()))

    @property
    def right_text(self) -> str:
        """The right answer to a question without a value: the texts of the right choices, or the first accepted text."""
        if self.choices:
            rights = [str(choice.text) for choice in self.choices if choice.right]
            return "; ".join(rights if self.select_all else rights[:1])
        return self.accepted[0] if self.accepted else ""


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
        return Verdict(VerdictKind.WRONG, message(N_("{text}"), text=choice.feedback), choices=(choice.number,))
    return Verdict(VerdictKind.WRONG, message(TRY_ANOTHER), choices=(choice.number,))
