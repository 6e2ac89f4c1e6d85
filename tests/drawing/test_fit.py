"""Drawings that are fitted into windows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.support.drawing_reader import assert_reads_back
from tests.support.random_drawings import random_boxes
from tests.support.sample_drawings import SAMPLE_DRAWINGS
from tutor.drawing.layout import draw, fit
from tutor.drawing.layout.plan import plan_layout
from tutor.drawing.layout.planned import ROOMY, PlannedDrawings
from tutor.drawing.layout.shorten import has_matrices, names_in_labels, with_shapes

if TYPE_CHECKING:
    from tutor.drawing.layout.netlist import Netlist
    from tutor.drawing.layout.plan import Plan
    from tutor.drawing.model import Box, Density, Drawing

WINDOWS = [(60, 10), (80, 14), (120, 24), (240, 60)]


def graphs() -> list[list[Box]]:
    return [make() for make in SAMPLE_DRAWINGS.values()] + [random_boxes(seed, 10) for seed in range(700, 706)]


def bends(drawing: Drawing) -> dict[tuple[str, int], int]:
    return {(edge.target, edge.operand): len(edge.corners) for edge in drawing.edges if edge.target}


def drawn_boxes(boxes: list[Box], drawing: Drawing) -> list[Box]:
    """Return the boxes as a drawing of its density shows them."""
    if drawing.density == "shapes":
        return with_shapes(boxes)
    named = any("=" in row for row in drawing.rows) and drawing.density == "compact"
    return names_in_labels(boxes) if named else boxes


def test_a_drawing_fits_its_window_unless_it_is_compact() -> None:
    for boxes in graphs():
        plain, drawings = draw(boxes), PlannedDrawings(boxes)
        for width, height in WINDOWS:
            drawing = drawings.fit(width, height)
            if drawing.density != "compact":
                assert drawing.width <= width
                assert drawing.height <= height
            if plain.width <= width and plain.height <= height:
                assert drawing.density == "full"
            if drawing.density == "shapes":
                assert has_matrices(boxes)
            assert_reads_back(drawing, drawn_boxes(boxes, drawing))


def test_a_drawing_uses_the_room_there_is() -> None:
    boxes = SAMPLE_DRAWINGS["fanout"]()
    assert fit(boxes, 53, 8).spacing.columns == 0
    assert fit(boxes, 51, 8).spacing.labels == 0
    assert fit(boxes, 400, 100).spacing == ROOMY
    wide = fit(boxes, 400, 8)
    assert (wide.spacing.columns, wide.spacing.rows, wide.height) == (ROOMY.columns, 0, 8)
    high = fit(boxes, 52, 40)
    assert high.spacing.rows == ROOMY.rows
    assert high.height > wide.height


def test_room_between_ports_gives_no_edge_a_new_bend() -> None:
    for boxes in graphs():
        before, after = bends(draw(boxes)), bends(fit(boxes, 5000, 5000))
        assert all(after[edge] <= count for edge, count in before.items())


@pytest.mark.parametrize("name", ["softmax", "lstm", "matrix"])
def test_boxes_and_edges_keep_their_order_in_windows_of_all_sizes(name: str) -> None:
    drawings = PlannedDrawings(SAMPLE_DRAWINGS[name]())

    def order(drawing: Drawing) -> list[tuple[str, int]]:
        ends = {(edge.target, edge.operand): edge.cells[-1] for edge in drawing.edges if edge.target}
        ranks = sorted(ends, key=lambda end: (ends[end][0], ends[end][1]))
        # Boxes in the middle of their ranks begin in other columns if they are wider or narrower.
        middle = {box: rect.x * 2 + rect.width for box, rect in drawing.boxes.items()}
        return sorted(ranks, key=lambda end: (middle[end[0]], ends[end][1]))

    orders = {tuple(order(drawings.fit(width, height, "full"))) for width, height in [(200, 24), (190, 40), (240, 60)]}
    assert len(orders) == 1


def test_the_same_window_gives_the_same_drawing() -> None:
    for boxes in (SAMPLE_DRAWINGS["lstm"](), random_boxes(7)):
        drawings = PlannedDrawings(boxes)
        assert drawings.fit(200, 50) is drawings.fit(200, 50)
        assert drawings.fit(200, 50) == fit(boxes, 200, 50)


def test_a_preferred_density_is_respected() -> None:
    boxes = SAMPLE_DRAWINGS["matrix"]()
    assert fit(boxes, 40, 8, preferred="full").density == "full"
    assert fit(boxes, 40, 8, preferred="full").width > 40
    assert fit(boxes, 240, 60, preferred="shapes").density == "shapes"
    assert fit(boxes, 240, 60, preferred="compact").density == "compact"


def test_matrices_become_shapes_before_the_drawing_becomes_compact() -> None:
    boxes = SAMPLE_DRAWINGS["matrix"]()
    drawing = fit(boxes, 80, 14)
    assert drawing.density == "shapes"
    place = drawing.places["X->mm.0"]
    assert (place.rows, place.columns, place.shape) == (1, 1, "3×3")
    assert drawing.places["start"].shape == ""
    assert drawing.edge_by_slot["X->mm.0"].values == ("3×3",)
    assert fit(boxes, 60, 7).density == "compact"


def test_the_value_that_is_asked_for_stays_a_question_mark_among_shapes() -> None:
    boxes = SAMPLE_DRAWINGS["matrix"]()
    hidden = [
        replace(
            box,
            lines=tuple(replace(line, value=("  ?  ",) * 3) if line.source == "mm" else line for line in box.lines),
        )
        for box in boxes
    ]
    edge = fit(hidden, 80, 14).edges_from["mm"][0]
    assert [text.strip() for text in edge.values] == ["?"]
    assert edge.shape == "3×2"


def test_a_huge_graph_that_fits_no_window_is_not_laid_out_in_full(monkeypatch: pytest.MonkeyPatch) -> None:
    planned = []

    def record(nets: Netlist, density: Density) -> Plan:
        planned.append(density)
        return plan_layout(nets, density)

    monkeypatch.setattr("tutor.drawing.layout.planned.plan_layout", record)
    assert fit(random_boxes(3, 200), 240, 70).density == "compact"
    assert planned == ["compact"]


def test_no_boxes_fit_every_window() -> None:
    assert fit([], 80, 24).rows == ()
