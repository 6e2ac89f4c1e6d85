"""Ids of nodes and edges, and constants as parts of nodes."""

from __future__ import annotations

import pytest

from tutor.algebra.errors import AlgebraError
from tutor.algebra.evaluate import evaluate
from tutor.algebra.parser import parse
from tutor.algebra.printing import format_expr
from tutor.engine.builder import parse_graph


def ids(text: str, **matrices: str) -> list[str]:
    inputs = {name: evaluate(parse(value), {}) for name, value in matrices.items()}
    return [node.id for node in parse_graph(text, inputs).nodes if not node.is_input]


def edges(text: str) -> list[str]:
    return [edge.id for edge in parse_graph(text).edges]


@pytest.mark.parametrize(
    ("text", "nodes"),
    [
        ("z = (a + b) * c", ["add1", "mul1"]),
        ("z = a + b + c", ["add1", "add2"]),
        ("t = a + b; z = t * c", ["t", "mul1"]),
        ("t = a + b; u = t + c; z = u + (a + c)", ["t", "u", "add1", "add2"]),
        ("t = (a + b) + c; z = t * (a + 1)", ["add1", "t", "add2", "mul1"]),
        ("p = w * x; q = p + b; u = q - t; L = u ^ 2", ["p", "q", "u", "pow1"]),
        ("x + 1", ["add1"]),
        ("1 - x", ["sub1"]),
        ("2 * x", ["mul1"]),
        ("2 / x", ["div1"]),
        ("1 / x", ["inv1"]),
        ("a / b", ["div1"]),
        ("x ^ 2", ["pow1"]),
        ("2 ^ x", ["pow1"]),
        ("x ^ n", ["pow1"]),
        ("e ^ x", ["exp1"]),
        ("exp(x)", ["exp1"]),
        ("-x", ["neg1"]),
        ("log(x) + ln(y)", ["log1", "log2", "add1"]),
        ("sqrt(x) + sin(x) * cos(x)", ["sqrt1", "sin1", "cos1", "mul1", "add1"]),
        ("tanh(x) + relu(x) + softplus(x)", ["tanh1", "relu1", "add1", "softplus1", "add2"]),
        ("erf(x) * silu(y) - gelu(x)", ["erf1", "silu1", "mul1", "gelu1", "sub1"]),
        ("max(x, y) - min(abs(x), 2)", ["max1", "abs1", "min1", "sub1"]),
        ("mse(x, y)", ["mse1"]),
        ("1 / (1 + e^(-x))", ["neg1", "exp1", "add1", "inv1"]),
        ("k = 2; z = k * x", ["mul1"]),
        ("s = x; z = s * y", ["mul1"]),
    ],
)
def test_nodes_are_named_or_numbered(text: str, nodes: list[str]) -> None:
    assert ids(text) == nodes


def test_matrix_nodes_are_numbered_too() -> None:
    assert ids("f = sum(sigmoid(X @ W))", X="[[1, 2]]", W="[[1], [2]]") == ["matmul1", "sigmoid1", "sum1"]
    assert ids("L = cross_entropy(softmax(X.T), T)", X="[[1, 2]]", T="[[1], [0]]") == [
        *("transpose1", "softmax1", "cross_entropy1"),
    ]


def test_sums_along_any_axis_are_numbered_together() -> None:
    assert ids("f = sum(sum(X, 0)) + sum(sum(X, 1)) + mean(mean(X, 1))", X="[[1, 2], [3, 4]]") == [
        *("sum1", "sum2", "sum3", "sum4", "add1", "mean1", "mean2", "add2"),
    ]
    with pytest.raises(AlgebraError, match="for one result per column"):
        ids("f = sum(sum(X, 2))", X="[[1, 2]]")


