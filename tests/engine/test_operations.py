"""Every operation's rules: compared with SymPy and finite differences, at kinks, and at the limits of floats."""

from __future__ import annotations

import math
import warnings
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import sympy

from tests.support.reference_functions import REFERENCES, operations_with_references
from tutor.algebra import ops
from tutor.algebra.balls import nearest_float
from tutor.algebra.expr import Expr, number
from tutor.engine.builder import parse_graph
from tutor.engine.operations import OPERATIONS
from tutor.engine.passes import NonFiniteError, forward, forward_backward

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tutor.engine.graph import Graph
    from tutor.engine.operation import Operation


#: The shapes of operands (None for a number) that test the operations on matrices.
_SHAPES: dict[str, list[list[tuple[int, int] | None]]] = {
    "matmul": [[(2, 3), (3, 4)], [(1, 2), (2, 1)]],
    "matvec": [[(2, 3), (1, 3)], [(3, 2), (1, 2)]],
    "dot": [[(1, 3), (1, 3)]],
    "outer": [[(1, 3), (1, 2)]],
    "transpose": [[(2, 3)], [(1, 2)]],
    "sum": [[(2, 3)]],
    "sum.0": [[(2, 3)], [(1, 3)]],
    "sum.1": [[(2, 3)], [(2, 1)]],
    "mean": [[(2, 3)]],
    "mean.0": [[(2, 3)], [(1, 3)]],
    "mean.1": [[(2, 3)], [(2, 1)]],
    "broadcast": [[None, (2, 3)], [(1, 3), (2, 3)], [(2, 1), (2, 3)], [(1, 1), (2, 3)]],
    "softmax": [[(2, 3)], [(1, 2)]],
    "cross_entropy": [[(2, 3), (2, 3)]],
    "mse": [[(2, 3), (2, 3)], [None, None]],
}

#: Operands for the operations that do not accept every number.
_POINTS: dict[str, list[tuple[Fraction, ...]]] = {
    "pow": [(Fraction(5, 2), Fraction(3)), (Fraction(1, 3), Fraction(-5, 4))],
    "log": [(Fraction(5, 2),), (Fraction(1, 9),)],
    "sqrt": [(Fraction(5, 2),), (Fraction(9),)],
}
_ANYWHERE: list[tuple[Fraction, ...]] = [(Fraction(5, 2), Fraction(-3)), (Fraction(-7, 4), Fraction(1, 3))]
_COMPARED = [OPERATIONS[name] for name in sorted(operations_with_references())]
_LOCAL = [operation.id for operation in _COMPARED if operation.derivative]
_PULL = [operation.id for operation in _COMPARED if operation.vjp]


def test_every_operation_is_compared_with_a_reference() -> None:
    assert set(_PULL) == set(_SHAPES)
    assert set(_LOCAL) | set(_PULL) == set(REFERENCES)


@pytest.mark.parametrize("op", _LOCAL)
def test_a_local_rule_is_the_derivative(op: str) -> None:
    operation = OPERATIONS[op]
    letters = sympy.symbols("p q", real=True)[: len(operation.derivative)]
    formula = REFERENCES[op].sympy(*letters)
    for point in _POINTS.get(op, _ANYWHERE):
        args = point[: len(letters)]
        bindings = {letter: sympy.Rational(v.numerator, v.denominator) for letter, v in zip(letters, args, strict=True)}
        floats = [float(value) for value in args]
        exact = [number(value) for value in args]
        cells = [np.full((2, 3), value) for value in floats]
        for slot, letter in enumerate(letters):
            truth = float(sympy.N(sympy.diff(formula, letter).subs(bindings), 30))
            assert operation.rules_for(0.0)[slot](operation.forward(*floats), *floats) == pytest.approx(
                truth, rel=1e-12
            )
            derivative = operation.derivative[slot](operation.forward(*exact), *exact)
            assert nearest_float(derivative) == pytest.approx(truth, rel=1e-15)
            inside = operation.rules_for(cells[0])[slot](operation.forward(*cells), *cells)
            assert np.allclose(np.broadcast_to(inside, (2, 3)), truth)


