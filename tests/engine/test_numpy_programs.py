"""NumPy programs: they print the engine's results, match their golden files, and never run text of the user."""

from __future__ import annotations

import ast
import math
import os
import random
import tokenize
import unicodedata
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.support.parsed_values import custom_functions, exact_values
from tests.support.program_runner import parse_safe_program, printed_value, run_programs
from tests.support.program_samples import (
    AWKWARD_NAMES,
    INJECTION_ATTEMPTS,
    SAMPLE_PROGRAMS,
    assert_prints,
    fold_randomly,
    passes_of,
    random_case,
    rename_nodes,
)
from tests.support.random_programs import exact_inputs
from tests.support.reference_functions import operations_with_references
from tutor.algebra.errors import AlgebraError
from tutor.algebra.evaluate import evaluate
from tutor.algebra.expr import ONE, Sym, number
from tutor.algebra.matrix_expr import MatrixExpr
from tutor.algebra.ops import is_matrix, shape_of
from tutor.algebra.parser import parse_value
from tutor.engine.builder import parse_graph
from tutor.engine.codegen.to_latex import latex_derivation
from tutor.engine.codegen.to_numpy import numpy_program
from tutor.engine.codegen.to_torch import torch_program
from tutor.engine.passes import NonFiniteError, Passes
from tutor.engine.standard_functions import with_standard_functions
from tutor.i18n import set_language

if TYPE_CHECKING:
    from collections.abc import Callable

GOLDEN = Path(__file__).parent / "golden"


def test_random_programs_print_the_engines_gradients(tmp_path: Path) -> None:
    rng = random.Random(4000)
    written: list[list[str]] = []
    expected: list[tuple[Passes, tuple[str, ...] | None]] = []
    used: set[str] = set()
    while len(written) < 250:
        program, graph, start, wrt = random_case(rng)
        try:
            lines = numpy_program(graph, exact_inputs(program), start, wrt)
        except NonFiniteError:
            continue
        written.append(lines)
        parse_safe_program(lines)
        expected.append((passes_of(graph, exact_inputs(program), start, wrt), wrt))
        used |= {node.op for node in graph.nodes if node.op}
    for output, (passes, wrt) in zip(run_programs(tmp_path, written), expected, strict=True):
        assert_prints(passes, output, wrt)
        last = passes.values[passes.graph.output_position]
        assert np.allclose(
            printed_value(output, f"{passes.graph.output}:", shape_of(last)), last, rtol=1e-12, atol=1e-12
        )
    assert used == operations_with_references()


def test_each_edge_and_each_branch_sum_has_a_line() -> None:
    rng = random.Random(4100)
    for _ in range(100):
        program, graph, start, _wrt = random_case(rng)
        try:
            lines = numpy_program(graph, exact_inputs(program), start)
        except NonFiniteError:
            continue
        assigned = [line for line in lines if line.startswith("d_") and " = " in line]
        branches = [edges for edges in graph.outgoing_edges if len(edges) > 1]
        # One more for the start. Further lines of a matrix begin differently.
        assert len(assigned) == len(graph.edges) + len(branches) + 1


EXTREME_INPUTS = {
    "f = sum(sigmoid(X))": [[0, 0.25, 0]],
    "f = sum(softplus(X))": [[0, 0.5, 1]],
    "f = sum(tanh(X))": [[0, 1, 0]],
    "f = sum(gelu(X))": [[0, 0.5, 1]],
    "f = sum(silu(X))": [[0, 0.5, 1]],
    "f = sum(erf(X))": [[0, 2 / math.sqrt(math.pi), 0]],
    "f = sum(softmax(X) * [[1, 2, 3]])": [[0, 0, 0]],
    "f = sum(relu(X))": [[0, 0, 1]],
}


def test_extreme_inputs_do_not_overflow(tmp_path: Path) -> None:
    inputs = exact_values(X="[[-1000, 0, 1000]]")
    written = [numpy_program(parse_graph(text, inputs), inputs, ONE) for text in EXTREME_INPUTS]
    for output, gradient in zip(run_programs(tmp_path, written), EXTREME_INPUTS.values(), strict=True):
        assert np.array_equal(printed_value(output, "d_X:", (1, 3)), np.array(gradient))


