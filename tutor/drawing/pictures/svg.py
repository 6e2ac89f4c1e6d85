"""Pictures of graphs as SVG: one file of its own, with text as text, for browsers and for print."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from xml.sax.saxutils import escape, quoteattr

from rich.cells import cell_len

from tutor.drawing.pictures.picture import BACKWARD_LEGEND, FORWARD_LEGEND
from tutor.i18n import N_, _, current_language, message
from tutor.packs.sanitize import xml_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tutor.drawing.model import Cell
    from tutor.drawing.pictures.picture import Picture, PictureBox, ValueBlock

#: Width and height of a cell, and the size of a letter of that width, in pixels.
CELL_WIDTH, CELL_HEIGHT, FONT_SIZE = 9, 18, 15
_MARGIN, _LEGEND_HEIGHT, _SMALL = 14, 30, 12
_CORNER, _ARROW, _DOT = 7, 8, 3.5
#: The height of an empty field for a value.
_FIELD_HEIGHT = 16
_FONTS = "ui-monospace, 'SFMono-Regular', Menlo, Consolas, 'DejaVu Sans Mono', 'Noto Sans Mono CJK KR', monospace"

SvgTheme = Literal["light", "dark"]


@dataclass(frozen=True, slots=True)
class _Colours:
    ground: str
    text: str
    line: str
    box: str
    forward: str
    backward: str
    muted: str


#: The light one has a white ground and dark hues, so that it prints well and in grey.
_COLOURS: dict[SvgTheme, _Colours] = {
    "light": _Colours("#ffffff", "#1b1c20", "#77746a", "#f6f5f0", "#0b5cad", "#8a4500", "#55544a"),
    "dark": _Colours("#12141c", "#e6eaf4", "#76819a", "#222735", "#79c0ff", "#ffb454", "#9aa4ba"),
}


def svg(picture: Picture, theme: SvgTheme = "light", id: str = "graph") -> str:
    """Return the picture as an SVG document, sizes in pixels; its elements have ids that begin with `id`."""
    colours = _COLOURS[theme]
    legend = _legend(picture, colours)
    width = max(picture.width * CELL_WIDTH + 2 * _MARGIN, _legend_width())
    height = picture.height * CELL_HEIGHT + 2 * _MARGIN + _LEGEND_HEIGHT
    description = "\n".join(map(str, picture.lines))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
        f' role="img" aria-labelledby="{id}-title {id}-values" xml:lang={_attribute(current_language())}>',
        f'<title id="{id}-title">{_text(_title(picture))}</title>',
        f'<desc id="{id}-values">{_text(description)}</desc>',
        f'<rect width="{width}" height="{height}" fill="{colours.ground}"/>',
        f'<g transform="translate({_MARGIN} {_MARGIN})" font-family="{_FONTS}" font-size="{FONT_SIZE}">',
        f'<g fill="none" stroke="{colours.line}" stroke-width="1.5">',
        *(f'<path d="{_wire(corners)}"/>' for corners in picture.wires),
        "</g>",
        f'<g fill="{colours.line}">',
        *(_arrow(corners[-1]) for corners in picture.wires),
        *(f'<circle cx="{x}" cy="{y}" r="{_DOT}"/>' for x, y in map(_middle, picture.dots)),
        "</g>",
        *(line for box in picture.boxes for line in _box(box, colours)),
        *(line for block in picture.values for line in _value(block, colours)),
        *legend,
        "</g>",
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _title(picture: Picture) -> str:
    pattern = N_("Computational graph: {title}")
    return str(message(pattern, title=picture.title))


def _text(text: str) -> str:
    """Return text for use between tags; characters that XML can't hold are replaced."""
    return escape(xml_text(text))


def _attribute(text: str) -> str:
    return quoteattr(xml_text(text))


def _middle(cell: Cell) -> tuple[float, float]:
    return (cell[0] + 0.5) * CELL_WIDTH, (cell[1] + 0.5) * CELL_HEIGHT


def _wire(corners: Sequence[Cell]) -> str:
    """Return the path of a wire, with round corners, from the edge of its first cell to its arrowhead."""
    points = [_middle(corner) for corner in corners]
    points[0] = (corners[0][0] * CELL_WIDTH, points[0][1])
    points[-1] = ((corners[-1][0] + 1) * CELL_WIDTH - _ARROW + 1, points[-1][1])
    path = [f"M{_point(points[0])}"]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        path.append(f"L{_point(_towards(corner, before))}Q{_point(corner)} {_point(_towards(corner, after))}")
    return "".join([*path, f"L{_point(points[-1])}"])


def _towards(corner: tuple[float, float], other: tuple[float, float]) -> tuple[float, float]:
    """Return the point where the bend at a corner begins, on the way to another point."""
    (x, y), (other_x, other_y) = corner, other
    length = abs(other_x - x) + abs(other_y - y)
    share = min(_CORNER, length / 2) / length if length else 0
    return x + (other_x - x) * share, y + (other_y - y) * share


