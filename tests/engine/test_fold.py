"""Folding and unfolding: other nodes keep their values, and unfolding restores the graph."""

from __future__ import annotations

import random
import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.support.parsed_values import exact_values
from tests.support.random_programs import exact_inputs, random_matrix_program, random_scalar_program
from tutor.algebra import ops
from tutor.algebra.balls import nearest_float
from tutor.algebra.errors import AlgebraError
from tutor.algebra.evaluate import evaluate
from tutor.algebra.expr import ONE, Sym
from tutor.algebra.parser import parse
from tutor.algebra.printing import format_expr, format_value
from tutor.drawing.from_problem import boxes_of
from tutor.drawing.layout import draw
from tutor.drawing.render_text import render_text
from tutor.engine.builder import parse_graph
from tutor.engine.fold import fold, unfold
from tutor.engine.function_definition import FunctionDefinition, parse_definition
from tutor.engine.graph import Graph
from tutor.engine.operations import OPERATIONS
from tutor.engine.passes import NonFiniteError, Passes, forward_backward
from tutor.grading.problem import Problem

if TYPE_CHECKING:
    from tutor.engine.graph import Graph

seeds = st.integers(0, 10**9)


def as_floats(inputs: dict[str, Any]) -> dict[str, Any]:
    return {name: ops.map_cells(nearest_float, value) for name, value in inputs.items()}


def random_graph(rng: random.Random) -> tuple[Graph, dict[str, Any]]:
    """Return a random graph, with matrices or without, and its exact inputs."""
    program = random_scalar_program(rng, 9) if rng.random() < 0.5 else random_matrix_program(rng)
    return parse_graph(program.text, exact_inputs(program)), exact_inputs(program)


def random_group(rng: random.Random, graph: Graph) -> list[str]:
    """Return nodes with a single exit: one node, and some nodes whose paths all lead through it."""
    operations = [i for i, node in enumerate(graph.nodes) if not node.is_input]
    group = {rng.choice(operations)}
    for _ in range(rng.randint(0, len(operations))):
        next_ones = [
            i for i in operations if i not in group and i != graph.output_position and _into(graph, i) <= group
        ]
        if not next_ones:
            break
        group.add(rng.choice(next_ones))
    return [graph.nodes[i].id for i in group]


def _into(graph: Graph, position: int) -> set[int]:
    return {edge.target for edge in graph.outgoing_edges[position]}


def is_same(a: Any, b: Any, rel: float) -> bool:
    """Return whether two values are close, or neither can be computed (a difference of equal logarithms)."""
    a, b = (ops.map_cells(lambda c: c if isinstance(c, float) else nearest_float(c), value) for value in (a, b))
    size = max(float(np.max(np.abs(np.nan_to_num(a)))), 1.0)
    return ops.shape_of(a) == ops.shape_of(b) and bool(np.allclose(a, b, rtol=rel, atol=rel * size, equal_nan=True))


def check_outside(before: Passes, after: Passes, rel: float) -> None:
    """Check that every node and edge that is in both graphs has the same values."""
    old = {edge.id: edge for edge in before.graph.edges}
    for node in after.graph.nodes:
        i, j = before.graph.position.get(node.id), after.graph.position[node.id]
        if i is not None:
            assert is_same(before.values[i], after.values[j], rel)
            assert is_same(before.gradients[i], after.gradients[j], rel)
    for edge in after.graph.edges:
        known = old.get(edge.id)
        if known and before.graph.nodes[known.target].op == after.graph.nodes[edge.target].op:
            edge_before, edge_after = before.edges[known.target, known.slot], after.edges[edge.target, edge.slot]
            assert is_same(edge_before.upstream, edge_after.upstream, rel)
            assert is_same(edge_before.gradient, edge_after.gradient, rel)


def float_and_exact_passes(graph: Graph, inputs: dict[str, Any]) -> list[tuple[Passes, float]]:
    """Return both passes in floats and exactly, each with its relative tolerance."""
    return [(forward_backward(graph, as_floats(inputs), 2.0), 1e-9), (forward_backward(graph, inputs, ONE), 1e-13)]


