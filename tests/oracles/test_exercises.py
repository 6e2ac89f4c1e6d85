"""Every built-in exercise against PyTorch: every edge of its graph, and the gradients of its formula.

Two evaluators share nothing with the program. One walks the graph with a clone for each edge, so that PyTorch keeps
the edge's gradient. The other reads the formula with Python's own parser. Symbols get numbers.
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
from tutor.algebra.expr import Num, number, substitute
from tutor.algebra.printing import format_expr
from tutor.packs import library

if TYPE_CHECKING:
    from tutor.algebra.ops import Value
    from tutor.engine.graph import Graph, Node
    from tutor.grading.problem import Problem
    from tutor.packs.exercise import Exercise

pytestmark = pytest.mark.oracle

VARIANTS, POINTS = 4, 3
NAMES = builtin_exercise_names()
Point = Mapping[str, Num]
#: Operations that depend on the axes of their operands.
OF_AXES = {"matvec", "dot", "outer", "transpose", "sum.0", "sum.1", "mean.0", "mean.1", "softmax", "cross_entropy"}
ASCII_SIGNS = str.maketrans({"−": "-", "·": "*"})


def points(problem: Problem) -> list[Point]:
    """Return sets of numbers for the symbols of a problem, or one empty set if it has none."""
    rng = random.Random(7)

    def draw(domain: str) -> Num:
        size = Fraction(rng.randint(5, 30), 10)
        return number(size if domain == "positive" or rng.random() < 0.5 else -size)

    if not problem.domains:
        return [{}]
    return [{name: draw(domain) for name, domain in problem.domains.items()} for _ in range(POINTS)]


def value_at(value: Value, point: Point) -> Any:
    """Return an exact value in floats, with the point's numbers for its symbols; a vector has one axis."""
    floats = np.array(ops.map_cells(lambda cell: nearest_float(substitute(cell, point)), value), dtype=float)
    return floats.ravel() if ops.is_vector(value) else floats


def leaf_tensors(problem: Problem, point: Point) -> dict[str, Any]:
    """Return the inputs as tensors that track gradients if the exercise wants them; indexes are whole numbers."""
    tensors = {name: to_tensor(value_at(value, point)) for name, value in problem.inputs.items()}
    wanted = problem.graph.differentiable_inputs(problem.wrt)
    indexes = problem.graph.index_sizes
    return {
        name: tensor.long() if name in indexes else tensor.requires_grad_(name in wanted)
        for name, tensor in tensors.items()
    }


def start_at(problem: Problem, point: Point, output: Any) -> Any:
    start = to_tensor(value_at(problem.start, point))
    return start.reshape(output.shape) if start.numel() == output.numel() else start.expand_as(output)


def assert_close(exact: Value, tensor: Any, point: Point, largest: float) -> None:
    """Assert equality to 1e-10 in every cell, or to 1e-13 of the largest value, from which a cell may cancel."""
    floats = value_at(exact, point)
    assert floats.shape == tuple(tensor.shape)
    assert np.allclose(floats, tensor.detach().numpy(), rtol=1e-10, atol=1e-13 * largest), (floats, tensor)


# --- the graph, edge by edge --------------------------------------------------------------------------------------


def run_in_torch(graph: Graph, inputs: Mapping[str, Any], uses: dict[tuple[int, int], Any] | None = None) -> list[Any]:
    """Return the value of every node. Fill `uses` with the tensor of each edge."""
    values: list[Any] = []
    for position, node in enumerate(graph.nodes):
        if node.op is None:
            values.append(inputs[node.id])
            continue
        const: Any = None if node.const is None else to_tensor(value_at(node.const, {}))
        operands = []
        for slot, arg in enumerate(node.args):
            operand = const if arg is None else values[arg].clone()
            if arg is not None and uses is not None and operand.requires_grad:
                operand.retain_grad()
                uses[position, slot] = operand
            operands.append(operand)
        if node.body is not None:
            values.append(run_in_torch(node.body, dict(zip(node.body.inputs, operands, strict=True)))[-1])
        elif is_function_of_arrays(node, operands):
            values.append(run_formula(graph, node, operands))
        else:
            value = TORCH_FUNCTIONS[node.op](*operands)
            values.append(value.ravel() if ops.is_vector_shape(node.shape) else value)
    return values


