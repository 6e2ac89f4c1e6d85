"""Both passes over random graphs, compared with SymPy's derivatives and finite differences."""

from __future__ import annotations

import random

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.random_programs import (
    Program,
    exact_inputs,
    float_inputs,
    input_symbols,
    program_in_sympy,
    random_matrix_program,
    random_scalar_program,
)
from tutor.algebra import ops
from tutor.algebra.balls import nearest_float
from tutor.algebra.expr import Num, number
from tutor.engine.builder import parse_graph
from tutor.engine.graph import Graph, Node
from tutor.engine.nudge import perturbed_output
from tutor.engine.passes import NonFiniteError, forward, forward_backward

programs = st.integers(0, 10**9).map(lambda seed: random_scalar_program(random.Random(seed)))
matrix_programs = st.integers(0, 10**9).map(lambda seed: random_matrix_program(random.Random(seed)))


def graph_of(program: Program) -> Graph:
    return parse_graph(program.text, exact_inputs(program))


@settings(max_examples=120, deadline=None)
@given(programs, st.sampled_from([1, 3, -2]))
def test_scalar_gradients_equal_sympy_derivatives(program: Program, start: int) -> None:
    formula = program_in_sympy(program)
    passes = forward_backward(graph_of(program), float_inputs(program), float(start))
    for name in program.inputs:
        truth = sympy.N(start * sympy.diff(formula, sympy.Symbol(name, real=True)).subs(input_symbols(program)), 25)
        gradient = passes.gradients[passes.graph.position[name]]
        assert gradient == pytest.approx(float(sympy.re(truth)), rel=1e-8, abs=1e-10)


@settings(max_examples=150, deadline=None)
@given(programs)
def test_scalar_gradients_agree_with_finite_differences(program: Program) -> None:
    graph, inputs = graph_of(program), float_inputs(program)
    passes = forward_backward(graph, inputs, 1.0)
    for name, value in inputs.items():
        step = 1e-6 * max(1.0, abs(value))
        above = forward(graph, {**inputs, name: value + step})[graph.output_position]
        below = forward(graph, {**inputs, name: value - step})[graph.output_position]
        difference = (above - below) / (2 * step)
        gradient = passes.gradients[graph.position[name]]
        assert gradient == pytest.approx(
            difference, rel=2e-3, abs=1e-3 + 1e-8 * abs(passes.values[graph.output_position]) / step
        )


@settings(max_examples=150, deadline=None)
@given(programs)
def test_exact_passes_equal_float_passes_on_every_edge(program: Program) -> None:
    graph = graph_of(program)
    exact = forward_backward(graph, exact_inputs(program), number(1))
    floats = forward_backward(graph, float_inputs(program), 1.0)
    for key, edge in exact.edges.items():
        other = floats.edges[key]
        for mine, theirs in (
            (edge.upstream, other.upstream),
            (edge.local_gradient, other.local_gradient),
            (edge.gradient, other.gradient),
        ):
            assert nearest_float(mine) == pytest.approx(theirs, rel=1e-7, abs=1e-9)


@settings(max_examples=150, deadline=None)
@given(programs)
def test_a_branch_sums_its_edges_and_an_edge_multiplies(program: Program) -> None:
    graph = graph_of(program)
    passes = forward_backward(graph, exact_inputs(program), number(2))
    for position, edges in enumerate(graph.outgoing_edges):
        if position == graph.output_position:
            continue
        parts = [nearest_float(passes.edges[edge.target, edge.slot].gradient) for edge in edges]
        assert nearest_float(passes.gradients[position]) == pytest.approx(sum(parts), rel=1e-9, abs=1e-12)
        for edge in edges:
            value = passes.edges[edge.target, edge.slot]
            product = nearest_float(value.upstream) * nearest_float(value.local_gradient)
            assert nearest_float(value.gradient) == pytest.approx(product, rel=1e-9, abs=1e-12)
            assert value.upstream is passes.gradients[edge.target]


@settings(max_examples=120, deadline=None)
@given(programs)
def test_nudging_one_edge_changes_the_output_by_its_gradient(program: Program) -> None:
    graph, inputs = graph_of(program), float_inputs(program)
    passes = forward_backward(graph, inputs, 1.0)
    for edge in graph.edges:
        value = passes.values[edge.source]
        step = 1e-6 * max(1.0, abs(value))
        above = perturbed_output(graph, passes.values, edge.source, value + step, edge)
        below = perturbed_output(graph, passes.values, edge.source, value - step, edge)
        part = passes.edges[edge.target, edge.slot].gradient
        tolerance = 1e-3 + 1e-8 * abs(passes.values[graph.output_position]) / step
        assert part == pytest.approx((above - below) / (2 * step), rel=2e-3, abs=tolerance)


