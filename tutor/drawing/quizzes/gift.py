"""Questions in GIFT, the text format of Moodle."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from tutor.drawing.quizzes.content import plain_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tutor.drawing.quizzes.content import ChoiceAnswer, NumericAnswer, QuizQuestion


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
    num_right = sum(choice.right for choice in question.choices)
    for choice in question.choices:
        mark = "=" if choice.right else "~"
        if question.select_all:
            # Moodle takes a wrong choice off, but gives never less than nothing.
            mark = f"~%{'' if choice.right else '-'}{100 / num_right:.5f}".rstrip("0").rstrip(".") + "%"
        yield _with_feedback(mark, choice)
    for text in question.texts:
        # In a short answer * stands for any text, unless there is a \ before it.
        plain = _quote(_one_line(text.text).replace("*", "\\*"))
        # With its weight, because a text that begins with % would otherwise be one.
        yield f"=%{100 if text.right else 0}%{plain}{_feedback(text)}"


def _with_feedback(mark: str, answer: ChoiceAnswer) -> str:
    return f"{mark}{_escape(escape(_one_line(answer.text), quote=False))}{_feedback(answer)}"


def _feedback(answer: ChoiceAnswer) -> str:
    return f"#{_escape(escape(_one_line(answer.feedback), quote=False))}" if answer.feedback else ""


def _numeric(answer: NumericAnswer, percent: int) -> str:
    feedback = _escape(escape(_one_line(answer.feedback), quote=False))
    return f"=%{percent}%{plain_number(answer.value)}:{plain_number(answer.tolerance)}#{feedback}"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _escape(text: str) -> str:
    """Return HTML in which nothing has a meaning for GIFT."""
    if text[:1] in ("%", "["):  # A weight or a format would begin so.
        text = f"&#{ord(text[0])};{text[1:]}"
    return _quote(text)


def _quote(text: str) -> str:
    """Return a text whose signs have no meaning for GIFT."""
    return "".join(f"\\{sign}" if sign in "\\~=#{}:" else sign for sign in text).replace("\n", " ")
