"""Layout of graph drawings: ranks, order, ports, rows and tracks make a plan; columns and canvas draw it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.drawing.layout.planned import PlannedDrawings
from tutor.glyphs import UNICODE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor.drawing.model import Box, Density, Drawing
    from tutor.glyphs import Glyphs


def draw(boxes: Sequence[Box], density: Density = "full", glyphs: Glyphs = UNICODE) -> Drawing:
    """Draw a graph; the same boxes give the same drawing. Raise ValueError if a line's source is not an earlier box.

    In ASCII `,` `.` `` ` `` `'` are bends, `*` is a branch, `>` an arrowhead, and `+` is always a crossing. Labels and
    values are drawn as they are, so they must be ASCII already.
    """
    return PlannedDrawings(boxes, glyphs).draw(density)


def fit(
    boxes: Sequence[Box], width: int, height: int, glyphs: Glyphs = UNICODE, preferred: Density | None = None
) -> Drawing:
    """Draw a graph as roomily as `width` × `height` cells allow; see `PlannedDrawings.fit`."""
    return PlannedDrawings(boxes, glyphs).fit(width, height, preferred)
