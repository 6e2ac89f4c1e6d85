"""Formulas as users of PyTorch write them: PyTorch runs the same text, and its values and gradients are ours."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.support.library_formulas import TORCH_FORMULAS, VALUES, WORD, as_value
from tests.support.torch_values import torch
from tutor.algebra import ops
from tutor.engine.builder import parse_graph
from tutor.engine.passes import forward_backward
from tutor.engine.standard_functions import with_standard_functions

pytestmark = pytest.mark.oracle


def _without_row_axis(value: Any, axes: int) -> Any:
    array = np.asarray(value)
    return array[0] if array.ndim > axes else array


@pytest.mark.parametrize("text", TORCH_FORMULAS)
def test_a_formula_of_pytorch_has_its_value_and_gradients(text: str) -> None:
    words = set(WORD.findall(text))
    tensors = {
        name: torch.tensor(value) if value.dtype == int else torch.tensor(value).requires_grad_()
        for name, value in VALUES.items()
        if name in words
    }
    namespace = {"torch": torch, "F": torch.nn.functional, "nn": torch.nn, **tensors}
    output = eval(text, namespace)  # noqa: S307
    inputs = {name: as_value(VALUES[name]) for name in tensors}
    graph = parse_graph(f"f = {text}", inputs, with_standard_functions())
    start = np.random.default_rng(3).uniform(1, 2, tuple(output.shape))
    is_row = ops.is_vector_shape(graph.nodes[-1].shape)
    passes = forward_backward(graph, inputs, (start[None, :] if is_row else start) if output.ndim else float(start))
    assert _without_row_axis(passes.values[-1], output.ndim) == pytest.approx(output.detach().numpy(), rel=1e-10)
    if output.requires_grad:
        output.backward(torch.tensor(start))
    for name, tensor in tensors.items():
        gradient = passes.gradients[graph.position[name]]
        if not tensor.requires_grad:
            continue
        if tensor.grad is None:
            assert gradient is None
        else:
            found = _without_row_axis(gradient, tensor.ndim)
            assert found == pytest.approx(tensor.grad.numpy(), rel=1e-9, abs=1e-12)
