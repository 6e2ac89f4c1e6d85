"""The numbers printed in the lessons."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest

from tutor.algebra.balls import nearest_float
from tutor.algebra.evaluate import evaluate
from tutor.algebra.expr import Expr, Num, Sym
from tutor.algebra.ops import map_cells
from tutor.algebra.parser import parse
from tutor.algebra.printing import format_expr
from tutor.engine.builder import parse_graph
from tutor.engine.fold import fold, unfold
from tutor.engine.passes import Passes, forward_backward
from tutor.grading.symbolic_equality import Outcome, compare_formulas

X = "[[0.1, 0.2, 0.3], [0.4, 0.5, 0.6], [0.7, 0.8, 0.9]]"
W = "[[1, 2], [3, 4], [5, 6]]"
#: ∂f/∂X of f = Σσ(XW), as PyTorch prints it in the lesson.
PRINTED = [
    [1.9788e-01, 4.8555e-01, 7.7323e-01],
    [1.0649e-02, 2.8635e-02, 4.6621e-02],
    [5.9074e-04, 1.6814e-03, 2.7721e-03],
]


def passes_of(text: str, start: str = "1", **inputs: str) -> Passes:
    exact = {name: evaluate(parse(value), {}) for name, value in inputs.items()}
    return forward_backward(parse_graph(text, exact), exact, evaluate(parse(start), {}))


def gradient(passes: Passes, name: str) -> object:
    value = passes.gradients[passes.graph.position[name]]
    assert isinstance(value, Num)
    return value.value


def test_a_plus_b_times_c() -> None:
    passes = passes_of("z = (a + b) * c", a="50", b="70", c="2")
    last = passes.values[-1]
    assert isinstance(last, Num)
    assert last.value == 240
    assert [gradient(passes, name) for name in ("a", "b", "c")] == [2, 2, 120]


def test_times_multiplies_by_the_other_input() -> None:
    passes = passes_of("z = x * y", x="2", y="3")
    assert [gradient(passes, name) for name in ("x", "y")] == [3, 2]


def test_plus_passes_the_gradient_on() -> None:
    passes = passes_of("z = x + y", start="7", x="2", y="3")
    assert [gradient(passes, name) for name in ("x", "y")] == [7, 7]


def test_one_over_x_gives_minus_one_over_x_squared() -> None:
    passes = passes_of("y = 1/x", x="5")
    assert str(gradient(passes, "x")) == "-1/25"


def test_a_zero_of_two_paths_that_cancel() -> None:
    passes = passes_of("z = x * (1/y) + y", x="4", y="2")
    last = passes.values[-1]
    assert isinstance(last, Num)
    assert last.value == 4
    assert (str(gradient(passes, "x")), gradient(passes, "y")) == ("1/2", 0)


def test_sigmoid_from_its_parts_is_y_times_one_minus_y() -> None:
    parts = passes_of("y = 1/(1 + exp(-x))", x="log(3)")
    single_node = passes_of("y = sigmoid(x)", x="log(3)")
    assert str(gradient(parts, "x")) == str(gradient(single_node, "x")) == "3/16"
    other = passes_of("y = 1/(1 + exp(-x))", x="2")
    y = 1 / (1 + math.exp(-2))
    assert nearest_float(other.gradients[0]) == pytest.approx(y * (1 - y), rel=1e-15)


def assert_same_formula(formula: Expr, answer: str, *symbols: str) -> bool:
    """Return whether a formula is the same function of its symbols as an answer."""
    names = {name: Sym(name) for name in symbols}
    return compare_formulas(evaluate(parse(answer, names), names), formula).outcome is Outcome.SAME


def with_symbols(text: str, start: str, *names: str) -> Passes:
    """Return both passes with symbols for these inputs."""
    given = {name: Sym(name) for name in names}
    begin = Sym(start) if "/" in start else evaluate(parse(start), {})
    return forward_backward(parse_graph(text, given), given, begin)


@pytest.mark.parametrize("start", ["1", "3", "5"])
def test_the_start_passes_through_nested_functions(start: str) -> None:
    # z = f(y), y = g(x): the gradient of x is the start times ∂z/∂y times ∂y/∂x.
    passes = passes_of("y = x^2; z = log(y)", start=start, x="4")
    assert gradient(passes, "y") == Fraction(int(start), 16)
    assert gradient(passes, "x") == Fraction(int(start) * 8, 16)


def test_the_start_may_be_a_symbol() -> None:
    passes = with_symbols("y = x^2; z = log(y)", "dL/dz", "x")
    assert assert_same_formula(passes.gradients[passes.graph.position["y"]], "dL/dz / x^2", "dL/dz", "x")
    assert assert_same_formula(passes.gradients[0], "dL/dz * (1/x^2) * 2*x", "dL/dz", "x")


def test_exp_at_two_multiplies_by_e_squared() -> None:
    exact = {"x": evaluate(parse("2"), {})}
    passes = forward_backward(parse_graph("z = exp(x)", exact), exact, Sym("dL/dz"))
    assert assert_same_formula(passes.gradients[0], "dL/dz * e^2", "dL/dz")
    assert not assert_same_formula(passes.gradients[0], "dL/dz * 7.389", "dL/dz")


def test_one_over_x_in_symbols_is_minus_the_square_of_its_output() -> None:
    passes = with_symbols("y = 1/x", "dL/dy", "x")
    assert assert_same_formula(passes.gradients[0], "-dL/dy / x^2", "dL/dy", "x")
    operation = passes.graph.nodes[-1].operation
    assert format_expr(operation.derivative[0](Sym("y"), Sym("x"))) == "−y²"


def test_sigmoid_with_x_left_as_a_symbol() -> None:
    parts = with_symbols("y = 1/(1 + exp(-x))", "dL/dy", "x")
    single_node = with_symbols("y = sigmoid(x)", "dL/dy", "x")
    slope = "dL/dy * (1/(1 + e^-x)) * (1 - 1/(1 + e^-x))"
    assert assert_same_formula(parts.gradients[0], slope, "dL/dy", "x")
    assert assert_same_formula(single_node.gradients[0], slope, "dL/dy", "x")
    assert format_expr(single_node.graph.nodes[-1].operation.derivative[0](Sym("y"), Sym("x"))) == "y·(1 − y)"
    # From right to left: 1/x, +1, exp, ×(−1).
    expected = {"add1": "-up*y^2", "exp1": "-up*y^2", "neg1": "-up*y^2*e^-x"}
    names = {"up": Sym("dL/dy"), "x": Sym("x"), "y": parts.values[-1]}
    for node, answer in expected.items():
        gradient = parts.gradients[parts.graph.position[node]]
        assert compare_formulas(evaluate(parse(answer, names), names), gradient).outcome is Outcome.SAME


def test_sigmoid_unfolds_and_folds_with_the_same_values_outside() -> None:
    single_node = parse_graph("s = sigmoid(x); z = s * c")
    opened = unfold(single_node, "s")
    inner = [node.id for node in opened.nodes if not node.is_input and node.id != opened.nodes[-1].id]
    folded = fold(opened, inner, "s") if len(inner) > 1 else opened
    inputs = {"x": 0.75, "c": 3.0}
    passes = [forward_backward(graph, inputs, 2.0) for graph in (single_node, opened, folded)]
    assert [len(graph.nodes) for graph in (single_node, opened, folded)] == [4, 3 + len(inner), 4]
    for other in passes[1:]:
        assert other.values[-1] == pytest.approx(passes[0].values[-1], rel=1e-15)
        for name in inputs:
            gradient = other.gradients[other.graph.position[name]]
            assert gradient == pytest.approx(passes[0].gradients[single_node.position[name]], rel=1e-14)


def test_the_printed_layer_computes_what_the_node_does() -> None:
    # The class of the lesson, with `return self.output` in its forward.
    class Sigmoid:
        def __init__(self) -> None:
            self.output = 0.0

        def forward(self, x: float) -> float:
            self.output = 1 / (1 + math.exp(-x))
            return self.output

        def backward(self, d: float) -> float:
            return d * (1.0 - self.output) * self.output

    layer = Sigmoid()
    passes = forward_backward(parse_graph("y = sigmoid(x)"), {"x": 0.75}, 3.0)
    assert passes.values[-1] == pytest.approx(layer.forward(0.75), rel=1e-15)
    assert passes.gradients[0] == pytest.approx(layer.backward(3.0), rel=1e-15)


def test_the_analytic_derivatives_of_a_plus_b_times_c() -> None:
    passes = with_symbols("z = (a + b) * c", "1", "a", "b", "c")
    for name, derivative in {"a": "c", "b": "c", "c": "a + b"}.items():
        assert assert_same_formula(passes.gradients[passes.graph.position[name]], derivative, "a", "b", "c")


def test_exp_at_two_with_an_upstream_of_three() -> None:
    passes = passes_of("t = exp(x); z = 3 * t", x="2")
    assert nearest_float(passes.gradients[0]) == pytest.approx(3 * math.e**2, rel=1e-15)


@pytest.mark.parametrize("text", ["f = sum(sigmoid(X @ W))", "A = X @ W; f = sum(1/(1 + exp(-A)))"])
def test_the_sum_of_sigmoids_of_a_product(text: str) -> None:
    passes = passes_of(text, X=X, W=W)
    assert nearest_float(passes.values[-1]) == pytest.approx(5.833329393581208, rel=1e-15)
    gradient = map_cells(nearest_float, passes.gradients[passes.graph.position["X"]])
    assert [[float(f"{cell:.4e}") for cell in row] for row in gradient] == PRINTED
    x, w = (np.array(eval_rows(text)) for text in (X, W))
    slope = map_cells(nearest_float, evaluate(parse("S * (1 - S)"), {"S": evaluate(parse("σ(X @ W)"), names())}))
    assert np.allclose(gradient, slope @ w.T, rtol=1e-12)
    assert np.allclose(map_cells(nearest_float, passes.gradients[passes.graph.position["W"]]), x.T @ slope, rtol=1e-12)


def names() -> dict[str, object]:
    return {name: evaluate(parse(text), {}) for name, text in (("X", X), ("W", W))}


def eval_rows(text: str) -> list[list[float]]:
    return [[float(cell) for cell in row] for row in map_cells(nearest_float, evaluate(parse(text), {}))]


def test_nudging_a_cell_changes_the_sum_by_its_gradient() -> None:
    moved = passes_of("f = sum(sigmoid(X @ W))", X=X.replace("0.1,", "0.1001,"), W=W)
    before = passes_of("f = sum(sigmoid(X @ W))", X=X, W=W)
    assert nearest_float(moved.values[-1]) == pytest.approx(5.833349179920838, rel=1e-15)
    assert nearest_float(moved.values[-1]) - nearest_float(before.values[-1]) == pytest.approx(1.9786e-5, rel=1e-4)
