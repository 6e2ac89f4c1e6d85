"""What a learner types -> an exact value, and the echo that shows how it is understood."""

from __future__ import annotations

import math
from dataclasses import dataclass

from tutor.algebra import ANSWER, Expr, Grid, parse, values
from tutor.algebra.balls import nearest_float
from tutor.algebra.errors import AlgebraError
from tutor.algebra.evaluate import evaluate
from tutor.algebra.show import exact_decimal, show, write
from tutor.algebra.tree import Apply, Num
from tutor.algebra.tree import names as names_in
from tutor.algebra.values import Value
from tutor.grading.equality import Typed
from tutor.grading.problem import Blank, Problem
from tutor.grading.question import Question, chosen
from tutor.i18n import N_, message


@dataclass(frozen=True, slots=True)
class Reading:
    """How an answer is understood while it is typed: a line to show (empty where it would only repeat), or a fault."""

    text: str = ""
    error: AlgebraError | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that could be read: its exact value, and how each number of it was typed.

    `formula` is whether there may be symbols, in it or in what it is held against.
    """

    tree: Expr
    value: Value
    typed: tuple[tuple[Typed, ...], ...]
    formula: bool = False


def read(problem: Problem, blank: Blank, text: str) -> Answer:
    """The answer in `text`. Raises `AlgebraError` with the place and the remedy."""
    names = problem.names_for(blank)
    tree = parse(text, names)
    value = evaluate(tree, names, ANSWER)
    formula = bool(problem.domains)
    _check_finite(value, text, formula)
    if not values.is_matrix(value):
        typed: tuple[tuple[Typed, ...], ...] = ((Typed.read(tree, value),),)
        if blank.shape == (1, 1):
            # One number is all that a matrix of one cell holds.
            value = values.matrix(((value,),))
    elif isinstance(tree, Grid):
        typed = tuple(
            tuple(Typed.read(cell, value[i, j]) for j, cell in enumerate(row)) for i, row in enumerate(tree.rows)
        )
    else:
        decimal = Typed.read(tree, value[0, 0]).decimal
        typed = tuple(tuple(Typed(cell, decimal) for cell in row) for row in value)
    return Answer(tree, value, typed, formula)


def _check_finite(value: Value, text: str, formula: bool) -> None:
    """Refuse what has no value or none a float can hold: it can be compared with nothing."""
    for cell in value.ravel() if values.is_matrix(value) else (value,):
        if formula and names_in(cell):
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
    if blank.kind == "question" and problem.question(blank).choices:
        return _reads_as_choice(problem.question(blank), text)
    try:
        answer = read(problem, blank, text)
    except AlgebraError as error:
        return Reading(error=error)
    if _plain(answer.tree):
        return Reading()
    value = show(answer.value)
    written = write(answer.tree)
    return Reading(written if written == value else f"{written} {_relation(answer)} {value}")


def _reads_as_choice(question: Question, text: str) -> Reading:
    try:
        return Reading(str(question.choices[chosen(question, text)].text))
    except AlgebraError as error:
        return Reading(error=error)


def _plain(tree: Expr) -> bool:
    """A bare number, or a matrix of bare numbers: it needs no echo."""
    if isinstance(tree, Apply) and tree.op == "neg":
        tree = tree.args[0]
    if isinstance(tree, Grid):
        return all(_plain(cell) for row in tree.rows for cell in row)
    return isinstance(tree, Num)


def _relation(answer: Answer) -> str:
    cells = values.nested(answer.value) if values.is_matrix(answer.value) else [[answer.value]]
    exact = all(_is_exact(cell) for row in cells for cell in row)
    return "=" if exact else "≈"


def _is_exact(cell: Expr) -> bool:
    """Whether a value is shown as it is: a short decimal, or a formula."""
    return bool(names_in(cell)) or (isinstance(cell, Num) and exact_decimal(cell.value) is not None)
