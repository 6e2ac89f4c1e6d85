"""Gradients held against difference quotients: of a whole graph, of one node, and as the step shrinks.

Forward: (f(x + δ) − f(x))/δ, whose error shrinks like δ. Central: (f(x + δ) − f(x − δ))/2δ, whose error shrinks like
δ². Below some δ round-off takes over, and grows like 1/δ.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TypeAlias

from tutor.algebra import values
from tutor.algebra.balls import nearest_float
from tutor.algebra.tree import Expr, Num
from tutor.algebra.values import Value
from tutor.engine.crossings import kink_between, pole_between
from tutor.engine.graph import Graph, Node
from tutor.engine.passes import NotANumber, Passes, forward, run
from tutor.i18n import N_, Message, message

#: The steps of an error curve.
STEPS = tuple(10.0**-k for k in range(1, 13))

#: (row, column), None where the value is a number.
Cell: TypeAlias = tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Quotient:
    """A difference quotient beside the gradient it comes near to; `value` is None where it has none, `why` says so."""

    gradient: float
    value: float | None
    why: Message | None = None

    @property
    def error(self) -> float | None:
        """How far off the gradient it is."""
        return None if self.value is None else abs(self.value - self.gradient)

    @property
    def relative(self) -> float | None:
        """The error beside the larger of the two."""
        if self.value is None or self.error is None:
            return None
        size = max(abs(self.value), abs(self.gradient))
        return self.error / size if size else 0.0


@dataclass(frozen=True, slots=True)
class Entry:
    """One number that is moved by ±δ: an input, a cell of one, or an operand of a node (`name` is its edge's id).

    `kink`: a slope jumps within δ, so that the two sides differ.
    """

    name: str
    cell: Cell
    gradient: float
    forward: Quotient
    central: Quotient
    kink: bool = False


@dataclass(frozen=True, slots=True)
class Point:
    """The quotients of one step."""

    delta: float
    forward: Quotient
    central: Quotient


def check_numerically(
    graph: Graph,
    inputs: Mapping[str, Value],
    delta: float,
    start: Value = 1.0,
    wrt: Collection[str] | None = None,
    most: int | None = None,
) -> tuple[Entry, ...]:
    """The gradient of every cell of the inputs (of those in `wrt`) beside its difference quotients for a step δ.

    Inputs and `start` are floats or exact numbers, `start` a number or a matrix of the output's shape. `most` is how
    many cells of an input are moved at most, spread evenly; None for all. Raises `NotANumber` where the graph has no
    value or slope for the inputs themselves.
    """
    inputs, start = _all_in_floats(inputs), in_floats(start)
    passes = run(graph, inputs, start, wrt)
    mover = _Mover(inputs, passes)
    return tuple(
        mover.entry(name, cell, delta, float(_at(passes.gradients[graph.position[name]], cell)))
        for name in graph.inputs
        if wrt is None or name in wrt
        for cell in _cells(inputs[name], most)
    )


def error_curve(
    graph: Graph,
    inputs: Mapping[str, Value],
    name: str,
    cell: Cell = None,
    start: Value = 1.0,
    *,
    gradient: float | None = None,
    steps: Sequence[float] = STEPS,
) -> tuple[Point, ...]:
    """The quotients of one input, or one `cell` of it, for each step, beside the true gradient.

    That is computed exactly, unless it is known as `gradient` already. Raises as `check_numerically`.
    """
    if gradient is None:
        exact = {key: values.each(_exact, value) for key, value in inputs.items()}
        found = run(graph, exact, values.each(_exact, start), (name,)).gradients[graph.position[name]]
        gradient = nearest_float(_at(found, cell))
    inputs = _all_in_floats(inputs)
    mover = _Mover(inputs, run(graph, inputs, in_floats(start), (name,)))
    entries = ((delta, mover.entry(name, cell, delta, gradient)) for delta in steps)
    return tuple(Point(delta, entry.forward, entry.central) for delta, entry in entries)


def check_local(graph: Graph, inputs: Mapping[str, Value], node: str, delta: float) -> tuple[Entry, ...]:
    """The local gradient of one node, by its id or name, beside the difference quotients of its own operation.

    There is an entry for each cell of each operand that an edge brings. Where a node goes over whole matrices (@, Σ)
    its gradient is what it sends back for an upstream of 1 in every cell. Raises as `check_numerically`, and
    `KeyError` where there is no such node.
    """
    found = forward(graph, _all_in_floats(inputs))
    position = graph.position[node]
    edges = graph.incoming[position]
    places = {edge.slot: place for place, edge in enumerate(edges)}
    feeding = [Node(edge.id, None, name=edge.id, shape=graph.nodes[edge.source].shape) for edge in edges]
    checked = graph.nodes[position]
    args = tuple(places.get(slot) for slot in range(len(checked.args)))
    alone = Graph((*feeding, replace(checked, args=args)), graph.output)
    return check_numerically(alone, {edge.id: found[edge.source] for edge in edges}, delta)


def chained(
    graph: Graph,
    inputs: Mapping[str, Value],
    node: str,
    delta: float,
    start: Value = 1.0,
    wrt: Collection[str] | None = None,
) -> Passes:
    """Both passes in floats, with the local gradient of one node replaced by its forward difference; from there the
    chain goes on by the rules. Raises as `check_local`, and `NotANumber` where a difference has no value.
    """
    position = graph.position[node]
    checked = graph.nodes[position]
    operation = checked.operation
    rules = tuple(_differences(operation.forward, slot, delta) for slot in range(len(checked.args)))
    pulls = tuple(_pulled(operation.forward, slot, delta) for slot in range(len(checked.args)))
    local, pull = ((), pulls) if operation.pull else (rules, ())
    instead = replace(operation, local=local, pull=pull, careful=(), behind={}, parts=None)
    nodes = list(graph.nodes)
    nodes[position] = replace(checked, own=instead)
    return run(Graph(tuple(nodes), graph.output, graph.text), _all_in_floats(inputs), in_floats(start), wrt)


def _differences(function: Callable[..., Value], slot: int, delta: float) -> Callable[..., Value]:
    """The difference quotients of a function that goes cell by cell, as a rule for a local gradient."""

    def rule(z: Value, *args: Value) -> Value:
        return (function(*args[:slot], args[slot] + delta, *args[slot + 1 :]) - z) / delta

    return rule


def _pulled(function: Callable[..., Value], slot: int, delta: float) -> Callable[..., Value]:
    """What an upstream comes to by difference quotients, cell after cell, as a rule for a function of matrices."""

    def rule(g: Value, z: Value, *args: Value) -> Value:
        def quotient(cell: Cell) -> float:
            moved = function(*args[:slot], _moved(args[slot], cell, delta), *args[slot + 1 :])
            return _rise(g, z, moved) / delta

        return _by_cell(quotient, args[slot])

    return rule


class _Mover:
    """Moves one number at a time and sees what the output does. `passes` are in floats."""

    def __init__(self, inputs: Mapping[str, Value], passes: Passes) -> None:
        self.inputs = inputs
        self.passes = passes

    def entry(self, name: str, cell: Cell, delta: float, gradient: float) -> Entry:
        """The quotients where `cell` of the input `name` is moved by ±δ, beside `gradient`."""
        here, graph = self.passes.values, self.passes.graph
        above, below = self.side(name, cell, delta), self.side(name, cell, -delta)
        ahead = central = None
        if not isinstance(above, Message):
            ahead = _rise(self.passes.start, here[-1], above[-1]) / delta
        if not isinstance(above, Message) and not isinstance(below, Message):
            central = _rise(self.passes.start, below[-1], above[-1]) / (2 * delta)
        sides = [side for side in (above, below) if not isinstance(side, Message)]
        return Entry(
            name,
            cell,
            gradient,
            _quotient(gradient, ahead, above),
            _quotient(gradient, central, above if isinstance(above, Message) else below),
            any(kink_between(graph, here, side) for side in sides),
        )

    def side(self, name: str, cell: Cell, by: float) -> tuple[Value, ...] | Message:
        """The forward values with one number moved, or why there are none."""
        before = self.inputs[name]
        moved = _moved(before, cell, by)
        if _at(moved, cell) == _at(before, cell):
            return message(N_("δ is so small that adding it changes nothing in floats. Take a larger one."))
        try:
            found = forward(self.passes.graph, {**self.inputs, name: moved})
        except NotANumber as error:
            return error.message
        pole = pole_between(self.passes.graph, self.passes.values, found)
        if pole is not None:
            return message(N_("{node} divides by zero within δ. Take a smaller one."), node=pole)
        return found


def _quotient(gradient: float, value: float | None, side: tuple[Value, ...] | Message) -> Quotient:
    if isinstance(side, Message):
        return Quotient(gradient, None, side)
    if value is None or not math.isfinite(value):
        return Quotient(gradient, None, message(N_("The difference becomes too large.")))
    return Quotient(gradient, value)


def _rise(g: Value, before: Value, after: Value) -> float:
    """How much the output rises, each cell of it weighted by its upstream."""
    return float(values.total(g * (after - before)))


def _moved(value: Value, cell: Cell, by: float) -> Value:
    if cell is None:
        return value + by
    moved = value.copy()
    moved[cell] += by
    return moved


def _at(value: Value, cell: Cell) -> Value:
    return value if cell is None else value[cell]


def _cells(value: Value, most: int | None = None) -> list[Cell]:
    """The cells of a matrix row by row, or at most so many of them, evenly spread; None for a number."""
    if not values.is_matrix(value):
        return [None]
    rows, columns = value.shape
    count = rows * columns
    taken = count if most is None else min(count, most)
    return [divmod(i * count // taken, columns) for i in range(taken)]


def _by_cell(function: Callable[[Cell], float], value: Value) -> Value:
    """What `function` gives for each cell, in the shape of `value`."""
    if not values.is_matrix(value):
        return function(None)
    found = value.copy()
    for cell in _cells(value):
        found[cell] = function(cell)
    return found


def in_floats(value: Value) -> Value:
    """A value in floats: each exact number of it the nearest one."""
    return values.each(lambda cell: nearest_float(cell) if isinstance(cell, Expr) else float(cell), value)


def _all_in_floats(inputs: Mapping[str, Value]) -> dict[str, Value]:
    return {name: in_floats(value) for name, value in inputs.items()}


def _exact(value: Value) -> Expr:
    return value if isinstance(value, Expr) else Num(Fraction(value))