@pytest.mark.parametrize(
    ("text", "nodes", "title"),
    [
        ("f = sum(X + b)", ["broadcast1", "add1", "sum1"], "(X + b)"),
        ("f = sum(b + X)", ["broadcast1", "add1", "sum1"], "(b + X)"),
        ("f = sum(X * x)", ["broadcast1", "mul1", "sum1"], "(X·x)"),
        ("f = sum(2 * X)", ["mul1", "sum1"], "(2·X)"),
        ("f = sum(max(X, 0))", ["max1", "sum1"], "max(X, 0)"),
        ("f = sum(b * [[1], [2]])", ["broadcast1", "mul1", "sum1"], "(b·[[1], [2]])"),
        ("f = sum(sum(X, 1) + b)", ["sum1", "broadcast1", "broadcast2", "add1", "sum2"], "(sum(X, 1) + b)"),
    ],
)
def test_a_small_operand_gets_a_broadcast_node(text: str, nodes: list[str], title: str) -> None:
    matrices = {"X": "[[1, 2, 3], [4, 5, 6]]", "b": "[[1, 2, 3]]"}
    exact = {name: evaluate(parse(value), {}) for name, value in matrices.items() if name in text.replace("sum", "")}
    graph = parse_graph(text, exact)
    assert [node.id for node in graph.nodes if not node.is_input] == nodes
    assert graph.label(graph.output_position - 1) == title
    repeats = [node for node in graph.nodes if node.op == "broadcast"]
    assert all(node.symbol == "broadcast" and node.args[1] is None for node in repeats)


def test_the_output_keeps_its_id_and_its_name_is_an_alias() -> None:
    graph = parse_graph("t = a + b; z = t * c")
    last = graph.nodes[graph.output_position]
    assert (last.id, last.name, graph.output) == ("mul1", "z", "z")
    assert graph.position["z"] == graph.position["mul1"] == graph.output_position
    assert graph.nodes[graph.position["t"]].id == graph.nodes[graph.position["t"]].name == "t"


def test_an_output_that_only_renames_a_step_is_rejected() -> None:
    with pytest.raises(AlgebraError, match="computes nothing"):
        parse_graph("t = a + b; z = t")


def test_edges_are_ordered_by_target_and_slot() -> None:
    assert edges("z = (a + b) * c") == ["a->add1", "b->add1", "add1->mul1", "c->mul1"]


def test_parallel_edges_have_their_slot_in_the_id() -> None:
    graph = parse_graph("z = x * x")
    assert [(edge.id, edge.slot) for edge in graph.edges] == [("x->mul1.0", 0), ("x->mul1.1", 1)]
    assert len(graph.outgoing_edges[0]) == 2


def test_a_repeated_name_is_a_branch_and_a_repeated_formula_two_nodes() -> None:
    assert edges("t = a + b; z = t * (t + a)").count("t->mul1") == 1
    assert ids("z = (a + b) * (a + b)") == ["add1", "add2", "mul1"]
    assert edges("z = (a + b) * (a + b)")[-2:] == ["add1->mul1", "add2->mul1"]


@pytest.mark.parametrize(
    ("text", "slot", "const", "sign"),
    [
        ("x + 1", 0, "1", "+1"),
        ("1 + x", 1, "1", "+1"),
        ("1 - x", 1, "1", "1−"),
        ("x - 1", 0, "1", "−1"),
        ("2 * x", 1, "2", "×2"),
        ("2 / x", 1, "2", "2÷"),
        ("x / (1/2)", 0, "0.5", "÷0.5"),
        ("x ^ -2", 0, "−2", "^(−2)"),
        ("2 ^ x", 1, "2", "2^"),
        ("x * (2 + 3) * 1", 0, "1", "×1"),
        ("max(x, 2)", 0, "2", "max(·, 2)"),
        ("min(-2, x)", 1, "−2", "min(·, −2)"),
        ("mse(1, x)", 1, "1", "MSE(1, ·)"),
    ],
)
def test_a_constant_is_part_of_its_node(text: str, slot: int, const: str, sign: str) -> None:
    graph = parse_graph(text)
    node, (edge,) = graph.nodes[-1], graph.incoming_edges[-1]
    assert (edge.slot, format_expr(node.const), node.symbol) == (slot, const, sign)
    assert "." not in edge.id