@pytest.mark.parametrize("op", _LOCAL)
def test_a_local_rule_agrees_with_finite_differences(op: str) -> None:
    operation = OPERATIONS[op]
    for point in _POINTS.get(op, _ANYWHERE):
        floats = [float(value) for value in point[: len(operation.derivative)]]
        z = operation.forward(*floats)
        for slot in range(len(floats)):
            above, below = list(floats), list(floats)
            above[slot] += 1e-6
            below[slot] -= 1e-6
            difference = (operation.forward(*above) - operation.forward(*below)) / 2e-6
            assert operation.rules_for(z)[slot](z, *floats) == pytest.approx(difference, rel=1e-6, abs=1e-9)


def _cells(shape: tuple[int, int] | None, draw: Iterator[int]) -> Any:
    """Return a number or matrix of different positive sixteenths."""
    if shape is None:
        return Fraction(next(draw), 16)
    return [[Fraction(next(draw), 16) for _ in range(shape[1])] for _ in range(shape[0])]


def _convert_cells(make: Callable[[Fraction], Any], value: Any) -> Any:
    if isinstance(value, Fraction):
        return make(value)
    return ops.make_matrix(tuple(tuple(make(cell) for cell in row) for row in value))


_CASES = [(op, shapes) for op, all_shapes in _SHAPES.items() for shapes in all_shapes]


@pytest.mark.parametrize(("op", "shapes"), _CASES)
def test_a_structural_rule_follows_the_chain_rule(op: str, shapes: list[tuple[int, int] | None]) -> None:
    operation = OPERATIONS[op]
    draw = iter(n * 7 % 61 + 3 for n in range(1, 60))
    operands = [_cells(shape, draw) for shape in shapes]
    floats = [_convert_cells(float, operand) for operand in operands]
    z = operation.forward(*floats)
    upstream = _cells(ops.shape_of(z), draw)
    # Σ g·z, differentiated by each cell of each operand.
    letters = [
        sympy.Symbol(f"n{which}")
        if shape is None
        else sympy.Matrix(*shape, sympy.symbols(f"m{which}_0:{shape[0] * shape[1]}"))
        for which, shape in enumerate(shapes)
    ]
    meaning = REFERENCES[op].sympy(*letters)
    weighted = _weighted_sum(meaning, upstream)
    bindings = {}
    for letter, operand in zip(letters, operands, strict=True):
        flat = [operand] if isinstance(operand, Fraction) else [cell for row in operand for cell in row]
        for symbol, value in zip([letter] if isinstance(letter, sympy.Symbol) else letter, flat, strict=True):
            bindings[symbol] = sympy.Rational(value.numerator, value.denominator)
    for slot in range(len(operation.vjp)):
        letter = letters[slot]
        symbols = [letter] if isinstance(letter, sympy.Symbol) else list(letter)
        truth = np.array([float(sympy.N(sympy.diff(weighted, symbol).subs(bindings), 20)) for symbol in symbols])
        derivative = operation.rules_for(floats[0])[slot](_convert_cells(float, upstream), z, *floats)
        assert ops.shape_of(derivative) == shapes[slot]
        assert np.allclose(np.ravel(derivative), truth, rtol=1e-12, atol=1e-15)
        exact = [_convert_cells(number, operand) for operand in operands]
        tree = operation.vjp[slot](_convert_cells(number, upstream), operation.forward(*exact), *exact)
        assert np.allclose(np.ravel(ops.map_cells(nearest_float, tree)), truth, rtol=1e-14, atol=1e-16)


def _weighted_sum(meaning: Any, upstream: Any) -> sympy.Expr:
    if isinstance(upstream, Fraction):
        return meaning * sympy.Rational(upstream.numerator, upstream.denominator)
    flat = [sympy.Rational(cell.numerator, cell.denominator) for row in upstream for cell in row]
    return sum(weight * cell for weight, cell in zip(flat, list(meaning), strict=True))


