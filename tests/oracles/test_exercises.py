"""Every built-in exercise against PyTorch: what is asked on every line, and the gradients of the formula as it is written.

Two readers that share nothing with the program: one walks the graph and sends a clone along each line, so that PyTorch
keeps what comes back there; the other gives the file's text to Python's own parser. Where symbols stand, numbers are
put in.
"""

from __future__ import annotations

import ast
import math
import operator
import random
import tomllib
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests.support.simulated_learners import builtin_exercise_names, variant_seeds
from tests.support.torch_values import TORCH_FUNCTIONS, to_tensor, torch
from tutor.algebra import ops
from tutor.algebra.balls import nearest_float
from tutor.algebra.expr import Expr, Num, number, substitute
from tutor.packs import library

if TYPE_CHECKING:
    from tutor.algebra.ops import Value
    from tutor.engine.graph import Graph
    from tutor.grading.problem import Problem
    from tutor.packs.exercise import Exercise

pytestmark = pytest.mark.oracle

VARIANTS, POINTS = 4, 3
NAMES = builtin_exercise_names()
Point = Mapping[str, Num]


def points(problem: Problem) -> list[Point]:
    """Numbers for the symbols of a problem; one empty set where there are none."""
    rng = random.Random(7)

    def draw(domain: str) -> Num:
        size = Fraction(rng.randint(5, 30), 10)
        return number(size if domain == "positive" or rng.random() < 0.5 else -size)

    if not problem.domains:
        return [{}]
    return [{name: draw(domain) for name, domain in problem.domains.items()} for _ in range(POINTS)]


def value_at(value: Value, point: Point) -> Any:
    """An exact value as floats, with the point's numbers for its symbols."""

    def cell(one: Expr) -> float:
        return nearest_float(substitute(one, point))

    return ops.map_cells(cell, value)


def leaf_tensors(problem: Problem, point: Point) -> dict[str, Any]:
    """The inputs as tensors; those that gradients are asked of are tracked."""
    found = {name: to_tensor(value_at(value, point)) for name, value in problem.inputs.items()}
    for name, one in found.items():
        one.requires_grad_(problem.wrt is None or name in problem.wrt)
    return found


def start_at(problem: Problem, point: Point, output: Any) -> Any:
    return to_tensor(value_at(problem.start, point)).expand_as(output)


def is_same(mine: Value, theirs: Any, point: Point, largest: float) -> None:
    """Equal to 1e-10, cell by cell; what cancels is held to the largest value it may come from."""
    mine = np.array(value_at(mine, point), dtype=float)
    assert mine.shape == tuple(theirs.shape)
    assert np.allclose(mine, theirs.detach().numpy(), rtol=1e-10, atol=1e-13 * largest), (mine, theirs)


# --- the graph, line by line --------------------------------------------------------------------------------------


def run_in_torch(graph: Graph, given: Mapping[str, Any], uses: dict[tuple[int, int], Any] | None = None) -> list[Any]:
    """The value of every node. `uses` is filled with what runs along each line."""
    found: list[Any] = []
    for position, node in enumerate(graph.nodes):
        if node.op is None:
            found.append(given[node.id])
            continue
        const: Any = None if node.const is None else to_tensor(value_at(node.const, {}))
        operands = []
        for slot, arg in enumerate(node.args):
            one = const if arg is None else found[arg].clone()
            if arg is not None and uses is not None and one.requires_grad:
                one.retain_grad()
                uses[position, slot] = one
            operands.append(one)
        if node.custom_operation is not None:
            assert node.body is not None
            found.append(run_in_torch(node.body, dict(zip(node.body.inputs, operands, strict=True)))[-1])
        else:
            found.append(TORCH_FUNCTIONS[node.op](*operands))
    return found


