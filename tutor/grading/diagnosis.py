"""Diagnosis of a wrong answer: the mistake it follows, the place it belongs to, or what to look at."""

from __future__ import annotations

from fractions import Fraction
from functools import partial
from math import isinf
from typing import TYPE_CHECKING, Any

from tutor.algebra import ops
from tutor.algebra.evaluate import format_shape
from tutor.algebra.expr import Apply, Expr, Num, as_expr, postorder
from tutor.algebra.printing import format_number
from tutor.engine.symbolic import has_symbols
from tutor.grading.attempts import is_later_real_attempt
from tutor.grading.comparison import all_equal, compare_cells, compare_typed_formula, format_cell_list
from tutor.grading.general_feedback import fallback_message
from tutor.grading.matrix_equality import is_large
from tutor.grading.mistakes.candidate import GeneralMistake, MistakeCandidate, apply_rule, is_close
from tutor.grading.mistakes.equivalence import group_by_formula
from tutor.grading.mistakes.evidence import is_certain
from tutor.grading.mistakes.finder import UNLIKELY_IDS, candidates_at
from tutor.grading.mistakes.matching import cell_pairs, matches_exactly, matches_value
from tutor.grading.mistakes.matrices import find_pattern
from tutor.grading.mistakes.questions import question_about
from tutor.grading.mistakes.shown_numbers import shown_candidates
from tutor.grading.mistakes.slips import DOUBLED, HALVED, find_slip, other_explanation
from tutor.grading.mistakes.whole_pass import START_IGNORED
from tutor.grading.symbolic_equality import Outcome, QuickDifference
from tutor.grading.tolerances import PREFILTER_TOLERANCE, relative_tolerance
from tutor.grading.verdict import Suspicion, Verdict, VerdictKind
from tutor.grading.wording import place_name, template_values
from tutor.i18n import N_, Message, message

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tutor.algebra.ops import Shape, Value
    from tutor.grading.answer import ParsedAnswer
    from tutor.grading.problem import Blank, Problem

#: Which cells of a matrix are right; None for a single number.
_CellMarks = tuple[tuple[bool, ...], ...] | None

#: More questions in a row would be an interrogation.
_MAX_QUESTIONS = 3
#: Mistakes that say as much as that the start was taken for 1, if they give the same formula.
_IMPLIES_START = frozenset({"any.dropped-upstream"})

#: The verdict on a named mistake that starts from a wrong value.
MISTAKE_FROM_WRONG = N_("This starts from your value at {at}, which isn't right yet. {text}")
_OTHER_EDGE = N_("That is the value of another edge in this graph. Which edge is selected now?")
_OTHER_BLANK = N_("That is the value of another blank in this graph. Which blank is selected now?")
_VALUE_IN_GRAPH = N_("That value is in the graph, but the question asks for another one. What exactly does it ask for?")

