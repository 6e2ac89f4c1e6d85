"""Equality of formulas: the table of the author guide, and randomly rewritten or perturbed formulas."""

from __future__ import annotations

import random
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from tests.support.guide import FORMULAS_TABLE, table_rows
from tests.support.sympy_evaluator import evaluate_with_sympy
from tutor.algebra.evaluate import evaluate
from tutor.algebra.expr import Apply, Expr, Num, Sym, number
from tutor.algebra.parser import parse
from tutor.algebra.printing import format_expr
from tutor.grading.answer import ParsedAnswer
from tutor.grading.comparison import compare_cells
from tutor.grading.decimal_constants import decimal_patterns
from tutor.grading.numeric_equality import Match, TypedNumber, compare_numbers
from tutor.grading.symbolic_equality import Outcome, compare_formulas

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

NAMES = {"x": Sym("x"), "y": Sym("y"), "p": Sym("p", 0, "positive"), "dL/dz": Sym("dL/dz")}
SAME, DIFFERENT, UNDEFINED, UNDECIDED = Outcome.SAME, Outcome.DIFFERENT, Outcome.UNDEFINED, Outcome.UNDECIDED


def formula(text: str) -> Expr:
    tree = evaluate(parse(text, NAMES), NAMES)
    assert isinstance(tree, Expr)
    return tree


VERDICTS = {"right": Match.EQUAL, "coarse": Match.COARSE, "wrong": Match.DIFFERENT, "undecided": Match.UNCLEAR}


def domains(text: str) -> dict[str, Expr]:
    """Return the symbols declared in a row, such as `x positive, y nonzero`; the others are real."""
    declared = dict(one.split() for one in text.split(",") if one.strip())
    return {name: Sym(name, 0, declared.get(name, "real")) for name in (*NAMES, *declared)}


def judge(answer: str, truth: Expr, names: Mapping[str, Expr]) -> Match:
    """Return how a typed formula compares with the right one."""
    tree = parse(answer, names)
    typed = TypedNumber.from_expr(tree, evaluate(tree, names))
    typed = replace(typed, pattern=decimal_patterns(tree, names)[0][0])
    return compare_cells(ParsedAnswer(tree, typed.value, ((typed,),), may_have_symbols=True), truth)[0][0]


@pytest.mark.parametrize(("truth", "domain", "answer", "verdict"), table_rows(FORMULAS_TABLE))
def test_formulas_compare_as_in_the_author_guide(truth: str, domain: str, answer: str, verdict: str) -> None:
    names = domains(domain)
    right = evaluate(parse(truth, names), names)
    assert judge(answer, right, names) is VERDICTS[verdict]


def test_a_difference_comes_with_a_point() -> None:
    comparison = compare_formulas(formula("x*y"), formula("x + y"))
    assert comparison.outcome is DIFFERENT
    assert comparison.point is not None
    x, y = float(comparison.point["x"]), float(comparison.point["y"])
    assert comparison.answer_value == pytest.approx(x * y)
    assert comparison.true_value == pytest.approx(x + y)
    assert all(value.denominator == 1 for value in comparison.point.values()), "small whole numbers are tried first"


def test_the_answer_must_have_a_value_wherever_the_truth_has_one() -> None:
    comparison = compare_formulas(formula("log(x)/log(x)"), formula("1 + 0*y"))
    assert comparison.outcome is UNDEFINED
    assert comparison.point is not None
    assert comparison.point["x"] < 0
    assert comparison.answer_value is None


def test_a_domain_is_respected() -> None:
    positive = compare_formulas(formula("sqrt(p)*sqrt(p)"), formula("p"))
    assert positive.outcome is SAME
    real = compare_formulas(formula("sqrt(x)*sqrt(x)"), formula("x"))
    assert real.outcome is UNDEFINED


def test_a_comparison_that_no_precision_decides_is_undecided() -> None:
    assert compare_formulas(formula("exp(exp(exp(exp(p))))"), formula("exp(exp(exp(exp(p)))) + 1")).outcome in (
        UNDECIDED,
        DIFFERENT,
    )
    assert compare_formulas(formula("x"), formula("sqrt(-1 - x^2)")).outcome is UNDECIDED


