"""The data of the lab: what can be taken hold of, and what a nudge changed."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.expr import Sym
from tutor.algebra.matrix_expr import MatrixExpr

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tutor.algebra.ops import Value
    from tutor.engine.finite_differences import Cell
    from tutor.engine.graph import Graph

#: The steps of a nudge.
STEPS = (Fraction(1, 1000), Fraction(1, 100), Fraction(1, 10), Fraction(1))
#: A slider and a curve reach so many steps to each side.
REACH = 20


@dataclass(frozen=True, slots=True)
class Handle:
    """A number that can be nudged: an input, or a cell of one.

    `label` is how the formula language writes it: `w`, `x[1]`, `W[0, 1]`. `is_data`: nothing comes back to it, as to an
    index or a condition. `is_whole`: only whole numbers make sense. `is_symbol`: it is known by its name and has no number.
    """

    name: str
    cell: Cell = None
    label: str = ""
    is_data: bool = False
    is_whole: bool = False
    is_symbol: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """The change of the output when one number was moved from its value.

    `gradient` is that of the number before it was moved, None for data. For an output that is a matrix, `output_before`
    and `output_after` are the sums of its entries, each weighted by the start.
    """

    handle: Handle
    before: Value
    after: Value
    distance: float
    output_before: float
    output_after: float
    gradient: float | None

    @property
    def actual(self) -> float:
        """The change of the output."""
        return self.output_after - self.output_before

    @property
    def predicted(self) -> float | None:
        """The change predicted by the gradient: gradient × distance."""
        return None if self.gradient is None else self.gradient * self.distance

    @property
    def quotient(self) -> float:
        """Δoutput/Δinput."""
        return self.actual / self.distance


def cell_of(value: Value, cell: Cell) -> Value:
    """Return a cell of a matrix, or the number itself."""
    return value if cell is None else value[cell]


def with_cell(value: Value, cell: Cell, number: Value) -> Value:
    """Return a value in which a cell, or the number itself, is replaced."""
    if cell is None:
        return number
    rows = [list(row) for row in value]
    rows[cell[0]][cell[1]] = number
    changed = ops.make_matrix(tuple(map(tuple, rows)))
    return ops.as_vector(changed) if ops.is_vector(value) else changed


def cell_label(name: str, value: Value, cell: tuple[int, int]) -> str:
    """Return a cell as the formula language writes it, counted from 0."""
    return f"{name}[{cell[1]}]" if ops.is_vector(value) else f"{name}[{cell[0]}, {cell[1]}]"


def list_handles(graph: Graph, values: Mapping[str, Value]) -> list[Handle]:
    """Return every number of the inputs, cell by cell."""
    found = []
    differentiable = set(graph.differentiable_inputs())
    for name, value in values.items():
        is_data, is_whole = name not in differentiable, name in graph.index_sizes
        if isinstance(value, MatrixExpr | Sym):
            found.append(Handle(name, None, name, is_data, is_whole, is_symbol=True))
        elif not ops.is_matrix(value):
            found.append(Handle(name, None, name, is_data, is_whole))
        else:
            rows, columns = value.shape
            cells = ((row, column) for row in range(rows) for column in range(columns))
            found += [Handle(name, cell, cell_label(name, value, cell), is_data, is_whole) for cell in cells]
    return found