@pytest.mark.parametrize(("op", "shapes"), _CASES)
def test_a_structural_rule_agrees_with_finite_differences(op: str, shapes: list[tuple[int, int] | None]) -> None:
    operation = OPERATIONS[op]
    rng = np.random.default_rng(3)
    operands = [rng.uniform(0.2, 1.5) if shape is None else rng.uniform(0.2, 1.5, size=shape) for shape in shapes]
    z = operation.forward(*operands)
    g = rng.normal(size=np.shape(z)) if np.shape(z) else 1.75
    for slot in range(len(operation.vjp)):
        back = operation.rules_for(z)[slot](g, z, *operands)
        for cell in np.ndindex(np.shape(operands[slot])):
            moved = []
            for step in (1e-6, -1e-6):
                others = [np.array(operand) for operand in operands]
                others[slot][cell] += step
                plain = [float(other) if other.ndim == 0 else other for other in others]
                moved.append(np.sum(g * operation.forward(*plain)))
            slope = back if np.ndim(back) == 0 else back[cell]
            assert slope == pytest.approx((moved[0] - moved[1]) / 2e-6, rel=1e-6, abs=1e-8)


# --- kinks, with the slopes of PyTorch -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "inputs", "gradients"),
    [
        ("z = relu(x)", {"x": 0}, {"x": 0}),
        ("z = abs(x)", {"x": 0}, {"x": 0}),
        ("z = max(x, y)", {"x": 3, "y": 3}, {"x": 3, "y": 3}),
        ("z = min(x, y)", {"x": 3, "y": 3}, {"x": 3, "y": 3}),
        ("z = max(x, x)", {"x": 3}, {"x": 6}),
        ("z = max(x, 0)", {"x": 0}, {"x": 3}),
        ("z = max(x, y)", {"x": 4, "y": 3}, {"x": 6, "y": 0}),
        ("z = min(x, y)", {"x": 4, "y": 3}, {"x": 0, "y": 6}),
        ("z = relu(x)", {"x": -4}, {"x": 0}),
        ("z = abs(x)", {"x": -4}, {"x": -6}),
    ],
)
def test_the_slope_at_a_kink(text: str, inputs: dict[str, int], gradients: dict[str, int]) -> None:
    graph = parse_graph(text)
    floats = forward_backward(graph, {name: float(value) for name, value in inputs.items()}, 6.0)
    exact = forward_backward(graph, {name: number(value) for name, value in inputs.items()}, number(6))
    for name, gradient in gradients.items():
        assert floats.gradients[graph.position[name]] == gradient
        assert nearest_float(exact.gradients[graph.position[name]]) == gradient


def test_a_kink_is_found_by_the_exact_value() -> None:
    # 0.1 + 0.2 − 0.3 is zero, but not in floats; so is log(3)·2 − log(9).
    for text in ("z = relu(a + b - c)", "z = abs(a + b - c)"):
        graph = parse_graph(text)
        tenths = {name: number(Fraction(n, 10)) for name, n in (("a", 1), ("b", 2), ("c", 3))}
        assert nearest_float(forward_backward(graph, tenths, number(1)).gradients[0]) == 0
        logs = {"a": ops.log(number(3)), "b": ops.log(number(3)), "c": ops.log(number(9))}
        assert nearest_float(forward_backward(graph, logs, number(1)).gradients[0]) == 0


# --- the limits of floats -----------------------------------------------------------------------------------

EXTREME_INPUTS = (-1000.0, -745.0, -40.0, -20.5, -1e-9, 0.0, 1e-9, 0.3, 20.5, 40.0, 745.0, 1000.0)
STABLE_OPERATIONS = ["sigmoid", "tanh", "softplus", "erf", "silu", "gelu"]


@pytest.fixture
def numpy_errors_raised() -> Iterator[None]:
    """Turn warnings of NumPy into errors."""
    with warnings.catch_warnings(), np.errstate(over="raise", divide="raise", invalid="raise"):
        warnings.simplefilter("error")
        yield


def assert_nearly(mine: float, exact: Expr) -> None:
    truth = nearest_float(exact)
    if abs(truth) < 1e-290:  # at the end of a float's range there are fewer digits, then none
        assert abs(mine - truth) < 1e-290
    else:
        assert mine == pytest.approx(truth, rel=1e-12), truth


