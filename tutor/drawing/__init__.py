"""Drawing a computational graph in character cells."""

from tutor.drawing.layout import draw
from tutor.drawing.painting import paint
from tutor.drawing.sketch import sketch
from tutor.drawing.spec import Box, Density, Direction, Drawing, Line, Place, Rect, Run, Slot, Style

__all__ = [
    "Box",
    "Density",
    "Direction",
    "Drawing",
    "Line",
    "Place",
    "Rect",
    "Run",
    "Slot",
    "Style",
    "draw",
    "paint",
    "sketch",
]
