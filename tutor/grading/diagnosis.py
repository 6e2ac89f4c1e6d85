"""Diagnosis of a wrong answer: the mistake it follows, the place it belongs to, or what to look at."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from functools import partial
from math import isinf
from typing import TYPE_CHECKING, Any

from tutor.algebra import ops
from tutor.algebra.evaluate import format_shape
from tutor.algebra.expr import Expr, as_expr
from tutor.algebra.printing import format_number
from tutor.engine.symbolic import has_symbols
from tutor.grading.attempts import is_later_real_attempt
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
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from tutor.algebra.ops import Shape, Value
    from tutor.grading.answer import ParsedAnswer
    from tutor.grading.numeric_equality import TypedNumber
    from tutor.grading.problem import Blank, Problem

#: Which cells of a matrix are right; None for a single number.
_CellMarks = tuple[tuple[bool, ...], ...] | None

_BELONGS_ELSEWHERE = N_("That value belongs somewhere else in this graph. Which edge is marked now?")
_VALUE_IN_GRAPH = N_(
    "That value stands in the graph. What is asked here is something else: read the question once more."
)

#: What a counterexample says before the second real attempt and from then on, by the answer's value at the point.
_COUNTEREXAMPLES = {
    "value": (
        N_("With {at}, yours gives {mine}. The right formula gives something else: what do you get by hand?"),
        N_("With {at}, yours gives {mine}; it should give {needed}."),
    ),
    "none": (
        N_("With {at}, yours has no value, but the right formula has one."),
        N_("With {at}, yours has no value; it should give {needed}."),
    ),
    "large": (
        N_("With {at}, your answer is too large to write out."),
        N_("With {at}, your answer is too large to write out; it should give {needed}."),
    ),
}


def diagnose(
    problem: Problem,
    blank: Blank,
    answer: ParsedAnswer,
    text: str,
    cells: _CellMarks,
    wrong_upstream: Value = None,
    earlier: Sequence[str] = (),
) -> Verdict:
    """Return the verdict on an answer that is not right.

    `text` is the answer as typed, `cells` which of its cells are right, `wrong_upstream` the learner's upstream if that
    is wrong, `earlier` the wrong answers before.
    """
    values, truth = template_values(problem, blank, text), problem.truth(blank)
    if problem.symbolic or (answer.may_have_symbols and (has_symbols(answer.value) or has_symbols(truth))):
        return _diagnose_formula(problem, blank, answer, values, cells, wrong_upstream, earlier)
    matching = matching_candidates(problem, blank, answer, wrong_upstream)
    if matching:
        return _mistaken_verdict(problem, blank, matching, values, cells)
    floats = ops.nearest_floats(answer.value)
    misplaced = _misplaced_verdict(problem, blank, answer, cells, partial(_equals_blank, problem, answer, floats))
    if misplaced:
        return misplaced
    slip = _find_slip(answer, floats, problem.truth_in_floats(blank))
    if slip:
        return Verdict(VerdictKind.MISTAKEN, message(slip.feedback), slip.id, cells)
    if cells is not None and any(map(any, cells)):
        wrong = format_cell_list(cells, False)
        feedback = message(N_("Some cells are right. Look again at {cells}."), cells=wrong)
    else:
        feedback = _fallback_message(problem, blank, values)
    return Verdict(VerdictKind.WRONG, feedback, cells=cells)


def matching_candidates(
    problem: Problem, blank: Blank, answer: ParsedAnswer, wrong_upstream: Value = None
) -> list[MistakeCandidate]:
    """Return the mistakes that give an answer without symbols, the likeliest first."""
    value = ops.nearest_floats(answer.value)
    upstream = None if wrong_upstream is None else ops.nearest_floats(wrong_upstream)
    matching = [
        candidate
        for candidate in candidates_at(problem, blank, upstream)
        if _matches_value(answer, value, candidate.value)
    ]
    # An answer that is exactly the value of one mistake is not a rounding of another's.
    return sorted(matching, key=lambda candidate: not _matches_exactly(value, candidate.value))


def _diagnose_formula(
    problem: Problem,
    blank: Blank,
    answer: ParsedAnswer,
    values: Mapping[str, Any],
    cells: _CellMarks,
    wrong_upstream: Value,
    earlier: Sequence[str],
) -> Verdict:
    """Diagnose an answer if symbols are involved: mistakes are formulas, and a point shows the difference."""
    is_different = QuickDifference(problem.domains)
    is_rounded = any(typed.decimal or typed.unit for row in answer.typed_cells for typed in row)
    tolerance = relative_tolerance() if is_rounded else None

    def equals(value: Value) -> bool:
        exact = ops.map_cells(lambda cell: cell if isinstance(cell, Expr) else as_expr(Fraction(cell)), value)
        return not is_different(answer.value, exact, tolerance) and all_equal(compare_cells(answer, exact))

    for candidate in candidates_at(problem, blank, wrong_upstream):
        if equals(candidate.value):
            return _mistaken_verdict(problem, blank, [candidate], values, cells)
    misplaced = _misplaced_verdict(problem, blank, answer, cells, lambda other: equals(problem.truth(other)))
    if misplaced:
        return misplaced
    gives_value = is_later_real_attempt(problem, blank, answer.value, earlier)
    feedback = _counterexample(answer, problem.truth(blank), gives_value) or _fallback_message(problem, blank, values)
    return Verdict(VerdictKind.WRONG, feedback, cells=cells)


def _misplaced_verdict(
    problem: Problem, blank: Blank, answer: ParsedAnswer, cells: _CellMarks, is_value_of: Callable[[Blank], bool]
) -> Verdict | None:
    """Return the verdict on an answer of another shape, or with the value of another blank; None otherwise."""
    shape, true_shape = ops.shape_of(answer.value), ops.shape_of(problem.truth(blank))
    if shape != true_shape:
        return Verdict(VerdictKind.WRONG_SHAPE, _wrong_shape_message(shape, true_shape))
    for other in problem.blanks:
        if other.id != blank.id and other.kind != "question" and other.shape == blank.shape and is_value_of(other):
            text = _VALUE_IN_GRAPH if blank.kind == "question" else _BELONGS_ELSEWHERE
            return Verdict(VerdictKind.ELSEWHERE, message(text), cells=cells)
    return None


def _counterexample(answer: ParsedAnswer, truth: Value, gives_value: bool) -> Message | None:
    """Return a point at which the answer and the right formula differ, with the answer's value there.

    `gives_value` adds what the right formula gives there.
    """
    true_rows = truth if ops.is_matrix(truth) else [[truth]]
    comparisons = (
        compare_typed_formula(typed, true_cell)
        for row, true_row in zip(answer.typed_cells, true_rows, strict=True)
        for typed, true_cell in zip(row, true_row, strict=True)
    )
    different = next((comparison for comparison in comparisons if comparison.outcome is not Outcome.SAME), None)
    # Without symbols there is no point to show, and a value too large for a float can't be shown.
    if different is None or not different.point or different.true_value is None or isinf(different.true_value):
        return None
    at = ", ".join(f"{name} = {format_number(value)}" for name, value in different.point.items())
    value = different.answer_value
    mine = None if value is None or isinf(value) else _format_plain(value)
    needed = _format_plain(different.true_value)
    if mine == needed:
        return message(N_("Yours is near, but not the same: at {at} they differ far behind the point."), at=at)
    short, full = _COUNTEREXAMPLES["none" if value is None else "large" if mine is None else "value"]
    return Message(full if gives_value else short, {"at": at, "mine": mine, "needed": needed})


def _format_plain(value: float) -> str:
    """Format a value at a point; a whole number without decimals."""
    return format_number(Fraction(round(value)) if value == round(value) else value)


def _mistaken_verdict(
    problem: Problem,
    blank: Blank,
    matching: Sequence[MistakeCandidate],
    values: Mapping[str, Any],
    cells: _CellMarks,
) -> Verdict:
    """Name the likeliest of the mistakes that give an answer; hedge if another one gives it only on these numbers."""
    first = matching[0]
    feedback = _feedback_on(problem, blank, first, values)
    is_guess = not isinstance(first.feedback_template, LocalizedText) and coincides_by_chance(problem, blank, matching)
    if is_guess:
        feedback = message(N_("Perhaps it is this. {text}"), text=feedback)
    return Verdict(VerdictKind.MISTAKEN, feedback, first.id, cells, certain=not is_guess)


def _feedback_on(problem: Problem, blank: Blank, candidate: MistakeCandidate, values: Mapping[str, Any]) -> Message:
    """Return the feedback on a mistake, and mention the wrong upstream it was made on."""
    feedback = candidate.feedback(values)
    upstream = problem.upstream(blank)
    if not candidate.on_wrong_upstream or upstream is None:
        return feedback
    at = place_name(problem, problem.place(upstream))
    return message(N_("This goes on from your value at {at}, which isn't right yet. {text}"), at=at, text=feedback)


def _matches_value(answer: ParsedAnswer, value: Value, wrong: Value) -> bool:
    """Return whether the answer is a mistake's value, as exactly as it was typed."""
    if ops.shape_of(value) != ops.shape_of(wrong):
        return False
    if not ops.is_matrix(value):
        return _matches_typed(answer.typed_cells[0][0], value, float(wrong))
    # Next to decimals, a whole number may be rounded as well.
    decimal = any(typed.decimal for row in answer.typed_cells for typed in row)
    typed_cells = (typed for row in answer.typed_cells for typed in row)
    return all(
        _matches_typed(typed if typed.decimal is decimal else replace(typed, decimal=decimal), cell, wrong_cell)
        for typed, (cell, wrong_cell) in zip(typed_cells, _cell_pairs(value, wrong), strict=True)
    )


