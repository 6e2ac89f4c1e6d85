"""Standard functions and their gradients against PyTorch's own."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.support.standard_function_calls import CALLS, Call, without_row_axis
from tests.support.torch_values import to_tensor, torch
from tutor.algebra.ops import is_vector_shape
from tutor.engine.builder import parse_graph
from tutor.engine.passes import forward_backward
from tutor.engine.standard_functions import with_standard_functions

pytestmark = pytest.mark.oracle


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.text)
def test_values_and_gradients_are_those_of_pytorch(call: Call) -> None:
    tensors = {name: to_tensor(value).requires_grad_() for name, value in call.arrays.items()}
    output = call.torch(torch, *tensors.values())
    graph = parse_graph(f"out = {call.text}", call.inputs, with_standard_functions())
    start: Any = np.random.default_rng(5).uniform(1, 2, tuple(output.shape)) if output.ndim else 1.3
    output.backward(to_tensor(start))
    is_row = is_vector_shape(graph.nodes[-1].shape)
    passes = forward_backward(graph, call.inputs, start[None, :] if is_row else start)
    assert without_row_axis(passes.values[-1]) == pytest.approx(output.detach().numpy(), rel=1e-12)
    for name in graph.differentiable_inputs():
        gradient = without_row_axis(passes.gradients[graph.position[name]])
        assert gradient == pytest.approx(tensors[name].grad.numpy(), rel=1e-10, abs=1e-12)
