"""A worked graph in lines for people: values, or formulas where something is left as a symbol."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from rich.cells import cell_len

from tutor.algebra import ops
from tutor.algebra.expr import Sym
from tutor.algebra.matrix_expr import MatrixExpr
from tutor.algebra.printing import format_cells, format_value
from tutor.drawing.from_problem import boxes_of
from tutor.drawing.layout import draw as draw_graph
from tutor.drawing.render_text import render_text
from tutor.drawing.reports.worked_values import WorkedValues
from tutor.glyphs import to_ascii
from tutor.grading.wording import place_name
from tutor.packs.sanitize import clean_title

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tutor.algebra.ops import Value
    from tutor.engine.graph import Graph
    from tutor.engine.passes import Passes
    from tutor.grading.problem import Blank, Problem

#: One line of the table: what it is about, how its value comes about, its value.
_Row = tuple[str, str, str]
#: What stands before and between the parts of a line.
_GAP, _INDENT = "   ", "    "
#: A node takes so many cells at least in a drawing.
_MIN_NODE_WIDTH = 6


def worked_text(
    problem: Problem, ascii: bool = False, *, draw: bool | None = None, width: int | None = None
) -> list[str]:
    """The worked graph: the drawing where it fits `width` (that of the terminal) or is asked for, then every edge,
    then the gradients. Raises `NonFiniteError`.
    """
    width = width or shutil.get_terminal_size((80, 24)).columns
    text = to_ascii if ascii else str
    spelling = WorkedValues.of(problem)
    passes = spelling.passes
    lines = [text(_format_heading(problem)), ""]
    if draw is not False and (picture := _draw_filled(problem, passes, ascii, width if draw is None else None)):
        lines += [*picture, ""]
    if problem.symbolic and (
        defined := [_convert_equation(text, *equation) for equation in spelling.named_equations()]
    ):
        lines += [*_wrap_equations(defined, width), ""]
    rows = [(text(name), text(how), text(value)) for name, how, value in _table_rows(problem, spelling)]
    lines += [*_format_table(rows, width), ""]
    return lines + list(
        _wrap_equations([_convert_equation(text, *equation) for equation in spelling.result_equations()], width)
    )


def _format_heading(problem: Problem) -> str:
    inputs = ", ".join(_format_input(name, problem.inputs[name]) for name in problem.graph.inputs)
    return f"{clean_title(problem.graph.text)}    {inputs}"


def _format_input(name: str, value: Value) -> str:
    """`x = 2`; for a symbol `x`, `x > 0`, `X: 2×3`."""
    if not isinstance(value, MatrixExpr | Sym):
        return f"{name} = {format_value(value)}"
    symbol = value.expr if isinstance(value, MatrixExpr) else value
    assert isinstance(symbol, Sym)
    sign = {"positive": " > 0", "nonzero": " ≠ 0"}.get(symbol.domain, "")
    return f"{name}{sign}: {value.shape[0]}×{value.shape[1]}" if isinstance(value, MatrixExpr) else f"{name}{sign}"


def _draw_filled(problem: Problem, passes: Passes, ascii: bool, width: int | None) -> list[str]:
    """The graph with everything filled in; nothing where it is wider than `width`, if one is given."""
    text = to_ascii if ascii else str
    rows = {
        place.id: [[text(cell) for cell in row] for row in format_cells(problem.truth(place, passes))]
        for place in problem.places
    }
    if width is not None and _longest_path(problem.graph) * _MIN_NODE_WIDTH > width:
        return []
    for roomy in (True, False):
        picture = draw_graph(boxes_of(problem, ascii=ascii, fit_values=roomy, passes=passes), ascii=ascii)
        if width is None or picture.width <= width:
            return render_text(picture, rows)
        if problem.symbolic:
            break
    return []


def _longest_path(graph: Graph) -> int:
    """How many nodes stand one behind the other."""
    found: list[int] = []
    for node in graph.nodes:
        found.append(1 + max((found[arg] for arg in node.args if arg is not None), default=0))
    return max(found)


def _table_rows(problem: Problem, spelling: WorkedValues) -> Iterator[_Row]:
    """Every place: its name, upstream × slope where it is a product of numbers, its value."""
    for place in problem.places:
        name = str(place_name(problem, place))
        yield name, _format_calculation(problem, place, spelling), spelling.format_place(place)


def _format_calculation(problem: Problem, place: Blank, spelling: WorkedValues) -> str:
    passes = spelling.passes
    if place.edge:
        passed = passes.edges[place.edge.target, place.edge.slot]
        if passed.local_gradient is None or ops.is_array(passed.gradient):
            return ""
        return f"{spelling.format_operand(passed.upstream)} × {spelling.format_operand(passed.local_gradient)}"
    if place.kind == "sum":
        return " + ".join(spelling.format_operand(problem.truth(part, passes)) for part in problem.branch_edges(place))
    return ""


def _format_table(rows: list[_Row], width: int) -> list[str]:
    """The table in columns; under each other where a line would be too wide."""
    first, second = (max(cell_len(row[column]) for row in rows) for column in (0, 1))
    lines = [
        f"{name}{' ' * (first - cell_len(name))}{_GAP}{how}{' ' * (second - cell_len(how))} {'=' if how else ' '} {value}"
        for name, how, value in rows
    ]
    if all(cell_len(line) <= width for line in lines):
        return lines
    stacked: list[str] = []
    for name, how, value in rows:
        stacked += [name, *_wrap_sides([how, value] if how else [value], width, _INDENT)]
    return stacked


def _convert_equation(text: Callable[[str], str], name: str, sides: list[str]) -> list[str]:
    return [text(name), *map(text, sides)]


def _wrap_equations(equations: list[list[str]], width: int) -> Iterator[str]:
    """`a = b = c`, each side on a line of its own where one is too long."""
    for name, *sides in equations:
        line = " = ".join([name, *sides])
        if cell_len(line) <= width:
            yield line
        else:
            yield name
            yield from _wrap_sides(sides, width, _INDENT, leading=True)


def _wrap_sides(sides: list[str], width: int, indent: str, leading: bool = False) -> Iterator[str]:
    """The sides of an equation on lines of their own, broken where they must be: matrices row by row, before ≈, sums
    before a sign.
    """
    for number, side in enumerate(sides):
        sign = "= " if leading or number else ""
        line = f"{indent}{sign}{side}"
        if cell_len(line) <= width:
            yield line
            continue
        apart = f"{indent}{' ' * len(sign)}"
        for part in line.replace("], [", f"],\n{apart} [").replace(" ≈ ", f"\n{apart}≈ ").splitlines():
            yield from _wrap_sum(part, width, f"{apart}  ")


def _wrap_sum(line: str, width: int, indent: str) -> Iterator[str]:
    """A sum on as many lines as it needs, broken before a sign that stands in no brackets."""
    while cell_len(line) > width:
        depth = place = 0
        for at, character in enumerate(line):
            depth += (character in "([") - (character in ")]")
            sign = depth == 0 and line[at : at + 3] in (" + ", " − ", " - ")
            if sign and at > len(indent) and (place == 0 or cell_len(line[:at]) <= width):
                place = at
        if not place:
            break
        yield line[:place]
        line = indent + line[place + 1 :]
    yield line