def is_function_of_arrays(node: Node, operands: list[Any]) -> bool:
    """Return whether the references, in which a vector is a row, have no function for this node."""
    if node.custom_operation is not None:
        return True
    return node.op in OF_AXES and any(operand.dim() == 1 for operand in operands)


def run_formula(graph: Graph, node: Node, operands: list[Any]) -> Any:
    """Return the value of a node from its own formula, such as `W[ids]`, in which every operand has a name."""
    known: dict[str, Any] = {}
    for arg, operand in zip(node.args, operands, strict=True):
        if arg is not None:
            source = graph.nodes[arg]
            known |= {source.name or source.id: operand, source.id: operand}
    return evaluate_source(format_expr(node.formula).translate(ASCII_SIGNS), known, {})


def compare_edges(problem: Problem, point: Point) -> None:
    graph, uses = problem.graph, dict[tuple[int, int], Any]()
    values = run_in_torch(graph, leaf_tensors(problem, point), uses)
    for value in values:
        if value.requires_grad:
            value.retain_grad()
    values[-1].backward(start_at(problem, point, values[-1]))
    # Nothing comes back to what is only used behind a stop.
    uses = {edge: use for edge, use in uses.items() if use.grad is not None}
    largest = max(float(value.grad.abs().max()) for value in (*uses.values(), values[-1]))
    for exact, value in zip(problem.exact_passes.values, values, strict=True):
        assert_close(exact, value, point, 1e3)
    for place in problem.places:
        edge = place.edge
        gradient = values[place.node].grad if edge is None else uses[edge.target, edge.slot].grad
        assert_close(problem.truth(place), gradient, point, largest)
    assert {(place.edge.target, place.edge.slot) for place in problem.places if place.edge} == set(uses)


# --- the formula, read by Python -------------------------------------------------------------------------------

_BINARY: Mapping[type, Callable[..., Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
    ast.MatMult: operator.matmul,
}
_COMPARISONS = {ast.Gt: "gt", ast.GtE: "ge", ast.Lt: "lt", ast.LtE: "le", ast.Eq: "eq", ast.NotEq: "ne"}


def _softmax(scores: Any, axis: Any = -1) -> Any:
    return torch.softmax(scores, int(axis))


def _reduced(reduce: Callable[..., Any]) -> Callable[..., Any]:
    """Return a sum or mean as the graph language writes it: with a second argument it keeps the axis."""

    def run(array: Any, kept: Any = None, axis: Any = None) -> Any:
        if kept is None and axis is None:
            return reduce(array)
        return reduce(array, dim=int(kept if axis is None else axis), keepdim=axis is None)

    return run


#: Functions of arrays as the graph language names them.
_ARRAY_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "softmax": _softmax,
    "sum": _reduced(torch.sum),
    "mean": _reduced(torch.mean),
    "where": lambda condition, value, other: torch.where(condition != 0, value, other),
    "range": lambda count: torch.arange(int(count)),
    "concat": lambda *arrays, axis=0: torch.cat(arrays, dim=int(axis)),
    "einsum": lambda subscripts, *arrays: torch.einsum(subscripts, *arrays),
    "rms_norm": lambda x: torch.nn.functional.rms_norm(x, x.shape[-1:], eps=0.0),
    "normalize": lambda x: torch.nn.functional.normalize(x, dim=-1),
}


def _index(tree: ast.expr, known: Mapping[str, Any], functions: Mapping[str, Any]) -> Any:
    match tree:
        case ast.Tuple(elts=parts):
            return tuple(_index(part, known, functions) for part in parts)
        case ast.Slice():
            bounds = [bound and int(evaluate_ast(bound, known, functions)) for bound in (tree.lower, tree.upper)]
            return slice(*bounds)
        case ast.Constant(value=value):
            return value
    return evaluate_ast(tree, known, functions).long()