@pytest.mark.usefixtures("numpy_errors_raised")
@pytest.mark.parametrize("op", STABLE_OPERATIONS)
@pytest.mark.parametrize("x", EXTREME_INPUTS)
def test_values_and_slopes_are_precise_at_extreme_inputs(op: str, x: float) -> None:
    operation = OPERATIONS[op]
    tree = number(Fraction(x))
    exact = operation.forward(tree)
    slope = operation.derivative[0](exact, tree)
    z = operation.forward(x)
    assert_nearly(z, exact)
    assert_nearly(operation.rules_for(z)[0](z, x), slope)
    cells = np.array([[x, 1.0]])
    inside = operation.forward(cells)
    assert_nearly(inside[0, 0], exact)
    assert_nearly(operation.rules_for(inside)[0](inside, cells)[0, 0], slope)


LOGITS = [
    [[1000.0, -1000.0, 0.0], [-1000.0, -1000.5, -999.0]],
    [[40.0, -1.5, 0.0], [0.0, 40.0, 80.0]],
    [[0.1, 0.2, 0.3], [1000.0, 1000.25, 999.75]],
]


def exact_matrix(rows: list[list[float]]) -> Any:
    return ops.make_matrix(tuple(tuple(number(Fraction(cell)) for cell in row) for row in rows))


@pytest.mark.usefixtures("numpy_errors_raised")
@pytest.mark.parametrize("rows", LOGITS)
def test_softmax_and_its_vjp_are_precise_at_extreme_inputs(rows: list[list[float]]) -> None:
    operation = OPERATIONS["softmax"]
    x, g = np.array(rows), np.array([[0.5, -1.25, 3.0], [2.0, 7.5, -1.0]])
    exact_x, exact_g = exact_matrix(rows), exact_matrix(g.tolist())
    z, exact = operation.forward(x), operation.forward(exact_x)
    back = operation.rules_for(z)[0](g, z, x)
    truth = operation.vjp[0](exact_g, exact, exact_x)
    for cell in np.ndindex(z.shape):
        assert_nearly(z[cell], exact[cell])
        assert_nearly(back[cell], truth[cell])


def loss_of(rows: list[list[float]], targets: list[list[float]]) -> tuple[Graph, dict[str, Any], dict[str, Any]]:
    floats = {"X": np.array(rows), "T": np.array(targets)}
    graph = parse_graph("L = cross_entropy(softmax(X), T)", floats)
    return graph, floats, {"X": exact_matrix(rows), "T": exact_matrix(targets)}


@pytest.mark.usefixtures("numpy_errors_raised")
@pytest.mark.parametrize("rows", LOGITS)
@pytest.mark.parametrize("right", [0, 1, 2])
def test_the_loss_of_a_softmax_is_precise_at_extreme_inputs(rows: list[list[float]], right: int) -> None:
    targets = [[float(column == right) for column in range(3)]] * 2
    graph, floats, exact = loss_of(rows, targets)
    mine, truth = (
        forward_backward(graph, floats, 1.5, ("T",)),
        forward_backward(graph, exact, number(Fraction(3, 2)), ("T",)),
    )
    assert_nearly(mine.values[graph.output_position], truth.values[graph.output_position])
    target_position = graph.position["T"]
    for cell in np.ndindex(2, 3):
        assert_nearly(mine.gradients[target_position][cell], truth.gradients[target_position][cell])


@pytest.mark.usefixtures("numpy_errors_raised")
def test_very_small_and_very_large_losses_are_finite_and_not_zero() -> None:
    small = math.log(1e18)
    graph, floats, exact = loss_of([[small, 0.0]], [[1.0, 0.0]])
    passes, truth = forward_backward(graph, floats, 1.0, ("X",)), forward_backward(graph, exact, number(1), ("X",))
    assert passes.values[graph.output_position] == pytest.approx(1e-18, rel=1e-12)
    for cell in ((0, 0), (0, 1)):
        assert_nearly(passes.gradients[graph.position["X"]][cell], truth.gradients[graph.position["X"]][cell])
    graph, floats, _ = loss_of([[-1000.0, 1000.0]], [[1.0, 0.0]])
    assert forward_backward(graph, floats, 1.0, ("T",)).values[graph.output_position] == 2000


