"""An answer -> a verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.balls import nearest_float
from tutor.algebra.errors import AlgebraError
from tutor.algebra.expr import Num
from tutor.algebra.printing import format_expr, format_number, format_value
from tutor.grading.answer import ParsedAnswer, parse_answer
from tutor.grading.comparison import compare_cells, format_cell_list
from tutor.grading.diagnosis import diagnose, matching_candidates
from tutor.grading.mistakes.candidate import is_close
from tutor.grading.numeric_equality import Match
from tutor.grading.question import grade_choice
from tutor.grading.tolerances import MAX_CORRECTED_DIGITS, REQUIRED_DIGITS, relative_tolerance
from tutor.grading.verdict import Verdict, VerdictKind
from tutor.grading.wording import place_name
from tutor.i18n import N_, Message, message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tutor.algebra.ops import Value
    from tutor.grading.problem import Blank, Problem


def grade(problem: Problem, blank: Blank, text: str, wrong_values: Mapping[str, Value] | None = None) -> Verdict:
    """The verdict on `text` at `blank`. Never raises for what a learner may type.

    `held` are the values that the learner has, and has wrong, at other places: a right step on one of them is told
    apart from a wrong one.
    """
    if blank.kind == "question" and problem.question(blank).choices:
        return grade_choice(problem.question(blank), text)
    try:
        answer = parse_answer(problem, blank, text)
    except AlgebraError as error:
        return Verdict(VerdictKind.MALFORMED, error.message, at=error.position, length=error.length)
    truth = problem.truth(blank)
    cells: tuple[tuple[Match, ...], ...] | None = None
    if ops.shape_of(answer.value) == ops.shape_of(truth):
        cells = compare_cells(answer, truth, _required_digits(problem, blank))
        flat = [cell for row in cells for cell in row]
        if all(match is Match.EQUAL for match in flat):
            return Verdict(
                VerdictKind.RIGHT,
                _add_author_praise(problem, blank, _praise_message(answer, truth)),
                cells=_cell_marks(cells),
            )
        if _all_nearly_equal(cells):
            return Verdict(VerdictKind.COARSE, _coarse_message(problem, blank, answer, cells), cells=_cell_marks(cells))
        if Match.UNCLEAR in flat:
            return Verdict(
                VerdictKind.UNDECIDED,
                message(N_("This can't be computed well enough to compare. Write it another way.")),
            )
    basis = follow_through_values(problem, blank, wrong_values or {})
    for name, value in basis:
        if ops.shape_of(value) == ops.shape_of(answer.value) and _all_nearly_equal(compare_cells(answer, value)):
            return Verdict(
                VerdictKind.CARRIED,
                _follow_through_message(problem, name, wrong_values or {}),
                cells=_cell_marks(cells),
            )
    own = (wrong_values or {}).get(problem.upstream(blank) or "")
    return diagnose(problem, blank, answer, text.strip(), _cell_marks(cells), own)


def _all_nearly_equal(cells: tuple[tuple[Match, ...], ...]) -> bool:
    """Whether every cell is right, or was rounded too far."""
    return all(match in (Match.EQUAL, Match.COARSE) for row in cells for match in row)


def _follow_through_message(problem: Problem, name: str, held: Mapping[str, Value]) -> Message:
    at = place_name(problem, problem.place(name))
    if ops.is_matrix(held[name]):
        return message(N_("Right step. It starts from your matrix at {at}, and that one isn't right yet."), at=at)
    return message(
        N_("Right step. It starts from your {u} at {at}, and that one isn't right yet."),
        u=format_value(held[name]),
        at=at,
    )


def follow_through_values(problem: Problem, blank: Blank, wrong_values: Mapping[str, Value]) -> list[tuple[str, Value]]:
    """What a right step gives at `blank` on the learner's own wrong values, with the place it starts from.

    Nothing is judged on a zero: every rule would fit.
    """
    if blank.kind == "forward":
        return _follow_through_forward(problem, blank, wrong_values)
    if not blank.edge:
        parts = [part.id for part in problem.branch_edges(blank)] if blank.kind == "sum" else []
        wrong = [part for part in parts if part in wrong_values]
        if not wrong:
            return []
        own = [wrong_values.get(part, problem.truth(problem.place(part))) for part in parts]
        return [(wrong[0], sum(own[1:], own[0]))]
    upstream = problem.upstream(blank)
    if upstream is None or upstream not in wrong_values or _is_zero(wrong_values[upstream]):
        return []
    target = problem.graph.nodes[blank.edge.target]
    operands = problem.exact_passes.operands_of(blank.edge.target)
    z = problem.exact_passes.values[blank.edge.target]
    try:
        return [(upstream, target.operation.backpropagate(wrong_values[upstream], z, operands, blank.edge.slot))]
    except (ArithmeticError, ValueError):
        return []


def _follow_through_forward(problem: Problem, blank: Blank, held: Mapping[str, Value]) -> list[tuple[str, Value]]:
    """What a node gives for the learner's own wrong forward values."""
    graph = problem.graph
    node = graph.nodes[blank.node]
    operands = list(problem.exact_passes.operands_of(blank.node))
    wrong = ""
    for slot, arg in enumerate(node.args):
        name = f"value({graph.nodes[arg].id})" if arg is not None else ""
        if name in held:
            operands[slot], wrong = held[name], name
    try:
        return [(wrong, node.operation.forward(*operands))] if wrong else []
    except (ArithmeticError, ValueError):
        return []