def _point(point: tuple[float, float]) -> str:
    return f"{point[0]:g} {point[1]:g}"


def _arrow(cell: Cell) -> str:
    tip, y = (cell[0] + 1) * CELL_WIDTH, _middle(cell)[1]
    return f'<path d="M{tip:g} {y:g}L{tip - _ARROW:g} {y - 4.5:g}L{tip - _ARROW:g} {y + 4.5:g}Z"/>'


def _box(box: PictureBox, colours: _Colours) -> Iterator[str]:
    rect = box.rect
    x, y, width, height = (
        rect.x * CELL_WIDTH,
        rect.y * CELL_HEIGHT,
        rect.width * CELL_WIDTH,
        rect.height * CELL_HEIGHT,
    )
    middle, centre = x + width / 2, y + height / 2
    if box.kind == "input":
        yield _word(box.label, middle, centre, colours.text)
        return
    # The rows at the top and at the bottom are the frame.
    top = y + CELL_HEIGHT / 2
    yield (
        f'<rect x="{x:g}" y="{top:g}" width="{width:g}" height="{height - CELL_HEIGHT:g}" rx="7" fill="{colours.box}"'
        f' stroke="{colours.line}" stroke-width="1.5"/>'
    )
    yield _word(box.label, middle, centre, colours.text, bold=True)
    if box.name:
        yield _word(box.name, middle, top, colours.muted, size=_SMALL, ground=colours.ground)


def _value(block: ValueBlock, colours: _Colours) -> Iterator[str]:
    colour = colours.backward if block.is_gradient else colours.forward
    if not block.rows:
        yield from _fields(block, colour)
        return
    for number, row in enumerate(block.rows):
        y = (block.y + number + 0.5) * CELL_HEIGHT
        if not block.is_matrix:
            yield _word(row[0], block.centre * CELL_WIDTH, y, colour, bold=block.is_gradient)
            continue
        for text, end in zip(row, block.ends, strict=True):
            yield _word(text, end * CELL_WIDTH, y, colour, anchor="end", bold=block.is_gradient)
    if block.is_matrix:
        yield from _brackets(block, colour)


def _brackets(block: ValueBlock, colour: str) -> Iterator[str]:
    top, bottom = block.y * CELL_HEIGHT + 2, (block.y + block.height) * CELL_HEIGHT - 2
    left, right = block.x * CELL_WIDTH, block.ends[-1] * CELL_WIDTH + 4
    for x, inwards in ((left, 4), (right, -4)):
        yield f'<path d="M{x + inwards:g} {top}H{x:g}V{bottom}H{x + inwards:g}" fill="none" stroke="{colour}"/>'


def _fields(block: ValueBlock, colour: str) -> Iterator[str]:
    """Yield an empty field for each number of a blank."""
    if block.label:
        y = (block.y + 0.5) * CELL_HEIGHT
        yield _word(block.label, block.x * CELL_WIDTH - 3, y, colour, anchor="end", size=_SMALL)
    for row in range(block.height):
        y = (block.y + row + 0.5) * CELL_HEIGHT - _FIELD_HEIGHT / 2
        for start, end in block.columns:
            yield (
                f'<rect x="{start * CELL_WIDTH:g}" y="{y:g}" width="{(end - start) * CELL_WIDTH:g}"'
                f' height="{_FIELD_HEIGHT}" rx="4" fill="none" stroke="{colour}" stroke-dasharray="3 2"/>'
            )


def _word(
    text: str,
    x: float,
    y: float,
    colour: str,
    *,
    anchor: Literal["start", "middle", "end"] = "middle",
    size: int = FONT_SIZE,
    bold: bool = False,
    ground: str = "",
) -> str:
    """Return a word whose middle line is at `y`; with a `ground`, lines under it are interrupted."""
    attributes = f' x="{x:g}" y="{y + size * 0.35:g}" fill="{colour}"'
    attributes += f' text-anchor="{anchor}"' if anchor != "start" else ""
    attributes += f' font-size="{size}"' if size != FONT_SIZE else ""
    attributes += ' font-weight="600"' if bold else ""
    attributes += f' stroke="{ground}" stroke-width="5" paint-order="stroke"' if ground else ""
    return f"<text{attributes}>{_text(text)}</text>"


def _legend_texts() -> tuple[str, str]:
    return _(FORWARD_LEGEND), _(BACKWARD_LEGEND)


def _legend_width() -> int:
    return round(sum(cell_len(text) + 3 for text in _legend_texts()) * _SMALL * 0.6) + 2 * _MARGIN


def _legend(picture: Picture, colours: _Colours) -> Iterator[str]:
    y, x = picture.height * CELL_HEIGHT + _LEGEND_HEIGHT / 2 + 4, 0.0
    for text, colour in zip(_legend_texts(), (colours.forward, colours.backward), strict=True):
        yield _word(text, x, y, colour, anchor="start", size=_SMALL)
        x += (cell_len(text) + 3) * _SMALL * 0.6
