"""Tracer of both passes: runs every rule on names instead of numbers, which yields code.

It follows `passes.py` and `composite.py`, with the rules that they use for floats.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor.algebra.expr import Expr
from tutor.algebra.matrix_expr import MatrixExpr
from tutor.engine.graph import CompositeOperation
from tutor.engine.jit.code_builder import CodeBuilder, NotCompilableError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from tutor.algebra.ops import Shape, Value
    from tutor.engine.graph import Graph
    from tutor.engine.operation import FusedForm, Operation

#: Errors of rules that cannot be run on names. The compiled code calls such a rule instead.
_UNTRACEABLE = (NotCompilableError, ArithmeticError, ValueError, TypeError, AttributeError, LookupError)


@dataclass
class TracedPasses:
    """The names of all values and gradients.

    `edges` holds (target, slot) for each entry of `local_gradients` and `edge_gradients`.
    """

    values: list[str]
    gradients: list[str | None]
    edges: list[tuple[int, int]]
    local_gradients: list[str | None]
    edge_gradients: list[str]


class Tracer:
    """A writer of `code` for graphs. A value is a text: a name or a number literal."""

    def __init__(self) -> None:
        self.code = CodeBuilder()
        # The body of a composite operation is traced once for all of its edges.
        self._body_values: dict[tuple[int, tuple[str, ...]], list[str]] = {}
        self._body_gradients: dict[tuple[int, str, str, tuple[str, ...]], list[str | None]] = {}

    def trace_forward(self, graph: Graph, inputs: Sequence[str], shapes: Sequence[Shape]) -> list[str]:
        """Return the name of the value of every node; `shapes` has the shape of every node."""
        remaining_inputs = iter(inputs)
        names: list[str] = []
        for position, node in enumerate(graph.nodes):
            is_input, shape = node.is_input, shapes[position]
            names.append(next(remaining_inputs) if is_input else self._trace_node(graph, position, names, shape))
            self.code.mark_vector(names[-1], node.shape)
        return names

    def trace_backward(self, graph: Graph, names: list[str], start: str, wrt: Collection[str] | None) -> TracedPasses:
        """Trace the backward pass after the forward pass, without edges on which no input in `wrt` depends."""
        needed = graph.depends_on(wrt)
        traced = TracedPasses(names, [None] * len(names), [], [], [])
        gradients = traced.gradients
        gradients[graph.output_position] = start
        for position in range(graph.output_position, -1, -1):
            upstream = gradients[position]
            if graph.nodes[position].is_input or upstream is None:
                continue
            for edge in graph.incoming_edges[position]:
                if not graph.carries_gradient(edge, needed):
                    continue
                local, down = self._trace_edge(graph, position, edge.slot, upstream, names)
                traced.edges.append((position, edge.slot))
                traced.local_gradients.append(local)
                traced.edge_gradients.append(down)
                before = gradients[edge.source]
                total = down if before is None else self.code.emit_op("add", before, down)
                self.code.mark_vector(total, graph.nodes[edge.source].shape)
                gradients[edge.source] = total
        return traced

    def _trace_node(self, graph: Graph, position: int, names: Sequence[str], shape: Shape) -> str:
        operands, fused = self._node_operands(graph, position, names)
        node = graph.nodes[position]
        if fused:
            return self._trace_rule(fused.forward, operands, shape)
        if _has_own_rules(node.operation):
            return self.code.emit_call(node.operation.forward, operands, shape)
        if node.body:
            return self._trace_body(node.body, operands)[-1]
        return self._trace_rule(node.operation.forward, operands, shape)

    def _trace_body(self, parts: Graph, operands: Sequence[str]) -> list[str]:
        """Return the name of the value of every node inside a composite operation."""
        key = id(parts), tuple(operands)
        if key not in self._body_values:
            self._body_values[key] = self.trace_forward(parts, operands, [node.shape for node in parts.nodes])
        return self._body_values[key]

    def _trace_edge(
        self, graph: Graph, position: int, slot: int, upstream: str, names: Sequence[str]
    ) -> tuple[str | None, str]:
        """Return the local gradient, None for a structural operation, and the gradient of one edge."""
        operation, body, z = graph.nodes[position].operation, graph.nodes[position].body, names[position]
        operands, fused = self._node_operands(graph, position, names)
        source = graph.nodes[position].args[slot]
        assert source is not None
        if _has_own_rules(operation) and not fused:
            rule = operation.rules_for(0.0)[slot]
            return None, self.code.emit_call(rule, [upstream, z, *operands], self.code.shape_of(names[source]))
        if operation.vjp:
            if body and not fused:
                return None, self._trace_through_body(body, slot, upstream, z, operands)
            rule = (fused.rules if fused else operation.rules_for(0.0))[slot]
            return None, self._trace_rule(rule, [upstream, z, *operands], self.code.shape_of(names[source]))
        shape = self.code.shape_of(z)
        if body and not fused:
            local = self._trace_through_body(body, slot, self.code.broadcast("1.0", shape), z, operands)
        else:
            rule = (fused.rules if fused else operation.rules_for(0.0))[slot]
            local = self._trace_rule(rule, [z, *operands], shape)
        return local, self.code.emit_op("mul", upstream, local)

    def _trace_through_body(self, parts: Graph, slot: int, upstream: str, z: str, operands: Sequence[str]) -> str:
        """Return the gradient of one operand of a composite operation."""
        key = id(parts), upstream, z, tuple(operands)
        if key not in self._body_gradients:
            names = [*self._trace_body(parts, operands)[:-1], z]
            self._body_gradients[key] = self.trace_backward(parts, names, upstream, None).gradients
        gradient = self._body_gradients[key][slot]
        if gradient is None:
            raise NotCompilableError(slot)
        return gradient

    def _node_operands(self, graph: Graph, position: int, names: Sequence[str]) -> tuple[list[str], FusedForm | None]:
        """Return the operands for the rules of a node, and its fused form if there is one."""
        node, fused = graph.nodes[position], graph.fusions[position]
        const = "" if node.const is None else self.code.emit_constant(graph.float_constants[position])
        operands = [const if arg is None else names[arg] for arg in node.args]
        if fused:
            assert node.args[0] is not None
            operands += self._node_operands(graph, node.args[0], names)[0]
        return operands, fused

    def _trace_rule(self, rule: Callable[..., Value], operands: Sequence[str], shape: Shape) -> str:
        """Return the name of the result of a rule on the operands, broadcast to `shape`."""
        try:
            result = rule(*map(self.code.as_value, operands))
            if isinstance(result, MatrixExpr | Expr):
                return self.code.emit_expr(result.expr if isinstance(result, MatrixExpr) else result, shape)
        except _UNTRACEABLE:
            pass
        return self.code.emit_call(rule, operands, shape)


def _has_own_rules(operation: Operation) -> bool:
    """Return whether a composite operation computes with rules of its own: they run on numbers only."""
    return isinstance(operation, CompositeOperation) and operation.has_own_rules
