"""Why an answer is wrong: the mistake it follows, the place it belongs to, or what to look at."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from tutor.algebra import ops
from tutor.algebra.balls import nearest_float
from tutor.algebra.evaluate import format_shape
from tutor.algebra.expr import Expr, as_expr
from tutor.algebra.printing import format_number
from tutor.engine.symbolic import has_symbols
from tutor.grading.comparison import all_equal, compare_cells, compare_typed_formula, format_cell_list
from tutor.grading.mistakes.candidate import (
    POWER_OF_TEN,
    SLIP,
    SWAPPED_DIGITS,
    GeneralMistake,
    MistakeCandidate,
    is_close,
)
from tutor.grading.mistakes.equivalence import coincides_by_chance
from tutor.grading.mistakes.finder import candidates_at
from tutor.grading.mistakes.nodes import START_FROM_TEXT
from tutor.grading.symbolic_equality import Outcome, QuickDifference
from tutor.grading.tolerances import (
    FLOAT_ROUNDING,
    FLOAT_TOLERANCE,
    MAX_SLIP_DIGITS,
    MIN_ROUNDED_DIGITS,
    MISTAKE_TOLERANCE,
    PREFILTER_TOLERANCE,
    REQUIRED_DIGITS,
    SLIP_TOLERANCE,
    relative_tolerance,
)
from tutor.grading.verdict import Verdict, VerdictKind
from tutor.grading.wording import place_name, template_values
from tutor.i18n import N_, LocalizedText, Message, message

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tutor.algebra.ops import Value
    from tutor.grading.answer import ParsedAnswer
    from tutor.grading.numeric_equality import TypedNumber
    from tutor.grading.problem import Blank, Problem

_BELONGS_ELSEWHERE = N_("That value belongs somewhere else in this graph. Which edge is marked now?")
_VALUE_IN_GRAPH = N_(
    "That value stands in the graph. What is asked here is something else: read the question once more."
)


def diagnose(
    problem: Problem,
    blank: Blank,
    answer: ParsedAnswer,
    text: str,
    cells: tuple[tuple[bool, ...], ...] | None,
    wrong_upstream: Value = None,
) -> Verdict:
    """The verdict on an answer that is not right. `held` is the learner's own upstream, where that is wrong."""
    words = template_values(problem, blank, text)
    if problem.symbolic or (
        answer.may_have_symbols and (has_symbols(answer.value) or has_symbols(problem.truth(blank)))
    ):
        return _diagnose_formula(problem, blank, answer, words, cells, wrong_upstream)
    value = ops.map_cells(nearest_float, answer.value)
    fitting = matching_candidates(problem, blank, answer, wrong_upstream)
    if fitting:
        return _mistaken_verdict(problem, blank, fitting, words, cells)
    truth = problem.truth(blank)
    if ops.shape_of(value) != ops.shape_of(truth):
        return Verdict(VerdictKind.WRONG_SHAPE, _wrong_shape_message(ops.shape_of(value), ops.shape_of(truth)))
    for other in problem.blanks:
        if other.id != blank.id and other.kind != "question" and _equals_blank(answer, value, problem, other):
            return Verdict(
                VerdictKind.ELSEWHERE,
                message(_VALUE_IN_GRAPH if blank.kind == "question" else _BELONGS_ELSEWHERE),
                cells=cells,
            )
    slip = _find_slip(answer, value, problem.truth_in_floats(blank))
    if slip:
        return Verdict(VerdictKind.MISTAKEN, message(slip.feedback), slip.id, cells)
    if cells is not None and any(cell for row in cells for cell in row):
        wrong = format_cell_list(cells, False)
        return Verdict(
            VerdictKind.WRONG, message(N_("Some cells are right. Look again at {cells}."), cells=wrong), cells=cells
        )
    return Verdict(VerdictKind.WRONG, _fallback_message(problem, blank, words), cells=cells)


def matching_candidates(
    problem: Problem, blank: Blank, answer: ParsedAnswer, wrong_upstream: Value = None
) -> list[MistakeCandidate]:
    """The mistakes that lead to an answer without symbols, the likeliest first. `held` as in `why_not`."""
    value = ops.map_cells(nearest_float, answer.value)
    own = None if wrong_upstream is None else ops.map_cells(nearest_float, wrong_upstream)
    fitting = [
        suspect for suspect in candidates_at(problem, blank, own) if _matches_value(answer, value, suspect.value)
    ]
    # Who typed exactly what one of them gives did not round what another one gives.
    return sorted(fitting, key=lambda suspect: not _matches_exactly(value, suspect.value))


