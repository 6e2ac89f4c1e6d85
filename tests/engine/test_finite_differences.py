"""Numerical gradient check: the lesson's figures, the V of the error curve, kinks and poles."""

from __future__ import annotations

import math
import random
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests.support.random_programs import random_matrix_program, random_scalar_program
from tutor.algebra import ops
from tutor.algebra.evaluate import evaluate
from tutor.algebra.expr import number
from tutor.algebra.parser import parse
from tutor.engine.builder import parse_graph
from tutor.engine.finite_differences import (
    DEFAULT_STEPS,
    DifferenceQuotient,
    GradientCheck,
    backward_with_numeric_node,
    check_gradients,
    check_local_gradient,
    error_curve,
    stops_gradients,
    with_constant_stops,
)
from tutor.engine.function_definition import parse_definition
from tutor.engine.passes import NonFiniteError, forward, forward_backward

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tutor.engine.graph import Graph

F = "f = sum(sigmoid(X @ W))"
X = np.array([[0.1, 0.2, 0.3], [0.4, 0.5, 0.6], [0.7, 0.8, 0.9]])
W = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
XW = {"X": X, "W": W}


def make_graph(text: str = F, inputs: Mapping[str, Any] | None = None) -> Graph:
    return parse_graph(text, XW if inputs is None else inputs)


def error_of(quotient: DifferenceQuotient) -> float:
    assert quotient.error is not None
    return quotient.error


def single_quotient(text: str, delta: float, **inputs: float) -> GradientCheck:
    (entry,) = check_gradients(make_graph(text, inputs), inputs, delta)
    return entry


def exact_value(value: Any) -> Any:
    if isinstance(value, Fraction):
        return number(value)
    if not isinstance(value[0], list):
        return ops.as_vector(exact_value([value]))
    return ops.make_matrix(tuple(tuple(number(cell) for cell in row) for row in value))


# --- the lesson: a forward difference at one node, then the chain rule -------------------------------------------


def test_the_chain_rule_continues_from_a_forward_difference() -> None:
    passes = backward_with_numeric_node(make_graph(), XW, "sigmoid1", 0.001, wrt=["X"])
    assert f"{passes.gradients[passes.graph.position['X']][0, 0]:.9f}" == "0.197792792"
    assert f"{passes.values[-1]:.15f}" == "5.833329393581208"


def test_it_differs_from_the_true_gradient_in_the_fifth_digit() -> None:
    entry = check_gradients(make_graph(), XW, 1e-5, wrt=["X"])[0]
    assert (entry.name, entry.cell) == ("X", (0, 0))
    assert f"{entry.gradient:.9f}" == "0.197876559"
    assert f"{entry.central.value:.9f}" == "0.197876559"


def test_a_change_of_a_cell_changes_the_sum_by_its_gradient() -> None:
    moved = X.copy()
    moved[0, 0] = 0.1001
    before, after = (forward(make_graph(), {"X": x, "W": W})[-1] for x in (X, moved))
    assert repr(after) == "5.833349179920838"
    assert f"{after - before:.9f}" == "0.000019786"
    slope = backward_with_numeric_node(make_graph(), XW, "sigmoid1", 0.001).gradients[make_graph().position["X"]][0, 0]
    assert f"{slope * 0.0001:.12f}".startswith("0.0000197792")
    entry = check_gradients(make_graph(), XW, 0.0001, wrt=["X"])[0]
    assert entry.forward.value == pytest.approx((after - before) / 0.0001, rel=1e-9)


def test_a_local_check_is_elementwise() -> None:
    entries = check_local_gradient(make_graph(), XW, "sigmoid1", 0.001)
    inner = X @ W
    assert [entry.cell for entry in entries] == [(i, j) for i in range(3) for j in range(2)]
    for entry in entries:
        a = inner[entry.cell]
        s = 1 / (1 + math.exp(-a))
        assert entry.name == "matmul1->sigmoid1"
        assert entry.gradient == pytest.approx(s * (1 - s), rel=1e-12)
        assert entry.forward.value == pytest.approx((1 / (1 + math.exp(-(a + 0.001))) - s) / 0.001, rel=1e-9)
        # The leading error of the quotient is δ·σ″/2.
        assert entry.forward.error == pytest.approx(abs(0.0005 * s * (1 - s) * (1 - 2 * s)), rel=1e-2)


