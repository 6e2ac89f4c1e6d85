"""Which density of a drawing fits, and where the panel stands: below the graph, or beside it where there is room."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from textual.app import App

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
#: Rows of a question and its choices beyond those of any blank.
_QUESTION_ROWS = 4
#: The most rows of a matrix's cells that are in sight at once.
_CELL_ROWS = 8
#: From so many rows on a compact graph has a free row above and below.
_ROOMY_FROM = 30


@dataclass(frozen=True, slots=True)
class Arrangement:
    """A density, whether the panel is beside the graph, and the rows of the graph where it is above."""

    density: Density
    beside: bool
    rows: int


def arrange(
    drawings: Mapping[Density, Drawing],
    width: int,
    height: int,
    wish: Density | None = None,
    cells: int = 0,
    asking: bool = False,
) -> Arrangement:
    """Full density where it fits, else compact, unless one is wished for. Rows leave the panel what it needs.

    `cells` is how many rows the cells of the largest matrix have; while `asking` the panel needs rows for a question.
    """
    beside = width >= _BESIDE_FROM and (drawings[wish or "full"].width + 2 <= width - _PANEL_CELLS)
    free_width = width - _PANEL_CELLS if beside else width
    free_rows = (
        height - _BARS
        if beside
        else max(height - _BARS - _PANEL_ROWS - min(cells, _CELL_ROWS) - asking * _QUESTION_ROWS, _LEAST_GRAPH)
    )
    density: Density = wish or "full"
    drawing = drawings[density]
    if wish is None and (drawing.width > free_width or drawing.height > free_rows):
        density = "compact"
        drawing = drawings[density]
    scrollbar = int(drawing.width > free_width)
    margin = 2 if density == "full" or height >= _ROOMY_FROM else 1
    return Arrangement(density, beside, min(drawing.height + scrollbar + margin, free_rows))


def wished(app: App[Any]) -> Density | None:
    """The density that graphs open in by the learner's settings; None: what fits."""
    wish: Density | None = getattr(app, "density", None)
    return wish
