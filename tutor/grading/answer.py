"""Parsing of an answer to an exact value, and the preview that shows how it was understood."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from tutor.algebra import ops
from tutor.algebra.balls import nearest_floats
from tutor.algebra.errors import AlgebraError
from tutor.algebra.evaluate import evaluate, format_shape, with_vector_products
from tutor.algebra.expr import Apply, Expr, Grid, Num
from tutor.algebra.expr import free_names as names_in
from tutor.algebra.limits import ANSWER
from tutor.algebra.literals import exact_decimal
from tutor.algebra.parser import parse
from tutor.algebra.printing import format_brief, format_expr, format_scalar
from tutor.engine.standard_calls import ARITIES, write_out_calls
from tutor.grading.concealment import Concealment
from tutor.grading.decimal_constants import decimal_patterns
from tutor.grading.free_text import MAX_TEXT, too_long_message
from tutor.grading.named_answer import strip_name
from tutor.grading.numeric_equality import TypedNumber
from tutor.grading.pasted_table import read_table
from tutor.grading.question import Question, parse_choice
from tutor.grading.selection import parse_selection
from tutor.i18n import N_, message

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tutor.algebra.ops import Shape, Value
    from tutor.grading.decimal_constants import DecimalPattern
    from tutor.grading.problem import Blank, Problem

_TypedCells: TypeAlias = "tuple[tuple[TypedNumber, ...], ...]"


_NOTHING_CONCEALED = Concealment()


@dataclass(frozen=True, slots=True)
class Preview:
    """An answer as it was understood: a text, empty if it would only repeat what was typed, or an error."""

    text: str = ""
    error: AlgebraError | None = None


@dataclass(frozen=True, slots=True)
class ParsedAnswer:
    """An answer's exact value, and how each of its numbers was typed.

    `may_have_symbols`: the answer or the truth may have symbols.
    """

    expr: Expr
    value: Value
    typed_cells: tuple[tuple[TypedNumber, ...], ...]
    may_have_symbols: bool = False


def parse_tree(problem: Problem, blank: Blank, text: str) -> Expr:
    """Parse an answer, perhaps behind the name of its blank, or a table. Raise `AlgebraError`."""
    names, spellings = problem.names_at(blank), problem.spellings_at(blank)
    text = strip_name(problem, blank, text)
    if blank.grid is None:
        return parse_formula(text, names, spellings)
    try:
        tree = parse_formula(text, names, spellings)
    except AlgebraError:
        table = read_table(text, names, blank.grid, spellings)
        if table is None:
            raise
        return table
    if isinstance(tree, Grid):
        return tree
    try:
        return read_table(text, names, blank.grid, spellings) or tree
    except AlgebraError:
        return tree


def parse_formula(text: str, names: Mapping[str, Value], spellings: Mapping[str, str] | None = None) -> Expr:
    """Return the tree of an answer over `names`, with the standard functions written out. Raise `AlgebraError`."""
    tree = parse(text, names, own_functions=ARITIES, spellings=spellings)
    return write_out_calls(tree, lambda part: ops.shape_of(evaluate(part, names, ANSWER)))


def parse_answer(problem: Problem, blank: Blank, text: str) -> ParsedAnswer:
    """Parse and evaluate `text`. Raise `AlgebraError` with the position of the error and its remedy."""
    names = problem.names_at(blank)
    tree = parse_tree(problem, blank, text)
    if blank.shape is None and isinstance(tree, Grid) and len(tree.rows) == len(tree.rows[0]) == 1:
        # Programs print a number in the brackets of its array.
        tree = tree.rows[0][0]
    tree, value = _evaluate_for_shape(tree, names, blank.shape)
    if blank.is_matrix_formula:
        return ParsedAnswer(tree, value, (), True)
    may_have_symbols = bool(problem.domains)
    _check_finite(value, text, may_have_symbols)
    if not ops.is_matrix(value):
        typed: tuple[tuple[TypedNumber, ...], ...] = ((TypedNumber.from_expr(tree, value),),)
        if blank.shape == (1, 1):
            # One number is enough for a matrix of one cell.
            value = ops.make_matrix(((value,),))
    elif isinstance(tree, Grid):
        typed = tuple(
            tuple(TypedNumber.from_expr(cell, value[i, j]) for j, cell in enumerate(row))
            for i, row in enumerate(tree.rows)
        )
    else:
        decimal = TypedNumber.from_expr(tree, value[0, 0]).decimal
        typed = tuple(tuple(TypedNumber(cell, decimal) for cell in row) for row in value)
    if ops.is_vector_shape(blank.shape) and ops.shape_of(value) == (blank.shape[1], 1):
        # Books write a vector as a column.
        value, typed = ops.as_vector(ops.transpose(value)), (tuple(row[0] for row in typed),)
    is_column = blank.shape is not None and blank.shape[1] == 1 and not ops.is_vector_shape(blank.shape)
    if is_column and ops.is_vector(value) and not isinstance(tree, Grid) and blank.shape == value.shape[::-1]:
        # A reduction that drops its axis leaves the numbers of a column.
        value, typed = ops.transpose(value), tuple((cell,) for cell in typed[0])
    if may_have_symbols and any(number.decimal and names_in(number.value) for row in typed for number in row):
        typed = _with_patterns(typed, decimal_patterns(tree, names))
    return ParsedAnswer(tree, value, typed, may_have_symbols)


def _evaluate_for_shape(tree: Expr, names: Mapping[str, Value], shape: Shape) -> tuple[Expr, Value]:
    """Return a tree and its value. If only that gives the right shape, `u @ v.T` is an outer product, `u.T @ v` a number."""
    try:
        value = evaluate(tree, names, ANSWER)
    except AlgebraError:
        found = _evaluate_as_in_books(tree, names, shape)
        if found is None:
            raise
        return found
    if ops.shape_of(value) == shape:
        return tree, value
    return _evaluate_as_in_books(tree, names, shape) or (tree, value)


def _evaluate_as_in_books(tree: Expr, names: Mapping[str, Value], shape: Shape) -> tuple[Expr, Value] | None:
    is_outer = shape is not None and not ops.is_vector_shape(shape)
    try:
        book = with_vector_products(tree, names, outer=is_outer)
        value = None if book is tree else evaluate(book, names, ANSWER)
    except AlgebraError:
        return None
    return (book, value) if book is not tree and ops.shape_of(value) == shape else None


def _with_patterns(typed: _TypedCells, patterns: Sequence[Sequence[DecimalPattern | None]]) -> _TypedCells:
    """Return typed formulas with their patterns, to compare each of their decimals by itself."""
    if len(patterns) != len(typed):
        return typed
    return tuple(
        tuple(replace(number, pattern=pattern) for number, pattern in zip(row, row_of_patterns, strict=True))
        for row, row_of_patterns in zip(typed, patterns, strict=True)
    )


def _check_finite(value: Value, text: str, may_have_symbols: bool) -> None:
    """Raise `AlgebraError` for a number that no float can hold: it can't be compared."""
    cells = list(value.flat) if ops.is_matrix(value) else [value]
    if may_have_symbols:
        cells = [cell for cell in cells if not names_in(cell)]
    for number in nearest_floats(cells):
        if math.isnan(number):
            raise AlgebraError(
                message(N_("This can't be computed precisely enough to compare. Write it in another form.")),
                0,
                len(text),
            )
        if math.isinf(number):
            raise AlgebraError(message(N_("This number is too large.")), 0, len(text))


