"""Graphs read back from the characters of their drawings, also after damage to these."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.support.drawing_reader import (
    ASCII_WIRES,
    WIRES,
    UnreadableDrawingError,
    assert_reads_back,
    assert_same_graph,
    lines_with_place_codes,
    read_nodes,
    replace_cell,
)
from tests.support.random_drawings import boxes_in_ascii, chain_of_boxes, random_boxes
from tests.support.sample_drawings import SAMPLE_DRAWINGS
from tutor.drawing.layout import draw
from tutor.drawing.layout.planned import ROOMY, TIGHT, PlannedDrawings
from tutor.drawing.layout.shorten import names_in_labels, with_shapes
from tutor.drawing.model import Box, Density, Drawing, InputLine, Slot
from tutor.glyphs import ASCII, UNICODE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor.glyphs import Glyphs

#: A cell and the character in it.
Piece = tuple[tuple[int, int], str]

DENSITIES: list[Density] = ["full", "compact"]
#: The most room that is given to a drawing, and the least.
SPACINGS = [ROOMY, TIGHT]
RANDOM_GRAPHS = 210
#: How many cells of a large drawing are damaged; small ones are damaged in every cell and every way.
MAX_DAMAGES = 150
#: Many small and a few large graphs find the same bugs as many large ones, in a fraction of the time.
SIZES = [(range(150), 12), (range(150, 195), 24), (range(195, RANDOM_GRAPHS), 48)]


def random_graphs() -> Iterator[tuple[int, list[Box]]]:
    for seeds, most in SIZES:
        for seed in seeds:
            yield seed, random_boxes(seed, most)


@pytest.mark.parametrize("density", DENSITIES)
@pytest.mark.parametrize("name", SAMPLE_DRAWINGS)
def test_a_named_graph_can_be_read_back(name: str, density: Density) -> None:
    boxes = SAMPLE_DRAWINGS[name]()
    assert_reads_back(draw(boxes, density), boxes)


@pytest.mark.parametrize("density", DENSITIES)
@pytest.mark.parametrize("name", [name for name in SAMPLE_DRAWINGS if name != "hangul"])
def test_a_named_graph_in_ascii_can_be_read_back(name: str, density: Density) -> None:
    boxes = boxes_in_ascii(SAMPLE_DRAWINGS[name]())
    drawing = draw(boxes, density, ASCII)
    assert all(row.isascii() for row in drawing.rows)
    assert_reads_back(drawing, boxes)


@pytest.mark.takes_long
def test_random_graphs_can_be_read_back() -> None:
    for seed, boxes in random_graphs():
        density = DENSITIES[seed % 2]
        try:
            assert_reads_back(draw(boxes, density), boxes)
        except (UnreadableDrawingError, AssertionError) as fault:
            pytest.fail(f"random_graph({seed}), {density}: {fault}")


def test_random_graphs_in_ascii_can_be_read_back() -> None:
    for seed in range(300, 400):
        density = DENSITIES[seed % 2]
        boxes = boxes_in_ascii(random_boxes(seed, 16))
        try:
            assert_reads_back(draw(boxes, density, ASCII), boxes)
        except (UnreadableDrawingError, AssertionError) as fault:
            pytest.fail(f"random_graph({seed}, 16), {density}: {fault}")


def test_random_graphs_with_much_and_with_no_room_can_be_read_back() -> None:
    for seed in range(800, 818):
        boxes = random_boxes(seed, 12)
        glyphs = ASCII if seed % 3 == 0 else UNICODE
        boxes = boxes_in_ascii(boxes) if glyphs.ascii else boxes
        drawing = PlannedDrawings(boxes, glyphs).draw("shapes", SPACINGS[seed % 2])
        assert_reads_back(drawing, with_shapes(boxes))


def test_names_in_the_labels_of_compact_drawings_can_be_read_back() -> None:
    for seed in range(830, 840):
        boxes = random_boxes(seed, 12)
        assert_reads_back(PlannedDrawings(boxes).draw("compact", names=True), names_in_labels(boxes))


@pytest.mark.parametrize("density", DENSITIES)
def test_a_wire_makes_a_detour_around_another(density: Density) -> None:
    """Check operands in a fixed order that require each of two wires to be left of the other."""
    boxes = [Box(name, name, "input") for name in "abcd"]
    for name, sources in [("p", "ab"), ("q", "ab"), ("r", "cd"), ("s", "dc")]:
        lines = tuple(InputLine(source, ("1",), Slot(f"{source}->{name}")) for source in sources)
        boxes.append(Box(name, "−", "op", lines))
    for name, sources in [("t", "ps"), ("u", "qr"), ("v", "rp"), ("w", "sq")]:
        lines = tuple(InputLine(source, ("2",), Slot(f"{source}->{name}")) for source in sources)
        boxes.append(Box(name, "÷", "op", lines))
    end = tuple(InputLine(source, ("3",), Slot(f"{source}->end")) for source in "tuvw")
    boxes.append(Box("end", "f", "op", end))
    boxes.append(Box("L", "L", "output", (InputLine("end", ("4",), Slot("start")),)))
    assert_reads_back(draw(boxes, density), boxes)


def test_a_chain_of_a_thousand_nodes_can_be_read_back() -> None:
    boxes = chain_of_boxes(1000)
    drawing = draw(boxes)
    assert drawing.height == 3
    # The reader has too few codes for all places, so only half of the chain is read back.
    half = chain_of_boxes(250)
    assert_reads_back(draw(half), half)


@pytest.mark.parametrize("density", DENSITIES)
def test_a_drawing_does_not_pass_for_another_graph(density: Density) -> None:
    boxes = SAMPLE_DRAWINGS["unasked"]()
    drawing = draw(boxes, density)
    end = boxes[-1]
    difference = next(box for box in boxes if box.id == "u")
    turned = replace(difference, lines=difference.lines[::-1])
    others = [
        [turned if box is difference else box for box in boxes],
        [replace(end, label="M") if box is end else box for box in boxes],
        [replace(end, lines=(replace(end.lines[0], slot=None),)) if box is end else box for box in boxes],
        [replace(end, lines=(replace(end.lines[0], source="u"),)) if box is end else box for box in boxes],
    ]
    if density == "full":
        others.append([replace(difference, name="d") if box is difference else box for box in boxes])
    for other in others:
        with pytest.raises(UnreadableDrawingError):
            assert_reads_back(drawing, other)


@pytest.mark.parametrize("density", DENSITIES)
@pytest.mark.parametrize("glyphs", [UNICODE, ASCII], ids=["unicode", "ascii"])
@pytest.mark.parametrize("name", ["mul_add", "fanout", "square", "square_and_product"])
def test_every_damage_to_a_small_drawing_is_noticed(name: str, density: Density, glyphs: Glyphs) -> None:
    boxes = boxes_in_ascii(SAMPLE_DRAWINGS[name]()) if glyphs.ascii else SAMPLE_DRAWINGS[name]()
    drawing = draw(boxes, density, glyphs)
    lines = lines_with_place_codes(drawing)
    for piece in fixed_cells(drawing):
        for character in possible_damages(drawing, piece):
            assert_noticed(drawing, lines, boxes, piece, character)


@pytest.mark.parametrize("density", DENSITIES)
@pytest.mark.parametrize("name", ["sigmoid", "hangul", "named", "matrix", "softmax", "lstm"])
def test_damage_to_a_large_drawing_is_noticed(name: str, density: Density) -> None:
    boxes = SAMPLE_DRAWINGS[name]()
    drawing = draw(boxes, density)
    chance = random.Random(0)
    lines = lines_with_place_codes(drawing)
    pieces = fixed_cells(drawing)
    for piece in chance.sample(pieces, min(len(pieces), MAX_DAMAGES)):
        assert_noticed(drawing, lines, boxes, piece, chance.choice(possible_damages(drawing, piece)))


def test_damage_to_random_drawings_is_noticed() -> None:
    chance = random.Random(1)
    for seed in range(400, 460):
        glyphs = ASCII if seed % 3 == 0 else UNICODE
        boxes = random_boxes(seed, 16)
        boxes = boxes_in_ascii(boxes) if glyphs.ascii else boxes
        drawing = draw(boxes, DENSITIES[seed % 2], glyphs)
        lines = lines_with_place_codes(drawing)
        for piece in chance.sample(fixed_cells(drawing), 12):
            assert_noticed(drawing, lines, boxes, piece, chance.choice(possible_damages(drawing, piece)))


def fixed_cells(drawing: Drawing) -> list[Piece]:
    """Return every cell of a wire or a box with its character."""
    return [
        ((run.x + dx, y), character)
        for y, runs in enumerate(drawing.runs)
        for run in runs
        if run.style in ("wire", "arrow", "box", "branch")
        for dx, character in enumerate(run.text)
    ]


def possible_damages(drawing: Drawing, piece: Piece) -> list[str]:
    return [" ", *sorted((ASCII_WIRES if drawing.glyphs.ascii else WIRES) - {piece[1]})]


def assert_noticed(drawing: Drawing, whole: list[str], boxes: list[Box], piece: Piece, character: str) -> None:
    lines = replace_cell(whole, piece[0], character)
    try:
        assert_same_graph(read_nodes(drawing, lines), drawing, boxes)
    except UnreadableDrawingError:
        return
    pytest.fail(f"{character!r} at {piece[0]} went unnoticed:\n" + "\n".join(lines))