def test_a_named_constant_can_be_an_entry_of_a_matrix() -> None:
    x = evaluate(parse("[[1, 2]]"), {})
    graph = parse_graph("k = 2; f = sum(X * [[k, k + 1]])", {"X": x})
    assert [format_expr(cell) for cell in graph.nodes[1].const.ravel()] == ["2", "3"]


def test_inputs_come_in_the_order_of_the_formula() -> None:
    assert parse_graph("z = (b + a) * c").inputs == ("b", "a", "c")


def test_an_unnamed_output_gets_an_unused_name() -> None:
    assert parse_graph("x + y").output == "z"
    assert parse_graph("x + z").output == "f"
    taken = parse_graph("z + f + L + out")
    assert taken.output not in taken.inputs


def test_a_long_constant_in_a_label() -> None:
    graph = parse_graph("z = x + (" + "+".join(["1"] * 900) + ")")
    assert format_expr(graph.nodes[-1].const) == "900"
    assert graph.label(0) == "x"


@pytest.mark.parametrize(
    ("text", "at", "word"),
    [
        ("", 0, "no formula"),
        (" ; ;", 0, "no formula"),
        ("z = 2 + 3", 0, "does not depend on an input"),
        ("z = x", 0, "computes nothing"),
        ("t = a + b; c * 2; z = t", 11, "has no name"),
        ("t = a + b; t = a * b; z = t * a", 0, "nothing uses “t”"),
        ("u = t + 1; t = a + 1; z = u * t", 11, "before it is defined"),
        ("t = a + b; z = a * b", 0, "nothing uses “t”"),
        ("up = a + b; z = up * c", 0, "already has a meaning"),
        ("z = up * c", 4, "already has a meaning"),
        ("add1 = a + b; z = add1 * c", 0, "already has a meaning"),
        ("z = q1 + 1", 4, "already has a meaning"),
        ("z = (a + b", 4, "never closed"),
        ("z = a + b)", 9, "closes nothing"),
        ("z = sign(x)", 0, "This output has no derivative"),
        ("z = softmax(a)", 4, "needs a matrix"),
        ("z = cross_entropy(a, b)", 4, "needs a matrix"),
        ("z = a.T", 5, "needs a matrix"),
        ("z = a * (1/0)", 10, "divides by zero"),
        ("z = a @ b", 6, "two matrices"),
        ("z = sum(a)", 4, "this is a number"),
        ("z = a = b", 6, "="),
    ],
)
def test_an_invalid_graph_gives_the_offset_and_the_reason(text: str, at: int, word: str) -> None:
    with pytest.raises(AlgebraError) as caught:
        parse_graph(text)
    assert (word in str(caught.value), caught.value.position) == (True, at)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("f = sum(X @ X)", "2×3 @ 2×3"),
        ("f = sum(X + W)", "2×3 and 3×2"),
        ("f = mse(X, x)", "2×3 and 1"),
        ("f = mse(X, W)", "2×3 and 3×2"),
        ("f = cross_entropy(X, W)", "2×3 and 3×2"),
        ("f = sum(max(X, W))", "2×3 and 3×2"),
    ],
)
def test_shapes_that_do_not_fit_are_rejected(text: str, word: str) -> None:
    matrices = {"X": "[[1, 2, 3], [4, 5, 6]]", "W": "[[1, 2], [3, 4], [5, 6]]"}
    inputs = {name: evaluate(parse(value), {}) for name, value in matrices.items() if name in text}
    with pytest.raises(AlgebraError, match=word):
        parse_graph(text, inputs)


def test_an_unused_input_is_named() -> None:
    with pytest.raises(AlgebraError, match="does not use the input “b”"):
        parse_graph("z = a + 1", {"a": parse("1"), "b": parse("2")})
