"""The formula of a graph as people write it."""

from __future__ import annotations

import pytest

from tutor.engine.builder import parse_graph
from tutor.engine.fold import fold
from tutor.engine.formula_text import formula_text
from tutor.engine.function_definition import make_definition


@pytest.mark.parametrize(
    ("text", "own", "shown"),
    [
        ("q=a+b;z=q*c", {}, "q = a + b;  z = q·c"),
        ("q = f(x); y = x*q", {"f": "x^2"}, "q = f(x);  y = x·q"),
        ("q = Φ(x); y = x*q", {"Φ": "sigmoid(x)"}, "q = Φ(x);  y = x·q"),
        ("q = gate(x); y = q^2", {"gate": "x * sigmoid(x)"}, "q = gate(x);  y = q²"),
    ],
)
def test_a_function_of_ones_own_is_no_factor(text: str, own: dict[str, str], shown: str) -> None:
    definitions = {name: make_definition(name, ("x",), value, {}) for name, value in own.items()}
    assert formula_text(parse_graph(text, {}, definitions)) == shown


def test_it_is_known_inside_a_group() -> None:
    definitions = {"f": make_definition("f", ("x",), "x^2", {})}
    graph = parse_graph("q = f(x); y = x*q", {}, definitions)
    assert formula_text(fold(graph, ["q", "y"], "g")) == "q = f(x);  y = x·q"
