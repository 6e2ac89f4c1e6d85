"""From boxes to their drawing: ranks, order, ports, rows and tracks make a plan, columns and canvas a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.drawing.layout.canvas import Canvas
from tutor.drawing.layout.netlist import build_netlist
from tutor.drawing.layout.plan import plan_layout
from tutor.drawing.layout.rasterize import Rasterizer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor.drawing.model import Box, Density, Drawing


def draw(boxes: Sequence[Box], density: Density = "full", *, ascii: bool = False) -> Drawing:
    """The picture of a graph. Deterministic; a ValueError where a line comes from no box further left.

    In ASCII `,` `.` `` ` `` `'` are bends, `*` is a branch and `+` only ever a crossing; labels and values are
    taken as they are, so they must be ASCII already.
    """
    return Rasterizer(plan_layout(build_netlist(boxes), density), density, Canvas(ascii)).rasterize()