def _is_zero(value: Value) -> bool:
    cells = value.ravel() if ops.is_matrix(value) else (value,)
    return all(isinstance(cell, Num) and cell.value == 0 for cell in cells)


def _cell_marks(cells: tuple[tuple[Match, ...], ...] | None) -> tuple[tuple[bool, ...], ...] | None:
    """Which cells of a matrix are right."""
    if cells is None or (len(cells) == 1 and len(cells[0]) == 1):
        return None
    return tuple(tuple(cell in (Match.EQUAL, Match.COARSE) for cell in row) for row in cells)


def _required_digits(problem: Problem, blank: Blank) -> int:
    """How many digits an answer with decimals must have right here."""
    advice = problem.author_notes.get(blank.id)
    return REQUIRED_DIGITS if advice is None or advice.digits is None else advice.digits


def _add_author_praise(problem: Problem, blank: Blank, praise: Message) -> Message:
    """The praise, and what the author says to a right answer here."""
    advice = problem.author_notes.get(blank.id)
    if advice is None or not advice.praise:
        return praise
    return message(N_("{first} {rest}"), first=praise, rest=advice.praise)


def _praise_message(answer: ParsedAnswer, truth: Value) -> Message:
    """Right; and where more digits were typed than are right, what they should have been."""
    typed = answer.typed_cells[0][0]
    if not ops.is_matrix(truth) and typed.decimal and typed.unit is not None and typed.digits > REQUIRED_DIGITS:
        digits = min(typed.digits, MAX_CORRECTED_DIGITS)
        exact = nearest_float(truth)
        value = nearest_float(typed.value)
        if f"{exact:.{digits - 1}e}" != f"{value:.{digits - 1}e}" and not is_close(
            exact, value, float(relative_tolerance(digits))
        ):
            return message(N_("Right. With more digits it is {value}."), value=format_number(exact, digits))
    return message(N_("Right."))


def _coarse_message(
    problem: Problem, blank: Blank, answer: ParsedAnswer, cells: tuple[tuple[Match, ...], ...]
) -> Message:
    typed = answer.typed_cells[0][0]
    if not answer.may_have_symbols and matching_candidates(problem, blank, answer):
        # So short it is a mistake's value as well: to call it right would be a guess.
        return message(N_("With so few digits right and wrong can't be told apart; one more digit please."))
    if ops.is_matrix(answer.value):
        at = format_cell_list(cells, Match.COARSE)
        return message(N_("Right so far; one more digit please at {cells}."), cells=at)
    if typed.digits:
        return message(
            N_("Right so far; one more digit please ({v} has {k})."), v=format_expr(answer.expr), k=typed.digits
        )
    return message(N_("Right so far; one more digit please."))