def _matches_exactly(value: Value, wrong: Value) -> bool:
    return all(is_close(a, b, FLOAT_TOLERANCE) for a, b in _cell_pairs(value, wrong))


def _matches_typed(typed: TypedNumber, value: float, wrong: float) -> bool:
    if is_close(value, wrong, MISTAKE_TOLERANCE if typed.decimal else FLOAT_TOLERANCE):
        return True
    if value == 0 and not typed.decimal and abs(wrong) < FLOAT_ROUNDING:
        return True
    # A whole number may be a rounding as well, if it has enough digits.
    min_digits = MIN_ROUNDED_DIGITS if typed.decimal else REQUIRED_DIGITS + 1
    if typed.unit is None or typed.digits < min_digits or not (typed.decimal or typed.unit == 1):
        return False
    return abs(value - wrong) <= float(typed.unit) / 2


def _equals_blank(problem: Problem, answer: ParsedAnswer, value: Value, blank: Blank) -> bool:
    # Comparing exactly with every blank would be noticeably slow while typing.
    pairs = _cell_pairs(value, problem.truth_in_floats(blank))
    return all(is_close(a, b, PREFILTER_TOLERANCE) for a, b in pairs) and all_equal(
        compare_cells(answer, problem.truth(blank))
    )


def _cell_pairs(a: Value, b: Value) -> Iterator[tuple[float, float]]:
    """Pair the cells of two values of the same shape, as floats."""
    pairs = zip(a.ravel(), b.ravel(), strict=True) if ops.is_matrix(a) else ((a, b),)
    return ((float(x), float(y)) for x, y in pairs)


