"""Boxes and lines of a problem's graph, ready to be drawn."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rich.cells import cell_len

from tutor.algebra import ops
from tutor.algebra.matrix_expr import MatrixExpr
from tutor.algebra.printing import format_cells
from tutor.drawing.cell_width import truncate
from tutor.drawing.model import Box, InputLine, Slot
from tutor.glyphs import UNICODE
from tutor.grading.wording import drawn_name, matrix_label

if TYPE_CHECKING:
    from collections.abc import Collection

    from tutor.algebra.ops import Value
    from tutor.engine.passes import Passes
    from tutor.glyphs import Glyphs
    from tutor.grading.problem import Problem

#: Wider entries of a matrix are truncated in the drawing.
MAX_TEXT_WIDTH = 9
#: Longer names of steps are truncated in the drawing.
_MAX_NAME_WIDTH = 16
_SHORT_SIGNS = {"broadcast": "bcast"}
#: Room for a formula of matrices, whatever the right one is.
_FORMULA_WIDTH = 11


def format_forward_value(value: Value, near_one: bool = False) -> tuple[str, ...]:
    """Return a forward value as it is drawn above a line: one text, or one in brackets for each row of a matrix."""
    rows = format_cells(value, near_one=near_one)
    if isinstance(value, MatrixExpr) or not ops.is_matrix(value):
        return (rows[0][0],)
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return tuple(
        "[" + " ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) + "]" for row in rows
    )


def boxes_of(
    problem: Problem,
    glyphs: Glyphs = UNICODE,
    *,
    fit_values: bool = False,
    hidden: Collection[int] = (),
    shown: Collection[str] | None = None,
    passes: Passes | None = None,
) -> list[Box]:
    """Return the boxes of a problem's graph, the output last, with a slot for every backward value.

    With `fit_values` every right value fits in full, so the widths give hints about the values. `hidden` are positions
    of nodes whose forward value is asked; a question mark replaces it. `shown` are the places that get a slot (None:
    all). `passes` are used instead of the exact ones.
    """
    graph = problem.graph
    if not graph.nodes:
        return []
    passes = passes or problem.exact_passes
    forward: list[tuple[str, ...]]
    if problem.has_matrix_symbols and not fit_values:
        forward = [(_shape_label(problem, position),) for position in range(len(graph.nodes))]
    else:
        forward = [format_forward_value(value, problem.needs_extra_digits[i]) for i, value in enumerate(passes.values)]
    forward = [
        tuple(map(glyphs.render, lines)) if position not in hidden else _question_marks(lines)
        for position, lines in enumerate(forward)
    ]
    shapes = [glyphs.render(_shape_label(problem, i)) if node.shape else "" for i, node in enumerate(graph.nodes)]
    slots = _make_slots(problem, passes, fit_values, glyphs)
    if shown is not None:
        slots = {name: slot for name, slot in slots.items() if name in shown}
    output = graph.output_position
    boxes = []
    for position, node in enumerate(graph.nodes):
        label, alias = _label_and_alias(problem, position)
        lines = [
            InputLine(graph.nodes[edge.source].id, forward[edge.source], slots.get(edge.id), shapes[edge.source])
            for edge in graph.incoming_edges[position]
        ]
        branches = len(problem.gradient_edges[position]) > 1
        boxes.append(
            Box(
                id=node.id,
                label=glyphs.render(label),
                kind="input" if node.is_input else "op",
                lines=tuple(lines),
                commutative=not node.is_input and node.operation.commutative,
                stem=slots.get(node.id) if branches else None,
                name="" if node.is_input or position == output else _short_name(node.name or "", glyphs),
                alias=alias,
                short="" if node.is_input else _SHORT_SIGNS.get(node.symbol, ""),
            )
        )
    end = InputLine(graph.nodes[output].id, forward[output], slots.get("start"), shapes[output])
    # The colon keeps the id of the output's box apart from all names.
    boxes.append(Box(f"{graph.output}:", graph.output, "output", (end,)))
    return boxes


def _short_name(name: str, glyphs: Glyphs) -> str:
    return truncate(glyphs.render(name), _MAX_NAME_WIDTH, glyphs.ellipsis)


def _label_and_alias(problem: Problem, position: int) -> tuple[str, str]:
    """Return the label of a node, and an input's name if that is not in its label."""
    node = problem.graph.nodes[position]
    if node.id not in problem.labels:
        return node.symbol, ""
    label = str(problem.labels[node.id])
    return label, "" if drawn_name(problem, position) == label else node.id


def _shape_label(problem: Problem, position: int) -> str:
    """Return the shape of a matrix in names of sizes, or the name of a number."""
    node = problem.graph.nodes[position]
    return matrix_label(problem, position) if node.shape else node.name or node.id


def _question_marks(lines: tuple[str, ...]) -> tuple[str, ...]:
    """Return a question mark for each row, as wide as the hidden text."""
    return tuple("?".center(max(cell_len(line), 3)) for line in lines)


def _make_slots(problem: Problem, passes: Passes, fit_values: bool, glyphs: Glyphs) -> dict[str, Slot]:
    """Return the slot of every place.

    Matrices of a graph get one width unless `fit_values` is set, so that it gives no hint about a single value.
    """
    if problem.has_matrix_symbols and not fit_values:
        return {place.id: Slot(place.id, cell_width=_FORMULA_WIDTH) for place in problem.places}
    truths = {place.id: problem.truth(place, passes) for place in problem.places}
    has_own_width = {place_id: fit_values or isinstance(truth, MatrixExpr) for place_id, truth in truths.items()}
    matrices = [truths[place.id] for place in problem.places if place.shape and not all(has_own_width.values())]
    shared_width = min(max((_max_cell_width(matrix, glyphs) for matrix in matrices), default=0), MAX_TEXT_WIDTH)
    slots = {}
    for place in problem.places:
        truth = truths[place.id]
        slot = Slot(place.id) if isinstance(truth, MatrixExpr) else Slot(place.id, *(place.shape or (1, 1)))
        if has_own_width[place.id]:
            slot = _widen(slot, _max_cell_width(truth, glyphs))
        elif place.shape:
            slot = _widen(slot, shared_width)
        slots[place.id] = slot
    return slots


def _widen(slot: Slot, cell: int) -> Slot:
    return replace(slot, cell_width=max(cell, slot.cell_width))


def _max_cell_width(value: Value, glyphs: Glyphs) -> int:
    return max(cell_len(glyphs.render(cell)) for row in format_cells(value) for cell in row)
