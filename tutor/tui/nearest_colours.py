"""Colours for terminals with 256 of them: each the one that looks most like it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from rich.color import Color, ColorType
from rich.segment import Segment
from rich.style import Style
from textual.filter import LineFilter

if TYPE_CHECKING:
    from textual import color as textual_color

_STEPS = (0, 95, 135, 175, 215, 255)
#: The colours from 16 on, which terminals agree about: a cube of 6 × 6 × 6, and 24 greys.
_COLOURS = [(r, g, b) for r in _STEPS for g in _STEPS for b in _STEPS] + [(level,) * 3 for level in range(8, 239, 10)]
_FIRST = 16


class NearestColours(LineFilter):
    """Replace each colour by the nearest of 256. Rich's own rounding makes a dark grey blue, and a dark amber red."""

    def apply(self, segments: list[Segment], background: textual_color.Color) -> list[Segment]:
        return [Segment(text, style and _nearest_style(style), control) for text, style, control in segments]


@lru_cache(maxsize=4096)
def _nearest_style(style: Style) -> Style:
    """Return a style with the colours of a terminal that has 256."""
    colour, ground = (nearest_colour(each) for each in (style.color, style.bgcolor))
    return style + Style.from_color(colour, ground)


@lru_cache(maxsize=4096)
def nearest_colour(colour: Color | None) -> Color | None:
    """Return the colour of 256 that looks most like this one; those of the terminal's own stay."""
    if colour is None or colour.type is not ColorType.TRUECOLOR or colour.triplet is None:
        return colour
    red, green, blue = colour.triplet

    def distance(other: tuple[int, ...]) -> float:
        """Return about how different another colour looks: the eye sees green best, and blue best beside little red."""
        mean = (red + other[0]) / 2
        parts = (2 + mean / 256, 4, 2 + (255 - mean) / 256)
        differences = (red - other[0], green - other[1], blue - other[2])
        return sum(part * difference**2 for part, difference in zip(parts, differences, strict=True))

    return Color.from_ansi(_FIRST + min(range(len(_COLOURS)), key=lambda index: distance(_COLOURS[index])))