@pytest.mark.parametrize("place", ["-1000", "-10", "-1/3", "0", "1/16", "7", "1000000"])
@pytest.mark.parametrize("bump", ["relu(x - K)", "abs(x - K) - (x - K)", "min(K, x) - x", "sqrt((x - K)^2) - x + K"])
def test_a_difference_on_one_side_of_a_kink_is_found(place: str, bump: str) -> None:
    wrong = f"x + {bump.replace('K', f'({place})')}"
    assert compare_formulas(formula(wrong), formula("x")).outcome is DIFFERENT
    assert compare_formulas(formula("x"), formula(wrong)).outcome is DIFFERENT


def test_a_narrow_bump_between_kinks_is_found() -> None:
    assert compare_formulas(formula("x + relu(1 - 10^9*abs(x - 1/3))"), formula("x")).outcome is DIFFERENT
    assert compare_formulas(formula("x + relu(x - 1000)*relu(-y - 1000)*p"), formula("x")).outcome is DIFFERENT


@pytest.mark.parametrize(("left", "right"), [("0.2", "0.21"), ("-1000.001", "-1000"), ("10^6", "10^6 + 1")])
def test_points_in_a_narrow_domain_are_found(left: str, right: str) -> None:
    truth = f"sqrt(x - ({left}))*sqrt({right} - x)"
    assert compare_formulas(formula(f"sqrt((x - ({left}))*({right} - x))"), formula(truth)).outcome is SAME
    assert compare_formulas(formula(f"sqrt(x - ({left}))*({right} - x)"), formula(truth)).outcome is DIFFERENT


def test_each_of_two_formulas_may_have_holes_but_no_gaps() -> None:
    assert compare_formulas(formula("x*(y - 2)*(x + 3)/((y - 2)*(x + 3))"), formula("x")).outcome is SAME
    assert compare_formulas(formula("x"), formula("x*(y - 2)*(x + 3)/((y - 2)*(x + 3))")).outcome is SAME
    assert compare_formulas(formula("x + log(x) - log(x)"), formula("x")).outcome is UNDEFINED


@given(
    st.lists(st.tuples(st.integers(-99, 99), st.integers(1, 99)), min_size=1, max_size=3),
    st.sampled_from([Fraction(0), Fraction(1, 500), Fraction(1, 50)]),
    st.integers(0, 2),
)
def test_each_decimal_of_a_formula_is_compared_by_itself(
    fractions: list[tuple[int, int]], error: Fraction, place: int
) -> None:
    parts = ["x*dL/dz", "exp(y)", "p^2"]
    numbers = [Fraction(top, bottom) for top, bottom in fractions]
    truth = " + ".join(f"({number})*{part}" for number, part in zip(numbers, parts, strict=False))
    place %= len(numbers)
    typed = [number * (1 + error) if i == place else number for i, number in enumerate(numbers)]
    answer = " + ".join(f"({float(number):.5e})*{part}" for number, part in zip(typed, parts, strict=False))
    literals = [
        TypedNumber.from_expr(Num(Fraction(t), t), Num(Fraction(t))) for t in (f"{float(n):.5e}" for n in typed)
    ]
    expected = [compare_numbers(literal, Num(n)) for literal, n in zip(literals, numbers, strict=True)]
    right = all(match is Match.EQUAL for match in expected)
    assert (judge(answer, formula(truth), NAMES) is Match.EQUAL) == right


_LEAVES = st.sampled_from(["x", "y", "p", "1", "2", "-3", "1/2"])
_POLYNOMIALS = st.recursive(
    _LEAVES,
    lambda part: st.tuples(part, st.sampled_from("+-*"), part).map(lambda parts: f"({parts[0]}){parts[1]}({parts[2]})"),
    max_leaves=6,
)


@given(_POLYNOMIALS, _POLYNOMIALS, st.integers(-1, 1))
def test_polynomials_are_equal_if_sympy_expands_them_to_the_same(first: str, second: str, added: int) -> None:
    symbols = {name: sympy.Symbol(name, real=True) for name in "xyp"}
    a, b = f"({first})*({second})", f"({second})*({first}) + {added}*({first})"
    difference = evaluate_with_sympy(parse(f"({a}) - ({b})", NAMES), symbols)
    expected = sympy.expand(difference) == 0
    assert (compare_formulas(formula(a), formula(b)).outcome is SAME) == expected


# --- rewritten and perturbed formulas ----------------------------------------------------------------------