def test_a_structural_node_is_checked_with_an_upstream_of_ones() -> None:
    entries = {(entry.name, entry.cell): entry for entry in check_local_gradient(make_graph(), XW, "matmul1", 0.01)}
    assert len(entries) == 15
    assert entries["X->matmul1", (1, 2)].gradient == W[2].sum()
    assert entries["W->matmul1", (1, 0)].central.value == pytest.approx(X[:, 1].sum())
    passes, plain = (
        backward_with_numeric_node(make_graph(), XW, "matmul1", 0.01),
        forward_backward(make_graph(), XW, 1.0),
    )
    assert np.allclose(passes.gradients[0], plain.gradients[0], rtol=1e-10)


@pytest.mark.parametrize("text", ["z = log(sigmoid(x))", "z = -log(sigmoid(-x))", "z = log(x^2 + 1)"])
def test_the_difference_replaces_a_fused_form_too(text: str) -> None:
    built = make_graph(text, {"x": 0.7})
    node = next(node.id for node in built.nodes if node.op == "log")
    true = forward_backward(built, {"x": 0.7}, 1.0).gradients[0]
    result = backward_with_numeric_node(built, {"x": 0.7}, node, 1e-3).gradients[0]
    assert 1e-5 < abs(result - true) / abs(true) < 1e-2


def test_each_of_two_parallel_edges_is_perturbed_alone() -> None:
    entries = check_local_gradient(make_graph("z = x * x", {"x": 3.0}), {"x": 3.0}, "z", 1e-3)
    assert [(entry.name, entry.gradient) for entry in entries] == [("x->mul1.0", 3.0), ("x->mul1.1", 3.0)]
    assert all(entry.forward.value == pytest.approx(3, rel=1e-9) for entry in entries)


# --- checks of whole graphs ---------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("make", [random_scalar_program, random_matrix_program])
def test_gradients_of_random_graphs_agree_with_central_differences(make: Any, seed: int) -> None:
    program = make(random.Random(seed))
    inputs = {name: exact_value(value) for name, value in program.inputs.items()}
    built = parse_graph(program.text, inputs)
    entries = check_gradients(built, inputs, 1e-6)
    assert {entry.name for entry in entries} == set(built.inputs)
    sizes = [abs(entry.gradient) for entry in entries]
    for entry in entries:
        assert entry.central.value == pytest.approx(entry.gradient, rel=1e-4, abs=1e-6 * max(1.0, *sizes))


def test_the_start_weights_the_output() -> None:
    built = make_graph("Y = X @ W")
    start = np.array([[1.0, -2.0], [0.5, 0.0], [3.0, 1.0]])
    for given, upstream in ((start, start), (2.5, np.full((3, 2), 2.5)), (number(3), np.full((3, 2), 3.0))):
        entries = check_gradients(built, XW, 1e-3, given, wrt=["W"])
        expected = X.T @ upstream
        for entry in entries:
            assert entry.gradient == pytest.approx(expected[entry.cell])
            assert entry.forward.value == pytest.approx(expected[entry.cell], abs=1e-10)


def test_only_requested_inputs_are_perturbed() -> None:
    inputs = {"a": 2.0, "b": 3.0}
    assert [entry.name for entry in check_gradients(make_graph("z = a * b", inputs), inputs, 1e-3, wrt=["b"])] == ["b"]


def test_exact_inputs_become_the_nearest_floats() -> None:
    entry = single_quotient("z = x^2", 1e-3, x=evaluate(parse("log(3)"), {}))
    assert entry.gradient == pytest.approx(2 * math.log(3))
    assert entry.forward.error == pytest.approx(1e-3, rel=1e-6)
    assert entry.forward.relative_error == pytest.approx(1e-3 / (2 * math.log(3) + 1e-3), rel=1e-6)


def test_evenly_spread_cells_of_a_large_matrix_are_perturbed() -> None:
    big = {"X": np.ones((20, 20))}
    entries = check_gradients(make_graph("z = sum(X * X)", big), big, 1e-3, max_cells=4)
    assert [entry.cell for entry in entries] == [(0, 0), (5, 0), (10, 0), (15, 0)]


