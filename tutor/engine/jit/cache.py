"""Graphs that are run often are compiled; here runs are counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.algebra import ops

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from tutor.algebra.ops import Shape, Value
    from tutor.engine.graph import Graph
    from tutor.engine.jit.compiler import CompiledGraph

#: Compiling costs about as much as so many runs of the rules themselves.
COMPILE_AFTER = 20
#: The key of the forward pass alone; both passes go by the inputs they are for, None for all.
FORWARD_KEY = "forward"


def record_run(graph: Graph, key: Hashable, forward_values: Sequence[Value]) -> None:
    """One more run without a program, with these values of the nodes. The last one of so many makes the program."""
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


def _float_shapes(found: Sequence[Value]) -> list[Shape] | None:
    """The shapes of values that are floats and matrices of floats, None where there are others."""
    for value in found:
        one = isinstance(value, float) and not ops.is_array(value)
        if not one and not (ops.is_array(value) and value.ndim == 2 and value.dtype == float):
            return None
    return [ops.shape_of(value) for value in found]
