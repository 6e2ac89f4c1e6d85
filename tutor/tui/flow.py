"""Styled text in lines of a given width: light markup, emphasis, wide characters."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from rich.cells import cell_len

from tutor.drawing.cell_width import WIDE_TAIL, graphemes, truncate
from tutor.glyphs import ASCII, UNICODE
from tutor.packs.sanitize import LIGHT_MARKUP
from tutor.tui.canvas import Run, runs_width

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.style import Style

    from tutor.glyphs import Glyphs
    from tutor.tui.themes import Palette

#: Texts one after another.
Line: TypeAlias = list[Run]

#: Prose is at most this wide, which is as far as an eye follows a line.
PROSE_WIDTH = 76

_NUMBER = re.compile(r"\d+")
_PIECES = re.compile(r"\n|[^\S\n]+|\S+")


def flow(runs: Iterable[Run], width: int) -> list[Line]:
    """Return texts in lines of at most `width` cells, broken between words.

    A new line begins at each line end, and is indented as it was.
    """
    lines: list[Line] = [[]]
    word: Line = []
    gap: Run | None = None
    for text, style in runs:
        for piece in _PIECES.findall(text):
            if not piece.isspace():
                word.append((piece, style))
                continue
            _add_word(lines, gap, word, width)
            gap = (piece, style)
            word = []
            if piece == "\n":
                lines.append([])
                gap = None
    _add_word(lines, gap, word, width)
    return lines


def _add_word(lines: list[Line], gap: Run | None, word: Line, width: int) -> None:
    """Add a word, whose parts may have several styles, to the last line or begin another."""
    if not word:
        return
    line = lines[-1]
    if line and gap is not None:
        if runs_width([*line, gap, *word]) <= width:
            line += [gap, *word]
            return
        line = []
        lines.append(line)
    elif gap is not None and cell_len(gap[0]) <= width // 2:
        # An author's indentation, as in Python code.
        line.append(gap)
    for text, style in word:
        for piece in _cut(text, max(width, 1)):
            if runs_width(lines[-1]) + cell_len(piece) > width and lines[-1]:
                lines.append([])
            lines[-1].append((piece, style))


def _cut(text: str, width: int) -> list[str]:
    """Return a text in pieces of at most `width` cells."""
    if cell_len(text) <= width:
        return [text]
    pieces, piece, used = [], "", 0
    for character in (cell for cell in graphemes(text) if cell != WIDE_TAIL):
        cells = cell_len(character)
        if piece and used + cells > width:
            pieces.append(piece)
            piece, used = "", 0
        piece += character
        used += cells
    return [*pieces, piece]


def marked(glyphs: Glyphs, text: str, style: Style, strong: Style, code: Style | None = None) -> Line:
    """Return a text with its light markup as styles: `**strong**`, `*emphasis*`, `` `code` ``."""
    runs: Line = []
    end = 0
    for match in LIGHT_MARKUP.finditer(text):
        runs.append((text[end : match.start()], style))
        if match["code"]:
            runs.append((match["code"][1:-1], code or strong))
        else:
            runs.append((match["strong"] or match["stress"], strong))
        end = match.end()
    runs.append((text[end:], style))
    return [(glyphs.render(piece), look) for piece, look in runs if piece]


def with_number(text: str, number: Style, rest: Style) -> Line:
    """Return a text whose first number has a style of its own."""
    found = _NUMBER.search(text)
    if found is None:
        return [(text, rest)]
    parts = ((text[: found.start()], rest), (found[0], number), (text[found.end() :], rest))
    return [part for part in parts if part[0]]


@lru_cache(maxsize=64)
def flowed_prose(text: str, width: int, palette: Palette, ascii: bool) -> Sequence[Line]:
    """Return a text with light markup in lines. A screen asks for the same one at every key."""
    glyphs = ASCII if ascii else UNICODE
    strong, code = palette.ink("bright", italic=True), palette.ink("bright", bold=True)
    return flow(marked(glyphs, text, palette.ink("text"), strong, code), width)


def indented(lead: Line, lines: Sequence[Line], blank: Style) -> list[Line]:
    """Return lines behind a lead, of which all but the first are indented as far."""
    indent = (" " * runs_width(lead), blank)
    return [[*(lead if number == 0 else [indent]), *line] for number, line in enumerate(lines)]


def cut_line(line: Sequence[Run], width: int, ellipsis: str = "…") -> Line:
    """Return a line in at most `width` cells, ending in an ellipsis if it was too long."""
    if runs_width(line) <= width:
        return list(line)
    kept: Line = []
    room = width
    for text, style in line:
        if cell_len(text) >= room:
            return [*kept, (truncate(text + " " * width, room, ellipsis), style)]
        kept.append((text, style))
        room -= cell_len(text)
    return kept
