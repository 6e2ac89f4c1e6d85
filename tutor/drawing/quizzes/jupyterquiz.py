"""Questions for jupyterquiz, which asks them in notebooks: a list in JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tutor.drawing.quizzes.content import NumericAnswer, QuizQuestion

#: jupyterquiz rounds what is typed to so many significant digits.
_PRECISION = 12


def as_jupyterquiz(questions: Iterable[QuizQuestion]) -> list[dict[str, Any]]:
    """Return the questions as data for JSON; those for a text of one's own are left out, because nobody would read it."""
    return [_question(question) for question in questions if not question.is_essay]


def _question(question: QuizQuestion) -> dict[str, Any]:
    if question.texts:
        answers: list[dict[str, Any]] = [
            {"answer": text.text, "correct": text.right, "match_case": False, "feedback": text.feedback or text.text}
            for text in question.texts
        ]
        return {"question": question.html, "type": "string", "answers": answers}
    if question.right is None:
        answers = [
            {"answer": choice.text, "correct": choice.right, "feedback": choice.feedback or choice.text}
            for choice in question.choices
        ]
        has_several = question.select_all or sum(choice.right for choice in question.choices) > 1
        kind = "many_choice" if has_several else "multiple_choice"
        return {"question": question.html, "type": kind, "answers": answers}
    answers = [_numeric(question.right, correct=True), *(_numeric(each, correct=False) for each in question.wrong)]
    return {"question": question.html, "type": "numeric", "precision": _PRECISION, "answers": answers}


def _numeric(answer: NumericAnswer, *, correct: bool) -> dict[str, Any]:
    ends = [answer.value - answer.tolerance, answer.value + answer.tolerance]
    place: dict[str, Any] = {"value": answer.value} if ends[0] == ends[1] else {"range": ends}
    return {"type": "range" if "range" in place else "value", **place, "correct": correct, "feedback": answer.feedback}
