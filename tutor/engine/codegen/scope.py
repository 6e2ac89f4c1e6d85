"""Names of the values and constants of a graph in a program."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.balls import nearest_float
from tutor.algebra.errors import AlgebraError
from tutor.algebra.expr import Expr, as_expr, free_names
from tutor.algebra.matrix_expr import MatrixExpr
from tutor.engine.codegen.identifiers import IdentifierPool, node_names
from tutor.engine.codegen.python_printer import ATOM, CodeFragment, Dialect, format_assignment, format_constant
from tutor.engine.codegen.rule_formulas import operand_name
from tutor.engine.passes import forward_backward
from tutor.i18n import N_, message

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from tutor.algebra.ops import Value
    from tutor.engine.graph import Graph


class Scope:
    """The names of one graph: the whole program, or the inside of a composite node.

    `fragments` are the values of the nodes as they are written where they are used, `constant_lines` the lines that define
    those constants that have names.
    """

    def __init__(self, graph: Graph, taken: Collection[str], dialect: Dialect) -> None:
        self.graph = graph
        self.dialect = dialect
        self.pool = IdentifierPool(taken)
        self.names = node_names(graph, self.pool)
        self.fragments: list[CodeFragment] = [(name, ATOM) for name in self.names]
        self.constant_lines: list[str] = []
        self._constant_fragments: dict[int, CodeFragment] = {}
        for position, node in enumerate(graph.nodes):
            if node.const is not None and node.op != "broadcast":
                self._constant_fragments[position] = self._define_constant(node.const)

    def _define_constant(self, value: Value) -> CodeFragment:
        if not ops.is_matrix(value):
            return format_constant(value, self.dialect)
        name = self.pool.allocate("C")
        self.constant_lines += self.assignment_lines(name, value)
        return name, ATOM

    def assignment_lines(self, name: str, value: Value, extra_arguments: str = "") -> list[str]:
        """Return the lines that assign a value to a name, with `extra_arguments` for the library's constructor."""
        before, after = self.dialect.array if ops.is_matrix(value) else self.dialect.number
        return format_assignment(
            f"{name} = {before}", value, f"{after[:-1]}{extra_arguments})" if extra_arguments else after, self.dialect
        )

    def operand_fragments(self, position: int) -> dict[str, CodeFragment]:
        """Return the code of a node's operands by their names in formulas."""
        fragments = {}
        for slot, arg in enumerate(self.graph.nodes[position].args):
            if arg is not None:
                fragments[operand_name(slot)] = self.fragments[arg]
            elif position in self._constant_fragments:
                fragments[operand_name(slot)] = self._constant_fragments[position]
        return fragments


def exact_inputs(
    graph: Graph, inputs: Mapping[str, Value], start: Value, wrt: Collection[str] | None
) -> tuple[dict[str, Value], Value]:
    """Return the exact inputs in the graph's order, and the exact start.

    Raises `AlgebraError` if one of them is a symbol, and `NonFiniteError` if the graph has no value in floats.
    """
    exact = {name: _to_exact(inputs[name]) for name in graph.inputs}
    start = _to_exact(start)
    for name, value in exact.items():
        if _has_symbols(value):
            text = N_("A program computes with numbers, and {name} is a symbol. Give {name} a value.")
            raise AlgebraError(message(text, name=name), -1)
    if _has_symbols(start):
        raise AlgebraError(message(N_("A program computes with numbers, and the start is a symbol. Start with 1.")), -1)
    floats = {name: ops.map_cells(nearest_float, value) for name, value in exact.items()}
    forward_backward(graph, floats, ops.map_cells(nearest_float, start), wrt)
    return exact, start


def _to_exact(value: Value) -> Value:
    if isinstance(value, MatrixExpr):
        return value
    return ops.map_cells(lambda cell: cell if isinstance(cell, Expr) else as_expr(Fraction(cell)), value)


def _has_symbols(value: Value) -> bool:
    if isinstance(value, MatrixExpr):
        return True
    cells = [cell for row in value for cell in row] if ops.is_matrix(value) else [value]
    return any(free_names(cell) for cell in cells)
