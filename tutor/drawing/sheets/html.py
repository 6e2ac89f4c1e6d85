"""Worksheets as one HTML page, made to be printed: a page's head says whose it is, and no exercise is torn."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Literal

from tutor.drawing.pictures.svg import svg
from tutor.drawing.sheets.content import choice_letter, key_titles
from tutor.i18n import current_language
from tutor.packs.sanitize import LIGHT_MARKUP, escape_invisible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tutor.drawing.sheets.content import KeyEntry, Sheet, SheetExercise, SheetItem

Paper = Literal["a4", "letter"]

_PAPER_SIZES: dict[Paper, str] = {"a4": "A4", "letter": "letter"}

#: The head of the table is printed on every page; a row of it, an exercise, goes to the next page as a whole.
_STYLE = """
@page { size: %s; margin: 14mm }
:root { color-scheme: light; --muted: #55544a; --line: #b8b3a4 }
body { font: 11pt/1.45 system-ui, "Noto Sans", "Noto Sans KR", "Malgun Gothic", sans-serif; color: #1b1c20; background: #fff;
  max-width: 60em; margin: 1.5em auto; padding: 0 1em }
table.sheet { width: 100%%; border-collapse: collapse; break-after: page }
table.sheet:last-of-type { break-after: auto }
table.sheet > thead th { text-align: left; font-weight: normal; border-bottom: 1px solid var(--line); padding: 0 0 .4em }
table.sheet > tbody > tr { break-inside: avoid }
table.sheet > tbody > tr > td { padding: 1em 0 1.2em }
h2 { font-size: 13pt; margin: 0 0 .4em }
p { margin: .5em 0; white-space: pre-line }
figure { margin: .8em 0 }
figure svg { max-width: 100%%; height: auto }
ol { margin: .6em 0; padding: 0; list-style: none; columns: 2; column-gap: 2em }
ol > li { break-inside: avoid; display: flex; gap: .5em; padding: .18em 0 }
.number { min-width: 1.6em; color: var(--muted) }
.line { flex: 1; border-bottom: 1px solid var(--line); min-width: 6em }
.question { break-inside: avoid; margin: .8em 0 }
.question .line { display: block; height: 2.2em }
.choices { margin: .3em 0 0 2.1em }
table.key { border-collapse: collapse; width: 100%%; font-size: 10pt }
table.key th, table.key td { text-align: left; vertical-align: top; padding: .25em .8em .25em 0; border-bottom: 1px solid var(--line) }
table.key tr { break-inside: avoid }
table.key th:nth-child(4) { width: 30%% }
table.key th:nth-child(5) { width: 38%% }
code { font-family: ui-monospace, Consolas, monospace; font-size: 95%% }
@media print { body { margin: 0; padding: 0; max-width: none } }
"""


def sheets_as_html(sheets: Iterable[Sheet], title: str, paper: Paper) -> Iterator[str]:
    """Yield the lines of a complete page with all sheets."""
    yield "<!DOCTYPE html>"
    yield f'<html lang="{current_language()}">'
    yield '<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{_text(title)}</title><style>{_STYLE % _PAPER_SIZES[paper]}</style></head>"
    yield "<body>"
    for number, sheet in enumerate(sheets, 1):
        yield f'<table class="sheet"><thead><tr><th>{_text(str(sheet.heading))}</th></tr></thead><tbody>'
        for position, exercise in enumerate(sheet.exercises, 1):
            yield "<tr><td>"
            yield from _exercise(exercise, position, f"s{number}e{position}", is_key=sheet.is_key)
            yield "</td></tr>"
        yield "</tbody></table>"
    yield "</body>"
    yield "</html>"


def _exercise(exercise: SheetExercise, position: int, id: str, *, is_key: bool) -> Iterator[str]:
    yield f"<h2>{position}. {_text(exercise.title)}</h2>"
    if not is_key:
        yield from (f"<p>{_marked(part)}</p>" for part in exercise.text.split("\n\n") if part)
    if exercise.picture is not None:
        yield f"<figure>{svg(exercise.picture, id=id)}</figure>"
    if is_key:
        yield from _key(exercise.items)
        return
    places = [item for item in exercise.items if not item.is_question]
    if places:
        yield "<ol>"
        yield from (
            f'<li><span class="number">{item.number}</span><span>{_text(item.name)}</span><span class="line"></span></li>'
            for item in places
        )
        yield "</ol>"
    yield from (_question(item) for item in exercise.items if item.is_question)


def _question(item: SheetItem) -> str:
    head = f'<span class="number">{item.number}</span> {_marked(item.description)}'
    if not item.choices:
        lines = '<span class="line"></span>' * item.num_lines
        return f'<div class="question">{head}{lines}</div>'
    choices = "".join(
        f"<div>☐ {choice_letter(position)}) {_marked(choice)}</div>" for position, choice in enumerate(item.choices)
    )
    return f'<div class="question">{head}<div class="choices">{choices}</div></div>'


def _key(items: Iterable[SheetItem]) -> Iterator[str]:
    titles = "".join(f'<th scope="col">{_text(title)}</th>' for title in key_titles())
    yield f'<table class="key"><thead><tr>{titles}</tr></thead><tbody>'
    for item in items:
        assert item.key is not None
        cells = [item.number, item.name, item.key.value, item.key.rule]
        row = "".join(f"<td>{_text(cell)}</td>" for cell in cells)
        yield f"<tr>{row}<td>{_mistakes(item.key)}</td></tr>"
    yield "</tbody></table>"


def _mistakes(entry: KeyEntry) -> str:
    return "<br>".join(f"{_text(value)}: {_marked(label)}" for value, label in entry.mistakes)


def _text(text: str) -> str:
    return html.escape(escape_invisible(text, keep="\n"))


def _marked(text: str) -> str:
    """Return a text with its light markup as HTML."""
    pieces, end = [], 0
    for match in LIGHT_MARKUP.finditer(text):
        pieces.append(_text(text[end : match.start()]))
        if match["code"]:
            pieces.append(f"<code>{_text(match['code'][1:-1])}</code>")
        else:
            tag = "strong" if match["strong"] else "em"
            pieces.append(f"<{tag}>{_text(match['strong'] or match['stress'])}</{tag}>")
        end = match.end()
    return "".join([*pieces, _text(text[end:])])
