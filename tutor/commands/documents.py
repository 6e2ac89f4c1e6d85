"""Pages of headings, sentences and tables, as plain text, Markdown or HTML."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from tutor.drawing.cell_width import align_columns
from tutor.i18n import current_language
from tutor.packs.sanitize import escape_invisible, escape_markdown

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


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture as lines of SVG, for HTML only: sentences and tables of the page say the same.

    `legend` has the style class of each sign with what it means; a sign without a text stands beside the next one.
    """

    svg: Sequence[str]
    caption: str
    legend: Sequence[tuple[str, str]] = ()


Block: TypeAlias = Heading | Sentence | Table | Figure

#: Colours as custom properties, once for light and once for dark pages. The greens of days are mixed from two.
_STYLE = """
:root { color-scheme: light dark; --ground: #fbfaf6; --text: #2b2d33; --muted: #55544a; --line: #c9c4b4;
  --right: #11672f; --wrong: #b3173d; --help: #7a2f8f }
@media (prefers-color-scheme: dark) { :root { --ground: #12141c; --text: #cfd6e6; --muted: #9aa4ba; --line: #363e52;
  --right: #7fe0a3; --wrong: #ff7b93; --help: #c58fd6 } }
body { font-family: sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em; line-height: 1.5;
  background: var(--ground); color: var(--text) }
table { border-collapse: collapse }
th, td { text-align: left; padding: 0.2em 1em 0.2em 0; vertical-align: top }
th { border-bottom: 1px solid var(--line) }
figure { margin: 1em 0; overflow-x: auto }
figcaption, .legend { color: var(--muted) }
.legend svg { vertical-align: middle; margin: 0 0.2em 0 0.6em }
svg text { font: 10px sans-serif; fill: var(--muted) }
.new, .day0 { fill: var(--line) }
.learning, .day2 { fill: var(--right); fill-opacity: 0.55 }
.solid, .day4, .point { fill: var(--right) }
.shaky { fill: var(--wrong) }
.due { fill: var(--help) }
.day1 { fill: var(--right); fill-opacity: 0.32 }
.day3 { fill: var(--right); fill-opacity: 0.77 }
.axis { stroke: var(--line) }
.curve { stroke: var(--right); stroke-width: 2; fill: none }
"""


def as_text(blocks: Sequence[Block]) -> list[str]:
    """Return plain lines, tables without titles and with aligned columns."""
    lines: list[str] = []
    for block in blocks:
        if isinstance(block, Heading):
            lines += ["", escape_invisible(block.text)] if lines else [escape_invisible(block.text)]
        elif isinstance(block, Sentence):
            lines.append(escape_invisible(block.text))
        elif isinstance(block, Table):
            rows = align_columns([[escape_invisible(cell) for cell in row] for row in block.rows])
            lines += [f"  {row}".rstrip() for row in rows]
    return lines


def as_markdown(blocks: Sequence[Block]) -> list[str]:
    lines: list[str] = []
    for number, block in enumerate(blocks):
        if isinstance(block, Heading):
            lines += [f"{'#' if number == 0 else '##'} {escape_markdown(block.text)}", ""]
        elif isinstance(block, Sentence):
            lines += [escape_markdown(block.text), ""]
        elif isinstance(block, Table):
            lines.append(_markdown_row([escape_markdown(title) for title in block.titles]))
            lines.append(_markdown_row(["--"] * len(block.titles)))
            lines += [_markdown_row([escape_markdown(cell) for cell in row]) for row in block.rows]
            lines.append("")
    return lines[:-1]


def _markdown_row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def as_html(blocks: Sequence[Block]) -> list[str]:
    """Return a complete HTML page."""
    title = next((block.text for block in blocks if isinstance(block, Heading)), "")
    lines = [
        "<!DOCTYPE html>",
        f'<html lang="{current_language()}">',
        '<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{_escape_html(title)}</title><style>{_STYLE}</style></head>",
        "<body>",
    ]
    for number, block in enumerate(blocks):
        if isinstance(block, Heading):
            tag = "h1" if number == 0 else "h2"
            lines.append(f"<{tag}>{_escape_html(block.text)}</{tag}>")
        elif isinstance(block, Sentence):
            lines.append(f"<p>{_escape_html(block.text)}</p>")
        elif isinstance(block, Table):
            lines += _html_table(block)
        else:
            lines += _html_figure(block)
    return [*lines, "</body>", "</html>"]


def _html_table(table: Table) -> list[str]:
    titles = "".join(f'<th scope="col">{_escape_html(title)}</th>' for title in table.titles)
    lines = ["<table>", f"<thead><tr>{titles}</tr></thead>", "<tbody>"]
    for row in table.rows:
        lines.append("<tr>" + "".join(f"<td>{_escape_html(cell)}</td>" for cell in row) + "</tr>")
    return [*lines, "</tbody>", "</table>"]


def _html_figure(figure: Figure) -> list[str]:
    legend = "".join(
        f'<svg width="10" height="10" aria-hidden="true"><rect class="{style}" width="10" height="10" rx="2"/></svg>'
        f"{_escape_html(text)}"
        for style, text in figure.legend
    )
    caption = f"<figcaption>{_escape_html(figure.caption)}"
    caption += f' <span class="legend">{legend}</span></figcaption>' if legend else "</figcaption>"
    return ["<figure>", *figure.svg, caption, "</figure>"]


def _escape_html(text: str) -> str:
    return html.escape(escape_invisible(text))
