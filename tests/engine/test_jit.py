"""Compiled graphs: the same values, gradients and errors as the interpreter."""

from __future__ import annotations

import random
import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.random_programs import Program, float_inputs, random_matrix_program, random_scalar_program
from tests.support.reference_functions import operations_with_references
from tutor.algebra.expr import Num, number
from tutor.algebra.ops import as_vector
from tutor.engine.builder import parse_graph
from tutor.engine.fold import fold, unfold
from tutor.engine.function_definition import parse_definition
from tutor.engine.graph import Graph, Node
from tutor.engine.jit import cache
from tutor.engine.jit.compiler import _compile_source, compile_forward, compile_passes
from tutor.engine.passes import NonFiniteError, Passes, forward, forward_backward

programs = st.integers(0, 10**9).map(lambda seed: random_scalar_program(random.Random(seed)))
matrix_programs = st.integers(0, 10**9).map(lambda seed: random_matrix_program(random.Random(seed)))


def inputs_of(program: Program) -> dict[str, Any]:
    return float_inputs(program)


def is_same(some: Any, other: Any) -> bool:
    """Return whether kind, shape and every digit are equal."""
    if some is None or other is None:
        return some is other
    kinds = {np.ndarray if isinstance(each, np.ndarray) else type(each) for each in (some, other)}
    return len(kinds) == 1 and np.array_equal(some, other)


def run_until_compiled(
    graph: Graph, inputs: dict[str, Any], start: Any = 1.0, wrt: Any = None
) -> tuple[Passes, Passes]:
    """Return the first, interpreted run and one after compilation."""
    first = forward_backward(graph, inputs, start, wrt)
    for _ in range(cache.COMPILE_AFTER):
        forward_backward(graph, inputs, start, wrt)
    key = None if wrt is None else tuple(wrt)
    program = graph.cache.programs[key]
    assert program is not None
    assert program.run(inputs, start) is not None
    return first, forward_backward(graph, inputs, start, wrt)


def assert_equal(first: Passes, later: Passes) -> None:
    assert all(map(is_same, later.values, first.values))
    assert all(map(is_same, later.gradients, first.gradients))
    assert is_same(later.start, first.start)
    assert list(later.edges) == list(first.edges)
    for key, edge in first.edges.items():
        other = later.edges[key]
        assert is_same(other.upstream, edge.upstream)
        assert is_same(other.local_gradient, edge.local_gradient)
        assert is_same(other.gradient, edge.gradient)
        assert other.upstream is later.gradients[key[0]]


@settings(max_examples=150, deadline=None)
@given(programs, st.sampled_from([1.0, -2.5]))
def test_compiled_numbers_equal_interpreted_ones(program: Program, start: float) -> None:
    try:
        assert_equal(*run_until_compiled(parse_graph(program.text), inputs_of(program), start))
    except NonFiniteError:
        return


@settings(max_examples=80, deadline=None)
@given(matrix_programs, st.sampled_from([1.0, -2.5]))
def test_compiled_matrices_equal_interpreted_ones(program: Program, start: float) -> None:
    inputs = inputs_of(program)
    try:
        assert_equal(*run_until_compiled(parse_graph(program.text, inputs), inputs, start))
    except NonFiniteError:
        return


_X = np.array([[0.5, -1.25, 2.0], [3.0, 0.75, -0.5]])
_SHARES = np.array([[0.5, 0.25, 0.25], [0.125, 0.375, 0.5]])
_ONE_HOT = np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]])
_ROW, _COLUMN = np.array([[1.0, -2.0, 0.25]]), np.array([[1.5], [-0.75]])
_VECTOR = as_vector(np.array([[1.5, -0.5, 2.0]]))

