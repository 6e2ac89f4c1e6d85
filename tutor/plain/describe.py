"""What lies before the learner, in lines: the graph drawn, the graph as a list, where a text is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len

from tutor.algebra.printing import format_value
from tutor.drawing.from_problem import boxes_of
from tutor.drawing.layout import draw
from tutor.drawing.render_text import render_text
from tutor.glyphs import to_ascii
from tutor.grading.verdict import LABELS, MARKS
from tutor.grading.wording import describe_blank
from tutor.i18n import N_, _, message
from tutor.packs.sanitize import strip_markup

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tutor.algebra.errors import AlgebraError
    from tutor.grading.problem import Blank
    from tutor.practice.worksheet import Worksheet


def caret_lines(text: str, position: int, length: int = 1) -> str:
    """Two lines: `text`, and a caret under the characters from `at`. Wide characters count as they are wide."""
    shown = "".join(character if character.isprintable() else " " for character in text)
    width = max(cell_len(shown[position : position + length]), 1)
    return f"  {shown}\n  {' ' * cell_len(shown[:position])}{'^' * width}"


def format_error(error: AlgebraError, text: str) -> str:
    """An error in a text of the command line: the sentence, and a caret under the place."""
    return str(error) if error.position < 0 else f"{error}\n{caret_lines(text, error.position, error.length)}"


def graph_text(worksheet: Worksheet, width: int, *, ascii: bool = False) -> list[str]:
    """The graph with what is filled in, in the fullest density that fits `width` cells; nothing where none does."""
    if not worksheet.problem.graph.nodes:
        return []
    boxes = boxes_of(worksheet.problem, ascii=ascii, hidden=worksheet.hidden_nodes)
    for density in ("full", "compact"):
        drawing = draw(boxes, density, ascii=ascii)
        if drawing.width <= width:
            shown = to_ascii if ascii else str
            texts = {
                name: [[shown(cell) for cell in row] for row in worksheet.value_text(name)] for name in drawing.places
            }
            marks = {name: _mark_cells(worksheet, name, rows, ascii) for name, rows in texts.items() if rows}
            return render_text(drawing, texts, marks, placeholder="." if ascii else "·")
    return []


def _mark_cells(worksheet: Worksheet, name: str, rows: list[list[str]], ascii: bool) -> list[list[str]]:
    verdict = worksheet.entry(name).verdict
    if verdict is None:
        return []
    right, wrong = ("v", "X") if ascii else ("✓", "✗")
    if verdict.cells:
        return [[right if cell else wrong for cell in row] for row in verdict.cells]
    mark = MARKS[verdict.kind]
    mark = {"✓": right, "✗": wrong}.get(mark, mark)
    return [[mark for _cell in row] for row in rows]


def describe_nodes(worksheet: Worksheet) -> Iterable[str]:
    """The graph in words, a line for each node, forward values included, and then what is given."""
    problem = worksheet.problem
    graph, forward = problem.graph, problem.exact_passes.values
    hidden = worksheet.hidden_nodes
    for position, node in enumerate(graph.nodes):
        value = (
            "?"
            if position in hidden
            else format_value(forward[position], near_one=problem.needs_extra_digits[position])
        )
        if node.is_input:
            yield str(message(N_("{name} = {value}"), name=node.id, value=value))
        else:
            names = ", ".join(graph.label(arg) for arg in node.args if arg is not None)
            text = N_("{node} takes {names} and gives {name} = {value}")
            name = graph.label(position)
            yield str(message(text, node=node.symbol, names=names, name=name, value=value))
    for place in problem.given_blanks:
        yield f"{format_prompt(worksheet, place)} {format_value(problem.truth(place))}"


def describe_edges(worksheet: Worksheet, blank_id: str) -> Iterable[str]:
    """What is asked, a line for each place in the order of the backward pass, with what stands there."""
    for number, place in enumerate(worksheet.fillable, 1):
        entry = worksheet.entry(place.id)
        standing = _("still empty")
        if entry.revealed or entry.verdict is not None:
            rows = worksheet.value_text(place.id)
            value = entry.text if place.shape is None or not rows else _join_rows(rows)
            word = LABELS[entry.verdict.kind] if entry.verdict is not None else N_("shown")
            standing = f"{value}, {_(word)}"
        elif worksheet.is_locked(place.id):
            standing = _("waits for the forward values")
        here = _("(you are here)") if place.id == blank_id else ""
        yield f"{number}. {format_prompt(worksheet, place)} {standing}  {here}".rstrip()


def _join_rows(rows: list[list[str]]) -> str:
    if len(rows) == len(rows[0]) == 1:
        return rows[0][0]
    return "[" + ", ".join("[" + ", ".join(row) + "]" for row in rows) + "]"


def format_prompt(worksheet: Worksheet, place: Blank) -> str:
    """What is asked at a place, ready for a value behind it."""
    text = str(describe_blank(worksheet.problem, place, worksheet.visible_texts()))
    if place.kind == "question":
        return strip_markup(text)
    return text if text.endswith("?") else f"{text} ="