def boxes_picture(graph: Graph, inputs: dict[str, Any]) -> str:
    return "\n".join(render_text(draw(boxes_of(Problem(graph, inputs))), {}))


def outline(graph: Graph) -> list[tuple[Any, ...]]:
    titles = [graph.label(i) for i in range(len(graph.nodes))]
    return [
        (node.id, node.name, node.symbol, node.args, node.shape, title)
        for node, title in zip(graph.nodes, titles, strict=True)
    ]


@settings(max_examples=120, deadline=None)
@given(seeds)
def test_folding_keeps_other_values_and_unfolding_restores_the_graph(seed: int) -> None:
    rng = random.Random(seed)
    graph, inputs = random_graph(rng)
    group = random_group(rng, graph)
    folded = fold(graph, group, "group")
    exit_node = next(one for one in group if one in folded.position)
    assert len(folded.nodes) == len(graph.nodes) - len(group) + 1
    assert folded.nodes[folded.position[exit_node]].symbol == "group"
    assert (folded.inputs, folded.output, folded.text) == (graph.inputs, graph.output, graph.text)
    for (before, rel), (after, _) in zip(
        float_and_exact_passes(graph, inputs), float_and_exact_passes(folded, inputs), strict=True
    ):
        check_outside(before, after, rel)
    opened = unfold(folded, exit_node)
    assert outline(opened) == outline(graph)
    assert [format_expr(node.formula) for node in opened.nodes] == [format_expr(node.formula) for node in graph.nodes]


@settings(max_examples=60, deadline=None)
@given(seeds)
def test_nested_groups_unfold_in_any_order(seed: int) -> None:
    rng = random.Random(seed)
    graph, inputs = random_graph(rng)
    folded, before = graph, forward_backward(graph, as_floats(inputs), 2.0)
    for number in range(rng.randint(2, 5)):
        folded = fold(folded, random_group(rng, folded), f"group{number}")
        check_outside(before, forward_backward(folded, as_floats(inputs), 2.0), 1e-9)
    while composites := [node.id for node in folded.nodes if node.custom_operation]:
        folded = unfold(folded, rng.choice(composites))
        check_outside(before, forward_backward(folded, as_floats(inputs), 2.0), 1e-9)
    assert outline(folded) == outline(graph)
    assert boxes_picture(folded, inputs) == boxes_picture(graph, inputs)


@settings(max_examples=40, deadline=None)
@given(seeds)
def test_a_whole_graph_folds_into_one_node(seed: int) -> None:
    graph, inputs = random_graph(random.Random(seed))
    folded = fold(graph, [node.id for node in graph.nodes if not node.is_input], "all")
    assert [node.id for node in folded.nodes] == [*graph.inputs, graph.nodes[graph.output_position].id]
    check_outside(
        forward_backward(graph, as_floats(inputs), 2.0), forward_backward(folded, as_floats(inputs), 2.0), 1e-9
    )


@settings(max_examples=120, deadline=None)
@given(seeds)
def test_unfolding_a_built_in_node_keeps_other_values(seed: int) -> None:
    rng = random.Random(seed)
    graph, inputs = random_graph(rng)
    opened = graph
    for _ in range(rng.randint(1, 6)):
        try:
            opened = unfold(opened, rng.choice([node.id for node in opened.nodes if not node.is_input]))
        except AlgebraError as error:
            assert "can't be unfolded" in str(error)
    assume(len(opened.nodes) > len(graph.nodes))
    assert len({node.id for node in opened.nodes}) == len(opened.nodes)
    assert {node.id for node in graph.nodes} <= {node.id for node in opened.nodes}
    before = forward_backward(graph, as_floats(inputs), 2.0)
    try:
        after = forward_backward(opened, as_floats(inputs), 2.0)
    except NonFiniteError:
        # Only as one node do 0·log 0 and a square root at 0 have a value and a slope.
        assume(False)
    check_outside(before, after, 1e-6)


