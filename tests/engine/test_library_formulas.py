"""Formulas as users of NumPy write them have the values that NumPy gives."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.support.library_formulas import NUMPY_FORMULAS, VALUES, WORD, as_value
from tutor.algebra import ops
from tutor.engine.builder import parse_graph
from tutor.engine.finite_differences import check_gradients
from tutor.engine.passes import forward
from tutor.engine.standard_functions import with_standard_functions


def graph_and_inputs(text: str) -> tuple[Any, dict[str, Any]]:
    """Return the graph of a formula and the floats of its inputs; a vector is a row that is marked as one."""
    words = set(WORD.findall(text))
    values = {name: value for name, value in VALUES.items() if name in words}
    inputs = {name: as_value(value) for name, value in values.items()}
    return parse_graph(f"f = {text}", inputs, with_standard_functions()), inputs


@pytest.mark.parametrize("text", NUMPY_FORMULAS)
def test_a_formula_of_numpy_has_its_value(text: str) -> None:
    expected = np.asarray(eval(text, {"np": np, **VALUES}), dtype=float)  # noqa: S307
    graph, inputs = graph_and_inputs(text)
    value = forward(graph, inputs)[-1]
    shape = graph.nodes[-1].shape
    axes = () if shape is None else (shape[1],) if ops.is_vector_shape(shape) else tuple(shape)
    assert axes == expected.shape
    assert np.allclose(np.ravel(value), np.ravel(expected), rtol=1e-12, atol=1e-12)
    for check in check_gradients(graph, inputs, 1e-6):
        assert check.central.value is not None
        assert check.central.value == pytest.approx(check.gradient, rel=1e-5, abs=1e-7)
