"""What the values of a graph are called in a program, its constants among them."""

from __future__ import annotations

from collections.abc import Collection

from tutor.algebra import values
from tutor.algebra.values import Value
from tutor.engine.graph import Graph
from tutor.engine.programs.formulas import operand
from tutor.engine.programs.names import Names, node_names
from tutor.engine.programs.python import ATOM, Dialect, Text, assigned, constant


class Scope:
    """The names of one graph: the program's own, or the inside of a composite node.

    `texts` are the values of the nodes as they are written where they are used, `constants` the lines that define
    those constants that have names.
    """

    def __init__(self, graph: Graph, taken: Collection[str], dialect: Dialect) -> None:
        self.graph = graph
        self.dialect = dialect
        self.unique = Names(taken)
        self.names = node_names(graph, self.unique)
        self.texts: list[Text] = [(name, ATOM) for name in self.names]
        self.constants: list[str] = []
        self._consts: dict[int, Text] = {}
        for position, node in enumerate(graph.nodes):
            if node.const is not None and node.op != "broadcast":
                self._consts[position] = self._constant(node.const)

    def _constant(self, value: Value) -> Text:
        if not values.is_matrix(value):
            return constant(value, self.dialect)
        name = self.unique.new("C")
        self.constants += self.assigned(name, value)
        return name, ATOM

    def assigned(self, name: str, value: Value, tracked: str = "") -> list[str]:
        """The lines that give a name its value; `tracked` is said to the library about it."""
        before, after = self.dialect.array if values.is_matrix(value) else self.dialect.number
        return assigned(f"{name} = {before}", value, f"{after[:-1]}{tracked})" if tracked else after, self.dialect)

    def operands(self, position: int) -> dict[str, Text]:
        """The texts of a node's operands, by what its formulas call them."""
        found = {}
        for slot, arg in enumerate(self.graph.nodes[position].args):
            if arg is not None:
                found[operand(slot)] = self.texts[arg]
            elif position in self._consts:
                found[operand(slot)] = self._consts[position]
        return found
