"""Worksheets as Markdown: graphs as text, in blocks that keep every character in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.drawing.sheets.content import choice_letter, drawn_as_text, key_titles
from tutor.packs.sanitize import escape_invisible, escape_markdown, strip_markup

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tutor.drawing.sheets.content import Sheet, SheetExercise, SheetItem


#: A line to write on.
_LINE = "\\_" * 40


def sheets_as_markdown(sheets: Iterable[Sheet]) -> Iterator[str]:
    """Yield the lines of a document with all sheets; a rule divides them."""
    for number, sheet in enumerate(sheets):
        if number:
            yield from ("---", "")
        yield from (f"# {_text(str(sheet.heading))}", "")
        for position, exercise in enumerate(sheet.exercises, 1):
            yield from _exercise(exercise, position, is_key=sheet.is_key)


def _exercise(exercise: SheetExercise, position: int, *, is_key: bool) -> Iterator[str]:
    yield from (f"## {position}. {_text(exercise.title)}", "")
    if not is_key:
        for part in filter(None, exercise.text.split("\n\n")):
            yield from (_text(strip_markup(part)), "")
    if drawing := drawn_as_text(exercise.problem, key=is_key):
        yield from ("```text", *map(escape_invisible, drawing), "```", "")
    if is_key:
        yield from _key(exercise.items)
        return
    for item in exercise.items:
        yield from _item(item)
    yield ""


def _item(item: SheetItem) -> Iterator[str]:
    if not item.is_question:
        yield f"{item.number}. {_text(item.name)}: \\_\\_\\_\\_\\_\\_\\_\\_"
        return
    yield f"{item.number}. {_text(strip_markup(item.description))}"
    if not item.choices:
        for _line in range(item.num_lines):
            yield from ("", f"    {_LINE}")
    for position, choice in enumerate(item.choices):
        yield f"    - [ ] {choice_letter(position)}) {_text(strip_markup(choice))}"


def _key(items: Iterable[SheetItem]) -> Iterator[str]:
    titles = key_titles()
    yield f"| {' | '.join(map(_text, titles))} |"
    yield f"| {' | '.join(['--'] * len(titles))} |"
    for item in items:
        assert item.key is not None
        mistakes = "; ".join(f"{value}: {strip_markup(label)}" for value, label in item.key.mistakes)
        cells = (item.number, item.name, item.key.value, item.key.rule, mistakes)
        yield f"| {' | '.join(map(_text, cells))} |"
    yield ""


def _text(text: str) -> str:
    return escape_markdown(" ".join(text.split()))
