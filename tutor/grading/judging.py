"""An answer -> a verdict."""

from __future__ import annotations

from collections.abc import Mapping

from tutor.algebra import values
from tutor.algebra.balls import nearest_float
from tutor.algebra.errors import AlgebraError
from tutor.algebra.show import show, show_number, write
from tutor.algebra.tree import Num
from tutor.algebra.values import Value
from tutor.grading.comparing import compare_cells, list_cells
from tutor.grading.equality import DIGITS, Match
from tutor.grading.problem import Blank, Problem
from tutor.grading.question import grade_choice
from tutor.grading.reading import Answer, read
from tutor.grading.reasons import suspected, why_not
from tutor.grading.suspect import near
from tutor.grading.verdict import Kind, Verdict
from tutor.grading.wording import place_name
from tutor.i18n import N_, Message, message


def grade(problem: Problem, blank: Blank, text: str, held: Mapping[str, Value] | None = None) -> Verdict:
    """The verdict on `text` at `blank`. Never raises for what a learner may type.

    `held` are the values that the learner has, and has wrong, at other places: a right step on one of them is told
    apart from a wrong one.
    """
    if blank.kind == "question" and problem.question(blank).choices:
        return grade_choice(problem.question(blank), text)
    try:
        answer = read(problem, blank, text)
    except AlgebraError as error:
        return Verdict(Kind.MALFORMED, error.message, at=error.at, length=error.length)
    truth = problem.truth(blank)
    cells: tuple[tuple[Match, ...], ...] | None = None
    if values.shape(answer.value) == values.shape(truth):
        cells = compare_cells(answer, truth, _digits(problem, blank))
        flat = [cell for row in cells for cell in row]
        if all(match is Match.EQUAL for match in flat):
            return Verdict(Kind.RIGHT, _said_after(problem, blank, _praise(answer, truth)), cells=_marks(cells))
        if _nearly(cells):
            return Verdict(Kind.COARSE, _coarse(problem, blank, answer, cells), cells=_marks(cells))
        if Match.UNCLEAR in flat:
            return Verdict(
                Kind.UNDECIDED,
                message(N_("This can't be computed well enough to compare. Write it another way.")),
            )
    basis = carried(problem, blank, held or {})
    for name, value in basis:
        if values.shape(value) == values.shape(answer.value) and _nearly(compare_cells(answer, value)):
            return Verdict(Kind.CARRIED, _carried(problem, name, held or {}), cells=_marks(cells))
    own = (held or {}).get(problem.upstream(blank) or "")
    return why_not(problem, blank, answer, text.strip(), _marks(cells), own)


def _nearly(cells: tuple[tuple[Match, ...], ...]) -> bool:
    """Whether every cell is right, or was rounded too far."""
    return all(match in (Match.EQUAL, Match.COARSE) for row in cells for match in row)


def _carried(problem: Problem, name: str, held: Mapping[str, Value]) -> Message:
    at = place_name(problem, problem.place(name))
    if values.is_matrix(held[name]):
        return message(N_("Right step. It starts from your matrix at {at}, and that one isn't right yet."), at=at)
    return message(
        N_("Right step. It starts from your {u} at {at}, and that one isn't right yet."), u=show(held[name]), at=at
    )


def carried(problem: Problem, blank: Blank, held: Mapping[str, Value]) -> list[tuple[str, Value]]:
    """What a right step gives at `blank` on the learner's own wrong values, with the place it starts from.

    Nothing is judged on a zero: every rule would fit.
    """
    if blank.kind == "forward":
        return _carried_forward(problem, blank, held)
    if not blank.edge:
        parts = [part.id for part in problem.parts(blank)] if blank.kind == "sum" else []
        wrong = [part for part in parts if part in held]
        if not wrong:
            return []
        own = [held.get(part, problem.truth(problem.place(part))) for part in parts]
        return [(wrong[0], sum(own[1:], own[0]))]
    upstream = problem.upstream(blank)
    if upstream is None or upstream not in held or _is_zero(held[upstream]):
        return []
    target = problem.graph.nodes[blank.edge.target]
    operands = problem.exact.operands(blank.edge.target)
    z = problem.exact.values[blank.edge.target]
    try:
        return [(upstream, target.operation.send_back(held[upstream], z, operands, blank.edge.slot))]
    except (ArithmeticError, ValueError):
        return []


def _carried_forward(problem: Problem, blank: Blank, held: Mapping[str, Value]) -> list[tuple[str, Value]]:
    """What a node gives for the learner's own wrong forward values."""
    graph = problem.graph
    node = graph.nodes[blank.node]
    operands = list(problem.exact.operands(blank.node))
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
    cells = value.ravel() if values.is_matrix(value) else (value,)
    return all(isinstance(cell, Num) and cell.value == 0 for cell in cells)


def _marks(cells: tuple[tuple[Match, ...], ...] | None) -> tuple[tuple[bool, ...], ...] | None:
    """Which cells of a matrix are right."""
    if cells is None or (len(cells) == 1 and len(cells[0]) == 1):
        return None
    return tuple(tuple(cell in (Match.EQUAL, Match.COARSE) for cell in row) for row in cells)


def _digits(problem: Problem, blank: Blank) -> int:
    """How many digits an answer with decimals must have right here."""
    advice = problem.advice.get(blank.id)
    return DIGITS if advice is None or advice.digits is None else advice.digits


def _said_after(problem: Problem, blank: Blank, praise: Message) -> Message:
    """The praise, and what the author says to a right answer here."""
    advice = problem.advice.get(blank.id)
    if advice is None or not advice.after:
        return praise
    return message(N_("{first} {rest}"), first=praise, rest=advice.after)


def _praise(answer: Answer, truth: Value) -> Message:
    """Right; and where more digits were typed than are right, what they should have been."""
    typed = answer.typed[0][0]
    if not values.is_matrix(truth) and typed.decimal and typed.unit is not None and typed.digits > 3:
        digits = min(typed.digits, 12)
        exact = nearest_float(truth)
        value = nearest_float(typed.value)
        if f"{exact:.{digits - 1}e}" != f"{value:.{digits - 1}e}" and not near(exact, value, 5 * 10.0**-digits):
            return message(N_("Right. With more digits it is {value}."), value=show_number(exact, digits))
    return message(N_("Right."))


def _coarse(problem: Problem, blank: Blank, answer: Answer, cells: tuple[tuple[Match, ...], ...]) -> Message:
    typed = answer.typed[0][0]
    if not answer.formula and suspected(problem, blank, answer):
        # So short it is a mistake's value as well: to call it right would be a guess.
        return message(N_("With so few digits right and wrong can't be told apart; one more digit please."))
    if values.is_matrix(answer.value):
        at = list_cells(cells, Match.COARSE)
        return message(N_("Right so far; one more digit please at {cells}."), cells=at)
    if typed.digits:
        return message(N_("Right so far; one more digit please ({v} has {k})."), v=write(answer.tree), k=typed.digits)
    return message(N_("Right so far; one more digit please."))
