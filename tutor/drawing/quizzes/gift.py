"""Questions in GIFT, the text format of Moodle."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from tutor.drawing.quizzes.content import plain_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tutor.drawing.quizzes.content import NumericAnswer, QuizQuestion


def as_gift(questions: Iterable[QuizQuestion], category: str) -> Iterator[str]:
    """Yield the lines of a file with the questions in a category."""
    yield f"$CATEGORY: {_one_line(category)}"
    yield ""
    for question in questions:
        yield f"::{_escape(escape(_one_line(question.title), quote=False))}::[html]{_escape(question.html)}{{{_opening(question)}"
        yield from _answers(question)
        yield "}"
        yield ""


def _opening(question: QuizQuestion) -> str:
    return "#" if question.right is not None else ""


def _answers(question: QuizQuestion) -> Iterator[str]:
    if question.right is not None:
        yield _numeric(question.right, 100)
        yield from (_numeric(answer, 0) for answer in question.wrong)
    for choice in question.choices:
        feedback = f"#{_escape(escape(_one_line(choice.feedback), quote=False))}" if choice.feedback else ""
        yield f"{'=' if choice.right else '~'}{_escape(escape(_one_line(choice.text), quote=False))}{feedback}"


def _numeric(answer: NumericAnswer, percent: int) -> str:
    feedback = _escape(escape(_one_line(answer.feedback), quote=False))
    return f"=%{percent}%{plain_number(answer.value)}:{plain_number(answer.tolerance)}#{feedback}"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _escape(text: str) -> str:
    """Return a text in which nothing has a meaning for GIFT."""
    return "".join(f"\\{sign}" if sign in "\\~=#{}:" else sign for sign in text).replace("\n", " ")
