"""Drawings of every operation, read back from their characters."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from tests.support.drawing_reader import assert_reads_back
from tests.support.random_programs import exact_inputs, random_matrix_program
from tests.support.sample_problems import ODD_NUMBER_PROBLEMS, OPERATION_PROBLEMS, make_problem
from tutor.drawing.from_problem import boxes_of
from tutor.drawing.layout import draw
from tutor.engine.builder import parse_graph
from tutor.engine.operations import OPERATIONS
from tutor.engine.passes import NonFiniteError
from tutor.glyphs import ASCII, UNICODE
from tutor.grading.problem import Problem

if TYPE_CHECKING:
    from tutor.drawing.model import Density
    from tutor.glyphs import Glyphs

CONSTANTS = make_problem("z = max(x, 2) - min(-3, y) * (x * -2) + mse(x, 4) * abs(y)^-2", x="3", y="-5")
SAMPLES = {**OPERATION_PROBLEMS, **ODD_NUMBER_PROBLEMS, "constants": CONSTANTS}


def test_the_samples_contain_every_operation() -> None:
    drawn = {node.op for of in SAMPLES.values() for node in of.graph.nodes}
    compared = {name for name, operation in OPERATIONS.items() if not operation.derivative and not operation.vjp}
    assert drawn | compared == {None, *OPERATIONS}


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII], ids=["unicode", "ascii"])
@pytest.mark.parametrize("density", ["full", "compact"])
@pytest.mark.parametrize("name", SAMPLES)
def test_a_graph_of_each_operation_can_be_read_back(name: str, density: Density, glyphs: Glyphs) -> None:
    boxes = boxes_of(SAMPLES[name], glyphs)
    drawing = draw(boxes, density, glyphs)
    assert_reads_back(drawing, boxes)
    assert not glyphs.ascii or all(row.isascii() for row in drawing.rows)


def test_random_graphs_over_all_operations_can_be_read_back() -> None:
    for seed in range(60):
        density: Density = "full" if seed % 2 else "compact"
        program = random_matrix_program(random.Random(seed))
        inputs = exact_inputs(program)
        of = Problem(parse_graph(program.text, inputs), inputs)
        try:
            assert of.exact_passes
        except NonFiniteError:
            continue
        boxes = boxes_of(of)
        assert_reads_back(draw(boxes, density), boxes)
