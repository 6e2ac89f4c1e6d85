"""Limits of graphs in memory and time, and names that look alike."""

from __future__ import annotations

import pytest

from tutor.algebra.balls import nearest_float
from tutor.algebra.errors import AlgebraError
from tutor.algebra.evaluate import evaluate
from tutor.algebra.expr import ONE, Sym, number
from tutor.algebra.limits import GRAPH_CELLS
from tutor.algebra.parser import parse
from tutor.algebra.printing import format_expr, format_scalar, format_value
from tutor.engine.builder import parse_graph
from tutor.engine.passes import forward, forward_backward


def error_of(text: str, **inputs: str) -> AlgebraError:
    with pytest.raises(AlgebraError) as caught:
        parse_graph(text, {name: evaluate(parse(value), {}) for name, value in inputs.items()})
    assert 0 <= caught.value.position < len(text)
    return caught.value


def chain_text(length: int, step: str) -> str:
    steps = [f"a{i} = {step.replace('t', f'a{i - 1}')}" for i in range(1, length)]
    return "; ".join(["a0 = x + 1", *steps])


def test_the_matrices_of_a_graph_are_bounded_together() -> None:
    wide = "A = x * ones(100, 1); B = x * ones(1, 100); z = sum("
    assert len(parse_graph(wide + "A * B)").nodes) == 9
    fault = error_of(wide + " + ".join(["A * B"] * 300) + ")")
    assert f"{GRAPH_CELLS} entries in total" in str(fault)


def test_the_multiplications_of_matrix_products_are_bounded_together() -> None:
    assert parse_graph("z = sum(X" + " @ X" * 400 + ")", {"X": evaluate(parse("ones(10, 10)"), {})})
    fault = error_of("z = sum(X" + " @ X" * 600 + ")", X="ones(10, 10)")
    assert "multiplications" in str(fault)


@pytest.mark.parametrize(
    "text",
    [
        "a = ones(100, 100); " + "".join(f"a{i} = a{i - 1 if i else ''} + a; " for i in range(50)) + "z = sum(x * a49)",
        "a = ones(100, 100); b = a @ a; z = sum(x * b)",
        "a = ones(100, 100); z = " + " + ".join(["sum(x * a)"] * 200),
    ],
)
def test_constants_are_bounded_too(text: str) -> None:
    assert "steps of calculation" in str(error_of(text)) or "entries in total" in str(error_of(text))


def test_a_constant_with_a_name_is_computed_once() -> None:
    text = "a = 2^99; " + "".join(f"a{i} = a{i - 1 if i else ''} * 3 + 1; " for i in range(300))
    built = parse_graph(text + "z = x * a299 + y * a299", {})
    constants = [node.const for node in built.nodes if node.const is not None]
    assert len(constants) == 2
    assert constants[0] is constants[1]


@pytest.mark.parametrize(
    "step", ["t * t", "t^2", "t + t", "t * t + 1", "exp(t)", "sin(t)", "1/t", "t - t", "sigmoid(t) * t"]
)
def test_long_chains_have_exact_passes_of_bounded_size(step: str) -> None:
    built = parse_graph(chain_text(250, step))
    passes = forward_backward(built, {"x": number(3)}, ONE)
    for value in (*passes.values, *passes.gradients):
        format_scalar(value)
        nearest_float(value)


def test_a_long_formula_of_shared_parts_is_shortened() -> None:
    built = parse_graph(chain_text(250, "t * t"))
    passes = forward_backward(built, {"x": Sym("x")}, ONE)
    text = format_expr(passes.values[-1])
    assert "…" in text
    assert len(text) < 200_000
    assert "…" not in format_expr(forward(parse_graph(chain_text(8, "t * t")), {"x": Sym("x")})[-1])


def test_matrices_whose_cells_share_a_sum_are_formatted_quickly() -> None:
    # Each cell of a softmax contains the sum of its row; evaluating it for every cell would take most of a minute.
    value = evaluate(parse("softmax(ones(10, 20))"), {})
    assert format_value(value).count("0.05") == 200


def test_labels_of_nodes_are_short() -> None:
    built = parse_graph("z = " + "+".join(f"x{i}*y{i}" for i in range(400)))
    assert max(len(built.label(position)) for position in range(len(built.nodes))) < 200


def test_names_that_look_alike_are_rejected() -> None:
    fault = error_of("z = \u0445 + x")
    assert (fault.position, fault.length) == (8, 1)
    assert "different characters" in str(fault)


def test_a_gradient_is_not_part_of_a_graph() -> None:
    fault = error_of("z = x + dL/dz * y")
    assert (fault.position, fault.length) == (8, 5)
    assert "(dL)/(dz)" in str(fault)
    assert parse_graph("v = (dx)/(dt)").inputs == ("dx", "dt")
