"""From a problem to the boxes and lines that are drawn."""

from __future__ import annotations

from rich.cells import cell_len

from tutor.algebra import values
from tutor.algebra.show import show_rows
from tutor.algebra.values import Shape, Value
from tutor.ascii import to_ascii
from tutor.drawing.spec import Box, Line, Slot
from tutor.engine import OPERATIONS
from tutor.grading import Problem

#: Entries of a matrix that are wider than this are shortened in the drawing.
WIDEST = 9


def value_lines(value: Value, near_one: bool = False) -> tuple[str, ...]:
    """A forward value as it stands above a line: one text, or a row in brackets for each row of a matrix."""
    rows = show_rows(value, near_one=near_one)
    if not values.is_matrix(value):
        return (rows[0][0],)
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return tuple(
        "[" + " ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) + "]" for row in rows
    )


def sketch(problem: Problem, *, ascii: bool = False) -> list[Box]:
    """The boxes of a problem's graph, its output at the end, with a slot for every backward value."""
    graph = problem.graph
    text = to_ascii if ascii else str
    forward = [value_lines(value, problem.near_one[i]) for i, value in enumerate(problem.exact.values)]
    forward = [tuple(map(text, lines)) for lines in forward]
    cell = _cell(problem)
    boxes = []
    for position, node in enumerate(graph.nodes):
        lines = []
        for edge in graph.incoming[position]:
            slot = _slot(edge.id, graph.nodes[edge.source].shape, cell) if problem.wanted[edge.source] else None
            lines.append(Line(graph.nodes[edge.source].id, forward[edge.source], slot))
        branches = len(graph.outgoing[position]) > 1 and problem.wanted[position]
        boxes.append(
            Box(
                id=node.id,
                label=text(node.sign),
                kind="input" if node.is_input else "op",
                lines=tuple(lines),
                swappable=node.op is not None and OPERATIONS[node.op].swappable,
                stem=_slot(node.id, node.shape, cell) if branches else None,
            )
        )
    last = graph.nodes[graph.last]
    end = Line(last.id, forward[graph.last], _slot("start", last.shape, cell))
    # An input may be called as the output's box would be; a colon is in no name.
    boxes.append(Box(f"{graph.output}:", graph.output, "output", (end,)))
    return boxes


def _cell(problem: Problem) -> int:
    """How wide the entries of matrices are: one width for the whole graph, which tells nothing about a single one."""
    matrices = [problem.truth(place) for place in problem.places if place.shape]
    widths = [cell_len(cell) for matrix in matrices for row in show_rows(matrix) for cell in row]
    return min(max(widths, default=0), WIDEST)


def _slot(name: str, shape: Shape, cell: int) -> Slot:
    if shape is None:
        return Slot(name)
    return Slot(name, *shape, max(cell, Slot(name).cell))
