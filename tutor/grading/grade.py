"""An answer -> a verdict."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tutor.algebra import Expr, Grid, parse, values
from tutor.algebra.balls import Balls, nearest_float
from tutor.algebra.errors import AlgebraError
from tutor.algebra.evaluate import describe, evaluate
from tutor.algebra.show import show, write
from tutor.algebra.tree import Apply, Num
from tutor.algebra.tree import names as names_in
from tutor.algebra.values import Value
from tutor.grading.blank_words import fill
from tutor.grading.equality import TOLERANCE, Match, Typed, compare
from tutor.grading.identity import Finding, Outcome, compare_formulas
from tutor.grading.mistakes import NOT_THE_END, POWER_OF_TEN, SLIP, Suspect, near, suspects
from tutor.grading.problem import Blank, Problem
from tutor.grading.verdict import Kind, Verdict
from tutor.grading.wording import place_name
from tutor.i18n import N_, Message, Text, message


@dataclass(frozen=True, slots=True)
class Reading:
    """How an answer is understood while it is typed: a line to show (empty where it would only repeat), or a fault."""

    text: str = ""
    error: AlgebraError | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that could be read: its exact value, and how each number of it was typed."""

    tree: Expr
    value: Value
    typed: tuple[tuple[Typed, ...], ...]


def read(problem: Problem, blank: Blank, text: str) -> Answer:
    """The answer in `text`. Raises `AlgebraError` with the place and the remedy."""
    names = problem.names_for(blank)
    tree = parse(text, names)
    value = evaluate(tree, names)
    _check_finite(value, text)
    if not values.is_matrix(value):
        typed: tuple[tuple[Typed, ...], ...] = ((Typed.read(tree, value),),)
    elif isinstance(tree, Grid):
        typed = tuple(
            tuple(Typed.read(cell, value[i, j]) for j, cell in enumerate(row)) for i, row in enumerate(tree.rows)
        )
    else:
        decimal = Typed.read(tree, value[0, 0]).decimal
        typed = tuple(tuple(Typed(cell, decimal) for cell in row) for row in value)
    return Answer(tree, value, typed)


def _check_finite(value: Value, text: str) -> None:
    """Refuse what has no value or none a float can hold: it can be compared with nothing."""
    for cell in value.ravel() if values.is_matrix(value) else (value,):
        if names_in(cell):
            continue
        size = nearest_float(cell)
        if math.isnan(size):
            raise AlgebraError(
                message(N_("This can't be computed well enough to compare. Write it another way.")), 0, len(text)
            )
        if math.isinf(size):
            raise AlgebraError(message(N_("This number is too large.")), 0, len(text))


def reads_as(problem: Problem, blank: Blank, text: str) -> Reading:
    """What to show beside an answer that is being typed: how it reads and what it comes to."""
    if not text.strip():
        return Reading()
    try:
        answer = read(problem, blank, text)
    except AlgebraError as error:
        return Reading(error=error)
    if _plain(answer.tree):
        return Reading()
    value = show(answer.value)
    written = write(answer.tree)
    return Reading(written if written == value else f"{written} {_relation(answer)} {value}")


def _plain(tree: Expr) -> bool:
    """A bare number, or a matrix of bare numbers: it needs no echo."""
    if isinstance(tree, Apply) and tree.op == "neg":
        tree = tree.args[0]
    if isinstance(tree, Grid):
        return all(_plain(cell) for row in tree.rows for cell in row)
    return isinstance(tree, Num)


def _relation(answer: Answer) -> str:
    from tutor.algebra.show import exact_decimal

    cells = values.nested(answer.value) if values.is_matrix(answer.value) else [[answer.value]]
    exact = all(isinstance(cell, Num) and exact_decimal(cell.value) is not None for row in cells for cell in row)
    return "=" if exact else "≈"


