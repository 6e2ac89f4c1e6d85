"""Drawings of custom nodes and folded groups, which have several inputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.drawing_reader import assert_reads_back
from tests.support.parsed_values import custom_functions, exact_values
from tutor.drawing.from_problem import boxes_of
from tutor.drawing.layout import draw
from tutor.engine.builder import parse_graph
from tutor.engine.fold import fold, unfold
from tutor.grading.problem import Problem

if TYPE_CHECKING:
    from tutor.drawing.model import Density
    from tutor.engine.graph import Graph

VALUES = {"a": "2", "b": "3", "c": "5", "d": "7", "g": "11"}


def problem(graph: Graph) -> Problem:
    return Problem(graph, exact_values(**{name: VALUES[name] for name in graph.inputs}))


@pytest.mark.parametrize("density", ["full", "compact"])
def test_a_node_with_five_inputs_can_be_read_back(density: Density) -> None:
    own = custom_functions("mix(a, b, c, d, g) = (a + b) * c - d / g")
    graph = parse_graph("t = a * b; z = mix(t, d, t, g, c) * a", definitions=own)
    for shown in (graph, unfold(graph, "mix1")):
        boxes = boxes_of(problem(shown))
        assert_reads_back(draw(boxes, density), boxes)


@pytest.mark.parametrize("density", ["full", "compact"])
def test_folded_groups_can_be_read_back(density: Density) -> None:
    graph = parse_graph("t = a * b; u = t + c * d; v = exp(u / g) - t; z = v * u * a")
    for group in (["u", "mul1"], ["u", "v", "exp1", "div1", "mul1", "mul2", "mul3"], ["v", "exp1", "div1"]):
        boxes = boxes_of(problem(fold(graph, group, "group")))
        assert_reads_back(draw(boxes, density), boxes)


def test_operands_are_drawn_in_order_and_reached_by_arrows() -> None:
    own = custom_functions("mix(a, b, c) = a * b - c")
    drawing = draw(boxes_of(problem(parse_graph("z = mix(c, a, b)", definitions=own))))
    lines = ["c->mix1", "a->mix1", "b->mix1"]
    rows = [drawing.places[line].y for line in lines]
    assert rows == sorted(rows)
    assert len(set(rows)) == 3
    assert [drawing.neighbours[line]["right"] for line in lines] == ["start"] * 3
    assert [drawing.neighbours[line].get("down") for line in lines[:2]] == lines[1:]
    assert drawing.neighbours["start"]["left"] in lines
