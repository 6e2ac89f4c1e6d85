"""A graph's passes as lines of Python: every rule is run on names instead of numbers.

It goes the way of `passes.py` and `composite.py`, with the rules that those take for floats.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor.algebra.expr import Expr
from tutor.algebra.matrix_expr import MatrixExpr
from tutor.engine.jit.code_builder import CodeBuilder, NotCompilableError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from tutor.algebra.ops import Shape, Value
    from tutor.engine.graph import Graph
    from tutor.engine.operation import FusedForm

#: What a rule may raise that can't be run on names: it is called as it stands.
_UNTRACEABLE = (NotCompilableError, ArithmeticError, ValueError, TypeError, AttributeError, LookupError)


@dataclass
class TracedPasses:
    """What the lines compute, by name: the value of every node, and what the backward pass leaves.

    `edges` are (target, slot) of the edges that `local_gradients` and `edge_gradients` are of.
    """

    values: list[str]
    gradients: list[str | None]
    edges: list[tuple[int, int]]
    local_gradients: list[str | None]
    edge_gradients: list[str]


class Tracer:
    """Writes `code` for graphs. Values are texts: names, or written numbers."""

    def __init__(self) -> None:
        self.code = CodeBuilder()
        # What is inside an operation made of parts is gone through once, however many edges ask.
        self._body_values: dict[tuple[int, tuple[str, ...]], list[str]] = {}
        self._body_gradients: dict[tuple[int, str, str, tuple[str, ...]], list[str | None]] = {}

    def trace_forward(self, graph: Graph, inputs: Sequence[str], shapes: Sequence[Shape]) -> list[str]:
        """The value of every node. `shapes` are those of the nodes."""
        given = iter(inputs)
        found: list[str] = []
        for position, node in enumerate(graph.nodes):
            found.append(next(given) if node.is_input else self._trace_node(graph, position, found, shapes[position]))
        return found

    def trace_backward(self, graph: Graph, found: list[str], start: str, wrt: Collection[str] | None) -> TracedPasses:
        """The backward pass after the forward one; edges that lead to none of the inputs `wrt` are left out."""
        wanted = graph.depends_on(wrt)
        traced = TracedPasses(found, [None] * len(found), [], [], [])
        gradients = traced.gradients
        gradients[graph.output_position] = start
        for position in range(graph.output_position, -1, -1):
            upstream = gradients[position]
            if graph.nodes[position].is_input or upstream is None:
                continue
            for edge in graph.incoming_edges[position]:
                if not wanted[edge.source]:
                    continue
                local, down = self._trace_edge(graph, position, edge.slot, upstream, found)
                traced.edges.append((position, edge.slot))
                traced.local_gradients.append(local)
                traced.edge_gradients.append(down)
                before = gradients[edge.source]
                gradients[edge.source] = down if before is None else self.code.emit_op("add", before, down)
        return traced

    def _trace_node(self, graph: Graph, position: int, found: Sequence[str], shape: Shape) -> str:
        operands, behind = self._node_operands(graph, position, found)
        node = graph.nodes[position]
        if behind:
            return self._trace_rule(behind.forward, operands, shape)
        if node.body:
            return self._trace_body(node.body, operands)[-1]
        return self._trace_rule(node.operation.forward, operands, shape)

    def _trace_body(self, parts: Graph, operands: Sequence[str]) -> list[str]:
        """The value of every part of an operation made of parts."""
        key = id(parts), tuple(operands)
        if key not in self._body_values:
            self._body_values[key] = self.trace_forward(parts, operands, [node.shape for node in parts.nodes])
        return self._body_values[key]

    def _trace_edge(
        self, graph: Graph, position: int, slot: int, upstream: str, found: Sequence[str]
    ) -> tuple[str | None, str]:
        """The local gradient, None for a structural operation, and the downstream value of one operand's edge."""
        operation, body, z = graph.nodes[position].operation, graph.nodes[position].body, found[position]
        operands, behind = self._node_operands(graph, position, found)
        source = graph.nodes[position].args[slot]
        assert source is not None
        if operation.vjp:
            if body and not behind:
                return None, self._trace_through_body(body, slot, upstream, z, operands)
            rule = (behind.rules if behind else operation.rules_for(0.0))[slot]
            return None, self._trace_rule(rule, [upstream, z, *operands], self.code.shape_of(found[source]))
        shape = self.code.shape_of(z)
        if body and not behind:
            local = self._trace_through_body(body, slot, self.code.broadcast("1.0", shape), z, operands)
        else:
            rule = (behind.rules if behind else operation.rules_for(0.0))[slot]
            local = self._trace_rule(rule, [z, *operands], shape)
        return local, self.code.emit_op("mul", upstream, local)

    def _trace_through_body(self, parts: Graph, slot: int, upstream: str, z: str, operands: Sequence[str]) -> str:
        """What comes back to one operand through the parts of a composite operation."""
        key = id(parts), upstream, z, tuple(operands)
        if key not in self._body_gradients:
            found = [*self._trace_body(parts, operands)[:-1], z]
            self._body_gradients[key] = self.trace_backward(parts, found, upstream, None).gradients
        gradient = self._body_gradients[key][slot]
        if gradient is None:
            raise NotCompilableError(slot)
        return gradient

    def _node_operands(self, graph: Graph, position: int, found: Sequence[str]) -> tuple[list[str], FusedForm | None]:
        """What a node's rules take, and where they look behind what feeds it."""
        node, behind = graph.nodes[position], graph.fusions[position]
        const = "" if node.const is None else self.code.emit_constant(graph.float_constants[position])
        operands = [const if arg is None else found[arg] for arg in node.args]
        if behind:
            assert node.args[0] is not None
            operands += self._node_operands(graph, node.args[0], found)[0]
        return operands, behind

    def _trace_rule(self, rule: Callable[..., Value], operands: Sequence[str], shape: Shape) -> str:
        """The name of what a rule makes of the operands, repeated to this shape."""
        try:
            made = rule(*map(self.code.as_value, operands))
            if isinstance(made, MatrixExpr | Expr):
                return self.code.emit_expr(made.expr if isinstance(made, MatrixExpr) else made, shape)
        except _UNTRACEABLE:
            pass
        return self.code.emit_call(rule, operands, shape)