PARTS = [
    ("z = x - y", "sub1", ["neg1"], []),
    ("z = -x", "neg1", [], ["×(−1)"]),
    ("z = x / y", "div1", ["inv1"], []),
    ("z = 1 / x", "inv1", [], ["^(−1)"]),
    ("z = sqrt(x)", "sqrt1", [], ["^0.5"]),
    ("z = x ^ 3", "pow1", ["mul1"], []),
    ("z = sigmoid(x)", "sigmoid1", ["neg1", "exp1", "add1"], []),
    ("z = tanh(x)", "tanh1", ["exp1", "neg1", "exp2", "sub1", "add1"], []),
    ("z = softplus(x)", "softplus1", ["exp1", "add1"], []),
    ("z = silu(x)", "silu1", ["sigmoid1"], []),
    ("z = gelu(x)", "gelu1", ["div1", "erf1", "add1", "mul1"], []),
    ("z = relu(x)", "relu1", [], ["max(·, 0)"]),
    ("z = abs(x)", "abs1", ["neg1"], []),
    ("z = min(x, y)", "min1", ["neg1", "neg2", "max1"], []),
    ("z = v @ w", "dot1", ["mul1"], []),
    ("z = sum(outer(v, w) * X)", "outer1", ["transpose1"], []),
    ("z = mean(X)", "mean1", ["sum1"], []),
    ("z = sum(mean(X, 0))", "mean1", ["sum1"], []),
    ("z = sum(mean(X, 1))", "mean1", ["sum1"], []),
    ("z = sum(softmax(X) * Y)", "softmax1", ["exp1", "sum1", "broadcast1"], []),
    ("z = cross_entropy(X, Y)", "cross_entropy1", ["log1", "mul1", "sum1", "neg1"], []),
    ("z = mse(X, Y)", "mse1", ["sub1", "pow1"], []),
    ("z = mse(x, y)", "mse1", ["sub1"], []),
    ("z = sum(2 - X)", "sub1", ["neg1"], []),
    ("z = sum(X / [[1, 2], [4, 8]])", "div1", [], ["×[…]"]),
    ("z = cross_entropy(X, [[0, 1], [1, 0]])", "cross_entropy1", ["log1", "mul1", "sum1", "neg1"], []),
    ("z = prod(v)", "prod1", ["index1", "index2"], ["[0]", "[1]"]),
    ("z = sum(cumsum(v))", "cumsum1", ["index1", "index2", "add1"], []),
    ("z = trace(X)", "trace1", ["index1", "index2"], ["[0, 0]", "[1, 1]"]),
    ("z = det(X)", "det1", ["index1", "index2", "mul1", "index3", "index4", "mul2"], []),
    ('z = sum(einsum("ij,kj->ik", X, Y))', "einsum1", ["transpose1"], []),
    ('z = sum(einsum("ij->i", X))', "einsum1", [], []),
    (
        "z = sum(conv2d(X, K))",
        "conv2d1",
        ["index1", "index2", "broadcast1", "mul1", "index3", "index4", "broadcast2", "mul2"],
        [],
    ),
    ("z = sum(softmax(X, axis=0) * Y)", "softmax1", ["exp1", "sum1", "broadcast1"], []),
    (
        "z = sum(softmax(where([[1, 0], [1, 1]], X, -inf)) * Y)",
        "masked_softmax1",
        ["exp1", "mul1", "sum1", "broadcast1"],
        [],
    ),
]


@pytest.mark.parametrize(("text", "name", "parts", "signs"), PARTS)
def test_the_parts_of_built_in_nodes(text: str, name: str, parts: list[str], signs: list[str]) -> None:
    inputs = exact_values(
        x="5/4",
        y="3",
        X="[[1/4, 3/4], [1/3, 2/3]]",
        Y="[[1, 0], [1/2, 1/2]]",
        v="[1, 2/3]",
        w="[3, 1/4]",
        K="[[2, -3]]",
    )
    inputs = {one: value for one, value in inputs.items() if re.search(rf"\b{one}\b", text)}
    graph = parse_graph(text, inputs)
    opened = unfold(graph, name)
    assert [node.id for node in opened.nodes if "/" in node.id] == [f"{name}/{part}" for part in parts]
    assert {node.symbol for node in opened.nodes} >= set(signs)
    for (before, rel), (after, _) in zip(
        float_and_exact_passes(graph, inputs), float_and_exact_passes(opened, inputs), strict=True
    ):
        check_outside(before, after, rel)


