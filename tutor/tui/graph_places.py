"""Paints the places of a graph: gradients in their lanes, blanks, the blank in focus as a chip, matrices cell by cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.style import Style

from tutor.drawing.cell_width import WIDE_TAIL, graphemes, truncate
from tutor.tui.graph_look import PlaceContent

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tutor.drawing.model import DrawnEdge, Place
    from tutor.practice.close_up.crosshair import MarkedCells
    from tutor.tui.graph_look import Tone
    from tutor.tui.graph_surface import GraphSurface

_EMPTY_CONTENT = PlaceContent()
_HUES: Mapping[Tone, str] = {"wrong": "wrong", "near": "help", "revealed": "help"}
_BOLD_TONES = frozenset({"right", "wrong", "near", "given", "draft"})
#: The dots of a blank.
_DOTS = 6
#: Cells of the lane that go on behind the arrow of a gradient.
_LANE_END = 3
_FREE_CELLS = frozenset(" ╌·")


def paint_places(surface: GraphSurface, contents: Mapping[str, PlaceContent]) -> None:
    """Paint all places that are on the canvas."""
    drawing = surface.drawing
    if drawing.density != "compact":
        for name, edge in drawing.edge_by_slot.items():
            content = contents.get(name, _EMPTY_CONTENT)
            if content.tone not in ("blank", "draft"):
                _paint_lane(surface, name, edge, content)
    rows = surface.rows
    for name, place in drawing.places.items():
        if place.y + place.height <= rows.start or place.y >= rows.stop:
            continue
        content = contents.get(name, _EMPTY_CONTENT)
        if place.density == "compact":
            _paint_sign(surface, name, place, content)
        elif place.rows * place.columns > 1:
            _paint_matrix(surface, name, place, content)
        else:
            _paint_number(surface, name, place, content)
    for factor in surface.look.factors:
        if factor.place in drawing.places:
            _paint_factor(surface, factor, contents.get(factor.place, _EMPTY_CONTENT))


def paint_text_chip(surface: GraphSurface, x: int, y: int, width: int, text: str, mark: str, hue: str) -> None:
    """Paint a text and its mark on `width` reversed cells of a hue, in brackets if reversed cells can't be seen."""
    style = surface.palette.chip(hue)
    surface.fill(x, y, width, 1, style, " ")
    edge = int(surface.uses_brackets)
    shown = truncate(text, max(width - 2 * edge - 2 * bool(mark), 1), surface.drawing.glyphs.ellipsis)
    if mark:
        shown = f"{shown} {mark}"
    surface.put(x + max(edge, (width - cell_len(shown)) // 2), y, shown, style)
    if edge:
        surface.put(x, y, "[", style)
        surface.put(x + width - 1, y, "]", style)


def _hue(tone: Tone) -> str:
    return _HUES.get(tone, "backward")


def _paint_lane(surface: GraphSurface, name: str, edge: DrawnEdge, content: PlaceContent) -> None:
    """Paint the dashed lane of a gradient that has arrived."""
    place = surface.drawing.places.get(name)
    if place is None:
        return
    look, fade = surface.look, surface.fade
    share = 0.3 if look.lanes_shine else 0.78 if fade and name not in look.upstream else 0.62
    style = surface.palette.trace(_hue(content.tone), share)
    first = place.x - _LANE_END
    for x, y in edge.lane:
        if x >= first:
            surface.put(x, y, "╌", style)
    if place.rows * place.columns == 1:
        # The text of the place is painted over it.
        for x in range(place.x, place.x + place.width):
            surface.put(x, place.y, "╌", style)


# --- numbers ---


def _paint_number(surface: GraphSurface, name: str, place: Place, content: PlaceContent) -> None:
    text = _text_at(content.texts, 0, 0)
    mark = _text_at(content.marks, 0, 0) or ""
    if place.shape and content.tone != "blank":
        text = surface.drawing.glyphs.render(place.shape)
        mark = content.mark if content.tone != "given" else ""
    if name == surface.look.place:
        _paint_number_chip(surface, place, content, text, mark)
        return
    if not text:
        _paint_dots(surface, name, place.x, place.y, min(_DOTS, place.cell_width))
        return
    shown = _fit(text, place.cell_width, content.tone, surface.drawing.glyphs.ellipsis)
    width = cell_len(shown)
    left = place.x + (place.cell_width - width + 1) // 2
    style = _value_style(surface, name, content)
    y = place.y
    if not mark and surface.cell(left - 1, y) not in _FREE_CELLS and surface.cell(left + width + 1, y) == "╌":
        left += 1  # A cell for the arrow.
    for x in (left - 1, left + width):
        if surface.cell(x, y) in _FREE_CELLS:
            surface.put(x, y, " ")
    surface.put(left, y, shown, style)
    if surface.cell(left - 2, y) in _FREE_CELLS and surface.cell(left - 1, y) == " ":
        surface.put(left - 2, y, "◂", _plain_style(surface, name, _hue(content.tone)))
    elif surface.cell(left - 1, y) == " ":
        surface.put(left - 1, y, "◂", _plain_style(surface, name, _hue(content.tone)))
    if mark:
        at = min(left + width + 1, place.x + place.cell_width)
        surface.put(at, y, mark, _mark_style(surface, name, mark))
        if surface.cell(at + 1, y) == "╌":
            surface.put(at + 1, y, " ")


def _paint_number_chip(surface: GraphSurface, place: Place, content: PlaceContent, text: str, mark: str) -> None:
    """Paint the place in focus: `◂  6  ` on reversed cells."""
    y, x, width = place.y, place.x, place.cell_width + 1
    if surface.cell(x - 1, y) in _FREE_CELLS:
        x, width = x - 1, width + 1
    hue = _hue(content.tone)
    style = surface.palette.chip(hue)
    surface.fill(x, y, width, 1, style, " ")
    edge = 1  # The arrow or a bracket on the left; the mark or a bracket on the right.
    room = max(width - 2 * edge - bool(mark and surface.uses_brackets), 1)
    shown = _fit(text or "?", room, content.tone, surface.drawing.glyphs.ellipsis)
    left = place.x + max(0, (place.cell_width - cell_len(shown) + 1) // 2)
    left = max(x + edge, min(left, x + edge + room - cell_len(shown)))
    if content.struck or (content.tone == "wrong" and surface.palette.colours == "none"):
        surface.put(left, y, shown, style + Style(strike=True))
    else:
        surface.put(left, y, shown, style)
    end = x + width - 1
    if surface.uses_brackets:
        surface.put(x, y, "[", style)
        surface.put(end, y, "]", style)
        end -= 1
    else:
        surface.put(x, y, "◂", style)
    if mark:
        behind = left + cell_len(shown)
        surface.put(behind + 1 if behind < end else behind, y, mark, style)


def _paint_dots(surface: GraphSurface, name: str, x: int, y: int, width: int) -> None:
    dots = surface.drawing.glyphs.placeholder * width
    if name in surface.look.pointers:
        surface.put(x, y, dots, _pointer_style(surface))
    else:
        surface.put(x, y, dots, surface.palette.trace("backward", 0.66 if surface.fade else 0.55))


# --- matrices ---


def _paint_matrix(surface: GraphSurface, name: str, place: Place, content: PlaceContent) -> None:
    is_whole = len(content.texts) == 1 and len(content.texts[0]) == 1 and content.texts[0][0]
    if is_whole:  # An expression for the whole matrix.
        _paint_expression(surface, name, place, content)
        return
    for row in range(place.rows):
        for column in range(place.columns):
            _paint_cell(surface, name, place, content, row, column)


def _paint_expression(surface: GraphSurface, name: str, place: Place, content: PlaceContent) -> None:
    shown = _fit(content.texts[0][0], place.width - 1, content.tone, surface.drawing.glyphs.ellipsis)
    in_focus = name == surface.look.place
    style = surface.palette.chip(_hue(content.tone)) if in_focus else _value_style(surface, name, content)
    if in_focus:
        surface.fill(place.x, place.y, place.width - 1, 1, style, " ")
    surface.put(place.x, place.y, shown, style)
    for row in range(1, place.rows):
        for column in range(place.columns):
            _paint_dots(surface, name, place.x + column * (place.cell_width + 1), place.y + row, place.cell_width)


def _paint_cell(surface: GraphSurface, name: str, place: Place, content: PlaceContent, row: int, column: int) -> None:
    palette, width = surface.palette, place.cell_width
    x, y = place.x + column * (width + 1), place.y + row
    glyphs = surface.drawing.glyphs
    text = _fit(_text_at(content.texts, row, column), width, content.tone, glyphs.ellipsis)
    mark = _text_at(content.marks, row, column)
    hue = _hue(content.tone)
    if content.tone == "wrong" and mark == glyphs.correct:
        hue = "backward"
    if name == surface.look.place:
        is_active = surface.look.cell == (row, column)
        style = palette.chip(hue) if is_active else palette.well(hue, bold=bool(text))
        shown = text or ("?" if is_active else glyphs.placeholder)
        surface.fill(x, y, width, 1, style, " ")
        surface.put(x + width - cell_len(shown), y, shown, style)
        if surface.uses_brackets and is_active and cell_len(shown) < width:
            surface.put(x, y, "[", style)
            mark = mark or "]"
    elif text:
        surface.put(x + width - cell_len(text), y, text, _value_style(surface, name, content, hue))
    else:
        dots = min(_DOTS - 1, width)
        _paint_dots(surface, name, x + width - dots, y, dots)
    if mark:
        surface.put(x + width, y, mark, _mark_style(surface, name, mark))


def _paint_factor(surface: GraphSurface, factor: MarkedCells, content: PlaceContent) -> None:
    """Mark the row and the column of a gradient that make the active cell."""
    place = surface.drawing.places[factor.place]
    if place.density == "compact" or place.rows * place.columns == 1:
        return
    style = surface.palette.chip("backward")
    for row in range(place.rows):
        for column in range(place.columns):
            if factor.covers(row, column):
                x, y, width = place.x + column * (place.cell_width + 1), place.y + row, place.cell_width
                text = _fit(_text_at(content.texts, row, column), width, content.tone, surface.drawing.glyphs.ellipsis)
                surface.fill(x, y, width, 1, style, " ")
                surface.put(x + width - cell_len(text), y, text, style)


# --- compact drawings ---


def _paint_sign(surface: GraphSurface, name: str, place: Place, content: PlaceContent) -> None:
    """Paint a place of one cell: the mark of its answer, or that of a blank."""
    sign = content.mark or surface.drawing.glyphs.blank
    if name == surface.look.place:
        style = surface.palette.chip(_hue(content.tone))
    elif name in surface.look.pointers:
        style = _pointer_style(surface)
    elif content.tone in ("right", "wrong", "near", "revealed"):
        style = _mark_style(surface, name, sign)
    else:
        style = _plain_style(surface, name, "backward")
    if name in surface.look.upstream:
        style += Style(underline=True)
    surface.put(place.x, place.y, sign, style)


# --- styles ---


def _fade_of(surface: GraphSurface, name: str) -> float:
    """Return how far a place fades: what is computed with in focus does not."""
    return 0.0 if name in surface.look.upstream or name == surface.look.place else surface.fade


def _value_style(surface: GraphSurface, name: str, content: PlaceContent, hue: str = "") -> Style:
    hue = hue or _hue(content.tone)
    if name in surface.look.pointers:
        return _pointer_style(surface)
    is_struck = content.struck or (content.tone == "wrong" and surface.palette.colours == "none")
    return surface.palette.ink(
        hue,
        fade=_fade_of(surface, name),
        bold=content.tone in _BOLD_TONES,
        italic=content.tone in ("revealed", "draft"),
        underline=name in surface.look.upstream,
        strike=is_struck and hue == "wrong",
    )


def _plain_style(surface: GraphSurface, name: str, hue: str) -> Style:
    return surface.palette.ink(hue, fade=_fade_of(surface, name), bold=True)


def _pointer_style(surface: GraphSurface) -> Style:
    """Return the style of a place that the feedback points to."""
    return surface.palette.ink("bright", on="help", tint=0.3, bold=True, underline=True)


def _mark_style(surface: GraphSurface, name: str, mark: str) -> Style:
    glyphs = surface.drawing.glyphs
    hues = {glyphs.correct: "right", glyphs.incorrect: "wrong", glyphs.error: "wrong"}
    hues |= {glyphs.near: "help", glyphs.revealed: "help"}
    return surface.palette.ink(hues.get(mark, "muted"), fade=_fade_of(surface, name), bold=True)


# --- texts ---


def _text_at(rows: Sequence[Sequence[str]], row: int, column: int) -> str:
    return rows[row][column] if row < len(rows) and column < len(rows[row]) else ""


def _fit(text: str, width: int, tone: Tone, ellipsis: str) -> str:
    """Return a text in at most `width` cells: of what is being typed its end, else its beginning."""
    return _keep_end(text, width, ellipsis) if tone == "draft" else truncate(text, width, ellipsis)


def _keep_end(text: str, width: int, ellipsis: str) -> str:
    cells = graphemes(text)
    if len(cells) <= width:
        return text
    end = cells[len(cells) - width + cell_len(ellipsis) :]
    if end and end[0] == WIDE_TAIL:
        end = [" ", *end[1:]]
    return ellipsis + "".join(end)
