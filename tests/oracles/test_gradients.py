"""The gradient of every edge against PyTorch's, in float64, on random graphs and on a lesson's program."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests.support.random_programs import (
    Program,
    exact_inputs,
    float_inputs,
    parse_constant,
    random_matrix_program,
    random_scalar_program,
)
from tests.support.reference_functions import operations_with_references
from tests.support.torch_values import TORCH_FUNCTIONS, to_tensor, torch
from tutor.engine.builder import parse_graph
from tutor.engine.passes import Passes, forward_backward

if TYPE_CHECKING:
    from tutor.engine.graph import Graph

pytestmark = pytest.mark.oracle

#: Elementwise operations of two operands, which broadcast them.
_ELEMENTWISE = ("add", "sub", "mul", "div", "pow", "max", "min")


def torch_gradients(program: Program, start: float) -> tuple[dict[str, Any], dict[tuple[str, int, bool], Any], Any]:
    """Return the gradients by name, the gradients by edge, and the output.

    An edge is (step, slot, broadcast). Each use of a value is its own clone, so that PyTorch keeps the gradient of
    each edge; broadcasting to a larger shape is a second edge.
    """
    known: dict[str, Any] = {}
    for name, value in float_inputs(program).items():
        known[name] = to_tensor(value).requires_grad_()
    uses: dict[tuple[str, int, bool], Any] = {}
    for step in program.steps:
        values = [known[o] if o in known else to_tensor(parse_constant(o)) for o in step.operands]
        shape = torch.broadcast_shapes(*(value.shape for value in values)) if step.op in _ELEMENTWISE else None
        operands = []
        for slot, (operand, value) in enumerate(zip(step.operands, values, strict=True)):
            if operand in known:
                use = uses[step.name, slot, False] = value.clone()
                use.retain_grad()
                if shape is not None and use.shape != shape:
                    use = uses[step.name, slot, True] = torch.broadcast_to(use, shape).clone()
                    use.retain_grad()
                operands.append(use)
            else:
                operands.append(value)
        known[step.name] = TORCH_FUNCTIONS[step.op](*operands)
        known[step.name].retain_grad()
    output = known[program.steps[-1].name]
    output.backward(torch.full_like(output, start))
    return {n: v.grad for n, v in known.items()}, {key: use.grad for key, use in uses.items()}, output.detach()


def assert_close(value: Any, tensor: Any, largest: float = 0.0) -> None:
    """Assert equality to 1e-10 in every cell, or to 1e-13 of the largest value, from which a cell may cancel."""
    assert np.shape(value) == tuple(tensor.shape)
    assert np.allclose(value, tensor.numpy(), rtol=1e-10, atol=1e-13 * largest), (value, tensor)


def edge_of(graph: Graph, step: str, slot: int, is_broadcast: bool) -> tuple[int, int]:
    """Return the (target, slot) of an edge: into the step's node, or into the broadcast node before it."""
    position = graph.position[step]
    source = graph.nodes[position].args[slot]
    if source is not None and graph.nodes[source].op == "broadcast" and not is_broadcast:
        return source, 0
    return position, slot


def assert_gradients_agree(program: Program, start: float) -> Passes:
    graph = parse_graph(program.text, exact_inputs(program))
    passes = forward_backward(graph, float_inputs(program), start)
    gradients, edges, output = torch_gradients(program, start)
    assert_close(passes.values[graph.output_position], output, 1e4)
    largest = max(abs(start), *(float(use.abs().max()) for use in edges.values()))
    seen = set()
    for name, gradient in gradients.items():
        if name in graph.position and gradient is not None:
            assert_close(passes.gradients[graph.position[name]], gradient, largest)
    for (name, slot, is_broadcast), gradient in edges.items():
        edge = edge_of(graph, name, slot, is_broadcast)
        assert_close(passes.edges[edge].gradient, gradient, largest)
        seen.add(edge)
    assert seen == {(edge.target, edge.slot) for edge in graph.edges}
    return passes


@pytest.mark.parametrize("batch", range(10))
def test_random_graphs_of_numbers(batch: int) -> None:
    rng = random.Random(1000 + batch)
    for _ in range(20):
        assert_gradients_agree(random_scalar_program(rng, 9), rng.choice([1.0, 3.0, -0.5]))


