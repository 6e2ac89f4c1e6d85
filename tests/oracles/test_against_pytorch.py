"""Every edge's gradient against PyTorch's, in float64, on random graphs and on the lessons' own program."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

from tests.engine.graphs import Program, matrix_program, scalar_program
from tests.engine.test_passes import exact_inputs, float_inputs
from tutor.engine import Graph, NotANumber, Passes, run

torch = pytest.importorskip("torch", reason="PyTorch is installed for this part of the suite only")
pytestmark = pytest.mark.oracle

_TORCH = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "neg": lambda a: -a,
    "inv": lambda a: 1 / a,
    "pow": lambda a, b: a**b,
    "exp": torch.exp,
    "log": torch.log,
    "sigmoid": torch.sigmoid,
    "matmul": lambda a, b: a @ b,
    "sum": torch.sum,
}


def tensor(value: Any) -> Any:
    return torch.tensor(np.array(value, dtype=float), dtype=torch.float64)


def differentiate(program: Program, start: float) -> tuple[dict[str, Any], dict[tuple[str, int], Any], Any]:
    """Gradients by name and by (step, slot): each use of a value is a clone of its own, so that edges stay apart."""
    known: dict[str, Any] = {}
    for name, value in float_inputs(program).items():
        known[name] = tensor(value).requires_grad_()
    uses: dict[tuple[str, int], Any] = {}
    for step in program.steps:
        operands = []
        for slot, operand in enumerate(step.operands):
            if operand in known:
                use = known[operand].clone()
                use.retain_grad()
                uses[step.name, slot] = use
                operands.append(use)
            else:
                operands.append(tensor(eval_fraction(operand)))
        known[step.name] = _TORCH[step.op](*operands)
        known[step.name].retain_grad()
    output = known[program.steps[-1].name]
    output.backward(tensor(start))
    return {n: v.grad for n, v in known.items()}, {key: use.grad for key, use in uses.items()}, output.detach()


def eval_fraction(text: str) -> float:
    top, _, bottom = text.partition("/")
    return float(top) / float(bottom or 1)


def assert_same(mine: Any, theirs: Any, largest: float = 0.0) -> None:
    """Equal to 1e-10, cell by cell; what cancels to nothing is held to the `largest` value it may come from."""
    assert np.shape(mine) == tuple(theirs.shape)
    assert np.allclose(mine, theirs.numpy(), rtol=1e-10, atol=1e-13 * largest), (mine, theirs)


def compare(program: Program, start: float) -> Passes:
    graph = Graph.parse(program.text, exact_inputs(program))
    passes = run(graph, float_inputs(program), start)
    gradients, edges, output = differentiate(program, start)
    assert_same(passes.values[graph.last], output, 1e4)
    largest = max(float(use.abs().max()) for use in edges.values())
    seen = 0
    for name, theirs in gradients.items():
        if name in graph.position and theirs is not None:
            assert_same(passes.gradients[graph.position[name]], theirs, largest)
    for (name, slot), theirs in edges.items():
        assert_same(passes.edges[graph.position[name], slot].gradient, theirs, largest)
        seen += 1
    assert seen == len(graph.edges)
    return passes


@pytest.mark.parametrize("batch", range(25))
def test_random_graphs_of_numbers(batch: int) -> None:
    rng = random.Random(1000 + batch)
    for _ in range(10):
        compare(scalar_program(rng, 9), rng.choice([1.0, 3.0, -0.5]))


@pytest.mark.parametrize("batch", range(20))
def test_random_graphs_of_matrices(batch: int) -> None:
    rng = random.Random(2000 + batch)
    compared = 0
    while compared < 8:
        try:
            compare(matrix_program(rng), rng.choice([1.0, 2.0]))
            compared += 1
        except NotANumber:
            continue


def test_the_random_graphs_use_every_operation() -> None:
    rng = random.Random(1000)
    used = {step.op for _ in range(250) for step in scalar_program(rng, 9).steps}
    used |= {step.op for _ in range(100) for step in matrix_program(rng).steps}
    assert used == set(_TORCH)


def test_the_lessons_own_program() -> None:
    x = torch.tensor(np.array([[0.1, 0.2, 0.3], [0.4, 0.5, 0.6], [0.7, 0.8, 0.9]]), requires_grad=True)
    w = torch.tensor(np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), requires_grad=False)
    g = torch.matmul(x, w)
    s = 1 / (1 + torch.exp(-g))
    h = torch.sum(s)
    h.backward()
    inputs = {"X": x.detach().numpy(), "W": w.numpy()}
    for text in ("f = sum(sigmoid(X @ W))", "A = X @ W; f = sum(1/(1 + exp(-A)))"):
        passes = run(Graph.parse(text, inputs), inputs, 1.0)
        assert_same(passes.values[-1], h.detach())
        assert_same(passes.gradients[passes.graph.position["X"]], x.grad)
        assert passes.values[-1] == pytest.approx(5.833329393581208, rel=1e-15)