def test_custom_nodes_become_functions(tmp_path: Path) -> None:
    own = custom_functions(
        "swish(x) = x * sigmoid(x)",
        "gate(b, a) = mean(swish(a) @ b)",
        "leaky(x, slope) = max(x, slope * x)",
        "affine(x, w) = [[1, 2], [0, 1]] @ x + w",
    )
    inputs = exact_values(A="[[1, 2], [3, -4]]", B="[[1], [-1/2]]", x="2")
    graph = parse_graph("z = gate(B, A) * swish(x) + swish(x) + sum(affine(leaky(A, 0.1), x))", inputs, own)
    written = [numpy_program(graph, inputs, number(2), wrt) for wrt in (None, ("A",), ("x", "B"))]
    for lines in written:
        parse_safe_program(lines)
    functions = [node.name for node in ast.walk(parse_safe_program(written[0])) if isinstance(node, ast.FunctionDef)]
    assert {"swish", "swish_backward", "gate", "gate_backward"} <= set(functions)
    assert len(functions) == len(set(functions))
    for output, wrt in zip(run_programs(tmp_path, written), (None, ("A",), ("x", "B")), strict=True):
        assert_prints(passes_of(graph, inputs, number(2), wrt), output, wrt)


def test_folded_groups_become_functions(tmp_path: Path) -> None:
    rng = random.Random(4300)
    written: list[list[str]] = []
    expected: list[tuple[Passes, tuple[str, ...] | None]] = []
    groups = 0
    while len(written) < 60:
        program, graph, start, wrt = random_case(rng)
        graph = fold_randomly(rng, graph)
        try:
            written.append(numpy_program(graph, exact_inputs(program), start, wrt))
        except NonFiniteError:
            continue
        expected.append((passes_of(graph, exact_inputs(program), start, wrt), wrt))
        groups += sum(node.custom_operation is not None for node in graph.nodes)
    for lines in written:
        parse_safe_program(lines)
    for output, (passes, wrt) in zip(run_programs(tmp_path, written), expected, strict=True):
        assert_prints(passes, output, wrt)
    assert groups > 60


def test_reserved_and_equivalent_names_stay_distinct(tmp_path: Path) -> None:
    rng = random.Random(4200)
    names = list(dict.fromkeys(unicodedata.normalize("NFC", name) for name in AWKWARD_NAMES))
    read = []
    for name in names:
        try:
            parse_graph(f"z = x * {name}")
        except AlgebraError:
            continue
        read.append(name)
    assert len(read) > 20
    text = "z = x * " + " * ".join(read) + " + d_x * x"
    inputs = {name: number(rng.randint(1, 9)) / 4 for name in ["x", *read]}
    graph = parse_graph(text, inputs)
    lines = numpy_program(graph, inputs, ONE)
    parse_safe_program(lines)
    (output,) = run_programs(tmp_path, [lines])
    passes = passes_of(graph, inputs, ONE, None)
    for name in graph.inputs:
        found = next(line for line in output.splitlines() if line.startswith(f"d_{name}: "))
        assert float(found.rpartition(" ")[2]) == pytest.approx(passes.gradients[graph.position[name]], rel=1e-12)


def test_a_stopped_gradient_is_stopped_in_pytorch() -> None:
    graph = parse_graph("q = 3 * x; z = x * detach(q + 1)")
    assert "z = x * (q + 1).detach()" in torch_program(graph, {"x": number(5)}, ONE)


@pytest.mark.parametrize("write", [numpy_program, torch_program])
def test_names_and_formulas_never_become_code(write: Callable[..., list[str]], tmp_path: Path) -> None:
    plain = parse_graph("t = a * b; z = exp(t) + a")
    written = []
    for attack in INJECTION_ATTEMPTS:
        graph = rename_nodes(plain, {"a": attack, "t": attack + "2", "z": attack + "3"}, attack)
        lines = write(graph, {attack: number(2), "b": number(3)}, ONE)
        assert all("\n" not in line and "\r" not in line and len(line.splitlines()) <= 1 for line in lines)
        parse_safe_program(lines)
        written.append([line.encode("utf-8", "strict").decode() for line in lines])
    if write is numpy_program:
        run_programs(tmp_path, written)
        assert not (tmp_path / "stolen").exists()


