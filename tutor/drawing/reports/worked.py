"""Worked graph as text: a drawing, every edge and the gradients."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from rich.cells import cell_len

from tutor.algebra import ops
from tutor.algebra.evaluate import format_shape
from tutor.algebra.expr import ONE_HOT, Sym
from tutor.algebra.matrix_expr import MatrixExpr
from tutor.algebra.printing import format_cells, format_value
from tutor.algebra.typed_text import on_one_line
from tutor.drawing.from_problem import boxes_of
from tutor.drawing.layout.planned import PlannedDrawings
from tutor.drawing.render_text import render_text
from tutor.drawing.reports.worked_values import WorkedValues
from tutor.glyphs import UNICODE
from tutor.grading.wording import place_name
from tutor.packs.sanitize import clean_title

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tutor.algebra.ops import Value
    from tutor.engine.graph import Graph
    from tutor.engine.passes import Passes
    from tutor.glyphs import Glyphs
    from tutor.grading.problem import Blank, Problem

#: A row of the table: a name, the calculation of its value, the value.
_Row = tuple[str, str, str]
_GAP, _INDENT = "   ", "    "
#: The minimum width of a node in a drawing, in cells.
_MIN_NODE_WIDTH = 6


def worked_text(
    problem: Problem, glyphs: Glyphs = UNICODE, *, draw: bool | None = None, width: int | None = None
) -> list[str]:
    """Return the worked graph: a drawing, a row for every place, and the gradients. Raise NonFiniteError.

    `draw` is None to include the drawing if it fits `width`, which is the terminal's unless given.
    """
    render = glyphs.render
    width = width or terminal_width()
    values = WorkedValues.of(problem)
    lines = [glyphs.render(_format_heading(problem)), ""]
    if draw is not False:
        drawing = draw_filled(problem, values.passes, glyphs, width if draw is None else None)
        lines += [*drawing, ""] if drawing else []
    if problem.symbolic and (equations := list(values.named_equations())):
        lines += [*wrap_equations(equations, glyphs, width), ""]
    rows = [
        (render(name), render(calculation), render(value)) for name, calculation, value in _table_rows(problem, values)
    ]
    return [*lines, *_format_table(rows, width), "", *wrap_equations(values.result_equations(), glyphs, width)]


def terminal_width() -> int:
    """Return the width of the terminal in cells."""
    return shutil.get_terminal_size((80, 24)).columns


def _format_heading(problem: Problem) -> str:
    inputs = ", ".join(_format_input(name, problem.inputs[name]) for name in problem.graph.inputs)
    return f"{clean_title(on_one_line(problem.graph.text))}    {inputs}"


def _format_input(name: str, value: Value) -> str:
    """Return `x = 2`, or for a symbol `x`, `x > 0`, `X: 2×3`."""
    if not isinstance(value, MatrixExpr | Sym):
        return f"{name} = {format_value(value)}"
    symbol = value.expr if isinstance(value, MatrixExpr) else value
    assert isinstance(symbol, Sym)
    sign = {"positive": " > 0", "nonzero": " ≠ 0", "probability": " in (0, 1)"}.get(symbol.domain, "")
    if not isinstance(value, MatrixExpr):
        return f"{name}{sign}"
    return f"{name}{sign}: {format_shape(ops.shape_of(value))}{' one-hot' if symbol.domain == ONE_HOT else ''}"


def draw_filled(problem: Problem, passes: Passes, glyphs: Glyphs = UNICODE, width: int | None = None) -> list[str]:
    """Return the drawing with all values, or nothing if it is wider than `width`."""
    rows = {
        place.id: [list(map(glyphs.render, row)) for row in format_cells(problem.truth(place, passes))]
        for place in problem.places
    }
    if width is not None and _longest_path(problem.graph) * _MIN_NODE_WIDTH > width:
        return []
    drawing = None
    for fit_values in (True, False):
        drawings = PlannedDrawings(boxes_of(problem, glyphs, fit_values=fit_values, passes=passes), glyphs)
        drawing = drawings.draw() if width is None else drawings.framed(width)
        if problem.symbolic or (drawing and drawing.density == "full"):
            break
    return render_text(drawing, rows) if drawing else []


def _longest_path(graph: Graph) -> int:
    """Return the number of nodes on the longest path."""
    lengths: list[int] = []
    for node in graph.nodes:
        lengths.append(1 + max((lengths[arg] for arg in node.args if arg is not None), default=0))
    return max(lengths)


def _table_rows(problem: Problem, values: WorkedValues) -> Iterator[_Row]:
    """Return a row for every place: its name, how it is computed from numbers, its value."""
    for place in problem.places:
        name = str(place_name(problem, place))
        yield name, _format_calculation(problem, place, values), values.format_place(place)


def _format_calculation(problem: Problem, place: Blank, values: WorkedValues) -> str:
    """Return `upstream × local derivative` for an edge, the sum for a branch; nothing for matrices."""
    passes = values.passes
    if place.edge:
        edge = passes.edges[place.edge.target, place.edge.slot]
        if edge.local_gradient is None or ops.is_array(edge.gradient):
            return ""
        return f"{values.format_operand(edge.upstream)} × {values.format_operand(edge.local_gradient)}"
    if place.kind == "sum":
        return " + ".join(values.format_operand(problem.truth(part, passes)) for part in problem.branch_edges(place))
    return ""


def _format_table(rows: list[_Row], width: int) -> list[str]:
    """Return the table in columns, or stacked if a line would be too wide."""
    first, second = (max(cell_len(row[column]) for row in rows) for column in (0, 1))
    lines = [
        f"{name}{' ' * (first - cell_len(name))}{_GAP}{calculation}{' ' * (second - cell_len(calculation))} {'=' if calculation else ' '} {value}"
        for name, calculation, value in rows
    ]
    if all(cell_len(line) <= width for line in lines):
        return lines
    stacked: list[str] = []
    for name, calculation, value in rows:
        stacked += [name, *_wrap_sides([calculation, value] if calculation else [value], width, _INDENT)]
    return stacked


def wrap_equations(equations: Iterable[tuple[str, list[str]]], glyphs: Glyphs, width: int) -> Iterator[str]:
    """Yield `a = b = c`, with each side on its own line if one line is too short."""
    for equation, right_sides in equations:
        name, *sides = map(glyphs.render, (equation, *right_sides))
        line = " = ".join([name, *sides])
        if cell_len(line) <= width:
            yield line
        else:
            yield name
            yield from _wrap_sides(sides, width, _INDENT, leading=True)


def _wrap_sides(sides: list[str], width: int, indent: str, leading: bool = False) -> Iterator[str]:
    """Yield the sides of an equation, each on a new line.

    Long ones are broken: matrices after each row, values before ≈, sums before a sign.
    """
    for number, side in enumerate(sides):
        sign = "= " if leading or number else ""
        line = f"{indent}{sign}{side}"
        if cell_len(line) <= width:
            yield line
            continue
        continued = f"{indent}{' ' * len(sign)}"
        for part in line.replace("], [", f"],\n{continued} [").replace(" ≈ ", f"\n{continued}≈ ").splitlines():
            yield from _wrap_sum(part, width, f"{continued}  ")


def _wrap_sum(line: str, width: int, indent: str) -> Iterator[str]:
    """Yield a sum on as many lines as it needs, broken before signs outside of brackets."""
    while cell_len(line) > width:
        depth = place = 0
        for position, character in enumerate(line):
            depth += (character in "([") - (character in ")]")
            sign = depth == 0 and line[position : position + 3] in (" + ", " − ", " - ")
            if sign and position > len(indent) and (place == 0 or cell_len(line[:position]) <= width):
                place = position
        if not place:
            break
        yield line[:place]
        line = indent + line[place + 1 :]
    yield line
