"""A computational graph as data: an immutable list of nodes in an order in which each comes after what feeds it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from tutor.algebra import values
from tutor.algebra.balls import nearest_float
from tutor.algebra.show import show_value, write
from tutor.algebra.tree import ZERO, Expr
from tutor.algebra.values import Shape, Value
from tutor.engine.operations import OPERATIONS

#: Operations written as a name with brackets, which hold together as they are.
_CALLS = ("log", "sigmoid", "sum")


@dataclass(frozen=True, slots=True)
class Node:
    """An input (`op` None) or an operation on `args`, the positions of its operands in the graph.

    Where an operand is a constant, its arg is None and `const` holds it, exact; such a node has no edge there.
    `name` is what the formula calls it, `formula` what it computes, for reading (the parts of a long one by id).
    """

    id: str
    op: str | None
    args: tuple[int | None, ...] = ()
    const: Value = None
    name: str | None = None
    formula: Expr = ZERO
    shape: Shape = None

    @property
    def is_input(self) -> bool:
        return self.op is None

    @property
    def sign(self) -> str:
        """What is drawn in the node: `+`, `exp`, `×2`, `1−`."""
        if self.op is None:
            return self.id
        sign = OPERATIONS[self.op].sign
        if self.const is None:
            return sign
        const = "[…]" if values.is_matrix(self.const) else show_value(self.const)
        if const.startswith("−"):
            const = f"({const})"
        return f"{const}{sign}" if self.args[0] is None and not OPERATIONS[self.op].swappable else f"{sign}{const}"


@dataclass(frozen=True, slots=True)
class Edge:
    """A value's way from the node at `source` into operand `slot` of the node at `target`."""

    id: str
    source: int
    target: int
    slot: int


@dataclass(frozen=True)
class Graph:
    """Nodes in topological order; the last operation is the output, called `output`."""

    nodes: tuple[Node, ...]
    output: str
    text: str = ""

    @staticmethod
    def parse(text: str, inputs: Mapping[str, Value] | None = None) -> Graph:
        """The graph of a text such as `z = (a + b) * c`.

        `inputs` tell which inputs are matrices (their values give the shapes); others are numbers.
        Raises `AlgebraError` with the place and the remedy.
        """
        from tutor.engine.build import build

        return build(text, {name: values.shape(value) for name, value in (inputs or {}).items()})

    @property
    def last(self) -> int:
        """The position of the output's node."""
        return len(self.nodes) - 1

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """The names of the inputs, in the order of the formula."""
        return tuple(node.id for node in self.nodes if node.is_input)

    @cached_property
    def edges(self) -> tuple[Edge, ...]:
        """All edges, by target and slot."""
        found = []
        for target, node in enumerate(self.nodes):
            sources = [arg for arg in node.args if arg is not None]
            for slot, source in enumerate(node.args):
                if source is not None:
                    end = f".{slot}" if sources.count(source) > 1 else ""
                    found.append(Edge(f"{self.nodes[source].id}->{node.id}{end}", source, target, slot))
        return tuple(found)

    @cached_property
    def outgoing(self) -> tuple[tuple[Edge, ...], ...]:
        """For each node the edges that leave it."""
        found: list[list[Edge]] = [[] for _ in self.nodes]
        for edge in self.edges:
            found[edge.source].append(edge)
        return tuple(map(tuple, found))

    @cached_property
    def incoming(self) -> tuple[tuple[Edge, ...], ...]:
        """For each node the edges that run into it, by slot."""
        found: list[list[Edge]] = [[] for _ in self.nodes]
        for edge in self.edges:
            found[edge.target].append(edge)
        return tuple(map(tuple, found))

    @cached_property
    def position(self) -> Mapping[str, int]:
        """Where a node stands, by its id, and the output by its name as well."""
        return {self.output: self.last} | {node.id: i for i, node in enumerate(self.nodes)}

    def title(self, position: int) -> str:
        """What a person calls a node: its name, or its formula, in brackets where it is more than one thing."""
        node = self.nodes[position]
        if node.name:
            return node.name
        text = write(node.formula)
        return text if node.op in _CALLS else f"({text})"

    @cached_property
    def float_consts(self) -> tuple[Value, ...]:
        """The constants in floats, by node; None where there is none."""
        return tuple(None if node.const is None else values.each(nearest_float, node.const) for node in self.nodes)
