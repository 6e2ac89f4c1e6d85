"""Which density of a drawing fits, and where the panel stands: below the graph, or beside it where there is room."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tutor.drawing import Density, Drawing

#: Below this the screen only says what it needs.
LEAST_WIDTH, LEAST_HEIGHT = 60, 16

#: Title and keys.
_BARS = 2
#: The panel's rows below the graph, its border included, and its cells beside it.
_PANEL_ROWS = 9
_PANEL_CELLS = 48
#: From this width on the panel may stand beside the graph.
_BESIDE_FROM = 120
_LEAST_GRAPH = 6


@dataclass(frozen=True, slots=True)
class Arrangement:
    """A density, whether the panel is beside the graph, and the rows of the graph where it is above."""

    density: Density
    beside: bool
    rows: int


def arrange(drawings: Mapping[Density, Drawing], width: int, height: int, wish: Density | None = None) -> Arrangement:
    """Full density where it fits, else compact, unless one is wished for. Rows leave the panel what it needs."""
    full = drawings["full"]
    beside = width >= _BESIDE_FROM and (drawings[wish or "full"].width + 2 <= width - _PANEL_CELLS)
    free_width = width - _PANEL_CELLS if beside else width
    free_rows = height - _BARS if beside else max(height - _BARS - _PANEL_ROWS, _LEAST_GRAPH)
    fits = full.width <= free_width and full.height <= free_rows
    density: Density = wish or ("full" if fits else "compact")
    drawing = drawings[density]
    scrollbar = int(drawing.width > free_width)
    margin = 2
    return Arrangement(density, beside, min(max(drawing.height + scrollbar + margin, _LEAST_GRAPH), free_rows))