#: What a counterexample says before the second real attempt and from then on, by the answer's value at the point.
COUNTEREXAMPLES = {
    "value": (
        N_("With {at}, yours gives {mine}, but the right formula gives something else. What do you get by hand?"),
        N_("With {at}, yours gives {mine}; it should give {needed}."),
    ),
    "none": (
        N_("With {at}, yours has no value, but the right formula does. Which part of yours is undefined there?"),
        N_("With {at}, yours has no value; it should give {needed}."),
    ),
    "large": (
        N_("With {at}, yours is too large to show. Which part of it grows so fast?"),
        N_("With {at}, yours is too large to show; it should give {needed}."),
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
    fallback = _fallback(problem, blank, values, cells, earlier)
    floats = ops.nearest_floats(answer.value)
    matching = matching_candidates(problem, blank, answer, wrong_upstream)
    truth = problem.truth_in_floats(blank)
    misplaced = None
    if all(mistake.id in UNLIKELY_IDS for mistake in matching):
        misplaced = _misplaced_verdict(problem, blank, answer, cells, partial(_equals_blank, problem, answer, floats))
        if misplaced and misplaced.kind is VerdictKind.ELSEWHERE:
            return misplaced
    if matching:
        return _verdict_on_numbers(problem, blank, answer, floats, matching, values, cells, fallback, wrong_upstream)
    if ops.is_matrix(floats) and ops.is_matrix(truth):
        first = problem.graph.first_cell_number
        pattern = find_pattern(floats, truth, cells, ops.is_vector_shape(blank.shape), first)
        if pattern:
            found, number = pattern
            wrong = "" if cells is None else format_cell_list(problem, cells, False, blank.shape)
            return Verdict(VerdictKind.MISTAKEN, message(found.feedback, cells=wrong, n=number), found.id, cells)
    if misplaced:
        return misplaced
    rights = [truth, *_follows_from(problem, blank, wrong_upstream)]
    slip = find_slip(problem, blank, answer, floats, rights)
    if slip:
        mistake, certain = slip
        if certain:
            return Verdict(VerdictKind.MISTAKEN, message(mistake.feedback), mistake.id, cells)
        return Verdict.ask((_suspicion_of_slip(mistake),), fallback, cells)
    return Verdict(VerdictKind.WRONG, fallback, cells=cells)


def _fallback(
    problem: Problem, blank: Blank, values: Mapping[str, Any], cells: _CellMarks, earlier: Sequence[str]
) -> Message:
    if cells is not None and any(map(any, cells)):
        return message(
            N_("Some cells are right. Check {cells} again: which numbers did you use there?"),
            cells=format_cell_list(problem, cells, False, blank.shape),
        )
    return fallback_message(problem, blank, values, earlier)


def _follows_from(problem: Problem, blank: Blank, wrong_upstream: Value) -> list[Value]:
    """Return what the right rule makes of the learner's wrong upstream; nothing if there is none."""
    if wrong_upstream is None or not blank.edge:
        return []
    upstream = ops.nearest_floats(wrong_upstream)
    context = problem.passes.edge_context(blank.edge, upstream)
    rule = problem.graph.nodes[blank.edge.target].operation.backpropagate
    value = apply_rule(lambda e: rule(e.g, e.z, e.operands, e.slot), context)
    return [] if value is None else [value]


def _verdict_on_numbers(
    problem: Problem,
    blank: Blank,
    answer: ParsedAnswer,
    floats: Value,
    matching: Sequence[MistakeCandidate],
    values: Mapping[str, Any],
    cells: _CellMarks,
    fallback: Message,
    wrong_upstream: Value,
) -> Verdict:
    """Name the mistake if there is no doubt about it; otherwise ask, about the likeliest one first."""
    upstream = None if wrong_upstream is None else ops.nearest_floats(wrong_upstream)
    groups = group_by_formula(problem, blank, matching, upstream)
    first = matching[0]
    ignored = next((candidate for candidate in matching if candidate.id == START_IGNORED.id), None)
    if ignored and any(ignored in group[1:] and group[0].id not in _IMPLIES_START for group in groups):
        # Beside the start 2, say, a gradient that is shared out is always the same number, and just as likely.
        groups = [*groups[:1], [ignored], *groups[1:]]
    rights = [problem.truth_in_floats(blank), *_follows_from(problem, blank, wrong_upstream)]
    if is_certain(problem, blank, answer, floats, first, len(groups), rights):
        return Verdict(VerdictKind.MISTAKEN, feedback_on(problem, blank, first, values), first.id, cells)
    likeliest = {group[0].id: group[0] for group in reversed(groups)}
    suspicions = [
        Suspicion(
            mistake,
            question_about(problem, blank, candidate, values["v"]),
            feedback_on(problem, blank, candidate, values),
            distinct=candidate is not first,
        )
        for mistake, candidate in reversed(likeliest.items())
    ]
    relation = None
    if ops.shape_of(floats) == blank.shape:
        found = (other_explanation(problem, blank, answer, floats, right) for right in rights)
        relation = next(filter(None, found), None)
    if relation is HALVED and first.id.endswith((".split", ".averaged")):
        # Between two inputs, a gradient that is shared out is halved, and so is the sum of two parts in their mean.
        relation = None
    if ignored:
        # So many take the start for 1 that the question must not be left out.
        suspicions[1:] = sorted(suspicions[1:], key=lambda suspicion: suspicion.mistake != ignored.id)
    suspicions = suspicions[: _MAX_QUESTIONS - bool(relation)]
    if relation and relation.id not in {suspicion.mistake for suspicion in suspicions}:
        suspicions.append(_suspicion_of_slip(relation, is_alternative=True))
    return Verdict.ask(tuple(suspicions), fallback, cells)


def _suspicion_of_slip(mistake: GeneralMistake, is_alternative: bool = False) -> Suspicion:
    return Suspicion(mistake.id, message(mistake.question), message(mistake.feedback), distinct=is_alternative)


def matching_candidates(
    problem: Problem, blank: Blank, answer: ParsedAnswer, wrong_upstream: Value = None
) -> list[MistakeCandidate]:
    """Return the mistakes that give an answer without symbols, the likeliest first.

    If none gives it exactly, they are the mistakes that give it with the numbers as they are shown.
    """
    value = ops.nearest_floats(answer.value)
    upstream = None if wrong_upstream is None else ops.nearest_floats(wrong_upstream)
    matching = [
        candidate
        for candidate in candidates_at(problem, blank, upstream)
        if matches_value(answer, value, candidate.value)
    ]
    # The cells of a large matrix are computed by the program, not from what it shows.
    is_typed = not is_large(answer.value)
    if not matching and is_typed and any(typed.decimal for row in answer.typed_cells for typed in row):
        matching = [
            candidate
            for candidate in shown_candidates(problem, blank, upstream)
            if matches_value(answer, value, candidate.value)
        ]
    # An answer that is exactly the value of one mistake is not a rounding of another's.
    return sorted(matching, key=lambda candidate: not matches_exactly(value, candidate.value))


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
            feedback = feedback_on(problem, blank, candidate, values)
            if not (_has_input_two(problem, blank) and equals(problem.truth(blank) * 2)):
                return Verdict(VerdictKind.MISTAKEN, feedback, candidate.id, cells)
            question = question_about(problem, blank, candidate, values["v"])
            suspicions = (Suspicion(candidate.id, question, feedback), _suspicion_of_slip(DOUBLED, True))
            return Verdict.ask(suspicions, fallback_message(problem, blank, values, earlier), cells)
    misplaced = _misplaced_verdict(problem, blank, answer, cells, lambda other: equals(problem.truth(other)))
    if misplaced:
        return misplaced
    gives_value = is_later_real_attempt(problem, blank, answer.value, earlier)
    feedback = _counterexample(answer, problem.truth(blank), gives_value) or fallback_message(
        problem, blank, values, earlier
    )
    return Verdict(VerdictKind.WRONG, feedback, cells=cells)


def _has_input_two(problem: Problem, blank: Blank) -> bool:
    """Return whether a node has the number 2 as an input: a rule that takes it gives twice the right formula."""
    operands = problem.exact_passes.operands_of(blank.edge.target) if blank.edge else ()
    return any(isinstance(value, Num) and abs(value.value) == 2 for value in operands)


def _misplaced_verdict(
    problem: Problem, blank: Blank, answer: ParsedAnswer, cells: _CellMarks, is_value_of: Callable[[Blank], bool]
) -> Verdict | None:
    """Return the verdict on an answer of another shape, or with the value of another blank; None otherwise."""
    shape, true_shape = ops.shape_of(answer.value), ops.shape_of(problem.truth(blank))
    if shape != true_shape:
        feedback = shape_message(shape, blank)
        if ops.is_vector_shape(true_shape) and _multiplies_cells(answer.expr):
            hint = message(N_("Did you mean the matrix product? Write it with @."))
            feedback = message(N_("{first} {rest}"), first=feedback, rest=hint)
        return Verdict(VerdictKind.WRONG_SHAPE, feedback)
    for other in problem.blanks:
        if other.id != blank.id and other.kind != "question" and other.shape == blank.shape and is_value_of(other):
            return Verdict(VerdictKind.ELSEWHERE, misplaced_message(blank, other), cells=cells)
    return None


def misplaced_message(blank: Blank, other: Blank) -> Message:
    """Say that an answer at `blank` is the right one at the blank `other`."""
    if blank.kind == "question":
        return message(_VALUE_IN_GRAPH)
    return message(_OTHER_EDGE if blank.kind == other.kind == "edge" else _OTHER_BLANK)


def _multiplies_cells(tree: Expr) -> bool:
    """Return whether a formula multiplies cell by cell: with a vector, this broadcasts where books mean a product."""
    return any(isinstance(node, Apply) and node.op == "mul" for node in postorder(tree))


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
    if mine and value is not None and format_number(value) == format_number(different.true_value):
        return message(
            N_("Yours is close but not equal: with {at}, only the last digits differ. Did you round a number?"), at=at
        )
    short, full = COUNTEREXAMPLES["none" if value is None else "large" if mine is None else "value"]
    return Message(full if gives_value else short, {"at": at, "mine": mine, "needed": needed})


def _format_plain(value: float) -> str:
    """Format a value at a point; a whole number without decimals."""
    return format_number(Fraction(round(value)) if value == round(value) else value)


def feedback_on(problem: Problem, blank: Blank, candidate: MistakeCandidate, values: Mapping[str, Any]) -> Message:
    """Return the feedback on a mistake, and mention the wrong upstream it was made on."""
    feedback = candidate.feedback(values)
    upstream = problem.upstream(blank)
    if not candidate.on_wrong_upstream or upstream is None:
        return feedback
    at = place_name(problem, problem.place(upstream))
    return message(MISTAKE_FROM_WRONG, at=at, text=feedback)


def _equals_blank(problem: Problem, answer: ParsedAnswer, value: Value, blank: Blank) -> bool:
    # Comparing exactly with every blank would be noticeably slow while typing.
    pairs = cell_pairs(value, problem.truth_in_floats(blank))
    return all(is_close(a, b, PREFILTER_TOLERANCE) for a, b in pairs) and all_equal(
        compare_cells(answer, problem.truth(blank))
    )


def shape_message(typed: Shape, blank: Blank) -> Message:
    """Say which shape an answer has, and which one is needed."""
    needed = blank.shape
    if needed is None:
        return message(N_("The answer is one number, but yours has shape {typed}."), typed=format_shape(typed))
    if blank.is_matrix_formula and blank.kind == "question":
        one, other = (
            N_("The answer has shape {needed}, but yours is one number."),
            N_("The answer has shape {needed}, but yours has shape {typed}."),
        )
    else:
        one = N_("The answer has the shape of the forward value here, {needed}, but yours is one number.")
        other = N_("The answer has the shape of the forward value here, {needed}, but yours has shape {typed}.")
    return message(one if typed is None else other, needed=format_shape(needed), typed=format_shape(typed))
