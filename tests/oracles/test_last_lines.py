"""The code in the last texts of exercises: the lines for NumPy and for PyTorch give the gradients of the graph.

Such a text ends in a line `NumPy:` with lines of code below it, and a line `PyTorch:` with others. The NumPy lines may use
the inputs, the named steps, and the backward value of the output, as in `dL`; each `d…` that they set is compared. The
PyTorch lines compute the output from the inputs and go back from it; the gradients of the inputs are compared.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests.support.simulated_learners import builtin_exercise_names
from tests.support.torch_values import to_tensor, torch
from tutor.algebra import ops
from tutor.engine.finite_differences import to_floats
from tutor.packs import library

if TYPE_CHECKING:
    from tutor.algebra.ops import Value
    from tutor.grading.problem import Problem

pytestmark = pytest.mark.oracle

MOST_LINES, WIDEST = 4, 76
#: Packs in which every exercise with a graph ends in code.
COMPLETE = ("modern", "objectives", "classics")
_BLOCK = re.compile(r"^(NumPy|PyTorch):\n((?:`[^`\n]+`\n?)+)", re.MULTILINE)


def code_blocks(text: str) -> dict[str, list[str]]:
    """Return the lines of code in a text, by library."""
    return {name: [line.strip("`") for line in lines.splitlines()] for name, lines in _BLOCK.findall(text)}


#: The code of each exercise that has some.
CODE = {
    name: blocks
    for name in builtin_exercise_names()
    if (blocks := code_blocks(library.find_exercise(name).after.texts["en"]))
}


def as_floats(value: Value) -> Any:
    """Return a number or an array in floats, a vector with one axis."""
    floats = np.array(to_floats(value), dtype=float)
    return floats.ravel() if ops.is_vector(value) else floats


def gradients_of(problem: Problem) -> dict[str, Any]:
    """Return the gradients of inputs and named steps."""
    gradients = problem.exact_passes.gradients
    return {
        name: as_floats(gradients[position])
        for name, position in problem.graph.position.items()
        if gradients[position] is not None
    }


def problems(name: str) -> list[Problem]:
    exercise = library.find_exercise(name)
    return [exercise.variant(seed).problem for seed in ((None, 1, 2) if exercise.has_variants else (None,))]


def start_of(problem: Problem) -> Any:
    """Return the backward value of the output, in the output's shape."""
    output = as_floats(problem.exact_passes.values[problem.graph.output_position])
    start = as_floats(problem.start)
    return start.reshape(output.shape) if start.size == output.size else np.broadcast_to(start, output.shape).copy()


def run(lines: list[str], names: dict[str, Any]) -> None:
    exec("\n".join(lines), names)  # noqa: S102 - the lines of our own exercises


@pytest.mark.parametrize("name", CODE)
def test_the_numpy_lines_give_the_gradients(name: str) -> None:
    for problem in problems(name):
        graph, indexes = problem.graph, problem.graph.index_sizes
        names: dict[str, Any] = {"np": np, f"d{graph.output}": start_of(problem)}
        for known, position in graph.position.items():
            value = as_floats(problem.exact_passes.values[position])
            names[known] = value.astype(int) if known in indexes else value
        before = set(names)
        run(CODE[name]["NumPy"], names)
        expected = gradients_of(problem)
        found = {each[1:] for each in names.keys() - before if each[:1] == "d" and each[1:] in expected}
        assert found & set(graph.inputs), "no gradient of an input is computed"
        for each in found:
            np.testing.assert_allclose(names[f"d{each}"], expected[each], rtol=1e-10, atol=1e-12, err_msg=each)
            assert np.shape(names[f"d{each}"]) == expected[each].shape, each


@pytest.mark.parametrize("name", CODE)
def test_the_pytorch_lines_give_the_gradients(name: str) -> None:
    for problem in problems(name):
        graph, wrt = problem.graph, problem.graph.differentiable_inputs(problem.wrt)
        names: dict[str, Any] = {"torch": torch, "F": torch.nn.functional}
        for each, value in problem.inputs.items():
            tensor = to_tensor(as_floats(value))
            names[each] = tensor.long() if each in graph.index_sizes else tensor.requires_grad_(each in wrt)
        inputs = dict(names)
        names[f"d{graph.output}"] = to_tensor(start_of(problem))
        run(CODE[name]["PyTorch"], names)
        expected = gradients_of(problem)
        for each in wrt:
            grad = inputs[each].grad
            np.testing.assert_allclose(grad.numpy(), expected[each], rtol=1e-10, atol=1e-12, err_msg=each)


@pytest.mark.parametrize("name", CODE)
def test_both_languages_end_in_the_same_few_lines(name: str) -> None:
    blocks = CODE[name]
    assert blocks.keys() == {"NumPy", "PyTorch"}
    assert code_blocks(library.find_exercise(name).after.texts["ko"]) == blocks
    for lines in blocks.values():
        assert len(lines) <= MOST_LINES
        assert max(map(len, lines)) <= WIDEST


@pytest.mark.parametrize("pack", COMPLETE)
def test_every_exercise_of_these_packs_ends_in_code(pack: str) -> None:
    for name in builtin_exercise_names():
        if name.startswith(f"{pack}/") and library.find_exercise(name).graph.nodes:
            assert name in CODE