def _diagnose_formula(
    problem: Problem,
    blank: Blank,
    answer: ParsedAnswer,
    words: Mapping[str, Any],
    cells: tuple[tuple[bool, ...], ...] | None,
    wrong_upstream: Value,
) -> Verdict:
    """The same where symbols are involved: mistakes are formulas, and a point shows the difference."""
    truth = problem.truth(blank)
    apart = QuickDifference(problem.domains)
    off = (
        relative_tolerance()
        if any(typed.decimal or typed.unit for row in answer.typed_cells for typed in row)
        else None
    )

    def is_it(value: Value) -> bool:
        # Nearly everything is ruled out at one point; what is left is compared in full.
        exact = ops.map_cells(_cell_as_expr, value)
        return not apart(answer.value, exact, off) and all_equal(compare_cells(answer, exact))

    for suspect in candidates_at(problem, blank, wrong_upstream):
        if is_it(suspect.value):
            return Verdict(VerdictKind.MISTAKEN, _feedback_for(problem, blank, suspect, words), suspect.id, cells)
    if ops.shape_of(answer.value) != ops.shape_of(truth):
        return Verdict(VerdictKind.WRONG_SHAPE, _wrong_shape_message(ops.shape_of(answer.value), ops.shape_of(truth)))
    for other in problem.blanks:
        if other.id == blank.id or other.kind == "question" or other.shape != blank.shape:
            continue
        if is_it(problem.truth(other)):
            return Verdict(
                VerdictKind.ELSEWHERE,
                message(_VALUE_IN_GRAPH if blank.kind == "question" else _BELONGS_ELSEWHERE),
                cells=cells,
            )
    return Verdict(
        VerdictKind.WRONG, _counterexample(answer, truth) or _fallback_message(problem, blank, words), cells=cells
    )


def _counterexample(answer: ParsedAnswer, truth: Value) -> Message | None:
    """Where the answer and the right formula part: a point, and both values there."""
    rows = truth if ops.is_matrix(truth) else [[truth]]
    pairs = ((typed, rows[i][j]) for i, line in enumerate(answer.typed_cells) for j, typed in enumerate(line))
    found = next(
        (f for typed, right in pairs if (f := compare_typed_formula(typed, right)).outcome is not Outcome.SAME), None
    )
    if found is None or found.point is None or found.true_value is None:
        return None
    at = ", ".join(f"{name} = {format_number(value)}" for name, value in found.point.items())
    needed = _format_plain(found.true_value)
    if found.answer_value is None:
        return message(N_("At {at} yours has no value; needed is {needed}."), at=at, needed=needed)
    mine = _format_plain(found.answer_value)
    if mine == needed:
        return message(N_("Yours is near, but not the same: at {at} they differ far behind the point."), at=at)
    return message(N_("At {at} yours is {mine}; needed is {needed}."), at=at, mine=mine, needed=needed)


def _format_plain(value: float) -> str:
    """A value at a point; a whole number without zeros behind it."""
    return format_number(Fraction(round(value)) if value == round(value) else value)


def _cell_as_expr(cell: Expr | float) -> Expr:
    """A number that is no tree yet as one."""
    return cell if isinstance(cell, Expr) else as_expr(Fraction(cell))


def _mistaken_verdict(
    problem: Problem,
    blank: Blank,
    fitting: Sequence[MistakeCandidate],
    words: Mapping[str, Any],
    cells: tuple[tuple[bool, ...], ...] | None,
) -> Verdict:
    """The likeliest of the mistakes that lead to an answer; a guess where another one only happens to."""
    first = fitting[0]
    says = _feedback_for(problem, blank, first, words)
    if not isinstance(first.feedback_template, LocalizedText) and coincides_by_chance(problem, blank, fitting):
        says = message(N_("Perhaps it is this. {text}"), text=says)
    return Verdict(VerdictKind.MISTAKEN, says, first.id, cells)


def _feedback_for(problem: Problem, blank: Blank, suspect: MistakeCandidate, words: Mapping[str, Any]) -> Message:
    """What is said to a mistake; where it was made on a wrong upstream of the learner's, that as well."""
    says = suspect.feedback(words)
    upstream = problem.upstream(blank)
    if not suspect.on_wrong_upstream or upstream is None:
        return says
    at = place_name(problem, problem.place(upstream))
    return message(N_("This goes on from your value at {at}, which isn't right yet. {text}"), at=at, text=says)


def _matches_value(answer: ParsedAnswer, value: Value, wrong: Value) -> bool:
    """Whether the answer is what a mistake leads to, as exactly as it was typed."""
    if ops.shape_of(value) != ops.shape_of(wrong):
        return False
    if not ops.is_matrix(value):
        return _matches_typed(answer.typed_cells[0][0], value, float(wrong))
    # Beside decimals a whole number may be rounded as well.
    decimal = any(typed.decimal for row in answer.typed_cells for typed in row)
    return all(
        _matches_typed(replace(answer.typed_cells[i][j], decimal=decimal), cell, float(wrong[i, j]))
        for (i, j), cell in _indexed_cells(value)
    )


