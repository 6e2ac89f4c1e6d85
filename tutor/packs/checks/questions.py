"""The answer that an author gives to a question is taken for right, and so is each right choice by its own words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.algebra.printing import format_value
from tutor.grading.grader import grade
from tutor.grading.hints.ladder import format_right_answer
from tutor.grading.verdict import VerdictKind
from tutor.i18n import N_, Message, message

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tutor.grading.question import Question
    from tutor.packs.checks.target import CheckTarget, Diagnostic
    from tutor.packs.exercise import Variant

_NOT_RIGHT = N_("With {numbers}, {answer} is no right answer to this question. Change the answer or its symbols.")
_NEVER_RIGHT = N_("Where all is real, {answer} is no right answer to this question. Change the answer or its symbols.")
_SAME_CHOICES = N_("With {numbers}, two choices read “{text}”. Change one of them.")
_ALWAYS_SAME = N_("Two choices read “{text}”. Change one of them.")


def check(target: CheckTarget, variants: Sequence[Variant]) -> Iterator[Diagnostic]:
    """A fault for every question that refuses what its author says, on the first variant where it does."""
    for number in range(len(target.exercise.questions) if target.exercise else 0):
        for variant in variants:
            found = _wrong_question_message(variant, number)
            if found is not None:
                text, key = found
                yield target.fault(text, "question", number, key)
                break


def _wrong_question_message(variant: Variant, number: int) -> tuple[Message, str] | None:
    """What is wrong with a question in one variant, and the key that is to blame."""
    problem = variant.problem
    question = problem.questions[number]
    numbers = ", ".join(f"{name} = {format_value(value)}" for name, value in problem.inputs.items())
    if question.choices:
        twice = _duplicate_choice(question)
        if twice is None:
            return None
        told = message(_SAME_CHOICES, numbers=numbers, text=twice) if numbers else message(_ALWAYS_SAME, text=twice)
        return told, "choices"
    place = problem.place(question.id)
    written = variant.exercise.questions[number].answer or ""
    for text in (written, format_right_answer(problem, place)):
        verdict = grade(problem, place, text)
        # What an author may write, such as grad(w), need not be what an answer may name.
        if not verdict.right and not (text is written and verdict.kind is VerdictKind.MALFORMED):
            told = message(_NOT_RIGHT, numbers=numbers, answer=text) if numbers else message(_NEVER_RIGHT, answer=text)
            return told, "answer"
    return None


def _duplicate_choice(question: Question) -> str | None:
    """The words of two choices that read the same in some language."""
    for language in {language for choice in question.choices for language in choice.text.texts}:
        said = [choice.text.texts.get(language, "").strip().casefold() for choice in question.choices]
        for position, words in enumerate(said):
            if words and words in said[:position]:
                return question.choices[position].text.texts[language]
    return None
