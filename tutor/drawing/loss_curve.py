"""The loss of a network while it is trained, as a curve in lines of text."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from tutor.drawing.braille import braille_cells, dots_between
from tutor.i18n import N_, message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor.glyphs import Glyphs

_WIDTH, _HEIGHT = 48, 6
_CAPTION = N_("loss: {first} at first, {last} at the end")


def loss_curve(losses: Sequence[float], glyphs: Glyphs, width: int = _WIDTH, height: int = _HEIGHT) -> list[str]:
    """Return the lines of a curve with its greatest and smallest value, and a caption; none for fewer than two losses."""
    if len(losses) < 2:
        return []
    top = max(losses)
    scale = [f"{top:.3f}", *[""] * (height - 2), f"{0:.3f}"]
    margin = max(map(len, scale))
    rows = _ascii_rows(losses, top, width, height) if glyphs.ascii else _braille_rows(losses, top, width, height)
    axis = "|" if glyphs.ascii else "│"
    lines = [f"{label:>{margin}} {axis}{row}".rstrip() for label, row in zip(scale, rows, strict=True)]
    return [*lines, str(message(_CAPTION, first=f"{losses[0]:.3f}", last=f"{losses[-1]:.3f}"))]


def _places(losses: Sequence[float], top: float, columns: int, rows: int) -> list[tuple[int, int]]:
    """Return the column and row of each loss, counted from the upper left."""
    last = len(losses) - 1
    return [
        (round(at / last * (columns - 1)), round((1 - (loss / top if top else 0)) * (rows - 1)))
        for at, loss in enumerate(losses)
    ]


def _braille_rows(losses: Sequence[float], top: float, width: int, height: int) -> list[str]:
    places = _places(losses, top, 2 * width, 4 * height)
    cells = braille_cells(dot for first, second in pairwise(places) for dot in dots_between(*first, *second))
    return ["".join(cells.get((column, row), " ") for column in range(width)) for row in range(height)]


def _ascii_rows(losses: Sequence[float], top: float, width: int, height: int) -> list[str]:
    places = _places(losses, top, width, height)
    dots = {dot for first, second in pairwise(places) for dot in dots_between(*first, *second)}
    return ["".join("*" if (column, row) in dots else " " for column in range(width)) for row in range(height)]