def test_every_operation_either_unfolds_or_is_elementary() -> None:
    """Decide for every new operation."""
    opens = {name.rstrip("1234567890") for _, name, _, _ in PARTS} | {"mean.0", "mean.1", "softmax.0"}
    simple = {
        "add",
        "mul",
        "exp",
        "log",
        "sin",
        "cos",
        "erf",
        "max",
        "matmul",
        "matvec",
        "transpose",
        "broadcast",
        "sum",
        "sum.0",
        "sum.1",
        "gt",
        "ge",
        "lt",
        "le",
        "eq",
        "ne",
        "where",
        "detach",
        "sign",
        "index",
        "concat",
        "stack",
        "grid",
        "reshape",
        "amax",
        "amin",
        "matrix_inverse",
    }
    assert opens | simple == set(OPERATIONS)
    assert not opens & simple


def test_the_four_steps_of_sigmoid_folded_have_the_slope_y_times_1_minus_y() -> None:
    graph = parse_graph("y = 1 / (1 + exp(-x))")
    folded = fold(graph, ["neg1", "exp1", "add1", "y"], "sigmoid")
    inputs = exact_values(x="log(4)")
    passes = forward_backward(folded, inputs, evaluate(parse("3"), {}))
    assert [node.id for node in folded.nodes] == ["x", "inv1"]
    y = evaluate(parse("4/5"), {})
    assert format_value(passes.gradients[0]) == format_value(y * (1 - y) * 3) == "0.48"
    (edge,) = passes.edges.values()
    assert (format_value(edge.upstream), format_value(edge.local_gradient), format_value(edge.gradient)) == (
        "3",
        "0.16",
        "0.48",
    )
    # With x as a symbol it is y² e^(−x), which equals y (1 − y).
    slope = folded.nodes[1].operation.derivative[0](Sym("y"), Sym("x"))
    assert format_value(evaluate(slope, {**inputs, "y": y})) == "0.16"


def test_the_parts_of_a_custom_node_have_its_id_as_a_prefix() -> None:
    own: dict[str, FunctionDefinition] = {}
    for text in ("swish(x) = x * sigmoid(x)", "gate(x, y) = t = swish(x + 1); exp(t * y) - t"):
        definition = parse_definition(text, own)
        own[definition.name] = definition
    graph = parse_graph("a = gate(x, y); z = swish(a * 2) / 3", definitions=own)
    inputs = exact_values(x="1/2", y="-3/4")
    once = unfold(graph, "a")
    assert [node.id for node in once.nodes] == [
        "x", "y", "a/add1", "a/t", "a/mul1", "a/exp1", "a", "mul1", "swish1", "div1",
    ]  # fmt: skip
    assert [once.label(i) for i in range(2, 7)] == [
        "(x + 1)", "swish(x + 1)", "(swish(x + 1)·y)", "(e^(swish(x + 1)·y))", "a",
    ]  # fmt: skip
    assert [node.name for node in once.nodes if "/" in node.id] == [None] * 4
    twice = unfold(unfold(once, "a/t"), "swish1")
    assert [node.id for node in twice.nodes if "/" in node.id] == [
        "a/add1", "a/t/sigmoid1", "a/t", "a/mul1", "a/exp1", "swish1/sigmoid1",
    ]  # fmt: skip
    assert [edge.id for edge in twice.edges if "a/t->" in edge.id] == ["a/t->a/mul1", "a/t->a"]
    for opened in (once, twice):
        for (before, rel), (after, _) in zip(
            float_and_exact_passes(graph, inputs), float_and_exact_passes(opened, inputs), strict=True
        ):
            check_outside(before, after, rel)


def test_parts_get_unused_ids() -> None:
    own: dict[str, FunctionDefinition] = {}
    for text in ("f(x) = exp(sin(x))", "g(x) = f(sin(x))"):
        definition = parse_definition(text, own)
        own[definition.name] = definition
    graph = unfold(unfold(parse_graph("z = g(x)", definitions=own), "g1"), "g1")
    assert [node.id for node in graph.nodes] == ["x", "g1/sin1", "g1/sin1_2", "g1"]


