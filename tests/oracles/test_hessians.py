"""Hessians against PyTorch's double backward pass, on random graphs and by running generated programs."""

from __future__ import annotations

import ast
import random
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.random_programs import Program, exact_inputs, float_inputs, parse_constant, random_scalar_program
from tests.support.torch_values import TORCH_FUNCTIONS, to_tensor, torch
from tutor.algebra.balls import nearest_float
from tutor.algebra.expr import number
from tutor.engine.builder import parse_graph
from tutor.engine.codegen.to_torch import torch_hessian_program
from tutor.engine.hessian import Hessian, hessian
from tutor.engine.operations import OPERATIONS
from tutor.engine.standard_functions import with_standard_functions

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.oracle


def torch_hessian(program: Program) -> list[list[float]]:
    """Return the Hessian of a program of numbers by differentiating PyTorch's gradients."""
    known: dict[str, Any] = {name: to_tensor(value).requires_grad_() for name, value in float_inputs(program).items()}
    inputs = list(known.values())
    for step in program.steps:
        operands = [known[o] if o in known else to_tensor(parse_constant(o)) for o in step.operands]
        known[step.name] = TORCH_FUNCTIONS[step.op](*operands)
    output = known[program.steps[-1].name]
    gradients = torch.autograd.grad(output, inputs, create_graph=True, allow_unused=True)
    rows = []
    for gradient in gradients:
        # A constant gradient is no part of PyTorch's graph.
        is_constant = gradient is None or not gradient.requires_grad
        second = (
            [None] * len(inputs) if is_constant
            else torch.autograd.grad(gradient, inputs, retain_graph=True, allow_unused=True)
        )  # fmt: skip
        rows.append([0.0 if entry is None else entry.item() for entry in second])
    return rows


def entries(found: Hessian) -> list[list[float]]:
    return [[nearest_float(entry) for entry in row.entries] for row in found.rows]


def test_hessians_of_random_graphs_are_those_of_pytorch() -> None:
    rng = random.Random(31)
    used: set[str] = set()
    for _ in range(1000):
        program = random_scalar_program(rng)
        graph = parse_graph(program.text)
        found = entries(hessian(graph, exact_inputs(program), graph.inputs))
        order = [list(program.inputs).index(name) for name in graph.inputs]
        truth = torch_hessian(program)
        for i, row in zip(order, found, strict=True):
            assert row == pytest.approx([truth[i][j] for j in order], rel=1e-7, abs=1e-8), program.text
        used |= {node.op for node in graph.nodes if node.op}
    assert used >= {op for op, operation in OPERATIONS.items() if operation.derivative and not operation.data_slots}


@pytest.mark.parametrize(
    "text",
    ["f = x^2*y", "f = gelu(x*y) + x", "h = x*y; f = tanh(h)*h^1.5", "f = max(x, y)*swish(x)", "f = huber(x, y)*y^3"],
)
@pytest.mark.parametrize("names", [("x", "y"), ("y",)])
def test_the_program_prints_the_hessian(tmp_path: Path, text: str, names: tuple[str, ...]) -> None:
    graph = parse_graph(text, {}, with_standard_functions())
    inputs = {"x": number("1.25"), "y": number("0.75")}
    lines = torch_hessian_program(graph, inputs, names)
    file = tmp_path / "hessian.py"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    done = subprocess.run([sys.executable, str(file)], capture_output=True, text=True, check=True)
    printed = [ast.literal_eval(line) for line in done.stdout.splitlines()]
    for row, truth in zip(entries(hessian(graph, inputs, names)), printed, strict=True):
        assert row == pytest.approx(truth, rel=1e-9, abs=1e-12)
