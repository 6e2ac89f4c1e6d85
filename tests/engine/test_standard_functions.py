"""Functions written in the graph language, against NumPy and central differences; `tests/oracles` adds PyTorch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests.support.standard_function_calls import CALLS, Call, without_row_axis
from tutor.algebra.errors import AlgebraError
from tutor.algebra.expr import ONE, Sym
from tutor.algebra.matrix_expr import MatrixExpr
from tutor.algebra.ops import as_vector, is_vector
from tutor.algebra.printing import format_expr
from tutor.engine.builder import parse_graph
from tutor.engine.finite_differences import check_gradients
from tutor.engine.fold import unfold
from tutor.engine.function_definition import parse_definition
from tutor.engine.jit.compiler import compile_passes
from tutor.engine.passes import forward, forward_backward
from tutor.engine.standard_functions import STANDARD_FUNCTIONS, with_standard_functions
from tutor.engine.symbolic import named_passes
from tutor.grading.mistakes.labels import mistake_label

if TYPE_CHECKING:
    from tutor.engine.graph import Graph

STEP = 1e-6


def graph_of(text: str, inputs: dict[str, Any]) -> Graph:
    return parse_graph(text, inputs, with_standard_functions())


def is_extreme(call: Call) -> bool:
    """Return whether a call is made for its value and slopes at numbers where differences say little."""
    return any(np.abs(value).max() >= 1000 for value in call.inputs.values()) or call.inputs.get("x") == 0


def test_every_standard_function_is_tried() -> None:
    assert {call.text.partition("(")[0] for call in CALLS} == STANDARD_FUNCTIONS.keys()


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.text)
def test_a_function_has_the_value_of_its_reference(call: Call) -> None:
    output = without_row_axis(forward(graph_of(f"out = {call.text}", call.inputs), call.inputs)[-1])
    expected = call.numpy(np, *call.arrays.values())
    assert np.shape(output) == np.shape(expected)
    assert output == pytest.approx(expected, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("call", [call for call in CALLS if not is_extreme(call)], ids=lambda call: call.text)
def test_its_gradients_are_those_of_central_differences(call: Call) -> None:
    graph = graph_of(f"out = {call.text}", call.inputs)
    output = forward(graph, call.inputs)[-1]
    start = np.random.default_rng(3).uniform(1, 2, np.shape(output)) if np.ndim(output) else 1.7
    passes = forward_backward(graph, call.inputs, start)

    def total(inputs: dict[str, Any]) -> float:
        return float(np.sum(start * forward(graph, inputs)[-1]))

    for name in graph.differentiable_inputs():
        gradient, value = passes.gradients[graph.position[name]], call.inputs[name]
        for cell in np.ndindex(np.shape(value)):
            ends = [total(call.inputs | {name: moved(value, cell, step)}) for step in (STEP, -STEP)]
            assert np.asarray(gradient)[cell] == pytest.approx((ends[0] - ends[1]) / (2 * STEP), rel=1e-6, abs=1e-8)


def moved(value: Any, cell: tuple[int, ...], step: float) -> Any:
    """Return a value with one cell moved."""
    if not cell:
        return value + step
    other = np.array(value, dtype=float)
    other[cell] += step
    return as_vector(other) if is_vector(value) else other


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.text)
def test_a_function_keeps_its_gradients_when_it_is_unfolded(call: Call) -> None:
    graph = graph_of(f"out = {call.text}", call.inputs)
    unfolded = unfold(graph, "out")
    ones = np.ones(np.shape(forward(graph, call.inputs)[-1]))
    start = ones if ones.ndim else 1.0
    if is_extreme(call):
        return  # the parts themselves overflow
    parts, whole = (forward_backward(each, call.inputs, start) for each in (unfolded, graph))
    for name in graph.differentiable_inputs():
        expected = whole.gradients[graph.position[name]]
        assert parts.gradients[unfolded.position[name]] == pytest.approx(expected, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.text)
def test_a_compiled_function_gives_the_same(call: Call) -> None:
    graph = graph_of(f"out = {call.text}", call.inputs)
    plain = forward_backward(graph, call.inputs, 1.0)
    program = compile_passes(graph, [node.shape for node in graph.nodes], None)
    assert program is not None
    results = program.run(call.inputs, 1.0)
    assert results is not None
    values, gradients, _local, _edges = results
    assert values[-1] == pytest.approx(plain.values[-1], rel=1e-12)
    for name in graph.differentiable_inputs():
        expected = plain.gradients[graph.position[name]]
        assert gradients[graph.position[name]] == pytest.approx(expected, rel=1e-12, abs=1e-15)


def test_a_name_stays_free_for_inputs_and_steps() -> None:
    graph = graph_of("norm = var * 2; z = norm * std", {"var": 1.0, "std": 2.0})
    assert graph.inputs == ("var", "std")
    assert forward(graph, {"var": 3.0, "std": 5.0})[-1] == 30


def test_a_custom_function_replaces_the_standard_one_and_may_use_others() -> None:
    functions = with_standard_functions()
    norm = parse_definition("norm(x) = leaky_relu(x, 0.5) + 1", functions)
    graph = parse_graph("z = norm(x) * 2", {"x": -4.0}, {**functions, "norm": norm})
    assert forward(graph, {"x": -4.0})[-1] == -2


def test_the_same_function_with_other_operands_keeps_its_own_constant() -> None:
    graph = graph_of("z = leaky_relu(x, 0.5) * leaky_relu(x) * leaky_relu(x, 0.5)", {"x": -4.0})
    assert forward(graph, {"x": -4.0})[-1] == pytest.approx(-2 * -0.04 * -2)
    assert [node.symbol for node in graph.nodes if node.body] == [
        "leaky_relu(·, 0.5)",
        "leaky_relu",
        "leaky_relu(·, 0.5)",
    ]


@pytest.mark.parametrize(
    ("text", "inputs", "problem"),
    [
        ("y = leaky_relu(x, 1, 2)", {"x": 1.0}, "leaky_relu takes"),
        ("y = clip(x)", {"x": 1.0}, "clip needs two bounds, as in clip(x, 0, 1)"),
        ("y = var(X, 2)", {"X": np.ones((2, 2))}, "Write var(X, 0) for one result per column"),
        ("y = var(x)", {"x": 1.0}, "In var: mean needs a vector or a matrix, but this is a number."),
    ],
)
def test_a_wrong_call_is_explained(text: str, inputs: dict[str, Any], problem: str) -> None:
    with pytest.raises(AlgebraError) as error:
        graph_of(text, inputs)
    assert problem in str(error.value.message)


@pytest.mark.parametrize(
    ("text", "inputs", "problem"),
    [
        ("L = nll_loss(X, [0, 2, 1])", {"X": np.ones((2, 3))}, "with 2 rows needs 2 labels, such as [0, 2]"),
        ("L = cross_entropy_with_logits(X, 1)", {"X": np.ones((2, 3))}, "with 2 rows needs 2 labels"),
        ("L = cross_entropy_with_logits(X, [0, 3])", {"X": np.ones((2, 3))}, "There is no entry 3: the 3 entries"),
        ("L = cross_entropy(X, [0, 1.5])", {"X": np.ones((2, 3))}, "A label is a whole number"),
        ("L = cross_entropy(X, [[0], [1]])", {"X": np.ones((2, 3))}, "needs 2 labels, such as [0, 2]"),
        ("L = cross_entropy_with_logits(X, T)", {"X": np.ones((2, 3)), "T": np.ones((3, 2))}, "shapes 2×3 and 3×2"),
        ("Y = layer_norm(X, [1, 2], [0, 0])", {"X": np.ones((2, 3))}, "need one entry for each column, 3 here"),
        ("y = batch_norm(v)", {"v": as_vector(np.ones((1, 3)))}, "For a single row, use layer_norm"),
        ("y = var(v, axis=1)", {"v": as_vector(np.ones((1, 3)))}, "axis 0"),
    ],
)
def test_shapes_that_do_not_fit_are_refused_with_the_form_that_works(
    text: str, inputs: dict[str, Any], problem: str
) -> None:
    with pytest.raises(AlgebraError) as error:
        graph_of(text, inputs)
    assert problem in str(error.value.message)


def test_a_loss_of_logits_unfolds_into_log_softmax_and_the_index() -> None:
    matrix = np.array([[1.0, 2.0, 3.0], [0.0, 1.0, 5.0]])
    unfolded = unfold(graph_of("L = cross_entropy_with_logits(A, [2, 0])", {"A": matrix}), "L")
    assert [node.symbol for node in unfolded.nodes] == ["A", "log_softmax", "[range(2), [2, 0]]", "mean", "×−1"]
    assert [node.operation.id for node in unfold(unfolded, unfolded.nodes[1].id).nodes[1:3]] == ["softmax", "log"]


def test_a_loss_of_probabilities_unfolds_with_its_labels() -> None:
    inputs = {"P": np.array([[0.2, 0.5, 0.3], [0.1, 0.1, 0.8]]), "y": as_vector(np.array([[1.0, 2.0]]))}
    for text in ("L = cross_entropy(P, y)", "L = cross_entropy(P, [1, 2])"):
        graph = graph_of(text, {name: value for name, value in inputs.items() if f"{name})" in text or name == "P"})
        parts = unfold(graph, "L")
        inputs = {name: inputs[name] for name in graph.inputs}
        assert forward(parts, inputs)[-1] == pytest.approx(-np.log([0.5, 0.8]).mean())
        gradient = forward_backward(parts, inputs, 1.0).gradients[0]
        assert gradient == pytest.approx(np.array([[0, -1, 0], [0, 0, -0.625]]))


def test_short_gradients_are_shown_as_a_person_writes_them() -> None:
    logits = MatrixExpr(Sym("A"), (2, 3))
    graph = graph_of("L = cross_entropy_with_logits(A, T)", {"A": np.ones((2, 3)), "T": np.ones((2, 3))})
    gradient = named_passes(graph, {"A": logits, "T": MatrixExpr(Sym("T"), (2, 3))}, ONE).gradients[0]
    assert format_expr(gradient.expr) == "(softmax(A)·sum(T, 1) − T)/2"


@pytest.mark.parametrize("text", [function.name for function in STANDARD_FUNCTIONS.values() if function.example])
def test_every_mistake_of_its_own_has_a_name_and_differs_from_the_gradient(text: str) -> None:
    example = STANDARD_FUNCTIONS[text].example
    assert example is not None
    call = next(call for call in CALLS if call.text.startswith(f"{text}(") and not is_extreme(call))
    graph = graph_of(f"out = {call.text}", call.inputs)
    output = forward(graph, call.inputs)[-1]
    start = np.random.default_rng(3).uniform(1, 2, np.shape(output)) if np.ndim(output) else 1.7
    passes = forward_backward(graph, call.inputs, start)
    for edge in graph.incoming_edges[-1]:
        context = passes.edge_context(edge)
        for mistake in example.mistakes:
            assert mistake_label(f"{text}.{mistake.id}") != f"{text}.{mistake.id}"
        for mistake in graph.nodes[-1].operation.mistakes:
            if mistake.slots in (None, (edge.slot,)) and mistake.id in {each.id for each in example.mistakes}:
                wrong = np.broadcast_to(mistake.rule(context), np.shape(context.x))
                assert wrong != pytest.approx(passes.edges[edge.target, edge.slot].gradient, rel=1e-6)


@pytest.mark.parametrize("call", ["logsumexp(X)", "logsumexp(X, 1)", "log_softmax(X)"])
def test_a_numerical_check_reaches_numbers_at_which_the_parts_overflow(call: str) -> None:
    inputs = {"X": np.array([[1000.0, 999.0, 3.0], [-1000.0, 0.5, 0.0]])}
    graph = graph_of(f"z = sum({call} * 2)" if call != "logsumexp(X)" else "z = logsumexp(X) * 2", inputs)
    for check in check_gradients(graph, inputs, 1e-4):
        assert check.central.value == pytest.approx(check.gradient, rel=1e-4, abs=1e-6)
