"""Grading of an answer: parse, compare, diagnose."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.balls import nearest_float
from tutor.algebra.errors import AlgebraError
from tutor.algebra.expr import Num
from tutor.algebra.literals import exact_decimal
from tutor.algebra.printing import format_expr, format_number, format_value
from tutor.engine.symbolic import has_symbols
from tutor.grading.acceptance import is_rounded_truth, match_cells, may_be_known_wrong_value
from tutor.grading.answer import ParsedAnswer, parse_answer
from tutor.grading.comparison import all_equal, compare_cells, format_cell_list
from tutor.grading.confirmation import confirmation
from tutor.grading.diagnosis import diagnose
from tutor.grading.follow_through import follow_through, follow_through_message
from tutor.grading.free_text import grade_text
from tutor.grading.matrix_formulas import judge_matrix_formula
from tutor.grading.mistakes.candidate import is_close
from tutor.grading.numeric_equality import Match
from tutor.grading.question import grade_choice
from tutor.grading.selection import grade_selection
from tutor.grading.tolerances import (
    MACHINE_TOLERANCE,
    MAX_CORRECTED_DIGITS,
    MAX_SHORT_DIGITS,
    MIN_MACHINE_DIGITS,
    REQUIRED_DIGITS,
)
from tutor.grading.verdict import Verdict, VerdictKind
from tutor.i18n import N_, Message, message

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from tutor.algebra.ops import Value
    from tutor.grading.problem import Blank, Problem
    from tutor.grading.question import Question


def grade(
    problem: Problem,
    blank: Blank,
    text: str,
    wrong_values: Mapping[str, Value] | None = None,
    earlier: Sequence[str] = (),
    accepted_values: Mapping[str, Value] | None = None,
    visible: Collection[str] | None = None,
    *,
    explain: bool = True,
) -> Verdict:
    """Return the verdict on `text` at `blank`. It never raises, whatever a learner types.

    `wrong_values` and `accepted_values` are the learner's values at other places, by place id: a right step from a wrong
    one is not an error of its own, and a right step from an accepted one, perhaps rounded, is right. `earlier` are the
    wrong answers at this blank before, as typed: from the second real attempt on, a counterexample gives the right
    formula's value, too. `visible` are the places whose values the learner sees, None for all: the praise names no other. Without
    `explain`, for a caller that only counts verdicts, nothing is said and no mistake is diagnosed.
    """
    if blank.kind == "question" and not problem.question(blank).has_value:
        told = _grade_without_value(problem.question(blank), text)
        return replace(told, message=_add_author_praise(problem, blank, told.message)) if told.right else told
    try:
        answer = parse_answer(problem, blank, text)
    except AlgebraError as error:
        return Verdict(VerdictKind.MALFORMED, error.message, at=error.position, length=error.length)
    if blank.is_matrix_formula:
        verdict = judge_matrix_formula(problem, blank, answer, text.strip(), wrong_values or {}, earlier)
        praise = _add_confirmation(problem, blank, message(N_("Right.")), visible)
        return verdict or Verdict(VerdictKind.RIGHT, _add_author_praise(problem, blank, praise))
    truth = problem.truth(blank)
    has_right_shape = ops.shape_of(answer.value) == ops.shape_of(truth)
    cells = match_cells(problem, blank, answer, accepted_values or {}) if has_right_shape else None
    marks = _cell_marks(cells)
    if cells is not None:
        if all_equal(cells) and not explain:
            return Verdict(VerdictKind.RIGHT, message(N_("Right.")), cells=marks)
        if all_equal(cells):
            praise = _add_confirmation(problem, blank, _praise_message(answer, truth), visible)
            return Verdict(VerdictKind.RIGHT, _add_author_praise(problem, blank, praise), cells=marks)
        if _all_nearly_equal(cells):
            return Verdict(VerdictKind.COARSE, _coarse_message(problem, blank, answer, cells), cells=marks)
        if any(Match.UNCLEAR in row for row in cells):
            return Verdict(
                VerdictKind.UNDECIDED,
                message(N_("This can't be computed precisely enough to compare. Write it in another form.")),
            )
    wrong_values = wrong_values or {}
    followed = follow_through(problem, blank, wrong_values)
    if followed is not None:
        place, value = followed
        if ops.shape_of(value) == ops.shape_of(answer.value) and _all_nearly_equal(compare_cells(answer, value)):
            feedback = follow_through_message(problem, place, wrong_values[place])
            return Verdict(VerdictKind.CARRIED, feedback, cells=marks)
    if not explain:
        return Verdict(VerdictKind.WRONG, Message(text=""), cells=marks)
    wrong_upstream = wrong_values.get(problem.upstream(blank) or "")
    return diagnose(problem, blank, answer, text.strip(), marks, wrong_upstream, earlier)


def _grade_without_value(question: Question, text: str) -> Verdict:
    if question.is_text:
        return grade_text(question, text)
    return grade_selection(question, text) if question.select_all else grade_choice(question, text)


def _all_nearly_equal(cells: tuple[tuple[Match, ...], ...]) -> bool:
    """Return whether every cell is right, perhaps with too few digits."""
    return all(match in (Match.EQUAL, Match.COARSE) for row in cells for match in row)


def _cell_marks(cells: tuple[tuple[Match, ...], ...] | None) -> tuple[tuple[bool, ...], ...] | None:
    """Return which cells are right; None for a single cell."""
    if cells is None or (len(cells) == 1 and len(cells[0]) == 1):
        return None
    return tuple(tuple(cell in (Match.EQUAL, Match.COARSE) for cell in row) for row in cells)


def _add_confirmation(problem: Problem, blank: Blank, praise: Message, visible: Collection[str] | None) -> Message:
    reason = confirmation(problem, blank, visible)
    return praise if reason is None else message(N_("{first} {rest}"), first=praise, rest=reason)


def _add_author_praise(problem: Problem, blank: Blank, praise: Message) -> Message:
    notes = problem.author_notes.get(blank.id)
    if notes is None or not notes.praise:
        return praise
    return message(N_("{first} {rest}"), first=praise, rest=notes.praise)


def _praise_message(answer: ParsedAnswer, truth: Value) -> Message:
    """Praise a right answer; if it is not the right value rounded to its digits, give that."""
    typed = answer.typed_cells[0][0]
    is_formula = answer.may_have_symbols and (has_symbols(answer.value) or has_symbols(truth))
    if ops.is_matrix(truth) or is_formula or not typed.digits or is_rounded_truth(answer, truth):
        return message(N_("Right."))
    exact, value = nearest_float(truth), nearest_float(typed.value)
    if typed.digits >= MIN_MACHINE_DIGITS and is_close(exact, value, float(MACHINE_TOLERANCE)):
        # The learner sees the right value; its last digits are the program's rounding errors.
        return message(N_("Right."))
    if isinstance(truth, Num) and exact_decimal(truth.value, MAX_SHORT_DIGITS) is not None:
        return message(N_("Right. The exact value is {value}."), value=format_value(truth))
    digits = min(max(typed.digits, REQUIRED_DIGITS), MAX_CORRECTED_DIGITS)
    return message(N_("Right. To {n} digits, it is {value}."), n=digits, value=format_number(exact, digits))


def _coarse_message(
    problem: Problem, blank: Blank, answer: ParsedAnswer, cells: tuple[tuple[Match, ...], ...]
) -> Message:
    typed = answer.typed_cells[0][0]
    if not answer.may_have_symbols and may_be_known_wrong_value(problem, blank, answer):
        # So short that a mistake's value rounds to it as well: calling it right would be a guess.
        return message(N_("That is too few digits to judge. One more, please."))
    if ops.is_matrix(answer.value):
        at = format_cell_list(problem, cells, Match.COARSE, blank.shape)
        return message(N_("Right so far. One more digit, please, at {cells}."), cells=at)
    if typed.digits:
        return message(
            N_("Right so far. One more digit, please: {v} has {k}."), v=format_expr(answer.expr), k=typed.digits
        )
    return message(N_("Right so far. One more digit, please."))