def test_an_unfolded_node_folds_into_a_group() -> None:
    inputs = exact_values(x="log(3)")
    opened = unfold(parse_graph("z = sigmoid(x) * x"), "sigmoid1")
    folded = fold(opened, [node.id for node in opened.nodes if node.id.startswith("sigmoid1")], "σ")
    assert [node.id for node in folded.nodes] == ["x", "sigmoid1", "mul1"]
    assert outline(unfold(folded, "sigmoid1")) == outline(opened)
    assert format_value(forward_backward(folded, inputs, ONE).gradients[0]) == format_value(
        forward_backward(opened, inputs, ONE).gradients[0]
    )


def test_an_unnamed_group_is_written_as_a_call() -> None:
    graph = parse_graph("k = exp(a); z = (k + b) * 2 + (k + b)^2; L = z * z")
    folded = fold(graph, ["add1", "mul1"], "double")
    assert folded.label(folded.position["mul1"]) == "double(k, b)"
    graph = parse_graph("t = a * b; z = 2 * ((t + 1)/t)")
    folded = fold(graph, ["t", "add1", "div1"], "part")
    assert [folded.label(i) for i in range(4)] == ["a", "b", "part(a, b)", "z"]
    assert format_expr(folded.nodes[3].formula) == "2·part(a, b)"


def test_each_source_is_one_operand_in_the_order_of_first_use() -> None:
    graph = parse_graph("z = (b - a) * (a / b) - c * a")
    folded = fold(graph, [node.id for node in graph.nodes if not node.is_input], "f")
    assert [edge.id for edge in folded.edges] == ["b->sub2", "a->sub2", "c->sub2"]
    inputs = exact_values(a="2", b="3", c="5")
    assert [format_value(forward_backward(folded, inputs, ONE).gradients[folded.position[x]]) for x in "abc"] == [
        format_value(forward_backward(graph, inputs, ONE).gradients[graph.position[x]]) for x in "abc"
    ]


@pytest.mark.parametrize(
    ("nodes", "problem"),
    [
        (["t", "w"], "The graph has no node “w”. Its nodes are t, u, mul1, add1, div1, sin1, mul2."),
        (["t", "a"], "“a” is an input, but only operations can be folded into one node. Leave it out."),
        ([], "There are no nodes to fold. Name at least one."),
        (["t", "mul2"], "A path leaves the group at t and comes back into it through div1. Include div1 as well."),
        (["t", "sin1"], "t and sin1 are not connected within the group. Add the nodes between them, or leave one out."),
        (["t", "u"], "A node has one output, but this group has several: t, u. Leave out all but one of them."),
        (
            ["u", "add1"],
            "A path leaves the group at u and comes back into it through mul1. Include mul1 as well.",
        ),
    ],
)
def test_nodes_that_cannot_be_folded_are_rejected(nodes: list[str], problem: str) -> None:
    graph = parse_graph("t = a + b; u = t * c; z = ((u * 2 + t) / u) * sin(a)")
    with pytest.raises(AlgebraError) as caught:
        fold(graph, nodes, "group")
    assert (str(caught.value), caught.value.position) == (problem, -1)


def test_an_elementary_node_cannot_be_unfolded() -> None:
    graph = parse_graph("z = exp(x) * y ^ 1.5")
    for name, problem in (
        ("exp1", "exp1 can't be unfolded, because exp is a basic operation."),
        ("pow1", "pow1 can't be unfolded, because ^1.5 is a basic operation."),
        ("x", "“x” is an input"),
        ("w", "The graph has no node “w”"),
    ):
        with pytest.raises(AlgebraError, match=problem.replace("^", "\\^")):
            unfold(graph, name)


def test_the_depth_of_nested_groups_is_bounded() -> None:
    graph = parse_graph("z = exp(x)")
    for number in range(20):
        graph = fold(graph, ["exp1"], f"g{number}")
    with pytest.raises(AlgebraError, match="more than 20 levels deep"):
        fold(graph, ["exp1"], "g20")
