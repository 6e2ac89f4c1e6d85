"""Nudge: the output after one value has changed, which shows what a derivative means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.engine.passes import evaluate_node, operands_of

if TYPE_CHECKING:
    from tutor.algebra.ops import Value
    from tutor.engine.graph import Edge, Graph


def perturbed_output(
    graph: Graph, forward_values: tuple[Value, ...], node: int, value: Value, edge: Edge | None = None
) -> Value:
    """Return the output if `node` had `value`, or if only `edge` carried it.

    `forward_values` are those of an ordinary pass. Raises what arithmetic raises (`ZeroDivisionError`, …).
    """
    with ops.ignore_array_errors(any(map(ops.is_array, forward_values))):
        return _perturbed_output(graph, forward_values, node, value, edge)


def _perturbed_output(
    graph: Graph, forward_values: tuple[Value, ...], node: int, value: Value, edge: Edge | None
) -> Value:
    forced = edge.target if edge else node
    changed = {forced}
    new_values = list(forward_values)
    if edge is None:
        new_values[node] = value
    for position in range(node + 1, len(graph.nodes)):
        op = graph.nodes[position].op
        sources = [arg for arg in graph.nodes[position].args if arg is not None]
        if op is None or not (position in changed or any(source in changed for source in sources)):
            continue
        if position == forced or forced in sources:
            # The fused form would compute from the operands of `forced`, which no longer give its value.
            args = list(operands_of(graph, new_values, position))
            if edge is not None and position == forced:
                args[edge.slot] = value
            new_values[position] = graph.nodes[position].operation.forward(*args)
        else:
            new_values[position] = evaluate_node(graph, position, new_values)
        changed.add(position)
    return new_values[graph.output_position]
