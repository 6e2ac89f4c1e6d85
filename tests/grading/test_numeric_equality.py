"""Equality of numbers: the table of the author guide, and properties on random numbers."""

from __future__ import annotations

from decimal import Decimal, localcontext
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.support.example_count import num_examples
from tests.support.guide import NUMBERS_TABLE, table_rows
from tests.support.sample_problems import (
    answer_literal,
    cells_of,
    make_problem,
    random_matrix_problems,
    random_problems,
)
from tutor.algebra.balls import nearest_float
from tutor.algebra.evaluate import evaluate
from tutor.algebra.expr import Num
from tutor.algebra.parser import parse
from tutor.algebra.printing import format_value
from tutor.grading.grader import grade
from tutor.grading.numeric_equality import Match, TypedNumber, compare_numbers
from tutor.grading.verdict import VerdictKind

if TYPE_CHECKING:
    from tutor.grading.problem import Problem


def compare_texts(text: str, truth: str) -> Match:
    tree = parse(text, ())
    return compare_numbers(TypedNumber.from_expr(tree, evaluate(tree, {})), evaluate(parse(truth, ()), {}))


EQUAL, COARSE, DIFFERENT = Match.EQUAL, Match.COARSE, Match.DIFFERENT
WORDS = {"right": EQUAL, "coarse": COARSE, "wrong": DIFFERENT}
TABLE = [(truth, answer, WORDS[verdict]) for truth, answer, verdict in table_rows(NUMBERS_TABLE)]


@pytest.mark.parametrize(("truth", "answer", "expected"), TABLE, ids=[f"{a} for {t}" for t, a, _ in TABLE])
def test_an_answer_compares_with_the_truth(truth: str, answer: str, expected: Match) -> None:
    assert compare_texts(answer, truth) is expected


rationals = st.fractions(-5000, 5000, max_denominator=5000).filter(lambda value: value != 0)


def rounded(value: Fraction, digits: int) -> str:
    """Round `value` correctly to `digits` significant digits, and write all of them."""
    with localcontext() as context:
        context.prec = digits
        return f"{Decimal(value.numerator) / Decimal(value.denominator):.{digits - 1}e}"


@settings(max_examples=num_examples(400), deadline=None)
@given(rationals, st.integers(3, 8))
def test_a_correct_rounding_to_three_digits_or_more_is_equal(value: Fraction, digits: int) -> None:
    truth = f"({value.numerator})/{value.denominator}"
    assert compare_texts(rounded(value, digits), truth) is EQUAL


@settings(max_examples=num_examples(400), deadline=None)
@given(rationals, st.integers(1, 8))
def test_a_rounding_is_never_different(value: Fraction, digits: int) -> None:
    assert compare_texts(rounded(value, digits), f"({value.numerator})/{value.denominator}") is not DIFFERENT


@settings(max_examples=num_examples(400), deadline=None)
@given(rationals, st.fractions(Fraction(2, 100), 3, max_denominator=10**6), st.booleans(), st.integers(3, 8))
def test_a_value_two_percent_off_is_never_equal(value: Fraction, off: Fraction, up: bool, digits: int) -> None:
    wrong = value * (1 + off) if up else value * (1 - off)
    assume(wrong != 0)
    truth = f"({value.numerator})/{value.denominator}"
    assert compare_texts(f"({wrong.numerator})/{wrong.denominator}", truth) is DIFFERENT
    text = rounded(wrong, digits)
    assume(abs(Fraction(text) - value) >= Fraction(19, 1000) * abs(value))
    assert compare_texts(text, truth) is not EQUAL


# --- grading of whole problems -----------------------------------------------------------------------------


def significant(value: float, digits: int) -> str:
    text = f"{value:.{digits - 1}e}"
    mantissa, _, exponent = text.partition("e")
    return f"{mantissa}e{int(exponent)}"


def written_exactly(cell: object) -> str | None:
    if not isinstance(cell, Num) or cell.value.numerator.bit_length() + cell.value.denominator.bit_length() > 180:
        return None
    value = cell.value
    if max(len(str(abs(value.numerator))), len(str(value.denominator))) > 30:
        return None
    return f"{value.numerator}/{value.denominator}"


@settings(max_examples=num_examples(150), deadline=None)
@given(random_problems, st.integers(3, 8))
def test_no_right_answer_is_refused(problem: Problem, digits: int) -> None:
    for place in problem.blanks:
        truth = problem.truth(place)
        number = nearest_float(truth)
        if (exact := written_exactly(truth)) is not None:
            assert grade(problem, place, exact).kind is VerdictKind.RIGHT, exact
        if number != 0:
            text = significant(number, digits)
            assert grade(problem, place, text).kind is VerdictKind.RIGHT, (place.id, text, format_value(truth))
        assert grade(problem, place, format_value(truth)).kind in (VerdictKind.RIGHT, VerdictKind.COARSE)


