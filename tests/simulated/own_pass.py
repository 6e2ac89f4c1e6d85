"""Both passes over a graph in NumPy alone: the arithmetic of a learner, or of a learner's program.

Nothing here uses the rules of `tutor.engine`: a wrong rule there would be invisible otherwise. A learner's `Habit`
replaces a rule, the way the parts of a branch go together, or the start. In `float32` the passes are what PyTorch would
print; `OTHER_FORMS` are other ways to write the same slopes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import numpy as np

from tests.simulated import array_pass
from tutor.algebra import ops
from tutor.algebra.balls import nearest_float

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tutor.engine.graph import Edge, Graph, Node

#: A NumPy scalar or matrix.
Array = Any

_erf = np.vectorize(math.erf, otypes=[float])


def _sigmoid(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))


def _cdf(x: Array) -> Array:
    return (1 + _erf(x / math.sqrt(2)).astype(np.asarray(x).dtype)) / 2


def _density(x: Array) -> Array:
    return np.exp(-x * x / 2) / math.sqrt(2 * math.pi)


def _softmax(x: Array) -> Array:
    powers = np.exp(x - x.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def _spread(value: Array, like: Array) -> Array:
    return np.broadcast_to(value, np.shape(like)).astype(np.asarray(like).dtype)


def _sum_over_copies(g: Array, x: Array) -> Array:
    if np.ndim(x) == 0:
        return g.sum()
    for axis in (0, 1):
        if x.shape[axis] == 1 and g.shape[axis] > 1:
            g = g.sum(axis=axis, keepdims=True)
    return g


def _weighted(weights: Array, function: Callable[[Array], Array], values: Array) -> Array:
    """Return weights · function(values), and 0 where the weight is 0."""
    safe = np.where(weights == 0, 1, values)
    return np.where(weights == 0, 0, weights * function(safe)).astype(np.asarray(values).dtype)


FORWARD: Mapping[str, Callable[..., Array]] = {
    "add": lambda x, y: x + y,
    "sub": lambda x, y: x - y,
    "mul": lambda x, y: x * y,
    "div": lambda x, y: x / y,
    "neg": lambda x: -x,
    "inv": lambda x: 1 / x,
    "pow": lambda x, n: x**n,
    "exp": np.exp,
    "log": np.log,
    "sqrt": np.sqrt,
    "sin": np.sin,
    "cos": np.cos,
    "tanh": np.tanh,
    "sigmoid": _sigmoid,
    "softplus": lambda x: np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x))),
    "erf": lambda x: _erf(x).astype(np.asarray(x).dtype),
    "silu": lambda x: x * _sigmoid(x),
    "gelu": lambda x: x * _cdf(x),
    "relu": lambda x: np.maximum(x, 0),
    "abs": np.abs,
    "max": np.maximum,
    "min": np.minimum,
    "matmul": lambda x, w: x @ w,
    # A vector is a row.
    "matvec": lambda w, x: x @ w.T,
    "dot": lambda x, y: (x * y).sum(),
    "outer": lambda x, y: x.T @ y,
    "transpose": np.transpose,
    "broadcast": _spread,
    "sum": lambda x: x.sum(),
    "sum.0": lambda x: x.sum(axis=0, keepdims=True),
    "sum.1": lambda x: x.sum(axis=1, keepdims=True),
    "mean": lambda x: x.mean(),
    "mean.0": lambda x: x.mean(axis=0, keepdims=True),
    "mean.1": lambda x: x.mean(axis=1, keepdims=True),
    "softmax": _softmax,
    "detach": lambda x: x,
    "masked_softmax": lambda x, mask: _softmax(np.where(mask, x, -np.inf)),
    "cross_entropy": lambda p, t: -_weighted(t, np.log, p).sum() / p.shape[0],
    "mse": lambda p, t: ((p - t) ** 2).mean(),
    **{
        name: partial(lambda compare, x, y: 1.0 * compare(x, y), compare)
        for name, compare in array_pass.COMPARISONS.items()
    },
    "where": lambda c, x, y: np.asarray(np.where(c != 0, x, y))[()],
}

_SLOPE_OF_SOFTPLUS = _sigmoid

#: ∂(output)/∂(operand), by operation and operand: a function of the output and all operands.
SLOPES: Mapping[str, tuple[Callable[..., Array], ...]] = {
    "add": (lambda z, x, y: np.ones_like(z), lambda z, x, y: np.ones_like(z)),
    "sub": (lambda z, x, y: np.ones_like(z), lambda z, x, y: -np.ones_like(z)),
    "mul": (lambda z, x, y: _spread(y, z), lambda z, x, y: _spread(x, z)),
    "div": (lambda z, x, y: _spread(1 / y, z), lambda z, x, y: -x / y**2),
    "neg": (lambda z, x: -np.ones_like(z),),
    "inv": (lambda z, x: -1 / x**2,),
    "pow": (lambda z, x, n: n * x ** (n - 1), lambda z, x, n: z * np.log(x)),
    "exp": (lambda z, x: z,),
    "log": (lambda z, x: 1 / x,),
    "sqrt": (lambda z, x: 1 / (2 * z),),
    "sin": (lambda z, x: np.cos(x),),
    "cos": (lambda z, x: -np.sin(x),),
    "tanh": (lambda z, x: 1 - z * z,),
    "sigmoid": (lambda z, x: z * (1 - z),),
    "softplus": (lambda z, x: _SLOPE_OF_SOFTPLUS(x),),
    "erf": (lambda z, x: np.exp(-x * x) * 2 / math.sqrt(math.pi),),
    "silu": (lambda z, x: _sigmoid(x) * (1 + x * (1 - _sigmoid(x))),),
    "gelu": (lambda z, x: _cdf(x) + x * _density(x),),
    "relu": (lambda z, x: (x > 0) * np.ones_like(z),),
    "abs": (lambda z, x: np.sign(x),),
    "max": (
        lambda z, x, y: (1 + np.sign(x - y)) / 2 * np.ones_like(z),
        lambda z, x, y: (1 - np.sign(x - y)) / 2 * np.ones_like(z),
    ),
    "min": (
        lambda z, x, y: (1 - np.sign(x - y)) / 2 * np.ones_like(z),
        lambda z, x, y: (1 + np.sign(x - y)) / 2 * np.ones_like(z),
    ),
    "where": (
        lambda z, c, x, y: np.zeros_like(z),
        lambda z, c, x, y: np.where(c != 0, 1.0, 0.0)[()] * np.ones_like(z),
        lambda z, c, x, y: np.where(c != 0, 0.0, 1.0)[()] * np.ones_like(z),
    ),
}

#: The gradient of an operand where it is no product of two numbers: a function of the upstream, the output and all
#: operands.
PULLS: Mapping[str, tuple[Callable[..., Array], ...]] = {
    "matmul": (lambda g, z, x, w: g @ w.T, lambda g, z, x, w: x.T @ g),
    "matvec": (lambda g, z, w, x: g.T @ x, lambda g, z, w, x: g @ w),
    "dot": (lambda g, z, x, y: g * y, lambda g, z, x, y: g * x),
    "outer": (lambda g, z, x, y: y @ g.T, lambda g, z, x, y: x @ g),
    "transpose": (lambda g, z, x: g.T,),
    "broadcast": (lambda g, z, x, like: _sum_over_copies(g, x),),
    "sum": (lambda g, z, x: _spread(g, x),),
    "sum.0": (lambda g, z, x: _spread(g, x),),
    "sum.1": (lambda g, z, x: _spread(g, x),),
    "mean": (lambda g, z, x: _spread(g / x.size, x),),
    "mean.0": (lambda g, z, x: _spread(g / x.shape[0], x),),
    "mean.1": (lambda g, z, x: _spread(g / x.shape[1], x),),
    "softmax": (lambda g, z, x: z * (g - (g * z).sum(axis=1, keepdims=True)),),
    "detach": (lambda g, z, x: 0 * g,),
    "masked_softmax": (lambda g, z, x, mask: z * (g - (g * z).sum(axis=1, keepdims=True)),),
    "cross_entropy": (
        lambda g, z, p, t: -g / p.shape[0] * _weighted(t, lambda cell: 1 / cell, p),
        lambda g, z, p, t: -g / p.shape[0] * np.log(p),
    ),
    "mse": (
        lambda g, z, p, t: g * 2 * (p - t) / np.size(p),
        lambda g, z, p, t: g * 2 * (t - p) / np.size(p),
    ),
}

#: The same slopes, written as other programs have them.
OTHER_FORMS: Mapping[str, tuple[Callable[..., Array], ...]] = {
    "inv": (lambda z, x: -z * z,),
    "pow": (lambda z, x, n: n * z / x, lambda z, x, n: np.log(x) * x**n),
    "exp": (lambda z, x: np.exp(x),),
    "sqrt": (lambda z, x: 0.5 * x**-0.5,),
    "tanh": (lambda z, x: 1 / np.cosh(x) ** 2,),
    "sigmoid": (lambda z, x: np.exp(-x) / (1 + np.exp(-x)) ** 2,),
    "div": (lambda z, x, y: _spread(1 / y, z), lambda z, x, y: -z / y),
}


def body_of(node: Node) -> Graph | None:
    """Return the graph inside a custom or folded node; None for any other node."""
    return node.body


@dataclass(frozen=True)
class Spot:
    """An edge on the way back, with what a learner sees around it. The letters are those of `tutor mistakes`."""

    learner: LearnerPass
    edge: Edge
    g: Array
    """what came back to the edge's target"""

    @cached_property
    def node(self) -> Node:
        return self.learner.graph.nodes[self.edge.target]

    @property
    def op(self) -> str:
        """The operation, or "composite"."""
        return "composite" if body_of(self.node) else str(self.node.op)

    @cached_property
    def args(self) -> tuple[Array, ...]:
        """All operands, the constant included."""
        return self.learner.operands(self.edge.target)

    @property
    def slot(self) -> int:
        return self.edge.slot

    @property
    def z(self) -> Array:
        """The output of the target."""
        return self.learner.values[self.edge.target]

    @property
    def x(self) -> Array:
        """The value on this edge."""
        return self.args[self.edge.slot]

    @property
    def has_other(self) -> bool:
        return len(self.args) == 2 and self.op in SLOPES

    @property
    def o(self) -> Array:
        """The other operand."""
        return self.args[1 - self.edge.slot]

    @cached_property
    def l(self) -> Array:  # noqa: E743 - the letter of the catalogue
        """The slope. Raises `KeyError` where there is none."""
        if self.op == "composite":
            if np.ndim(self.z) or np.ndim(self.x):
                raise KeyError(self.op)
            return self.right(np.ones_like(self.g))
        return self.learner.slope(self.op, self.slot)(self.z, *self.args)

    def right(self, g: Array) -> Array:
        """Return what the right rule makes of an upstream `g`."""
        body = body_of(self.node)
        if body is not None:
            return gradient_inside(body, self.args, g, self.slot)
        if self.op in array_pass.OPS:
            return array_pass.pull(self.node, g, self.args, self.slot)
        if self.op in PULLS:
            return PULLS[self.op][self.slot](g, self.z, *self.args)
        return g * self.l


