"""Neighbours for the arrow keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.random_drawings import random_boxes
from tests.support.sample_drawings import SAMPLE_DRAWINGS
from tutor.drawing.layout import draw

if TYPE_CHECKING:
    from tutor.drawing.model import Box, Density, Drawing

DENSITIES: list[Density] = ["full", "compact"]


def reachable(drawing: Drawing, start: str) -> set[str]:
    seen = {start}
    waiting = [start]
    while waiting:
        for name in drawing.neighbours[waiting.pop()].values():
            if name not in seen:
                seen.add(name)
                waiting.append(name)
    return seen


def check_arrows(boxes: list[Box], density: Density) -> None:
    drawing = draw(boxes, density)
    assert set(drawing.neighbours) == set(drawing.places)
    for name, arrows in drawing.neighbours.items():
        place = drawing.places[name]
        assert name not in arrows.values()
        for direction, target in arrows.items():
            neighbour = drawing.places[target]
            if direction == "left":
                assert neighbour.x < place.x
            elif direction == "right":
                assert neighbour.x > place.x
            elif direction == "up":
                assert neighbour.y < place.y
            else:
                assert neighbour.y > place.y
        assert reachable(drawing, name) == set(drawing.places)


@pytest.mark.parametrize("density", DENSITIES)
@pytest.mark.parametrize("name", SAMPLE_DRAWINGS)
def test_arrows_lead_between_all_places_of_a_named_graph(name: str, density: Density) -> None:
    check_arrows(SAMPLE_DRAWINGS[name](), density)


def test_arrows_lead_between_all_places_of_random_graphs() -> None:
    for seed in range(600, 660):
        check_arrows(random_boxes(seed, 20), DENSITIES[seed % 2])


@pytest.mark.parametrize("density", DENSITIES)
def test_left_and_right_follow_the_values_through_a_branch(density: Density) -> None:
    arrows = draw(SAMPLE_DRAWINGS["fanout"](), density).neighbours
    assert arrows["start"]["left"] in {"mul->add.0", "x->add.1"}
    assert arrows["mul->add.0"]["left"] == "x->mul.0"
    assert arrows["x->mul.0"] == {"left": "x", "right": "mul->add.0", "down": "y->mul.1", "up": "x"}
    assert arrows["x->add.1"]["left"] == "x"
    assert arrows["x"]["right"] == "x->add.1"
    assert "left" not in arrows["x"]
    assert "right" not in arrows["start"]
