"""The edges of drawings: their cells, their last straight runs and the lanes below these."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from tests.support.random_drawings import boxes_in_ascii, random_boxes
from tests.support.sample_drawings import SAMPLE_DRAWINGS
from tutor.drawing.cell_width import graphemes
from tutor.drawing.layout import draw
from tutor.drawing.layout.planned import ROOMY, PlannedDrawings
from tutor.glyphs import ASCII

if TYPE_CHECKING:
    from tutor.drawing.model import Box, Density, Drawing, DrawnEdge

DENSITIES: list[Density] = ["full", "shapes", "compact"]


def styles_by_cell(drawing: Drawing) -> dict[tuple[int, int], str]:
    return {
        (run.x + dx, y): run.style
        for y, runs in enumerate(drawing.runs)
        for run in runs
        for dx, character in enumerate(graphemes(run.text))
        if character != " "
    }


def assert_edges_follow_their_wires(drawing: Drawing, boxes: list[Box]) -> None:
    expected = [(line.source, box.id, i) for box in boxes for i, line in enumerate(box.lines)]
    assert [(edge.source, edge.target, edge.operand) for edge in drawing.edges if edge.target] == expected
    slots = [line.slot.id if line.slot else None for box in boxes for line in box.lines]
    assert [edge.slot for edge in drawing.edges if edge.target] == slots
    stems = {box.id: box.stem.id for box in boxes if box.stem}
    assert {edge.source: edge.slot for edge in drawing.edges if not edge.target} == stems
    assert set(drawing.edge_by_slot) == set(drawing.places)
    styles = styles_by_cell(drawing)
    place_cells = {
        (place.x + dx, place.y + dy): name
        for name, place in drawing.places.items()
        for dx in range(place.width)
        for dy in range(place.height)
    }
    for edge in drawing.edges:
        assert_path(drawing, edge, styles, place_cells)
        assert_run(drawing, edge)
        assert_texts(drawing, edge, styles, place_cells)


def assert_path(
    drawing: Drawing, edge: DrawnEdge, styles: dict[tuple[int, int], str], places: dict[tuple[int, int], str]
) -> None:
    assert len(set(edge.cells)) == len(edge.cells)
    assert all(abs(x - a) + abs(y - b) == 1 for (x, y), (a, b) in pairwise(edge.cells))
    source = drawing.boxes[edge.source]
    gap = drawing.spacing.labels if drawing.kinds[edge.source] == "input" and drawing.density != "compact" else 0
    x, y = edge.cells[0]
    assert x == source.x + source.width + gap
    assert source.y <= y < source.y + source.height
    if edge.target:
        target = drawing.boxes[edge.target]
        x, y = edge.cells[-1]
        assert x == target.x - 1
        assert target.y <= y < target.y + target.height
        assert styles[edge.cells[-1]] == "arrow"
        assert styles.get(edge.cells[-2], "wire") == "wire"
    else:
        own = [other.cells for other in drawing.edges_from[edge.source]]
        assert all(cells[: len(edge.cells)] == edge.cells for cells in own)
        assert len({cells[len(edge.cells)] for cells in own}) > 1
    for cell in edge.cells[: -1 if edge.target else None]:
        compact_place = drawing.density == "compact" and cell in places
        assert compact_place or styles[cell] in ("wire", "branch")


def assert_run(drawing: Drawing, edge: DrawnEdge) -> None:
    row, first, last = edge.run
    cells = [(x, row) for x in range(first, last + 1)]
    assert set(cells) <= set(edge.cells)
    if edge.target:
        assert cells[-1] == edge.cells[-1]
        others = [other for other in drawing.edges if other.source == edge.source and other is not edge]
        assert not any(set(cells) & set(other.cells) for other in others)


def assert_texts(
    drawing: Drawing, edge: DrawnEdge, styles: dict[tuple[int, int], str], places: dict[tuple[int, int], str]
) -> None:
    row, first, last = edge.run
    if drawing.density == "compact":
        assert edge.lane == ()
        assert edge.value_at is None
        return
    for x, y in edge.lane:
        assert y == row + 1
        assert first <= x <= last
        assert (x, y) not in styles
        assert (x, y) not in places
        assert styles.get((x - 1, y)) not in ("label", "value")
        assert styles.get((x + 1, y)) not in ("label", "value")
    assert (edge.value_at is not None) == bool(edge.values)
    if edge.value_at is not None:
        x, y = edge.value_at
        assert y + len(edge.values) == row
        assert first <= x <= last
        for dy, text in enumerate(edge.values):
            cells = graphemes(text)
            assert graphemes(drawing.rows[y + dy])[x : x + len(cells)] == cells


@pytest.mark.parametrize("density", DENSITIES)
@pytest.mark.parametrize("name", SAMPLE_DRAWINGS)
def test_edges_of_a_named_graph_follow_their_wires(name: str, density: Density) -> None:
    boxes = SAMPLE_DRAWINGS[name]()
    assert_edges_follow_their_wires(draw(boxes, density), boxes)


def test_edges_of_random_graphs_follow_their_wires() -> None:
    for seed in range(600, 624):
        boxes = random_boxes(seed, 16)
        glyphs_drawings = PlannedDrawings(boxes), PlannedDrawings(boxes_in_ascii(boxes), ASCII)
        drawings = glyphs_drawings[seed % 2]
        density = DENSITIES[seed % 3]
        drawing = drawings.draw(density, ROOMY) if seed % 4 and density != "compact" else drawings.draw(density)
        assert_edges_follow_their_wires(drawing, boxes)


def test_an_edge_knows_the_shape_of_its_matrix() -> None:
    edges = draw(SAMPLE_DRAWINGS["matrix"]()).edges_into["mm"]
    assert [(edge.source, edge.shape) for edge in edges] == [("X", "3×3"), ("W", "3×2")]


def test_the_lane_of_an_edge_leads_along_its_wire_to_its_box() -> None:
    drawing = draw(SAMPLE_DRAWINGS["fanout"]())
    edge, place = drawing.edge_by_slot["x->mul.0"], drawing.places["x->mul.0"]
    _row, first, last = edge.run
    assert [x for x, _ in edge.lane] == [*range(first, place.x), *range(place.x + place.width, last + 1)]
    stem = drawing.edge_by_slot["x"]
    assert stem.cells[-1] in drawing.edge_by_slot["x->add.1"].cells
    assert drawing.rows[stem.run[0]][stem.run[2]] == "●"