def grade(problem: Problem, blank: Blank, text: str, held: Mapping[str, Value] | None = None) -> Verdict:
    """The verdict on `text` at `blank`. Never raises for what a learner may type.

    `held` are the values that the learner has, and has wrong, at other places: a right step on one of them is told
    apart from a wrong one.
    """
    try:
        answer = read(problem, blank, text)
    except AlgebraError as error:
        return Verdict(Kind.MALFORMED, error.message, at=error.at, length=error.length)
    truth = problem.truth(blank)
    cells: tuple[tuple[Match, ...], ...] | None = None
    if values.shape(answer.value) == values.shape(truth):
        cells = _compare(answer, truth)
        flat = [cell for row in cells for cell in row]
        if all(match is Match.EQUAL for match in flat):
            return Verdict(Kind.RIGHT, _praise(answer, truth), cells=_marks(cells))
        if all(match in (Match.EQUAL, Match.COARSE) for match in flat):
            return Verdict(Kind.COARSE, _coarse(answer), cells=_marks(cells))
        if Match.UNCLEAR in flat:
            return Verdict(
                Kind.UNDECIDED,
                message(N_("This can't be computed well enough to compare. Write it another way.")),
            )
    basis = carried(problem, blank, held or {})
    for name, value in basis:
        if values.shape(value) == values.shape(answer.value) and _all_equal(_compare(answer, value)):
            return Verdict(Kind.CARRIED, _carried(problem, name, held or {}), cells=_marks(cells))
    return _why_not(problem, blank, answer, text.strip(), _marks(cells))


def _all_equal(cells: tuple[tuple[Match, ...], ...]) -> bool:
    return all(match is Match.EQUAL for row in cells for match in row)


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


def _is_zero(value: Value) -> bool:
    cells = value.ravel() if values.is_matrix(value) else (value,)
    return all(isinstance(cell, Num) and cell.value == 0 for cell in cells)


def _compare(answer: Answer, truth: Value) -> tuple[tuple[Match, ...], ...]:
    right = truth if values.is_matrix(truth) else [[truth]]
    balls = Balls()
    return tuple(
        tuple(_match(typed, right[i][j], balls) for j, typed in enumerate(row)) for i, row in enumerate(answer.typed)
    )


def _match(typed: Typed, truth: Expr, balls: Balls) -> Match:
    """How one number or formula compares with the right one."""
    if not (names_in(truth) or names_in(typed.value)):
        return compare(typed, truth, balls)
    return _OUTCOMES[difference(typed, truth).outcome]


def difference(typed: Typed, truth: Expr) -> Finding:
    """How a formula differs from the right one; one with decimals has what numbers with decimals are allowed."""
    found = compare_formulas(typed.value, truth)
    if found.outcome is Outcome.DIFFERENT and typed.decimal:
        nearly = compare_formulas(typed.value, truth, TOLERANCE)
        return nearly if nearly.outcome is Outcome.SAME else found
    return found


_OUTCOMES = {
    Outcome.SAME: Match.EQUAL,
    Outcome.DIFFERENT: Match.DIFFERENT,
    Outcome.UNDEFINED: Match.DIFFERENT,
    Outcome.UNDECIDED: Match.UNCLEAR,
}


def _marks(cells: tuple[tuple[Match, ...], ...] | None) -> tuple[tuple[bool, ...], ...] | None:
    """Which cells of a matrix are right."""
    if cells is None or (len(cells) == 1 and len(cells[0]) == 1):
        return None
    return tuple(tuple(cell in (Match.EQUAL, Match.COARSE) for cell in row) for row in cells)


def _praise(answer: Answer, truth: Value) -> Message:
    """Right; and where more digits were typed than are right, what they should have been."""
    typed = answer.typed[0][0]
    if not values.is_matrix(truth) and typed.decimal and typed.unit is not None and typed.digits > 3:
        digits = min(typed.digits, 12)
        exact = nearest_float(truth)
        value = nearest_float(typed.value)
        if f"{exact:.{digits - 1}e}" != f"{value:.{digits - 1}e}" and not near(exact, value, 5 * 10.0**-digits):
            from tutor.algebra.show import show_number

            return message(N_("Right. With more digits it is {value}."), value=show_number(exact, digits))
    return message(N_("Right."))


def _coarse(answer: Answer) -> Message:
    typed = answer.typed[0][0]
    if not values.is_matrix(answer.value) and typed.digits:
        return message(N_("Right so far; one more digit please ({v} has {k})."), v=show_typed(answer), k=typed.digits)
    return message(N_("Right so far; one more digit please."))


def show_typed(answer: Answer) -> str:
    return write(answer.tree)


