"""Curve of a function of one number around the current point, for the plot inside its node."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.algebra.balls import nearest_float
from tutor.algebra.errors import AlgebraError
from tutor.engine.passes import NonFiniteError
from tutor.practice.close_up.data import Curve
from tutor.practice.close_up.known import RULE

if TYPE_CHECKING:
    from collections.abc import Callable

    from tutor.engine.graph import Node
    from tutor.practice.close_up.known import Known

#: Straight lines and sums say more as a sign.
_WITHOUT_CURVE = ("add", "sub", "mul", "neg", "detach", "reshape", "transpose", "broadcast")
#: The least distance of both ends from 0, by operation.
_REACH = {"sigmoid": 5.0, "softplus": 4.0, "exp": 2.0, "pow": 2.0}
_DEFAULT_REACH = 3.0
#: The curve goes on so far beyond the current point, as a multiple of its distance from 0.
_BEYOND = 1.4
_NUM_POINTS = 65
#: Further out than so many times the height at the current point, a curve near a pole is cut off.
_MAX_HEIGHT = 8.0


def curve_at(known: Known, position: int) -> Curve | None:
    """Return the curve of a node with one number as its operand; None for other nodes, and where it would tell a value.

    In an exam, the graph shows no curves either.
    """
    problem, worksheet = known.problem, known.worksheet
    node = problem.graph.nodes[position]
    edges = problem.graph.incoming_edges[position]
    if len(edges) != 1 or node.op in _WITHOUT_CURVE or node.shape is not None or problem.symbolic:
        return None
    source = edges[0].source
    is_exam = worksheet.exam and not worksheet.tells_answers
    if problem.graph.nodes[source].shape is not None or is_exam or {position, source} & worksheet.hidden_nodes:
        return None
    at = problem.memoize(("curve", node.id), lambda: _curve(known, position, source))
    if at is None or known.blank.edge is None or known.rung < RULE:
        return at
    local = problem.float_passes.edges[position, edges[0].slot].local_gradient
    return Curve(at.points, at.at, float(local))


def _curve(known: Known, position: int, source: int) -> Curve | None:
    problem = known.problem
    node = problem.graph.nodes[position]
    values = problem.float_passes.values
    x, y = float(values[source]), float(values[position])
    function = _function(node)
    low, high = _range(node, x)
    points = _sample(function, low, high)
    defined = [at for at, value in points if value is not None]
    if len(defined) < 2:
        return None
    if len(defined) < len(points):
        low, high = min(defined), max(defined)
        points = _sample(function, low, high)
    limit = _MAX_HEIGHT * max(abs(y), 1e-9)
    return Curve(
        tuple((at, value if value is not None and abs(value) <= max(limit, 2.0) else None) for at, value in points),
        (x, y),
    )


def _sample(function: Callable[[float], object], low: float, high: float) -> list[tuple[float, float | None]]:
    places = (low + (high - low) * i / (_NUM_POINTS - 1) for i in range(_NUM_POINTS))
    return [(at, _value(function, at)) for at in places]


def _function(node: Node) -> Callable[[float], object]:
    """Return a node as a function of its only operand."""
    const = None if node.const is None else nearest_float(node.const)
    return lambda x: node.operation.forward(*(const if arg is None else x for arg in node.args))


def _value(function: Callable[[float], object], x: float) -> float | None:
    try:
        value = float(function(x))  # type: ignore[arg-type]
    except (ArithmeticError, ValueError, AlgebraError, NonFiniteError, TypeError):
        return None
    return value if abs(value) < 1e300 else None


def _range(node: Node, x: float) -> tuple[float, float]:
    """Return both ends: around 0, and on one side of it for a quotient with its pole there."""
    if node.operation.divisor is not None and node.op in ("inv", "div") and x:
        ends = (x / 3, 2.2 * x)
        return min(ends), max(ends)
    reach = max(_REACH.get(node.op or "", _DEFAULT_REACH), _BEYOND * abs(x))
    return -reach, reach
