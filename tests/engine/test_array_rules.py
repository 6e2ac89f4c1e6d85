"""Functions of arrays: values and gradients in floats, exact numbers and batches, at ties and at zeros."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests.support.array_cases import CASES, ArrayCase, Axes
from tests.support.parsed_values import exact_values
from tutor.algebra import ops
from tutor.algebra.array_functions import bound
from tutor.algebra.expr import number
from tutor.algebra.printing import format_value
from tutor.engine.batch import forward_backward_batch
from tutor.engine.builder import parse_graph
from tutor.engine.jit import cache
from tutor.engine.passes import NonFiniteError, forward, forward_backward

if TYPE_CHECKING:
    from tutor.engine.graph import Graph

IDS = [f"{case.text} {case.axes}" for case in CASES]


def values_at(case: ArrayCase, seed: int) -> list[Any]:
    """Return different eighths for the inputs, as NumPy arrays of `Fraction`."""
    rng = np.random.default_rng(seed)
    # Few are negative, so that a mask X > 0 leaves an entry of every row.
    draws = iter(rng.permutation(np.arange(-4, 45)))
    made = []
    for axes in case.axes:
        cells = [Fraction(int(next(draws)), 8) for _ in range(int(np.prod(axes, dtype=int)))]
        made.append(np.array(cells, dtype=object).reshape(axes) if axes else cells[0])
    return made


def in_engine(value: Any, make: Any) -> Any:
    """Return a value as the engine has it: a vector is a row."""
    if isinstance(value, Fraction):
        return make(value)
    rows = ops.make_matrix(tuple(tuple(make(cell) for cell in row) for row in np.atleast_2d(value)))
    return ops.as_vector(rows) if value.ndim == 1 else rows


def in_numpy(value: Any, axes: Axes) -> Any:
    return np.asarray(value, dtype=float).reshape(axes)


def floats(value: Any) -> Any:
    return ops.nearest_floats(value) if ops.is_exact(value) else value


def graph_of(case: ArrayCase, values: list[Any]) -> tuple[Graph, dict[str, Any], dict[str, Any]]:
    """Return the graph, its inputs in floats, and its inputs as exact numbers."""
    shapes = [in_engine(value, float) for value in values]
    names = [name for name in ("A", "B", "X", "K", "x") if name in case.text.replace("max", "").replace("exp", "")]
    names = names[: len(shapes)]
    graph = parse_graph(case.text, dict(zip(names, shapes, strict=True)))
    exact = dict(zip(names, (in_engine(value, number) for value in values), strict=True))
    return graph, dict(zip(names, shapes, strict=True)), exact


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_values_and_gradients_agree(case: ArrayCase) -> None:
    values = values_at(case, 3)
    graph, inputs, exact = graph_of(case, values)
    arrays = [np.array(value, dtype=float) for value in values]
    expected = np.asarray(case.numpy(*arrays))
    output = forward(graph, inputs)[-1]
    shape = ops.shape_of(output)
    assert expected.shape == (() if shape is None else shape[1:] if ops.is_vector_shape(shape) else shape)
    assert in_numpy(output, expected.shape) == pytest.approx(expected, rel=1e-12)
    start = np.random.default_rng(1).integers(1, 9, expected.shape)
    begin = in_engine(np.vectorize(Fraction, otypes=[object])(start) if start.ndim else Fraction(int(start)), float)
    exact_begin = ops.map_cells(lambda cell: number(Fraction(cell)), begin)
    passes, exact_passes = forward_backward(graph, inputs, begin), forward_backward(graph, exact, exact_begin)
    for name, array, slot in zip(inputs, arrays, range(len(arrays)), strict=True):
        position = graph.position[name]
        gradient = in_numpy(passes.gradients[position], array.shape)
        truth = in_numpy(floats(exact_passes.gradients[position]), array.shape)
        assert gradient == pytest.approx(truth, rel=1e-10, abs=1e-12)
        for cell in np.ndindex(array.shape):
            step = np.zeros(array.shape)
            step[cell] = 1e-6
            up, down = (
                np.sum(start * case.numpy(*arrays[:slot], array + sign * step, *arrays[slot + 1 :])) for sign in (1, -1)
            )
            assert gradient[cell] == pytest.approx((up - down) / 2e-6, rel=1e-5, abs=1e-6)


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_a_batch_and_compiled_code_agree_with_single_runs(case: ArrayCase) -> None:
    members = [graph_of(case, values_at(case, seed)) for seed in (3, 4)]
    graph = members[0][0]
    singles = [forward_backward(graph, inputs, 1.0) for _, inputs, _ in members]
    batch = {name: np.stack([np.asarray(inputs[name]) for _, inputs, _ in members]) for name in members[0][1]}
    passes, finite = forward_backward_batch(graph, batch)
    assert finite.all()
    for name in batch:
        position = graph.position[name]
        for member, single in enumerate(singles):
            assert passes.gradients[position][member] == pytest.approx(single.gradients[position], rel=1e-12)
    inputs = members[0][1]
    for _ in range(cache.COMPILE_AFTER):
        later = forward_backward(graph, inputs, 1.0)
    assert graph.cache.programs[None] is not None
    for first, compiled in zip(singles[0].gradients, later.gradients, strict=True):
        assert np.array_equal(first, compiled)


@pytest.mark.parametrize(
    ("text", "inputs", "gradient"),
    [
        # Ties share the gradient equally, as amax does in PyTorch.
        ("z = 6 * max(x)", {"x": "[3, 1, 3]"}, "[3, 0, 3]"),
        ("z = 6 * min(X)", {"X": "[[1, 1], [1, 4]]"}, "[[2, 2], [2, 0]]"),
        ("z = sum(max(X, axis=1))", {"X": "[[2, 2], [1, 4]]"}, "[[0.5, 0.5], [0, 1]]"),
        # log(9) = 2·log(3): a tie that floats may miss.
        ("z = max(x)", {"x": "[log(9), 2*log(3), 1]"}, "[0.5, 0.5, 0]"),
        # The product of the others, also where an entry is 0.
        ("z = prod(x)", {"x": "[3, 0, 7]"}, "[0, 21, 0]"),
        ("z = prod(x)", {"x": "[0, 0, 7]"}, "[0, 0, 0]"),
        ("z = sum(prod(X, 0))", {"X": "[[0, 2], [5, 3]]"}, "[[5, 3], [0, 2]]"),
        # A matrix without an inverse has a determinant with a gradient.
        ("z = det(X)", {"X": "[[1, 2], [2, 4]]"}, "[[4, −2], [−2, 1]]"),
        ("z = det(X)", {"X": "[[0, 0], [0, 0]]"}, "[[0, 0], [0, 0]]"),
        ("P = softmax(where(M, S, -inf)); z = sum(P * [[1, 2]])", {"S": "[[0, 3]]", "M": "[[0, 1]]"}, "[[0, 0]]"),
    ],
)  # fmt: skip
def test_gradients_at_ties_and_zeros(text: str, inputs: dict[str, str], gradient: str) -> None:
    exact = exact_values(**inputs)
    graph = parse_graph(text, exact)
    name = next(iter(inputs))
    found = forward_backward(graph, exact, number(1)).gradients[graph.position[name]]
    assert format_value(found) == gradient
    if "log" not in text:
        in_floats = {each: ops.map_cells(float, floats(value)) for each, value in exact.items()}
        rounded = forward_backward(graph, in_floats, 1.0).gradients[graph.position[name]]
        assert np.allclose(rounded, floats(found), atol=1e-12)


@pytest.mark.parametrize(
    ("text", "inputs", "message"),
    [
        ("Z = inv(X)", {"X": "[[1, 2], [2, 4]]"}, "This matrix has no inverse: its determinant is 0."),
        ("Z = inv(X)", {"X": "[[log(9), log(3)], [2, 1]]"}, "This matrix has no inverse: its determinant is 0."),
        ("Z = softmax(where(M, S, -inf))", {"S": "[[1, 2], [3, 4]]", "M": "[[1, 0], [0, 0]]"},
         "The mask hides a whole row or column, so softmax has no value there."),
        ("Z = softmax(where(M, S, -inf), axis=0)", {"S": "[[1, 2], [3, 4]]", "M": "[[1, 0], [1, 0]]"},
         "The mask hides a whole row or column, so softmax has no value there."),
    ],
)  # fmt: skip
def test_no_value_is_explained(text: str, inputs: dict[str, str], message: str) -> None:
    exact = exact_values(**inputs)
    graph = parse_graph(text, exact)
    with pytest.raises(NonFiniteError, match=message):
        forward(graph, exact)
    in_floats = {name: ops.map_cells(float, floats(value)) for name, value in exact.items()}
    with pytest.raises(NonFiniteError, match=message):
        forward(graph, in_floats)
    # In a batch only the member without a value is left out.
    other = {"X": [[1.0, 2], [3, 4]], "S": [[1.0, 2], [3, 4]], "M": [[1.0, 1], [1, 1]]}
    batch = {name: np.stack([value, np.array(other[name])]) for name, value in in_floats.items()}
    _, finite = forward_backward_batch(graph, batch)
    assert finite.tolist() == [False, True]


@pytest.mark.parametrize("name", ["det", "cofactors", "matrix_inverse"])
@pytest.mark.parametrize("rows", [1, 2, 3, 4, 5, 6])
def test_exact_matrices_equal_those_of_floats(name: str, rows: int) -> None:
    cells = np.random.default_rng(rows).integers(-2, 3, (rows, rows)) + 9 * np.eye(rows, dtype=int)
    rational = in_engine(np.vectorize(Fraction, otypes=[object])(cells), number)
    # Entries such as log(3) go another way through the exact algorithm.
    irrational = ops.map_cells(lambda cell: cell * ops.log(number(3)), rational)
    scale = {"det": np.log(3) ** rows, "cofactors": np.log(3) ** (rows - 1), "matrix_inverse": 1 / np.log(3)}[name]
    expected = np.asarray(bound(name)(cells.astype(float)))
    assert np.allclose(np.asarray(floats(bound(name)(rational)), dtype=float), expected, rtol=1e-9)
    assert np.allclose(np.asarray(floats(bound(name)(irrational)), dtype=float), expected * scale, rtol=1e-9)
