"""Gradients held against difference quotients: of a whole graph, of one node, and as the step shrinks.

Forward: (f(x + δ) − f(x))/δ, whose error shrinks like δ. Central: (f(x + δ) − f(x − δ))/2δ, whose error shrinks like
δ². Below some δ round-off takes over, and grows like 1/δ.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, TypeAlias

from tutor.algebra import ops
from tutor.algebra.balls import nearest_float
from tutor.algebra.expr import Expr, Num
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

#: (row, column), None where the value is a number.
Cell: TypeAlias = tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class DifferenceQuotient:
    """A difference quotient beside the gradient it comes near to; `value` is None where it has none, `reason` says so."""

    gradient: float
    value: float | None
    reason: Message | None = None

    @property
    def error(self) -> float | None:
        """How far off the gradient it is."""
        return None if self.value is None else abs(self.value - self.gradient)

    @property
    def relative_error(self) -> float | None:
        """The error beside the larger of the two."""
        if self.value is None or self.error is None:
            return None
        size = max(abs(self.value), abs(self.gradient))
        return self.error / size if size else 0.0


@dataclass(frozen=True, slots=True)
class GradientCheck:
    """One number that is moved by ±δ: an input, a cell of one, or an operand of a node (`name` is its edge's id).

    `crosses_kink`: a slope jumps within δ, so that the two sides differ.
    """

    name: str
    cell: Cell
    gradient: float
    forward: DifferenceQuotient
    central: DifferenceQuotient
    crosses_kink: bool = False


@dataclass(frozen=True, slots=True)
class ErrorPoint:
    """The quotients of one step."""

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
    """The gradient of every cell of the inputs (of those in `wrt`) beside its difference quotients for a step δ.

    Inputs and `start` are floats or exact numbers, `start` a number or a matrix of the output's shape. `max_cells` is how
    many cells of an input are moved at most, spread evenly; None for all. Raises `NonFiniteError` where the graph has no
    value or slope for the inputs themselves.
    """
    inputs, start = _all_to_floats(inputs), to_floats(start)
    passes = forward_backward(graph, inputs, start, wrt)
    mover = _Perturber(inputs, passes)
    return tuple(
        mover.check_cell(name, cell, delta, float(_cell_of(passes.gradients[graph.position[name]], cell)))
        for name in graph.inputs
        if wrt is None or name in wrt
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
    """The quotients of one input, or one `cell` of it, for each step, beside the true gradient.

    That is computed exactly, unless it is known as `gradient` already. Raises as `check_gradients`.
    """
    if gradient is None:
        exact = {key: ops.map_cells(_to_exact, value) for key, value in inputs.items()}
        found = forward_backward(graph, exact, ops.map_cells(_to_exact, start), (name,)).gradients[graph.position[name]]
        gradient = nearest_float(_cell_of(found, cell))
    inputs = _all_to_floats(inputs)
    mover = _Perturber(inputs, forward_backward(graph, inputs, to_floats(start), (name,)))
    entries = ((delta, mover.check_cell(name, cell, delta, gradient)) for delta in steps)
    return tuple(ErrorPoint(delta, entry.forward, entry.central) for delta, entry in entries)


def check_local_gradient(
    graph: Graph, inputs: Mapping[str, Value], node: str, delta: float
) -> tuple[GradientCheck, ...]:
    """The local gradient of one node, by its id or name, beside the difference quotients of its own operation.

    There is an entry for each cell of each operand that an edge brings. Where a node goes over whole matrices (@, Σ)
    its gradient is what it sends back for an upstream of 1 in every cell. Raises as `check_gradients`, and
    `KeyError` where there is no such node.
    """
    found = forward(graph, _all_to_floats(inputs))
    position = graph.position[node]
    edges = graph.incoming_edges[position]
    places = {edge.slot: place for place, edge in enumerate(edges)}
    feeding = [Node(edge.id, None, name=edge.id, shape=graph.nodes[edge.source].shape) for edge in edges]
    checked = graph.nodes[position]
    args = tuple(places.get(slot) for slot in range(len(checked.args)))
    alone = Graph((*feeding, replace(checked, args=args)), graph.output)
    return check_gradients(alone, {edge.id: found[edge.source] for edge in edges}, delta)


def backward_with_numeric_node(
    graph: Graph,
    inputs: Mapping[str, Value],
    node: str,
    delta: float,
    start: Value = 1.0,
    wrt: Collection[str] | None = None,
) -> Passes:
    """Both passes in floats, with the local gradient of one node replaced by its forward difference; from there the
    chain goes on by the rules. Raises as `check_local_gradient`, and `NonFiniteError` where a difference has no value.
    """
    position = graph.position[node]
    checked = graph.nodes[position]
    operation = checked.operation
    rules = tuple(_numeric_derivative(operation.forward, slot, delta) for slot in range(len(checked.args)))
    pulls = tuple(_numeric_vjp(operation.forward, slot, delta) for slot in range(len(checked.args)))
    local, pull = ((), pulls) if operation.vjp else (rules, ())
    instead = Operation(
        operation.id, operation.symbol, operation.forward, rule=(), question=(), derivative=local, vjp=pull
    )
    nodes = list(graph.nodes)
    nodes[position] = replace(checked, custom_operation=instead)
    return forward_backward(
        Graph(tuple(nodes), graph.output, graph.text), _all_to_floats(inputs), to_floats(start), wrt
    )


def _numeric_derivative(function: Callable[..., Value], slot: int, delta: float) -> Callable[..., Value]:
    """The difference quotients of a function that goes cell by cell, as a rule for a local gradient."""

    def rule(z: Value, *args: Value) -> Value:
        return (function(*args[:slot], args[slot] + delta, *args[slot + 1 :]) - z) / delta

    return rule


def _numeric_vjp(function: Callable[..., Value], slot: int, delta: float) -> Callable[..., Value]:
    """What an upstream comes to by difference quotients, cell after cell, as a rule for a function of matrices."""

    def rule(g: Value, z: Value, *args: Value) -> Value:
        def quotient(cell: Cell) -> float:
            moved = function(*args[:slot], _perturb(args[slot], cell, delta), *args[slot + 1 :])
            return _weighted_change(g, z, moved) / delta

        return _map_cells(quotient, args[slot])

    return rule


class _Perturber:
    """Moves one number at a time and sees what the output does. `passes` are in floats."""

    def __init__(self, inputs: Mapping[str, Value], passes: Passes) -> None:
        self.inputs = inputs
        self.passes = passes

    def check_cell(self, name: str, cell: Cell, delta: float, gradient: float) -> GradientCheck:
        """The quotients where `cell` of the input `name` is moved by ±δ, beside `gradient`."""
        here, graph = self.passes.values, self.passes.graph
        above, below = self.forward_perturbed(name, cell, delta), self.forward_perturbed(name, cell, -delta)
        ahead = central = None
        if not isinstance(above, Message):
            ahead = _weighted_change(self.passes.start, here[-1], above[-1]) / delta
        if not isinstance(above, Message) and not isinstance(below, Message):
            central = _weighted_change(self.passes.start, below[-1], above[-1]) / (2 * delta)
        sides = [side for side in (above, below) if not isinstance(side, Message)]
        return GradientCheck(
            name,
            cell,
            gradient,
            _make_quotient(gradient, ahead, above),
            _make_quotient(gradient, central, above if isinstance(above, Message) else below),
            any(crosses_kink(graph, here, side) for side in sides),
        )

    def forward_perturbed(self, name: str, cell: Cell, by: float) -> tuple[Value, ...] | Message:
        """The forward values with one number moved, or why there are none."""
        before = self.inputs[name]
        moved = _perturb(before, cell, by)
        if _cell_of(moved, cell) == _cell_of(before, cell):
            return message(N_("δ is so small that adding it changes nothing in floats. Take a larger one."))
        try:
            found = forward(self.passes.graph, {**self.inputs, name: moved})
        except NonFiniteError as error:
            return error.message
        pole = find_crossed_pole(self.passes.graph, self.passes.values, found)
        if pole is not None:
            return message(N_("{node} divides by zero within δ. Take a smaller one."), node=pole)
        return found


def _make_quotient(gradient: float, value: float | None, side: tuple[Value, ...] | Message) -> DifferenceQuotient:
    if isinstance(side, Message):
        return DifferenceQuotient(gradient, None, side)
    if value is None or not math.isfinite(value):
        return DifferenceQuotient(gradient, None, message(N_("The difference becomes too large.")))
    return DifferenceQuotient(gradient, value)


def _weighted_change(g: Value, before: Value, after: Value) -> float:
    """How much the output rises, each cell of it weighted by its upstream."""
    return float(ops.sum_axis(g * (after - before)))


def _perturb(value: Value, cell: Cell, by: float) -> Value:
    if cell is None:
        return value + by
    moved = value.copy()
    moved[cell] += by
    return moved


def _cell_of(value: Value, cell: Cell) -> Value:
    return value if cell is None else value[cell]


def _list_cells(value: Value, max_cells: int | None = None) -> list[Cell]:
    """The cells of a matrix row by row, or at most so many of them, evenly spread; None for a number."""
    if not ops.is_matrix(value):
        return [None]
    rows, columns = value.shape
    count = rows * columns
    taken = count if max_cells is None else min(count, max_cells)
    return [divmod(i * count // taken, columns) for i in range(taken)]


def _map_cells(function: Callable[[Cell], float], value: Value) -> Value:
    """What `function` gives for each cell, in the shape of `value`."""
    if not ops.is_matrix(value):
        return function(None)
    found = value.copy()
    for cell in _list_cells(value):
        found[cell] = function(cell)
    return found


def to_floats(value: Value) -> Value:
    """A value in floats: each exact number of it the nearest one."""
    return ops.map_cells(lambda cell: nearest_float(cell) if isinstance(cell, Expr) else float(cell), value)


def _all_to_floats(inputs: Mapping[str, Value]) -> dict[str, Value]:
    return {name: to_floats(value) for name, value in inputs.items()}


def _to_exact(value: Value) -> Expr:
    return value if isinstance(value, Expr) else Num(Fraction(value))