# --- the error curve ------------------------------------------------------------------------------


def test_the_error_falls_with_the_step_until_round_off_dominates() -> None:
    points = error_curve(make_graph("z = exp(x)", {"x": 1.0}), {"x": 1.0}, "x")
    assert [point.delta for point in points] == list(DEFAULT_STEPS)
    assert (DEFAULT_STEPS[0], DEFAULT_STEPS[-1], len(DEFAULT_STEPS)) == (0.1, 1e-12, 12)
    ahead = [error_of(point.forward) for point in points]
    central = [error_of(point.central) for point in points]
    # Large steps: the truncation error, δ/2·f″ forward and δ²/6·f‴ central.
    for k in (1, 2, 3, 4):
        assert ahead[k] == pytest.approx(math.e / 2 * DEFAULT_STEPS[k], rel=0.05)
    for k in (0, 1, 2):
        assert central[k] == pytest.approx(math.e / 6 * DEFAULT_STEPS[k] ** 2, rel=0.05)
    # Small steps: the round-off error, far larger than at the best step.
    assert 5 <= ahead.index(min(ahead)) <= 9
    assert 3 <= central.index(min(central)) <= 6
    assert ahead[-1] > 100 * min(ahead)
    assert central[-1] > 1000 * min(central)
    assert min(central) < min(ahead) / 10


def test_the_curve_uses_the_exact_gradient() -> None:
    # In floats the two large numbers are equal, and the gradient is 0.
    inputs = {"x": number(Fraction(3, 2))}
    built = make_graph("z = (x + 10000000000000000)^2 - (x + 9999999999999999)^2", inputs)
    assert forward_backward(built, {"x": 1.5}, 1.0).gradients[0] == 0.0
    (point,) = error_curve(built, inputs, "x", steps=[1e-3])
    assert point.forward.gradient == 2.0


def test_the_curve_of_one_cell_of_a_matrix() -> None:
    points = error_curve(make_graph(), XW, "X", (0, 0), steps=[1e-3, 1e-5])
    assert [f"{point.forward.gradient:.9f}" for point in points] == ["0.197876559"] * 2
    assert error_of(points[1].forward) < error_of(points[0].forward) / 50


# --- missing values ------------------------------------------------------------------------------------


def test_one_side_has_no_value_near_the_pole_of_a_logarithm() -> None:
    entry = single_quotient("z = log(x)", 0.01, x=0.005)
    assert entry.forward.value == pytest.approx(math.log(3) / 0.01)
    assert (entry.central.value, entry.central.error) == (None, None)
    assert "is not a real number" in str(entry.central.reason)


def test_an_input_without_a_value_does_not_affect_the_others() -> None:
    inputs = {"x": 0.005, "y": 2.0}
    by_name = {entry.name: entry for entry in check_gradients(make_graph("z = y*log(x)", inputs), inputs, 0.01)}
    assert by_name["x"].central.value is None
    assert by_name["y"].central.value == pytest.approx(math.log(0.005))


@pytest.mark.parametrize("text", ["z = 1/x", "z = 3/x", "z = x^-3", "t = x + 0; z = 1/sin(t)"])
@pytest.mark.parametrize(("x", "ahead", "central"), [(0.005, True, False), (-0.005, False, False), (0.02, True, True)])
def test_a_pole_within_the_step_is_reported(text: str, x: float, ahead: bool, central: bool) -> None:
    entry = single_quotient(text, 0.01, x=x)
    assert (entry.forward.value is not None, entry.central.value is not None) == (ahead, central)
    for quotient in (entry.forward, entry.central):
        assert (quotient.value is None) == ("within δ" in str(quotient.reason))


@pytest.mark.parametrize(
    ("text", "x", "kink"),
    [
        ("z = relu(x)", 0.0, True),
        ("z = relu(x)", 0.005, True),
        ("z = relu(x)", -0.005, True),
        ("z = relu(x)", 0.02, False),
        ("z = abs(x - 3)", 3.0, True),
        ("z = abs(x - 3)", 3.02, False),
        ("z = max(x, 2)", 2.0, True),
        ("z = min(x, 2*x)", -0.002, True),
        ("z = exp(x)", 0.0, False),
    ],
)
def test_a_kink_within_the_step_is_flagged(text: str, x: float, kink: bool) -> None:
    entry = single_quotient(text, 0.01, x=x)
    assert entry.crosses_kink is kink
    assert entry.forward.value is not None


