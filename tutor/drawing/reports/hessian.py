"""Hessian report: the table of second derivatives, and for each row the gradient that it is the gradient of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len

from tutor.algebra.balls import nearest_float
from tutor.algebra.expr import Expr, free_names
from tutor.algebra.printing import format_exact, format_expr, format_value
from tutor.drawing.cell_width import align_columns
from tutor.drawing.reports.worked import wrap_equations
from tutor.drawing.reports.worked_values import format_full
from tutor.engine.hessian import hessian
from tutor.i18n import N_, _, message

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tutor.algebra.ops import Value
    from tutor.engine.hessian import Hessian, HessianRow
    from tutor.glyphs import Glyphs
    from tutor.grading.problem import Problem

_INDENT = "  "
#: A longer formula in a cell of the table is replaced by a name, and is written below the table.
_MAX_CELL = 24
#: What counts as equal in two floats of the same value.
_TOLERANCE = 1e-9


def hessian_report(problem: Problem, names: Sequence[str], glyphs: Glyphs, width: int) -> list[str]:
    """Return the table, the derivation of each row and what to know about both. Raise AlgebraError, NonFiniteError."""
    found = hessian(problem.graph, problem.inputs, names)
    title = message(
        N_("Hessian of {f}: row {x}, column {y} is ∂{g}/∂{y}, the derivative of {g} = ∂{f}/∂{x} with respect to {y}."),
        f=problem.graph.output,
        x=names[0],
        y=names[-1],
        g=found.rows[0].gradient.name,
    )
    lines = [glyphs.render(str(title)), "", *_table(found, glyphs, width), ""]
    for row in found.rows:
        lines += wrap_equations(_row_equations(problem.graph.output, row, found.names), glyphs, width)
    notes = [*_symmetry_note(found), *kink_notes(found.kinks)]
    return [*lines, *([""] if notes else []), *map(glyphs.render, notes)]


def kink_notes(kinks: Sequence[str]) -> Iterator[str]:
    """Yield a note for each node that is exactly at a kink."""
    for label in kinks:
        text = N_(
            "The input of {node} is exactly at a kink, where its derivative jumps, so it has no second "
            "derivative. Like PyTorch, we treat the derivative as constant here."
        )
        yield str(message(text, node=label))


def _table(found: Hessian, glyphs: Glyphs, width: int) -> list[str]:
    """Return the table in as many blocks of columns as the width needs."""
    columns = [
        [name, *(_cell(row, found.names, column) for row in found.rows)] for column, name in enumerate(found.names)
    ]
    columns = [[glyphs.render(cell) for cell in column] for column in columns]
    heads = ["", *found.names]
    indent = cell_len(_INDENT) + max(map(cell_len, heads))
    blocks: list[list[list[str]]] = []
    used = width
    for column in columns:
        room = 2 + max(map(cell_len, column))
        if used + room > width:
            blocks.append([])
            used = indent
        blocks[-1].append(column)
        used += room
    lines: list[str] = []
    for block in blocks:
        rows = list(zip(heads, *block, strict=True))
        lines += ([""] if lines else []) + [f"{_INDENT}{line}" for line in align_columns(rows)]
    return lines


def _cell(row: HessianRow, names: Sequence[str], column: int) -> str:
    value = row.entries[column]
    text = "" if value is None else _brief(value)
    return text if value is not None and cell_len(text) <= _MAX_CELL else f"∂{row.gradient.name}/∂{names[column]}"


def _brief(value: Value) -> str:
    if free_names(value):
        return format_expr(value)
    return format_exact(value) or format_value(value)


def _row_equations(output: str, row: HessianRow, names: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """Yield the gradient and its derivatives, each as a formula and as a value."""
    gradient = row.gradient
    yield gradient.name, [f"∂{output}/∂{gradient.input}", *_sides(row.formula, row.value)]
    for name, formula, value in zip(names, row.closed_forms, row.entries, strict=True):
        yield f"{_INDENT}∂{gradient.name}/∂{name}", _sides(formula, value)


def _sides(formula: Expr | None, value: Value) -> list[str]:
    """Return a formula and its value, each once; an ellipsis if both are too long."""
    sides = [] if formula is None else [format_expr(formula)]
    if value is not None and (text := format_full(value)) not in sides:
        sides.append(text)
    return sides or ["…"]


def _symmetry_note(found: Hessian) -> list[str]:
    """Return the sentence that the order of differentiation doesn't matter, if the numbers say so."""
    entries = [row.entries for row in found.rows]
    pairs = [(entries[i][j], entries[j][i]) for i in range(len(entries)) for j in range(i)]
    if not pairs or any(value is None or free_names(value) for pair in pairs for value in pair):
        return []
    floats = [(nearest_float(a), nearest_float(b)) for a, b in pairs]
    if any(abs(a - b) > _TOLERANCE * max(abs(a), abs(b)) for a, b in floats):
        return []
    return [_("The matrix is symmetric: the order of the two derivatives doesn't matter.")]
