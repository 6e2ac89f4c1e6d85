"""Exercises made from a formula, and the errors of formulas."""

from __future__ import annotations

import pytest

from tests.support.parsed_values import exact_values
from tutor.algebra.errors import AlgebraError
from tutor.algebra.evaluate import evaluate
from tutor.algebra.parser import parse_value
from tutor.algebra.printing import format_value
from tutor.packs.builder.formula import exercise_from_formula


def test_a_formula_is_an_exercise() -> None:
    exercise = exercise_from_formula("L = (w*x + b - y)^2", exact_values(w="2", x="3", b="4", y="3"), parse_value("1"))
    assert (exercise.id, exercise.pack, str(exercise.title)) == ("formula", "", "L = (w*x + b - y)^2")
    assert not exercise.has_variants
    problem = exercise.variant().problem
    assert format_value(problem.exact_passes.values[problem.graph.output_position]) == "49"
    assert exercise.variant(5).fingerprint == exercise.variant().fingerprint
    assert [exercise.variant().text(), exercise.variant().after()] == ["", ""]


def test_inputs_give_the_shapes_of_matrices() -> None:
    exercise = exercise_from_formula("f = sum(X @ W)", exact_values(X="[[1, 2]]", W="[[3], [4]]"), parse_value("2"))
    assert [place.shape for place in exercise.variant().problem.blanks] == [(1, 1), (1, 2), (2, 1)]


@pytest.mark.parametrize(
    ("formula", "inputs", "start", "problem", "at"),
    [
        ("z = x*y", exact_values(y="3"), "1", "x has no value. Add x=…", 4),
        ("z = x*y", exact_values(), "1", "x, y have no values. Add x=… y=…", 4),
        ("z = x*", exact_values(x="3"), "1", "The text ends too early: a value is missing here.", 6),
        ("z = x*2", exact_values(x="3", q="3"), "1", "The formula does not use the input “q”. Use it or remove it.", -1),
        ("z = 1/x", exact_values(x="0"), "1", "z divides by zero.", 0),
        ("z = x*2", exact_values(x="3"), "[[1, 2]]",
         "The start has the shape 1×2, but the output has the shape 1. Write a start of that shape, or a number.", 0),
    ],
)  # fmt: skip
def test_a_formula_without_an_exercise_is_an_error(
    formula: str, inputs: dict[str, object], start: str, problem: str, at: int
) -> None:
    with pytest.raises(AlgebraError) as caught:
        exercise_from_formula(formula, inputs, evaluate(parse_value(start), {}))
    assert (str(caught.value), caught.value.position) == (problem, at)


def test_titles_can_not_style_the_terminal() -> None:
    assert str(exercise_from_formula("z = x *\n  2", exact_values(x="3"), parse_value("1")).title) == "z = x * 2"
