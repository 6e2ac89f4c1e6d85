"""Generated PyTorch programs, run unchanged: they print the gradients that the engine computes."""

from __future__ import annotations

import random
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.support.parsed_values import custom_functions, exact_values
from tests.support.program_runner import parse_safe_program, printed_value, run_programs
from tests.support.program_samples import (
    INJECTION_ATTEMPTS,
    LESSON,
    SAMPLE_PROGRAMS,
    assert_prints,
    fold_randomly,
    passes_of,
    random_case,
    rename_nodes,
)
from tests.support.random_programs import exact_inputs
from tests.support.reference_functions import operations_with_references
from tutor.algebra.evaluate import evaluate
from tutor.algebra.expr import ONE, number
from tutor.algebra.parser import parse_value
from tutor.engine.builder import parse_graph
from tutor.engine.codegen.to_torch import torch_program
from tutor.engine.passes import NonFiniteError, Passes

if TYPE_CHECKING:
    from pathlib import Path

pytest.importorskip("torch", reason="PyTorch is installed for this part of the suite only")
pytestmark = pytest.mark.oracle


def test_random_programs_print_the_gradients_that_the_engine_finds(tmp_path: Path) -> None:
    rng = random.Random(5000)
    written: list[list[str]] = []
    expected: list[tuple[Passes, tuple[str, ...] | None]] = []
    used: set[str] = set()
    while len(written) < 250:
        program, graph, start, wrt = random_case(rng)
        graph = fold_randomly(rng, graph) if rng.random() < 0.2 else graph
        try:
            lines = torch_program(graph, exact_inputs(program), start, wrt)
        except NonFiniteError:
            continue
        written.append(lines)
        parse_safe_program(lines)
        expected.append((passes_of(graph, exact_inputs(program), start, wrt), wrt))
        used |= {node.op for node in graph.nodes if node.op}
    for output, (passes, wrt) in zip(run_programs(tmp_path, written, "torch"), expected, strict=True):
        assert_prints(passes, output, wrt, "{}.grad =")
    assert used >= operations_with_references()


def test_named_programs_print_the_gradients_that_the_engine_finds(tmp_path: Path) -> None:
    written, expected = [], []
    for text, texts, start, wrt, own in SAMPLE_PROGRAMS.values():
        inputs, begin = exact_values(**texts), evaluate(parse_value(start), {})
        graph = parse_graph(text, inputs, custom_functions(*own))
        written.append(torch_program(graph, inputs, begin, wrt))
        expected.append((passes_of(graph, inputs, begin, wrt), wrt))
    for output, (passes, wrt) in zip(run_programs(tmp_path, written, "torch"), expected, strict=True):
        assert_prints(passes, output, wrt, "{}.grad =")


def test_a_stopped_gradient_is_stopped_in_the_program_too(tmp_path: Path) -> None:
    texts = ["z = x*detach(x*y) + y", "s = detach(x); z = s*y + x*detach(s)", "z = y*ste(x, 3)"]
    inputs, own = exact_values(x="2.6", y="5"), custom_functions("ste(v, n) = v + detach(n - v)")
    graphs = [parse_graph(text, inputs, own) for text in texts]
    written = [torch_program(graph, inputs, ONE) for graph in graphs]
    assert sum(line.count(".detach()") for lines in written for line in lines) == 4
    for output, graph in zip(run_programs(tmp_path, written, "torch"), graphs, strict=True):
        assert_prints(passes_of(graph, inputs, ONE, None), output, None, "{}.grad =")


def test_the_program_of_the_lesson_prints_its_figures(tmp_path: Path) -> None:
    inputs = exact_values(**LESSON)
    lines = torch_program(parse_graph("f = sum(sigmoid(X @ W))", inputs), inputs, ONE, ("X",))
    assert sum("requires_grad=True" in line for line in lines) == 1
    file = tmp_path / "lesson.py"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    # Without the driver, PyTorch prints its usual digits.
    done = subprocess.run([sys.executable, str(file)], capture_output=True, text=True, check=True)
    assert "f = 5.833329393581208" in done.stdout
    shown = re.sub(r"\s+", " ", done.stdout.partition("X.grad = ")[2])
    assert shown.startswith(
        "tensor([[1.9788e-01, 4.8555e-01, 7.7323e-01], [1.0649e-02, 2.8635e-02, 4.6621e-02], "
        "[5.9074e-04, 1.6814e-03, 2.7721e-03]], dtype=torch.float64)"
    )


def test_at_kinks_and_far_from_zero_pytorch_agrees(tmp_path: Path) -> None:
    texts = [
        "sum(relu(X))",
        "sum(abs(X))",
        "sum(max(X, 0))",
        "sum(min(0, X))",
        "sum(max(X, X))",
        "sum(softplus(X))",
        "sum(erf(X))",
        "sum(silu(X))",
        "sum(gelu(X))",
    ]
    texts += ["sum(sigmoid(X))", "sum(tanh(X))", "sum(softmax(X) * [[1, 2, 3, 4, 5]])"]
    inputs = exact_values(X="[[-1000, 0, 25, 39, 1000]]")
    graphs = [parse_graph(text, inputs) for text in texts]
    written = [torch_program(graph, inputs, ONE) for graph in graphs]
    for output, graph in zip(run_programs(tmp_path, written, "torch"), graphs, strict=True):
        assert_prints(passes_of(graph, inputs, ONE, None), output, None, "{}.grad =")


def test_no_name_and_no_formula_becomes_code(tmp_path: Path) -> None:
    plain = parse_graph("t = a * b; z = exp(t) + a")
    written = []
    for attack in INJECTION_ATTEMPTS:
        graph = rename_nodes(plain, {"a": attack, "t": attack + "2", "z": attack + "3"}, attack)
        written.append(torch_program(graph, {attack: number(2), "b": number(3)}, ONE))
    for output in run_programs(tmp_path, written, "torch"):
        assert printed_value(output, "b.grad =", None) == pytest.approx(2 * np.exp(6), rel=1e-12)
    assert not (tmp_path / "stolen").exists()
