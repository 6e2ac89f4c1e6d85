"""Vectors: products, shapes and gradients as in NumPy, and formulas that had a value before vectors keep it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests.support.parsed_values import exact_values
from tutor.algebra import ops
from tutor.algebra.errors import AlgebraError
from tutor.algebra.evaluate import evaluate, format_shape
from tutor.algebra.parser import parse, parse_value
from tutor.algebra.printing import format_expr, format_value
from tutor.engine.builder import parse_graph
from tutor.engine.codegen.to_numpy import numpy_program
from tutor.engine.codegen.to_torch import torch_program
from tutor.engine.passes import forward, forward_backward
from tutor.grading.grader import grade
from tutor.packs.builder.formula import exercise_from_formula

if TYPE_CHECKING:
    from tutor.grading.problem import Problem

W = [[1.0, -2.0, 0.5], [4.0, 3.0, 2.0]]
V = [0.5, 2.0, -1.0]
U = [3.0, -2.0]


def value_of(text: str) -> Any:
    return evaluate(parse_value(text), {})


def vector(numbers: list[float]) -> Any:
    return ops.as_vector(np.array([numbers]))


def in_numpy(value: Any) -> Any:
    """Return a value as NumPy has it: a vector with one axis."""
    return np.asarray(value)[0] if ops.is_vector(value) else np.asarray(value)


#: A formula, its inputs, and the same in NumPy.
CASES: list[tuple[str, dict[str, Any], Any]] = [
    ("y = W @ x", {"W": W, "x": V}, lambda w, x: w @ x),
    ("y = u @ W", {"u": U, "W": W}, lambda u, w: u @ w),
    ("y = x @ v", {"x": V, "v": [2.0, 0.25, 4.0]}, lambda x, v: x @ v),
    ("y = dot(x, v)", {"x": V, "v": [2.0, 0.25, 4.0]}, lambda x, v: x @ v),
    ("y = outer(u, x)", {"u": U, "x": V}, np.outer),
    ("y = W * x + x", {"W": W, "x": V}, lambda w, x: w * x + x),
    ("y = sum(x)", {"x": V}, lambda x: x.sum()),
    ("y = mean(x^2)", {"x": V}, lambda x: (x**2).mean()),
    ("y = softmax(W @ x)", {"W": W, "x": V}, lambda w, x: np.exp(w @ x) / np.exp(w @ x).sum()),
    ("h = tanh(W @ x + b); y = h @ u", {"W": W, "x": V, "b": [0.1, 0.2], "u": U}, lambda w, x, b, u: np.tanh(w @ x + b) @ u),
    ("q = x * 2; y = q @ q", {"x": V}, lambda x: (2 * x) @ (2 * x)),
    ("y = (W @ x) @ W", {"W": W, "x": V}, lambda w, x: (w @ x) @ w),
]  # fmt: skip


def inputs_of(raw: dict[str, Any]) -> dict[str, Any]:
    return {name: vector(value) if not isinstance(value[0], list) else np.array(value) for name, value in raw.items()}


@pytest.mark.parametrize(("text", "raw", "reference"), CASES, ids=[case[0] for case in CASES])
def test_values_shapes_and_gradients_are_those_of_numpy(text: str, raw: dict[str, Any], reference: Any) -> None:
    inputs = inputs_of(raw)
    graph = parse_graph(text, inputs)
    arrays = [np.array(raw[name]) for name in graph.inputs]
    expected = reference(*arrays)
    output = forward(graph, inputs)[-1]
    assert in_numpy(output).shape == np.shape(expected)
    assert in_numpy(output) == pytest.approx(expected, rel=1e-12)
    start = np.random.default_rng(1).uniform(1, 2, np.shape(expected))
    start_value = vector(list(start)) if start.ndim == 1 else start if start.ndim else float(start)
    passes = forward_backward(graph, inputs, start_value)
    for slot, name in enumerate(graph.inputs):
        gradient = in_numpy(passes.gradients[graph.position[name]])
        assert gradient.shape == arrays[slot].shape
        for cell in np.ndindex(arrays[slot].shape):
            step = np.zeros_like(arrays[slot])
            step[cell] = 1e-6
            ends = [
                np.sum(start * reference(*arrays[:slot], arrays[slot] + sign * step, *arrays[slot + 1 :]))
                for sign in (1, -1)
            ]
            assert gradient[cell] == pytest.approx((ends[0] - ends[1]) / 2e-6, rel=1e-6, abs=1e-8)


def test_a_flat_list_is_a_vector_and_a_list_of_lists_a_matrix() -> None:
    assert format_shape(ops.shape_of(value_of("[1, 2, 3]"))) == "(3,)"
    assert format_shape(ops.shape_of(value_of("[[1, 2, 3]]"))) == "1×3"
    assert format_value(value_of("[1, 1/2]")) == "[1, 0.5]"
    assert format_expr(parse("[1, 2] + [[3, 4]]")) == "[1, 2] + [[3, 4]]"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        # A vector fits as a row, as it always has.
        ("[1, 2] @ [[3, 4], [5, 6]]", "[13, 16]"),
        ("[[1], [2]] @ [3, 4]", "[[3, 4], [6, 8]]"),
        ("[1, 2] @ [1, 2].T", "[5]"),
        ("[1, 2].T @ [1, 2]", "[[1, 2], [2, 4]]"),
        ("[2] @ [3]", "[6]"),
        ("sum([1, 2], 0)", "[[1, 2]]"),
        ("sum([1, 2], 1)", "[[3]]"),
        # New with vectors.
        ("[[1, 2], [3, 4]] @ [5, 6]", "[17, 39]"),
        ("[1, 2] @ [3, 4]", "11"),
        ("outer([1, 2], [3, 4, 5])", "[[3, 4, 5], [6, 8, 10]]"),
        ("([[1, 2], [3, 4]] @ [5, 6]) @ [1, 1]", "56"),
    ],
)
def test_products_of_vectors_and_rows(text: str, value: str) -> None:
    assert format_value(value_of(text)) == value


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[[1, 2], [3, 4]] @ [1, 2, 3]", "2×2 @ (3,) doesn't fit"),
        ("[1, 2] @ [1, 2, 3]", "(2,) @ (3,) doesn't fit"),
        ("outer([[1, 2], [3, 4]], [1, 2])", "outer takes two vectors"),
    ],
)
def test_products_that_do_not_fit_are_explained(text: str, problem: str) -> None:
    with pytest.raises(AlgebraError) as error:
        value_of(text)
    assert problem in str(error.value.message)


@pytest.fixture(scope="module")
def layer() -> Problem:
    inputs = {"W": value_of("[[1, -2, 0.5], [4, 3, 2]]"), "x": value_of("[3, 2, -1]"), "v": value_of("[5, 7]")}
    return exercise_from_formula("y = W @ x; z = y @ v", inputs).variant().problem


@pytest.mark.parametrize(
    ("blank", "answer"),
    [
        ("y->dot1", "v"),
        ("y->dot1", "[5, 7]"),
        ("W", "outer(up, x)"),
        ("W", "outer(v, x)"),
        ("W", "[[15, 10, -5], [21, 14, -7]]"),
        ("x", "W.T @ up"),
        ("x", "up @ W"),
        ("x", "[33, 11, 16.5]"),
        ("x", "[[33, 11, 16.5]]"),
        ("v", "W @ x"),
    ],
)
def test_answers_may_compute_with_vectors(layer: Problem, blank: str, answer: str) -> None:
    verdict = grade(layer, layer.place(blank), answer)
    assert verdict.right, str(verdict.message)


@pytest.mark.parametrize(
    ("blank", "answer", "mistake"),
    [
        ("W", "outer(x, up)", "matmul.transposed-result"),
        ("v", "v", "dot.own-input"),
    ],
)
def test_typical_mistakes_with_vectors_have_names(layer: Problem, blank: str, answer: str, mistake: str) -> None:
    assert grade(layer, layer.place(blank), answer).mistake == mistake


def test_programs_compute_with_vectors() -> None:
    inputs = exact_values(W="[[1, 2], [3, 4]]", x="[5, 6]")
    graph = parse_graph("y = W @ x; f = sum(y)", inputs)
    for program in (numpy_program, torch_program):
        assert any("x = " in line and "5.0, 6.0" in line for line in program(graph, inputs, value_of("1")))
