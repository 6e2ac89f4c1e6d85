"""Hessians and gradient graphs of random graphs, compared with SymPy's and with differences of gradients."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.example_count import num_examples
from tests.support.parsed_values import custom_functions
from tests.support.random_programs import (
    Program,
    exact_inputs,
    input_symbols,
    program_in_sympy,
    random_scalar_program,
)
from tutor.algebra.balls import nearest_float
from tutor.algebra.errors import AlgebraError
from tutor.algebra.evaluate import evaluate
from tutor.algebra.expr import ONE, Sym, number
from tutor.algebra.parser import parse_value
from tutor.algebra.printing import format_exact, format_expr
from tutor.engine.builder import parse_graph
from tutor.engine.gradient_graph import gradient_graph
from tutor.engine.hessian import hessian
from tutor.engine.operations import OPERATIONS
from tutor.engine.passes import NonFiniteError, forward_backward
from tutor.engine.standard_functions import with_standard_functions

if TYPE_CHECKING:
    from tutor.engine.graph import Graph
    from tutor.engine.hessian import Hessian

programs = st.integers(0, 10**9).map(lambda seed: random_scalar_program(random.Random(seed)))


def graph_of(text: str, *definitions: str) -> Graph:
    return parse_graph(text, {}, with_standard_functions(custom_functions(*definitions)))


def hessian_of(text: str, *definitions: str, **values: str) -> Hessian:
    graph = graph_of(text, *definitions)
    return hessian(graph, {name: evaluate(parse_value(value), {}) for name, value in values.items()}, graph.inputs)


def table(found: Hessian) -> list[list[float]]:
    return [[nearest_float(entry) for entry in row.entries] for row in found.rows]


def text_of_gradient(text: str, name: str, **values: str) -> str:
    graph = graph_of(text)
    inputs = {key: evaluate(parse_value(value), {}) for key, value in values.items()}
    gradient = gradient_graph(graph, name, inputs or {key: Sym(key) for key in graph.inputs})
    assert gradient.graph
    return gradient.graph.text


@settings(max_examples=num_examples(75), deadline=None)
@given(programs)
def test_hessians_are_those_of_sympy_and_symmetric(program: Program) -> None:
    graph, inputs = parse_graph(program.text), exact_inputs(program)
    entries = table(hessian(graph, inputs, graph.inputs))
    formula, point = program_in_sympy(program), input_symbols(program)
    for i, by in enumerate(graph.inputs):
        for j, then_by in enumerate(graph.inputs):
            second = sympy.diff(formula, sympy.Symbol(by, real=True), sympy.Symbol(then_by, real=True))
            truth = float(sympy.re(sympy.N(second.subs(point), 25)))
            assert entries[i][j] == pytest.approx(truth, rel=1e-8, abs=1e-9)
            assert entries[i][j] == pytest.approx(entries[j][i], rel=1e-12, abs=1e-300)


@settings(max_examples=num_examples(150), deadline=None)
@given(programs)
def test_the_graph_of_a_gradient_computes_the_gradient_and_is_its_text(program: Program) -> None:
    graph, inputs = parse_graph(program.text), exact_inputs(program)
    gradients = forward_backward(graph, inputs, ONE).gradients
    for name in graph.inputs:
        gradient = gradient_graph(graph, name, inputs)
        if gradient.graph is None:
            continue
        again = parse_graph(gradient.graph.text)
        assert [(node.id, node.op, node.args) for node in again.nodes] == [
            (node.id, node.op, node.args) for node in gradient.graph.nodes
        ]
        at = {other: inputs[other] for other in again.inputs}
        value = nearest_float(forward_backward(again, at, ONE).values[-1])
        assert value == pytest.approx(nearest_float(gradients[graph.position[name]]), rel=1e-12, abs=1e-12)


#: The definitions of the custom nodes of each call.
_CALLS: dict[str, tuple[str, ...]] = {
    "gelu(x)*y": (), "silu(x*y)": (), "erf(x - y)^2": (), "softplus(x*y)": (), "tanh(x)/y": (), "x^(7/3)*y^0.5": (),
    "x^y": (), "swish(x)*y": (), "mish(x*y)": (), "leaky_relu(x*y)*y": (), "elu(-x)*y": (), "huber(x, y)": (),
    "mse(x, y)*x": (), "clip(x*y, 0, 20)*x": (), "binary_cross_entropy(sigmoid(x), 1/y)": (),
    "binary_cross_entropy_with_logits(x, y)": (), "kl_div(x, y)": (), "log(sigmoid(x*y))": (), "abs(x - 3*y)*x": (),
    "bump(x, y)*y": ("bump(p, q) = t = exp(-p^2/2); t*q^3 + t",),
    "twice(x)*y": ("once(p) = p*sin(p)", "twice(p) = once(once(p))"),
}  # fmt: skip


@pytest.mark.parametrize("call", _CALLS)
def test_functions_and_custom_nodes_agree_with_differences_of_gradients(call: str) -> None:
    graph = graph_of(f"f = {call}", *_CALLS[call])
    point = {"x": 1.3, "y": 2.1}
    entries = table(hessian(graph, {name: number(str(value)) for name, value in point.items()}, ("x", "y")))
    step = 1e-5
    for column, name in enumerate(("x", "y")):
        above, below = (
            forward_backward(graph, {**point, name: point[name] + change}, 1.0).gradients for change in (step, -step)
        )
        for row, other in enumerate(("x", "y")):
            position = graph.position[other]
            difference = (above[position] - below[position]) / (2 * step)
            assert entries[row][column] == pytest.approx(difference, rel=1e-5, abs=1e-6)


def test_exact_inputs_have_exact_second_derivatives() -> None:
    found = hessian_of("f = exp(x)*y^3 + log(y)", x="2", y="3")
    assert [[format_exact(entry) for entry in row.entries] for row in found.rows] == [
        ["27e²", "27e²"],
        ["27e²", "18e² − 1/9"],
    ]
    assert [form and format_expr(form) for form in found.rows[0].closed_forms] == ["y³·e^x", "3·y²·e^x"]


@pytest.mark.parametrize(
    ("text", "name", "gradient"),
    [
        ("f = x^2*y", "x", "f_x = 2*y*x"),
        ("f = x^2*y", "y", "f_y = x^2"),
        # What is used twice is a step; steps with names keep them, and so do their gradients.
        ("f = exp(x*y)*sin(x)", "x", "v1 = e^(x*y); f_x = v1*cos(x) + v1*sin(x)*y"),
        (
            "q = x*w + b; L = (sigmoid(q) - y)^2",
            "w",
            "q = x*w + b; v1 = sigmoid(q); L_q = 2*(v1 - y)*v1*(1 - v1); L_w = L_q*x",
        ),
        ("δ = x*y; f = δ^2*y", "x", "δ = x*y; f_δ = 2*y*δ; f_x = f_δ*y"),
        # Signs go to the front, and a difference is written as one.
        ("f = x - y*cos(x)", "x", "f_x = 1 + y*sin(x)"),
        # The gradient of a gradient.
        ("f_x = 2*y*x^3", "y", "f_xy = 2*x^3"),
        # No name is taken twice.
        ("v1 = sin(x); f = v1*tanh(x*y)*tanh(x*y)", "y", None),
        ("f_x = x*y; f = sin(f_x)", "x", None),
        ("f' = x1*x'^2", "x'", "f_x' = 2*x1*x'"),
    ],
)
def test_a_gradient_is_written_as_a_person_would(text: str, name: str, gradient: str | None) -> None:
    written = text_of_gradient(text, name)
    assert gradient is None or written == gradient
    names = [equation.partition(" = ")[0] for equation in written.split("; ")]
    assert len(set(names)) == len(names)


def test_a_gradient_of_a_large_graph_has_no_limit_of_its_own() -> None:
    text = "; ".join(["t0 = sin(x)", *(f"t{n} = sin(t{n - 1})*x" for n in range(1, 100)), "f = t99*x"])
    found = hessian_of(text, x="1.2")
    graph, step = graph_of(text), 1e-6
    above, below = (forward_backward(graph, {"x": 1.2 + change}, 1.0).gradients[0] for change in (step, -step))
    assert table(found)[0][0] == pytest.approx((above - below) / (2 * step), rel=1e-5)
    assert found.rows[0].closed_forms == (None,)


def test_constant_gradients_and_inputs_as_gradients_have_rows_too() -> None:
    assert table(hessian_of("f = 3*x + y", x="1", y="2")) == [[0, 0], [0, 0]]
    assert table(hessian_of("f = x*y", x="1", y="2")) == [[0, 1], [1, 0]]
    assert table(hessian_of("f = x^2/2 + log(2)*y", x="5", y="2")) == [[1, 0], [0, 0]]


@pytest.mark.parametrize(
    ("text", "values", "kinks", "entries"),
    [
        ("f = relu(x)*x^2", {"x": "0"}, ("relu(x)",), [[0]]),
        ("f = relu(x)*x^2", {"x": "2"}, (), [[12]]),
        ("f = relu(x)*x^2", {"x": "-2"}, (), [[0]]),
        ("f = abs(x - 3)*y", {"x": "3", "y": "2"}, ("abs(x − 3)",), [[0, 0], [0, 0]]),
        ("f = abs(x - 3)*y", {"x": "2", "y": "2"}, (), [[0, -1], [-1, 0]]),
        ("f = max(x, y)*y", {"x": "2", "y": "2"}, ("max(x, y)",), [[0, 0.5], [0.5, 1]]),
        ("f = leaky_relu(x)*y", {"x": "0", "y": "2"}, ("leaky_relu(x)",), [[0, 0.01], [0.01, 0]]),
        # sqrt(2)² − 2 is exactly 0, and no float says so.
        ("f = relu(x^2 - 2)", {"x": "sqrt(2)"}, ("f",), [[0]]),
    ],
)
def test_at_a_kink_the_slope_counts_as_a_constant_and_is_reported(
    text: str, values: dict[str, str], kinks: tuple[str, ...], entries: list[list[float]]
) -> None:
    found = hessian_of(text, **values)
    assert found.kinks == kinks
    assert table(found) == entries


def test_every_operation_with_a_kink_says_where_it_is() -> None:
    for operation in OPERATIONS.values():
        # The kink of a choice is that of its condition, and functions of matrices have no Hessian.
        if operation.has_kink and not operation.vjp and operation.id != "where":
            assert operation.kink is not None, operation.id


@pytest.mark.parametrize(
    ("text", "x", "sentence"),
    [
        ("f = x^1.5", "0", "∂f/∂x has no derivative for these inputs: (x^0.5) has no derivative for these inputs."),
        ("f = x^2*sqrt(x - 1)", "1", "no "),
    ],
)
def test_a_pole_is_one_sentence(text: str, x: str, sentence: str) -> None:
    with pytest.raises(NonFiniteError) as error:
        hessian_of(text, x=x)
    assert sentence in str(error.value)


def test_symbols_stay_in_the_entries_but_not_at_a_kink() -> None:
    graph = graph_of("f = sin(x*y)*a")
    found = hessian(graph, {"x": Sym("x"), "y": Sym("y"), "a": number(3)}, ("x", "y"))
    assert format_expr(found.rows[1].entries[1]) == "−3·x²·sin(x·y)"
    with pytest.raises(AlgebraError, match="depends on the sign of x"):
        hessian(graph_of("f = abs(x)*x"), {"x": Sym("x")}, ("x",))
