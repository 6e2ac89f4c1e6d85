"""Equality of formulas: the table of the author guide, and randomly rewritten or perturbed formulas."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from tests.support.author_guide import FORMULAS_TABLE, table_rows
from tutor.algebra.evaluate import evaluate
from tutor.algebra.expr import Apply, Expr, Num, Sym, number
from tutor.algebra.parser import parse
from tutor.algebra.printing import format_expr
from tutor.grading.answer import ParsedAnswer
from tutor.grading.comparison import compare_cells
from tutor.grading.numeric_equality import Match, TypedNumber
from tutor.grading.symbolic_equality import Outcome, compare_formulas

if TYPE_CHECKING:
    from collections.abc import Callable

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


@pytest.mark.parametrize(("truth", "domain", "answer", "verdict"), table_rows(FORMULAS_TABLE))
def test_formulas_compare_as_in_the_author_guide(truth: str, domain: str, answer: str, verdict: str) -> None:
    names = domains(domain)
    tree = parse(answer, names)
    right = evaluate(parse(truth, names), names)
    typed = TypedNumber.from_expr(tree, evaluate(tree, names))
    parsed = ParsedAnswer(tree, typed.value, ((typed,),), may_have_symbols=True)
    assert compare_cells(parsed, right) == ((VERDICTS[verdict],),)


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


def test_formulas_with_decimals_have_a_tolerance() -> None:
    truth = formula("dL/dz * e^2")
    assert compare_formulas(formula("7.389 dL/dz"), truth, Fraction(5, 1000)).outcome is SAME
    assert compare_formulas(formula("7.3 dL/dz"), truth, Fraction(5, 1000)).outcome is DIFFERENT
    assert compare_formulas(formula("7.389 dL/dz + 1"), truth, Fraction(5, 1000)).outcome is DIFFERENT


def test_a_comparison_that_no_precision_decides_is_undecided() -> None:
    assert compare_formulas(formula("exp(exp(exp(exp(p))))"), formula("exp(exp(exp(exp(p)))) + 1")).outcome in (
        UNDECIDED,
        DIFFERENT,
    )
    assert compare_formulas(formula("x"), formula("sqrt(-1 - x^2)")).outcome is UNDECIDED


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
