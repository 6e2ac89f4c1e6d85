"""Registering a function adds it to everything that is derived from the records."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests.support.program_runner import run_programs
from tutor.algebra import functions, ops
from tutor.algebra.balls import nearest_float
from tutor.algebra.errors import AlgebraError
from tutor.algebra.evaluate import EVALUATORS, evaluate, evaluate_as_float
from tutor.algebra.expr import ZERO, Apply, Num, Sym, number
from tutor.algebra.functions import FUNCTIONS, Function
from tutor.algebra.matrix_expr import MatrixExpr
from tutor.algebra.parser import is_reserved, parse
from tutor.algebra.printing import format_expr
from tutor.algebra.simplify import infer_domain, simplify
from tutor.engine import operations
from tutor.engine.builder import parse_graph
from tutor.engine.codegen.to_latex import latex_derivation
from tutor.engine.codegen.to_numpy import numpy_program
from tutor.engine.codegen.to_torch import torch_program
from tutor.engine.fold import unfold
from tutor.engine.jit import cache
from tutor.engine.jit.compiler import CompiledGraph
from tutor.engine.operation import Operation
from tutor.engine.passes import forward_backward
from tutor.practice.sympy_worker import _simplest_form, decode, encode

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tutor.engine.graph import Graph

SOFTSIGN = Function(
    id="softsign",
    aliases=("ssgn",),
    float_kernel=lambda x: x / (1 + abs(x)),
    array_kernel=lambda np, x: x / (1 + np.abs(x)),
    ball_kernel=lambda a: a / (1 + abs(a)),
    fold=lambda a: Num(a.value / (1 + abs(a.value))) if isinstance(a, Num) else None,
    properties=lambda a: a,
    decomposition="x / (1 + abs(x))",
    numpy_helper=("def softsign(x):", "    return x / (1 + np.abs(x))"),
    torch="F.softsign({0})",
)
OPERATION = Operation(
    id="softsign",
    symbol="softsign",
    forward=lambda x: ops.SCALAR_FUNCTIONS["softsign"](x),
    derivative=(lambda z, x: (ops.constant_like(1, z) - ops.absolute(z)) ** 2,),
    rule=("",),
    question=("",),
)


@pytest.fixture
def softsign() -> Iterator[Function]:
    functions.register(SOFTSIGN)
    operations.register(OPERATION)
    yield SOFTSIGN
    operations.unregister(OPERATION)
    functions.unregister("softsign")


@pytest.fixture
def graph(softsign: Function) -> Graph:
    return parse_graph("z = 3 * softsign(x)")


@pytest.fixture
def matrix_graph(softsign: Function) -> Graph:
    return parse_graph("z = sum(softsign(X))", {"X": np.ones((1, 3))})


def test_it_is_parsed_and_formatted(softsign: Function) -> None:
    tree = parse("softsign(x) + ssgn(x)", ["x"])
    assert format_expr(tree) == "softsign(x) + softsign(x)"
    assert is_reserved("softsign")
    assert is_reserved("ssgn")
    assert is_reserved("softsign12")
    assert not is_reserved("ssgn1")


def test_it_is_computed_on_every_kind_of_value(softsign: Function) -> None:
    tree = parse("softsign(x)", ["x"])
    assert evaluate_as_float(tree, {"x": -3.0}) == -0.75
    third = evaluate(tree, {"x": number(Fraction(1, 2))})
    assert isinstance(third, Num)
    assert third.value == Fraction(1, 3)
    assert nearest_float(evaluate(tree, {"x": parse("log(2)")})) == pytest.approx(math.log(2) / (1 + math.log(2)))
    apply = ops.SCALAR_FUNCTIONS["softsign"]
    assert apply(np.array([1.0, -3.0])).tolist() == [0.5, -0.75]
    assert [cell.value for cell in apply(ops.make_matrix(((number(1), number(-3)),)))[0]] == [0.5, -0.75]
    assert apply(MatrixExpr(Sym("X"), (2, 2))).expr.op == "softsign"


def test_it_is_simplified_by_its_properties(softsign: Function) -> None:
    positive = Apply("softsign", (Sym("p", domain="positive"),))
    assert infer_domain(positive) == "positive"
    assert infer_domain(Apply("softsign", (Sym("x"),))) == "real"
    assert format_expr(simplify(parse("abs(softsign(p))", ["p"]))) == "abs(softsign(p))"
    assert format_expr(simplify(Apply("abs", (positive,)))) == "softsign(p)"


@pytest.mark.parametrize("x", [2.0, np.array([[2.0, -3.0, 0.0]])], ids=["number", "matrix"])
def test_it_is_compiled(graph: Graph, matrix_graph: Graph, x: Any) -> None:
    of = matrix_graph if ops.is_matrix(x) else graph
    name = of.inputs[0]
    first = forward_backward(of, {name: x}, 1.0)
    for _ in range(cache.COMPILE_AFTER + 1):
        later = forward_backward(of, {name: x}, 1.0)
    (program,) = of.cache.programs.values()
    assert isinstance(program, CompiledGraph)
    assert "softsign" in program.source
    assert np.array_equal(first.gradients[0], later.gradients[0])


def test_it_is_in_programs_and_derivations(graph: Graph, tmp_path: Path) -> None:
    lines = numpy_program(graph, {"x": number(-3)}, number(1))
    (printed,) = run_programs(tmp_path, [lines])
    assert printed.split() == ["z:", "-2.25", "d_x:", "0.1875"]
    torch = torch_program(graph, {"x": number(-3)}, number(1))
    assert "import torch.nn.functional as F" in torch
    assert any("F.softsign(x)" in line for line in torch)
    assert any(r"\operatorname{softsign}" in line for line in latex_derivation(graph, {"x": number(-3)}, number(1)))


def test_it_can_be_unfolded(graph: Graph) -> None:
    assert [node.op for node in unfold(graph, "softsign1").nodes] == [None, "abs", "add", "div", "mul"]


def test_sympy_keeps_it(softsign: Function) -> None:
    import sympy

    formula = parse("softsign(x) * x / softsign(x)", ["x"])
    nodes = encode(formula)
    assert nodes is not None
    assert format_expr(decode(_simplest_form(sympy, nodes) or ())) == "x"
    nodes = encode(parse("softsign(x)", ["x"]))
    assert nodes is not None
    # The child process has not registered it.
    functions.unregister("softsign")
    try:
        answer = _simplest_form(sympy, nodes)
    finally:
        functions.register(softsign)
    assert answer is not None
    assert format_expr(decode(answer)) == "softsign(x)"


def test_names_must_be_unique(softsign: Function) -> None:
    with pytest.raises(ValueError, match="softsign"):
        functions.register(softsign)
    assert FUNCTIONS["softsign"] is softsign
    for taken in (replace(softsign, id="matmul"), replace(softsign, id="other", aliases=("mean",))):
        with pytest.raises(ValueError, match=taken.id):
            functions.register(taken)


def test_unregister_removes_it_everywhere() -> None:
    functions.register(SOFTSIGN)
    functions.unregister("softsign")
    assert "softsign" not in EVALUATORS
    with pytest.raises(AlgebraError):
        parse("softsign(x)", ["x"])
    assert not is_reserved("softsign1")
    assert ops.exp(ZERO).value == 1
