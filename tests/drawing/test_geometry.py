"""Sizes and crossings of named graphs, and invariants of every drawing."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from tests.support.random_drawings import boxes_in_ascii, random_boxes
from tests.support.sample_drawings import SAMPLE_DRAWINGS
from tutor.drawing.layout import draw
from tutor.drawing.model import Box, Density, Drawing, InputLine, Slot
from tutor.glyphs import ASCII, UNICODE, Glyphs

DENSITIES: list[Density] = ["full", "compact"]
SIZES = {
    ("mul_add", "full"): (44, 8),
    ("mul_add", "compact"): (22, 3),
    ("sigmoid", "full"): (80, 3),
    ("sigmoid", "compact"): (43, 1),
    ("fanout", "full"): (52, 8),
    ("softmax", "full"): (157, 20),
    ("softmax", "compact"): (80, 7),
    ("lstm", "full"): (172, 24),
    ("lstm", "compact"): (94, 10),
    ("matrix", "full"): (93, 14),
    ("matrix", "compact"): (36, 2),
}
CROSSINGS = {"softmax": 2, "lstm": 4}


def count_drawn_crossings(drawing: Drawing) -> int:
    return sum(row.count("┼") for row in drawing.rows)


@pytest.mark.parametrize(("name", "density"), SIZES)
def test_the_size_of_a_named_graph(name: str, density: Density) -> None:
    drawing = draw(SAMPLE_DRAWINGS[name](), density)
    width, height = SIZES[name, density]
    assert drawing.width <= width
    assert drawing.height <= height


@pytest.mark.parametrize("density", DENSITIES)
@pytest.mark.parametrize("name", SAMPLE_DRAWINGS)
def test_the_number_of_crossings_of_a_named_graph(name: str, density: Density) -> None:
    assert count_drawn_crossings(draw(SAMPLE_DRAWINGS[name](), density)) <= CROSSINGS.get(name, 0)


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII], ids=["unicode", "ascii"])
@pytest.mark.parametrize("density", DENSITIES)
def test_rows_are_as_wide_as_the_drawing_and_places_are_empty(density: Density, glyphs: Glyphs) -> None:
    graphs = [make() for make in SAMPLE_DRAWINGS.values()] + [random_boxes(seed, 16) for seed in range(500, 520)]
    for boxes in graphs:
        drawing = draw(boxes_in_ascii(boxes) if glyphs.ascii else boxes, density, glyphs)
        assert len(drawing.rows) == len(drawing.runs) == drawing.height
        assert all(cell_len(row) == drawing.width for row in drawing.rows)
        taken = {
            (run.x + dx, y) for y, runs in enumerate(drawing.runs) for run in runs for dx in range(cell_len(run.text))
        }
        slots = {line.slot.id for box in boxes for line in box.lines if line.slot}
        assert set(drawing.places) == slots | {box.stem.id for box in boxes if box.stem}
        for place in drawing.places.values():
            cells = {(place.x + dx, place.y + dy) for dx in range(place.width) for dy in range(place.height)}
            assert not cells & taken
            assert all(0 <= x < drawing.width and 0 <= y < drawing.height for x, y in cells)
            taken |= cells


@pytest.mark.parametrize("density", DENSITIES)
@pytest.mark.parametrize("name", SAMPLE_DRAWINGS)
def test_the_runs_contain_the_same_characters_as_the_rows(name: str, density: Density) -> None:
    drawing = draw(SAMPLE_DRAWINGS[name](), density)
    for row, runs in zip(drawing.rows, drawing.runs, strict=True):
        text = ""
        for run in runs:
            text += " " * (run.x - cell_len(text)) + run.text
        assert text + " " * (drawing.width - cell_len(text)) == row


def test_drawings_are_deterministic() -> None:
    for boxes in [SAMPLE_DRAWINGS["lstm"](), random_boxes(7)]:
        assert draw(boxes) == draw(boxes)


def test_only_commutative_operands_are_reordered() -> None:
    boxes = [Box("a", "a", "input"), Box("b", "b", "input"), Box("c", "c", "input")]
    boxes.append(Box("d", "−", "op", (InputLine("c", ("1",), Slot("c")), InputLine("a", ("2",), Slot("a")))))
    boxes.append(Box("e", "÷", "op", (InputLine("d", ("3",), Slot("d")), InputLine("b", ("4",), Slot("b")))))
    boxes.append(Box("y", "y", "output", (InputLine("e", ("5",), Slot("start")),)))
    places = draw(boxes).places
    assert places["c"].y < places["a"].y
    assert places["d"].y < places["b"].y


def test_an_input_is_drawn_beside_its_first_user() -> None:
    rects = draw(SAMPLE_DRAWINGS["mul_add"]()).boxes
    free_cell = 1
    assert rects["c"].x + rects["c"].width + free_cell == rects["add"].x + rects["add"].width


def test_a_place_is_at_least_as_wide_as_the_value_above_it() -> None:
    boxes = [Box("x", "x", "input"), Box("y", "y", "output", (InputLine("x", ("12345.678",), Slot("start")),))]
    assert draw(boxes).places["start"].cell_width == 9


def test_a_matrix_has_a_cell_for_each_entry() -> None:
    place = draw(SAMPLE_DRAWINGS["matrix"]()).places["W->mm.1"]
    assert (place.rows, place.columns, place.cell_width, place.width, place.height) == (3, 2, 6, 14, 3)


def test_lines_without_value_and_place_take_no_rows() -> None:
    boxes = [Box("a", "a", "input"), Box("b", "b", "input")]
    boxes.append(Box("f", "f", "op", (InputLine("a"), InputLine("b"))))
    boxes.append(Box("y", "y", "output", (InputLine("f"),)))
    assert draw(boxes).height == 4


def test_a_line_without_an_earlier_source_is_refused() -> None:
    with pytest.raises(ValueError, match="'q'"):
        draw([Box("y", "y", "output", (InputLine("q"),))])
    with pytest.raises(ValueError, match="two boxes"):
        draw([Box("x", "x", "input"), Box("x", "x", "input")])


def test_no_boxes_give_an_empty_drawing() -> None:
    drawing = draw([])
    assert (drawing.width, drawing.height, drawing.rows) == (0, 0, ())
