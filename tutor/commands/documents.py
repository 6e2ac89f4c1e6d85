"""Pages of headings, sentences and tables, as plain text, Markdown or HTML."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from tutor.drawing.cell_width import align_columns
from tutor.i18n import current_language
from tutor.packs.sanitize import escape_invisible

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Heading:
    text: str


@dataclass(frozen=True, slots=True)
class Sentence:
    text: str


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells below column titles."""

    titles: Sequence[str]
    rows: Sequence[Sequence[str]]


Block: TypeAlias = Heading | Sentence | Table

_STYLE = (
    "body { font-family: sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em; line-height: 1.5 } "
    "table { border-collapse: collapse } th, td { text-align: left; padding: 0.2em 1em 0.2em 0 } "
    "th { border-bottom: 1px solid }"
)


def as_text(blocks: Sequence[Block]) -> list[str]:
    """Return plain lines, tables without titles and with aligned columns."""
    lines: list[str] = []
    for block in blocks:
        if isinstance(block, Heading):
            lines += ["", escape_invisible(block.text)] if lines else [escape_invisible(block.text)]
        elif isinstance(block, Sentence):
            lines.append(escape_invisible(block.text))
        else:
            rows = align_columns([[escape_invisible(cell) for cell in row] for row in block.rows])
            lines += [f"  {row}".rstrip() for row in rows]
    return lines


def as_markdown(blocks: Sequence[Block]) -> list[str]:
    lines: list[str] = []
    for number, block in enumerate(blocks):
        if isinstance(block, Heading):
            lines += [f"{'#' if number == 0 else '##'} {_escape_markdown(block.text)}", ""]
        elif isinstance(block, Sentence):
            lines += [_escape_markdown(block.text), ""]
        else:
            lines.append(_markdown_row([_escape_markdown(title) for title in block.titles]))
            lines.append(_markdown_row(["--"] * len(block.titles)))
            lines += [_markdown_row([_escape_markdown(cell) for cell in row]) for row in block.rows]
            lines.append("")
    return lines[:-1]


def _markdown_row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _escape_markdown(text: str) -> str:
    """Return a text in which nothing is markup."""
    return "".join(f"\\{sign}" if sign in "\\`*_{}[]<>()#|!~&" else sign for sign in escape_invisible(text))


def as_html(blocks: Sequence[Block]) -> list[str]:
    """Return a complete HTML page."""
    title = next((block.text for block in blocks if isinstance(block, Heading)), "")
    lines = [
        "<!DOCTYPE html>",
        f'<html lang="{current_language()}">',
        f'<head><meta charset="utf-8"><title>{_escape_html(title)}</title><style>{_STYLE}</style></head>',
        "<body>",
    ]
    for number, block in enumerate(blocks):
        if isinstance(block, Heading):
            tag = "h1" if number == 0 else "h2"
            lines.append(f"<{tag}>{_escape_html(block.text)}</{tag}>")
        elif isinstance(block, Sentence):
            lines.append(f"<p>{_escape_html(block.text)}</p>")
        else:
            lines.append("<table>")
            lines.append("<tr>" + "".join(f"<th>{_escape_html(title)}</th>" for title in block.titles) + "</tr>")
            for row in block.rows:
                lines.append("<tr>" + "".join(f"<td>{_escape_html(cell)}</td>" for cell in row) + "</tr>")
            lines.append("</table>")
    return [*lines, "</body>", "</html>"]


def _escape_html(text: str) -> str:
    return html.escape(escape_invisible(text))
