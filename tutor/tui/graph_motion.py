"""Paints what moves along the edges of a graph: comets of gradients on their way back, and the pulse after solving."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor.drawing.model import Cell, Drawing
    from tutor.tui.graph_surface import GraphSurface

#: Cells of a comet's tail.
TAIL = 9
#: How far the end of a tail has faded.
_TAIL_FADE = 0.72
#: A wire by the two directions in which it goes on: heavy, as a comet draws it.
_HEAVY_WIRES = {
    frozenset({(-1, 0), (1, 0)}): "━",
    frozenset({(0, -1), (0, 1)}): "┃",
    frozenset({(1, 0), (0, 1)}): "┏",
    frozenset({(-1, 0), (0, 1)}): "┓",
    frozenset({(1, 0), (0, -1)}): "┗",
    frozenset({(-1, 0), (0, -1)}): "┛",
}
_HEADS = {(-1, 0): "◂", (1, 0): "▸", (0, -1): "▴", (0, 1): "▾"}


def paint_motion(surface: GraphSurface) -> None:
    """Paint the comets and the pulse of the look."""
    for comet in surface.look.comets:
        path = comet_path(surface.drawing, comet.place)
        # A comet that has landed is gone with its tail.
        _paint_comet(surface, path, round(comet.progress * (len(path) + TAIL)))
    if surface.look.pulse is not None:
        offsets = surface.drawing.distances_back
        head = round(surface.look.pulse * (max(offsets.values(), default=0) + TAIL))
        for edge in surface.drawing.edges:
            if edge.target:
                _paint_comet(surface, edge.cells[::-1], head - offsets[edge.target])


def comet_path(drawing: Drawing, place: str) -> Sequence[Cell]:
    """Return the cells that a gradient passes: from the box to the edge's source, or to the branch where it is added."""
    edge = drawing.edge_by_slot.get(place)
    if edge is None:
        return ()
    cells = edge.cells[::-1]
    shared = drawing.shared_parts.get(edge.source)
    if edge.target and shared is not None:
        return cells[: len(cells) - len(shared.cells) + 1]
    return cells


def _paint_comet(surface: GraphSurface, path: Sequence[Cell], head: int) -> None:
    """Paint a comet whose head is in cell `head` of its path: bright, then fading along its tail."""
    rows = surface.rows
    for index in range(max(0, head - TAIL), min(head + 1, len(path))):
        x, y = path[index]
        if y not in rows:
            continue
        age = (head - index) / TAIL
        style = surface.palette.trace("backward", _TAIL_FADE * min(age, 1), bold=True)
        surface.put(x, y, _comet_cell(surface, path, index, is_head=index == head), style)


def _comet_cell(surface: GraphSurface, path: Sequence[Cell], index: int, *, is_head: bool) -> str:
    """Return a cell of a comet: its head points onward, a branch stays a branch."""
    x, y = path[index]
    before = path[index - 1] if index else (x + 1, y)
    after = path[index + 1] if index + 1 < len(path) else (x - 1, y)
    onward = (after[0] - x, after[1] - y)
    if surface.is_branch(x, y):
        return surface.cell(x, y)
    if is_head:
        return _HEADS.get(onward, "◂")
    return _HEAVY_WIRES.get(frozenset({onward, (before[0] - x, before[1] - y)}), "━")
