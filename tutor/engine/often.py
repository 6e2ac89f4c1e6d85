"""Graphs that are run often are compiled; here runs are counted."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING

from tutor.algebra import values
from tutor.algebra.values import Shape, Value
from tutor.engine.graph import Graph

if TYPE_CHECKING:
    from tutor.engine.compile import Program

#: Compiling costs about as much as so many runs of the rules themselves.
RUNS = 20
#: The key of the forward pass alone; both passes go by the inputs they are for, None for all.
FORWARD = "forward"


def count(graph: Graph, key: Hashable, found: Sequence[Value]) -> None:
    """One more run without a program, with these values of the nodes. The last one of so many makes the program."""
    if key in graph.programs or not (isinstance(found[-1], float) or values.is_array(found[-1])):
        return
    graph.runs[key] += 1
    if graph.runs[key] >= RUNS:
        shapes = _shapes(found)
        if shapes is not None:
            graph.programs[key] = _compile(graph, key, shapes)


def _compile(graph: Graph, key: Hashable, shapes: Sequence[Shape]) -> Program | None:
    from tutor.engine.compile import compile_forward, compile_passes

    if key == FORWARD:
        return compile_forward(graph, shapes)
    return compile_passes(graph, shapes, key if isinstance(key, tuple) else None)


def _shapes(found: Sequence[Value]) -> list[Shape] | None:
    """The shapes of values that are floats and matrices of floats, None where there are others."""
    for value in found:
        one = isinstance(value, float) and not values.is_array(value)
        if not one and not (values.is_array(value) and value.ndim == 2 and value.dtype == float):
            return None
    return [values.shape(value) for value in found]
