"""Numerical gradient check: difference quotients of a graph or of one node, and their error as the step shrinks.

The forward quotient (f(x + δ) − f(x))/δ has an error proportional to δ, the central one, (f(x + δ) − f(x − δ))/2δ, to
δ². For small δ the round-off error, which grows like 1/δ, dominates.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, TypeAlias

from tutor.algebra import ops
from tutor.algebra.balls import nearest_float
from tutor.algebra.expr import Expr, Num
from tutor.engine.fold import unfold
from tutor.engine.graph import Graph, Node
from tutor.engine.operation import Operation
from tutor.engine.passes import NonFiniteError, Passes, forward, forward_backward
from tutor.engine.singularities import crosses_kink, find_crossed_pole
from tutor.i18n import N_, Message, message

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from tutor.algebra.ops import Value

#: The steps of an error curve.
DEFAULT_STEPS = tuple(10.0**-k for k in range(1, 13))

#: (row, column), None if the value is a number.
Cell: TypeAlias = tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class DifferenceQuotient:
    """A difference quotient and the gradient that it approximates; `value` is None if there is none, for a `reason`."""

    gradient: float
    value: float | None
    reason: Message | None = None

    @property
    def error(self) -> float | None:
        """The distance from the gradient."""
        return None if self.value is None else abs(self.value - self.gradient)

    @property
    def relative_error(self) -> float | None:
        """The error divided by the larger of the two."""
        if self.value is None or self.error is None:
            return None
        size = max(abs(self.value), abs(self.gradient))
        return self.error / size if size else 0.0


@dataclass(frozen=True, slots=True)
class GradientCheck:
    """The check of one number: an input, a cell of one, or an operand of a node (then `name` is the id of its edge).

    `crosses_kink` says that a slope jumps within ±δ, so that the quotients may differ from the gradient.
    """

    name: str
    cell: Cell
    gradient: float
    forward: DifferenceQuotient
    central: DifferenceQuotient
    crosses_kink: bool = False


@dataclass(frozen=True, slots=True)
class ErrorPoint:
    """The quotients for one step δ."""

    delta: float
    forward: DifferenceQuotient
    central: DifferenceQuotient


def check_gradients(
    graph: Graph,
    inputs: Mapping[str, Value],
    delta: float,
    start: Value = 1.0,
    wrt: Collection[str] | None = None,
    max_cells: int | None = None,
) -> tuple[GradientCheck, ...]:
    """Compare the gradient of every cell of the inputs in `wrt` (None: all) with its difference quotients for a step δ.

    Inputs and `start` are floats or exact numbers; `start` may be a matrix of the output's shape. At most `max_cells`
    cells of each input, evenly spread, are checked; None for all. Raises `NonFiniteError` if the graph has no value or
    slope for the inputs themselves.
    """
    inputs, start = _all_to_floats(inputs), to_floats(start)
    passes = forward_backward(graph, inputs, start, wrt)
    perturber = _Perturber(inputs, passes)
    return tuple(
        perturber.check_cell(name, cell, delta, float(_cell_of(passes.gradients[graph.position[name]], cell)))
        for name in graph.inputs
        if passes.gradients[graph.position[name]] is not None
        for cell in _list_cells(inputs[name], max_cells)
    )


def error_curve(
    graph: Graph,
    inputs: Mapping[str, Value],
    name: str,
    cell: Cell = None,
    start: Value = 1.0,
    *,
    gradient: float | None = None,
    steps: Sequence[float] = DEFAULT_STEPS,
) -> tuple[ErrorPoint, ...]:
    """Return the quotients of one input, or of one `cell` of it, for each step.

    The true gradient is computed exactly unless it is given. Raises `NonFiniteError` like `check_gradients`.
    """
    if gradient is None:
        exact = {key: ops.map_cells(_to_exact, value) for key, value in inputs.items()}
        passes = forward_backward(graph, exact, ops.map_cells(_to_exact, start), (name,))
        gradient = nearest_float(_cell_of(passes.gradients[graph.position[name]], cell))
    inputs = _all_to_floats(inputs)
    perturber = _Perturber(inputs, forward_backward(graph, inputs, to_floats(start), (name,)))
    checks = ((delta, perturber.check_cell(name, cell, delta, gradient)) for delta in steps)
    return tuple(ErrorPoint(delta, check.forward, check.central) for delta, check in checks)


def check_local_gradient(
    graph: Graph, inputs: Mapping[str, Value], node: str, delta: float
) -> tuple[GradientCheck, ...]:
    """Compare the local gradient of one node, by its id or name, with the difference quotients of its operation.

    Every cell of every operand with an edge is checked. For a structural operation (@, Σ) the gradient is that for an
    upstream of 1 in every cell. Raises `NonFiniteError` like `check_gradients`, and `KeyError` for an unknown node.
    """
    forward_values = forward(graph, _all_to_floats(inputs))
    position = graph.position[node]
    edges = graph.incoming_edges[position]
    input_positions = {edge.slot: index for index, edge in enumerate(edges)}
    input_nodes = [Node(edge.id, None, name=edge.id, shape=graph.nodes[edge.source].shape) for edge in edges]
    checked = graph.nodes[position]
    args = tuple(input_positions.get(slot) for slot in range(len(checked.args)))
    single_node = Graph((*input_nodes, replace(checked, args=args)), graph.output)
    return check_gradients(single_node, {edge.id: forward_values[edge.source] for edge in edges}, delta)


def backward_with_numeric_node(
    graph: Graph,
    inputs: Mapping[str, Value],
    node: str,
    delta: float,
    start: Value = 1.0,
    wrt: Collection[str] | None = None,
) -> Passes:
    """Return both passes in floats with forward differences instead of the rules of one node.

    Raises `NonFiniteError` also if a difference is not finite, and `KeyError` for an unknown node.
    """
    position = graph.position[node]
    checked = graph.nodes[position]
    operation = checked.operation
    make_rule = _numeric_vjp if operation.vjp else _numeric_derivative
    rules = tuple(make_rule(operation.forward, slot, delta) for slot in range(len(checked.args)))
    derivative, vjp = ((), rules) if operation.vjp else (rules, ())
    numeric = Operation(
        operation.id,
        operation.symbol,
        operation.forward,
        rule=(),
        question=(),
        derivative=derivative,
        vjp=vjp,
        data_slots=operation.data_slots,
    )
    nodes = list(graph.nodes)
    nodes[position] = replace(checked, custom_operation=numeric)
    return forward_backward(
        Graph(tuple(nodes), graph.output, graph.text), _all_to_floats(inputs), to_floats(start), wrt
    )


def with_constant_stops(graph: Graph, inputs: Mapping[str, Value]) -> Graph:
    """Return the graph with each `detach` as the constant that it is at these inputs.

    Difference quotients look through a stopped gradient, the backward pass doesn't. In this graph both agree. Custom
    nodes with a stopped gradient inside are unfolded. Raises `NonFiniteError` like `check_gradients`.
    """
    for node in graph.nodes:
        if node.body and stops_gradients(node.body):
            return with_constant_stops(unfold(graph, node.id), inputs)
    if not stops_gradients(graph):
        return graph
    values = forward(graph, _all_to_floats(inputs))
    nodes = tuple(
        replace(node, custom_operation=_constant_stop(node.operation, value)) if node.op == "detach" else node
        for node, value in zip(graph.nodes, values, strict=True)
    )
    return Graph(nodes, graph.output, graph.text, graph.unfolded_order)


def stops_gradients(graph: Graph) -> bool:
    """Return whether there is a `detach` in the graph, or inside one of its nodes."""
    return any(node.op == "detach" or (node.body is not None and stops_gradients(node.body)) for node in graph.nodes)


def _constant_stop(stop: Operation, value: Value) -> Operation:
    return Operation(stop.id, stop.symbol, lambda _x: value, rule=(), question=(), data_slots=stop.data_slots)


def _numeric_derivative(function: Callable[..., Value], slot: int, delta: float) -> Callable[..., Value]:
    """Return the derivative rule of an elementwise function by difference quotients."""

    def rule(z: Value, *args: Value) -> Value:
        return (function(*args[:slot], args[slot] + delta, *args[slot + 1 :]) - z) / delta

    return rule


def _numeric_vjp(function: Callable[..., Value], slot: int, delta: float) -> Callable[..., Value]:
    """Return the vjp rule of a function of matrices by difference quotients, one for each cell."""

    def rule(g: Value, z: Value, *args: Value) -> Value:
        def quotient(cell: Cell) -> float:
            perturbed = function(*args[:slot], _perturb(args[slot], cell, delta), *args[slot + 1 :])
            return _weighted_change(g, z, perturbed) / delta

        return _map_cells(quotient, args[slot])

    return rule


class _Perturber:
    """Perturb one number at a time and compute the change of the output. `passes` are in floats."""

    def __init__(self, inputs: Mapping[str, Value], passes: Passes) -> None:
        self.inputs = inputs
        self.passes = passes

    def check_cell(self, name: str, cell: Cell, delta: float, gradient: float) -> GradientCheck:
        """Return the quotients for `cell` of the input `name`, perturbed by ±δ."""
        values, graph = self.passes.values, self.passes.graph
        above, below = self.forward_perturbed(name, cell, delta), self.forward_perturbed(name, cell, -delta)
        forward_quotient = central_quotient = None
        if not isinstance(above, Message):
            forward_quotient = _weighted_change(self.passes.start, values[-1], above[-1]) / delta
        if not isinstance(above, Message) and not isinstance(below, Message):
            central_quotient = _weighted_change(self.passes.start, below[-1], above[-1]) / (2 * delta)
        sides = [side for side in (above, below) if not isinstance(side, Message)]
        return GradientCheck(
            name,
            cell,
            gradient,
            _make_quotient(gradient, forward_quotient, above),
            _make_quotient(gradient, central_quotient, above if isinstance(above, Message) else below),
            any(crosses_kink(graph, values, side) for side in sides),
        )

    def forward_perturbed(self, name: str, cell: Cell, by: float) -> tuple[Value, ...] | Message:
        """Return the forward values with one number changed, or the reason why there are none."""
        value = self.inputs[name]
        perturbed = _perturb(value, cell, by)
        if _cell_of(perturbed, cell) == _cell_of(value, cell):
            return message(N_("δ is so small that adding it does not change the floating-point value. Use a larger δ."))
        try:
            forward_values = forward(self.passes.graph, {**self.inputs, name: perturbed})
        except NonFiniteError as error:
            return error.message
        pole = find_crossed_pole(self.passes.graph, self.passes.values, forward_values)
        if pole is not None:
            return message(N_("{node} divides by zero within δ of this input. Use a smaller δ."), node=pole)
        return forward_values


def _make_quotient(gradient: float, value: float | None, side: tuple[Value, ...] | Message) -> DifferenceQuotient:
    if isinstance(side, Message):
        return DifferenceQuotient(gradient, None, side)
    if value is None or not math.isfinite(value):
        return DifferenceQuotient(gradient, None, message(N_("The difference is too large.")))
    return DifferenceQuotient(gradient, value)


def _weighted_change(g: Value, before: Value, after: Value) -> float:
    """Return the change of the output, each cell weighted by its upstream."""
    return float(ops.sum_axis(g * (after - before)))


def _perturb(value: Value, cell: Cell, by: float) -> Value:
    if cell is None:
        return value + by
    perturbed = value.copy()
    perturbed[cell] += by
    return perturbed


def _cell_of(value: Value, cell: Cell) -> Value:
    return value if cell is None else value[cell]


def _list_cells(value: Value, max_cells: int | None = None) -> list[Cell]:
    """Return the cells of a matrix row by row, at most `max_cells`, evenly spread; [None] for a number."""
    if not ops.is_matrix(value):
        return [None]
    rows, columns = value.shape
    count = rows * columns
    num_listed = count if max_cells is None else min(count, max_cells)
    return [divmod(i * count // num_listed, columns) for i in range(num_listed)]


def _map_cells(function: Callable[[Cell], float], value: Value) -> Value:
    """Return the results of `function` for all cells, in the shape of `value`."""
    if not ops.is_matrix(value):
        return function(None)
    results = value.copy()
    for cell in _list_cells(value):
        results[cell] = function(cell)
    return results


def to_floats(value: Value) -> Value:
    """Return a value in floats, the nearest ones to exact numbers."""
    return ops.map_cells(lambda cell: nearest_float(cell) if isinstance(cell, Expr) else float(cell), value)


def _all_to_floats(inputs: Mapping[str, Value]) -> dict[str, Value]:
    return {name: to_floats(value) for name, value in inputs.items()}


def _to_exact(value: Value) -> Expr:
    return value if isinstance(value, Expr) else Num(Fraction(value))
