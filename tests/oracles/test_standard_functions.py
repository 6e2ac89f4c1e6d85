"""Standard functions and their gradients against PyTorch's own."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.standard_function_calls import CALLS, Call
from tests.support.torch_values import to_tensor, torch
from tutor.engine.builder import parse_graph
from tutor.engine.passes import forward_backward
from tutor.engine.standard_functions import with_standard_functions

pytestmark = pytest.mark.oracle


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.text)
def test_values_and_gradients_are_those_of_pytorch(call: Call) -> None:
    tensors = {name: to_tensor(value).requires_grad_() for name, value in call.inputs.items()}
    output = call.torch(torch, *tensors.values())
    start = np.random.default_rng(5).uniform(1, 2, tuple(output.shape)) if output.ndim else 1.3
    output.backward(to_tensor(start))
    graph = parse_graph(f"out = {call.text}", call.inputs, with_standard_functions())
    passes = forward_backward(graph, call.inputs, start)
    assert passes.values[-1] == pytest.approx(output.detach().numpy(), rel=1e-12)
    for name, tensor in tensors.items():
        assert passes.gradients[graph.position[name]] == pytest.approx(tensor.grad.numpy(), rel=1e-10, abs=1e-12)
