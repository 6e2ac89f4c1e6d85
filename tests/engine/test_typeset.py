"""Derivations typeset by KaTeX, for which `BACKPROP_TUTOR_KATEX` names the folder of that package of Node.js.

Without the variable they are skipped; with it, Node.js and KaTeX must be there.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.parsed_values import custom_functions, exact_values
from tests.support.program_samples import AWKWARD_NAMES, INJECTION_ATTEMPTS, SAMPLE_PROGRAMS, rename_nodes
from tests.support.sample_problems import ALL_PROBLEMS
from tutor.algebra.evaluate import evaluate
from tutor.algebra.expr import ONE, Sym, number
from tutor.algebra.matrix_expr import MatrixExpr
from tutor.algebra.parser import parse_value
from tutor.engine.builder import parse_graph
from tutor.engine.codegen.to_latex import latex_derivation
from tutor.engine.operations import OPERATIONS
from tutor.engine.standard_functions import with_standard_functions
from tutor.packs import library

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tutor.algebra.ops import Value
    from tutor.engine.builder import CustomFunction
    from tutor.engine.graph import Graph

KATEX = os.environ.get("BACKPROP_TUTOR_KATEX", "")
SCRIPT = Path(__file__).parents[1] / "support" / "typeset.js"

pytestmark = pytest.mark.skipif(not KATEX, reason="BACKPROP_TUTOR_KATEX names no folder of KaTeX")

#: Formulas with what the graphs of single operations lack: names, branches, shapes, nodes of one's own.
FORMULAS: tuple[tuple[str, dict[str, str]], ...] = (
    ("z = x * (x + y)", {"x": "8", "y": "6"}),
    ("h = (x - y)^2; z = h / (h + 1) - h", {"x": "1/3", "y": "-0.25"}),
    ("z = -x - (-y) - (x - y) * -2", {"x": "1e-9", "y": "123456789"}),
    ("z = (w2 * tanh(w1 * x + b1) + b2 - y)^2", {"w1": "1", "w2": "2", "b1": "0.5", "b2": "-1", "x": "1", "y": "3"}),
    ("z = (x + y) * (x + y) + exp(x + y)", {"x": "1", "y": "2"}),
    ("z = 2^x^2 + x^-2 + (x^2)^3 + 1/(1 + 1/x)", {"x": "3/2"}),
    ("z = abs(relu(x) - max(x, 2)) + min(-x, y) * sqrt(y)", {"x": "3", "y": "1"}),
    (
        "loss_total = learning_rate * d_model + x_hat * x'",
        dict.fromkeys(("learning_rate", "d_model", "x_hat", "x'"), "2"),
    ),
    ("무게 = 값 * α + λ₁; z = 무게 * β'", {"값": "1", "α": "2", "λ1": "3", "β'": "4"}),
    ("f = sum(sigmoid(X @ W + b))", {"X": "[[0.1, 0.2], [1e-7, 4e8]]", "W": "[[1, 2], [3, 4]]", "b": "[[1, 2]]"}),
    ("f = mean(X.T @ (X - mean(X, 0)), 1).T @ sum(X, 1)", {"X": "[[1, 2], [3, 5]]"}),
    ("y = tanh(W @ x + b); z = y @ y + sum(W * x) + x @ x", {"W": "[[1, 2], [3, 4]]", "x": "[1, 2]", "b": "[0.5, 1]"}),
    ("A = outer(x, y); z = sum(softmax(A) @ y) + mean(x)", {"x": "[1, 2, 3]", "y": "[4, 5]"}),
    ("p = softmax(x); z = x @ p - mse(p, x)", {"x": "[1, 2, 3, 4, 5, 6]"}),
    ("P = softmax(X); L = cross_entropy(P, T)", {"X": "[[1, 2], [0, -1]]", "T": "[[0, 1], [1, 0]]"}),
    ("z = blend(x, y, x) + bump(blend(y, y, x))", {"x": "1", "y": "2"}),
    ("Z = bump(X) @ X; f = sum(norm1(Z) * X / 3)", {"X": "[[1, 2], [3, 4]]"}),
    ("P = W[ids]; f = sum(P * P) + W[0, 1] + sum(W[1:3, 0])", {"W": "[[1, 2], [3, 5], [6, 7]]", "ids": "[2, 1, 2]"}),
    ("f = -sum(log(P[range(2), y])) + x[-1] * x[0]", {"P": "[[0.2, 0.8], [0.5, 0.5]]", "y": "[1, 0]", "x": "[3, 7]"}),
    ("z = where(x > 1, x^2, 3*x) + (x >= 2) * x + (x < 3) * y + (y <= x) * detach(x) * y", {"x": "2", "y": "1"}),
    ("f = sum(where(X != 0, X, 2*X) * (X == 1)) + sum(x[:, None] * x)", {"X": "[[1, -2], [3, 4]]", "x": "[3, 4]"}),
    ("v = concat(x, [a*b, 2]); M = stack(x, x); f = v @ v + sum(M)", {"x": "[3, 4]", "a": "2", "b": "3"}),
    (
        "M = reshape(X, 3, 2); s = sum(M, axis=1); m = mean(M, axis=0); f = s @ s + m @ m",
        {"X": "[[1, 2, 4], [3, 5, 6]]"},
    ),
    ("f = max(X) + sum(max(X, axis=1)) + prod(X[0]) + sum(min(X, axis=0))", {"X": "[[1, 2], [3, 4]]"}),
    ("f = det(A) + trace(A @ inv(A)) + sum(inv(A)) + sign(A[0, 0])", {"A": "[[1, 2], [3, 5]]"}),
    ("C = conv2d(X, K); f = sum(einsum('ij,jk->ik', C, X))", {"X": "[[1, 2], [3, 4]]", "K": "[[2]]"}),
    ("P = softmax(X, axis=0); f = sum(P * P) + sum(cumsum(x)) + norm(x)", {"X": "[[1, 2], [3, 4]]", "x": "[1, 2, 4]"}),
    ("P = softmax(where(M > 0, X, -inf)); f = sum(P * X)", {"X": "[[1, 2], [3, 4]]", "M": "[[1, 0], [1, 1]]"}),
    ("f = sum(X * 2)", {"X": "[" + ", ".join(str(list(range(9 * n, 9 * n + 9))) for n in range(7)) + "]"}),
    ("z = " + " + ".join(f"sin(weight * {n})" for n in range(1, 13)), {"weight": "0.1"}),
)
ARRAY_OPERATIONS = {"index", "concat", "stack", "grid", "reshape", "unsqueeze", "det", "conv2d"}
OWN_NODES = ("blend(p, q, r) = p * q + (1 - p) * r", "bump(x) = x * exp(-x^2)", "norm1(X) = X / sum(abs(X))")


def own_nodes() -> Mapping[str, CustomFunction]:
    return with_standard_functions(custom_functions(*OWN_NODES))


def assert_typeset(derivations: Iterable[tuple[str, list[str]]]) -> None:
    """Assert that KaTeX typesets every display, and every formula in a heading, of named derivations."""
    formulas = [(name, latex, display) for name, lines in derivations for latex, display in formulas_of(lines)]
    assert formulas
    texts = json.dumps([{"latex": latex, "display": display} for _name, latex, display in formulas])
    done = subprocess.run(["node", SCRIPT, KATEX], input=texts, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    errors = json.loads(done.stdout)
    assert len(errors) == len(formulas)
    assert not [(*formula, error) for formula, error in zip(formulas, errors, strict=True) if error]


def formulas_of(lines: list[str]) -> Iterator[tuple[str, bool]]:
    """Yield the formulas of a derivation, and whether each is a display."""
    for line in lines:
        if line.startswith(r"\noindent"):
            yield from ((formula, False) for formula in re.split(r"(?<!\\)\$", line)[1::2])
    text = "\n".join(lines)
    displays = re.findall(r"\\begin\{align\*\}.*?\\end\{align\*\}", text, re.DOTALL)
    assert len(displays) == text.count("align*") / 2
    yield from ((display, True) for display in displays)


def derivation(text: str, values: dict[str, str], start: Value = ONE) -> list[str]:
    inputs = exact_values(**values)
    return latex_derivation(parse_graph(text, inputs, own_nodes()), inputs, start)


def test_an_error_is_an_error() -> None:
    with pytest.raises(AssertionError, match="KaTeX parse error"):
        assert_typeset([("broken", [r"\begin{align*}", r"x^{2}^{3} &= \unknown{1}", r"\end{align*}"])])


def test_every_built_in_exercise() -> None:
    def derivations() -> Iterator[tuple[str, list[str]]]:
        for pack in library.all_packs():
            for entry in pack.entries:
                problem = pack.open(entry.id).variant().problem
                if problem.graph.nodes:
                    yield entry.id, latex_derivation(problem.graph, problem.inputs, problem.start, problem.wrt)

    assert_typeset(derivations())


def test_every_operation() -> None:
    problems = {name: (problem.graph, problem.inputs, problem.start) for name, problem in ALL_PROBLEMS.items()}
    graphs = [graph for graph, _inputs, _start in problems.values()]
    graphs += [parse_graph(text, exact_values(**values), own_nodes()) for text, values in FORMULAS]
    assert {node.op for graph in graphs for node in graph.nodes} >= set(OPERATIONS)
    assert_typeset((name, latex_derivation(*problem)) for name, problem in problems.items())


def test_formulas_with_numbers() -> None:
    assert_typeset((text, derivation(text, values)) for text, values in FORMULAS)
    assert_typeset((text, derivation(text, values, number(-3))) for text, values in FORMULAS)


def test_formulas_with_symbols() -> None:
    def derivations() -> Iterator[tuple[str, list[str]]]:
        for text, values in FORMULAS:
            exact = exact_values(**values)
            graph = parse_graph(text, exact, own_nodes())
            # Places in an array are numbers, and what is at them is computed with numbers.
            if {node.op for node in graph.nodes} & ARRAY_OPERATIONS or "axis" in text or "inf" in text:
                continue
            yield text, latex_derivation(graph, {name: _symbol(graph, name) for name in exact}, _symbolic_start(graph))

    assert_typeset(derivations())


def _symbol(graph: Graph, name: str) -> Value:
    shape = graph.nodes[graph.position[name]].shape
    return Sym(name) if shape is None else MatrixExpr(Sym(name), shape)


def _symbolic_start(graph: Graph) -> Value:
    return ONE if graph.nodes[graph.output_position].shape else Sym(f"dL/d{graph.output}")


def test_names_of_all_kinds() -> None:
    def derivations() -> Iterator[tuple[str, list[str]]]:
        graph = parse_graph("t = a * b; z = exp(t) + a")
        for name in [*AWKWARD_NAMES, *INJECTION_ATTEMPTS, "ŷ", "x̄", "x̄3", "ẋ1", "e", "σ", "µ"]:
            renamed = rename_nodes(graph, {"a": name, "t": name + "2", "z": name + "3"}, name)
            yield name, latex_derivation(renamed, {name: number(2), "b": number(3)}, ONE)

    assert_typeset(derivations())


@pytest.mark.parametrize("name", SAMPLE_PROGRAMS)
def test_sample_programs(name: str) -> None:
    text, texts, start, wrt, own = SAMPLE_PROGRAMS[name]
    inputs = exact_values(**texts)
    graph = parse_graph(text, inputs, custom_functions(*own))
    assert_typeset([(name, latex_derivation(graph, inputs, evaluate(parse_value(start), {}), wrt))])
