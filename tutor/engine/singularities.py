"""Singularities between two forward passes: kinks, where a slope jumps, and poles, where there is no value."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from tutor.algebra import ops
from tutor.algebra.balls import nearest_float
from tutor.algebra.ops import Value
from tutor.engine.graph import CompositeOperation, Graph, Node
from tutor.engine.passes import forward, operands_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

#: A node, its output and its operands.
_EvaluatedNode: TypeAlias = tuple[Node, Value, tuple[Value, ...]]


def crosses_kink(graph: Graph, values_a: Sequence[Value], values_b: Sequence[Value]) -> bool:
    """Return whether the slope of a node jumps between two forward passes in floats."""
    evaluated = zip(_iter_operations(graph, values_a), _iter_operations(graph, values_b), strict=True)
    for (node, output_a, args_a), (_, output_b, args_b) in evaluated:
        operation = node.operation
        if node.body or not operation.has_kink:
            continue
        # Between its kinks the slope of such a node is constant, so any change is a jump.
        patterns = (operation.kink_pattern,) if operation.kink_pattern else operation.derivative
        if any(_differs(pattern(output_a, *args_a), pattern(output_b, *args_b)) for pattern in patterns):
            return True
    return False


def find_crossed_pole(graph: Graph, values_a: Sequence[Value], values_b: Sequence[Value]) -> str | None:
    """Return the id of a node whose divisor changes its sign between two forward passes in floats; None without one."""
    for before, after in zip(_iter_operations(graph, values_a), _iter_operations(graph, values_b), strict=True):
        left, right = _divisor(*before), _divisor(*after)
        if left is not None and right is not None and _differs(ops.sign(left), ops.sign(right)):
            return before[0].id
    return None


def find_kinks(graph: Graph, forward_values: Sequence[Value]) -> tuple[int, ...]:
    """Return the positions of the nodes that are exactly at a kink, or have a node at its kink inside."""
    found = []
    for position, node in enumerate(graph.nodes):
        if node.op is None:
            continue
        args = operands_of(graph, forward_values, position)
        if node.body is not None:
            inside = forward(node.body, dict(zip(node.body.inputs, args, strict=True)))
            if find_kinks(node.body, inside):
                found.append(position)
        elif node.operation.kink is not None and _has_zero(node.operation.kink(*args)):
            found.append(position)
    return tuple(found)


def _has_zero(value: Value) -> bool:
    return any(float(nearest_float(cell) if ops.is_exact(cell) else cell) == 0 for cell in ops.cells(value))


def _divisor(node: Node, z: Value, args: tuple[Value, ...]) -> Value | None:
    divisor = node.operation.divisor
    return None if divisor is None else divisor(*args)


def _iter_operations(graph: Graph, forward_values: Sequence[Value]) -> Iterator[_EvaluatedNode]:
    """Yield every operation of a pass, those inside composite nodes too."""
    for position, node in enumerate(graph.nodes):
        if node.op is None:
            continue
        args = operands_of(graph, forward_values, position)
        yield node, forward_values[position], args
        # Rules of its own stand for parts that may overflow; none of them has a kink.
        if node.body is not None and not _has_own_rules(node):
            yield from _iter_operations(node.body, forward(node.body, dict(zip(node.body.inputs, args, strict=True))))


def _has_own_rules(node: Node) -> bool:
    return isinstance(node.operation, CompositeOperation) and node.operation.has_own_rules


def _differs(a: Value, b: Value) -> bool:
    return bool((a != b).any()) if ops.is_array(a) else bool(a != b)
