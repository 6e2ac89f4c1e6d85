"""What lies between two passes of a graph: a kink, where a slope jumps, or a pole, where there is no value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from tutor.algebra import values
from tutor.algebra.values import Value
from tutor.engine.graph import Graph, Node
from tutor.engine.passes import forward, operands

#: The operand that must not be zero, by operation; that of a power is its base, below a negative exponent.
_DIVISORS = {"inv": 0, "div": 1}
#: A node, the value it puts out and its operands.
_Step: TypeAlias = tuple[Node, Value, tuple[Value, ...]]


def kink_between(graph: Graph, here: Sequence[Value], there: Sequence[Value]) -> bool:
    """Whether the slope of some node jumps between two forward passes in floats."""
    # Between its kinks such a node's slope is constant, so that any change is a jump.
    return any(
        _differ(rule(before, *args), rule(after, *others))
        for (node, before, args), (_, after, others) in zip(_steps(graph, here), _steps(graph, there), strict=True)
        if node.operation.kink and not node.operation.parts
        for rule in node.operation.local
    )


def pole_between(graph: Graph, here: Sequence[Value], there: Sequence[Value]) -> str | None:
    """The id of a node whose divisor goes through zero between two forward passes in floats, None if none does."""
    for before, after in zip(_steps(graph, here), _steps(graph, there), strict=True):
        left, right = _divisor(*before), _divisor(*after)
        if left is not None and right is not None and _differ(values.sign(left), values.sign(right)):
            return before[0].id
    return None


def _divisor(node: Node, z: Value, args: tuple[Value, ...]) -> Value | None:
    if node.op == "pow" and isinstance(args[1], float) and args[1] < 0:
        return args[0]
    return args[_DIVISORS[node.op]] if node.op in _DIVISORS else None


def _steps(graph: Graph, found: Sequence[Value]) -> Iterator[_Step]:
    """Every operation of a pass, those inside composite nodes too."""
    for position, node in enumerate(graph.nodes):
        if node.op is None:
            continue
        args = operands(graph, tuple(found), position)
        yield node, found[position], args
        parts = node.operation.parts
        if parts is not None:
            yield from _steps(parts, forward(parts, dict(zip(parts.inputs, args, strict=True))))


def _differ(a: Value, b: Value) -> bool:
    return bool((a != b).any()) if values.is_array(a) else bool(a != b)