def evaluate_ast(tree: ast.expr, known: Mapping[str, Any], functions: Mapping[str, Any]) -> Any:
    """Return the value of a formula that Python's parser has read."""
    match tree:
        case ast.Constant(value=str() as text):
            return text
        case ast.Constant(value=value):
            return to_tensor(value)
        case ast.Name(id=name):
            return known[name] if name in known else to_tensor({"e": math.e, "pi": math.pi, "inf": math.inf}[name])
        case ast.Subscript(value=value, slice=places):
            return evaluate_ast(value, known, functions)[_index(places, known, functions)]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -evaluate_ast(operand, known, functions)
        case ast.Attribute(value=value, attr="T"):
            return evaluate_ast(value, known, functions).T
        case ast.BinOp(left=left, op=op, right=right):
            return _BINARY[type(op)](evaluate_ast(left, known, functions), evaluate_ast(right, known, functions))
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            compare = TORCH_FUNCTIONS[_COMPARISONS[type(op)]]
            return compare(evaluate_ast(left, known, functions), evaluate_ast(right, known, functions))
        case ast.List(elts=rows):
            return torch.stack([evaluate_ast(row, known, functions) for row in rows])
        case ast.Call(func=ast.Name(id=name), args=args, keywords=keywords) if name in _ARRAY_FUNCTIONS:
            named = {str(each.arg): evaluate_ast(each.value, known, functions) for each in keywords}
            return _ARRAY_FUNCTIONS[name](*(evaluate_ast(arg, known, functions) for arg in args), **named)
        case ast.Call(func=ast.Name(id=name), args=args):
            operands = [evaluate_ast(arg, known, functions) for arg in args]
            if name in functions:
                inputs = dict(zip(functions[name]["inputs"], operands, strict=True))
                return evaluate_source(functions[name]["value"], inputs, functions)
            return TORCH_FUNCTIONS[name](*operands)
    raise AssertionError(ast.dump(tree))


def evaluate_source(text: str, known: Mapping[str, Any], functions: Mapping[str, Any]) -> Any:
    """Return the value of the last step of a text such as `s = a + b; z = s * c`."""
    steps = dict(known)
    for step in filter(None, map(str.strip, text.split(";"))):
        name, _, formula = step.partition(" = ") if " = " in step else ("", "", step)
        body = ast.parse(formula.strip().replace("^", "**"), mode="eval").body
        steps[name.strip() or "the last"] = last = evaluate_ast(body, steps, functions)
    return last


def compare_formula(exercise: Exercise, problem: Problem, point: Point) -> None:
    assert exercise.path is not None
    content = tomllib.loads(exercise.path.read_text(encoding="utf-8"))
    inputs = leaf_tensors(problem, point)
    output = evaluate_source(content["graph"], inputs, content.get("nodes", {}))
    output.backward(start_at(problem, point, output))
    assert_close(problem.exact_passes.values[-1], output, point, 1e3)
    tracked = {name: tensor for name, tensor in inputs.items() if tensor.requires_grad}
    largest = max(abs(float(cell)) for tensor in tracked.values() for cell in tensor.grad.ravel())
    for name, tensor in tracked.items():
        assert_close(problem.exact_passes.gradients[problem.graph.position[name]], tensor.grad, point, max(largest, 10))


@pytest.mark.parametrize("name", NAMES)
def test_every_exercise_agrees_with_pytorch(name: str) -> None:
    exercise = library.find_exercise(name)
    if not exercise.graph.nodes:
        pytest.skip("only questions")
    for seed in variant_seeds(exercise, VARIANTS):
        problem = exercise.variant(seed).problem
        for point in points(problem):
            compare_edges(problem, point)
            compare_formula(exercise, problem, point)
