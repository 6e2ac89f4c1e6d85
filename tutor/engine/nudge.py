"""Move one value a little and see the output move: what a derivative says, made visible."""

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
    """The output when the value of `node` were `value`; on `edge` alone where one is given.

    `forward_values` are the forward values as they are. Raises what arithmetic raises (`ZeroDivisionError`, ...).
    """
    if not any(map(ops.is_array, forward_values)):
        return _perturbed_output(graph, forward_values, node, value, edge)
    import numpy as np

    with np.errstate(all="ignore"):
        return _perturbed_output(graph, forward_values, node, value, edge)


def _perturbed_output(
    graph: Graph, forward_values: tuple[Value, ...], node: int, value: Value, edge: Edge | None
) -> Value:
    forced = edge.target if edge else node
    changed = {forced}
    found = list(forward_values)
    if edge is None:
        found[node] = value
    for position in range(node + 1, len(graph.nodes)):
        op = graph.nodes[position].op
        feeds = [arg for arg in graph.nodes[position].args if arg is not None]
        if op is None or not (position in changed or any(arg in changed for arg in feeds)):
            continue
        if position == forced or forced in feeds:
            # What its operands give and what it is now are not the same here.
            args = list(operands_of(graph, found, position))
            if edge is not None and position == forced:
                args[edge.slot] = value
            found[position] = graph.nodes[position].operation.forward(*args)
        else:
            found[position] = evaluate_node(graph, position, found)
        changed.add(position)
    return found[graph.output_position]