def test_the_central_difference_at_a_kink_is_between_the_two_sides() -> None:
    entry = single_quotient("z = abs(x)", 0.01, x=0.0)
    assert (entry.gradient, entry.forward.value, entry.central.value) == (0.0, 1.0, 0.0)


def test_only_the_cell_beside_the_kink_is_flagged() -> None:
    inputs = {"A": np.array([[0.001, 1.0], [-2.0, 3.0]])}
    entries = check_gradients(make_graph("z = sum(relu(A))", inputs), inputs, 0.01)
    assert [entry.crosses_kink for entry in entries] == [True, False, False, False]


def test_a_step_that_changes_nothing_is_reported() -> None:
    entry = single_quotient("z = x * 2", 1e-12, x=1e9)
    assert entry.forward.value is None
    assert "does not change" in str(entry.forward.reason)


def test_an_overflow_on_one_side_is_reported() -> None:
    entry = single_quotient("z = exp(x)", 1.0, x=709.5)
    assert entry.forward.value is None
    assert "too large" in str(entry.forward.reason)


def test_a_graph_without_a_value_cannot_be_checked() -> None:
    with pytest.raises(NonFiniteError):
        single_quotient("z = log(x)", 0.01, x=-1.0)
    with pytest.raises(KeyError):
        check_local_gradient(make_graph(), XW, "nothing", 0.01)


@pytest.mark.parametrize("text", ["z = x * detach(x)", "q = 3 * x; z = (q - detach(q + y)) ^ 2", "z = y * ste(x, 3)"])
def test_a_stopped_gradient_counts_as_a_constant(text: str) -> None:
    inputs = {"x": 2.6, "y": 5.0}
    used = {name: value for name, value in inputs.items() if name in text}
    custom = {"ste": parse_definition("ste(x, n) = x + detach(n - x)")}
    graph = parse_graph(text, used, custom)
    assert stops_gradients(graph)
    assert error_of(check_gradients(graph, used, 1e-6, wrt=["x"])[0].central) > 0.1
    held = with_constant_stops(graph, used)
    assert forward(held, used)[-1] == forward(graph, used)[-1]
    for entry in check_gradients(held, used, 1e-6):
        assert entry.central.value == pytest.approx(entry.gradient, rel=1e-7)


def test_a_graph_without_a_stopped_gradient_stays_as_it_is() -> None:
    graph = make_graph()
    assert not stops_gradients(graph)
    assert with_constant_stops(graph, XW) is graph


def test_every_operation_passes_the_local_check() -> None:
    inputs = {"A": np.array([[0.3, 0.7], [0.6, 0.4]]), "B": np.array([[0.2, 0.8], [0.5, 0.9]])}
    cells = ["A + B", "A - B", "A * B", "A / B", "-A", "1/A", "A^B", "exp(A)", "log(A)", "sigmoid(A)", "tanh(A)"]
    cells += ["sqrt(A)", "sin(A)", "cos(A)", "softplus(A)", "relu(A)", "abs(A)", "max(A, B)", "min(A, B)", "A^2", "2^A"]
    cells += ["erf(A)", "silu(A)", "gelu(A)"]
    formulas = ["A @ B", "A.T", "sum(A)", "sum(A, 0)", "mean(A, 1)", "mean(A)", "softmax(A)", "mse(A, B)"]
    formulas += ["cross_entropy(A, B)"]
    for text in [*cells, *formulas]:
        used = {name: value for name, value in inputs.items() if name in text}
        built = parse_graph(f"z = {text}", used)
        for entry in check_local_gradient(built, used, "z", 1e-6):
            assert entry.central.value == pytest.approx(entry.gradient, rel=1e-6, abs=1e-8), text
        result, plain = backward_with_numeric_node(built, used, "z", 1e-7), forward_backward(built, used, 1.0)
        for name in used:
            position = built.position[name]
            assert np.allclose(result.gradients[position], plain.gradients[position], rtol=1e-4, atol=1e-6), text
