"""Crosshair of a matrix cell: the rows, columns and cells of other values from which the cell is computed.

It is found by running the rule of the node on names of cells, so that it holds for every operation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from tutor.algebra import ops
from tutor.algebra.errors import AlgebraError
from tutor.algebra.expr import Sym, free_names
from tutor.engine.passes import NonFiniteError
from tutor.practice.close_up.known import RULE, Known

if TYPE_CHECKING:
    from tutor.algebra.ops import Shape, Value
    from tutor.grading.problem import Blank, Problem
    from tutor.practice.worksheet import Worksheet

#: With more cells around a node, its rule isn't run on names: such matrices can't be seen as a whole anyway.
_MAX_CELLS = 400
#: Errors of a rule that can't be run on names.
_NO_VALUE = (ArithmeticError, ValueError, TypeError, KeyError, AttributeError, AlgebraError, NonFiniteError)

_Cell: TypeAlias = tuple[int, int]
#: The values around a node by their names: the upstream, the output, and the operands by slot.
_UPSTREAM, _OUTPUT = "g", "z"
_Values: TypeAlias = Mapping[str, "Value"]
#: For each cell of the asked value, the cells of each other value that it depends on.
_Dependence: TypeAlias = Mapping[_Cell, Mapping[str, frozenset[_Cell]]]


@dataclass(frozen=True, slots=True)
class MarkedCells:
    """A row and a column of a value that make the active cell; None for all of them.

    The value is the gradient at `place`, or the forward value of the node `source`, on its edge to `target` if that is
    named.
    """

    row: int | None
    column: int | None
    place: str = ""
    source: str = ""
    target: str = ""

    def covers(self, row: int, column: int) -> bool:
        """Return whether a cell is marked."""
        return self.row in (None, row) and self.column in (None, column)


def crosshair(worksheet: Worksheet, place_id: str, cell: _Cell) -> tuple[MarkedCells, ...]:
    """Return what makes a cell of the answer at a place, once the rule is known; nothing before."""
    problem = worksheet.problem
    blank = problem.place(place_id)
    if blank.grid is None or blank.kind in ("question", "start") or Known(worksheet, blank).rung < RULE:
        return ()
    return cells_behind(problem, blank, cell)


def cells_behind(problem: Problem, blank: Blank, cell: _Cell) -> tuple[MarkedCells, ...]:
    """Return what makes a cell of a forward value, of an edge's gradient or of the sum at a branch."""
    if blank.kind == "sum":
        return tuple(MarkedCells(*cell, place=part.id) for part in problem.branch_edges(blank))
    position = blank.edge.target if blank.edge else blank.node
    dependence = problem.memoize(("crosshair", blank.id), lambda: _dependence(problem, blank, position))
    marked: list[MarkedCells] = []
    for name, cells in dependence.get(cell, {}).items():
        shape, of = _described(problem, blank, position, name)
        marked += [MarkedCells(row, column, *of) for row, column in _lines(cells, shape)]
    return tuple(marked)


def _described(problem: Problem, blank: Blank, position: int, name: str) -> tuple[Shape, tuple[str, str, str]]:
    """Return the shape of a value around a node, and its place, its source and its target."""
    graph = problem.graph
    node = graph.nodes[position]
    if name == _UPSTREAM:
        return node.shape, (problem.upstream(blank) or "", "", "")
    if name == _OUTPUT:
        return node.shape, ("", node.id, "")
    source = node.args[int(name)]
    assert source is not None
    return graph.nodes[source].shape, ("", graph.nodes[source].id, node.id)


def _lines(cells: frozenset[_Cell], shape: Shape) -> list[tuple[int | None, int | None]]:
    """Return cells as whole rows or columns if they are some, else one by one."""
    if shape is None or len(cells) == ops.num_cells(shape):
        return [(None, None)]
    num_rows, num_columns = shape
    rows, columns = sorted({row for row, _column in cells}), sorted({column for _row, column in cells})
    if len(cells) == len(rows) * num_columns and num_columns > 1:
        return [(row, None) for row in rows]
    if len(cells) == len(columns) * num_rows and num_rows > 1:
        return [(None, column) for column in columns]
    return sorted(cells)


# --- what depends on what ---


def _dependence(problem: Problem, blank: Blank, position: int) -> _Dependence:
    values = _values_around(problem, blank, position)
    if sum(ops.num_cells(ops.shape_of(value)) for value in values.values()) > _MAX_CELLS:
        return {}
    compute = _rule(problem, blank, position)
    named = {name: _names_of(name, value) for name, value in values.items() if not _is_data(problem, position, name)}
    try:
        return _from_names(compute({**values, **named}))
    except _NO_VALUE:
        return {}


def _values_around(problem: Problem, blank: Blank, position: int) -> _Values:
    """Return the operands that come along edges, and for a gradient the upstream and the output."""
    passes, node = problem.passes, problem.graph.nodes[position]
    values = {str(slot): passes.values[arg] for slot, arg in enumerate(node.args) if arg is not None}
    if blank.edge:
        upstream = passes.edges[position, blank.edge.slot].upstream
        values |= {_UPSTREAM: upstream, _OUTPUT: passes.values[position]}
    return values


def _is_data(problem: Problem, position: int, name: str) -> bool:
    """Return whether a value is an index or a condition, which can't be a name."""
    return name.isdigit() and int(name) in problem.graph.nodes[position].operation.data_slots


def _rule(problem: Problem, blank: Blank, position: int) -> Callable[[_Values], Value]:
    """Return what computes the asked value from those around its node."""
    node = problem.graph.nodes[position]
    slot = None if blank.edge is None else blank.edge.slot

    def compute(values: _Values) -> Value:
        operands = tuple(node.const if arg is None else values[str(at)] for at, arg in enumerate(node.args))
        if slot is None:
            return node.operation.forward(*operands)
        return node.operation.backpropagate(values[_UPSTREAM], values[_OUTPUT], operands, slot)

    return compute


def _names_of(name: str, value: Value) -> Value:
    """Return a value whose cells are names: `g 0 1`."""
    shape = ops.shape_of(value)
    if shape is None:
        return Sym(f"{name} 0 0")
    rows = tuple(tuple(Sym(f"{name} {row} {column}") for column in range(shape[1])) for row in range(shape[0]))
    return ops.as_vector(ops.make_matrix(rows)) if ops.is_vector_shape(shape) else ops.make_matrix(rows)


def _from_names(result: Value) -> _Dependence:
    dependence: dict[_Cell, dict[str, frozenset[_Cell]]] = {}
    for cell, tree in _enumerate_cells(result):
        cells: dict[str, set[_Cell]] = {}
        for found in free_names(tree):
            name, row, column = found.split(" ")
            cells.setdefault(name, set()).add((int(row), int(column)))
        dependence[cell] = {name: frozenset(cells[name]) for name in sorted(cells, key=_order)}
    return dependence


def _order(name: str) -> tuple[bool, str]:
    """Return the key by which the upstream comes first."""
    return name != _UPSTREAM, name


def _enumerate_cells(value: Value) -> list[tuple[_Cell, Value]]:
    shape = ops.shape_of(value) or (1, 1)
    columns = shape[1]
    return [(divmod(number, columns), cell) for number, cell in enumerate(ops.cells(value))]