@settings(max_examples=num_examples(40), deadline=None)
@given(random_matrix_problems, st.integers(3, 8))
def test_no_right_matrix_is_refused(problem: Problem, digits: int) -> None:
    for place in problem.blanks:
        truth = problem.truth(place)
        texts = [significant(nearest_float(cell), digits) if nearest_float(cell) else "0" for cell in cells_of(truth)]
        answer = answer_literal(texts, place.shape)
        if len(answer) <= 400:
            assert grade(problem, place, answer).kind is VerdictKind.RIGHT, (place.id, answer)


@settings(max_examples=num_examples(150), deadline=None)
@given(
    random_problems, st.sampled_from(["1.02", "0.98", "1.03", "1.1", "0.5", "-1", "2", "10", "0"]), st.integers(3, 8)
)
def test_no_answer_two_percent_off_is_accepted(problem: Problem, factor: str, digits: int) -> None:
    for place in problem.blanks:
        number = nearest_float(problem.truth(place))
        if number == 0:
            continue
        wrong = number * float(factor)
        text = significant(wrong, max(digits, 4)) if wrong else "0"
        assert grade(problem, place, text).kind is not VerdictKind.RIGHT, (place.id, text)


@settings(max_examples=num_examples(100), deadline=None)
@given(random_problems)
def test_the_rule_typed_over_names_is_right_and_exact(problem: Problem) -> None:
    """Type `up` times the local derivative at every edge whose operands have names."""
    graph = problem.graph
    for place in problem.blanks:
        if place.edge is None:
            continue
        node = graph.nodes[place.edge.target]
        operands = [graph.nodes[arg].name if arg is not None else None for arg in node.args]
        if None in operands:
            continue
        a, b = operands[0], operands[-1]
        z = node.name
        rules = {
            "add": ("up", "up"),
            "sub": ("up", "-up"),
            "mul": (f"up*{b}", f"{a} up"),
            "div": (f"up/{b}", f"-up*{a}/{b}^2"),
            "neg": ("-up",),
            "inv": (f"-up/{a}²",),
            "pow": (f"up·{b}·{a}^({b}-1)", f"up {z} log({a})"),
            "exp": (f"{z} up",),
            "log": (f"up/{a}",),
            "sigmoid": (f"up*{z}(1-{z})",),
            "sqrt": (f"up/(2*{z})",),
            "sin": (f"up*cos({a})",),
            "cos": (f"-up*sin({a})",),
            "tanh": (f"up*(1-{z}²)",),
            "softplus": (f"up*sigmoid({a})",),
            "erf": (f"up*2/sqrt(pi)*e^(-{a}²)",),
            "silu": (f"up*(sigmoid({a}) + {z}*(1 - σ({a})))",),
            "gelu": (f"up*((1 + erf({a}/sqrt(2)))/2 + {a}*e^(-{a}²/2)/sqrt(2pi))",),
            "relu": (f"up*sign({z})",),
            "abs": (f"up*sign({a})",),
            "max": (f"up*(1+sign({a}-{b}))/2", f"up*(1-sign({a}-{b}))/2"),
            "min": (f"up*(1-sign({a}-{b}))/2", f"up*(1+sign({a}-{b}))/2"),
        }
        assert node.op is not None
        assert grade(problem, place, rules[node.op][place.edge.slot]).kind is VerdictKind.RIGHT


def test_matrices_may_be_typed_as_expressions() -> None:
    problem = make_problem(
        "A = X @ W; S = sigmoid(A); f = sum(S)", "2", X="[[1, -2], [0.5, 3]]", W="[[1, 0.5, 2], [-0.5, 2, 1]]"
    )
    for place, answers in {
        "X->A": ("(dL/dS * S * (1 - S)) @ W.T", "up @ Wᵀ", "2 (S(1-S)) @ W.T", "dL/dA @ W.T"),
        "W->A": ("X.T @ up", "X.T @ (2*S*(1-S))", "X.T @ dL/dA"),
        "A->S": ("up*S*(1-S)", "dL/dS * S * (1 - S)", "2*S - 2*S^2"),
        "S->sum1": ("[[2, 2, 2], [2, 2.0, 4/2]]",),
    }.items():
        for answer in answers:
            assert grade(problem, problem.place(place), answer).kind is VerdictKind.RIGHT, (place, answer)


def test_wrong_last_digits_of_a_right_answer_are_corrected() -> None:
    problem = make_problem("t = x / y; z = t * c", "1", x="2", y="3", c="1/7")
    place = problem.place("x->t")  # 1/21 = 0.047619…
    assert str(grade(problem, place, "0.04762").message).startswith("Right.")
    assert str(grade(problem, place, "0.04765").message).startswith("Right. To 4 digits, it is 0.04762.")
    assert str(grade(problem, place, "0.0475").message).startswith("Right. To 3 digits, it is 0.0476.")
    exact = make_problem("z = a * b * c", "1", a="0.16", b="3", c="7")
    assert str(grade(exact, exact.place("c"), "0.4801").message).startswith("Right. The exact value is 0.48.")
    assert str(grade(exact, exact.place("c"), "0.480").message).startswith("Right.")
