"""Questions for jupyterquiz, which asks them in notebooks: a list in JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tutor.drawing.quizzes.content import NumericAnswer, QuizQuestion

#: jupyterquiz rounds what is typed to so many significant digits.
_PRECISION = 12


def as_jupyterquiz(questions: Iterable[QuizQuestion]) -> list[dict[str, Any]]:
    """Return the questions as data for JSON."""
    return [_question(question) for question in questions]


def _question(question: QuizQuestion) -> dict[str, Any]:
    if question.right is None:
        answers = [
            {"answer": choice.text, "correct": choice.right, "feedback": choice.feedback or choice.text}
            for choice in question.choices
        ]
        kind = "many_choice" if sum(choice.right for choice in question.choices) > 1 else "multiple_choice"
        return {"question": question.html, "type": kind, "answers": answers}
    answers = [_numeric(question.right, correct=True), *(_numeric(each, correct=False) for each in question.wrong)]
    return {"question": question.html, "type": "numeric", "precision": _PRECISION, "answers": answers}


def _numeric(answer: NumericAnswer, *, correct: bool) -> dict[str, Any]:
    ends = [answer.value - answer.tolerance, answer.value + answer.tolerance]
    place: dict[str, Any] = {"value": answer.value} if ends[0] == ends[1] else {"range": ends}
    return {"type": "range" if "range" in place else "value", **place, "correct": correct, "feedback": answer.feedback}