def _find_slip(answer: ParsedAnswer, value: Value, truth: Value) -> GeneralMistake | None:
    """Return the slip in arithmetic: close to the truth, two digits exchanged, or off by a power of ten."""
    if ops.is_matrix(value):
        return SLIP if all(is_close(a, b, SLIP_TOLERANCE) for a, b in _cell_pairs(value, truth)) else None
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
    """Return whether a literal is right except for two neighbouring digits that are exchanged."""
    if typed.unit is None or not MIN_ROUNDED_DIGITS <= typed.digits <= MAX_SLIP_DIGITS:
        return False
    answer_text, true_text = (f"{number:.{typed.digits - 1}e}" for number in (value, truth))
    differences = [i for i, (a, b) in enumerate(zip(answer_text, true_text, strict=False)) if a != b]
    if len(answer_text) != len(true_text) or len(differences) != 2:
        return False
    i, j = differences
    are_neighbours = answer_text[i + 1 : j] in ("", ".")
    return are_neighbours and (answer_text[i], answer_text[j]) == (true_text[j], true_text[i])


def _wrong_shape_message(typed: Shape, needed: Shape) -> Message:
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


def _fallback_message(problem: Problem, blank: Blank, values: Mapping[str, Any]) -> Message:
    if blank.kind == "question":
        return message(N_("Not yet. Read the question once more, or ask for a hint."))
    if blank.kind == "forward":
        return Message(N_("Take what flows into {node} and do what its sign says. Which numbers are they?"), values)
    if blank.kind == "start" and not problem.starts_at_one:
        return Message(START_FROM_TEXT, values)
    if blank.kind == "start":
        return Message(N_("If {name} moves by 1, by how much does {name} move?"), values)
    if blank.kind == "sum":
        return Message(
            N_("What came back along {n} lines meets here. Which lines are they, and how do their values go together?"),
            values,
        )
    return Message(
        N_(
            "Two things make this value: what reached {node} from the right, and how much {node} moves when "
            "only this line moves. Which of the two are you unsure of?"
        ),
        values,
    )
