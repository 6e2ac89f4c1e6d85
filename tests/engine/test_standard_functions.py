"""Functions written in the graph language, against NumPy and central differences; `tests/oracles` adds PyTorch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests.support.standard_function_calls import CALLS, Call, without_row_axis
from tutor.algebra.errors import AlgebraError
from tutor.algebra.ops import as_vector, is_vector
from tutor.engine.builder import parse_graph
from tutor.engine.fold import unfold
from tutor.engine.function_definition import parse_definition
from tutor.engine.jit.compiler import compile_passes
from tutor.engine.passes import forward, forward_backward
from tutor.engine.standard_functions import STANDARD_FUNCTIONS, with_standard_functions

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
    start = np.ones(np.shape(forward(graph, call.inputs)[-1]))
    start = start if start.ndim else 1.0
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
        ("y = clip(x)", {"x": 1.0}, "clip takes two bounds: clip(x, 0, 1)"),
        ("y = var(X, 2)", {"X": np.ones((2, 2))}, "Write var(X, 0) for a row of the columns"),
        ("y = var(x)", {"x": 1.0}, "In var: mean goes over the cells of a matrix, and this is a number."),
    ],
)
def test_a_wrong_call_is_explained(text: str, inputs: dict[str, Any], problem: str) -> None:
    with pytest.raises(AlgebraError) as error:
        graph_of(text, inputs)
    assert problem in str(error.value.message)
