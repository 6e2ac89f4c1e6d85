"""The graph and the blanks of a worksheet as lines of text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.algebra.evaluate import format_shape
from tutor.algebra.matrix_expr import MatrixExpr
from tutor.algebra.printing import format_rows, format_value
from tutor.drawing.from_problem import boxes_of
from tutor.drawing.layout.planned import PlannedDrawings
from tutor.drawing.render_text import render_text
from tutor.glyphs import UNICODE
from tutor.grading.verdict import LABELS, MARKS
from tutor.grading.wording import describe_blank, drawn_name, matrix_label
from tutor.i18n import N_, _, message
from tutor.packs.sanitize import strip_markup

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tutor.glyphs import Glyphs
    from tutor.grading.problem import Blank
    from tutor.practice.worksheet import Worksheet


def graph_text(worksheet: Worksheet, width: int, glyphs: Glyphs = UNICODE) -> list[str]:
    """Return the graph with its entries, in the fullest density that fits `width` cells; nothing if none does."""
    if not worksheet.problem.graph.nodes:
        return []
    boxes = boxes_of(worksheet.problem, glyphs, hidden=worksheet.hidden_nodes, shown=worksheet.drawn_places)
    drawings = PlannedDrawings(boxes, glyphs)
    drawing = drawings.framed(width) or drawings.compact(width)
    if drawing.width > width:
        return []
    texts = {name: [list(map(glyphs.render, row)) for row in worksheet.value_text(name)] for name in drawing.places}
    marks = {name: _mark_cells(worksheet, name, rows, glyphs) for name, rows in texts.items() if rows}
    return render_text(drawing, texts, marks)


def _mark_cells(worksheet: Worksheet, name: str, rows: list[list[str]], glyphs: Glyphs) -> list[list[str]]:
    verdict = worksheet.entry(name).verdict
    if verdict is None:
        is_given = worksheet.state(name) == "given" and worksheet.problem.place(name).kind != "start"
        return [[glyphs.given] * len(row) for row in rows] if is_given else []
    if verdict.cells:
        return [[glyphs.correct if cell else glyphs.incorrect for cell in row] for row in verdict.cells]
    return [[glyphs.for_verdict(MARKS[verdict.kind])] * len(row) for row in rows]


def describe_nodes(worksheet: Worksheet) -> Iterable[str]:
    """Return a line for each node with its forward value, then one for each given value."""
    problem = worksheet.problem
    graph, forward = problem.graph, problem.exact_passes.values
    hidden = worksheet.hidden_nodes
    for position, node in enumerate(graph.nodes):
        value = (
            "?"
            if position in hidden
            else format_value(forward[position], near_one=problem.needs_extra_digits[position])
        )
        if node.is_input and isinstance(forward[position], MatrixExpr):
            text, name = N_("{name} is a matrix, {shape}"), drawn_name(problem, position)
            yield str(message(text, name=name, shape=matrix_label(problem, position)))
        elif node.is_input:
            yield str(message(N_("{name} = {value}"), name=drawn_name(problem, position), value=value))
        else:
            names = ", ".join(graph.label(arg) for arg in node.args if arg is not None)
            text = N_("{node} takes {names} and outputs {name} = {value}")
            if isinstance(forward[position], MatrixExpr) and position not in hidden:
                text, value = N_("{node} takes {names} and outputs {name}, {value}"), format_shape(node.shape)
            name = graph.label(position)
            yield str(message(text, node=node.symbol, names=names, name=name, value=value))
    for place in problem.given_blanks:
        value = format_value(problem.truth(place))
        if place.kind != "start":
            value = str(message(N_("{value} (given)"), value=value))
        yield f"{format_prompt(worksheet, place)} {value}"


def describe_edges(worksheet: Worksheet, blank_id: str) -> Iterable[str]:
    """Return a line for each blank in the order of the backward pass, with its entry; `blank_id` is in focus."""
    for number, place in enumerate(worksheet.fillable, 1):
        entry = worksheet.entry(place.id)
        status = _("empty")
        if entry.revealed or entry.verdict is not None:
            rows = worksheet.value_text(place.id)
            value = entry.text if place.grid is None or not rows else _join_rows(rows)
            label = LABELS[entry.verdict.kind] if entry.verdict is not None else N_("shown")
            status = f"{value}, {_(label)}"
        elif worksheet.is_locked(place.id):
            status = _("needs the forward values first")
        focus_mark = _("(you are here)") if place.id == blank_id else ""
        yield f"{number}. {format_prompt(worksheet, place)} {status}  {focus_mark}".rstrip()


def _join_rows(rows: list[list[str]]) -> str:
    if len(rows) == len(rows[0]) == 1:
        return rows[0][0]
    return format_rows(rows)


def format_prompt(worksheet: Worksheet, place: Blank) -> str:
    """Return what a blank asks, as a prompt for its value."""
    text = str(describe_blank(worksheet.problem, place, worksheet.visible_texts(place.id)))
    if place.kind == "question":
        return strip_markup(text)
    return text if text.endswith("?") else f"{text} ="