@settings(max_examples=80, deadline=None)
@given(matrix_programs)
def test_matrix_gradients_agree_with_finite_differences(program: Program) -> None:
    graph, inputs = graph_of(program), float_inputs(program)
    try:
        passes = forward_backward(graph, inputs, 1.0)
    except NonFiniteError:
        return
    for name, value in inputs.items():
        gradient = passes.gradients[graph.position[name]]
        assert np.shape(gradient) == np.shape(value)
        for cell in np.ndindex(np.shape(value)):
            moved = []
            for sign in (1, -1):
                other = np.array(value)
                other[cell] += sign * 1e-6
                changed = other if other.ndim else float(other)
                # A matrix output starts with ones, so its cells are summed.
                moved.append(np.sum(forward(graph, {**inputs, name: changed})[graph.output_position]))
            difference = (moved[0] - moved[1]) / 2e-6
            scale = np.abs(passes.values[graph.output_position]).max()
            approximation = gradient[cell] if cell else gradient
            assert approximation == pytest.approx(difference, rel=5e-3, abs=1e-3 + 1e-7 * scale)


@settings(max_examples=40, deadline=None)
@given(matrix_programs)
def test_exact_matrix_passes_equal_float_passes(program: Program) -> None:
    graph = graph_of(program)
    try:
        floats = forward_backward(graph, float_inputs(program), 2.0)
    except NonFiniteError:
        return
    exact = forward_backward(graph, exact_inputs(program), number(2))
    for name in program.inputs:
        position = graph.position[name]
        gradient = ops.map_cells(nearest_float, exact.gradients[position])
        assert np.allclose(gradient, floats.gradients[position], rtol=1e-8, atol=1e-9)


# --- sizes, faults ----------------------------------------------------------------------------------------


def chain(length: int, op: str = "sigmoid") -> Graph:
    nodes = [Node("x", None, name="x"), *(Node(f"{op}{i}", op, (i - 1,)) for i in range(1, length))]
    nodes.append(Node("mul1", "mul", (length - 1, length - 1), name="z"))
    return Graph(tuple(nodes), "z")


def test_a_chain_of_5000_nodes_needs_no_recursion() -> None:
    graph = chain(5000, "neg")
    passes = forward_backward(graph, {"x": 3.0}, 1.0)
    assert (passes.values[-1], passes.gradients[0]) == (9.0, 6.0)
    exact = forward_backward(graph, {"x": number(3)}, number(1))
    assert isinstance(exact.gradients[0], Num)
    assert exact.gradients[0].value == 6


def test_a_long_chain_of_trees_that_do_not_fold_needs_no_recursion_either() -> None:
    exact = forward_backward(chain(5000), {"x": number(2)}, number(1))
    floats = forward_backward(chain(5000), {"x": 2.0}, 1.0)
    assert nearest_float(exact.values[-1]) == pytest.approx(floats.values[-1], rel=1e-9)


def test_a_long_sum_of_a_text_runs() -> None:
    graph = parse_graph("+".join(f"x{i}" for i in range(900)))
    passes = forward_backward(graph, {f"x{i}": float(i) for i in range(900)}, 1.0)
    assert passes.values[-1] == 899 * 450
    assert set(passes.gradients) == {1.0}


@pytest.mark.parametrize(
    ("text", "inputs", "node", "sentence"),
    [
        ("z = 1/(x - 2) * y", {"x": 2, "y": 1}, "inv1", "divides by zero"),
        ("t = a / b; z = t * a", {"a": 1, "b": 0}, "t", "t divides by zero"),
        ("z = log(x) + 1", {"x": -1}, "log1", "is not a real number"),
        ("z = log(x) + 1", {"x": 0}, "log1", "is not a real number"),
        ("z = exp(x) * x", {"x": 1000}, "exp1", "too large"),
        ("z = x ^ 0.5 + 1", {"x": -4}, "pow1", "is not a real number"),
        ("z = x ^ 0.5 + 1", {"x": 0}, "pow1", "no derivative"),
        ("z = x ^ n + 1", {"x": -2, "n": 2}, "pow1", "no derivative"),
        ("z = x * y", {"x": 1e200, "y": 1e200}, "mul1", "is not a finite number"),
    ],
)
def test_a_node_without_a_value_is_named(text: str, inputs: dict[str, float], node: str, sentence: str) -> None:
    graph = parse_graph(text)
    with pytest.raises(NonFiniteError) as caught:
        forward_backward(graph, {name: float(value) for name, value in inputs.items()}, 1.0)
    assert caught.value.node == node
    assert sentence in str(caught.value)


def test_exact_passes_reject_missing_values_too() -> None:
    for text, x in (("1/(x - 2)", 2), ("log(x)", -1), ("x^0.5 + 1", -4)):
        with pytest.raises(NonFiniteError):
            forward_backward(parse_graph(text), {"x": number(x)}, number(1))


@pytest.mark.filterwarnings("error")
def test_a_matrix_without_a_slope_is_rejected_without_a_warning() -> None:
    graph = parse_graph("f = sum(X ^ 0.5)", {"X": np.zeros((2, 2))})
    with pytest.raises(NonFiniteError, match="derivative"):
        forward_backward(graph, {"X": np.array([[0.0, 4.0], [1.0, 9.0]])}, 1.0)
    with pytest.raises(NonFiniteError):
        forward_backward(parse_graph("f = sum(1/X)", {"X": np.zeros((1, 2))}), {"X": np.array([[0.0, 1.0]])}, 1.0)