def test_multiline_formulas_stay_comments() -> None:
    text = 't = a * b;\n# no comment\n;"""\nz = t + 1'
    graph = replace(parse_graph("t = a * b;\nz = t + 1"), text=text)
    lines = numpy_program(graph, exact_values(a="2", b="3"), ONE)
    assert lines[2:6] == ["# t = a * b;", "# # no comment", '# ;"""', "# z = t + 1"]
    parse_safe_program(lines)


@pytest.mark.parametrize("write", [numpy_program, torch_program])
def test_a_formula_cannot_declare_the_file_encoding(write: Callable[..., list[str]], tmp_path: Path) -> None:
    """Python looks for `coding=…` in comments of a file's first two lines, and utf-7 reads `+AAo-` as a new line."""
    graph = parse_graph("coding=utf_7 +AAo-x;\nz = coding*x")
    lines = write(graph, exact_values(utf_7="2", AAo="3", x="4"), ONE)
    assert not lines[0].startswith("#")
    file = tmp_path / "program.py"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with file.open("rb") as opened:
        assert tokenize.detect_encoding(opened.readline)[0] == "utf-8"


@pytest.mark.parametrize("write", [numpy_program, torch_program])
def test_symbols_and_undefined_values_are_rejected(write: Callable[..., list[str]]) -> None:
    graph = parse_graph("z = log(x)")
    with pytest.raises(AlgebraError, match="x is a symbol"):
        write(graph, {"x": Sym("x")}, ONE)
    with pytest.raises(AlgebraError, match="start is a symbol"):
        write(graph, {"x": number(2)}, Sym("dL/dz"))
    with pytest.raises(NonFiniteError):
        write(graph, {"x": number(-2)}, ONE)
    whole = MatrixExpr(Sym("X"), (2, 2))
    with pytest.raises(AlgebraError, match="X is a symbol"):
        write(parse_graph("f = sum(X)", {"X": whole}), {"X": whole}, ONE)


def test_comments_are_in_the_chosen_language() -> None:
    graph, inputs = parse_graph("z = a * b"), exact_values(a="2", b="3")
    english = numpy_program(graph, inputs, ONE)
    set_language("ko")
    try:
        korean = numpy_program(graph, inputs, ONE)
    finally:
        set_language("en")
    assert [line for line in korean if not line.startswith("#")] == [x for x in english if not x.startswith("#")]
    assert "# 순전파" in korean


@pytest.mark.parametrize("name", SAMPLE_PROGRAMS)
def test_a_sample_program_equals_its_golden_file(name: str) -> None:
    """To accept an intended change: `UPDATE_GOLDEN=1 pytest tests/engine/test_numpy_programs.py`."""
    text, texts, start, wrt, own = SAMPLE_PROGRAMS[name]
    inputs = exact_values(**texts)
    graph = parse_graph(text, inputs, custom_functions(*own))
    begin = evaluate(parse_value(start), {})
    assert is_matrix(begin) <= is_matrix(passes_of(graph, inputs, begin, wrt).values[-1])
    for write, end in ((numpy_program, "numpy.py"), (torch_program, "torch.py"), (latex_derivation, "tex")):
        found = "\n".join(write(graph, inputs, begin, wrt)) + "\n"
        file = GOLDEN / f"{name}.{end}.txt"
        if os.environ.get("UPDATE_GOLDEN"):
            GOLDEN.mkdir(exist_ok=True)
            file.write_text(found, encoding="utf-8")
        assert found == file.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "text",
    [
        "L = cross_entropy(softmax(A), y)",
        "L = cross_entropy_with_logits(A, y)",
        "L = nll_loss(log_softmax(A), y)",
        "L = sum(cross_entropy_per_row(A, y))",
    ],
)
def test_a_program_of_a_loss_of_labels_prints_the_engines_gradients(text: str, tmp_path: Path) -> None:
    inputs = {"A": evaluate(parse_value("[[1, 2, 3], [2, 0.5, -1]]"), {}), "y": evaluate(parse_value("[2, 0]"), {})}
    graph = parse_graph(text, inputs, with_standard_functions())
    (output,) = run_programs(tmp_path, [numpy_program(graph, inputs, ONE)])
    assert_prints(passes_of(graph, inputs, ONE, ("A",)), output, ("A",))
