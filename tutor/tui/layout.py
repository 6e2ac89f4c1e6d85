"""The layout of an exercise: the density of its drawing, and the panel below the graph or beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor.drawing.layout.planned import PlannedDrawings
from tutor.drawing.model import Density, Drawing

if TYPE_CHECKING:
    from tutor.drawing.model import Box
    from tutor.glyphs import Glyphs

#: Rows of the title and the key bar.
_BAR_ROWS = 2
#: Rows of the panel below the graph, including its border, and its width beside the graph.
_PANEL_ROWS = 9
_PANEL_CELLS = 48
#: Width of the window from which the panel may be beside the graph.
_MIN_WIDTH_BESIDE = 120
_MIN_GRAPH_ROWS = 6
#: Rows that a question with its choices needs beyond those of other blanks.
_QUESTION_ROWS = 4
#: The most rows of a matrix's cells that are visible at once.
_MAX_CELL_ROWS = 8
#: Height of the window from which a compact graph has a free row above and below.
_ROOMY_HEIGHT = 30


@dataclass(frozen=True, slots=True)
class ExerciseLayout:
    """The density of the drawing, whether the panel is beside it, and the rows of the graph above the panel."""

    density: Density
    panel_beside: bool
    graph_rows: int


def choose_layout(
    drawings: Mapping[Density, Drawing],
    width: int,
    height: int,
    preferred: Density | None = None,
    cell_rows: int = 0,
    has_question: bool = False,
) -> ExerciseLayout:
    """Return the layout for a window of `width` × `height` cells.

    The density is the first of `drawings` that fits, unless one is preferred. `cell_rows` are the rows of the largest matrix that is asked for. The panel always gets the rows that it needs.
    """
    panel_beside = width >= _MIN_WIDTH_BESIDE and (drawings[preferred or "full"].width + 2 <= width - _PANEL_CELLS)
    free_width = width - _PANEL_CELLS if panel_beside else width
    spare_rows = height - _BAR_ROWS
    if not panel_beside:
        spare_rows -= _PANEL_ROWS + min(cell_rows, _MAX_CELL_ROWS) + has_question * _QUESTION_ROWS
    free_rows = max(spare_rows, _MIN_GRAPH_ROWS)
    density: Density = preferred or "full"
    drawing = drawings[density]
    for smaller in drawings if preferred is None else ():
        # Shapes in place of matrices are worth no row that the panel needs.
        if drawing.width > free_width or drawing.height > (spare_rows if density == "shapes" else free_rows):
            density = smaller
            drawing = drawings[density]
    scrollbar = int(drawing.width > free_width)
    margin = 2 if density != "compact" or height >= _ROOMY_HEIGHT else 1
    return ExerciseLayout(density, panel_beside, min(drawing.height + scrollbar + margin, free_rows))


#: A graph of more boxes fits no terminal in full density, and drawing it only to find that takes seconds.
_MAX_FULL_BOXES = 200


class DrawingCache(Mapping[Density, Drawing]):
    """The drawings of `boxes` by density, the fullest first, drawn when they are first used."""

    def __init__(self, boxes: Sequence[Box], glyphs: Glyphs) -> None:
        self._boxes = boxes
        self._planned = PlannedDrawings(boxes, glyphs)

    @property
    def default_density(self) -> Density | None:
        """Return the density if none is preferred; None for the one that fits."""
        return "compact" if len(self._boxes) > _MAX_FULL_BOXES else None

    def __getitem__(self, density: Density) -> Drawing:
        return self._planned.draw(density)

    def __iter__(self) -> Iterator[Density]:
        return iter(self._planned.densities)

    def __len__(self) -> int:
        return len(self._planned.densities)
