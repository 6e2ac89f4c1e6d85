"""An SVG of a terminal screen, still or animated: every row is there once for each look it has, shown while it has it.

The file needs no script and no font: lines, arrowheads and blocks are drawn, texts are texts. Where less motion is
preferred, the last frame stands still.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from rich.cells import cell_len
from rich.style import Style

from tutor.drawing.cell_width import graphemes

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from textual.strip import Strip

WIDTH, HEIGHT = 12, 24
_FONT_SIZE = 20
_BASELINE = 18
_MARGIN, _TITLE_HEIGHT = 12, 36
_LIGHT, _HEAVY = 1.6, 3.6
_DIRECTIONS = {"LEFT": (-1, 0), "RIGHT": (1, 0), "UP": (0, -1), "DOWN": (0, 1)}

#: Blocks by where they begin in their cell, and how high they are.
_BLOCKS = {"▄": (HEIGHT // 2, HEIGHT // 2), "▀": (0, HEIGHT // 2), "█": (0, HEIGHT)}
#: Words with at most one space between them.
_WORDS = re.compile(r"\S+(?: \S+)*")

#: The look of a row: runs of text with their style, from the left.
Row = tuple[tuple[str, Style], ...]


@dataclass(frozen=True, slots=True)
class Frame:
    """A screen that is shown for some seconds."""

    rows: tuple[Row, ...]
    seconds: float


def frame_of(strips: Iterable[Strip], seconds: float) -> Frame:
    """Return the screen as it was sent to the terminal."""
    rows = [tuple([(segment.text, segment.style or Style()) for segment in strip]) for strip in strips]
    return Frame(tuple(rows), seconds)


def animated_svg(frames: Sequence[Frame], title: str, ground: str, ink: str) -> str:
    """Return the frames as one picture that repeats for ever; a single one stands still."""
    columns = max(sum(cell_len(text) for text, _style in row) for row in frames[0].rows)
    width, height = columns * WIDTH + 2 * _MARGIN, len(frames[0].rows) * HEIGHT + _TITLE_HEIGHT + _MARGIN
    total = sum(frame.seconds for frame in frames)
    pen = _Pen(ground, ink)
    body: list[str] = []
    rules: list[str] = []
    for number in range(len(frames[0].rows)):
        for row, spans in _looks(frames, number).items():
            drawn = pen.draw(row, number * HEIGHT)
            if not drawn:
                continue
            if spans == [(0, total)]:
                body.append(drawn)
                continue
            name = f"k{len(rules)}"
            rules.append(_keyframes(name, spans, total))
            is_last = spans[-1][1] == total
            body.append(f'<g class="{name}{"" if is_last else " h"}">{drawn}</g>')
    style = "".join(
        [
            f"text{{font:{_FONT_SIZE}px ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace}}",
            "path{fill:none}rect{shape-rendering:crispEdges}.h{visibility:hidden}",
            *pen.rules(),
            *rules,
            "@media(prefers-reduced-motion:reduce){g{animation:none!important}}",
        ]
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">'
        f"<title>{escape(title)}</title><style>{style}</style>"
        f'<rect width="{width}" height="{height}" rx="9" fill="{ground}"/>'
        f'<g><circle cx="24" cy="19" r="6" fill="#ff5f57"/><circle cx="44" cy="19" r="6" fill="#febc2e"/>'
        f'<circle cx="64" cy="19" r="6" fill="#28c840"/></g>'
        f'<g transform="translate({_MARGIN},{_TITLE_HEIGHT})">{"".join(body)}</g></svg>\n'
    )


def _looks(frames: Sequence[Frame], number: int) -> dict[Row, list[tuple[float, float]]]:
    """Return the looks of a row, each with the times from and until which it is shown."""
    looks: dict[Row, list[tuple[float, float]]] = {}
    now = 0.0
    for row, same in groupby(frames, key=lambda frame: frame.rows[number]):
        end = now + sum(frame.seconds for frame in same)
        looks.setdefault(row, []).append((round(now, 3), round(end, 3)))
        now = end
    return looks


def _keyframes(name: str, spans: Sequence[tuple[float, float]], total: float) -> str:
    """Return the rules that show an element in spans of time and hide it in between."""
    steps = {0.0: "hidden"}
    for start, end in spans:
        steps[round(100 * start / total, 2)] = "visible"
        if end < total:
            steps[round(100 * end / total, 2)] = "hidden"
    frames = "".join(f"{percent:g}%{{visibility:{state}}}" for percent, state in sorted(steps.items()))
    return f"@keyframes {name}{{{frames}}}.{name}{{animation:{name} {total:g}s step-end infinite}}"


@dataclass
class _Pen:
    """Draws rows, and names each style of text and line once."""

    ground: str
    ink: str
    _classes: dict[str, str] = field(default_factory=dict)

    def rules(self) -> list[str]:
        """Return the rules of the styles that were used."""
        return [f".{name}{{{rule}}}" for rule, name in self._classes.items()]

    def _class(self, rule: str) -> str:
        return self._classes.setdefault(rule, f"s{len(self._classes)}")

    def draw(self, row: Row, y: int) -> str:
        """Return a row whose top is at `y`."""
        grounds, marks = [], []
        x = 0
        for text, style in row:
            width = cell_len(text)
            ink, ground = self._colours(style)
            if ground != self.ground:
                grounds.append(f'<rect class="{self._class(f"fill:{ground}")}" x="{x * WIDTH}" y="{y}" '
                               f'width="{width * WIDTH}" height="{HEIGHT}"/>')  # fmt: skip
            marks += self._draw_run(text, style, ink, x, y)
            x += width
        return "".join([*grounds, *marks])

    def _colours(self, style: Style) -> tuple[str, str]:
        ink = style.color.get_truecolor().hex if style.color and style.color.triplet else self.ink
        ground = style.bgcolor.get_truecolor().hex if style.bgcolor and style.bgcolor.triplet else self.ground
        return (ground, ink) if style.reverse else (ink, ground)

    def _draw_run(self, text: str, style: Style, ink: str, x: int, y: int) -> list[str]:
        """Return the texts, lines and shapes of a run."""
        parts = []
        lines: list[str] = []
        heavy_lines: list[str] = []
        cells = graphemes(text)
        for is_text, group in groupby(range(len(cells)), key=lambda at: not _is_drawn(cells[at])):
            indexes = list(group)
            start, word = indexes[0], "".join(cells[index] for index in indexes)
            if is_text:
                # Spaces in a row are not drawn: viewers differ in whether they keep them.
                for found in _WORDS.finditer(word):
                    lead = cell_len(word[: found.start()])
                    parts.append(self._text(found[0], style, ink, x + start + lead, y))
                continue
            for cell, same in groupby(indexes, key=lambda at: cells[at]):
                if cell in _BLOCKS:
                    blocks = list(same)
                    top, height = _BLOCKS[cell]
                    parts.append(f'<rect class="{self._class(f"fill:{ink}")}" x="{(x + blocks[0]) * WIDTH}" '
                                 f'y="{y + top}" width="{len(blocks) * WIDTH}" height="{height}"/>')  # fmt: skip
            for index in indexes:
                left = (x + index) * WIDTH
                if cells[index] in _BLOCKS:
                    continue
                if shape := _shape(cells[index], left, y):
                    parts.append(f'<{shape[0]} class="{self._class(f"{shape[1]}:{ink}")}" {shape[2]}/>')
                elif path := _path(cells[index], left, y):
                    (heavy_lines if "HEAVY" in _name(cells[index]) else lines).append(path)
        for paths, weight in ((lines, _LIGHT), (heavy_lines, _HEAVY)):
            if paths:
                name = self._class(f"stroke:{ink};stroke-width:{weight}")
                parts.append(f'<path class="{name}" d="{_joined(paths)}"/>')
        return parts

    def _text(self, text: str, style: Style, ink: str, x: int, y: int) -> str:
        rule = f"fill:{ink}"
        rule += ";font-weight:bold" if style.bold else ""
        rule += ";font-style:italic" if style.italic else ""
        if style.underline or style.strike:
            rule += f";text-decoration:{'underline' if style.underline else 'line-through'}"
        length = f' textLength="{cell_len(text) * WIDTH}"' if cell_len(text) > 1 else ""
        return f'<text class="{self._class(rule)}" x="{x * WIDTH}" y="{y + _BASELINE}"{length}>{escape(text)}</text>'


def _name(cell: str) -> str:
    return unicodedata.name(cell, "") if len(cell) == 1 else ""


def _is_drawn(cell: str) -> bool:
    """Return whether a cell is drawn, because fonts disagree about its shape."""
    return _name(cell).startswith("BOX DRAWINGS") or cell in "▸◂▴▾●○" or cell in _BLOCKS if cell else False


def _shape(cell: str, left: int, top: int) -> tuple[str, str, str] | None:
    """Return the element of a sign, what its colour is for, and its attributes."""
    cx, cy = left + WIDTH // 2, top + HEIGHT // 2
    right = left + WIDTH
    triangles = {
        "▸": f"{left},{cy - 6} {right},{cy} {left},{cy + 6}",
        "◂": f"{right},{cy - 6} {left},{cy} {right},{cy + 6}",
        "▴": f"{left},{cy + 5} {cx},{cy - 6} {right},{cy + 5}",
        "▾": f"{left},{cy - 5} {cx},{cy + 6} {right},{cy - 5}",
    }
    if cell in triangles:
        return "polygon", "fill", f'points="{triangles[cell]}"'
    if cell == "●":
        return "circle", "fill", f'cx="{cx}" cy="{cy}" r="6"'
    if cell == "○":
        return "circle", "fill:none;stroke-width:2;stroke", f'cx="{cx}" cy="{cy}" r="5"'
    return None


def _path(cell: str, left: int, top: int) -> str:
    """Return the strokes of a box drawing: from the middle of its cell to each side that it names, or an arc."""
    words = _name(cell).replace("HORIZONTAL", "LEFT RIGHT").replace("VERTICAL", "UP DOWN").split()
    sides = [_DIRECTIONS[word] for word in words if word in _DIRECTIONS]
    cx, cy = left + WIDTH // 2, top + HEIGHT // 2
    ends = [(cx + dx * WIDTH // 2, cy + dy * HEIGHT // 2) for dx, dy in sides]
    if "DASH" in words:
        return f"M{left + 1} {cy}h4M{left + 7} {cy}h4"
    if "ARC" in words:
        (x1, y1), (x2, y2) = ends
        return f"M{x1} {y1}Q{cx} {cy} {x2} {y2}"
    if {(-1, 0), (1, 0)} <= {*sides} and len(sides) == 2:
        return f"M{left} {cy}h{WIDTH}"
    return "".join(f"M{cx} {cy}L{x} {y}" for x, y in ends)


def _joined(paths: Sequence[str]) -> str:
    """Return paths with horizontal strokes that follow each other as one."""
    joined: list[str] = []
    end: tuple[int, int] | None = None
    for path in paths:
        head, _h, length = path.partition("h")
        if not length.isdigit() or not head.startswith("M"):
            joined.append(path)
            end = None
            continue
        x, y = map(int, head[1:].split())
        if end == (x, y):
            start, _h, before = joined[-1].partition("h")
            joined[-1] = f"{start}h{int(before) + int(length)}"
        else:
            joined.append(path)
        end = (x + int(length), y)
    return "".join(joined)
