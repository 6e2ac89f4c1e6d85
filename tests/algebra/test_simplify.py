"""Simplification: readable formulas with the same values and gaps."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.support.example_count import num_examples
from tests.support.numpy_evaluator import evaluate_with_numpy
from tutor.algebra.balls import ball_from_fraction, to_ball
from tutor.algebra.errors import AlgebraError
from tutor.algebra.evaluate import evaluate
from tutor.algebra.expr import Apply, Expr, Num, Sym, number, postorder, substitute
from tutor.algebra.matrix_expr import MatrixExpr
from tutor.algebra.parser import parse
from tutor.algebra.precision import working_precision
from tutor.algebra.printing import format_expr
from tutor.algebra.simplify import simplify

DOMAINS = {"x": "real", "y": "real", "n": "nonzero", "p": "positive", "q": "positive"}
#: Points of the domains, including 0 if allowed.
POINTS = st.fixed_dictionaries(
    {
        "x": st.sampled_from([0, 1, -2, 3, Fraction(1, 3), Fraction(-5, 2)]),
        "y": st.sampled_from([0, -1, 2, Fraction(7, 4), Fraction(-1, 5)]),
        "n": st.sampled_from([1, -1, Fraction(2, 3), -3]),
        "p": st.sampled_from([1, 2, Fraction(1, 4), Fraction(5, 3)]),
        "q": st.sampled_from([3, Fraction(1, 2)]),
    }
)
leaves = st.one_of(
    st.sampled_from(sorted(DOMAINS)).map(lambda name: Sym(name, domain=DOMAINS[name])),
    st.sampled_from(["x", "p"]).map(lambda name: Sym(name, domain=DOMAINS[name])),
    st.sampled_from([number(text) for text in ("0", "1", "-1", "2", "3", "1/2", "-2/3", "1/10")]),
    st.just(Apply("exp", (number(1),))),
    st.just(Sym("pi")),
)
FUNCTIONS = (
    "neg",
    "exp",
    "log",
    "sqrt",
    "sigmoid",
    "tanh",
    "relu",
    "abs",
    "sign",
    "softplus",
    "sin",
    "cos",
    "erf",
    "silu",
    "gelu",
)


def nested_expressions(inside: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    powers = st.sampled_from([number(text) for text in ("-2", "-1", "0", "1", "2", "3", "1/2")])
    return st.one_of(
        st.builds(lambda op, a, b: Apply(op, (a, b)), st.sampled_from(["add", "sub", "mul", "div"]), inside, inside),
        st.builds(lambda op, a, b: Apply(op, (a, b)), st.sampled_from(["mul", "div"]), inside, inside),
        # A repeated part is a shared object, as in a graph with a branch.
        st.builds(lambda op, a: Apply(op, (a, a)), st.sampled_from(["add", "sub", "mul", "div", "max"]), inside),
        st.builds(lambda op, a: Apply(op, (a,)), st.sampled_from(FUNCTIONS), inside),
        st.builds(lambda a, n: Apply("pow", (a, n)), inside, powers),
        st.builds(lambda a, b: Apply("pow", (a, b)), inside, inside),
    )


trees = st.recursive(leaves, nested_expressions, max_leaves=10)


@settings(max_examples=num_examples(1500), deadline=None)
@given(trees, POINTS)
def test_simplification_keeps_values_and_gaps(formula: Expr, point: dict[str, Fraction]) -> None:
    simplified = simplify(formula)
    assume(all(len(str(node.value)) < 30 for node in postorder(simplified) if isinstance(node, Num)))
    again = parse(format_expr(simplified))
    exact = {name: number(value) for name, value in point.items()}
    try:
        evaluate(formula, exact)
    except AlgebraError:
        # A gap stays a gap: an error in folding, or a ball that is not finite.
        try:
            evaluate(simplified, exact)
        except AlgebraError:
            return
        with working_precision(300):
            assert not to_ball(
                simplified, {name: ball_from_fraction(Fraction(value)) for name, value in point.items()}
            ).is_finite()
        return
    with working_precision(300):
        balls = {name: ball_from_fraction(Fraction(value)) for name, value in point.items()}
        before, after, read = to_ball(formula, balls), to_ball(simplified, balls), to_ball(again, balls)
    if before.is_finite():
        assert after.is_finite(), format_expr(simplified)
        assert before.overlaps(after), format_expr(simplified)
        assert read.is_finite(), format_expr(simplified)
        assert before.overlaps(read), format_expr(simplified)


@settings(max_examples=num_examples(300), deadline=None)
@given(trees)
def test_simplification_does_not_lengthen_a_formula(formula: Expr) -> None:
    once = simplify(formula)
    assert len(format_expr(simplify(once))) <= len(format_expr(once))
    assert sum(1 for _ in postorder(once)) <= 2 * sum(1 for _ in postorder(formula)) + 2


@pytest.mark.parametrize(
    ("text", "simplified"),
    [
        ("-1 * 1/x^2", "−1/x²"),
        ("x*x*x", "x³"),
        ("(1 - y)*y", "y·(1 − y)"),
        ("-y + 1", "1 − y"),
        ("e^2 * e * 3", "3e³"),
        ("2*pi*3*x", "6π·x"),
        ("x/x", "x/x"),
        ("n/n", "1"),
        ("x^2/x", "x²/x"),
        ("x/x^2", "1/x"),
        ("n^2/n", "n"),
        ("1/x - 1/x", "0/x"),
        ("x - x", "0"),
        ("x + x + 1 + 2", "2·x + 3"),
        ("a - (b - c)", "a − b + c"),
        ("-(a - b)", "b − a"),
        ("-(a + b)", "−(a + b)"),
        ("2*(a + b)", "2·(a + b)"),
        ("(x + 1)*(x + 1)", "(x + 1)²"),
        ("2*(p - t)/3", "2·(p − t)/3"),
        ("x*1/3", "x/3"),
        ("0.1*x", "0.1·x"),
        ("1*cos(x^2)*(2*x)", "2·x·cos(x²)"),
        ("-1*(-1)*e^(-x)/(1 + e^(-x))^2", "e^(−x)/(1 + e^(−x))²"),
        ("sqrt(x^2)", "abs(x)"),
        ("sqrt(p^2)", "p"),
        ("sqrt(p)*sqrt(p)", "p"),
        ("sqrt(x)*sqrt(x)", "sqrt(x)²"),
        ("sqrt(2)*sqrt(2)", "2"),
        ("abs(p)", "p"),
        ("relu(p)", "p"),
        ("sign(p)", "1"),
        ("sign(relu(p))", "1"),
        ("abs(-2*x)", "2·abs(x)"),
        ("log(e^x)", "x"),
        ("exp(log(p))", "p"),
        ("exp(log(x))", "e^log(x)"),
        ("dL/dz * (-(y^2))", "−∂L/∂z·y²"),
        ("1/3", "1/3"),
        ("-0", "0"),
    ],
)
def test_formulas_are_simplified(text: str, simplified: str) -> None:
    names = ("a", "b", "c", "n", "p", "t", "x", "y", "dL/dz")
    symbols = {name: Sym(name, domain=DOMAINS.get(name, "real")) for name in names}
    assert format_expr(simplify(substitute(parse(text, names), symbols))) == simplified


@pytest.mark.parametrize(
    ("text", "simplified"),
    [
        ("(ones(3, 2)*(S*(1 - S))) @ W.T", "(S·(1 − S)) @ Wᵀ"),
        ("ones(3, 2) - S", "1 − S"),
        ("S - S", "0·ones(3, 2)"),
        ("2*ones(3, 2)", "2·ones(3, 2)"),
        ("sum(5*ones(3, 2))", "30"),
        ("sum(ones(3, 2), 0)", "3·ones(1, 2)"),
        ("mean(2*S)", "2·mean(S)"),
        ("(-S) @ W.T", "−(S @ Wᵀ)"),
        ("ones(3, 2).T", "ones(2, 3)"),
        ("S.T.T * S", "S²"),
    ],
)
def test_matrix_formulas_are_simplified(text: str, simplified: str) -> None:
    assert format_expr(simplify(parse(text), {"S": (3, 2), "W": (3, 2)})) == simplified


matrices = st.recursive(
    st.sampled_from(["A", "B"]).map(lambda name: MatrixExpr(Sym(name), (2, 2))),
    lambda inside: st.one_of(
        st.builds(lambda a, b: a @ b, inside, inside),
        st.builds(lambda a, b: a * b, inside, inside),
        st.builds(lambda a, b: a - b, inside, inside),
        st.builds(lambda a: MatrixExpr(Apply("sigmoid", (a.expr,)), a.shape), inside),
        st.builds(lambda a: a.T, inside),
        st.builds(lambda a: -a, inside),
        st.builds(lambda a: 3 * a, inside),
        st.builds(lambda: MatrixExpr(Apply("ones", (number(2), number(2))), (2, 2))),
    ),
    max_leaves=8,
)


@settings(max_examples=num_examples(300), deadline=None)
@given(matrices)
def test_a_simplified_matrix_formula_has_the_same_cells(whole: MatrixExpr) -> None:
    point = {"A": np.array([[0.5, -1.25], [2.0, 0.0]]), "B": np.array([[1.0, 0.75], [-0.5, 1.5]])}
    shapes = dict.fromkeys(point, (2, 2))
    simplified = parse(format_expr(simplify(whole.expr, shapes)))
    before, after = (evaluate_with_numpy(formula, point) for formula in (whole.expr, simplified))
    np.testing.assert_allclose(after, before, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(
    ("text", "simplified"),
    [
        ("sqrt(10^900*x)", "sqrt(10⁹⁰⁰·x)"),
        ("sqrt(10^900*x^2)", "10⁴⁵⁰·abs(x)"),
        ("sqrt((-7)^1400*x^2)", "7⁷⁰⁰·abs(x)"),
        ("sqrt(3*sqrt(10^900)*x)", "sqrt(3·10⁴⁵⁰·x)"),
    ],
)
def test_a_root_of_a_huge_number_times_a_symbol_is_simplified(text: str, simplified: str) -> None:
    assert format_expr(simplify(evaluate(parse(text), {}))) == simplified


def test_long_chains_and_shared_parts_stay_small() -> None:
    chain: Expr = Sym("x")
    for i in range(3000):
        chain = Apply("add", (Sym(f"a{i}"), chain)) if i % 2 else Apply("mul", (chain, Sym(f"b{i}")))
    assert sum(1 for _ in postorder(simplify(chain))) < 20_000
    doubled: Expr = Apply("add", (Sym("x"), Sym("y")))
    for _ in range(200):
        doubled = Apply("mul", (Apply("add", (doubled, Sym("x"))), Apply("add", (doubled, Sym("y")))))
    assert sum(1 for _ in postorder(simplify(doubled))) < 3_000
