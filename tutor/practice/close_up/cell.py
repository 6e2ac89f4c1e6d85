"""Numbers behind a matrix cell: the rows, columns and cells of its crosshair, with the values that the learner sees."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.printing import format_cells
from tutor.i18n import N_, message
from tutor.practice.close_up.crosshair import crosshair
from tutor.practice.close_up.data import CellOrigin, CellSource

if TYPE_CHECKING:
    from tutor.algebra.ops import Shape
    from tutor.grading.problem import Problem
    from tutor.i18n import Message
    from tutor.practice.close_up.crosshair import MarkedCells
    from tutor.practice.close_up.known import Known

#: With more numbers only the first ones are told.
MAX_NUMBERS = 8

_WHOLE, _ROW, _COLUMN = N_("all of {name}"), N_("row {i} of {name}"), N_("column {j} of {name}")
_CELL = N_("cell [{i},{j}] of {name}")


def cell_origin(known: Known, cell: tuple[int, int]) -> CellOrigin | None:
    """Return what makes a cell of the asked matrix; None as long as the rule is not known."""
    marked = crosshair(known.worksheet, known.blank.id, cell)
    sources = tuple(_source(known, cells) for cells in marked)
    is_product = _is_product(known) and len({len(source.numbers) for source in sources}) == 1
    if _is_product(known) and known.blank.edge is not None and known.blank.edge.slot == 1:
        sources = sources[::-1]  # As in the equation: the left matrix, transposed, comes before the upstream.
    row, column = (known.problem.graph.first_cell_number + place for place in cell)
    return CellOrigin(row, column, sources, is_product) if sources else None


def _is_product(known: Known) -> bool:
    """Return whether the cell is the sum of the products of the marked numbers."""
    blank = known.blank
    position = blank.edge.target if blank.edge else blank.node
    return blank.kind != "sum" and known.problem.graph.nodes[position].op == "matmul"


def _source(known: Known, cells: MarkedCells) -> CellSource:
    problem = known.problem
    if not cells.place:
        position = problem.graph.position[cells.source]
        numbers = () if position in known.worksheet.hidden_nodes else _forward_numbers(known, position, cells)
        shape = problem.graph.nodes[position].shape
        return CellSource(_caption(problem, cells, problem.graph.label(position), shape), numbers, "forward")
    place = problem.place(cells.place)
    name: str | Message = message(N_("the upstream"))
    if known.blank.kind == "sum" and place.edge is not None:
        name = message(N_("the value from {node}"), node=known.label(place.edge.target))
    rows = known.worksheet.value_text(cells.place)
    fits = bool(rows) and place.grid in (None, (len(rows), len(rows[0])))
    numbers = _marked_texts(rows, cells) if fits else ()
    return CellSource(_caption(problem, cells, name, place.shape), numbers, "backward")


def _forward_numbers(known: Known, position: int, cells: MarkedCells) -> tuple[str, ...]:
    value = known.problem.exact_passes.values[position]
    if not ops.is_matrix(value):
        return (known.forward(position).text,)
    near_one = known.problem.needs_extra_digits[position]
    return _marked_texts(format_cells(value, near_one=near_one), cells)


def _marked_texts(rows: list[list[str]], cells: MarkedCells) -> tuple[str, ...]:
    texts = [text for i, row in enumerate(rows) for j, text in enumerate(row) if cells.covers(i, j)]
    return (*texts[: MAX_NUMBERS - 1], "…") if len(texts) > MAX_NUMBERS else tuple(texts)


def _caption(problem: Problem, cells: MarkedCells, name: str | Message, shape: Shape) -> str | Message:
    if shape is None:
        return name
    if cells.row is None and cells.column is None:
        return message(_WHOLE, name=name)
    first = problem.graph.first_cell_number
    if cells.column is None:
        return message(_ROW, i=(cells.row or 0) + first, name=name)
    if cells.row is None:
        return message(_COLUMN, j=cells.column + first, name=name)
    return message(_CELL, i=cells.row + first, j=cells.column + first, name=name)
