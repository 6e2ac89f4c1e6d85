"""Texts, hues and chips of a close-up's values, the same in its node and in its equation."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rich.style import Style

from tutor.drawing.cell_width import truncate

if TYPE_CHECKING:
    from tutor.glyphs import Glyphs
    from tutor.practice.close_up.data import CloseUpData, Lane, Quantity
    from tutor.tui.canvas import Canvas
    from tutor.tui.themes import Hue, Palette

#: The hue of a value that is not simply known.
_STATE_HUES: dict[str, Hue] = {"right": "right", "wrong": "wrong", "near": "help", "revealed": "help"}
#: States with a mark beside a value that is not asked: that it is right goes without saying.
_MARKED = ("wrong", "near", "revealed")


@dataclass(frozen=True, slots=True)
class Brush:
    """A canvas with what is painted on it, and what is typed at the asked place."""

    canvas: Canvas
    glyphs: Glyphs
    data: CloseUpData
    typed: str = ""
    #: Painted places: the row, the first cell, the cell after the last, and the id.
    places: list[tuple[int, int, int, str]] = field(default_factory=list)

    def mark_place(self, x: int, y: int, width: int, place: str | None) -> None:
        """Note that a place is painted in these cells, so that a click finds it."""
        if place is not None:
            self.places.append((y, x, x + width, place))

    @property
    def palette(self) -> Palette:
        return self.canvas.palette

    @property
    def lane(self) -> Hue:
        """The hue of the asked value."""
        return "forward" if self.data.kind == "forward" else "backward"

    @property
    def asked_hue(self) -> Hue:
        """The hue of the asked chip: that of its lane as long as it is open or edited, then that of the verdict."""
        return self.lane if self.typed else _STATE_HUES.get(self.data.equation.asked.quantity.state, self.lane)

    def asked_text(self, with_question: bool = True) -> str:
        """Return what is typed, or the answer with its mark, or a question mark with the shape of a matrix."""
        quantity = self.data.equation.asked.quantity
        if self.typed:
            return f"{self.glyphs.render(self.typed)}{'_' if self.glyphs.ascii else '▏'}"
        if quantity.is_known:
            return self.with_mark(quantity, always=True)
        if not quantity.shape:
            return quantity.text
        shape = self.glyphs.render(quantity.shape)
        return f"{quantity.text} {shape}" if with_question else shape

    def with_mark(self, quantity: Quantity, always: bool = False) -> str:
        """Return a value with the mark of its state."""
        mark = self.glyphs.for_state(quantity.state) if always or quantity.state in _MARKED else ""
        if quantity.state == "given" and quantity.place != "start":
            mark = self.glyphs.given
        text = self.glyphs.render(quantity.brief)
        return f"{text} {mark}" if mark else text

    def hue(self, quantity: Quantity, lane: Lane) -> str:
        """Return the colour of a value: a verdict that is not right, or its lane."""
        if quantity.state in _MARKED:
            return _STATE_HUES[quantity.state]
        return "bright" if lane == "local" else lane

    @property
    def is_padded(self) -> bool:
        """Whether fields have half rows above and below."""
        return self.palette.colours == "all" and not self.canvas.ascii

    def block(self, x: int, y: int, width: int, text: str, hue: str, is_chip: bool) -> None:
        """Paint a value in a field three rows high; half blocks above and below it look like padding."""
        palette = self.palette
        self.bar(x, y + 1, width, text, hue, is_chip)
        if not self.is_padded:
            return
        field = palette.chip(hue) if is_chip else palette.well(hue)
        self.canvas.put(x, y, "▄" * width, Style(color=field.bgcolor))
        self.canvas.put(x, y + 2, "▀" * width, Style(color=field.bgcolor))

    def bar(self, x: int, y: int, width: int, text: str, hue: str, is_chip: bool) -> None:
        """Paint a value in a field of one row: a chip if it is asked, a well otherwise."""
        if is_chip:
            self.canvas.chip(x, y, text, hue, width)
            return
        palette = self.palette
        style = palette.well(hue, bold=hue != "muted")
        self.canvas.fill(x, y, width, 1, style, " ")
        if not self.is_padded:
            self.canvas.put(x, y, "[", style)
            self.canvas.put(x + width - 1, y, "]", style)
        self.canvas.centre(x + 1, width - 2, y, [(truncate(text, width - 2), style)])
