"""Run counts of graphs, which are compiled after a number of runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.algebra import ops

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from tutor.algebra.ops import Shape, Value
    from tutor.engine.graph import Graph
    from tutor.engine.jit.compiler import CompiledGraph

#: Compiling costs about as much as this many interpreted runs.
COMPILE_AFTER = 20
#: The key of the forward pass alone. The key of both passes is the tuple of requested inputs, None for all.
FORWARD_KEY = "forward"


def record_run(graph: Graph, key: Hashable, forward_values: Sequence[Value]) -> None:
    """Count an interpreted run, which had these values of the nodes, and compile the graph after enough of them."""
    if key in graph.cache.programs or not (isinstance(forward_values[-1], float) or ops.is_array(forward_values[-1])):
        return
    graph.cache.run_counts[key] += 1
    if graph.cache.run_counts[key] >= COMPILE_AFTER:
        shapes = _float_shapes(forward_values)
        if shapes is not None:
            graph.cache.programs[key] = _compile_for_key(graph, key, shapes)


def _compile_for_key(graph: Graph, key: Hashable, shapes: Sequence[Shape]) -> CompiledGraph | None:
    from tutor.engine.jit.compiler import compile_forward, compile_passes

    if key == FORWARD_KEY:
        return compile_forward(graph, shapes)
    return compile_passes(graph, shapes, key if isinstance(key, tuple) else None)


def _float_shapes(values: Sequence[Value]) -> list[Shape] | None:
    """Return the shapes of floats and matrices of floats, None if there are other values."""
    for value in values:
        is_float = isinstance(value, float) and not ops.is_array(value)
        if not is_float and not (ops.is_array(value) and value.ndim == 2 and value.dtype == float):
            return None
    return [ops.shape_of(value) for value in values]
