"""Which density of a drawing fits, and where the panel stands: below the graph, or beside it where there is room."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tutor.drawing.layout import draw
from tutor.drawing.model import Density, Drawing

if TYPE_CHECKING:
    from textual.app import App

    from tutor.drawing.model import Box
    from tutor.glyphs import Glyphs


#: Below this the screen only says what it needs.
MIN_WIDTH, MIN_HEIGHT = 60, 16

#: Title and keys.
_BAR_ROWS = 2
#: The panel's rows below the graph, its border included, and its cells beside it.
_PANEL_ROWS = 9
_PANEL_CELLS = 48
#: From this width on the panel may stand beside the graph.
_MIN_WIDTH_BESIDE = 120
_MIN_GRAPH_ROWS = 6
#: Rows of a question and its choices beyond those of any blank.
_QUESTION_ROWS = 4
#: The most rows of a matrix's cells that are in sight at once.
_MAX_CELL_ROWS = 8
#: From so many rows on a compact graph has a free row above and below.
_ROOMY_HEIGHT = 30


@dataclass(frozen=True, slots=True)
class ExerciseLayout:
    """A density, whether the panel is beside the graph, and the rows of the graph where it is above."""

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
    """Full density where it fits, else compact, unless one is wished for. Rows leave the panel what it needs.

    `cells` is how many rows the cells of the largest matrix have; while `asking` the panel needs rows for a question.
    """
    beside = width >= _MIN_WIDTH_BESIDE and (drawings[preferred or "full"].width + 2 <= width - _PANEL_CELLS)
    free_width = width - _PANEL_CELLS if beside else width
    free_rows = (
        height - _BAR_ROWS
        if beside
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
    return ExerciseLayout(density, beside, min(drawing.height + scrollbar + margin, free_rows))


def preferred_density(app: App[Any]) -> Density | None:
    """The density that graphs open in by the learner's settings; None: what fits."""
    wish: Density | None = getattr(app, "density", None)
    return wish


#: A graph of more boxes fits no terminal in full: drawing it to see that would take seconds.
_MAX_FULL_BOXES = 200


class DrawingCache(Mapping[Density, Drawing]):
    """The drawings of `boxes`, by density."""

    def __init__(self, boxes: Sequence[Box], glyphs: Glyphs) -> None:
        self._boxes = boxes
        self._glyphs = glyphs
        self._cache: dict[Density, Drawing] = {}

    @property
    def default_density(self) -> Density | None:
        """The density where none is wished for; None: the one that fits."""
        return "compact" if len(self._boxes) > _MAX_FULL_BOXES else None

    def __getitem__(self, density: Density) -> Drawing:
        if density not in self._cache:
            self._cache[density] = draw(self._boxes, density, self._glyphs)
        return self._cache[density]

    def __iter__(self) -> Iterator[Density]:
        return iter(("full", "compact"))

    def __len__(self) -> int:
        return 2
