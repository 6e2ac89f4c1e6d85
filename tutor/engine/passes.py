"""Forward and backward pass over a graph: a value for every node, a gradient for every edge."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor.algebra import ops as values
from tutor.algebra.array_functions import NoValueError
from tutor.algebra.indexing import IndexValueError
from tutor.engine.jit import cache
from tutor.engine.operation import EdgeContext
from tutor.i18n import N_, Message, message

if TYPE_CHECKING:
    from tutor.algebra.ops import Value
    from tutor.engine.graph import Edge, Graph


class NonFiniteError(ValueError):
    """A node has no finite value or slope for these inputs: 1/0, the log of a negative number, an overflow."""

    def __init__(self, node: str, text: Message) -> None:
        super().__init__(node)
        self.node = node
        self.message = text

    def __str__(self) -> str:
        return str(self.message)


@dataclass(frozen=True, slots=True)
class EdgeGradient:
    """The result of the backward pass at one edge.

    `upstream` is the gradient of the edge's target, `local_gradient` ∂(target)/∂(this operand), None for structural
    operations (@, Σ), and `gradient` the product of both, in the shape of the source.
    """

    upstream: Value
    local_gradient: Value
    gradient: Value


@dataclass(frozen=True, slots=True)
class Passes:
    """Both passes over a graph for one set of inputs, all floats or all exact.

    `values` and `gradients` are by node, `edges` by (target, slot). A node on which no requested input depends has the
    gradient None, and its edges are missing.
    """

    graph: Graph
    values: tuple[Value, ...]
    start: Value
    gradients: tuple[Value, ...]
    edges: Mapping[tuple[int, int], EdgeGradient]

    def operands_of(self, position: int) -> tuple[Value, ...]:
        """Return all operands of a node, constants included."""
        return operands_of(self.graph, self.values, position)

    def edge_context(self, edge: Edge, upstream: Value = None) -> EdgeContext:
        """Return the context in which rules are applied to an edge, by default with its own upstream."""
        passed = self.edges[edge.target, edge.slot]
        g = passed.upstream if upstream is None else upstream
        return EdgeContext(g, self.values[edge.target], self.operands_of(edge.target), edge.slot, passed.local_gradient)


def operands_of(graph: Graph, forward_values: Sequence[Value], position: int) -> tuple[Value, ...]:
    """Return all operands of a node; its constant is exact or a float like the other operand."""
    node = graph.nodes[position]
    operands = [None if arg is None else forward_values[arg] for arg in node.args]
    if node.const is None:
        return tuple(operands)
    other = next(value for value in operands if value is not None)
    const = node.const if values.is_exact(other) else graph.float_constants[position]
    return tuple(const if value is None else value for value in operands)


def forward(graph: Graph, inputs: Mapping[str, Value]) -> tuple[Value, ...]:
    """Return the value of every node: floats for floats, exact trees for exact trees. Raises `NonFiniteError`."""
    program = graph.cache.programs.get(cache.FORWARD_KEY)
    forward_values: tuple[Value, ...] | None = program.run(inputs) if program is not None else None
    if forward_values is None:
        forward_values = forward_interpreted(graph, inputs)
        cache.record_run(graph, cache.FORWARD_KEY, forward_values)
    return forward_values


def forward_interpreted(
    graph: Graph, inputs: Mapping[str, Value], is_finite: Callable[[Value], bool] = values.is_finite
) -> tuple[Value, ...]:
    """Return what `forward` returns without using a compiled program. `is_finite` says which values are accepted."""
    has_arrays = any(node.shape for node in graph.nodes) or any(map(values.is_array, inputs.values()))
    forward_values: list[Value] = []
    with values.ignore_array_errors(has_arrays):
        for position, node in enumerate(graph.nodes):
            value = (
                inputs[node.id] if node.op is None else _evaluate_checked(graph, position, forward_values, is_finite)
            )
            forward_values.append(values.as_vector(value) if values.is_vector_shape(node.shape) else value)
    return tuple(forward_values)


def evaluate_node(graph: Graph, position: int, forward_values: Sequence[Value]) -> Value:
    """Return the value of one node from those of the nodes before it. Raises what arithmetic raises."""
    function, args = graph.nodes[position].operation.forward, operands_of(graph, forward_values, position)
    fused = graph.fusions[position]
    if fused and not values.is_exact(args[0]):
        function, args = fused.forward, (*args, *_inner_operands(graph, forward_values, position))
    return function(*args)


def node_rules(
    graph: Graph, position: int, forward_values: Sequence[Value]
) -> tuple[tuple[Callable[..., Value], ...], tuple[Value, ...]]:
    """Return the rules of a node, one for each operand, and their arguments after the upstream and the output."""
    z, args = forward_values[position], operands_of(graph, forward_values, position)
    fused = graph.fusions[position]
    if fused and not values.is_exact(z):
        return fused.rules, (*args, *_inner_operands(graph, forward_values, position))
    return graph.nodes[position].operation.rules_for(z), args


def _inner_operands(graph: Graph, forward_values: Sequence[Value], position: int) -> tuple[Value, ...]:
    """Return the operands of the node that outputs the first operand."""
    source = graph.nodes[position].args[0]
    assert source is not None
    return operands_of(graph, forward_values, source)


def _evaluate_checked(
    graph: Graph, position: int, forward_values: Sequence[Value], is_finite: Callable[[Value], bool]
) -> Value:
    node = graph.nodes[position]
    try:
        value = evaluate_node(graph, position, forward_values)
    except ZeroDivisionError:
        raise NonFiniteError(node.id, _node_message(graph, position, N_("{node} divides by zero."))) from None
    except OverflowError:
        raise NonFiniteError(node.id, _node_message(graph, position, N_("The value of {node} is too large."))) from None
    except (IndexValueError, NoValueError) as error:
        raise NonFiniteError(node.id, error.message) from None
    except KeyError:
        raise NonFiniteError(node.id, Message(N_("An index must be a number here, but this is a symbol."))) from None
    except ValueError:
        raise NonFiniteError(
            node.id, _node_message(graph, position, N_("The value of {node} is not a real number."))
        ) from None
    if not is_finite(value):
        raise NonFiniteError(node.id, _node_message(graph, position, N_("The value of {node} is not a finite number.")))
    return value


def _node_message(graph: Graph, position: int, text: str) -> Message:
    return message(text, node=graph.label(position))


def backward(
    graph: Graph,
    forward_values: tuple[Value, ...],
    start: Value,
    wrt: Collection[str] | None = None,
    is_finite: Callable[[Value], bool] = values.is_finite,
) -> Passes:
    """Propagate `start`, a number or a value of the output's shape, back along every edge. Raises `NonFiniteError`.

    `wrt` names the inputs whose gradients are requested, None for all; edges that lead to none of them are left out.
    `is_finite` says which gradients are accepted.
    """
    output = forward_values[graph.output_position]
    if values.is_matrix(output) and not values.is_matrix(start):
        start = values.broadcast_like(start, output)
    if values.is_vector_shape(graph.nodes[graph.output_position].shape):
        start = values.as_vector(start)
    with values.ignore_array_errors(any(map(values.is_array, forward_values))):
        return _backward_edges(graph, forward_values, start, wrt, is_finite)


def _backward_edges(
    graph: Graph,
    forward_values: tuple[Value, ...],
    start: Value,
    wrt: Collection[str] | None,
    is_finite: Callable[[Value], bool],
) -> Passes:
    needed = graph.depends_on(wrt) if wrt is not None or graph.has_data else None
    gradients: list[Value] = [None] * len(graph.nodes)
    gradients[graph.output_position] = start
    edges: dict[tuple[int, int], EdgeGradient] = {}
    for position in range(graph.output_position, -1, -1):
        node, upstream = graph.nodes[position], gradients[position]
        if node.op is None or upstream is None:
            continue
        operation, z = node.operation, forward_values[position]
        rules, args = node_rules(graph, position, forward_values)
        for edge in graph.incoming_edges[position]:
            if needed is not None and not graph.carries_gradient(edge, needed):
                continue
            try:
                if operation.vjp:
                    local = None
                    gradient = rules[edge.slot](upstream, z, *args)
                else:
                    local = rules[edge.slot](z, *args)
                    gradient = upstream * local
                    if values.is_matrix(gradient) and not values.is_matrix(local):
                        local = values.broadcast_like(local, gradient)
            except (ArithmeticError, ValueError):
                raise NonFiniteError(
                    node.id, _node_message(graph, position, N_("{node} has no derivative for these inputs."))
                ) from None
            if not is_finite(gradient):
                raise NonFiniteError(
                    node.id, _node_message(graph, position, N_("{node} has no finite derivative for these inputs."))
                )
            before = gradients[edge.source]
            total = gradient if before is None else before + gradient
            if values.is_vector_shape(graph.nodes[edge.source].shape):
                gradient, total = values.as_vector(gradient), values.as_vector(total)
            edges[position, edge.slot] = EdgeGradient(upstream, local, gradient)
            gradients[edge.source] = total
    return Passes(graph, forward_values, start, tuple(gradients), edges)


def forward_backward(
    graph: Graph, inputs: Mapping[str, Value], start: Value, wrt: Collection[str] | None = None
) -> Passes:
    """Return both passes. `start` is a number, broadcast to a matrix output, or a matrix of the output's shape.

    `wrt` names the inputs whose gradients are requested, None for all. Raises `NonFiniteError`.
    """
    key = None if wrt is None else tuple(wrt)
    program = graph.cache.programs.get(key)
    if program is not None and (results := program.run(inputs, start)) is not None:
        forward_values, gradients, local_gradients, edge_gradients = results
        edges = _LazyEdgeGradients(program.edge_index, gradients, local_gradients, edge_gradients)
        return Passes(graph, forward_values, gradients[-1], gradients, edges)
    forward_values = forward_interpreted(graph, inputs)
    passes = backward(graph, forward_values, start, wrt)
    cache.record_run(graph, key, forward_values)
    return passes


class _LazyEdgeGradients(Mapping[tuple[int, int], EdgeGradient]):
    """The edges of a compiled run; an edge's record is made when it is asked for."""

    __slots__ = ("_edge_gradients", "_gradients", "_index", "_local_gradients")

    def __init__(
        self,
        index: Mapping[tuple[int, int], int],
        gradients: tuple[Value, ...],
        local_gradients: tuple[Value, ...],
        edge_gradients: tuple[Value, ...],
    ) -> None:
        self._index = index
        self._gradients = gradients
        self._local_gradients = local_gradients
        self._edge_gradients = edge_gradients

    def __getitem__(self, edge: tuple[int, int]) -> EdgeGradient:
        place = self._index[edge]
        return EdgeGradient(self._gradients[edge[0]], self._local_gradients[place], self._edge_gradients[place])

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return iter(self._index)

    def __len__(self) -> int:
        return len(self._index)
