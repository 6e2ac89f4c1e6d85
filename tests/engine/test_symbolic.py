"""Symbolic passes: evaluated with numbers, they give the values of the numeric passes, edge by edge."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.numpy_evaluator import evaluate_with_numpy
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
from tutor.algebra.expr import ONE, Num, Sym, number, postorder
from tutor.algebra.expr import free_names as names_in
from tutor.algebra.limits import GRAPH
from tutor.algebra.matrix_expr import MatrixExpr, expr_of
from tutor.algebra.parser import parse
from tutor.algebra.printing import format_expr, format_value
from tutor.engine.builder import parse_graph
from tutor.engine.passes import NonFiniteError, Passes, forward_backward
from tutor.engine.symbolic import closed_form_gradients, named_passes

if TYPE_CHECKING:
    from tutor.engine.graph import Graph

programs = st.integers(0, 10**9).map(lambda seed: random_scalar_program(random.Random(seed)))
matrix_programs = st.integers(0, 10**9).map(lambda seed: random_matrix_program(random.Random(seed)))


def symbols_for(program: Program, keep: set[str] = frozenset()) -> dict[str, Any]:  # type: ignore[assignment]
    """Return inputs as symbols with their domains, but numbers for those in `keep`."""
    result: dict[str, Any] = {}
    for name, value in exact_inputs(program).items():
        if name in keep:
            result[name] = value
        elif ops.is_matrix(value):
            positive = all(cell.value > 0 for row in value for cell in row)
            result[name] = MatrixExpr(Sym(name, domain="positive" if positive else "real"), value.shape)
        else:
            result[name] = Sym(name, domain="positive" if value.value > 0 else "nonzero" if value.value else "real")
    return result


def evaluate_printed(value: Any, names: dict[str, Any]) -> Any:
    """Return the value of a printed formula, parsed and computed by NumPy."""
    tree = expr_of(value)
    if not isinstance(value, MatrixExpr) and not names_in(tree):
        return ops.map_cells(nearest_float, value)
    if all(len(str(part.value)) < 30 for part in postorder(tree) if isinstance(part, Num)):
        tree = parse(format_expr(tree), tuple(names), GRAPH)
    return evaluate_with_numpy(tree, names)


def known_names(graph: Graph, passes: Passes, goal: str) -> dict[str, Any]:
    """Return the values of all names in formulas: nodes by names and ids, and their gradients."""
    result: dict[str, Any] = {}
    for position, node in enumerate(graph.nodes):
        for name in {node.id, node.name or node.id}:
            result[name] = passes.values[position]
            result[f"d{goal}/d{name}"] = passes.gradients[position]
    return result


def is_same(formula_value: Any, truth: Any) -> None:
    # A number may represent a constant matrix.
    np.testing.assert_allclose(np.broadcast_to(formula_value, np.shape(truth)), truth, rtol=1e-7, atol=1e-7)


def check_every_edge(graph: Graph, formulas: Passes, numbers: Passes, goal: str) -> None:
    names = known_names(graph, numbers, goal)
    for position in range(len(graph.nodes)):
        if not graph.nodes[position].is_input:
            is_same(evaluate_printed(formulas.values[position], names), numbers.values[position])
        is_same(evaluate_printed(formulas.gradients[position], names), numbers.gradients[position])
    for edge, passed in numbers.edges.items():
        other = formulas.edges[edge]
        is_same(evaluate_printed(other.upstream, names), passed.upstream)
        is_same(evaluate_printed(other.gradient, names), passed.gradient)
        assert (other.local_gradient is None) == (passed.local_gradient is None)
        if other.local_gradient is not None:
            is_same(evaluate_printed(other.local_gradient, names), passed.local_gradient)


@settings(max_examples=150, deadline=None)
@given(programs, st.integers(0, 3))
def test_scalar_formulas_have_the_values_of_every_edge(program: Program, kept: int) -> None:
    """Mix symbols and numbers as inputs; named nodes are written by their names."""
    graph = parse_graph(program.text)
    inputs = symbols_for(program, set(list(program.inputs)[:kept]))
    numbers = forward_backward(graph, float_inputs(program), 1.0)
    check_every_edge(graph, named_passes(graph, inputs, ONE), numbers, graph.output)


@settings(max_examples=150, deadline=None)
@given(matrix_programs, st.integers(0, 2))
def test_matrix_formulas_have_the_values_of_every_edge(program: Program, kept: int) -> None:
    graph = parse_graph(program.text, exact_inputs(program))
    numbers = forward_backward(graph, float_inputs(program), 1.0)
    inputs = symbols_for(program, set(list(program.inputs)[:kept]))
    check_every_edge(graph, named_passes(graph, inputs, ONE), numbers, graph.output)


@settings(max_examples=80, deadline=None)
@given(programs)
def test_closed_forms_equal_sympy_derivatives(program: Program) -> None:
    graph = parse_graph(program.text)
    function = program_in_sympy(program)
    floats = float_inputs(program)
    for name, gradient in closed_form_gradients(graph, symbols_for(program), ONE).items():
        truth = sympy.N(sympy.diff(function, sympy.Symbol(name, real=True)).subs(input_symbols(program)), 25)
        result = evaluate_printed(gradient, floats)
        assert result == pytest.approx(float(sympy.re(truth)), rel=1e-7, abs=1e-9)


def gradients(text: str, start: Any = ONE, wrt: tuple[str, ...] | None = None, **inputs: Any) -> dict[str, list[str]]:
    """Return the gradient of each input in the names of the graph, and in closed form."""
    graph = parse_graph(text, inputs)
    goal = graph.output if start is ONE else "L"
    passes, short = named_passes(graph, inputs, start, wrt, goal), closed_form_gradients(graph, inputs, start, wrt)
    return {
        name: [format_value(passes.gradients[graph.position[name]]), format_value(short[name])]
        for name in graph.inputs
        if passes.gradients[graph.position[name]] is not None
    }


def real(name: str) -> Sym:
    return Sym(name)


def positive(name: str) -> Sym:
    return Sym(name, domain="positive")


def matrix(name: str, rows: int, columns: int) -> MatrixExpr:
    return MatrixExpr(Sym(name), (rows, columns))


@pytest.mark.parametrize(
    ("text", "inputs", "told_as", "closed_as"),
    [
        ("y = 1/x", {"x": Sym("x", domain="nonzero")}, "−y²", "−1/x²"),
        ("y = sigmoid(x)", {"x": real("x")}, "y·(1 − y)", "σ(x)·(1 − σ(x))"),
        ("y = tanh(x)", {"x": real("x")}, "1 − y²", "1 − tanh(x)²"),
        ("y = exp(x)", {"x": real("x")}, "y", "e^x"),
        ("y = exp(2*x)", {"x": real("x")}, "2·y", "2e^(2·x)"),
        ("y = log(x)", {"x": positive("x")}, "1/x", "1/x"),
        ("y = sqrt(x)", {"x": positive("x")}, "1/(2·y)", "1/(2·sqrt(x))"),
        ("y = x^2", {"x": real("x")}, "2·x", "2·x"),
        ("y = sin(x^2)", {"x": real("x")}, "2·x·cos(x²)", "2·x·cos(x²)"),
        ("e1 = exp(-x); d = 1 + e1; y = 1/d", {"x": real("x")}, "y²·e1", "e^(−x)/(1 + e^(−x))²"),
        ("y = relu(x)", {"x": real("x")}, "sign(y)", "sign(relu(x))"),
        ("y = abs(x)", {"x": real("x")}, "sign(x)", "sign(x)"),
        ("y = relu(x) * abs(x) * sqrt(x^2)", {"x": positive("x")}, "3·x²", "3·x²"),
        ("y = x / x", {"x": Sym("x", domain="nonzero")}, "0", "0"),
        ("y = x * 0", {"x": real("x")}, "0", "0"),
        ("f = sum(X)", {"X": matrix("X", 2, 3)}, "ones(2, 3)", "ones(2, 3)"),
        ("f = mean(X * X)", {"X": matrix("X", 2, 3)}, "X/3", "X/3"),
    ],
)
def test_a_gradient_uses_the_output_and_a_closed_form_the_input(
    text: str, inputs: dict[str, Any], told_as: str, closed_as: str
) -> None:
    (result,) = gradients(text, **inputs).values()
    assert result == [told_as, closed_as]


def test_matrices_are_written_by_their_names() -> None:
    result = gradients("S = sigmoid(X @ W); f = sum(S)", X=matrix("X", 3, 3), W=matrix("W", 3, 2))
    assert result["X"] == ["(S·(1 − S)) @ Wᵀ", "(σ(X @ W)·(1 − σ(X @ W))) @ Wᵀ"]
    assert result["W"] == ["Xᵀ @ (S·(1 − S))", "Xᵀ @ (σ(X @ W)·(1 − σ(X @ W)))"]


def test_a_matrix_of_numbers_beside_a_symbol_is_written_by_its_name() -> None:
    weights = ops.make_matrix(((number(1), number(2)), (number(3), number(4))))
    result = gradients("f = sum(X @ W + b)", X=matrix("X", 1, 2), W=weights, b=real("b"))
    assert result["X"][0] == "sum(Wᵀ, 0)"
    assert result["W"][0] == "Xᵀ @ ones(1, 2)"
    assert result["b"][0] == "2"


def test_a_symbolic_start_is_a_factor_of_every_gradient() -> None:
    assert gradients("z = x*y", Sym("dL/dz"), x=number(2), y=number(3)) == {
        "x": ["3·∂L/∂z", "3·∂L/∂z"],
        "y": ["2·∂L/∂z", "2·∂L/∂z"],
    }
    assert gradients("y = exp(x)", Sym("dL/dy"), x=number(2))["x"][0] == "e²·∂L/∂y"
    assert gradients("y = 1/x", Sym("dL/dy"), x=real("x"))["x"] == ["−∂L/∂y·y²", "−∂L/∂y/x²"]


def test_a_start_for_a_matrix_is_a_matrix() -> None:
    result = gradients("Z = X @ W", Sym("dL/dZ"), X=matrix("X", 2, 3), W=matrix("W", 3, 2))
    assert result["X"][0] == "∂L/∂Z @ Wᵀ"
    assert result["W"][0] == "Xᵀ @ ∂L/∂Z"


def test_inputs_that_are_not_requested_have_no_gradient() -> None:
    assert list(gradients("z = x*y", wrt=("y",), x=real("x"), y=real("y"))) == ["y"]


def test_a_missing_value_names_the_node() -> None:
    graph = parse_graph("z = (1/x) * y")
    with pytest.raises(NonFiniteError, match=r"\(1/x\) divides by zero"):
        named_passes(graph, {"x": number(0), "y": real("y")}, ONE)


def test_long_graphs_are_written_in_parts() -> None:
    """Written out, the gradient of x would have 2^40 parts."""
    text = "; ".join(["t0 = x + y", *(f"t{i} = t{i - 1} * (t{i - 1} + y)" for i in range(1, 40))])
    graph = parse_graph(text)
    inputs = {"x": real("x"), "y": real("y")}
    passes = named_passes(graph, inputs, ONE)
    assert max(len(format_value(edge.gradient)) for edge in passes.edges.values()) < 400
    assert closed_form_gradients(graph, inputs, ONE) == {}
    assert all(expr_of(value) is not None for value in passes.gradients)
