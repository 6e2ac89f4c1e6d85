"""Functions of arrays against PyTorch: values, shapes and gradients, also at ties and at zeros."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests.engine.test_array_rules import IDS, graph_of, in_engine, in_numpy, values_at
from tests.support.array_cases import CASES, ArrayCase
from tests.support.program_runner import parse_safe_program, run_programs
from tests.support.program_samples import assert_prints, passes_of
from tests.support.torch_values import to_tensor, torch
from tutor.algebra.expr import number
from tutor.engine.codegen.to_torch import torch_program
from tutor.engine.passes import forward_backward

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.oracle


def assert_agrees(case: ArrayCase, values: list[Any]) -> None:
    graph, inputs, _exact = graph_of(case, values)
    tensors = [to_tensor(np.array(value, dtype=float)).requires_grad_() for value in values]
    output = case.torch(torch, *tensors)
    start = np.random.default_rng(1).integers(1, 9, tuple(output.shape))
    output.backward(to_tensor(start))
    begin = in_engine(np.vectorize(Fraction, otypes=[object])(start) if start.ndim else Fraction(int(start)), float)
    passes = forward_backward(graph, inputs, begin)
    value = in_numpy(passes.values[graph.output_position], tuple(output.shape))
    assert np.allclose(value, output.detach().tolist(), rtol=1e-10, atol=1e-12)
    for name, tensor in zip(inputs, tensors, strict=True):
        gradient = in_numpy(passes.gradients[graph.position[name]], tuple(tensor.shape))
        assert np.allclose(gradient, tensor.grad.tolist(), rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize("case", CASES, ids=IDS)
@pytest.mark.parametrize("seed", range(1, 6))
def test_gradients_agree(case: ArrayCase, seed: int) -> None:
    assert_agrees(case, values_at(case, seed))


@pytest.mark.parametrize("case", CASES, ids=IDS)
@pytest.mark.parametrize("seed", range(5))
def test_gradients_agree_at_ties_and_zeros(case: ArrayCase, seed: int) -> None:
    if "inv" in case.text or "det" in case.text:
        pytest.skip(
            "such a matrix may have no inverse, and PyTorch's gradient of its determinant is not that of its cofactors"
        )
    rng = np.random.default_rng(seed)
    values: list[Any] = [
        np.array(
            [Fraction(int(cell)) for cell in rng.integers(0, 3, int(np.prod(axes, dtype=int)))], dtype=object
        ).reshape(axes)
        if axes
        else Fraction(int(rng.integers(0, 3)))
        for axes in case.axes
    ]
    if "X > 0" in case.text:
        values[0][:, 0] = Fraction(1)
    assert_agrees(case, values)


def test_programs_print_the_gradients_that_the_engine_finds(tmp_path: Path) -> None:
    written, expected = [], []
    for case in CASES:
        graph, _inputs, exact = graph_of(case, values_at(case, 3))
        written.append(torch_program(graph, exact, number(2)))
        parse_safe_program(written[-1])
        expected.append(passes_of(graph, exact, number(2), None))
    for output, passes in zip(run_programs(tmp_path, written, "torch"), expected, strict=True):
        assert_prints(passes, output, None, "{}.grad =")
