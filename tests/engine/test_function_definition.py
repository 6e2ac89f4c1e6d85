"""Custom functions as nodes: their rules, their use, and invalid definitions."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.parsed_values import custom_functions, exact_values
from tests.support.random_programs import exact_inputs, float_inputs, random_scalar_program
from tutor.algebra import ops
from tutor.algebra.balls import nearest_float
from tutor.algebra.errors import AlgebraError
from tutor.algebra.evaluate import evaluate
from tutor.algebra.expr import ONE, Sym, number
from tutor.algebra.matrix_expr import MatrixExpr
from tutor.algebra.parser import parse
from tutor.algebra.printing import format_expr, format_value
from tutor.engine.builder import parse_graph
from tutor.engine.function_definition import MAX_INPUTS, parse_definition
from tutor.engine.operation import EdgeContext
from tutor.engine.passes import NonFiniteError, forward, forward_backward

if TYPE_CHECKING:
    from collections.abc import Callable


def in_floats(value: Any) -> Any:
    return ops.map_cells(lambda cell: cell if isinstance(cell, float) else nearest_float(cell), value)


SWISH = "swish(x) = x * sigmoid(x)"
LEAKY = "leaky(x, a) = max(x, a * x)"


def _sigma(x: Any) -> Any:
    return 1 / (1 + sympy.exp(-x))


FUNCTIONS: list[tuple[list[str], Callable[..., Any]]] = [
    ([SWISH], lambda x: x * _sigma(x)),
    (["tanh_gelu(x) = x * (1 + tanh(0.8 * (x + 0.04*x^3))) / 2"],
     lambda x: x * (1 + sympy.tanh(sympy.Rational(4, 5) * (x + x**3 / 25))) / 2),
    (["f(x, y) = y / x"], lambda x, y: y / x),
    (["f(x, y) = t = x * y; u = t + x; u * t - log(u)"],
     lambda x, y: (x * y + x) * x * y - sympy.log(x * y + x)),
    (["bell(x, m, s) = exp(-((x - m) / s)^2 / 2) / (s * sqrt(2 * pi))"],
     lambda x, m, s: sympy.exp(-(((x - m) / s) ** 2) / 2) / (s * sympy.sqrt(2 * sympy.pi))),
    ([SWISH, "twice(x, y) = swish(swish(x) + y) - swish(2)"],
     lambda x, y: (lambda f: f(f(x) + y) - f(2))(lambda v: v * _sigma(v))),
    (["power(x, n) = x ^ n"], lambda x, n: x**n),
]  # fmt: skip


@pytest.mark.parametrize(("texts", "meaning"), FUNCTIONS, ids=[texts[-1] for texts, _ in FUNCTIONS])
def test_the_rule_of_a_custom_node_equals_sympys_derivative(texts: list[str], meaning: Callable[..., Any]) -> None:
    own = custom_functions(*texts)
    definition = list(own.values())[-1]
    operation = definition.operation_for([None] * len(definition.inputs), 0)
    letters = sympy.symbols(" ".join(definition.inputs), real=True, seq=True)
    point = [Fraction(7, 4), Fraction(2, 3), Fraction(5, 2)][: len(letters)]
    bindings = dict(zip(letters, (sympy.Rational(v.numerator, v.denominator) for v in point), strict=True))
    floats, trees = [float(v) for v in point], [number(v) for v in point]
    cells = [np.full((2, 3), v) for v in floats]
    for slot, letter in enumerate(letters):
        truth = float(sympy.N(sympy.diff(meaning(*letters), letter).subs(bindings), 30))
        z = operation.forward(*floats)
        assert z == pytest.approx(float(sympy.N(meaning(*letters).subs(bindings), 30)), rel=1e-12)
        assert operation.rules_for(z)[slot](z, *floats) == pytest.approx(truth, rel=1e-10)
        assert nearest_float(operation.derivative[slot](operation.forward(*trees), *trees)) == pytest.approx(
            truth, rel=1e-14
        )
        assert np.allclose(operation.rules_for(cells[0])[slot](operation.forward(*cells), *cells), truth)
        # The rule on symbols, evaluated afterwards.
        symbols = [Sym(name) for name in definition.inputs]
        formula = operation.derivative[slot](operation.forward(*symbols), *symbols)
        by_name = dict(zip(definition.inputs, trees, strict=True))
        assert nearest_float(evaluate(formula, by_name)) == pytest.approx(truth, rel=1e-14)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**9).map(lambda seed: random_scalar_program(random.Random(seed))))
def test_any_formula_is_one_node(program: Any) -> None:
    names = list(program.inputs)
    own = custom_functions(f"whole({', '.join(names)}) = {program.text}")
    graph = parse_graph(f"z = whole({', '.join(names)}) * 3", exact_inputs(program), own)
    assert [node.id for node in graph.nodes if not node.is_input] == ["whole1", "mul1"]
    inputs = float_inputs(program)
    passes = forward_backward(graph, inputs, 2.0)
    for name, value in inputs.items():
        step = 1e-6 * max(1.0, abs(value))
        above, below = (forward(graph, {**inputs, name: value + way * step})[-1] for way in (1, -1))
        slack = 1e-3 + 1e-8 * abs(passes.values[-1]) / step
        assert passes.gradients[graph.position[name]] / 2 == pytest.approx(
            (above - below) / 2 / step, rel=2e-3, abs=slack
        )
    parts = parse_graph(program.text, exact_inputs(program))
    apart = forward_backward(parts, inputs, 6.0)
    for name in names:
        truth = apart.gradients[parts.position[name]]
        assert passes.gradients[graph.position[name]] == pytest.approx(truth, rel=1e-9, abs=1e-9)


def test_a_custom_layer_backpropagates_through_its_product_and_its_broadcast_row() -> None:
    inputs = exact_values(X="[[1, 2], [3, 4], [5, 6]]", W="[[1, 0, 2], [3, 1, 1]]", b="[[1, 2, 3]]")
    own = custom_functions("layer(x, w, b) = sigmoid((x @ w + b) / 10)")
    one = parse_graph("f = sum(layer(X, W, b))", inputs, own)
    parts = parse_graph("f = sum(sigmoid((X @ W + b) / 10))", inputs)
    floats = {name: in_floats(value) for name, value in inputs.items()}
    for known, start in ((floats, 2.0), (inputs, number(2))):
        whole, split = forward_backward(one, known, start), forward_backward(parts, known, start)
        for name in inputs:
            gradient = in_floats(whole.gradients[one.position[name]])
            assert np.allclose(gradient, in_floats(split.gradients[parts.position[name]]), rtol=1e-13)
    layer = one.nodes[one.position["layer1"]].operation
    assert not layer.derivative
    symbols = [MatrixExpr(Sym(name), inputs[name].shape) for name in inputs]
    z = layer.forward(*symbols)
    back = layer.vjp[1](MatrixExpr(Sym("U"), (3, 3)), z, *symbols)
    known = {**inputs, "U": evaluate(parse("[[1, 2, 0], [0, 1, 5], [2, 2, 2]]"), {})}
    upstream = layer.vjp[1](known["U"], layer.forward(*inputs.values()), *inputs.values())
    assert np.allclose(in_floats(evaluate(back.expr, known)), in_floats(upstream), rtol=1e-13)


def test_a_custom_node_takes_a_batch() -> None:
    own = custom_functions("f(x, y) = t = x * y; t * sigmoid(t) + x")
    graph = parse_graph("z = f(x, y) * x", definitions=own)
    x, y = np.array([0.5, -1.25, 3.0]), np.array([2.0, 0.75, -0.5])
    batch = forward_backward(graph, {"x": x, "y": y}, 1.0)
    for i in range(3):
        alone = forward_backward(graph, {"x": float(x[i]), "y": float(y[i])}, 1.0)
        assert [g[i] for g in batch.gradients[:2]] == pytest.approx([alone.gradients[0], alone.gradients[1]], rel=1e-14)


def test_the_rule_uses_the_output_if_possible() -> None:
    own = custom_functions("sig(x) = 1 / (1 + exp(-x))")
    slope = own["sig"].operation_for([None], 0).derivative[0](Sym("y"), Sym("x"))
    assert format_expr(slope) == "−y²·e^(−x)·(−1)"


def test_exact_values_stay_exact() -> None:
    graph = parse_graph("y = swish(x)", definitions=custom_functions(SWISH))
    passes = forward_backward(graph, exact_values(x="log(3)"), ONE)
    assert [format_expr(value) for value in (passes.values[1], passes.gradients[0])] == [
        "log(3)·0.75",
        "0.75 + log(3)·0.1875",
    ]


@pytest.mark.parametrize(
    ("text", "ids", "signs", "value", "gradient"),
    [
        ("y = swish(x + 1) * swish(x)", ["add1", "swish1", "swish2", "mul1"], ["+1", "swish", "swish", "×"], None, None),
        ("y = leaky(x, 0.1) * 2", ["leaky1", "mul1"], ["leaky(·, 0.1)", "×2"], "−0.6", "0.2"),
        ("y = leaky(2, x)", ["leaky1"], ["leaky(2, ·)"], "2", "0"),
        ("y = swish(0) + x * leaky(-4, 1/2)", ["mul1", "add1"], ["×(−2)", "+0"], "6", "−2"),
        ("y = leaky(x, x)", ["leaky1"], ["leaky"], "9", "−6"),
        ("swish1 = x + 1; y = swish(swish1) * 0 + x", ["swish1", "swish2", "mul1", "add1"],
         ["+1", "swish", "×0", "+"], "−3", "1"),
    ],
)  # fmt: skip
def test_uses_of_custom_nodes(
    text: str, ids: list[str], signs: list[str], value: str | None, gradient: str | None
) -> None:
    graph = parse_graph(text, definitions=custom_functions(SWISH, LEAKY))
    nodes = [node for node in graph.nodes if not node.is_input]
    assert [node.id for node in nodes] == ids
    assert [node.symbol for node in nodes] == signs
    passes = forward_backward(graph, exact_values(x="-3"), ONE)
    if value:
        assert (format_value(passes.values[graph.output_position]), format_value(passes.gradients[0])) == (
            value,
            gradient,
        )


def test_a_constant_matrix_becomes_part_of_the_node() -> None:
    own = custom_functions("shifted(x, m) = exp(x - m) * m", "sums(x, m) = sum(x @ m)")
    inputs = exact_values(X="[[1, 2]]")
    graph = parse_graph("f = sum(shifted(X, [[1, 2]])) + sums(X, [[3], [4]])", inputs, own)
    assert [node.symbol for node in graph.nodes] == ["X", "shifted(·, […])", "Σ", "sums(·, […])", "+"]
    passes = forward_backward(graph, inputs, ONE)
    assert (format_value(passes.values[graph.output_position]), format_value(passes.gradients[0])) == ("14", "[[4, 6]]")


def test_a_custom_function_of_numbers_is_a_number() -> None:
    graph = parse_graph("k = swish(2); z = x * [[1, 2]] * k", exact_values(x="[[1, 1]]"), custom_functions(SWISH))
    assert format_value(graph.nodes[graph.output_position].const) == "1.762"


def test_functions_that_end_in_a_digit_have_distinct_ids() -> None:
    graph = parse_graph("z = f1(x) * f(x)", definitions=custom_functions("f(x) = x^2", "f1(x) = x^3"))
    assert [node.id for node in graph.nodes] == ["x", "f1_1", "f1", "mul1"]


def test_the_mistakes_at_a_custom_node_are_single_paths_and_the_last_step() -> None:
    swish = custom_functions(SWISH)["swish"].operation_for([None], 0)
    spot = EdgeContext(2.0, swish.forward(1.5), (1.5,), 0, None)
    sigma = 1 / (1 + np.exp(-1.5))
    mistakes = sorted((mistake.id, mistake.rule(spot)) for mistake in swish.mistakes)
    assert [name for name, _ in mistakes] == ["one-path", "one-path"]
    assert [value for _, value in mistakes] == pytest.approx([2 * 1.5 * sigma * (1 - sigma), 2 * sigma])
    chain = custom_functions("f(x) = log(1 + x^2)")["f"].operation_for([None], 0)
    (mistake,) = chain.mistakes
    assert mistake.id == "last-step"
    assert mistake.rule(EdgeContext(3.0, chain.forward(2.0), (2.0,), 0, None)) == pytest.approx(3 / 5)
    inner = custom_functions("f(x, y) = t = exp(x); t / (t + y)")["f"].operation_for([None, None], 0)
    assert [(mistake.id, mistake.slots) for mistake in inner.mistakes] == [("one-path", (0,))] * 2


@pytest.mark.parametrize(
    ("text", "at", "problem"),
    [
        ("", 0, "Define a custom node like this: swish(x) = x * sigmoid(x)."),
        ("swish = x", 6, "Define a custom node like this: swish(x) = x * sigmoid(x)."),
        ("f() = 3", 2, "Define a custom node like this: swish(x) = x * sigmoid(x)."),
        ("f(x", 3, "Define a custom node like this: swish(x) = x * sigmoid(x)."),
        ("f(x,) = x", 4, "Define a custom node like this: swish(x) = x * sigmoid(x)."),
        ("f(x) x", 5, "Define a custom node like this: swish(x) = x * sigmoid(x)."),
        ("f(2) = 3", 2, "Define a custom node like this: swish(x) = x * sigmoid(x)."),
        ("f(x) = ", 7, "There is no formula. Write one, such as z = (a + b) * c."),
        ("sin(x) = x + 1", 0, "sin is a built-in function. Choose another name for yours."),
        ("add(x) = x + 1", 0, "add is a built-in function. Choose another name for yours."),
        ("up(x) = x + 1", 0, "“up” already has a meaning here. Choose another name."),
        ("mul1(x) = x + 1", 0, "“mul1” already has a meaning here. Choose another name."),
        ("q(x) = x + 1", 0, "“q” already has a meaning here. Choose another name."),
        ("f'(x) = x + 1", 0, "“f'” is not a valid function name. Use one word of letters and digits."),
        ("old(x) = x + 1", 0, "“old” is defined twice. Give the second value another name."),
        ("f(x, x) = x + 1", 5, "The input “x” appears twice here. Remove one."),
        ("f(x, pi) = x + pi", 5, "“pi” already has a meaning here. Choose another name."),
        ("f(x, old) = x + 1", 5, "“old” already has a meaning here. Choose another name."),
        ("f(a, b, c, d, g, h, k, m, n) = a", 26, "f has more than 8 inputs. Split it into smaller functions."),
        ("f(x, y) = x + 1", 5, "The formula does not use the input “y”. Use it or remove it."),
        ("f(x, y) = y = x + 1; y * 2", 5, "The formula does not use the input “y”. Use it or remove it."),
        ("f(x) = x + y", 11, "Unknown name “y”. The formula of f can use its inputs x."),
        ("f(x) = 1 + f(x)", 11, "The definition of “f” uses “f” itself and would never end. Remove it there."),
        ("f(x) = next(x)", 7, "“next” is defined later. Move its definition before this one."),
        ("f(x) = x", 7, "The last equation computes nothing. Give it an operation, such as z = x + y."),
        ("f(x) = x + up", 11, "“up” already has a meaning here. Choose another name."),
        ("f(x) = (x + 1", 7, "This “(” is never closed. Add a “)”."),
        ("f(x) = x * (1/0)", 13, "This divides by zero, so it has no value."),
        ("f(x) = old(x, 2)", 7, "old takes one value: write old(a)."),
        ("f(x) = pair(x)", 7, "pair takes 2 values: write pair(a, b)."),
        ("f(x) = t = x + 1; x * 2", 7, "A graph has one output, but nothing uses “t”. Use it or delete it."),
        ("f(x) = $x", 7, "“$” can't be used here. Delete it or write it another way."),
    ],
)  # fmt: skip
def test_an_invalid_definition_is_rejected_at_its_fault(text: str, at: int, problem: str) -> None:
    own = custom_functions("old(x) = x ^ 2", "pair(a, b) = a * b")
    with pytest.raises(AlgebraError) as caught:
        parse_definition(text, own, later_names=["next"])
    assert (str(caught.value), caught.value.position) == (problem, at)


def test_the_largest_number_of_inputs() -> None:
    names = [f"x{'abcdefgh'[i]}" for i in range(MAX_INPUTS)]
    own = custom_functions(f"all({', '.join(names)}) = {' * '.join(names)}")
    graph = parse_graph(f"z = all({', '.join(names)})", definitions=own)
    passes = forward_backward(graph, {name: float(i + 1) for i, name in enumerate(names)}, 1.0)
    assert passes.gradients[:MAX_INPUTS] == pytest.approx([40320 / (i + 1) for i in range(MAX_INPUTS)])


@pytest.mark.parametrize(
    ("text", "at", "problem"),
    [
        ("z = 2 * prod(X, Y)", 8, "In prod: 1×2 @ 1×2 doesn't fit: the inner sizes 2 and 1 differ."),
        ("z = 2 * prod(X, 3)", 8, "In prod: @ multiplies two matrices. For a number, write *."),
        ("z = X * inverse(0)", 8, "In inverse: This divides by zero, so it has no value."),
        ("z = X * prod(1/0, Y)", 14, "This divides by zero, so it has no value."),
        ("z = prod(X)", 4, "prod takes 2 values: write prod(a, b)."),
        ("z = prod * X", 4, "prod needs brackets: write prod(…)."),
        ("prod = X * 2; z = prod * X", 0, "“prod” already has a meaning here. Choose another name."),
    ],
)
def test_a_wrong_use_is_rejected_at_its_offset(text: str, at: int, problem: str) -> None:
    own = custom_functions("prod(x, w) = x @ w", "inverse(x) = 1 / x")
    inputs = exact_values(X="[[1, 2]]") | (exact_values(Y="[[1, 2]]") if "Y" in text else {})
    with pytest.raises(AlgebraError) as caught:
        parse_graph(text, inputs, own)
    assert (str(caught.value), caught.value.position) == (problem, at)


def test_a_missing_value_names_the_custom_node() -> None:
    graph = parse_graph("z = 2 * f(x)", definitions=custom_functions("f(x) = log(x - 3)"))
    with pytest.raises(NonFiniteError, match="The value of f\\(x\\) is not a real number"):
        forward_backward(graph, {"x": 1.0}, 1.0)


def test_nested_definitions_are_bounded_like_a_graph() -> None:
    texts = ["f0(x) = x + x"] + [f"f{i}(x) = f{i - 1}(f{i - 1}(x))" for i in range(1, 40)]
    with pytest.raises(AlgebraError, match="more than 2000 nodes"):
        custom_functions(*texts)
    fine = custom_functions(*texts[:9])
    with pytest.raises(
        AlgebraError, match="Together with the nodes inside f8, this has more than 2000 nodes"
    ) as caught:
        parse_graph("z = x * f8(1)" + " + f8(x)" * 9, definitions=fine)
    # Each of them is 256 sums; the first seven fit.
    assert caught.value.position == len("z = x * f8(1)" + " + f8(x)" * 6 + " + ")


def test_the_depth_of_nested_definitions_is_bounded() -> None:
    texts = ["f0(x) = x + 1"] + [f"f{i}(x) = f{i - 1}(x) + 1" for i in range(1, 200)]
    with pytest.raises(AlgebraError, match="more than 20 levels deep"):
        custom_functions(*texts)


def test_a_graph_may_use_the_name_of_a_later_function_for_something_else() -> None:
    """Graphs that were written before erf, silu and gelu were built in keep their meaning."""
    text = "t = silu(x) + erf * gelu1; z = silu(t) + gelu"
    graph = parse_graph(text, definitions=custom_functions("silu(x) = x * x"))
    passes = forward_backward(graph, {"x": 3.0, "erf": 2.0, "gelu1": 5.0, "gelu": 1.0}, 1.0)
    assert [node.id for node in graph.nodes if not node.is_input] == ["silu1", "mul1", "t", "silu2", "add1"]
    assert passes.values[graph.output_position] == 19**2 + 1
    assert passes.gradients[graph.position["x"]] == 2 * 19 * 2 * 3


@pytest.mark.parametrize("name", ["erf", "silu", "gelu"])
def test_a_name_that_a_graph_may_use_is_the_function_in_front_of_brackets(name: str) -> None:
    graph = parse_graph(f"z = {name}({name}) + {name}1")
    assert [node.id for node in graph.nodes] == [name, f"{name}2", f"{name}1", "add1"]
