"""Boxes of problems: names of steps, shapes of edges, and the places that are drawn."""

from __future__ import annotations

from tests.support.sample_problems import make_problem
from tutor.drawing.from_problem import boxes_of
from tutor.drawing.layout import draw
from tutor.glyphs import ASCII
from tutor.packs import library


def test_the_steps_that_a_formula_names_have_their_names_in_the_drawing() -> None:
    problem = make_problem("a = x * w; c = a + b; z = exp(c * x)", x="2", w="3", b="5")
    names = {box.label: box.name for box in boxes_of(problem) if box.kind == "op" and box.name}
    assert names == {"×": "a", "+": "c"}
    rows = draw(boxes_of(problem)).rows
    assert sum("─a─" in row for row in rows) == sum("─c─" in row for row in rows) == 1
    # The output has its name in a box of its own.
    assert not any("─z─" in row for row in rows)


def test_a_long_name_is_truncated() -> None:
    problem = make_problem("a_name_that_goes_on_and_on = x * w; z = exp(a_name_that_goes_on_and_on)", x="2", w="3")
    assert [box.name for box in boxes_of(problem) if box.name] == ["a_name_that_goe…"]
    assert [box.name for box in boxes_of(problem, ASCII) if box.name] == ["a_name_that_goe~"]


def test_edges_of_matrices_have_shapes() -> None:
    problem = make_problem("z = sum(X @ W)", X="[[1, 2, 3], [4, 5, 6]]", W="[[1], [2], [3]]")
    shapes = {(edge.source, edge.shape) for edge in draw(boxes_of(problem)).edges}
    assert {("X", "2×3"), ("W", "3×1")} <= shapes
    assert next(edge.shape for edge in draw(boxes_of(problem)).edges if edge.target == "z:") == ""


def test_only_what_is_asked_or_given_has_a_place() -> None:
    problem = library.find_exercise("basics/left-to-right").variant().problem
    drawing = draw(boxes_of(problem, shown=problem.drawn_places))
    assert set(drawing.places) == {"start"}
    assert drawing.height < draw(boxes_of(problem)).height
