"""Python functions and modules of PyTorch, read as formulas, against the gradients of running them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests.support.parsed_values import exact_values
from tests.support.torch_values import torch
from tutor.algebra import ops
from tutor.algebra.balls import nearest_float
from tutor.engine.python_source.source import PythonCode, PythonSource
from tutor.packs.builder.formula import problem_from_formula, read_formula

if TYPE_CHECKING:
    from collections.abc import Mapping

pytestmark = pytest.mark.oracle

SOURCE = """
import torch
import torch.nn as nn
import torch.nn.functional as F

SCALE = 0.5

def swish(x):
    return x * torch.sigmoid(x)

def loss(W, X, b, y):
    logits = X @ W + b
    return F.cross_entropy(logits, y) + SCALE * swish(W).sum()

def attention(Q, K, V):
    S = Q @ K.T / K.shape[-1] ** 0.5
    A = torch.softmax(S, dim=-1)
    return (A @ V).pow(2).mean()

def normed(x, g):
    mu, v = x.mean(), ((x - x.mean()) ** 2).mean()
    x = g * (x - mu) / torch.sqrt(v + 1e-5)
    return torch.where(x > 0, x, 0.1 * x).sum() + x.var()

def rnn(x, w, u):
    h = torch.tanh(u * x[0])
    out = []
    for t in range(1, 3):
        h = torch.tanh(w * h + u * x[t])
        out.append(h)
    return torch.stack(out).sum() * h

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(2, 3)
        self.out = nn.Sequential(nn.GELU(), nn.Linear(3, 1, bias=False))

    def forward(self, x):
        x = F.leaky_relu(self.fc(x), 0.2)
        return self.out(x).pow(2).mean()
"""
POINTS: Mapping[str, Mapping[str, str]] = {
    "loss": {"W": "[[1, 0, 1], [0.5, 1, -1]]", "X": "[[1, 2], [3, -1]]", "b": "[0, 0.5, 1]", "y": "[0, 2]"},
    "attention": {"Q": "[[1, 2]]", "K": "[[1, 0], [0.5, 1]]", "V": "[[1, 2], [3, 4]]"},
    "normed": {"x": "[1, -2, 4]", "g": "[1, 2, 3]"},
    "rnn": {"x": "[1, 2, 4]", "w": "0.5", "u": "0.25"},
    "Net": {
        "x": "[[1, -2]]",
        "fc_weight": "[[0.25, 0.5], [0, 1], [1, 1]]",
        "fc_bias": "[0, 1, 0.5]",
        "out_1_weight": "[[1, 0.5, 0.25]]",
    },
}


def run_in_torch(function: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the gradients of a function of the source, run by PyTorch."""
    namespace: dict[str, Any] = {}
    exec(SOURCE, namespace)  # noqa: S102
    # Labels are whole numbers and have no gradient.
    tensors = {
        name: torch.tensor(value, dtype=torch.int64 if name == "y" else torch.float64, requires_grad=name != "y")
        for name, value in values.items()
    }
    if function == "Net":
        net = namespace["Net"]().double()
        parameters = {name.replace(".", "_"): parameter for name, parameter in net.named_parameters()}
        for name, parameter in parameters.items():
            parameter.data = tensors[name].detach()
        tensors = {"x": tensors["x"], **parameters}
        net(tensors["x"]).backward()
    else:
        namespace[function](**tensors).backward()
    return {name: tensor.grad.tolist() for name, tensor in tensors.items() if tensor.grad is not None}


@pytest.mark.parametrize("function", POINTS)
def test_gradients_are_those_of_pytorch(function: str) -> None:
    inputs = exact_values(**POINTS[function])
    formula = read_formula(PythonCode(PythonSource(SOURCE), function), inputs)
    problem = problem_from_formula(formula, inputs)
    graph, passes = problem.graph, problem.float_passes
    floats = {name: ops.map_cells(nearest_float, value) for name, value in inputs.items()}
    plain = {
        name: value if isinstance(value, float) else (value[0] if ops.is_vector(inputs[name]) else value).tolist()
        for name, value in floats.items()
    }
    expected = run_in_torch(function, plain)
    assert set(expected) == set(inputs) - {"y"}
    for name, gradient in expected.items():
        ours = np.asarray(passes.gradients[graph.position[name]], dtype=float)
        assert np.allclose(ours.reshape(np.shape(gradient)), gradient, rtol=1e-9, atol=1e-12), name
