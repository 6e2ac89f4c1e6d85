"""The result of an exam in words: when it is told, the score, and the right answers with their reasons."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tutor.grading.diagnosis import MISTAKE_FROM_WRONG
from tutor.grading.follow_through import RIGHT_STEP, RIGHT_STEP_OF_MATRIX
from tutor.grading.general_feedback import TRY_AGAIN
from tutor.grading.hints.ladder import format_right_answer, hint_at, rule_rung
from tutor.grading.verdict import TRY_ANOTHER, VerdictKind
from tutor.i18n import N_, Message, message
from tutor.packs.assessment import format_time
from tutor.practice.exam import practice_notice
from tutor.practice.score import score_of
from tutor.practice.score_texts import score_text

if TYPE_CHECKING:
    from tutor.grading.problem import Blank, Problem
    from tutor.grading.verdict import Verdict
    from tutor.practice.worksheet import Worksheet

_FINISHED = N_("The exam is finished. {result}")
_RESULT = N_("{score}. Right answers: {n} of {all}.")
_NOTED = N_("All answers are recorded.")
_WAITS = N_("You see the right answers after {time}.")
_NOT_TOLD = N_("The right answers are not shown here.")
_LATE = N_("Answers that came too late to count: {n}.")
_RIGHT = N_("Right answer: {answer}.")
_RIGHT_WITH_REASON = N_("Right answer: {answer}. {reason}")
#: Sentences that replace those that ask to go on, which is impossible after an exam.
_AT_THE_END = {
    TRY_AGAIN: N_("This isn't the right answer."),
    TRY_ANOTHER: N_("This isn't the right answer."),
    MISTAKE_FROM_WRONG: N_("This step starts from your value at {at}, which isn't right. {text}"),
    RIGHT_STEP: N_("Right step. It starts from your {u} at {at}, which isn't right."),
    RIGHT_STEP_OF_MATRIX: N_("Right step. It starts from your matrix at {at}, which isn't right."),
}


def verdict_at_end(verdict: Verdict) -> Verdict:
    """Return a verdict with the sentence for an exam that is over."""
    text = _AT_THE_END.get(verdict.message.text)
    return verdict if text is None else replace(verdict, message=replace(verdict.message, text=text))


def headline(worksheet: Worksheet) -> Message:
    """Return the result of a finished exam in one short sentence, as far as it may be told."""
    score = score_of(worksheet)
    if not worksheet.tells_result or not score.most:
        return message(_NOTED)
    verdicts = [verdict for _blank, verdict in worksheet.summary().verdicts if verdict.kind is not VerdictKind.NOTED]
    right = sum(verdict.right for verdict in verdicts)
    return message(_RESULT, score=score_text(score.text), n=right, all=len(verdicts))


def result_notes(worksheet: Worksheet) -> list[Message]:
    """Return what else is said of a finished exam: when its result is told, what came too late, what counts."""
    assessment = worksheet.variant.exercise.assessment
    notes = []
    if not worksheet.tells_result:
        due = None if assessment.reveal == "never" else assessment.due
        notes.append(message(_NOT_TOLD) if due is None else message(_WAITS, time=format_time(due)))
    elif num_late := score_of(worksheet).late:
        notes.append(message(_LATE, n=num_late))
    return [*notes, practice_notice(worksheet.first_score)] if worksheet.is_repeated else notes


def result_message(worksheet: Worksheet) -> Message:
    """Return the message about the result of a finished exam."""
    return message(_FINISHED, result=headline(worksheet))


def right_answer_message(problem: Problem, blank: Blank) -> Message | None:
    """Return the right answer at a blank with its reason; None for a text that is not graded here."""
    answer = format_right_answer(problem, blank)
    if blank.kind != "question":
        reason = hint_at(problem, blank, rule_rung(problem, blank), frozenset()).text
        return message(_RIGHT_WITH_REASON, answer=answer, reason=reason)
    question = problem.question(blank)
    if question.is_ungraded:
        return None
    why = next((choice.feedback for choice in question.choices if choice.right and choice.feedback), None)
    return message(_RIGHT_WITH_REASON, answer=answer, reason=why) if why else message(_RIGHT, answer=answer)
