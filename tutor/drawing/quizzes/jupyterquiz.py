"""Questions for jupyterquiz, which asks them in notebooks: a list in JSON."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tutor.drawing.quizzes.content import NumericAnswer, QuizQuestion

#: jupyterquiz rounds what is typed to so many significant digits.
_PRECISION = 12
#: It makes formulas of what is between dollars, and links of [these](addresses).
_MARKUP = {ord(sign): f"&#{ord(sign)};" for sign in "$\\[]"}


def as_jupyterquiz(questions: Iterable[QuizQuestion]) -> list[dict[str, Any]]:
    """Return the questions as data for JSON; those for a free text are left out, because no reader would see the answers."""
    return [_as_text(_question(question)) for question in questions if not question.is_essay]


def _as_text(question: dict[str, Any]) -> dict[str, Any]:
    """Return a question whose texts have no meaning for jupyterquiz, which puts all of them into the page as HTML."""
    for answer in question["answers"]:
        answer["feedback"] = _without_markup(escape(answer["feedback"]))
        if question["type"] != "string" and "answer" in answer:  # A string is compared, never shown.
            answer["answer"] = _without_markup(escape(answer["answer"]))
    return {**question, "question": _without_markup(question["question"])}


def _without_markup(html: str) -> str:
    return html.translate(_MARKUP)


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
