"""Computational graph: an immutable list of nodes in topological order, and the edges between them."""

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

#: Operations whose formula gets brackets inside a sentence.
_PARENTHESIZED_OPS = ("add", "sub", "mul", "div", "neg", "pow", "exp", "matmul")
#: In a longer formula the parts are written by their ids.
_MAX_INLINE_PARTS = 9


@dataclass(frozen=True, slots=True)
class Node:
    """An input (`op` None) or an operation on `args`, the positions of its operands in the graph.

    A constant operand has the arg None and no edge; `const` holds its exact value. `name` is the name in the graph's
    text, if there is one, and `formula` what the node computes, in a readable form. `custom_operation` is an operation
    that is not in the table: a custom function or a folded group.
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
        """The operation of a node that is not an input."""
        return self.custom_operation or OPERATIONS[self.op or ""]

    def rule_index(self, slot: int) -> int:
        """Return which of the texts of the declared operation belongs to the operand `slot`."""
        operation = self.operation
        return operation.rule_indices[slot] if operation.rule_indices else operation.text_index(operation.rule, slot)

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
        """The text drawn in the node: `+`, `exp`, `×2`, `1−`, `max(·, 2)`."""
        if self.op is None:
            return self.id
        symbol = self.operation.symbol
        if self.const is None or self.op == "broadcast":
            return symbol
        const = "[…]" if ops.is_matrix(self.const) else format_scalar(self.const)
        comes_first = self.args[0] is None and not self.operation.commutative
        if len(symbol) > 1 and symbol.isalpha():
            return f"{symbol}({const}, ·)" if comes_first else f"{symbol}(·, {const})"
        if const.startswith("−"):
            const = f"({const})"
        return f"{const}{symbol}" if comes_first else f"{symbol}{const}"


@dataclass(frozen=True, slots=True)
class Edge:
    """A connection from the node at `source` to operand `slot` of the node at `target`."""

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
        """Return the results, None if they are not finite or the inputs are not floats of the compiled shapes."""


@dataclass
class GraphCache:
    """Compiled programs of a graph (None: not compilable), runs without one, and facts derived by other packages."""

    programs: dict[Hashable, CompiledProgram | None] = field(default_factory=dict)
    run_counts: Counter[Hashable] = field(default_factory=Counter)
    derived: dict[Hashable, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Graph:
    """Nodes in topological order; the last one is the output, with the name `output`."""

    nodes: tuple[Node, ...]
    output: str
    text: str = ""
    unfolded_order: tuple[str, ...] = field(default=(), compare=False)
    """the ids of all nodes, including those inside folded groups, in the order of the unfolded graph; empty until
    something is folded or unfolded"""

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
        edges = []
        for target, node in enumerate(self.nodes):
            for slot, source in enumerate(node.args):
                if source is not None:
                    suffix = f".{slot}" if node.args.count(source) > 1 else ""
                    edges.append(Edge(f"{self.nodes[source].id}->{node.id}{suffix}", source, target, slot))
        return tuple(edges)

    @cached_property
    def outgoing_edges(self) -> tuple[tuple[Edge, ...], ...]:
        """The edges from each node."""
        by_source: list[list[Edge]] = [[] for _ in self.nodes]
        for edge in self.edges:
            by_source[edge.source].append(edge)
        return tuple(map(tuple, by_source))

    @cached_property
    def incoming_edges(self) -> tuple[tuple[Edge, ...], ...]:
        """The edges to each node, by slot."""
        by_target: list[list[Edge]] = [[] for _ in self.nodes]
        for edge in self.edges:
            by_target[edge.target].append(edge)
        return tuple(map(tuple, by_target))

    @cached_property
    def position(self) -> Mapping[str, int]:
        """The position of each node by its id, and of the output by its name too; a graph may have no nodes at all."""
        return ({self.output: self.output_position} if self.nodes else {}) | {
            node.id: i for i, node in enumerate(self.nodes)
        }

    @cached_property
    def has_data(self) -> bool:
        """Whether an operation has operands that are data."""
        return any(not node.is_input and node.operation.data_slots for node in self.nodes)

    @cached_property
    def has_indexes(self) -> bool:
        """Whether an operation picks entries by an index."""
        return any(node.op == "index" for node in self.nodes)

    def depends_on(self, wrt: Collection[str] | None) -> tuple[bool, ...]:
        """Return for each node whether a gradient is requested: one of these inputs, or a node that depends on it.

        None means all inputs. Nothing comes back to a value that is only data, such as an index.
        """
        depends: list[bool] = []
        for node in self.nodes:
            if node.is_input:
                depends.append(wrt is None or node.id in wrt)
            else:
                data = node.operation.data_slots
                depends.append(
                    any(arg is not None and depends[arg] and slot not in data for slot, arg in enumerate(node.args))
                )
        if not self.has_data:
            return tuple(depends)
        return tuple(depends[i] and reached for i, reached in enumerate(self._reached))

    @cached_property
    def _reached(self) -> tuple[bool, ...]:
        """Whether the backward pass reaches each node from the output."""
        reached = [False] * len(self.nodes)
        reached[self.output_position] = True
        for position in range(self.output_position, -1, -1):
            if reached[position]:
                for edge in self.incoming_edges[position]:
                    reached[edge.source] |= not self.is_data(edge)
        return tuple(reached)

    def differentiable_inputs(self, wrt: Collection[str] | None = None) -> tuple[str, ...]:
        """Return the inputs in `wrt`, None for all, that get a gradient, in the order of `wrt` or of the formula."""
        requested = self.depends_on(wrt)
        return tuple(name for name in (self.inputs if wrt is None else wrt) if requested[self.position[name]])

    @property
    def first_cell_number(self) -> int:
        """The number by which the first row, column or entry is called: 0 beside indexes, which count from 0."""
        return 0 if self.has_indexes else 1

    @cached_property
    def index_sizes(self) -> Mapping[str, int]:
        """The inputs that are used as an index, each with the number of entries on the shortest axis it picks from."""
        sizes: dict[str, int] = {}
        for node in self.nodes:
            for slot, size in node.operation.index_sizes.items() if not node.is_input else ():
                source = node.args[slot]
                if source is not None and self.nodes[source].is_input:
                    name = self.nodes[source].id
                    sizes[name] = min(size, sizes.get(name, size))
        return sizes

    def is_data(self, edge: Edge) -> bool:
        """Return whether an edge brings its target data: it carries no gradient."""
        return edge.slot in self.nodes[edge.target].operation.data_slots

    def carries_gradient(self, edge: Edge, requested: Sequence[bool]) -> bool:
        """Return whether something comes back along an edge. `requested` is what `depends_on` returns."""
        return requested[edge.source] and requested[edge.target] and not self.is_data(edge)

    def label(self, position: int) -> str:
        """Return the name of a node for people, or its formula, in brackets if it is a sum, a product and the like."""
        node = self.nodes[position]
        if node.name:
            return node.name
        text = format_expr(node.formula)
        return f"({text})" if isinstance(node.formula, Apply) and node.formula.op in _PARENTHESIZED_OPS else text

    @cached_property
    def fusions(self) -> tuple[FusedForm | None, ...]:
        """The fused form of each node for floats; None without one."""
        forms: list[FusedForm | None] = []
        for node in self.nodes:
            source = None if node.is_input or not node.operation.fused else node.args[0]
            op = None if source is None else self.nodes[source].op
            forms.append(node.operation.fused.get(op) if op else None)
        return tuple(forms)

    @cached_property
    def cache(self) -> GraphCache:
        """Compiled programs and other results that are kept with the graph."""
        return GraphCache()

    @cached_property
    def float_constants(self) -> tuple[Value, ...]:
        """The constant of each node in floats; None without one."""
        return tuple(None if node.const is None else ops.map_cells(nearest_float, node.const) for node in self.nodes)


@dataclass(frozen=True, slots=True)
class CompositeOperation(Operation):
    """An operation that consists of other operations."""

    body: Graph = field(kw_only=True)
    """begins with an input for each operand"""
    is_group: bool = False
    """whether its parts are nodes of the graph it belongs to"""
    has_own_rules: bool = False
    """whether its value and its gradients come from rules of its own, which keep more digits than those of its parts"""


def inline_formula(nodes: Sequence[Node], position: int) -> Expr:
    """Return the text that represents a node in a larger formula: its name, its formula if that is short, or its id."""
    node = nodes[position]
    if node.name:
        return Sym(node.name)
    if node.op == "broadcast" and isinstance(node.formula, Apply):
        return node.formula.args[0]
    is_short = sum(1 for _ in postorder(node.formula)) <= _MAX_INLINE_PARTS
    return node.formula if is_short else Sym(node.id)