def test_a_value_outside_the_range_of_floats_names_the_node() -> None:
    graph, floats, exact = loss_of([[-1000.0, 1000.0]], [[1.0, 0.0]])
    with pytest.raises(NonFiniteError, match="L has no finite derivative"):
        forward_backward(graph, floats, 1.0, ("X",))
    # The exact pass has a value: −1/p at p = e^−2000/(1 + e^−2000), and p − t before the softmax.
    truth = forward_backward(graph, exact, number(1), ("X",)).gradients[graph.position["X"]]
    assert [nearest_float(cell) for cell in truth[0]] == [-1.0, 1.0]


@pytest.mark.usefixtures("numpy_errors_raised")
@pytest.mark.parametrize("x", EXTREME_INPUTS)
def test_the_log_of_a_sigmoid_is_precise_at_extreme_inputs(x: float) -> None:
    graph = parse_graph("z = log(sigmoid(x))")
    exact = forward_backward(graph, {"x": number(Fraction(x))}, number(1))
    if x > -700:
        assert_nearly(forward_backward(graph, {"x": x}, 1.0).gradients[0], exact.gradients[0])
    else:
        with pytest.raises(NonFiniteError):
            forward_backward(graph, {"x": x}, 1.0)
    assert_nearly(forward(graph, {"x": x})[graph.output_position], exact.values[graph.output_position])


_FUSED_PAIRS = [(op.id, source) for op in OPERATIONS.values() for source in op.fused]


def _with_stable_forms() -> list[Operation]:
    return [op for op in OPERATIONS.values() if op.stable]


def test_every_stable_form_is_tested() -> None:
    assert {op.id for op in _with_stable_forms()} == {"sigmoid", "tanh", "softmax", "softmax.0", "gelu"}
    assert _FUSED_PAIRS == [("log", "sigmoid"), ("log", "softmax"), ("cross_entropy", "softmax")]


@pytest.mark.parametrize("operation", _with_stable_forms(), ids=lambda op: op.id)
def test_a_stable_rule_equals_the_declared_one(operation: Operation) -> None:
    x = np.array([[0.25, -1.5, 2.0], [0.75, 0.5, -0.125]])
    z = operation.forward(x)
    more = (np.array([[1.0, -2.0, 0.5], [3.0, 0.25, -1.0]]),) if operation.vjp else ()
    declared = (operation.vjp or operation.derivative)[0](*more, z, x)
    assert np.allclose(operation.stable[0](*more, z, x), declared, rtol=1e-13)
    # The same for each member of a batch.
    twice = np.stack([x, 2 * x - 1])
    batch = operation.stable[0](*(np.stack([g, -g]) for g in more), operation.forward(twice), twice)
    for member, sign in ((0, 1), (1, -1)):
        alone = twice[member]
        expected = operation.stable[0](*(sign * g for g in more), operation.forward(alone), alone)
        assert np.allclose(batch[member], expected, rtol=1e-14)


@pytest.mark.parametrize(("op", "source"), _FUSED_PAIRS)
def test_a_fused_form_equals_the_declared_one(op: str, source: str) -> None:
    operation, first = OPERATIONS[op], OPERATIONS[source]
    fused_form = operation.fused[source]
    x = np.array([[0.25, -1.5, 2.0], [0.75, 0.5, -0.125]])
    target = np.array([[0.25, 0.0, 0.75], [1.0, 0.0, 0.0]])
    for inner in (x, np.stack([x, 1 - 2 * x])):
        y = first.forward(inner)
        more = (np.broadcast_to(target, y.shape),) if len(operation.vjp) == 2 else ()
        z = operation.forward(y, *more)
        assert np.allclose(fused_form.forward(y, *more, inner), z, rtol=1e-13)
        g = (np.array([2.0, 3.0]) if inner.ndim == 3 else 2.0,) if operation.vjp else ()
        for slot, rule in enumerate(operation.vjp or operation.derivative):
            assert np.allclose(fused_form.rules[slot](*g, z, y, *more, inner), rule(*g, z, y, *more), rtol=1e-13)