@pytest.mark.parametrize("batch", range(15))
def test_random_graphs_of_matrices(batch: int) -> None:
    rng = random.Random(2000 + batch)
    for _ in range(20):
        assert_gradients_agree(random_matrix_program(rng, 9), rng.choice([1.0, 2.0]))


def test_the_random_graphs_use_every_operation() -> None:
    used = set()
    for make, seeds, each in (
        (random_scalar_program, range(1000, 1010), 20),
        (random_matrix_program, range(2000, 2015), 20),
    ):
        for seed in seeds:
            rng = random.Random(seed)
            for _ in range(each):
                program = make(rng, 9)
                rng.choice([1.0, 3.0, -0.5])
                used |= {step.op for step in program.steps}
    assert used | {"broadcast"} == operations_with_references()


@pytest.mark.parametrize("text", ["relu(x)", "abs(x)", "max(x, y)", "min(x, y)", "max(x, x)", "max(x, 0)", "min(0, x)"])
def test_kinks_have_the_slopes_of_pytorch(text: str) -> None:
    names = [name for name in "xy" if name in text.replace("max", "")]
    inputs = dict.fromkeys(names, 0.0)
    graph = parse_graph(f"z = {text}")
    passes = forward_backward(graph, inputs, 3.0)
    x, y = (torch.tensor(0.0, dtype=torch.float64, requires_grad=True) for _ in range(2))
    zero = torch.tensor(0.0, dtype=torch.float64)
    {
        "relu(x)": lambda: torch.relu(x),
        "abs(x)": lambda: torch.abs(x),
        "max(x, y)": lambda: torch.maximum(x, y),
        "min(x, y)": lambda: torch.minimum(x, y),
        "max(x, x)": lambda: torch.maximum(x, x),
        "max(x, 0)": lambda: torch.maximum(x, zero),
        "min(0, x)": lambda: torch.minimum(zero, x),
    }[text]().backward(torch.tensor(3.0, dtype=torch.float64))
    for name, tensor_of_it in (("x", x), ("y", y)):
        if name in inputs:
            assert passes.gradients[graph.position[name]] == tensor_of_it.grad.item()


@pytest.mark.parametrize("far", [40.0, 1000.0])
def test_a_loss_far_from_zero_agrees_with_pytorchs_stable_one(far: float) -> None:
    logits = np.array([[far, -far, 0.0], [0.5, far, far - 1.0]])
    targets = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    graph = parse_graph("L = cross_entropy(softmax(X), T)", {"X": logits, "T": targets})
    passes = forward_backward(graph, {"X": logits, "T": targets}, 1.0, ("X",))
    x = to_tensor(logits).requires_grad_()
    theirs = torch.nn.functional.cross_entropy(x, to_tensor(targets))
    theirs.backward()
    assert passes.values[graph.output_position] == pytest.approx(theirs.item(), rel=1e-12)
    # PyTorch computes p − t, which has few digits left when p is nearly 1.
    assert np.allclose(passes.gradients[graph.position["X"]], x.grad.numpy(), rtol=1e-10, atol=1e-16)


def test_the_program_of_the_lesson() -> None:
    x = torch.tensor(np.array([[0.1, 0.2, 0.3], [0.4, 0.5, 0.6], [0.7, 0.8, 0.9]]), requires_grad=True)
    w = torch.tensor(np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), requires_grad=False)
    g = torch.matmul(x, w)
    s = 1 / (1 + torch.exp(-g))
    h = torch.sum(s)
    h.backward()
    inputs = {"X": x.detach().numpy(), "W": w.numpy()}
    for text in ("f = sum(sigmoid(X @ W))", "A = X @ W; f = sum(1/(1 + exp(-A)))"):
        passes = forward_backward(parse_graph(text, inputs), inputs, 1.0)
        assert_close(passes.values[-1], h.detach())
        assert_close(passes.gradients[passes.graph.position["X"]], x.grad)
        assert passes.values[-1] == pytest.approx(5.833329393581208, rel=1e-15)
