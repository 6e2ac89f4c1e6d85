"""The layout of an exercise: the density of its drawing, and the panel below the graph or beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor.drawing.layout import draw
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
    """Return the layout for a window of `width` × `height` cells, with full density if it fits and none is preferred.

    `cell_rows` are the rows of the largest matrix that is asked for. The panel always gets the rows that it needs.
    """
    panel_beside = width >= _MIN_WIDTH_BESIDE and (drawings[preferred or "full"].width + 2 <= width - _PANEL_CELLS)
    free_width = width - _PANEL_CELLS if panel_beside else width
    free_rows = (
        height - _BAR_ROWS
        if panel_beside
        else max(
            height - _BAR_ROWS - _PANEL_ROWS - min(cell_rows, _MAX_CELL_ROWS) - has_question * _QUESTION_ROWS,
            _MIN_GRAPH_ROWS,
        )
    )
    density: Density = preferred or "full"
    drawing = drawings[density]
    if preferred is None and (drawing.width > free_width or drawing.height > free_rows):
        density = "compact"
        drawing = drawings[density]
    scrollbar = int(drawing.width > free_width)
    margin = 2 if density == "full" or height >= _ROOMY_HEIGHT else 1
    return ExerciseLayout(density, panel_beside, min(drawing.height + scrollbar + margin, free_rows))


#: A graph of more boxes fits no terminal in full density, and drawing it only to find that takes seconds.
_MAX_FULL_BOXES = 200


class DrawingCache(Mapping[Density, Drawing]):
    """The drawings of `boxes` by density, drawn when they are first used."""

    def __init__(self, boxes: Sequence[Box], glyphs: Glyphs) -> None:
        self._boxes = boxes
        self._glyphs = glyphs
        self._cache: dict[Density, Drawing] = {}

    @property
    def default_density(self) -> Density | None:
        """Return the density if none is preferred; None for the one that fits."""
        return "compact" if len(self._boxes) > _MAX_FULL_BOXES else None

    def __getitem__(self, density: Density) -> Drawing:
        if density not in self._cache:
            self._cache[density] = draw(self._boxes, density, self._glyphs)
        return self._cache[density]

    def __iter__(self) -> Iterator[Density]:
        return iter(("full", "compact"))

    def __len__(self) -> int:
        return 2
