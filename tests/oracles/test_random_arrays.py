"""1,000 random graphs over the whole language against PyTorch: every value's gradient, and generated programs."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests.support.program_runner import run_programs
from tests.support.program_samples import assert_prints, fold_randomly, passes_of
from tests.support.random_arrays import ArrayProgram, definitions, engine_inputs, random_array_program
from tests.support.torch_values import torch
from tutor.algebra.expr import ONE
from tutor.engine.builder import parse_graph
from tutor.engine.codegen.to_torch import torch_program

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.oracle

_DEFINITIONS = definitions()


def torch_gradients(program: ArrayProgram) -> dict[str, Any]:
    """Return the gradient of every input and step in PyTorch, None where nothing comes back."""
    known: dict[str, Any] = {}
    for name, value in program.inputs.items():
        is_index = name.startswith("i")
        known[name] = torch.tensor(np.asarray(value), dtype=torch.int64 if is_index else torch.float64)
        if not is_index:
            known[name].requires_grad_()
    for step in program.steps:
        value = known[step.name] = step.run(torch, *(known[operand] for operand in step.operands))
        if value.requires_grad:
            value.retain_grad()
    known[program.steps[-1].name].sum().backward()
    return {name: value.grad for name, value in known.items()}


@pytest.mark.parametrize("batch", range(20))
def test_gradients_agree(batch: int) -> None:
    for seed in range(10_000 + 50 * batch, 10_050 + 50 * batch):
        program = random_array_program(random.Random(seed), 9)
        inputs = engine_inputs(program)
        graph = parse_graph(program.text, inputs, _DEFINITIONS)
        passes = passes_of(graph, inputs, ONE, None)
        largest = max(float(np.abs(edge.gradient).max()) for edge in passes.edges.values())
        for name, gradient in torch_gradients(program).items():
            found = passes.gradients[graph.position[name]] if name in graph.position else None
            if found is not None and gradient is not None:
                assert np.allclose(
                    np.ravel(found), gradient.numpy().ravel(), rtol=1e-9, atol=1e-12 * max(1, largest)
                ), (seed, name, program.text)
            elif gradient is not None:
                assert not gradient.any(), (seed, name, program.text)


def test_programs_print_the_gradients(tmp_path: Path) -> None:
    written, expected = [], []
    for seed in range(20_000, 20_250):
        rng = random.Random(seed)
        program = random_array_program(rng)
        graph = parse_graph(program.text, engine_inputs(program), _DEFINITIONS)
        graph = fold_randomly(rng, graph) if rng.random() < 0.3 else graph
        written.append(torch_program(graph, engine_inputs(program), ONE))
        expected.append(passes_of(graph, engine_inputs(program), ONE, None))
    for output, passes in zip(run_programs(tmp_path, written, "torch"), expected, strict=True):
        assert_prints(passes, output, passes.graph.differentiable_inputs(), "{}.grad =")
