"""Several equations: lines, comments, the head of a function, and the errors of their order."""

from __future__ import annotations

import pytest

from tutor.algebra.errors import AlgebraError
from tutor.algebra.parser import parse_equations
from tutor.algebra.printing import format_expr
from tutor.engine.builder import parse_graph


def read(text: str) -> list[str]:
    return [f"{equation.name} = {format_expr(equation.expr)}" for equation in parse_equations(text)]


@pytest.mark.parametrize(
    ("text", "equations"),
    [
        ("a = x*y\nz = a + 1", ["a = x·y", "z = a + 1"]),
        ("a = x*y;\nz = a + 1;\n", ["a = x·y", "z = a + 1"]),
        ("# forward\na = x*y  # the product\n\nz = a + 1", ["a = x·y", "z = a + 1"]),
        ("a = x\n  + y\nz = 2a", ["a = x + y", "z = 2·a"]),
        # A line break inside brackets, or before anything else than an equation, is a space.
        ("z = (x\n+ y)", ["z = x + y"]),
        ("z = x\ny", ["z = x·y"]),
        ("a = 2x\nf(x, y) = a*y", ["a = 2·x", "f = a·y"]),
        ("f(x) = x^2", ["f = x²"]),
        ("z = f(x + 1)", ["z = f·(x + 1)"]),
    ],
)
def test_lines_comments_and_heads_are_read(text: str, equations: list[str]) -> None:
    assert read(text) == equations


@pytest.mark.parametrize(
    ("text", "position", "problem"),
    [
        ("f(x) = x^2; z = f*2", 0, "For a step, write “f = …”."),
        ("f(x, y) = x^2", 0, "does not use the input “y”"),
        ("f = sum(q^2); q = x*2", 14, "“q” is used before it is defined. Move this equation"),
        ("a = x # b = 2\nz = a*(y", 20, "never closed"),
    ],
)
def test_errors_have_their_place_and_a_remedy(text: str, position: int, problem: str) -> None:
    with pytest.raises(AlgebraError) as error:
        parse_graph(text)
    assert (error.value.position, problem in str(error.value.message)) == (position, True)


def test_a_long_tower_of_powers_in_brackets_is_too_deep() -> None:
    with pytest.raises(AlgebraError) as error:
        parse_graph("z = x + " + "(x)^" * 2000 + "1")
    assert "nested more than 100 levels deep" in str(error.value.message)