def _matches_exactly(value: Value, wrong: Value) -> bool:
    if not ops.is_matrix(value):
        return is_close(value, float(wrong), FLOAT_TOLERANCE)
    return all(is_close(cell, float(wrong[i, j]), FLOAT_TOLERANCE) for (i, j), cell in _indexed_cells(value))


def _indexed_cells(value: Value) -> list[tuple[tuple[int, int], float]]:
    return [((i, j), float(cell)) for i, row in enumerate(value) for j, cell in enumerate(row)]


def _matches_typed(typed: TypedNumber, value: float, wrong: float) -> bool:
    is_rounding = typed.unit is not None and abs(value - wrong) <= float(typed.unit) / 2
    if typed.decimal:
        return is_close(value, wrong, MISTAKE_TOLERANCE) or (is_rounding and typed.digits >= MIN_ROUNDED_DIGITS)
    if is_rounding and typed.unit == 1 and typed.digits > REQUIRED_DIGITS:
        return True
    return is_close(value, wrong, FLOAT_TOLERANCE) or (value == 0 and abs(wrong) < FLOAT_ROUNDING)


def _equals_blank(answer: ParsedAnswer, value: Value, problem: Problem, blank: Blank) -> bool:
    truth, nearly = problem.truth(blank), problem.truth_in_floats(blank)
    if ops.shape_of(value) != ops.shape_of(truth):
        return False
    # Floats rule out nearly every blank; exact arithmetic on all of them would be felt while typing.
    pairs = zip(value.ravel(), nearly.ravel(), strict=True) if ops.is_matrix(value) else ((value, nearly),)
    if not all(is_close(float(a), float(b), PREFILTER_TOLERANCE) for a, b in pairs):
        return False
    return all_equal(compare_cells(answer, truth))


def _find_slip(answer: ParsedAnswer, value: Value, truth: Value) -> GeneralMistake | None:
    """Arithmetic, not concept: within 5 %, two digits exchanged, or a power of ten off."""
    if ops.is_matrix(value):
        close = all(
            is_close(float(a), float(b), SLIP_TOLERANCE) for a, b in zip(value.ravel(), truth.ravel(), strict=True)
        )
        return SLIP if close else None
    if value == 0 or truth == 0:
        return None
    if _has_swapped_digits(answer.typed_cells[0][0], value, truth):
        return SWAPPED_DIGITS
    if is_close(value, truth, SLIP_TOLERANCE):
        return SLIP
    if any(is_close(value, truth * 10.0**k, MISTAKE_TOLERANCE) for k in (-3, -2, -1, 1, 2, 3)):
        return POWER_OF_TEN
    return None


def _has_swapped_digits(typed: TypedNumber, value: float, truth: float) -> bool:
    """Whether a number that was typed as such is the right one, but for two digits next to each other."""
    if typed.unit is None or not MIN_ROUNDED_DIGITS <= typed.digits <= MAX_SLIP_DIGITS:
        return False
    mine, right = (f"{number:.{typed.digits - 1}e}" for number in (value, truth))
    places = [place for place, (a, b) in enumerate(zip(mine, right, strict=False)) if a != b]
    if len(mine) != len(right) or len(places) != 2:
        return False
    first, last = places
    between = mine[first + 1 : last]
    return between in ("", ".") and (mine[first], mine[last]) == (right[last], right[first])


def _wrong_shape_message(typed: tuple[int, int] | None, needed: tuple[int, int] | None) -> Message:
    if needed is None:
        return message(N_("Asked is one number; you gave a matrix of {typed}."), typed=format_shape(typed))
    if typed is None:
        return message(
            N_("The answer has the shape of the value that flowed here, {needed}; you gave one number."),
            needed=format_shape(needed),
        )
    return message(
        N_("The answer has the shape of the value that flowed here, {needed}; yours is {typed}."),
        needed=format_shape(needed),
        typed=format_shape(typed),
    )


def _fallback_message(problem: Problem, blank: Blank, words: Mapping[str, Any]) -> Message:
    if blank.kind == "question":
        return message(N_("Not yet. Read the question once more, or ask for a hint."))
    if blank.kind == "forward":
        return Message(N_("Take what flows into {node} and do what its sign says. Which numbers are they?"), words)
    if blank.kind == "start" and not problem.starts_at_one:
        return Message(START_FROM_TEXT, words)
    if blank.kind == "start":
        return Message(N_("If {name} moves by 1, by how much does {name} move?"), words)
    if blank.kind == "sum":
        return Message(
            N_("What came back along {n} lines meets here. Which lines are they, and how do their values go together?"),
            words,
        )
    return Message(
        N_(
            "Two things make this value: what reached {node} from the right, and how much {node} moves when "
            "only this line moves. Which of the two are you unsure of?"
        ),
        words,
    )
