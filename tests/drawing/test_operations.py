"""Graphs of every operation are drawn, and their netlists read back from the characters."""

from __future__ import annotations

import random

import pytest

from tests.drawing.reader import check
from tests.engine.graphs import matrix_program
from tests.engine.test_passes import exact_inputs
from tests.grading.samples import GOOD, ODD, problem
from tutor.drawing import Density, draw, sketch
from tutor.engine import OPERATIONS, Graph, NotANumber
from tutor.grading import Problem

CONSTANTS = problem("z = max(x, 2) - min(-3, y) * (x * -2) + mse(x, 4) * abs(y)^-2", x="3", y="-5")
SAMPLES = {**GOOD, **ODD, "constants": CONSTANTS}


def test_the_samples_use_every_operation() -> None:
    assert {node.op for of in SAMPLES.values() for node in of.graph.nodes} == {None, *OPERATIONS}


@pytest.mark.parametrize("ascii", [False, True])
@pytest.mark.parametrize("density", ["full", "compact"])
@pytest.mark.parametrize("name", SAMPLES)
def test_a_graph_of_each_operation_can_be_read_back(name: str, density: Density, ascii: bool) -> None:
    boxes = sketch(SAMPLES[name], ascii=ascii)
    drawing = draw(boxes, density, ascii=ascii)
    check(drawing, boxes)
    assert not ascii or all(row.isascii() for row in drawing.rows)


def test_random_graphs_over_all_operations_can_be_read_back() -> None:
    for seed in range(60):
        density: Density = "full" if seed % 2 else "compact"
        program = matrix_program(random.Random(seed))
        inputs = exact_inputs(program)
        of = Problem(Graph.parse(program.text, inputs), inputs)
        try:
            assert of.exact
        except NotANumber:
            continue
        boxes = sketch(of)
        check(draw(boxes, density), boxes)