def compare_edges(problem: Problem, point: Point) -> None:
    graph, uses = problem.graph, dict[tuple[int, int], Any]()
    found = run_in_torch(graph, leaf_tensors(problem, point), uses)
    for one in found:
        if one.requires_grad:
            one.retain_grad()
    found[-1].backward(start_at(problem, point, found[-1]))
    largest = max(float(one.grad.abs().max()) for one in (*uses.values(), found[-1]))
    for position, value in enumerate(problem.exact_passes.values):
        is_same(value, found[position], point, 1e3)
    for place in problem.places:
        theirs = found[place.node].grad if place.edge is None else uses[place.edge.target, place.edge.slot].grad
        is_same(problem.truth(place), theirs, point, largest)
    assert {(place.edge.target, place.edge.slot) for place in problem.places if place.edge} == set(uses)


# --- the formula, as Python reads it ------------------------------------------------------------------------------

_BINARY: Mapping[type, Callable[..., Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
    ast.MatMult: operator.matmul,
}


def evaluate_ast(tree: ast.expr, known: Mapping[str, Any], own: Mapping[str, Any]) -> Any:
    """The value of a formula that Python's parser has read."""
    match tree:
        case ast.Constant(value=value):
            return to_tensor(value)
        case ast.Name(id=name):
            return known[name] if name in known else to_tensor({"e": math.e, "pi": math.pi}[name])
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -evaluate_ast(operand, known, own)
        case ast.Attribute(value=value, attr="T"):
            return evaluate_ast(value, known, own).T
        case ast.BinOp(left=left, op=op, right=right):
            return _BINARY[type(op)](evaluate_ast(left, known, own), evaluate_ast(right, known, own))
        case ast.List(elts=rows):
            return torch.stack([torch.stack([evaluate_ast(one, known, own) for one in row.elts]) for row in rows])  # type: ignore[attr-defined]
        case ast.Call(func=ast.Name(id="sum" | "mean" as name), args=[operand, ast.Constant(value=axis)]):
            return TORCH_FUNCTIONS[f"{name}.{axis!r}"](evaluate_ast(operand, known, own))
        case ast.Call(func=ast.Name(id=name), args=args):
            operands = [evaluate_ast(one, known, own) for one in args]
            if name in own:
                inside = dict(zip(own[name]["inputs"], operands, strict=True))
                return evaluate_source(own[name]["value"], inside, own)
            return TORCH_FUNCTIONS[name](*operands)
    raise AssertionError(ast.dump(tree))


def evaluate_source(text: str, known: Mapping[str, Any], own: Mapping[str, Any]) -> Any:
    """The value of the last step of a text such as `s = a + b; z = s * c`."""
    steps = dict(known)
    for step in filter(None, map(str.strip, text.split(";"))):
        name, _, formula = step.rpartition("=")
        body = ast.parse(formula.strip().replace("^", "**"), mode="eval").body
        steps[name.strip() or "the last"] = last = evaluate_ast(body, steps, own)
    return last


def compare_formula(exercise: Exercise, problem: Problem, point: Point) -> None:
    assert exercise.path is not None
    content = tomllib.loads(exercise.path.read_text(encoding="utf-8"))
    given = leaf_tensors(problem, point)
    output = evaluate_source(content["graph"], given, content.get("nodes", {}))
    output.backward(start_at(problem, point, output))
    is_same(problem.exact_passes.values[-1], output, point, 1e3)
    tracked = {name: one for name, one in given.items() if one.requires_grad}
    largest = max(abs(float(cell)) for one in tracked.values() for cell in one.grad.ravel())
    for name, one in tracked.items():
        is_same(problem.exact_passes.gradients[problem.graph.position[name]], one.grad, point, max(largest, 10))


@pytest.mark.parametrize("name", NAMES)
def test_what_is_asked_is_what_pytorch_finds(name: str) -> None:
    exercise = library.find_exercise(name)
    if not exercise.graph.nodes:
        pytest.skip("only questions")
    for seed in variant_seeds(exercise, VARIANTS):
        problem = exercise.variant(seed).problem
        for point in points(problem):
            compare_edges(problem, point)
            compare_formula(exercise, problem, point)
