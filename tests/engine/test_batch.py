"""Batched passes: the results of each member alone; a member without a value does not disturb the others."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.random_programs import (
    Program,
    exact_inputs,
    float_inputs,
    random_matrix_program,
    random_scalar_program,
)
from tutor.engine.batch import forward_backward_batch
from tutor.engine.builder import parse_graph
from tutor.engine.function_definition import parse_definition
from tutor.engine.passes import NonFiniteError, Passes, forward_backward

if TYPE_CHECKING:
    from tutor.engine.graph import Graph

programs = st.integers(0, 10**9).map(lambda seed: random_scalar_program(random.Random(seed)))
matrix_programs = st.integers(0, 10**9).map(lambda seed: random_matrix_program(random.Random(seed)))


def variants(program: Program, seed: int, members: int = 6) -> dict[str, Any]:
    """Return the program's inputs and similar ones, some outside the domain."""
    rng = np.random.default_rng(seed)
    values = {}
    for name, value in float_inputs(program).items():
        own = np.array(value)
        others = own + rng.integers(-6, 7, size=(members - 1, *own.shape)) / 2
        values[name] = np.concatenate([own[None], others])
    return values


def member_value(value: Any, i: int) -> Any:
    return value[i] if np.ndim(value) in (1, 3) else value


def assert_each_alone(graph: Graph, inputs: dict[str, Any], start: Any = 1.0) -> None:
    passes, finite = forward_backward_batch(graph, inputs, start)
    for i in range(len(finite)):
        # To the last digits of NumPy's functions, and of their rounding errors.
        only, good = forward_backward_batch(graph, {name: value[i : i + 1] for name, value in inputs.items()}, start)
        assert good[0] == finite[i]
        own = {name: value[i] if value.ndim > 1 else float(value[i]) for name, value in inputs.items()}
        if finite[i]:
            for one, several in matching_values(only, passes):
                assert np.allclose(member_value(one, 0), member_value(several, i), rtol=1e-12, atol=0)
        try:
            alone = forward_backward(graph, own, start)
        except NonFiniteError:
            assert not finite[i]
            continue
        scale = max(1.0, *(np.max(np.abs(one)) for one, _ in matching_values(alone, alone)))
        if scale < 1e4:
            assert finite[i]
            for one, several in matching_values(alone, passes):
                member = member_value(several, i)
                assert np.shape(one) == np.shape(member)
                assert np.allclose(one, member, rtol=1e-9, atol=1e-12 * scale**2)


def matching_values(some: Passes, others: Passes) -> list[tuple[Any, Any]]:
    """Return pairs of all values, gradients and edge gradients of both."""
    values = [*zip(some.values, others.values, strict=True), *zip(some.gradients, others.gradients, strict=True)]
    for key, edge in some.edges.items():
        other = others.edges[key]
        values += [
            (edge.upstream, other.upstream),
            (edge.gradient, other.gradient),
            (edge.local_gradient, other.local_gradient),
        ]
    assert all((one is None) == (other is None) for one, other in values)
    return [pair for pair in values if pair[0] is not None]


@settings(max_examples=80, deadline=None)
@given(programs, st.integers(0, 1000), st.sampled_from([1.0, -2.5]))
def test_a_batch_of_numbers_equals_each_member_alone(program: Program, seed: int, start: float) -> None:
    assert_each_alone(parse_graph(program.text), variants(program, seed), start)


@settings(max_examples=60, deadline=None)
@given(matrix_programs, st.integers(0, 1000), st.sampled_from([1.0, -2.5]))
def test_a_batch_of_matrices_equals_each_member_alone(program: Program, seed: int, start: float) -> None:
    inputs = variants(program, seed)
    assert_each_alone(parse_graph(program.text, exact_inputs(program)), inputs, start)


def test_a_custom_function_takes_a_batch() -> None:
    own = {"swish": parse_definition("swish(x) = x * sigmoid(x)")}
    inputs = {"X": np.arange(12.0).reshape(2, 3, 2) - 5, "k": np.array([2.0, -1.0])}
    assert_each_alone(parse_graph("f = sum(swish(X) * k)", {"X": inputs["X"][0]}, own), inputs)


@pytest.mark.filterwarnings("error")
def test_members_without_a_value_are_marked() -> None:
    graph = parse_graph("z = 1 / (log(x) - y)")
    # Only log(1) is the same number in every NumPy and on every processor.
    inputs = {"x": np.array([1.0, -1.0, 0.0, 1.0]), "y": np.array([0.5, 1.0, 1.0, 0.0])}
    passes, finite = forward_backward_batch(graph, inputs)
    assert finite.tolist() == [True, False, False, False]
    assert passes.values[-1][0] == -2.0
    # 1/exp(1000) is 0, but exp(1000) overflows.
    _, finite = forward_backward_batch(parse_graph("z = 1 / exp(x)"), {"x": np.array([1000.0, 1.0])})
    assert finite.tolist() == [False, True]


def test_each_member_may_have_its_own_start() -> None:
    graph = parse_graph("F = X * 2", {"X": np.zeros((1, 2))})
    x = np.array([[[1.0, 2.0]], [[3.0, 4.0]]])
    each, _ = forward_backward_batch(graph, {"X": x}, np.array([1.0, 10.0]))
    assert each.gradients[0].tolist() == [[[2.0, 2.0]], [[20.0, 20.0]]]
    cells, _ = forward_backward_batch(graph, {"X": x}, np.array([[1.0, 3.0]]))
    assert np.broadcast_to(cells.gradients[0], x.shape).tolist() == [[[2.0, 6.0]], [[2.0, 6.0]]]


def test_a_constant_without_a_value_is_an_error() -> None:
    with pytest.raises(NonFiniteError):
        forward_backward_batch(parse_graph("z = x / 0"), {"x": np.array([1.0, 2.0])})
