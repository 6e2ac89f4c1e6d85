"""The layout of an exercise: the graph on top, below it the close-up and the answer, and a pane at the side if there is room."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tutor.drawing.layout.planned import PlannedDrawings
from tutor.tui.window_size import window_size

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor.drawing.model import Box, Density, Drawing
    from tutor.glyphs import Glyphs
    from tutor.tui.window_size import WindowSize

#: Rows of the head and the key bar.
BAR_ROWS = 3
#: The width of the pane at the side, with its border.
SIDE_CELLS = 52
#: Free cells and rows around the graph, from what is best to none if that lets it be drawn in full.
_GRAPH_MARGINS = ((4, 2), (4, 0), (0, 0))
_GRAPH_ROWS_MARGIN = 2
_FULLNESS = {"full": 2, "shapes": 1, "compact": 0}
#: Rows below the graph, from what is best to what is enough if that lets the graph be drawn in full.
_LOW_ROWS: dict[WindowSize, tuple[int, ...]] = {"medium": (17, 15, 13), "large": (19, 17, 15)}
#: The same in a small window: for the close-up, and for the answer to a number and to a matrix.
_CLOSE_UP_ROWS, _ANSWER_ROWS, _MATRIX_ROWS = (4, 3, 2), (7, 6, 5), (9, 7, 6)
#: Unless the drawing has all values, the close-up needs these rows for those around the focused node.
_ROWS_WITH_VALUES = 3
_MIN_GRAPH_ROWS = 6
#: A graph of more boxes fits no terminal in full density, and drawing it only to find that takes seconds.
_MAX_FULL_BOXES = 200


class DrawingCache:
    """The drawings of `boxes` in every density and room, each drawn once."""

    def __init__(self, boxes: Sequence[Box], glyphs: Glyphs) -> None:
        self._planned = PlannedDrawings(boxes, glyphs)
        self._is_huge = len(boxes) > _MAX_FULL_BOXES

    def fit(self, width: int, height: int, preferred: Density | None = None) -> Drawing:
        """Return the roomiest drawing in a field of these cells: in full if that fits, else with shapes, else compact.

        A `preferred` density is drawn even if it is larger than the field, which then scrolls.
        """
        preferred = preferred or ("compact" if self._is_huge else None)
        drawings = []
        for cells, rows in _GRAPH_MARGINS:
            drawings.append(self._planned.fit(max(width - cells, 1), max(height - rows, 1), preferred))
            if drawings[-1].density in ("full", preferred):
                break
        # Of compact drawings the wider one has more names.
        return max(
            drawings, key=lambda drawing: (_FULLNESS[drawing.density], drawing.density == "compact" and drawing.width)
        )


@dataclass(frozen=True, slots=True)
class ExerciseLayout:
    """The parts of the screen: the drawing, the rows of the graph and of the close-up; the answer has the rest.

    In a small window the close-up is above the answer, in others beside it and as high. A close-up of 0 rows is left out.
    """

    size: WindowSize
    drawing: Drawing | None
    graph_rows: int
    close_up_rows: int

    @property
    def has_side(self) -> bool:
        """Whether there is a pane at the side: in a large window, and in a medium one without a graph."""
        return self.size == "large" or (self.size == "medium" and self.drawing is None)

    @property
    def density(self) -> Density:
        return self.drawing.density if self.drawing is not None else "full"


def choose_layout(
    drawings: DrawingCache | None,
    width: int,
    height: int,
    preferred: Density | None = None,
    *,
    cell_rows: int = 0,
    question_rows: int = 0,
) -> ExerciseLayout:
    """Return the layout for a window of `width` × `height` cells. Without `drawings` there is no graph.

    `cell_rows` are the rows of the largest matrix that is asked for, 0 if there is none; `question_rows` those of the
    question in focus, which has no close-up, 0 at other blanks.
    """
    size = window_size(width, height)
    free = height - BAR_ROWS
    if drawings is None:
        return ExerciseLayout(size, None, 0, 0)
    if size == "small":
        layout = _small_layout(drawings, width, free, preferred, cell_rows > 0)
    else:
        layout = _roomy_layout(drawings, size, width - (SIDE_CELLS if size == "large" else 0), free, preferred)
    if not question_rows:
        return layout
    # The graph stays where it is if the question fits below it.
    low = free - layout.graph_rows
    if question_rows <= low:
        return replace(layout, close_up_rows=0)
    low = min(question_rows, max(free - _MIN_GRAPH_ROWS, low))
    drawing = drawings.fit(width - (SIDE_CELLS if size == "large" else 0), free - low, preferred)
    return ExerciseLayout(size, drawing, free - low, 0)


def _roomy_layout(
    drawings: DrawingCache, size: WindowSize, width: int, free: int, preferred: Density | None
) -> ExerciseLayout:
    """Return the layout of a medium or large window."""
    layouts = []
    for low in _LOW_ROWS[size]:
        drawing = drawings.fit(width, free - low, preferred)
        layouts.append(ExerciseLayout(size, drawing, free - low, low))
        if drawing.density == "full" or preferred is not None:
            return layouts[-1]
    return layouts[0]


def _small_layout(
    drawings: DrawingCache, width: int, free: int, preferred: Density | None, has_cells: bool
) -> ExerciseLayout:
    """Return the layout of a small window with the fullest drawing; what the graph leaves free goes to the answer."""
    choices = []
    answers = _MATRIX_ROWS if has_cells else _ANSWER_ROWS
    for close_up, answer in ((close_up, answer) for answer in answers for close_up in _CLOSE_UP_ROWS):
        rows = max(free - close_up - answer, 1)
        drawing = drawings.fit(width, rows, preferred)
        shows_values = drawing.density == "full" or close_up >= _ROWS_WITH_VALUES
        fits = drawing.height + int(drawing.width > width) <= rows
        quality = (shows_values, fits or rows >= _MIN_GRAPH_ROWS, fits, _FULLNESS[drawing.density])
        choices.append((quality, ExerciseLayout("small", drawing, rows, close_up)))
        if all(quality[:3]) and drawing.density in ("full", preferred):
            break
    # Of equals the first one is the best.
    _quality, layout = max(choices, key=lambda choice: choice[0])
    assert layout.drawing is not None
    needed = layout.drawing.height + int(layout.drawing.width > width)
    rows = min(layout.graph_rows, needed + _GRAPH_ROWS_MARGIN)
    return replace(layout, graph_rows=rows)