def _random_expression(rng: random.Random, depth: int) -> Expr:
    if depth == 0 or rng.random() < 0.15:
        return rng.choice(
            [
                Sym("x"),
                Sym("y"),
                Sym("p", 0, "positive"),
                number(rng.randint(1, 5)),
                Num(Fraction(rng.randint(1, 99), 20)),
            ]
        )
    op = rng.choice(["add", "sub", "mul", "mul", "div", "pow", "exp", "sigmoid", "tanh", "neg"])
    inside = _random_expression(rng, depth - 1)
    if op == "pow":
        return Apply("pow", (inside, number(rng.choice([2, 3]))))
    if op == "exp":
        return Apply("exp", (Apply("sigmoid", (inside,)),))
    if op == "div":
        return Apply(
            "div", (inside, Apply("add", (Apply("pow", (_random_expression(rng, depth - 1), number(2))), number(1))))
        )
    if op in ("sigmoid", "tanh", "neg"):
        return Apply(op, (inside,))
    return Apply(op, (inside, _random_expression(rng, depth - 1)))


#: Identities, from the operation they rewrite.
_IDENTITIES: dict[str, list[Callable[..., Expr]]] = {
    "add": [lambda a, b: Apply("add", (b, a)), lambda a, b: Apply("sub", (a, Apply("neg", (b,))))],
    "sub": [lambda a, b: Apply("add", (a, Apply("neg", (b,)))), lambda a, b: Apply("neg", (Apply("sub", (b, a)),))],
    "mul": [lambda a, b: Apply("mul", (b, a)), lambda a, b: Apply("neg", (Apply("mul", (Apply("neg", (a,)), b)),))],
    "div": [lambda a, b: Apply("mul", (a, Apply("pow", (b, number(-1)))))],
    "neg": [lambda a: Apply("mul", (number(-1), a)), lambda a: Apply("sub", (number(0), a))],
    "pow": [lambda a, n: Apply("mul", (a, Apply("pow", (a, Num(n.value - 1)))))],
    "exp": [lambda a: Apply("div", (number(1), Apply("exp", (Apply("neg", (a,)),))))],
    "sigmoid": [
        lambda a: Apply("div", (number(1), Apply("add", (number(1), Apply("exp", (Apply("neg", (a,)),)))))),
        lambda a: Apply("sub", (number(1), Apply("sigmoid", (Apply("neg", (a,)),)))),
    ],
    "tanh": [
        lambda a: Apply(
            "sub", (Apply("mul", (number(2), Apply("sigmoid", (Apply("mul", (number(2), a)),)))), number(1))
        )
    ],
}


def _rewrite(rng: random.Random, tree: Expr) -> Expr:
    if not isinstance(tree, Apply):
        return tree
    args = tuple(_rewrite(rng, arg) for arg in tree.args)
    rewrite = rng.choice([*_IDENTITIES[tree.op], None])
    return rewrite(*args) if rewrite else Apply(tree.op, args)


def _subexpressions(tree: Expr) -> int:
    return 1 + sum(map(_subexpressions, tree.args)) if isinstance(tree, Apply) else 1


def _perturb(tree: Expr, place: int) -> Expr:
    """Add a half to one part of `tree`."""
    if place == 0:
        return Apply("add", (tree, number("1/2")))
    assert isinstance(tree, Apply)
    place -= 1
    args = []
    for arg in tree.args:
        size = _subexpressions(arg)
        args.append(_perturb(arg, place) if 0 <= place < size else arg)
        place -= size
    return Apply(tree.op, tuple(args))


@pytest.mark.parametrize("batch", range(10))
def test_rewritten_formulas_are_equal_and_perturbed_ones_are_not(batch: int) -> None:
    rng = random.Random(batch)
    perturbed = 0
    for _ in range(200):
        tree = _random_expression(rng, rng.randint(1, 3))
        other = _rewrite(rng, tree)
        assert compare_formulas(other, tree).outcome is SAME, (format_expr(other), format_expr(tree))
        wrong = _perturb(tree, rng.randrange(_subexpressions(tree)))
        comparison = compare_formulas(wrong, tree)
        if comparison.outcome is SAME:
            # The whole did not depend on the perturbed part, so it is the same at any point.
            values = [evaluate(one, {"x": number(7), "y": number(-11), "p": number(13)}) for one in (wrong, tree)]
            assert compare_formulas(values[0], values[1]).outcome is SAME, (format_expr(wrong), format_expr(tree))
        else:
            assert comparison.outcome in (DIFFERENT, UNDEFINED), (format_expr(wrong), format_expr(tree))
            perturbed += 1
    assert perturbed > 150
