"""The graph of the lab: drawn once for a formula, with room for the values to change in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rich.cells import cell_len

from tutor.algebra import ops
from tutor.algebra.matrix_expr import MatrixExpr
from tutor.drawing.cell_width import truncate
from tutor.drawing.from_problem import boxes_of
from tutor.drawing.layout.planned import PlannedDrawings
from tutor.practice.lab.numbers import format_lab_cells
from tutor.tui.graph_look import PlaceContent

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tutor.algebra.ops import Value
    from tutor.drawing.model import Box, Density, Drawing, InputLine, Slot
    from tutor.engine.passes import Passes
    from tutor.glyphs import Glyphs
    from tutor.grading.problem import Problem

#: Room for a number that is nudged, and for a cell of a matrix: as much as the window has, the most first.
_ROOMS = ((9, 6), (7, 5), (5, 4), (1, 1))
#: A graph of more boxes fits no terminal in full density.
_MAX_FULL_BOXES = 200


@dataclass(frozen=True)
class ValueRoom:
    """The cells that a forward value has: one width for a number, one for each column of a matrix."""

    widths: tuple[int, ...]
    is_matrix: bool

    def lines(self, texts: Sequence[Sequence[str]], ellipsis: str) -> tuple[str, ...]:
        """Return a value in this room, one line for each row of a matrix."""
        if not self.is_matrix:
            return (_centred(truncate(texts[0][0], self.widths[0], ellipsis), self.widths[0]),)
        return tuple(
            "["
            + " ".join(
                _right(truncate(text, width, ellipsis), width) for text, width in zip(row, self.widths, strict=True)
            )
            + "]"
            for row in texts
        )

    def span_of(self, column: int) -> tuple[int, int]:
        """Return the cells of a column of a matrix."""
        start = 1 + sum(self.widths[:column]) + column
        return start, start + self.widths[column]

    def fits(self, texts: Sequence[Sequence[str]]) -> bool:
        columns = zip(*texts, strict=True)
        return all(
            cell_len(text) <= width for column, width in zip(columns, self.widths, strict=False) for text in column
        )


class LabDrawing:
    """Draws the graph of a problem, and makes the texts of its values for any passes over it."""

    def __init__(self, problem: Problem, passes: Passes, glyphs: Glyphs) -> None:
        self.problem = problem
        self.glyphs = glyphs
        self._passes = passes
        self._has_full = len(problem.graph.nodes) <= _MAX_FULL_BOXES
        self._rooms: dict[str, ValueRoom] = {}
        self._planned: list[tuple[PlannedDrawings, dict[str, ValueRoom]]] = []
        self._fitted: tuple[object, Drawing] | None = None

    def is_for(self, problem: Problem) -> bool:
        """Return whether a problem has the same graph, in values of the same shapes."""
        return problem is self.problem or _structure(problem) == _structure(self.problem)

    def fit(self, width: int, height: int, preferred: Density | None = None) -> Drawing:
        """Return the drawing for a window."""
        wanted = preferred if self._has_full else "compact"
        key = (width, height, wanted)
        if self._fitted is None or self._fitted[0] != key:
            self._fitted = (key, self._fit(width, height, wanted))
        return self._fitted[1]

    def _fit(self, width: int, height: int, preferred: Density | None) -> Drawing:
        """Return the fullest drawing, with as much room for the values as the window has."""
        best: tuple[Drawing, dict[str, ValueRoom]] | None = None
        for room in range(len(_ROOMS)):
            planned, rooms = self._plan(room)
            drawing = planned.fit(width, height, preferred)
            if best is None or drawing.density == "full":
                best = drawing, rooms
            if drawing.density == "full" or preferred is not None:
                break
        assert best is not None
        drawing, self._rooms = best
        return drawing

    def _plan(self, room: int) -> tuple[PlannedDrawings, dict[str, ValueRoom]]:
        """Return the drawings with one of `_ROOMS`, and what room the values have in them."""
        while len(self._planned) <= room:
            number, cell = _ROOMS[len(self._planned)]
            nodes = self.problem.graph.nodes
            rooms = {
                node.id: self._make_room(self._passes.values[position], number, cell)
                for position, node in enumerate(nodes)
            }
            self._planned.append((PlannedDrawings(self._boxes(rooms, number, cell), self.glyphs), rooms))
        return self._planned[room]

    def _boxes(self, rooms: Mapping[str, ValueRoom], number: int, cell: int) -> list[Box]:
        gradients = self._gradient_texts(self._passes)

        def wide(slot: Slot | None) -> Slot | None:
            if slot is None:
                return None
            least = number if slot.rows * slot.columns == 1 else cell
            widest = max((cell_len(text) for row in gradients.get(slot.id, ()) for text in row), default=0)
            return replace(slot, cell_width=max(slot.cell_width, least, widest))

        def roomy(line: InputLine) -> InputLine:
            value = self._passes.values[self.problem.graph.position[line.source]]
            lines = rooms[line.source].lines(self._texts(value), self.glyphs.ellipsis)
            return replace(line, value=lines, slot=wide(line.slot))

        return [
            replace(box, lines=tuple(map(roomy, box.lines)), stem=wide(box.stem))
            for box in boxes_of(self.problem, self.glyphs, passes=self._passes)
        ]

    def _make_room(self, value: Value, number: int, cell: int) -> ValueRoom:
        texts = self._texts(value)
        is_matrix = ops.is_matrix(value) and not isinstance(value, MatrixExpr)
        least = cell if is_matrix else number
        widths = tuple(max(least, *map(cell_len, column)) for column in zip(*texts, strict=True))
        return ValueRoom(widths, is_matrix)

    def _texts(self, value: Value) -> list[list[str]]:
        return [[self.glyphs.render(text) for text in row] for row in format_lab_cells(value)]

    # --- the values of a pass ---

    def room_of(self, node: str) -> ValueRoom:
        return self._rooms[node]

    def forward_lines(self, node: str, passes: Passes) -> tuple[str, ...]:
        """Return the forward value of a node as it is drawn."""
        value = passes.values[self.problem.graph.position[node]]
        return self._rooms[node].lines(self._texts(value), self.glyphs.ellipsis)

    def contents(self, passes: Passes) -> Mapping[str, PlaceContent]:
        """Return the gradients at all places."""
        texts = self._gradient_texts(passes)
        return {name: PlaceContent("given", rows, (), self.glyphs.given) for name, rows in texts.items()}

    def _gradient_texts(self, passes: Passes) -> Mapping[str, list[list[str]]]:
        problem = self.problem
        return {place.id: self._texts(problem.truth(place, passes)) for place in problem.places}

    def has_room(self, passes: Passes) -> bool:
        """Return whether all values can be seen in full in the room that was drawn."""
        position = self.problem.graph.position
        return all(room.fits(self._texts(passes.values[position[node]])) for node, room in self._rooms.items()) and all(
            cell_len(text) <= self._fitted[1].places[name].cell_width
            for name, rows in self._gradient_texts(passes).items()
            if self._fitted is not None and name in self._fitted[1].places and not self._is_short(name)
            for row in rows
            for text in row
        )

    def _is_short(self, name: str) -> bool:
        """Return whether a place is drawn without its value: compact, or as the shape of a matrix."""
        assert self._fitted is not None
        place = self._fitted[1].places[name]
        return place.density == "compact" or bool(place.shape)


def _structure(problem: Problem) -> tuple[object, ...]:
    return problem.graph.text, *(node.shape for node in problem.graph.nodes), *problem.inputs


def _centred(text: str, width: int) -> str:
    free = width - cell_len(text)
    return " " * ((free + 1) // 2) + text + " " * (free // 2)


def _right(text: str, width: int) -> str:
    return " " * (width - cell_len(text)) + text
