"""What lies before the learner, in lines: the graph drawn, the graph as a list, where a text is wrong."""

from __future__ import annotations

from collections.abc import Iterable

from rich.cells import cell_len

from tutor.algebra.errors import AlgebraError
from tutor.algebra.show import show
from tutor.ascii import to_ascii
from tutor.drawing import draw, paint, sketch
from tutor.grading import Blank, asks
from tutor.grading.verdict import MARKS, WORDS
from tutor.i18n import N_, _, message
from tutor.packs.plain_text import unmarked
from tutor.practice.worksheet import Worksheet


def caret(text: str, at: int, length: int = 1) -> str:
    """Two lines: `text`, and a caret under the characters from `at`. Wide characters count as they are wide."""
    shown = "".join(character if character.isprintable() else " " for character in text)
    width = max(cell_len(shown[at : at + length]), 1)
    return f"  {shown}\n  {' ' * cell_len(shown[:at])}{'^' * width}"


def point_at(error: AlgebraError, text: str) -> str:
    """An error in a text of the command line: the sentence, and a caret under the place."""
    return str(error) if error.at < 0 else f"{error}\n{caret(text, error.at, error.length)}"


def picture(worksheet: Worksheet, width: int, *, ascii: bool = False) -> list[str]:
    """The graph with what is filled in, in the fullest density that fits `width` cells; nothing where none does."""
    if not worksheet.problem.graph.nodes:
        return []
    boxes = sketch(worksheet.problem, ascii=ascii, hidden=worksheet.hidden)
    for density in ("full", "compact"):
        drawing = draw(boxes, density, ascii=ascii)
        if drawing.width <= width:
            shown = to_ascii if ascii else str
            texts = {
                name: [[shown(cell) for cell in row] for row in worksheet.value_text(name)] for name in drawing.places
            }
            marks = {name: _marks(worksheet, name, rows, ascii) for name, rows in texts.items() if rows}
            return paint(drawing, texts, marks, blank="." if ascii else "·")
    return []


def _marks(worksheet: Worksheet, name: str, rows: list[list[str]], ascii: bool) -> list[list[str]]:
    verdict = worksheet.entry(name).verdict
    if verdict is None:
        return []
    right, wrong = ("v", "X") if ascii else ("✓", "✗")
    if verdict.cells:
        return [[right if cell else wrong for cell in row] for row in verdict.cells]
    mark = MARKS[verdict.kind]
    mark = {"✓": right, "✗": wrong}.get(mark, mark)
    return [[mark for _cell in row] for row in rows]


def nodes(worksheet: Worksheet) -> Iterable[str]:
    """The graph in words, a line for each node, forward values included, and then what is given."""
    problem = worksheet.problem
    graph, forward = problem.graph, problem.exact.values
    hidden = worksheet.hidden
    for position, node in enumerate(graph.nodes):
        value = "?" if position in hidden else show(forward[position], near_one=problem.near_one[position])
        if node.is_input:
            yield str(message(N_("{name} = {value}"), name=node.id, value=value))
        else:
            names = ", ".join(graph.title(arg) for arg in node.args if arg is not None)
            text = N_("{node} takes {names} and gives {name} = {value}")
            name = graph.title(position)
            yield str(message(text, node=node.sign, names=names, name=name, value=value))
    for place in problem.shown:
        yield f"{name_of(worksheet, place)} {show(problem.truth(place))}"


def edges(worksheet: Worksheet, at: str) -> Iterable[str]:
    """What is asked, a line for each place in the order of the backward pass, with what stands there."""
    for number, place in enumerate(worksheet.stops, 1):
        entry = worksheet.entry(place.id)
        standing = _("still empty")
        if entry.revealed or entry.verdict is not None:
            rows = worksheet.value_text(place.id)
            value = entry.text if place.shape is None or not rows else _on_one_line(rows)
            word = WORDS[entry.verdict.kind] if entry.verdict is not None else N_("shown")
            standing = f"{value}, {_(word)}"
        elif worksheet.locked(place.id):
            standing = _("waits for the forward values")
        here = _("(you are here)") if place.id == at else ""
        yield f"{number}. {name_of(worksheet, place)} {standing}  {here}".rstrip()


def _on_one_line(rows: list[list[str]]) -> str:
    if len(rows) == len(rows[0]) == 1:
        return rows[0][0]
    return "[" + ", ".join("[" + ", ".join(row) + "]" for row in rows) + "]"


def name_of(worksheet: Worksheet, place: Blank) -> str:
    """What is asked at a place, ready for a value behind it."""
    text = str(asks(worksheet.problem, place, worksheet.known_texts()))
    if place.kind == "question":
        return unmarked(text)
    return text if text.endswith("?") else f"{text} ="
