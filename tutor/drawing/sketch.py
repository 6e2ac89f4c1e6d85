"""From a problem to the boxes and lines that are drawn."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

from rich.cells import cell_len

from tutor.algebra import values
from tutor.algebra.show import show_rows
from tutor.algebra.values import Value
from tutor.algebra.whole import Whole
from tutor.ascii import to_ascii
from tutor.drawing.spec import Box, Line, Slot
from tutor.engine import Passes
from tutor.grading import Blank, Problem

#: Entries of a matrix that are wider than this are shortened in the drawing.
WIDEST = 9


def value_lines(value: Value, near_one: bool = False) -> tuple[str, ...]:
    """A forward value as it stands above a line: one text, or a row in brackets for each row of a matrix."""
    rows = show_rows(value, near_one=near_one)
    if isinstance(value, Whole) or not values.is_matrix(value):
        return (rows[0][0],)
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return tuple(
        "[" + " ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) + "]" for row in rows
    )


def sketch(
    problem: Problem,
    *,
    ascii: bool = False,
    roomy: bool = False,
    hidden: Collection[int] = (),
    passes: Passes | None = None,
) -> list[Box]:
    """The boxes of a problem's graph, its output at the end, with a slot for every backward value; none without one.

    A `roomy` sketch has room for every right value in full; it tells how long they are. The forward values of
    `hidden` nodes are asked, so that a question mark stands for them. `passes` are drawn in place of the exact ones.
    """
    graph = problem.graph
    if not graph.nodes:
        return []
    text = to_ascii if ascii else str
    passes = passes or problem.exact
    forward = [value_lines(value, problem.near_one[i]) for i, value in enumerate(passes.values)]
    forward = [
        tuple(map(text, lines)) if position not in hidden else _unknown(lines) for position, lines in enumerate(forward)
    ]
    slots = {place.id: _slot(problem, place, passes, roomy, text) for place in problem.places}
    boxes = []
    for position, node in enumerate(graph.nodes):
        lines = []
        for edge in graph.incoming[position]:
            lines.append(Line(graph.nodes[edge.source].id, forward[edge.source], slots.get(edge.id)))
        branches = len(graph.outgoing[position]) > 1 and problem.wanted[position]
        boxes.append(
            Box(
                id=node.id,
                label=text(str(problem.labels.get(node.id, node.sign))),
                kind="input" if node.is_input else "op",
                lines=tuple(lines),
                swappable=not node.is_input and node.operation.swappable,
                stem=slots[node.id] if branches else None,
            )
        )
    last = graph.nodes[graph.last]
    end = Line(last.id, forward[graph.last], slots["start"])
    # An input may be called as the output's box would be; a colon is in no name.
    boxes.append(Box(f"{graph.output}:", graph.output, "output", (end,)))
    return boxes


def _unknown(lines: tuple[str, ...]) -> tuple[str, ...]:
    """A question mark in each row, as wide as what will stand there."""
    return tuple("?".center(max(cell_len(line), 3)) for line in lines)


def _slot(problem: Problem, place: Blank, passes: Passes, roomy: bool, text: Callable[[str], str]) -> Slot:
    truth = problem.truth(place, passes)
    if isinstance(truth, Whole):
        return _wide(Slot(place.id), _widest(truth, text))
    slot = Slot(place.id, *(place.shape or (1, 1)))
    if roomy:
        return _wide(slot, _widest(truth, text))
    if place.shape is None:
        return slot
    # While answers are typed all matrices of a graph get one width, so that it tells nothing about a single value.
    matrices = (problem.truth(other, passes) for other in problem.places if other.shape)
    return _wide(slot, min(max(_widest(matrix, text) for matrix in matrices), WIDEST))


def _wide(slot: Slot, cell: int) -> Slot:
    return replace(slot, cell=max(cell, slot.cell))


def _widest(value: Value, text: Callable[[str], str]) -> int:
    return max(cell_len(text(cell)) for row in show_rows(value) for cell in row)
