"""Bound on the memory of batches: how many sets of numbers go through a graph at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.algebra import ops

if TYPE_CHECKING:
    from tutor.engine.graph import Graph
    from tutor.grading.problem import Problem

#: The floats that a batch may hold at once: 160 MB.
_MAX_FLOATS = 20_000_000
#: Arrays for each cell of a node: its value, its gradient, and what comes back along each of its edges.
_ARRAYS_PER_NODE = 6
#: Mistakes at a blank, whose values are compared with each other in at most so many cells.
_MISTAKES_PER_BLANK, MAX_COMPARED_CELLS = 32, 400


def sets_in_passes(graph: Graph) -> int:
    """Return how many sets of numbers may go through both passes at once; at least 1."""
    return max(1, _MAX_FLOATS // max(1, _floats_in_passes(graph)))


def sets_in_selection(problem: Problem) -> int:
    """Return of how many sets of numbers all mistakes may be computed at once; at least 1."""
    cells = [ops.num_cells(blank.shape) for blank in problem.blanks if blank.kind != "question"]
    compared = sum(min(count, MAX_COMPARED_CELLS) for count in cells)
    # All mistakes of one blank exist in full before what is compared of them is kept.
    mistakes = (compared + max(cells, default=0)) * _MISTAKES_PER_BLANK
    return max(1, _MAX_FLOATS // max(1, _floats_in_passes(problem.graph) + mistakes))


def _floats_in_passes(graph: Graph) -> int:
    return _ARRAYS_PER_NODE * sum(ops.num_cells(node.shape) for node in graph.nodes)
