"""The lab: formulas while they are typed, values for their inputs, nudges, and curves."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
import sympy

from tutor.algebra.balls import nearest_float
from tutor.algebra.errors import AlgebraError
from tutor.algebra.ops import cells, shape_of
from tutor.practice.lab.curve import reach_of, sample_curve, sample_table
from tutor.practice.lab.filling import fill_inputs
from tutor.practice.lab.lab import Lab
from tutor.practice.lab.numbers import format_float
from tutor.practice.lab.partial_text import partial_texts
from tutor.practice.lab.words import output_label, prediction

if TYPE_CHECKING:
    from tutor.practice.lab.curve import Curve
    from tutor.practice.lab.model import Handle

LOSS = "L = (w*x + b - y)^2"
LOSS_VALUES = "w=2 x=3 b=4 y=3"
LSTM = (
    "f = sigmoid(af); i = sigmoid(ai); g = tanh(ag); o = sigmoid(ao); k = f * c0; n = i * g; c = k + n; m = tanh(c); "
    "h = o * m"
)


def handle_of(lab: Lab, label: str) -> Handle:
    return next(handle for handle in lab.handles() if handle.label == label)


# --- reading while typing ---


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("L = (w*x + b -", "L = (w*x + b)"),
        ("L = (w*x + b - y)^", "L = (w*x + b - y)"),
        ("y = w*x + sigmoid(", "y = w*x"),
        ("y = 2*exp(-x", "y = 2*exp(-x)"),
        ("L = cross_entropy(softmax(X @ W", "L = (softmax(X @ W))"),
        ("a = x*y; b = ", "a = x*y"),
        ("f = sigmoid(a); i = tanh(b)", "i = tanh(b)"),
        ("y = x[0] * w[", "y = x[0] * w"),
        ("y = x*w @@ 3", "y = x*w"),
    ],
)
def test_a_formula_is_read_as_far_as_it_goes(typed: str, read: str) -> None:
    lab = Lab(typed)
    assert lab.read_text is not None
    assert " ".join(lab.read_text.text.split()) == read
    assert not lab.is_whole
    assert lab.error is not None
    assert lab.passes is not None


def test_the_longest_readable_part_comes_first() -> None:
    forms = list(partial_texts("z = a*(b + "))
    assert [form.text for form in forms[:2]] == ["z = a*(b + ", "z = a*(b)"]
    assert [form.is_whole for form in forms[:2]] == [True, False]


def test_every_beginning_of_a_formula_can_be_typed() -> None:
    for formula in (LOSS, LSTM, "P = softmax(Q @ K.T / sqrt(d)) @ V", "y = where(c > 0, a[1:], [2, 3])"):
        lab = Lab()
        for end in range(1, len(formula) + 1):
            lab.read(formula[:end])
        assert lab.is_whole, lab.error
        assert lab.graph.text.strip() == formula


def test_what_could_be_read_stays_when_nothing_can() -> None:
    lab = Lab("z = a*b")
    lab.read(")z = a*b")
    assert lab.read_text is None
    assert lab.graph.text == "z = a*b"
    assert str(lab.error)
    lab.read("")
    assert lab.exercise is None


def test_the_values_of_a_pasted_function_are_chosen() -> None:
    lab = Lab("def loss(w, x):\n    p = w * x\n    return p**2 + 1\n")
    assert lab.is_whole
    assert [handle.label for handle in lab.handles()] == ["w", "x"]
    assert all(map(lab.is_filled, lab.handles()))


# --- values for inputs without one ---


@pytest.mark.parametrize(
    ("formula", "shapes"),
    [
        (LOSS, {"w": None, "x": None, "b": None, "y": None}),
        ("Y = X @ W + b", {"X": (2, 3), "W": (3, 2), "b": (1, 2)}),
        ("P = softmax(Q @ K.T / sqrt(d)) @ V", {"Q": (2, 3), "K": (2, 3), "d": None, "V": (2, 3)}),
        ("f = x @ A @ x", {"x": (1, 3), "A": (3, 3)}),
        ("L = mean((X @ w - y)^2)", {"X": (2, 3), "w": (1, 3), "y": (1, 2)}),
        ("f = det(A)", {"A": (2, 2)}),
        ("y = layer_norm(x, g, b)", {"x": (1, 3), "g": (1, 3), "b": (1, 3)}),
        ("y = relu(W1 @ x + b1)", {"W1": (2, 3), "x": (1, 3), "b1": (1, 2)}),
    ],
)
def test_inputs_get_shapes_that_fit(formula: str, shapes: dict[str, object]) -> None:
    filled = fill_inputs(formula, {})
    assert {name: shape_of(value) for name, value in filled.items()} == shapes
    assert Lab(formula).is_whole


@pytest.mark.parametrize(
    "formula",
    [
        "y = log(a) * sqrt(b)",
        "y = sqrt(1 - x^2)",
        "y = log(b - a)",
        "y = 1/(x - 1)",
        "y = exp(exp(exp(x*y)))",
        "y = -log(p[k])",
        "L = cross_entropy(softmax(X @ W), Y)",
        "L = cross_entropy(Z, y)",
        "f = sum(w[ids]^2)",
        "y = max(x - 2, 0)",
        "y = where(c, a, b)",
    ],
)
def test_chosen_numbers_are_in_the_domain_and_move_the_output(formula: str) -> None:
    lab = Lab(formula)
    assert lab.is_whole, lab.error
    assert lab.output is not None
    assert math.isfinite(lab.output)
    gradients = [lab.gradient(handle) for handle in lab.handles() if not handle.is_data]
    assert any(gradients)


def test_chosen_numbers_are_distinct_and_never_zero() -> None:
    lab = Lab(LOSS, "w=2")
    numbers = [lab.number(handle) for handle in lab.handles()]
    assert len(set(numbers)) == len(numbers)
    assert all(numbers)
    assert not lab.is_filled(handle_of(lab, "w"))


def test_chosen_values_stay_while_the_formula_grows() -> None:
    lab = Lab("z = a*b")
    lab.nudge(handle_of(lab, "a"), 3)
    lab.read("z = a*b + c")
    assert lab.number(handle_of(lab, "a")) == pytest.approx(2.3)
    assert {lab.number(handle) for handle in lab.handles()} == {2.3, 3.0, 2.0}


def test_an_index_is_a_whole_number_without_a_gradient() -> None:
    lab = Lab("y = w[i]^2")
    index = handle_of(lab, "i")
    assert (index.is_data, index.is_whole, lab.gradient(index)) == (True, True, None)
    assert lab.nudge(index) is None
    change = lab.change()
    assert change is not None
    assert (change.distance, change.predicted, prediction(change)) == (1.0, None, "")
    assert "no entry 3" in str(lab.nudge(index))
    assert lab.number(index) == 2


# --- nudges ---


def test_a_nudge_is_compared_with_its_gradient() -> None:
    lab = Lab(LOSS, LOSS_VALUES)
    w = handle_of(lab, "w")
    for _step in range(3):
        assert lab.nudge(w) is None
    change = lab.change()
    assert change is not None
    assert prediction(change) == "42 × 0.3 = 12.6"
    assert format_float(change.actual) == "13.41"
    assert format_float(change.quotient) == "44.7"
    assert (lab.output_text(), format_float(lab.gradient(w))) == ("62.41", "47.4")
    lab.reset(w)
    assert lab.change() is None
    assert lab.output_text() == "49"


def test_another_input_begins_another_comparison() -> None:
    lab = Lab(LOSS, LOSS_VALUES)
    lab.nudge(handle_of(lab, "w"))
    before = lab.output
    lab.nudge(handle_of(lab, "b"), -2)
    change = lab.change()
    assert change is not None
    assert (change.handle.label, change.output_before) == ("b", before)
    assert prediction(change) == "14.6 × (−0.2) = −2.92"


@pytest.mark.parametrize(
    ("formula", "values"),
    [
        (LOSS, LOSS_VALUES),
        (LSTM, ""),
        ("Y = X @ W + b", ""),
        ("Y = X @ W", "start=[[1, 0], [0, 2]]"),
        ("L = cross_entropy(softmax(X @ W), Y)", ""),
        ("y = layer_norm(x, g, b)", "start=[3, 1, 2]"),
        ("f = sum(w[ids]^2)", ""),
    ],
)
def test_for_small_steps_the_predicted_change_is_the_actual_one(formula: str, values: str) -> None:
    lab = Lab(formula, values)
    lab.change_step(-2)
    for handle in lab.handles():
        if handle.is_data:
            continue
        assert lab.nudge(handle) is None
        change = lab.change()
        assert change is not None
        assert change.predicted is not None
        assert change.actual == pytest.approx(change.predicted, rel=0.02, abs=2e-5), handle.label
        lab.reset(handle)


def test_values_and_gradients_are_those_of_sympy() -> None:
    w, x, b = sympy.symbols("w x b")
    y = 1 / (1 + sympy.exp(-(w * x + b))) * x
    lab = Lab("y = sigmoid(w*x + b) * x", "w=1.5 x=0.8 b=-1")
    lab.nudge(handle_of(lab, "x"), 2)
    point = {w: 1.5, x: 1.0, b: -1}
    assert lab.output == pytest.approx(float(y.subs(point)))
    for symbol in (w, x, b):
        gradient = lab.gradient(handle_of(lab, symbol.name))
        assert gradient is not None
        assert float(gradient) == pytest.approx(float(y.diff(symbol).subs(point)))
    change = lab.change()
    assert change is not None
    assert change.gradient == pytest.approx(float(y.diff(x).subs({**point, x: 0.8})))


@pytest.mark.parametrize(
    ("formula", "values", "label", "steps", "reason"),
    [
        ("y = log(x)", "x=0.1", "x", -1, "is not a real number"),
        ("y = 1/x", "x=0.1", "x", -1, "divides by zero"),
        ("y = exp(x)", "x=709.7", "x", 1, "is too large"),
    ],
)
def test_a_number_is_not_moved_to_where_there_is_no_value(
    formula: str, values: str, label: str, steps: int, reason: str
) -> None:
    lab = Lab(formula, values)
    before = lab.output
    assert reason in str(lab.nudge(handle_of(lab, label), steps))
    assert lab.output == before


def test_a_cell_of_a_matrix_is_moved_alone() -> None:
    lab = Lab("Y = X @ W", "X=[[1,2],[3,4]] W=[[5,6],[7,8]]")
    assert [handle.label for handle in lab.handles()][:3] == ["X[0, 0]", "X[0, 1]", "X[1, 0]"]
    lab.nudge(handle_of(lab, "X[0, 1]"), 5)
    assert list(map(nearest_float, cells(lab.values["X"]))) == [1, 2.5, 3, 4]
    change = lab.change()
    assert change is not None
    assert output_label(lab) == "sum(Y)"
    assert prediction(change) == "15 × 0.5 = 7.5"
    assert lab.to_input().values == "X=[[1, 2.5], [3, 4]] W=[[5, 6], [7, 8]]"


def test_a_start_weighs_the_entries_of_the_output() -> None:
    lab = Lab("Y = X @ W", "X=[[1,2],[3,4]] W=[[5,6],[7,8]] start=[[1,0],[0,2]]")
    assert output_label(lab) == "sum(start·Y)"
    assert lab.output == 19 + 2 * 50
    assert lab.to_exercise().start[1][1].value == 2


def test_symbols_are_formulas_and_cannot_be_nudged() -> None:
    lab = Lab("z = x^2*y", "x=x y=3")
    x, y = lab.handles()
    assert (x.is_symbol, lab.output, lab.output_text()) == (True, None, "3·x²")
    assert lab.nudge(x) is None
    assert lab.nudge(y) is None
    assert lab.output_text() == "3.1·x²"
    assert lab.change() is None
    assert sample_curve(lab, y, 0, 1, 10).is_empty


def test_values_that_do_not_fit_change_nothing() -> None:
    lab = Lab(LOSS, LOSS_VALUES)
    before = lab.to_input()
    with pytest.raises(AlgebraError):
        lab.give_values("w=[1, 2] x=[1, 2, 3]")
    with pytest.raises(AlgebraError):
        lab.give_values("w=q")
    assert lab.to_input() == before
    lab.give_values("w=1/3 x=log(2)")
    assert lab.to_input().values == "w=1/3 x=log(2) b=4 y=3"


def test_values_for_a_formula_that_cannot_be_read_wait_for_it() -> None:
    lab = Lab("y = x^2", "x=3")
    lab.read("y = x @@")
    lab.read(")")
    lab.give_values("x=[1, 2]")
    assert [handle.label for handle in lab.handles()] == ["x"]
    assert lab.nudge(lab.handles()[0]) is None
    lab.read("y = sum(x)")
    assert [handle.label for handle in lab.handles()] in (["x"], ["x[0]", "x[1]"])


def test_the_path_of_a_nudge_ends_at_the_output() -> None:
    lab = Lab(LOSS, LOSS_VALUES)
    assert lab.path_from(handle_of(lab, "b")) == {"b", "add1", "sub1", "pow1"}


def test_rounding_errors_are_not_shown() -> None:
    lab = Lab("y = a + b - c", "a=0.1 b=0.2 c=0.3")
    assert lab.output_text() == "0"
    assert [format_float(value) for value in (15.799999999999999, 0.1 + 0.2, 1 / 3)] == ["15.8", "0.3", "0.3333"]


# --- curves ---


def curve_over(formula: str, values: str = "", label: str = "x") -> tuple[Lab, Handle, Curve]:
    lab = Lab(formula, values)
    handle = handle_of(lab, label)
    low, high = reach_of(lab, handle)
    return lab, handle, sample_curve(lab, handle, low, high, 161)


def test_a_curve_goes_through_the_point_and_its_tangent_has_the_gradient() -> None:
    lab, handle, curve = curve_over("y = sin(x) * x", "x=1")
    middle = len(curve.xs) // 2
    assert (curve.xs[middle], curve.ys[middle]) == pytest.approx((1.0, lab.output))
    below, above = curve.ys[middle - 1], curve.ys[middle + 1]
    assert below is not None
    assert above is not None
    slope = (above - below) / (curve.xs[middle + 1] - curve.xs[middle - 1])
    gradient = lab.gradient(handle)
    assert gradient is not None
    assert slope == pytest.approx(float(gradient), rel=1e-3)


def test_a_curve_breaks_at_a_pole_and_ends_at_a_domain() -> None:
    _lab, _handle, pole = curve_over("y = 1/(x - 1.003)", "x=2")
    (index,) = pole.breaks
    assert pole.xs[index - 1] < 1.003 < pole.xs[index]
    _lab, _handle, log = curve_over("y = log(x)", "x=1")
    assert [y is None for y in log.ys] == [x <= 1e-12 for x in log.xs]


@pytest.mark.parametrize(
    ("formula", "values"),
    [
        ("y = exp(exp(x))", "x=3"),
        ("y = 1/x", "x=0.5"),
        ("y = x^9", "x=1"),
        ("y = 5 + 0*x", "x=1"),
        ("y = exp(x)", "x=709"),
    ],
)
def test_the_range_of_a_curve_shows_the_point_and_is_never_empty(formula: str, values: str) -> None:
    lab, handle, curve = curve_over(formula, values)
    assert lab.output is not None
    bottom, top = curve.vertical_range(lab.number(handle), lab.output)
    assert bottom < top
    assert bottom <= lab.output <= top
    near = [y for x, y in zip(curve.xs, curve.ys, strict=True) if y is not None and abs(x - lab.number(handle)) < 0.2]
    visible = sum(bottom <= y <= top for y in near)
    assert visible >= len(near) / 2


def test_the_table_has_five_values_around_the_point() -> None:
    lab = Lab("y = log(x)", "x=0.1")
    table = sample_table(lab, handle_of(lab, "x"))
    assert [y is None for _x, y in table] == [True, True, False, False, False]
    assert all(after[0] - before[0] == pytest.approx(0.1) for before, after in pairwise(table))
