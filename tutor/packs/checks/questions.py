"""Check that the author's answers to questions are accepted and that choices differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.algebra.expr import Expr
from tutor.algebra.printing import format_value
from tutor.grading.free_text import normalise
from tutor.grading.grader import grade
from tutor.grading.hints.ladder import format_right_answer
from tutor.grading.sample_points import symbol_domains
from tutor.grading.symbolic_equality import comparison_points
from tutor.grading.verdict import VerdictKind
from tutor.i18n import N_, Message, message

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tutor.algebra.ops import Value
    from tutor.grading.question import Question
    from tutor.packs.checks.target import CheckTarget
    from tutor.packs.diagnostics import Diagnostic
    from tutor.packs.exercise import Variant
    from tutor.packs.questions import QuestionTemplate

_NOT_RIGHT = N_(
    "With {numbers}, {answer} is not accepted as an answer to this question. Change the answer or its symbols."
)
_NEVER_RIGHT = N_(
    "For real numbers, {answer} is not accepted as an answer to this question. Change the answer or its symbols."
)
_SAME_CHOICES = N_("With {numbers}, two choices both read “{text}”. Change one of them.")
_EMPTY_TEXT = N_("An accepted text is empty or has only invisible characters. Change it.")
_ACCEPTED_MISTAKE = N_("The text of the mistake “{id}” is accepted as right, or empty: “{text}”. Change it.")
_SHUFFLED = N_(
    "“{text}” is shuffled with the other choices. Add last = true to it, or none_of_these = true to the question."
)
#: Choices that only make sense below the others, normalised.
_ABOUT_THE_OTHERS = {
    normalise(text)
    for text in (
        "none of these", "none of the above", "none of them", "all of these", "all of the above", "all of them",
        "both of these", "both of the above", "이 중에 없음", "이 중에 없다", "이 중에 답이 없음", "답이 없음", "답 없음",
        "보기에 없음", "위의 보기 중에는 없음", "모두 맞음", "모두 정답", "위의 모두", "모두 아님",
    )
}  # fmt: skip
_ALWAYS_SAME = N_("Two choices both read “{text}”. Change one of them.")


def check(target: CheckTarget, variants: Sequence[Variant]) -> Iterator[Diagnostic]:
    """Yield an error for every faulty question, on the first variant where it is faulty."""
    for number in range(len(target.exercise.questions) if target.exercise else 0):
        errors = (_wrong_question_message(variant, number) for variant in variants)
        error = next(filter(None, errors), None)
        if error is not None:
            text, key = error
            yield target.error(text, "question", number, key)
        assert target.exercise is not None
        about_others = _unfixed_choice(target.exercise.questions[number])
        if about_others is not None:
            yield target.warning(message(_SHUFFLED, text=about_others), "question", number, "choices")


def _wrong_question_message(variant: Variant, number: int) -> tuple[Message, str] | None:
    """Return what is wrong with a question in one variant, and the key that is to blame."""
    problem = variant.problem
    question = problem.questions[number]
    numbers = ", ".join(f"{name} = {format_value(value)}" for name, value in problem.inputs.items())
    if question.is_text:
        return _faulty_text(question)
    if question.choices:
        text = _duplicate_choice(question)
        if text is None:
            return None
        error = message(_SAME_CHOICES, numbers=numbers, text=text) if numbers else message(_ALWAYS_SAME, text=text)
        return error, "choices"
    blank = problem.place(question.id)
    authored = variant.exercise.questions[number].answer or ""
    if _has_no_value(question.answer):  # The same text would be right nevertheless.
        return message(_NEVER_RIGHT, answer=authored), "answer"
    for text in (authored, format_right_answer(problem, blank)):
        verdict = grade(problem, blank, text)
        # An author may use names such as grad(w) that an answer may not.
        if not verdict.right and not (text is authored and verdict.kind is VerdictKind.MALFORMED):
            error = message(_NOT_RIGHT, numbers=numbers, answer=text) if numbers else message(_NEVER_RIGHT, answer=text)
            return error, "answer"
    return None


def _faulty_text(question: Question) -> tuple[Message, str] | None:
    """Return what is wrong with the texts of a question, and the key that is to blame."""
    accepted = [normalise(text) for text in question.accepted or ()]
    if not all(accepted):
        return message(_EMPTY_TEXT), "accept"
    for mistake in question.text_mistakes:
        if normalise(mistake.text) in ("", *accepted):
            return message(_ACCEPTED_MISTAKE, id=mistake.id, text=mistake.text), "mistake"
    return None


def _unfixed_choice(question: QuestionTemplate) -> str | None:
    """Return the text of a choice that is about the others, but would be shuffled among them."""
    for choice in question.choices:
        for text in choice.text.texts.values():
            if not choice.is_last and normalise(text) in _ABOUT_THE_OTHERS:
                return text
    return None


def _has_no_value(answer: Value) -> bool:
    """Return whether a formula has no value at any point of its symbols' domains that is tried."""
    if not isinstance(answer, Expr) or not (domains := symbol_domains(answer)):
        return False
    return next(comparison_points(answer, answer, domains), None) is None


def _duplicate_choice(question: Question) -> str | None:
    """Return the text of two choices that read the same in some language."""
    for language in {language for choice in question.choices for language in choice.text.texts}:
        texts = [choice.text.texts.get(language, "").strip().casefold() for choice in question.choices]
        for position, text in enumerate(texts):
            if text and text in texts[:position]:
                return question.choices[position].text.texts[language]
    return None
