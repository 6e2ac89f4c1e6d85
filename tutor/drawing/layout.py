"""From boxes to their drawing: ranks, order, ports, rows and tracks make a plan, columns and canvas a picture."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.drawing.canvas import Canvas
from tutor.drawing.nets import netlist
from tutor.drawing.plan import plan_drawing
from tutor.drawing.sheet import Sheet
from tutor.drawing.spec import Box, Density, Drawing


def draw(boxes: Sequence[Box], density: Density = "full", *, ascii: bool = False) -> Drawing:
    """The picture of a graph. Deterministic; a ValueError where a line comes from no box further left.

    In ASCII `,` `.` `` ` `` `'` are bends, `*` is a branch and `+` only ever a crossing; labels and values are
    taken as they are, so they must be ASCII already.
    """
    return Sheet(plan_drawing(netlist(boxes), density), density, Canvas(ascii)).drawing()
