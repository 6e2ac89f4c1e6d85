"""A grid of styled cells to paint on: text, fields, chips and bars, in Unicode or ASCII, with colours or without."""

from __future__ import annotations

from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tutor.drawing.cell_width import WIDE_TAIL, graphemes, truncate

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tutor.tui.themes import Palette

#: A text in one style.
Run = tuple[str, Style]

#: Fewer unchanged cells than this are sent with those around them: moving the cursor takes as many bytes.
_MIN_GAP = 10

#: The cells that screens draw with, in ASCII; texts are rendered by `Glyphs` before.
_TO_ASCII = str.maketrans(
    {
        **dict.fromkeys("─━╸╺", "-"),
        "━": "=",
        "╌": ".",
        **dict.fromkeys("│┃├┤┣┫", "|"),
        **dict.fromkeys("┌╭┏┐╮┓", "."),
        **dict.fromkeys("└╰┗┘╯┛", "'"),
        **dict.fromkeys("┬┴", "-"),
        "┼": "+",
        "▸": ">",
        "◂": "<",
        "▾": "v",
        "▴": "^",
        "●": "*",
        "○": "o",
        "■": "#",
        "□": ".",
        "▌": ">",
        "▄": " ",
        "▀": " ",
        "█": "#",
        "·": ".",
        "∂": "d",
        "›": ">",
        "✓": "v",
        "✗": "X",
        "…": "~",
        "×": "x",
        "−": "-",
        "◇": "?",
        "◆": "#",
        "✦": "*",
        "→": ">",
        "←": "<",
        "Σ": "S",
        "σ": "s",
        "▮": "#",
        "▯": "-",
    }
)


