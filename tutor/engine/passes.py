"""The two passes over a graph: values from the inputs to the output, gradients back along every edge."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tutor.algebra import values
from tutor.algebra.values import Value
from tutor.engine import often
from tutor.engine.graph import Edge, Graph
from tutor.engine.operation import Spot
from tutor.i18n import N_, Message, message


class NotANumber(ValueError):
    """A node of the graph has no value for these inputs: 1/0, the log of a negative number, an overflow."""

    def __init__(self, node: str, text: Message) -> None:
        super().__init__(node)
        self.node = node
        self.message = text

    def __str__(self) -> str:
        return str(self.message)


@dataclass(frozen=True, slots=True)
class EdgeValue:
    """What the backward pass leaves on one edge.

    `upstream` is the gradient of the node it runs into, `local` ∂(that node's output)/∂(this operand), None
    for structural operations (@, Σ), `gradient` what goes back along the edge, in the shape of its source.
    """

    upstream: Value
    local: Value
    gradient: Value


@dataclass(frozen=True, slots=True)
class Passes:
    """Both passes over a graph for one set of inputs, all floats or all exact.

    `values` and `gradients` are by node, `edges` by (target, slot); what leads to no wanted input has no gradient.
    """

    graph: Graph
    values: tuple[Value, ...]
    start: Value
    gradients: tuple[Value, ...]
    edges: Mapping[tuple[int, int], EdgeValue]

    def operands(self, position: int) -> tuple[Value, ...]:
        """All operands of a node, constants included."""
        return operands(self.graph, self.values, position)

    def spot(self, edge: Edge, upstream: Value = None) -> Spot:
        """The edge as rules see it, with its own upstream or another one."""
        passed = self.edges[edge.target, edge.slot]
        g = passed.upstream if upstream is None else upstream
        return Spot(g, self.values[edge.target], self.operands(edge.target), edge.slot, passed.local)


def operands(graph: Graph, forward_values: Sequence[Value], position: int) -> tuple[Value, ...]:
    """All operands of a node, its constant (of the same kind as the other) included."""
    node = graph.nodes[position]
    found = [None if arg is None else forward_values[arg] for arg in node.args]
    if node.const is None:
        return tuple(found)
    other = next(value for value in found if value is not None)
    const = node.const if values.is_exact(other) else graph.float_consts[position]
    return tuple(const if value is None else value for value in found)


def _finite(value: Value) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    if values.is_array(value) and value.dtype != object:
        import numpy as np

        return bool(np.isfinite(value).all())
    return True


def forward(graph: Graph, inputs: Mapping[str, Value]) -> tuple[Value, ...]:
    """The value of every node, floats for floats, exact trees for exact trees. Raises `NotANumber`."""
    program = graph.programs.get(often.FORWARD)
    found: tuple[Value, ...] | None = program.run(inputs) if program is not None else None
    if found is None:
        found = forward_by_rules(graph, inputs)
        often.count(graph, often.FORWARD, found)
    return found


def forward_by_rules(
    graph: Graph, inputs: Mapping[str, Value], finite: Callable[[Value], bool] = _finite
) -> tuple[Value, ...]:
    """The same, never compiled. `finite` tells which values will do."""
    if any(node.shape for node in graph.nodes) or any(map(values.is_array, inputs.values())):
        import numpy as np

        with np.errstate(all="ignore"):
            return _forward(graph, inputs, finite)
    return _forward(graph, inputs, finite)


def _forward(graph: Graph, inputs: Mapping[str, Value], finite: Callable[[Value], bool]) -> tuple[Value, ...]:
    found: list[Value] = []
    for position, node in enumerate(graph.nodes):
        if node.op is None:
            found.append(inputs[node.id])
            continue
        found.append(_checked(graph, position, found, finite))
    return tuple(found)


def compute(graph: Graph, position: int, found: Sequence[Value]) -> Value:
    """The value of one node from those of the nodes before it. Raises what arithmetic raises."""
    function, args = graph.nodes[position].operation.forward, operands(graph, found, position)
    behind = graph.behind[position]
    if behind and not values.is_exact(args[0]):
        function, args = behind.forward, (*args, *_inner(graph, found, position))
    return function(*args)


def rules_at(
    graph: Graph, position: int, found: Sequence[Value]
) -> tuple[tuple[Callable[..., Value], ...], tuple[Value, ...]]:
    """The rules of a node, one for each operand, and what they take behind the upstream and the output."""
    z, args = found[position], operands(graph, found, position)
    behind = graph.behind[position]
    if behind and not values.is_exact(z):
        return behind.rules, (*args, *_inner(graph, found, position))
    return graph.nodes[position].operation.rules(z), args


def _inner(graph: Graph, found: Sequence[Value], position: int) -> tuple[Value, ...]:
    """The operands of the operation that the first operand comes from."""
    source = graph.nodes[position].args[0]
    assert source is not None
    return operands(graph, found, source)


def _checked(graph: Graph, position: int, found: Sequence[Value], finite: Callable[[Value], bool]) -> Value:
    node = graph.nodes[position]
    try:
        value = compute(graph, position, found)
    except ZeroDivisionError:
        raise NotANumber(node.id, _says(graph, position, N_("{node} divides by zero."))) from None
    except OverflowError:
        raise NotANumber(node.id, _says(graph, position, N_("{node} becomes too large."))) from None
    except ValueError:
        raise NotANumber(node.id, _says(graph, position, N_("{node} has no value as a real number."))) from None
    if not finite(value):
        raise NotANumber(node.id, _says(graph, position, N_("{node} has no value as a finite number.")))
    return value


def _says(graph: Graph, position: int, text: str) -> Message:
    return message(text, node=graph.title(position))


def backward(
    graph: Graph,
    forward_values: tuple[Value, ...],
    start: Value,
    wrt: Collection[str] | None = None,
    finite: Callable[[Value], bool] = _finite,
) -> Passes:
    """Send `start`, a number or of the output's shape, back along every edge. Raises `NotANumber`.

    `wrt` are the inputs whose gradients are wanted, None for all: edges that lead to none of them are left out.
    `finite` as in `forward_by_rules`.
    """
    output = forward_values[graph.last]
    if values.is_matrix(output) and not values.is_matrix(start):
        start = values.spread(start, output)
    if any(values.is_array(value) for value in forward_values):
        import numpy as np

        with np.errstate(all="ignore"):
            return _backward(graph, forward_values, start, wrt, finite)
    return _backward(graph, forward_values, start, wrt, finite)


def _backward(
    graph: Graph,
    forward_values: tuple[Value, ...],
    start: Value,
    wrt: Collection[str] | None,
    finite: Callable[[Value], bool],
) -> Passes:
    wanted = graph.leading_to(wrt) if wrt is not None else None
    gradients: list[Value] = [None] * len(graph.nodes)
    gradients[graph.last] = start
    edges: dict[tuple[int, int], EdgeValue] = {}
    for position in range(graph.last, -1, -1):
        node, upstream = graph.nodes[position], gradients[position]
        if node.op is None or upstream is None:
            continue
        operation, z = node.operation, forward_values[position]
        rules, args = rules_at(graph, position, forward_values)
        for edge in graph.incoming[position]:
            if wanted is not None and not wanted[edge.source]:
                continue
            try:
                if operation.pull:
                    local = None
                    gradient = rules[edge.slot](upstream, z, *args)
                else:
                    local = rules[edge.slot](z, *args)
                    gradient = upstream * local
                    if values.is_matrix(gradient) and not values.is_matrix(local):
                        local = values.spread(local, gradient)
            except (ArithmeticError, ValueError):
                raise NotANumber(node.id, _says(graph, position, N_("{node} has no slope for these inputs."))) from None
            if not finite(gradient):
                raise NotANumber(node.id, _says(graph, position, N_("{node} has no finite slope for these inputs.")))
            edges[position, edge.slot] = EdgeValue(upstream, local, gradient)
            before = gradients[edge.source]
            gradients[edge.source] = gradient if before is None else before + gradient
    return Passes(graph, forward_values, start, tuple(gradients), edges)


def run(graph: Graph, inputs: Mapping[str, Value], start: Value, wrt: Collection[str] | None = None) -> Passes:
    """Both passes. `start` is a number, spread over a matrix output, or a matrix of the output's shape.

    `wrt` as in `backward`. Raises `NotANumber`.
    """
    wanted = None if wrt is None else tuple(wrt)
    program = graph.programs.get(wanted)
    if program is not None and (done := program.run(inputs, start)) is not None:
        found, gradients, locals_, downs = done
        return Passes(graph, found, gradients[-1], gradients, _Edges(program.index, gradients, locals_, downs))
    forward_values = forward_by_rules(graph, inputs)
    passes = backward(graph, forward_values, start, wrt)
    often.count(graph, wanted, forward_values)
    return passes


class _Edges(Mapping[tuple[int, int], EdgeValue]):
    """What a program leaves on the edges, put together when it is looked at."""

    __slots__ = ("_downs", "_gradients", "_index", "_locals")

    def __init__(
        self,
        index: Mapping[tuple[int, int], int],
        gradients: tuple[Value, ...],
        locals_: tuple[Value, ...],
        downs: tuple[Value, ...],
    ) -> None:
        self._index = index
        self._gradients = gradients
        self._locals = locals_
        self._downs = downs

    def __getitem__(self, edge: tuple[int, int]) -> EdgeValue:
        place = self._index[edge]
        return EdgeValue(self._gradients[edge[0]], self._locals[place], self._downs[place])

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return iter(self._index)

    def __len__(self) -> int:
        return len(self._index)