def preview(problem: Problem, blank: Blank, text: str, concealment: Concealment = _NOTHING_CONCEALED) -> Preview:
    """Return how an answer being typed is understood, and its value if that gives nothing away."""
    if not text.strip():
        return Preview()
    if blank.kind == "question" and not problem.question(blank).has_value:
        return _preview_choice(problem.question(blank), text)
    try:
        answer = parse_answer(problem, blank, text)
    except AlgebraError as error:
        return Preview(error=error)
    if _is_bare_number(answer.expr):
        return Preview()
    formula = format_expr(answer.expr)
    if blank.is_matrix_formula and not concealment.no_values:
        return Preview(f"{formula}   {format_shape(ops.shape_of(answer.value))}")
    if blank.is_matrix_formula:
        return Preview(formula if formula != text.strip() else "")
    if concealment.conceals(problem, blank, answer.expr, answer.value):
        return Preview(formula if formula != text.strip() else "")
    value = format_brief(answer.value)
    return Preview(formula if formula == value else f"{formula} {_equality_sign(answer)} {value}")


def _preview_choice(question: Question, text: str) -> Preview:
    if question.is_text:
        return Preview(error=AlgebraError(too_long_message(), MAX_TEXT, 1) if len(text) > MAX_TEXT else None)
    try:
        if question.select_all:
            chosen = (question.choices[position].text for position in parse_selection(question, text))
            return Preview("; ".join(map(str, chosen)))
        return Preview(str(question.choices[parse_choice(question, text)].text))
    except AlgebraError as error:
        return Preview(error=error)


def _is_bare_number(tree: Expr) -> bool:
    """Return whether `tree` is a number or a matrix of numbers: it needs no preview."""
    if isinstance(tree, Apply) and tree.op == "neg":
        tree = tree.args[0]
    if isinstance(tree, Grid):
        return all(_is_bare_number(cell) for row in tree.rows for cell in row)
    return isinstance(tree, Num)


def _equality_sign(answer: ParsedAnswer) -> str:
    cells = list(answer.value) if ops.is_matrix(answer.value) else [[answer.value]]
    exact = all(_is_exact(cell) for row in cells for cell in row)
    return "=" if exact else "≈"


def _is_exact(cell: Expr) -> bool:
    """Return whether a value is shown exactly: a short decimal, or a formula."""
    if names_in(cell) or not isinstance(cell, Num):
        return bool(names_in(cell))
    exact = exact_decimal(cell.value)
    return exact is not None and format_scalar(cell) == exact.replace("-", "−")