class Canvas:
    """A grid of `width` × `height` cells. What would be outside is not painted.

    A wide character takes two cells, of which the second holds an empty text.
    """

    def __init__(self, width: int, height: int, palette: Palette, *, ascii: bool = False, on: str = "ground") -> None:
        self.width = width
        self.height = height
        self.palette = palette
        self.ascii = ascii
        base = palette.ink(on=on)
        self.cells = [[" "] * width for _row in range(height)]
        self.styles = [[base] * width for _row in range(height)]

    def put(self, x: int, y: int, text: str, style: Style | None = None, *, limit: int | None = None) -> int:
        """Paint a text from cell `x` of row `y`, up to but not including cell `limit`, and return the cell after it.

        A style without a background keeps the one that is there; no style keeps the cells' own.
        """
        end = self.width if limit is None else min(limit, self.width)
        # A cell holds what takes a cell: an author's tab is a space.
        text = text.replace("\t", " ")
        if text.isascii():
            for character in text:
                self._put_cell(x, y, character, style, end)
                x += 1
            return x
        cells = _cells_of(text)
        for index, character in enumerate(cells):
            is_wide = index + 1 < len(cells) and cells[index + 1] == WIDE_TAIL
            if character == WIDE_TAIL:
                is_whole = x - 1 >= 0 and x < end
                self._put_cell(x, y, WIDE_TAIL if is_whole else " ", style, end, keeps_lead=is_whole)
            else:
                self._put_cell(x, y, " " if is_wide and x + 1 >= end else character, style, end)
            x += 1
        return x

    def _put_cell(
        self, x: int, y: int, character: str, style: Style | None, end: int, *, keeps_lead: bool = False
    ) -> None:
        """Paint one cell. Half of a wide character that is painted over becomes a space, so that the row keeps."""
        if not (0 <= y < self.height and 0 <= x < end):
            return
        row, styles = self.cells[y], self.styles[y]
        if x + 1 < self.width and row[x + 1] == WIDE_TAIL:
            row[x + 1] = " "
        if row[x] == WIDE_TAIL and not keeps_lead:
            row[x - 1] = " "
        row[x] = character
        if style is not None:
            styles[x] = _over(styles[x], style)

    def fill(self, x: int, y: int, width: int, height: int, style: Style | None, character: str | None = None) -> None:
        """Give a field of cells a style, and a character if one is named."""
        for row in range(max(0, y), min(self.height, y + height)):
            for column in range(max(0, x), min(self.width, x + width)):
                if character is not None:
                    self._put_cell(column, row, character, style, self.width)
                elif style is not None:
                    self.styles[row][column] = _over(self.styles[row][column], style)

    def runs(self, x: int, y: int, runs: Iterable[Run], *, limit: int | None = None) -> int:
        """Paint texts one after another, and return the cell after the last."""
        for text, style in runs:
            x = self.put(x, y, text, style, limit=limit)
        return x

    def right(self, end: int, y: int, runs: Sequence[Run]) -> int:
        """Paint texts that end before cell `end`, and return the cell where they begin."""
        start = end - runs_width(runs)
        self.runs(start, y, runs)
        return start

    def centre(self, x: int, width: int, y: int, runs: Sequence[Run]) -> None:
        """Paint texts in the middle of a field."""
        self.runs(x + max(0, (width - runs_width(runs)) // 2), y, runs, limit=x + width)

    def chip(self, x: int, y: int, text: str, hue: str, width: int = 0) -> int:
        """Paint a text on reversed cells, centred in `width` cells; in brackets if reversed cells can't be seen."""
        palette = self.palette
        room = max(width, cell_len(text) + 2)
        inner = truncate(text, room - 2)
        free = room - 2 - cell_len(inner)
        padded = " " * (free // 2) + inner + " " * (free - free // 2)
        with_brackets = self.ascii or palette.needs_brackets
        return self.put(x, y, f"[{padded}]" if with_brackets else f" {padded} ", palette.chip(hue))

    def rule(self, x: int, y: int, width: int, title: Sequence[Run] = (), tail: Sequence[Run] = ()) -> None:
        """Paint a line across `width` cells that carries a title on its left and a tail on its right."""
        style = self.palette.ink("line")
        end = x + width
        self.put(x, y, "─" * width, style)
        if tail:
            start = end - runs_width(tail) - 3
            self.put(start - 1, y, " ", style)
            self.put(self.runs(start, y, tail), y, " ", style)
            end = start - 2
        if title:
            self.put(x + 1, y, " ", style)
            self.put(self.runs(x + 2, y, title, limit=end), y, " ", style, limit=end)

    def paste(self, x: int, y: int, other: Canvas) -> None:
        """Copy another canvas into this one, with its top left at a cell."""
        for row in range(max(0, -y), min(other.height, self.height - y)):
            for column in range(max(0, -x), min(other.width, self.width - x)):
                self.cells[y + row][x + column] = other.cells[row][column]
                self.styles[y + row][x + column] = other.styles[row][column]

    def copy(self) -> Canvas:
        """Return a canvas with the same cells, to paint on."""
        other = Canvas(0, 0, self.palette, ascii=self.ascii)
        other.width, other.height = self.width, self.height
        other.cells = [row.copy() for row in self.cells]
        other.styles = [row.copy() for row in self.styles]
        return other

    def strip(self, y: int) -> Strip:
        """Return a row as it is sent to the terminal."""
        cells: Iterable[tuple[str, Style]] = zip(self.cells[y], self.styles[y], strict=True)
        if self.ascii:
            cells = ((character.translate(_TO_ASCII), style) for character, style in cells)
        segments = [
            Segment("".join(character for character, _style in group), style)
            for style, group in groupby(cells, key=lambda cell: cell[1])
        ]
        return Strip(segments, self.width)

    def text(self) -> list[str]:
        """Return the rows as plain text, without trailing spaces."""
        return [self.strip(y).text.rstrip() for y in range(self.height)]

    def changed_spans(self, before: Canvas) -> list[tuple[int, int, int]]:
        """Return (row, first cell, cells) for each part of a row that differs from a canvas of the same size.

        A span never begins or ends within a wide character.
        """
        spans = []
        for y in range(self.height):
            old, new, old_styles, new_styles = before.cells[y], self.cells[y], before.styles[y], self.styles[y]
            if old == new and old_styles == new_styles:
                continue
            # Styles are mostly the same objects, which is faster to see than that they are equal.
            styles = zip(old_styles, new_styles, strict=True)
            differing = [x for x, (a, b) in enumerate(styles) if old[x] != new[x] or (a is not b and a != b)]
            end = 0
            for first, last in _group_cells(differing):
                while first > end and WIDE_TAIL in (old[first], new[first]):
                    first -= 1
                while last + 1 < self.width and WIDE_TAIL in (old[last + 1], new[last + 1]):
                    last += 1
                end = last + 1
                spans.append((y, first, end - first))
        return spans


def _group_cells(cells: Sequence[int]) -> list[tuple[int, int]]:
    """Return the first and last of cells that are near each other."""
    groups: list[tuple[int, int]] = []
    for x in cells:
        if groups and x - groups[-1][1] <= _MIN_GAP:
            groups[-1] = (groups[-1][0], x)
        else:
            groups.append((x, x))
    return groups


@lru_cache(maxsize=4096)
def _cells_of(text: str) -> tuple[str, ...]:
    return tuple(graphemes(text))


def _over(below: Style, above: Style) -> Style:
    """Return a style painted over another: without a background of its own it keeps the one below."""
    if above is below or above.bgcolor is not None or below.bgcolor is None:
        return above
    return _on_ground(above, below)


@lru_cache(maxsize=16384)
def _on_ground(style: Style, below: Style) -> Style:
    return style + Style(bgcolor=below.bgcolor)


def runs_width(runs: Iterable[Run]) -> int:
    """Return the cells that texts take."""
    return sum(cell_len(text) for text, _style in runs)


def line_bar(part: int, whole: int, width: int, on: Style, off: Style) -> list[Run]:
    """Return a bar `width` cells wide, drawn as a line, of which `part` of `whole` is filled.

    A part that is not empty shows, and one that is not whole leaves a gap.
    """
    if whole <= 0:
        return [("─" * width, off)]
    halves = round(2 * width * part / whole)
    if part:
        halves = max(halves, 1)
    if part < whole:
        halves = min(halves, 2 * width - 1)
    full, half = divmod(halves, 2)
    runs = [("━" * full, on), ("╸" * half, on), ("─" * (width - full - half), off)]
    return [run for run in runs if run[0]]


def wrap(text: str, width: int) -> list[str]:
    """Return a text in lines of at most `width` cells, broken between words; a longer word is cut. Keeps paragraphs."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split():
            for piece in _pieces(word, width):
                if line and cell_len(line) + 1 + cell_len(piece) > width:
                    lines.append(line)
                    line = piece
                else:
                    line = f"{line} {piece}" if line else piece
        lines.append(line)
    return lines


def _pieces(word: str, width: int) -> list[str]:
    """Return a word in pieces of at most `width` cells."""
    if cell_len(word) <= width:
        return [word]
    pieces, piece = [], ""
    for character in word:
        if piece and cell_len(piece + character) > width:
            pieces.append(piece)
            piece = ""
        piece += character
    return [*pieces, piece]