#: Graphs with every operation, on numbers and on matrices.
_EVERY: dict[str, dict[str, Any]] = {
    **{f"z = (x {sign} y) * x": {"x": 2.5, "y": -0.75} for sign in "+-*/"},
    **{f"f = sum((X {sign} Y) * X)": {"X": _X, "Y": _SHARES} for sign in "+-*/"},
    "z = (-x) / (1/x)": {"x": 1.5},
    "z = x^2 + x^-3 + x^0.5 + 2^x + x^y": {"x": 1.5, "y": 2.5},
    "f = sum(X^2 + X^-3 + 2^X) * x^y": {"X": _X, "x": 1.5, "y": 2.5},
    "f = sum(P^0.5 + P^T)": {"P": _SHARES, "T": _SHARES * 3},
    "z = exp(x) * log(y) - sqrt(y) * sin(x) * cos(x) + tanh(x) * softplus(x) + sigmoid(-x) + erf(x) * silu(x) * gelu(x)": {
        "x": -0.75,
        "y": 2.0,
    },
    "f = mean(exp(X) - sin(X) * cos(X) + tanh(X) * softplus(X) + sigmoid(-X) + erf(X) * silu(X) * gelu(X))": {"X": _X},
    "f = mean(log(P) * sqrt(P))": {"P": _SHARES},
    "z = relu(x) + abs(x) * max(x, y) + min(x, y)": {"x": 1.5, "y": -2.0},
    "z = relu(-x) + abs(-x) * max(x, x) + min(y, x)": {"x": 1.5, "y": 1.5},
    "f = sum(relu(X) + abs(X) * max(X, Y) + min(X, Y))": {"X": _X, "Y": _SHARES},
    "f = sum(X @ Y.T)": {"X": _X, "Y": _SHARES},
    "f = (X @ v) @ w + v @ v": {"X": _X, "v": _VECTOR, "w": as_vector(np.array([[0.5, -2.0]]))},
    "f = sum(outer(v, v) * 2)": {"v": _VECTOR},
    "f = sum(sum(X, 0) * mean(X, 0)) * mean(sum(X, 1) * mean(X, 1))": {"X": _X},
    "f = mean((X + R) * C + x) ": {"X": _X, "R": _ROW, "C": _COLUMN, "x": 0.5},
    "F = X * 2 + 1": {"X": _X},
    "f = cross_entropy(softmax(X), T)": {"X": _X, "T": _ONE_HOT},
    "f = cross_entropy(P, T)": {"P": _SHARES, "T": _SHARES},
    "f = mse(X, T) + mse(x, y)": {"X": _X, "T": _ONE_HOT, "x": 1.5, "y": 2.0},
    "f = sum(log(softmax(X)))": {"X": _X * 20},
    "z = log(sigmoid(x))": {"x": 45.0},
    "f = sum(X * [[1, 2, 3], [4, 5, 6]] - 1/3)": {"X": _X},
    "z = x * pi + e^y": {"x": 1.5, "y": 2.0},
}


@pytest.mark.parametrize("text", _EVERY)
def test_every_operation_compiles(text: str) -> None:
    inputs = _EVERY[text]
    assert_equal(*run_until_compiled(parse_graph(text, inputs), inputs))


def test_every_operation_is_covered() -> None:
    used = {node.op for text, inputs in _EVERY.items() for node in parse_graph(text, inputs).nodes}
    assert used - {None} == operations_with_references()


@pytest.mark.parametrize("x", [-745.0, -30.0, -1.0, 0.0, 1e-9, 40.0, 700.0])
def test_extreme_inputs_keep_their_digits(x: float) -> None:
    graph = parse_graph("z = sigmoid(x) + tanh(x) + softplus(x)")
    first, later = run_until_compiled(graph, {"x": x})
    assert_equal(first, later)
    assert all(edge.local_gradient > 0 for key, edge in later.edges.items() if graph.nodes[key[0]].op == "sigmoid")


@pytest.mark.parametrize(
    ("text", "inputs"),
    [
        ("z = swish(x) * swish(y)", {"x": 1.5, "y": -40.0}),
        ("f = sum(swish(X @ Y.T))", {"X": _X, "Y": _SHARES}),
        ("f = gap(softmax(X), T) * x", {"X": _X, "T": _ONE_HOT, "x": 1.5}),
    ],
)
def test_custom_functions_compile_through_their_bodies(text: str, inputs: dict[str, Any]) -> None:
    own = {
        "swish": parse_definition("swish(x) = x * sigmoid(x)"),
        "gap": parse_definition("gap(P, T) = sum((P - T)^2 * P)"),
    }
    graph = parse_graph(text, inputs, own)
    assert_equal(*run_until_compiled(graph, inputs))
    assert "f0" not in graph.cache.programs[None].source  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("text", "inputs", "nodes"),
    [
        ("z = x / (1 + exp(-x * y))", {"x": 1.5, "y": -0.5}, ["exp1", "add1"]),
        ("S = sigmoid(X @ Y.T); f = sum(S * S)", {"X": _X, "Y": _SHARES}, ["S", "mul1"]),
        ("f = cross_entropy(softmax(X), T)", {"X": _X * 20, "T": _ONE_HOT}, ["softmax1", "cross_entropy1"]),
    ],
)
def test_folded_and_unfolded_nodes_compile(text: str, inputs: dict[str, Any], nodes: list[str]) -> None:
    folded = fold(parse_graph(text, inputs), nodes, "group")
    assert_equal(*run_until_compiled(folded, inputs))
    opened = unfold(folded, next(node.id for node in folded.nodes if node.custom_operation is not None))
    assert_equal(*run_until_compiled(opened, inputs))


