"""The figures the lessons print."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tutor.algebra import parse
from tutor.algebra.balls import nearest_float
from tutor.algebra.evaluate import evaluate
from tutor.algebra.tree import Num
from tutor.algebra.values import each
from tutor.engine import Graph, Passes, run

X = "[[0.1, 0.2, 0.3], [0.4, 0.5, 0.6], [0.7, 0.8, 0.9]]"
W = "[[1, 2], [3, 4], [5, 6]]"
#: ∂f/∂X of f = Σσ(XW), as PyTorch prints it in the lesson.
PRINTED = [
    [1.9788e-01, 4.8555e-01, 7.7323e-01],
    [1.0649e-02, 2.8635e-02, 4.6621e-02],
    [5.9074e-04, 1.6814e-03, 2.7721e-03],
]


def solved(text: str, start: str = "1", **inputs: str) -> Passes:
    exact = {name: evaluate(parse(value), {}) for name, value in inputs.items()}
    return run(Graph.parse(text, exact), exact, evaluate(parse(start), {}))


def gradient(passes: Passes, name: str) -> object:
    value = passes.gradients[passes.graph.position[name]]
    assert isinstance(value, Num)
    return value.value


def test_a_plus_b_times_c() -> None:
    passes = solved("z = (a + b) * c", a="50", b="70", c="2")
    last = passes.values[-1]
    assert isinstance(last, Num)
    assert last.value == 240
    assert [gradient(passes, name) for name in ("a", "b", "c")] == [2, 2, 120]


def test_times_hands_over_the_other_lines_value() -> None:
    passes = solved("z = x * y", x="2", y="3")
    assert [gradient(passes, name) for name in ("x", "y")] == [3, 2]


def test_plus_passes_the_gradient_on() -> None:
    passes = solved("z = x + y", start="7", x="2", y="3")
    assert [gradient(passes, name) for name in ("x", "y")] == [7, 7]


def test_one_over_x_gives_minus_one_over_x_squared() -> None:
    passes = solved("y = 1/x", x="5")
    assert str(gradient(passes, "x")) == "-1/25"


def test_a_zero_of_two_paths_that_cancel() -> None:
    passes = solved("z = x * (1/y) + y", x="4", y="2")
    last = passes.values[-1]
    assert isinstance(last, Num)
    assert last.value == 4
    assert (str(gradient(passes, "x")), gradient(passes, "y")) == ("1/2", 0)


def test_sigmoid_from_its_parts_is_y_times_one_minus_y() -> None:
    parts = solved("y = 1/(1 + exp(-x))", x="log(3)")
    whole = solved("y = sigmoid(x)", x="log(3)")
    assert str(gradient(parts, "x")) == str(gradient(whole, "x")) == "3/16"
    other = solved("y = 1/(1 + exp(-x))", x="2")
    y = 1 / (1 + math.exp(-2))
    assert nearest_float(other.gradients[0]) == pytest.approx(y * (1 - y), rel=1e-15)


def test_exp_at_two_with_an_upstream_of_three() -> None:
    passes = solved("t = exp(x); z = 3 * t", x="2")
    assert nearest_float(passes.gradients[0]) == pytest.approx(3 * math.e**2, rel=1e-15)


@pytest.mark.parametrize("text", ["f = sum(sigmoid(X @ W))", "A = X @ W; f = sum(1/(1 + exp(-A)))"])
def test_the_sum_of_sigmoids_of_a_product(text: str) -> None:
    passes = solved(text, X=X, W=W)
    assert nearest_float(passes.values[-1]) == pytest.approx(5.833329393581208, rel=1e-15)
    found = each(nearest_float, passes.gradients[passes.graph.position["X"]])
    assert [[float(f"{cell:.4e}") for cell in row] for row in found] == PRINTED
    x, w = (np.array(eval_rows(text)) for text in (X, W))
    slope = each(nearest_float, evaluate(parse("S * (1 - S)"), {"S": evaluate(parse("σ(X @ W)"), names())}))
    assert np.allclose(found, slope @ w.T, rtol=1e-12)
    assert np.allclose(each(nearest_float, passes.gradients[passes.graph.position["W"]]), x.T @ slope, rtol=1e-12)


def names() -> dict[str, object]:
    return {name: evaluate(parse(text), {}) for name, text in (("X", X), ("W", W))}


def eval_rows(text: str) -> list[list[float]]:
    return [[float(cell) for cell in row] for row in each(nearest_float, evaluate(parse(text), {}))]


def test_a_cell_moved_a_little_moves_the_sum_by_its_gradient() -> None:
    moved = solved("f = sum(sigmoid(X @ W))", X=X.replace("0.1,", "0.1001,"), W=W)
    before = solved("f = sum(sigmoid(X @ W))", X=X, W=W)
    assert nearest_float(moved.values[-1]) == pytest.approx(5.833349179920838, rel=1e-15)
    assert nearest_float(moved.values[-1]) - nearest_float(before.values[-1]) == pytest.approx(1.9786e-5, rel=1e-4)
