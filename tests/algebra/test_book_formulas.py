"""Formulas as notebooks and books have them: LaTeX in graphs, and constants in the shape of another value."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tutor.algebra.ops import as_vector
from tutor.engine.builder import parse_graph
from tutor.engine.passes import forward_backward
from tutor.engine.standard_functions import with_standard_functions

MATRIX = {"X": np.array([[1.0, 2.0], [3.0, 5.0]])}

SAME_MEANING: list[tuple[str, str, dict[str, Any]]] = [
    (r"\hat{y} = w x; L = (\hat y - y)^2", "a = w*x; L = (a - y)^2", {"w": 2.0, "x": 3.0, "y": 1.0}),
    ("\\bar{x} = w x\n\\mathcal{L} = \\bar{x}^{2}", "a = w*x; L = a^2", {"w": 2.0, "x": 3.0}),
    (r"L = \frac{1}{2}\left(\theta_1 x\right)^{2}", "L = (θ_1*x)^2/2", {"θ_1": 2.0, "x": 3.0}),
    (r"z = w_{1} x_1 + e^{-w_1}", "z = w_1*x_1 + exp(-w_1)", {"w_1": 2.0, "x_1": 3.0}),
    (r"f = sum(X^\top @ X)", "f = sum(X.T @ X)", MATRIX),
    (r"f = sum(X^{\top} @ X)", "f = sum(X.T @ X)", MATRIX),
    ("f = log(2π σ²) + σ(σ)", "f = log(2*pi*σ*σ) + 1/(1 + exp(-σ))", {"σ": 0.7}),
    ("f = np.ones_like(x) * x**2", "f = x^2", {"x": 3.0}),
    ("f = sum(np.zeros_like(X) + np.ones_like(X) * X**2)", "f = sum(X^2)", MATRIX),
    ("f = sum(torch.full_like(X, 3) * X)", "f = sum(3*X)", MATRIX),
    ("f = sum(tril(X)**2)", "f = sum((X*[[1, 0], [1, 1]])^2)", MATRIX),
    ("f = sum(np.triu(np.ones((2, 2)), k=1) * X)", "f = sum([[0, 1], [0, 0]] * X)", MATRIX),
    ("f = sum(tril(X @ X, -1))", "f = sum((X @ X) * [[0, 0], [1, 0]])", MATRIX),
    ("m = X.max(1, keepdim=True).values; f = sum(m)", "f = sum(max(X, axis=1))", MATRIX),
    ("f = sum(F.one_hot(y, num_classes=2) * X)", "f = sum([[0, 1], [1, 0]] * X)", MATRIX | {"y": np.array([1.0, 0.0])}),
]


@pytest.mark.parametrize(("typed", "plain", "values"), SAME_MEANING)
def test_a_formula_of_a_book_means_its_plain_form(typed: str, plain: str, values: dict[str, Any]) -> None:
    mine = _outcome(typed, values)
    theirs = _outcome(plain, {name: value for name, value in values.items() if np.ndim(value) != 1})
    assert mine.keys() == theirs.keys()
    for name, expected in theirs.items():
        assert mine[name] == pytest.approx(expected, rel=1e-12), name


def _outcome(text: str, values: dict[str, Any]) -> dict[str, Any]:
    """Return the output and the gradient of each input that both formulas have."""
    inputs = {name: as_vector(value[None]) if np.ndim(value) == 1 else value for name, value in values.items()}
    graph = parse_graph(text, inputs, with_standard_functions())
    passes = forward_backward(graph, inputs, 1.0)
    slopes = {
        name: passes.gradients[graph.position[name]] for name in values if name != "y" or np.ndim(values[name]) == 0
    }
    return slopes | {"output": passes.values[-1]}