def test_nested_functions_are_traced_once() -> None:
    own = {"g0": parse_definition("g0(x, y) = x * y + x")}
    for i in range(1, 16):
        own[f"g{i}"] = parse_definition(f"g{i}(x, y) = g{i - 1}(x, y + 0.1) * 0.5 + y", own)
    graph = parse_graph("z = g15(x, y)", {}, own)
    program = compile_passes(graph, [None] * 3, None)
    assert program is not None
    assert program.source.count("\n") < 200


def test_only_requested_gradients_are_computed() -> None:
    graph = parse_graph("z = (a + b) * c")
    first, later = run_until_compiled(graph, {"a": 2.0, "b": 3.0, "c": 4.0}, 1.0, ("c",))
    assert_equal(first, later)
    assert list(later.edges) == [(4, 1)]
    assert later.gradients[0] is None


@pytest.mark.parametrize("start", [3.0, np.array([[1.0, 2.0, 3.0], [0.5, -1.0, 0.0]])])
def test_a_start_is_a_number_or_a_matrix(start: Any) -> None:
    first, later = run_until_compiled(parse_graph("F = X * sigmoid(X)", {"X": _X}), {"X": _X}, start)
    assert_equal(first, later)
    assert later.start.shape == (2, 3)


def test_other_kinds_of_values_still_work_after_compilation() -> None:
    graph = parse_graph("z = a * a / b")
    run_until_compiled(graph, {"a": 2.0, "b": 4.0})
    exact = forward_backward(graph, {"a": number(2), "b": number(3)}, number(1))
    assert isinstance(exact.values[-1], Num)
    assert exact.values[-1].value == number("4/3").value
    batch = forward_backward(graph, {"a": np.array([2.0, 6.0]), "b": np.array([4.0, 4.0])}, 1.0)
    assert batch.values[-1].tolist() == [1.0, 9.0]
    assert forward_backward(graph, {"a": 6, "b": 4}, 1).gradients[0] == 3.0
    assert forward_backward(graph, {"a": 6.0, "b": 4.0}, 1.0).gradients[0] == 3.0
    with pytest.raises(KeyError):
        forward_backward(graph, {"a": 6.0}, 1.0)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    ("text", "good", "bad"),
    [
        ("z = 1/(x - 2) * y", {"x": 3.0, "y": 1.0}, {"x": 2.0, "y": 1.0}),
        ("t = a / b; z = t * a", {"a": 1.0, "b": 1.0}, {"a": 1.0, "b": 0.0}),
        ("z = log(x) + 1", {"x": 1.0}, {"x": -1.0}),
        ("z = exp(x) * x", {"x": 1.0}, {"x": 1000.0}),
        ("z = 1 / exp(x)", {"x": 1.0}, {"x": 1000.0}),
        ("z = x ^ 0.5 + 1", {"x": 4.0}, {"x": -4.0}),
        ("z = x ^ 0.5 + 1", {"x": 4.0}, {"x": 0.0}),
        ("z = x ^ n + 1", {"x": 2.0, "n": 2.0}, {"x": -2.0, "n": 2.0}),
        ("z = x * y", {"x": 1.0, "y": 1.0}, {"x": 1e200, "y": 1e200}),
        ("f = sum(1/X)", {"X": _X}, {"X": _X * 0}),
        ("f = sum(1/exp(X))", {"X": _X}, {"X": _X * 1000}),
        ("f = sum(X ^ 0.5)", {"X": _SHARES}, {"X": _ONE_HOT}),
        ("f = sum(log(X @ Y.T))", {"X": _SHARES, "Y": _SHARES}, {"X": -_SHARES, "Y": _SHARES}),
    ],
)
def test_undefined_values_raise_the_same_error(text: str, good: dict[str, Any], bad: dict[str, Any]) -> None:
    with pytest.raises(NonFiniteError) as by_the_rules:
        forward_backward(parse_graph(text, good), bad, 1.0)
    graph = parse_graph(text, good)
    run_until_compiled(graph, good)
    for _ in range(cache.COMPILE_AFTER + 1):
        forward(graph, good)
    for again in (lambda: forward_backward(graph, bad, 1.0), lambda: backward_or_error(graph, bad)):
        with pytest.raises(NonFiniteError) as caught:
            again()
        assert (caught.value.node, str(caught.value)) == (by_the_rules.value.node, str(by_the_rules.value))