def gradient_inside(body: Graph, operands: Sequence[Array], g: Array, slot: int) -> Array:
    names = [node.id for node in body.nodes[: len(operands)]]
    inner = LearnerPass.run(body, dict(zip(names, operands, strict=True)), g)
    found = inner.gradients[body.position[names[slot]]]
    return np.zeros_like(operands[slot]) if found is None else found


@dataclass(frozen=True)
class Habit:
    """What a learner does differently, at every node. Each function returns None where the habit does not apply."""

    edge: Callable[[Spot], Array | None] = lambda spot: None
    branch: Callable[[list[Array]], Array | None] = lambda parts: None
    start: Callable[[Array, Array], Array] = lambda start, output: start
    """of the right start and the output's value"""


RIGHT = Habit()


@dataclass
class LearnerPass:
    """Both passes as a learner made them. `edges` are by (target, slot), the values and gradients by node."""

    graph: Graph
    values: list[Array]
    start: Array
    gradients: list[Array | None] = field(default_factory=list)
    edges: dict[tuple[int, int], Array] = field(default_factory=dict)
    other_forms: bool = False

    @staticmethod
    def run(
        graph: Graph,
        inputs: Mapping[str, Array],
        start: Array,
        habit: Habit = RIGHT,
        *,
        other_forms: bool = False,
        last_part_first: bool = False,
    ) -> LearnerPass:
        """Run both passes. `last_part_first` adds the parts of a branch from the other end."""
        passes = LearnerPass(graph, [], start, other_forms=other_forms)
        with np.errstate(all="ignore"):
            for position, node in enumerate(graph.nodes):
                passes.values.append(inputs[node.id] if node.op is None else passes._forward(position))
            passes._backward(habit, last_part_first)
        return passes

    def slope(self, op: str, slot: int) -> Callable[..., Array]:
        table = OTHER_FORMS if self.other_forms and op in OTHER_FORMS else SLOPES
        return table[op][slot]

    def operands(self, position: int) -> tuple[Array, ...]:
        node = self.graph.nodes[position]
        found = [None if arg is None else self.values[arg] for arg in node.args]
        kind = np.asarray(next(value for value in found if value is not None)).dtype.type
        return tuple(to_array(node.const, kind) if value is None else value for value in found)

    def _forward(self, position: int) -> Array:
        return forward_value(self.graph.nodes[position], self.operands(position))

    def _backward(self, habit: Habit, last_part_first: bool) -> None:
        graph = self.graph
        output = self.values[-1]
        start = habit.start(self.start, output)
        self.gradients = [None] * len(graph.nodes)
        self.gradients[-1] = _spread(start, output) if np.ndim(output) and not np.ndim(start) else start
        for position in range(len(graph.nodes) - 1, -1, -1):
            if position < len(graph.nodes) - 1:
                parts = [
                    self.edges[e.target, e.slot]
                    for e in graph.outgoing_edges[position]
                    if (e.target, e.slot) in self.edges
                ]
                if not parts:
                    continue
                self.gradients[position] = self._together(parts[::-1] if last_part_first else parts, habit)
            for edge in graph.incoming_edges[position]:
                if edge.slot in graph.nodes[position].operation.data_slots:
                    continue
                spot = Spot(self, edge, self.gradients[position])
                changed = try_rule(habit.edge, spot)
                # With a matrix of the wrong shape nobody can go on.
                fits = changed is not None and np.shape(changed) == np.shape(spot.x)
                self.edges[position, edge.slot] = changed if fits else spot.right(spot.g)

    def _together(self, parts: list[Array], habit: Habit) -> Array:
        if len(parts) > 1:
            changed = habit.branch(parts)
            if changed is not None:
                return changed
        total = parts[0]
        for part in parts[1:]:
            total = total + part
        return total

    def spot(self, edge: Edge) -> Spot:
        """Return what this learner sees at an edge."""
        return Spot(self, edge, self.gradients[edge.target])

    def parts(self, position: int) -> list[Array]:
        """Return what comes back to a node along each of its edges."""
        places = [(e.target, e.slot) for e in self.graph.outgoing_edges[position]]
        return [self.edges[place] for place in places if place in self.edges]


def forward_value(node: Node, operands: Sequence[Array]) -> Array:
    """Return the output of a node."""
    body = body_of(node)
    if body is not None:
        values: list[Array] = list(operands)
        inner = LearnerPass(body, values, operands[0])
        for position in range(len(operands), len(body.nodes)):
            values.append(inner._forward(position))
        return values[-1]
    return array_pass.forward(node, operands) if node.op in array_pass.OPS else FORWARD[str(node.op)](*operands)


def try_rule(rule: Callable[..., Array | None], *arguments: Any) -> Array | None:
    """Return what a wrong rule gives; None where it makes no sense: shapes that don't fit, a log of −1."""
    try:
        with np.errstate(all="ignore"):
            found = rule(*arguments)
    except (KeyError, ValueError, TypeError, IndexError, ArithmeticError, AttributeError):
        return None
    # An array without axes becomes the number in it.
    return None if found is None or not np.isfinite(found).all() else np.asarray(found)[()]


def to_array(value: Any, kind: type = np.float64) -> Array:
    """Return an exact value, a number or a matrix, as an array of floats."""
    if ops.is_matrix(value):
        return np.array([[nearest_float(cell) for cell in row] for row in value], dtype=kind)
    return kind(nearest_float(value))
