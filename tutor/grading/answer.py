"""What a learner types -> an exact value, and the echo that shows how it is understood."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.balls import nearest_float
from tutor.algebra.errors import AlgebraError
from tutor.algebra.evaluate import evaluate
from tutor.algebra.expr import Apply, Expr, Grid, Num
from tutor.algebra.expr import free_names as names_in
from tutor.algebra.limits import ANSWER
from tutor.algebra.literals import exact_decimal
from tutor.algebra.parser import parse
from tutor.algebra.printing import format_expr, format_value
from tutor.grading.numeric_equality import TypedNumber
from tutor.grading.question import Question, parse_choice
from tutor.i18n import N_, message

if TYPE_CHECKING:
    from tutor.algebra.ops import Value
    from tutor.grading.problem import Blank, Problem


@dataclass(frozen=True, slots=True)
class Preview:
    """How an answer is understood while it is typed: a line to show (empty where it would only repeat), or a fault."""

    text: str = ""
    error: AlgebraError | None = None


@dataclass(frozen=True, slots=True)
class ParsedAnswer:
    """An answer that could be read: its exact value, and how each number of it was typed.

    `formula` is whether there may be symbols, in it or in what it is held against.
    """

    expr: Expr
    value: Value
    typed_cells: tuple[tuple[TypedNumber, ...], ...]
    may_have_symbols: bool = False


def parse_answer(problem: Problem, blank: Blank, text: str) -> ParsedAnswer:
    """The answer in `text`. Raises `AlgebraError` with the place and the remedy."""
    names = problem.names_at(blank)
    tree = parse(text, names)
    value = evaluate(tree, names, ANSWER)
    formula = bool(problem.domains)
    _check_finite(value, text, formula)
    if not ops.is_matrix(value):
        typed: tuple[tuple[TypedNumber, ...], ...] = ((TypedNumber.from_expr(tree, value),),)
        if blank.shape == (1, 1):
            # One number is all that a matrix of one cell holds.
            value = ops.make_matrix(((value,),))
    elif isinstance(tree, Grid):
        typed = tuple(
            tuple(TypedNumber.from_expr(cell, value[i, j]) for j, cell in enumerate(row))
            for i, row in enumerate(tree.rows)
        )
    else:
        decimal = TypedNumber.from_expr(tree, value[0, 0]).decimal
        typed = tuple(tuple(TypedNumber(cell, decimal) for cell in row) for row in value)
    return ParsedAnswer(tree, value, typed, formula)


def _check_finite(value: Value, text: str, formula: bool) -> None:
    """Refuse what has no value or none a float can hold: it can be compared with nothing."""
    for cell in value.ravel() if ops.is_matrix(value) else (value,):
        if formula and names_in(cell):
            continue
        size = nearest_float(cell)
        if math.isnan(size):
            raise AlgebraError(
                message(N_("This can't be computed well enough to compare. Write it another way.")), 0, len(text)
            )
        if math.isinf(size):
            raise AlgebraError(message(N_("This number is too large.")), 0, len(text))


def preview(problem: Problem, blank: Blank, text: str) -> Preview:
    """What to show beside an answer that is being typed: how it reads and what it comes to."""
    if not text.strip():
        return Preview()
    if blank.kind == "question" and problem.question(blank).choices:
        return _preview_choice(problem.question(blank), text)
    try:
        answer = parse_answer(problem, blank, text)
    except AlgebraError as error:
        return Preview(error=error)
    if _is_bare_number(answer.expr):
        return Preview()
    value = format_value(answer.value)
    written = format_expr(answer.expr)
    return Preview(written if written == value else f"{written} {_equality_sign(answer)} {value}")


def _preview_choice(question: Question, text: str) -> Preview:
    try:
        return Preview(str(question.choices[parse_choice(question, text)].text))
    except AlgebraError as error:
        return Preview(error=error)


def _is_bare_number(tree: Expr) -> bool:
    """A bare number, or a matrix of bare numbers: it needs no echo."""
    if isinstance(tree, Apply) and tree.op == "neg":
        tree = tree.args[0]
    if isinstance(tree, Grid):
        return all(_is_bare_number(cell) for row in tree.rows for cell in row)
    return isinstance(tree, Num)


def _equality_sign(answer: ParsedAnswer) -> str:
    cells = ops.to_lists(answer.value) if ops.is_matrix(answer.value) else [[answer.value]]
    exact = all(_is_exact(cell) for row in cells for cell in row)
    return "=" if exact else "≈"


def _is_exact(cell: Expr) -> bool:
    """Whether a value is shown as it is: a short decimal, or a formula."""
    return bool(names_in(cell)) or (isinstance(cell, Num) and exact_decimal(cell.value) is not None)