def backward_or_error(graph: Graph, inputs: dict[str, Any]) -> None:
    """Run the forward pass alone, then both passes."""
    forward(graph, inputs)
    forward_backward(graph, inputs, 1.0)


@pytest.mark.parametrize("start", [float("inf"), float("nan"), 1e200])
def test_a_start_that_is_not_finite_is_rejected(start: float) -> None:
    graph = parse_graph("t = a * a; z = t + b")
    run_until_compiled(graph, {"a": 1e150, "b": 1.0})
    with pytest.raises(NonFiniteError) as caught:
        forward_backward(graph, {"a": 1e150, "b": 1.0}, start)
    assert caught.value.node == ("t" if start == 1e200 else "add1")


def test_large_numbers_that_overflow_the_quick_check_are_accepted() -> None:
    graph = parse_graph("f = sum(X * 2)", {"X": _X})
    run_until_compiled(graph, {"X": _X})
    assert forward_backward(graph, {"X": _X * 1e200}, 1.0).values[-1] == pytest.approx(9e200)
    huge = parse_graph("z = x + y")
    run_until_compiled(huge, {"x": 1.0, "y": 1.0})
    assert forward_backward(huge, {"x": 1e308, "y": 7e307}, 1e308).values[-1] == 1.7e308


def test_the_forward_pass_alone_is_compiled_separately() -> None:
    graph = parse_graph("f = sum(sigmoid(X @ Y.T))", {"X": _X, "Y": _SHARES})
    inputs = {"X": _X, "Y": _SHARES}
    first = forward(graph, inputs)
    for _ in range(cache.COMPILE_AFTER):
        forward(graph, inputs)
    program = graph.cache.programs[cache.FORWARD_KEY]
    assert program is not None
    assert all(map(is_same, program.run(inputs), first))
    assert all(map(is_same, forward(graph, inputs), first))


def test_the_source_contains_no_word_of_the_user() -> None:
    text = "eval = open * 열; __import__ = eval + exec^2; z = sigmoid(__import__) / globals"
    graph = parse_graph(text)
    inputs = dict.fromkeys(graph.inputs, 1.5)
    assert_equal(*run_until_compiled(graph, inputs))
    source = graph.cache.programs[None].source  # type: ignore[union-attr]
    assert set(re.findall(r"[^\W\d]\w*", source)) & {node.id for node in graph.nodes} == set()
    assert source.isascii()
    with pytest.raises(RuntimeError):
        _compile_source("def program(v0):\n    return open(v0)\n", {})


def test_a_chain_of_10000_nodes_runs_and_compiles() -> None:
    ops = ("sigmoid", "neg", "tanh", "exp", "relu")
    nodes = [Node("x", None, name="x"), *(Node(f"n{i}", ops[i % 5], (i - 1,)) for i in range(1, 10_000))]
    nodes.append(Node("mul1", "mul", (9_999, 0), name="z"))
    graph = Graph(tuple(nodes), "z")
    first = forward_backward(graph, {"x": 0.5}, 1.0)
    program = compile_passes(graph, [None] * len(nodes), None)
    assert program is not None
    found, gradients, _, downs = program.run({"x": 0.5}, 1.0)
    assert found == first.values
    assert gradients == first.gradients
    assert len(downs) == len(graph.edges) == 10_001
    alone = compile_forward(graph, [None] * len(nodes))
    assert alone is not None
    assert alone.run({"x": 0.5}) == first.values


def test_constants_equal_the_floats_of_the_rules() -> None:
    graph = parse_graph("z = x^0.1 * 0.1 + 1/3 - x * (1/3)")
    first, later = run_until_compiled(graph, {"x": 0.7})
    assert later.values == first.values
    assert later.gradients == first.gradients
