"""Numbers of the lab as texts: what floats leave at the end of 15.8 is not shown."""

from __future__ import annotations

import math
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.expr import Expr
from tutor.algebra.matrix_expr import MatrixExpr
from tutor.algebra.printing import format_cells, format_number, format_scalar
from tutor.engine.gradient_graph import format_typed

if TYPE_CHECKING:
    from tutor.algebra.ops import Value
    from tutor.engine.passes import Passes

#: Floats are trusted to so many digits.
_TRUSTED_DIGITS = 12
#: A sum this much smaller than its parts is what rounding left of 0.
_NOISE = 4e-16


@lru_cache(maxsize=4096)
def format_float(value: float) -> str:
    """Return a float as a rounded number, a short decimal in full: 15.8 for 15.799999999999999."""
    if value == 0 or not math.isfinite(value):
        return format_number(value)
    return format_number(Fraction(f"{value:.{_TRUSTED_DIGITS}g}"))


def format_lab_cells(value: Value) -> list[list[str]]:
    """Return the texts of the cells of a value; a number or a formula is a single cell."""
    if isinstance(value, MatrixExpr):
        return format_cells(value)
    if ops.is_matrix(value):
        return [[_format_cell(cell) for cell in row] for row in value]
    return [[_format_cell(value)]]


def _format_cell(cell: Value) -> str:
    return format_scalar(cell) if isinstance(cell, Expr) else format_float(float(cell))


def typed_value(value: Value) -> str:
    """Return an exact value as it is typed: `2.3`, `log(3)`, `[[1, 2], [3, 4]]`."""
    if ops.is_vector(value):
        return f"[{', '.join(map(typed_value, value[0]))}]"
    if ops.is_matrix(value):
        return f"[{', '.join('[' + ', '.join(map(typed_value, row)) + ']' for row in value)}]"
    return format_typed(value)


def without_noise(passes: Passes) -> Passes:
    """Return passes in floats in which a difference that is 0 but for rounding is 0."""
    graph = passes.graph
    values = list(passes.values)
    is_changed = False
    for position, node in enumerate(graph.nodes):
        if node.op not in ("add", "sub") or ops.is_matrix(values[position]) or isinstance(values[position], Expr):
            continue
        size = max(abs(float(operand)) for operand in passes.operands_of(position) if not isinstance(operand, Expr))
        if 0 < abs(values[position]) <= _NOISE * size:
            values[position], is_changed = 0.0, True
    if not is_changed:
        return passes
    return type(passes)(graph, tuple(values), passes.start, passes.gradients, passes.edges)
