"""A computational graph as data: an immutable list of nodes in an order in which each comes after what feeds it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from tutor.algebra import ops
from tutor.algebra.balls import nearest_float
from tutor.algebra.expr import ZERO, Apply, Expr, Sym, postorder
from tutor.algebra.printing import format_expr, format_scalar
from tutor.engine.operation import Operation
from tutor.engine.operations import OPERATIONS

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Mapping, Sequence

    from tutor.algebra.ops import Shape, Value
    from tutor.engine.operation import FusedForm

#: Operations whose formula is put in brackets where it stands for a value in a sentence.
_PARENTHESIZED_OPS = ("add", "sub", "mul", "div", "neg", "pow", "exp", "matmul")
#: A formula of more parts than this is written with the ids of its parts.
_MAX_INLINE_PARTS = 9


@dataclass(frozen=True, slots=True)
class Node:
    """An input (`op` None) or an operation on `args`, the positions of its operands in the graph.

    Where an operand is a constant, its arg is None and `const` holds it, exact; such a node has no edge there.
    `name` is what the formula calls it, `formula` what it computes, for reading (the parts of a long one by id).
    `custom_operation` is an operation that is not in the table: a function of one's own, or a group of nodes folded into one.
    """

    id: str
    op: str | None
    args: tuple[int | None, ...] = ()
    const: Value = None
    name: str | None = None
    formula: Expr = ZERO
    shape: Shape = None
    custom_operation: Operation | None = None

    @property
    def is_input(self) -> bool:
        return self.op is None

    @property
    def operation(self) -> Operation:
        """What it computes and how. Only for nodes that are no inputs."""
        return self.custom_operation or OPERATIONS[self.op or ""]

    @property
    def body(self) -> Graph | None:
        """The graph inside a composite node, which begins with an input for each operand; None for other nodes."""
        return self.custom_operation.body if isinstance(self.custom_operation, CompositeOperation) else None

    @property
    def is_group(self) -> bool:
        """Whether it was folded from nodes of the graph, which get their ids back when it is unfolded."""
        return isinstance(self.custom_operation, CompositeOperation) and self.custom_operation.is_group

    @property
    def symbol(self) -> str:
        """What is drawn in the node: `+`, `exp`, `×2`, `1−`, `max(·, 2)`."""
        if self.op is None:
            return self.id
        sign = self.operation.symbol
        if self.const is None or self.op == "broadcast":
            return sign
        const = "[…]" if ops.is_matrix(self.const) else format_scalar(self.const)
        in_front = self.args[0] is None and not self.operation.commutative
        if len(sign) > 1 and sign.isalpha():
            return f"{sign}({const}, ·)" if in_front else f"{sign}(·, {const})"
        if const.startswith("−"):
            const = f"({const})"
        return f"{const}{sign}" if in_front else f"{sign}{const}"


@dataclass(frozen=True, slots=True)
class Edge:
    """A value's way from the node at `source` into operand `slot` of the node at `target`."""

    id: str
    source: int
    target: int
    slot: int


class CompiledProgram(Protocol):
    """Passes over one graph as a single Python function."""

    @property
    def edge_index(self) -> Mapping[tuple[int, int], int]:
        """Where the results hold an edge, by (target, slot)."""

    def run(self, inputs: Mapping[str, Value], *start: Value) -> Any:
        """Return the results, None if they are not finite or the inputs are no floats of the compiled shapes."""


@dataclass
class GraphCache:
    """Compiled programs of a graph (None: not compilable), runs without one, and facts derived by other packages."""

    programs: dict[Hashable, CompiledProgram | None] = field(default_factory=dict)
    run_counts: Counter[Hashable] = field(default_factory=Counter)
    derived: dict[Hashable, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Graph:
    """Nodes in topological order; the last operation is the output, called `output`."""

    nodes: tuple[Node, ...]
    output: str
    text: str = ""
    unfolded_order: tuple[str, ...] = field(default=(), compare=False)
    """the ids of all nodes, also of those inside folded groups, in the order they have when all groups are open;
    left out while nothing was folded or opened"""

    @property
    def output_position(self) -> int:
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
    def outgoing_edges(self) -> tuple[tuple[Edge, ...], ...]:
        """For each node the edges that leave it."""
        found: list[list[Edge]] = [[] for _ in self.nodes]
        for edge in self.edges:
            found[edge.source].append(edge)
        return tuple(map(tuple, found))

    @cached_property
    def incoming_edges(self) -> tuple[tuple[Edge, ...], ...]:
        """For each node the edges that run into it, by slot."""
        found: list[list[Edge]] = [[] for _ in self.nodes]
        for edge in self.edges:
            found[edge.target].append(edge)
        return tuple(map(tuple, found))

    @cached_property
    def position(self) -> Mapping[str, int]:
        """Where a node stands, by its id, and the output by its name as well."""
        return {self.output: self.output_position} | {node.id: i for i, node in enumerate(self.nodes)}

    def depends_on(self, wrt: Collection[str] | None) -> tuple[bool, ...]:
        """For each node whether it is, or depends on, one of these inputs; None stands for all of them."""
        found: list[bool] = []
        for node in self.nodes:
            if node.is_input:
                found.append(wrt is None or node.id in wrt)
            else:
                found.append(any(arg is not None and found[arg] for arg in node.args))
        return tuple(found)

    def label(self, position: int) -> str:
        """What a person calls a node: its name, or its formula, in brackets where it is more than one thing."""
        node = self.nodes[position]
        if node.name:
            return node.name
        text = format_expr(node.formula)
        return f"({text})" if isinstance(node.formula, Apply) and node.formula.op in _PARENTHESIZED_OPS else text

    @cached_property
    def fusions(self) -> tuple[FusedForm | None, ...]:
        """For each node how it computes in floats behind what feeds it, None where that makes no difference."""
        found: list[FusedForm | None] = []
        for node in self.nodes:
            source = None if node.is_input or not node.operation.fused else node.args[0]
            op = None if source is None else self.nodes[source].op
            found.append(node.operation.fused.get(op) if op else None)
        return tuple(found)

    @cached_property
    def cache(self) -> GraphCache:
        """What was computed about the graph and is worth keeping."""
        return GraphCache()

    @cached_property
    def float_constants(self) -> tuple[Value, ...]:
        """The constants in floats, by node; None where there is none."""
        return tuple(None if node.const is None else ops.map_cells(nearest_float, node.const) for node in self.nodes)


@dataclass(frozen=True, slots=True)
class CompositeOperation(Operation):
    """An operation that consists of other operations."""

    body: Graph = field(kw_only=True)
    """begins with an input for each operand"""
    is_group: bool = False
    """whether its parts are nodes of the graph it belongs to"""


def inline_formula(nodes: Sequence[Node], position: int) -> Expr:
    """How a node is written inside a larger formula: by its name, or in full while it is short."""
    node = nodes[position]
    if node.name:
        return Sym(node.name)
    if node.op == "broadcast" and isinstance(node.formula, Apply):
        return node.formula.args[0]
    short = sum(1 for _ in postorder(node.formula)) <= _MAX_INLINE_PARTS
    return node.formula if short else Sym(node.id)
