"""Evaluation: exact values, floats, balls and formatted trees agree with one another and with SymPy."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
import sympy
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.support.example_count import num_examples
from tests.support.sympy_evaluator import evaluate_with_sympy
from tutor.algebra.balls import nearest_float, to_ball
from tutor.algebra.errors import AlgebraError
from tutor.algebra.evaluate import evaluate, evaluate_as_float
from tutor.algebra.expr import Apply, Expr, Num, Sym, number
from tutor.algebra.literals import exact_decimal
from tutor.algebra.parser import parse
from tutor.algebra.precision import PRECISIONS, working_precision
from tutor.algebra.printing import format_expr, format_number, format_value

POINT = {"x": Fraction(7, 3), "y": Fraction(-5, 4), "dL/dz": Fraction(3)}
SYMPY_POINT = {name: sympy.Rational(v.numerator, v.denominator) for name, v in POINT.items()}


decimals = st.decimals(min_value=0, max_value=1000, places=2, allow_nan=False).map(str)
literals = st.one_of(st.integers(0, 99).map(str), decimals, st.sampled_from(["1e-3", "2.5e2", ".5", "7."]))
numbers_as_typed = literals.map(lambda text: parse(text))
folded_numbers = st.fractions(-20, 20, max_denominator=40).map(number)
symbols = st.sampled_from(["x", "y", "dL/dz"]).map(Sym)


def applications(inside: st.SearchStrategy[Expr], ops: tuple[str, ...]) -> st.SearchStrategy[Expr]:
    two = st.sampled_from([op for op in ops if op in ("add", "sub", "mul", "div")])
    one = st.sampled_from([op for op in ops if op not in ("add", "sub", "mul", "div", "pow")])
    small = st.integers(-3, 4).map(lambda n: number(n) if n >= 0 else Apply("neg", (number(-n),)))
    return st.one_of(
        st.builds(lambda op, a, b: Apply(op, (a, b)), two, inside, inside),
        st.builds(lambda op, a: Apply(op, (a,)), one, inside),
        st.builds(lambda a, n: Apply("pow", (a, n)), inside, small),
    )


rational = st.recursive(
    st.one_of(numbers_as_typed, folded_numbers, symbols),
    lambda inside: applications(inside, ("add", "sub", "mul", "div", "neg")),
    max_leaves=12,
)
any_tree = st.recursive(
    st.one_of(numbers_as_typed, folded_numbers, symbols),
    lambda inside: applications(inside, ("add", "sub", "mul", "div", "neg", "exp", "log", "sigmoid", "sqrt")),
    max_leaves=8,
)
EXACT_POINT = {name: number(value) for name, value in POINT.items()}


@settings(max_examples=num_examples(400), deadline=None)
@given(rational)
def test_a_formatted_tree_parses_to_the_same_value(tree: Expr) -> None:
    again = parse(format_expr(tree), tuple(POINT))
    try:
        value = evaluate(tree, EXACT_POINT)
    except AlgebraError:
        with pytest.raises(AlgebraError):
            evaluate(again, EXACT_POINT)
        return
    parsed = evaluate(again, EXACT_POINT)
    if isinstance(value, Num) and isinstance(parsed, Num):
        assert parsed.value == value.value
    else:
        assert evaluate_as_float(parsed, {}) == pytest.approx(evaluate_as_float(value, {}))


@settings(max_examples=num_examples(300), deadline=None)
@given(any_tree)
def test_a_formatted_tree_with_functions_parses_to_the_same_function(tree: Expr) -> None:
    names = tuple(POINT)
    assert format_expr(parse(format_expr(tree), names)) == format_expr(
        parse(format_expr(parse(format_expr(tree), names)), names)
    )
    point = {name: float(value) for name, value in POINT.items()}
    try:
        before = evaluate_as_float(tree, point)
    except AlgebraError:
        return
    assert evaluate_as_float(parse(format_expr(tree), names), point) == pytest.approx(before, rel=1e-9)


@settings(max_examples=num_examples(300), deadline=None)
@given(rational)
def test_exact_values_equal_those_of_sympy(tree: Expr) -> None:
    truth = evaluate_with_sympy(tree, SYMPY_POINT)
    try:
        value = evaluate(tree, EXACT_POINT)
    except AlgebraError:
        assert truth is None
        return
    assume(isinstance(value, Num))
    assert isinstance(value, Num)
    assert sympy.Rational(value.value.numerator, value.value.denominator) == truth


@settings(max_examples=num_examples(200), deadline=None)
@given(any_tree)
def test_balls_enclose_the_true_value(tree: Expr) -> None:
    from flint import arb, fmpq

    point = {name: arb(fmpq(v.numerator, v.denominator)) for name, v in POINT.items()}
    try:
        finest = {}
        for bits in PRECISIONS:
            with working_precision(bits):
                finest[bits] = to_ball(tree, point)
    except ZeroDivisionError:
        return
    with working_precision(PRECISIONS[-1]):
        assume(finest[PRECISIONS[-1]].is_finite())
        for coarse in PRECISIONS[:-1]:
            if finest[coarse].is_finite():
                assert finest[coarse].overlaps(finest[PRECISIONS[-1]])
    assume(finest[PRECISIONS[-1]].rel_accuracy_bits() > 200)
    truth = evaluate_with_sympy(tree, SYMPY_POINT)
    assume(truth is not None)
    value = sympy.N(truth, 40)
    assume(value.is_real and value.is_finite)
    with working_precision(256):
        assert abs(float(finest[PRECISIONS[-1]].mid() / arb(str(value)) - 1)) < 1e-15 if value != 0 else True


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.1 + 0.2 - 0.3", Fraction(0)),
        ("1/2 + 1/4", Fraction(3, 4)),
        ("2^-3", Fraction(1, 8)),
        ("4^(1/2)", Fraction(2)),
        ("(4/9)^(3/2)", Fraction(8, 27)),
        ("exp(log(3))", Fraction(3)),
        ("e^log(3)", Fraction(3)),
        ("exp(-log(4))", Fraction(1, 4)),
        ("log(e)", Fraction(1)),
        ("sigmoid(log(3))", Fraction(3, 4)),
        ("σ(0)", Fraction(1, 2)),
        ("0^0", Fraction(1)),
        ("exp(0)", Fraction(1)),
        ("sqrt(9/4)", Fraction(3, 2)),
        ("(-2)^3", Fraction(-8)),
        ("sum([[1, 2], [3, 4]])", Fraction(10)),
        ("sum([1, 2] @ [[1/2], [1/4]])", Fraction(1)),
    ],
)
def test_exact_values_are_folded(text: str, value: Fraction) -> None:
    found = evaluate(parse(text), {})
    assert isinstance(found, Num)
    assert found.value == value


def test_a_tiny_derivative_keeps_its_digits() -> None:
    # σ'(40) is 0 in floats, because 1 − σ(40) rounds to 0.
    slope = evaluate(parse("σ(40)(1 - σ(40))"), {})
    assert nearest_float(slope) == pytest.approx(4.248354255291589e-18, rel=1e-14)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("exp(1)", math.e),
        ("pi", math.pi),
        ("e^2 - 7", math.e**2 - 7),
        ("10^400", math.inf),
        ("-(10^400)", -math.inf),
        ("exp(1000)", math.inf),
        ("sqrt(2)^2 - 2", 0.0),
    ],
)
def test_the_nearest_float(text: str, value: float) -> None:
    assert nearest_float(evaluate(parse(text), {})) == pytest.approx(value, rel=1e-15)


@pytest.mark.parametrize("text", ["log(sqrt(2) - 2)", "1/(sqrt(2) - sqrt(2))", "9^9^9^9", "sin(9^9^9)"])
def test_a_value_that_cannot_be_computed_is_nan(text: str) -> None:
    assert math.isnan(nearest_float(evaluate(parse(text), {})))


def test_float_and_exact_evaluation_agree_on_matrices() -> None:
    names = {"X": evaluate(parse("[[1, 2], [3, 4]]"), {}), "W": evaluate(parse("[[1/2], [-3]]"), {})}
    product = evaluate(parse("(X @ W).T * 2 + [[1, 1]]"), names)
    assert format_value(product) == "[[−10, −20]]"


@settings(max_examples=num_examples(300), deadline=None)
@given(st.fractions(-10_000, 10_000, max_denominator=10_000))
def test_a_number_is_formatted_exactly_or_to_four_digits(value: Fraction) -> None:
    text = format_number(value)
    read = Fraction(text.replace("−", "-"))
    if exact_decimal(value) is not None and len(text) <= 10:
        assert read == value
    else:
        assert abs(read - value) <= abs(value) * Fraction(5, 10_000)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (240.0, "240.0"),
        (Fraction(240), "240"),
        (Fraction(-1, 4), "−0.25"),
        (Fraction(1, 3), "0.3333"),
        (5.833329393581208, "5.833"),
        (0.00059074, "0.0005907"),
        (1.25e-7, "1.250e−7"),
        (1.25e12, "1.250e12"),
        (0.0, "0"),
        (math.inf, "∞"),
    ],
)
def test_numbers_are_formatted(value: float | Fraction, shown: str) -> None:
    assert format_number(value) == shown


@pytest.mark.parametrize("value", [0.95, 0.999, 0.99999, 0.9999999])
def test_a_number_near_one_has_enough_digits_for_one_minus_it(value: float) -> None:
    assert 1 - float(format_number(value, near_one=True)) == pytest.approx(1 - value, rel=0.0005)


def test_a_long_flat_sum_is_formatted_without_recursion() -> None:
    deep: Expr = Sym("x")
    for _ in range(5000):
        deep = Apply("add", (deep, Sym("x")))
    assert format_expr(deep).count("x") == 5001


def test_symbols_and_matrices_have_no_ball() -> None:
    for text in ("x + 1", "[[1, 2]] + 1", "sum([[1, 2]])"):
        with pytest.raises(KeyError):
            nearest_float(parse(text))
