"""Names of the values and constants of a graph in a program."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.balls import nearest_float
from tutor.algebra.errors import AlgebraError
from tutor.algebra.expr import Expr, Num, as_expr, free_names
from tutor.algebra.matrix_expr import MatrixExpr
from tutor.engine.codegen.identifiers import IdentifierPool, node_names
from tutor.engine.codegen.python_printer import (
    ATOM,
    CodeFragment,
    Dialect,
    format_assignment,
    format_constant,
    parenthesize,
)
from tutor.engine.codegen.rule_formulas import operand_name
from tutor.engine.passes import forward_backward
from tutor.i18n import N_, message

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from tutor.algebra.ops import Shape, Value
    from tutor.engine.graph import Edge, Graph

#: Operations whose value is an integer for the library if all operands are.
_KEEPS_INTEGERS = ("add", "sub", "mul", "neg", "index", "reshape", "broadcast")


@dataclass(frozen=True, slots=True)
class ForwardLines:
    """The forward pass of a graph as lines of a program whose backward pass is written elsewhere.

    `definitions` are the functions that the lines call, `names` the variables of the nodes by position. Names from
    `pool` are different from all of these.
    """

    definitions: tuple[str, ...]
    lines: tuple[str, ...]
    names: tuple[str, ...]
    pool: IdentifierPool


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

    def input_lines(self, name: str, value: Value, extra_arguments: str = "") -> list[str]:
        """Return the lines that assign an input's value; data such as indexes are written as whole numbers."""
        position = self.graph.position[name]
        value = in_shape(value, self.graph.nodes[position].shape)
        if position not in self._integer_inputs or not _is_whole(value):
            return self.assignment_lines(self.names[position], value, extra_arguments)
        before, after = self.dialect.array if ops.is_matrix(value) else self.dialect.number
        return format_assignment(f"{self.names[position]} = {before}", value, after[-1:], self.dialect, True)

    @cached_property
    def _integer_inputs(self) -> frozenset[int]:
        """The inputs that are data only, which are written as whole numbers if they are whole."""
        requested = self.graph.depends_on(None)
        return frozenset(i for i, node in enumerate(self.graph.nodes) if node.is_input and not requested[i])

    def _is_integer(self, position: int) -> bool:
        """Return whether a value is an integer for the library, which an index must be."""
        node = self.graph.nodes[position]
        if node.is_input:
            return node.id in self.graph.index_sizes and position in self._integer_inputs
        if node.op not in _KEEPS_INTEGERS or not (node.const is None or _is_whole(node.const)):
            return False
        return all(arg is None or self._is_integer(arg) for arg in node.args)

    def stays_truth_value(self, position: int) -> bool:
        """Return whether a comparison may stay a truth value, because nothing computes with it but a product."""
        requested = self.graph.depends_on(None)

        def is_allowed(edge: Edge) -> bool:
            node = self.graph.nodes[edge.target]
            others = [arg for slot, arg in enumerate(node.args) if slot != edge.slot]
            if node.op == "mul":
                return all(arg is not None and requested[arg] for arg in others)
            return node.op == "where" and edge.slot == 0 and 0 in node.operation.data_slots

        edges = self.graph.outgoing_edges[position]
        return bool(edges) and all(map(is_allowed, edges))

    def value_of_its_shape(self, position: int) -> str | None:
        """Return the code of a value with the shape that a number or a row is repeated to; None if there is none yet."""
        nodes, shape = self.graph.nodes, self.graph.nodes[position].shape
        for edge in self.graph.outgoing_edges[position]:
            for arg in nodes[edge.target].args:
                if arg is not None and arg < position and nodes[arg].shape == shape and nodes[arg].op != "broadcast":
                    return self.fragments[arg][0]
        return None

    def operand_fragments(self, position: int) -> dict[str, CodeFragment]:
        """Return the code of a node's operands by their names in formulas."""
        fragments = {}
        node = self.graph.nodes[position]
        for slot, arg in enumerate(node.args):
            if arg is not None:
                fragments[operand_name(slot)] = self.fragments[arg]
                if slot in node.operation.index_sizes and not self._is_integer(arg):
                    fragments[operand_name(slot)] = self._as_integer(arg)
            elif position in self._constant_fragments:
                fragments[operand_name(slot)] = self._constant_fragments[position]
        return fragments

    def _as_integer(self, position: int) -> CodeFragment:
        """Return the code of a value as an index."""
        text, is_number = self.fragments[position], self.graph.nodes[position].shape is None
        templates = self.dialect.to_integer
        return templates[not is_number].format(parenthesize(text, ATOM), text[0]), ATOM


def in_shape(value: Value, shape: Shape) -> Value:
    """Return a value as the vector that a node of this shape has; other values as they are."""
    return ops.as_vector(value) if ops.is_vector_shape(shape) and ops.is_matrix(value) else value


def with_count_of_rows(mean: str, matrix: str, shape: Shape) -> str:
    """Return the code of a mean over the rows of a matrix with their number as the code that counts them."""
    if shape is None or ops.is_vector_shape(shape):
        return mean
    return re.sub(r"( / \d+)?$", f" / len({matrix})", mean, count=1)


def _is_whole(value: Value) -> bool:
    """Return whether every entry of an exact value is a whole number."""
    return all(isinstance(cell, Num) and cell.value.denominator == 1 for cell in ops.cells(value))


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
            text = N_("A program needs numbers, but {name} is a symbol. Give {name} a value.")
            raise AlgebraError(message(text, name=name), -1)
    if _has_symbols(start):
        raise AlgebraError(message(N_("A program needs numbers, but the start is a symbol. Start with 1.")), -1)
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
