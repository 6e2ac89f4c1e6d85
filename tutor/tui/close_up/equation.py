"""Painting of the equation: a field for each term, with its caption below it or, in one row, beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len

from tutor.tui.canvas import wrap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor.practice.close_up.data import Term
    from tutor.tui.close_up.brush import Brush

#: The rows of the equation with padded fields and captions.
TALL = 4
#: The usual width of a field, the least one, and the cells between two.
_WIDTH, _MIN_WIDTH, _GAP, _MIN_GAP = 14, 5, 5, 3


@dataclass(slots=True)
class _Field:
    """A term as it is painted. `short` is its caption in one row, `full` its text without a caption."""

    text: str
    caption: str
    hue: str
    is_asked: bool = False
    width: int = 0
    short: str = ""
    place: str | None = None
    full: str = ""


def paint_equation(brush: Brush, y: int, *, tall: bool) -> list[str]:
    """Paint the equation and return the texts that did not fit, each with its caption."""
    equation = brush.data.equation
    fields = [_field(brush, term) for term in equation.terms]
    asked = _caption(brush, equation.asked)
    fields.append(_Field(brush.asked_text(False), asked, brush.asked_hue, True, short=asked))
    signs = [brush.glyphs.render(sign) for sign in (*equation.signs, equation.equals)] if equation.terms else []
    room = brush.canvas.width - 4
    if not tall:
        _put_captions_inside(fields, room - _MIN_GAP * len(signs))
    gap = _fit(fields, room, len(signs), tall)
    x = 2 + max(0, (room - sum(field.width for field in fields) - gap * len(signs)) // 2)
    for index, field in enumerate(fields):
        _paint_field(brush, x, y, field, tall)
        x += field.width
        if index < len(signs):
            row = y + 1 if tall else y
            brush.canvas.centre(x, gap, row, [(signs[index], brush.palette.ink("muted", bold=True))])
            x += gap
    return [
        f"{field.caption}: {field.full or field.text}" for field in fields if cell_len(field.text) > field.width - 2
    ]


def _field(brush: Brush, term: Term) -> _Field:
    quantity = term.quantity
    hue = brush.hue(quantity, term.lane) if quantity.is_known else "muted"
    text = brush.with_mark(quantity) if quantity.is_known else quantity.text
    caption = _caption(brush, term)
    return _Field(
        text, caption, hue, short=brush.glyphs.render(str(term.short_caption)) or caption, place=quantity.place
    )


def _caption(brush: Brush, term: Term) -> str:
    return brush.glyphs.render(str(term.caption))


def _put_captions_inside(fields: Sequence[_Field], room: int) -> None:
    """Write each caption before its text as far as there is room, that of the asked value first."""
    free = room - sum(max(_MIN_WIDTH, cell_len(field.text) + 2) for field in fields)
    asked, terms = fields[-1], fields[:-1]
    has_room = cell_len(asked.short) + 1 + sum(cell_len(term.short) + 1 for term in terms) <= free
    # The terms of a sum are all alike: without room for all of their captions, they have none.
    captioned = (asked, *terms) if has_room or len(terms) == 2 else (asked,)
    for field in captioned:
        needed = cell_len(field.short) + 1
        if needed <= free:
            field.full = field.text
            field.text = f"{field.short} {field.text}"
            free -= needed


def _fit(fields: Sequence[_Field], room: int, signs: int, tall: bool) -> int:
    """Give each field its width, and return the cells between two of them."""
    for field in fields:
        field.width = max(_WIDTH, cell_len(field.text) + 2, cell_len(field.caption) if tall else 0)
    for gap in (_GAP, _MIN_GAP):
        if sum(field.width for field in fields) + gap * signs <= room:
            return gap
    for field in fields:
        field.width = max(_MIN_WIDTH, cell_len(field.text) + 2)
    free = room - _MIN_GAP * signs - sum(field.width for field in fields)
    while free < 0 and (widest := max(fields, key=lambda each: each.width)).width > _MIN_WIDTH:
        widest.width -= 1
        free += 1
    # What is left is for the captions.
    for field in fields:
        more = min(max(free, 0), max(0, cell_len(field.caption) - field.width)) if tall else 0
        field.width += more
        free -= more
    return _MIN_GAP


def _paint_field(brush: Brush, x: int, y: int, field: _Field, tall: bool) -> None:
    for row in range(y, y + (TALL if tall else 1)):
        brush.mark_place(x, row, field.width, field.place)
    if not tall:
        brush.bar(x, y, field.width, field.text, field.hue, field.is_asked)
        return
    brush.block(x, y, field.width, field.text, field.hue, field.is_asked)
    style = brush.palette.ink(field.hue if field.is_asked else "muted")
    # Without padding the caption is right below its field; it may reach into the gaps beside it.
    row = y + 3 if brush.is_padded else y + 2
    width = min(cell_len(field.caption), field.width + 2 * (_MIN_GAP // 2))
    brush.canvas.centre(x - (width - field.width) // 2 if width > field.width else x, max(width, field.width), row,
                        [(field.caption, style)])  # fmt: skip


def note_lines(brush: Brush, too_long: Sequence[str], rows: int) -> list[str]:
    """Return what explains the equation, or was too long for it, in at most `rows` lines."""
    note = brush.data.equation.note
    texts = ([str(note)] if note is not None else []) + list(too_long)
    lines = [line for text in texts for line in wrap(brush.glyphs.render(text), brush.canvas.width - 6)]
    if len(lines) > rows:
        lines = [*lines[: rows - 1], f"{lines[rows - 1][:-1]}…"] if rows > 0 else []
    return lines