def _why_not(
    problem: Problem, blank: Blank, answer: Answer, text: str, cells: tuple[tuple[bool, ...], ...] | None
) -> Verdict:
    value = values.each(nearest_float, answer.value)
    words = fill(problem, blank, text)
    for suspect in suspects(problem, blank):
        if _is_it(answer, value, suspect.value):
            return Verdict(Kind.MISTAKEN, _says(suspect, words), suspect.id, cells)
    truth = problem.truth(blank)
    if values.shape(value) != values.shape(truth):
        return Verdict(Kind.WRONG_SHAPE, _wrong_shape(values.shape(value), values.shape(truth)))
    for other in problem.blanks:
        if other.id != blank.id and _equals(answer, value, problem, other):
            return Verdict(
                Kind.ELSEWHERE,
                message(N_("That number belongs somewhere else in this graph. Which edge is marked now?")),
                cells=cells,
            )
    slip = _slip(value, problem.truth_in_floats(blank))
    if slip:
        return Verdict(Kind.MISTAKEN, message(slip), "any.slip", cells)
    if cells is not None and any(cell for row in cells for cell in row):
        return Verdict(Kind.WRONG, message(N_("Some cells are right. Look at the ones that are marked.")), cells=cells)
    return Verdict(Kind.WRONG, _nothing_recognised(problem, blank, words), cells=cells)


def _says(suspect: Suspect, words: Mapping[str, Any]) -> Message:
    if isinstance(suspect.says, Text):
        return message(N_("{text}"), text=suspect.says)
    return Message(suspect.says, words)


def _is_it(answer: Answer, value: Value, wrong: Value) -> bool:
    """Whether the answer is what a mistake leads to, as exactly as it was typed."""
    if values.shape(value) != values.shape(wrong):
        return False
    if not values.is_matrix(value):
        return _near_typed(answer.typed[0][0], value, float(wrong))
    return all(_near_typed(answer.typed[i][j], cell, float(wrong[i, j])) for (i, j), cell in _cells(value))


def _cells(value: Value) -> list[tuple[tuple[int, int], float]]:
    return [((i, j), float(cell)) for i, row in enumerate(value) for j, cell in enumerate(row)]


def _near_typed(typed: Typed, value: float, wrong: float) -> bool:
    if not typed.decimal:
        return near(value, wrong, 1e-9) or (value == 0 and abs(wrong) < 1e-12)
    if near(value, wrong, 0.005):
        return True
    return typed.unit is not None and typed.digits >= 2 and abs(value - wrong) <= float(typed.unit) / 2


def _equals(answer: Answer, value: Value, problem: Problem, blank: Blank) -> bool:
    truth, nearly = problem.truth(blank), problem.truth_in_floats(blank)
    if values.shape(value) != values.shape(truth):
        return False
    # Floats rule out nearly every blank; exact arithmetic on all of them would be felt while typing.
    pairs = zip(value.ravel(), nearly.ravel(), strict=True) if values.is_matrix(value) else ((value, nearly),)
    if not all(near(float(a), float(b), 0.01) for a, b in pairs):
        return False
    return all(match is Match.EQUAL for row in _compare(answer, truth) for match in row)


def _slip(value: Value, truth: Value) -> str | None:
    """Arithmetic, not concept: within 5 %, or a power of ten off."""
    if values.is_matrix(value):
        close = all(near(float(a), float(b), 0.05) for a, b in zip(value.ravel(), truth.ravel(), strict=True))
        return SLIP if close else None
    if value == 0 or truth == 0:
        return None
    if near(value, truth, 0.05):
        return SLIP
    if any(near(value, truth * 10.0**k, 0.005) for k in (-3, -2, -1, 1, 2, 3)):
        return POWER_OF_TEN
    return None


def _wrong_shape(typed: tuple[int, int] | None, needed: tuple[int, int] | None) -> Message:
    if needed is None:
        return message(N_("Asked is one number; you gave a matrix of {typed}."), typed=describe(typed))
    if typed is None:
        return message(
            N_("The answer has the shape of the value that flowed here, {needed}; you gave one number."),
            needed=describe(needed),
        )
    return message(
        N_("The answer has the shape of the value that flowed here, {needed}; yours is {typed}."),
        needed=describe(needed),
        typed=describe(typed),
    )


def _nothing_recognised(problem: Problem, blank: Blank, words: Mapping[str, Any]) -> Message:
    if blank.kind == "start" and not problem.starts_at_one:
        return Message(NOT_THE_END, words)
    if blank.kind == "start":
        return Message(N_("If {name} moves by 1, by how much does {name} move?"), words)
    if blank.kind == "sum":
        return Message(
            N_("Here meets what came back along {n} lines. Which are they, and how do they go together?"),
            words,
        )
    return Message(
        N_(
            "Two numbers make this one: what reached {node} from the right, and how much {node} moves when "
            "only this line moves. Which of the two are you unsure of?"
        ),
        words,
    )
