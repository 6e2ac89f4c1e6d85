"""Parsing: texts, their trees, and how these are formatted."""

from __future__ import annotations

import pytest

from tutor.algebra.expr import Apply, Expr, Grid, Num, Sym
from tutor.algebra.parser import parse, parse_equations
from tutor.algebra.printing import format_expr

NAMES = ("x", "y", "z", "a", "b", "c", "r", "X", "W", "S", "dL/dz", "df/dS", "self.output", "x'")


def tree_text(tree: Expr) -> str:
    """Return a tree as text with all brackets."""
    if isinstance(tree, Num):
        return str(tree.value)
    if isinstance(tree, Sym):
        return tree.name
    if isinstance(tree, Grid):
        return "[" + ", ".join("[" + ", ".join(map(tree_text, row)) + "]" for row in tree.rows) + "]"
    assert isinstance(tree, Apply)
    return f"{tree.op}({', '.join(map(tree_text, tree.args))})"


READINGS = [
    # typed, tree, echo
    ("3", "3", "3"),
    (".5", "1/2", ".5"),
    ("5.", "5", "5."),
    ("0.25", "1/4", "0.25"),
    ("5.9e-4", "59/100000", "5.9e-4"),
    ("5.9e−4", "59/100000", "5.9e−4"),
    ("4.8e–1", "12/25", "4.8e–1"),
    ("1e3", "1000", "1e3"),
    ("2e3", "2000", "2e3"),
    ("2E3", "2000", "2E3"),
    ("2e^3", "mul(2, pow(exp(1), 3))", "2e³"),
    ("2e", "mul(2, exp(1))", "2e"),
    ("1/2", "div(1, 2)", "1/2"),
    ("−3", "neg(3)", "−3"),
    ("+3", "3", "3"),
    ("--x", "neg(neg(x))", "−−x"),
    ("-x^-2", "neg(pow(x, neg(2)))", "−x⁻²"),
    ("-x^2", "neg(pow(x, 2))", "−x²"),
    ("(-x)^2", "pow(neg(x), 2)", "(−x)²"),
    ("x²", "pow(x, 2)", "x²"),
    ("x⁻¹²y", "mul(pow(x, neg(12)), y)", "x⁻¹²·y"),
    ("x**2", "pow(x, 2)", "x²"),
    ("x^y^z", "pow(x, pow(y, z))", "x^y^z"),
    ("(x^y)^z", "pow(pow(x, y), z)", "(x^y)^z"),
    ("2^-x*y", "mul(pow(2, neg(x)), y)", "2^(−x)·y"),
    ("x^-y^2", "pow(x, neg(pow(y, 2)))", "x^(−y²)"),
    ("x^(1/2)", "pow(x, div(1, 2))", "x^(1/2)"),
    ("1/2x", "mul(div(1, 2), x)", "(1/2)·x"),
    ("1/2*x", "mul(div(1, 2), x)", "(1/2)·x"),
    ("1/(2x)", "div(1, mul(2, x))", "1/(2·x)"),
    ("a/b/c", "div(div(a, b), c)", "a/b/c"),
    ("a/(b/c)", "div(a, div(b, c))", "a/(b/c)"),
    ("a-b-c", "sub(sub(a, b), c)", "a − b − c"),
    ("a-(b-c)", "sub(a, sub(b, c))", "a − (b − c)"),
    ("a+b*c^2", "add(a, mul(b, pow(c, 2)))", "a + b·c²"),
    ("2x", "mul(2, x)", "2·x"),
    ("-2x", "mul(neg(2), x)", "−2·x"),
    ("2(x+1)", "mul(2, add(x, 1))", "2·(x + 1)"),
    ("y(1-y)", "mul(y, sub(1, y))", "y·(1 − y)"),
    ("(a)(b)", "mul(a, b)", "a·b"),
    ("e^2 dL/dz", "mul(pow(exp(1), 2), dL/dz)", "e²·∂L/∂z"),
    ("∂L/∂z * e^2", "mul(dL/dz, pow(exp(1), 2))", "∂L/∂z·e²"),
    ("dL/dz^2", "pow(dL/dz, 2)", "(∂L/∂z)²"),
    ("(1 - self.output) self.output", "mul(sub(1, self.output), self.output)", "(1 − self.output)·self.output"),
    ("a × b · c ÷ z − r", "sub(div(mul(mul(a, b), c), z), r)", "a·b·c/z − r"),
    ("a∗b⋅c–z", "sub(mul(mul(a, b), c), z)", "a·b·c − z"),
    ("e^x", "pow(exp(1), x)", "e^x"),
    ("exp(2x)", "exp(mul(2, x))", "e^(2·x)"),
    ("exp(x)^2", "pow(exp(x), 2)", "(e^x)²"),
    ("pi r^2", "mul(pi, pow(r, 2))", "π·r²"),
    ("2π", "mul(2, pi)", "2π"),
    ("ln(x)+log(x)", "add(log(x), log(x))", "log(x) + log(x)"),
    ("σ(x)", "sigmoid(x)", "σ(x)"),
    ("sigmoid(-x)", "sigmoid(neg(x))", "σ(−x)"),
    ("sqrt(x)", "sqrt(x)", "sqrt(x)"),
    ("max(x, -y)", "max(x, neg(y))", "max(x, −y)"),
    ("x'(1)", "mul(x', 1)", "x'·1"),
    ("X.T", "T(X)", "Xᵀ"),
    ("Xᵀ", "T(X)", "Xᵀ"),
    ("X .T", "T(X)", "Xᵀ"),
    ("2X.T", "mul(2, T(X))", "2·Xᵀ"),
    ("(X@W).T", "T(matmul(X, W))", "(X @ W)ᵀ"),
    ("X @ W.T", "matmul(X, T(W))", "X @ Wᵀ"),
    ("X.T^2", "pow(T(X), 2)", "Xᵀ²"),
    ("X@W*2", "mul(matmul(X, W), 2)", "(X @ W)·2"),
    ("S*(1-S) @ W.T", "matmul(mul(S, sub(1, S)), T(W))", "(S·(1 − S)) @ Wᵀ"),
    ("(df/dS * S * (1 - S)) @ W.T", "matmul(mul(mul(df/dS, S), sub(1, S)), T(W))", "(∂f/∂S·S·(1 − S)) @ Wᵀ"),
    ("[[1, 2], [3, 4]]", "[[1, 2], [3, 4]]", "[[1, 2], [3, 4]]"),
    ("[1, -2]", "[[1, neg(2)]]", "[1, −2]"),
    ("[[x+1], [1/2]]", "[[add(x, 1)], [div(1, 2)]]", "[[x + 1], [1/2]]"),
]


@pytest.mark.parametrize(("text", "tree", "echo"), READINGS, ids=[row[0] for row in READINGS])
def test_text_parses_to_tree(text: str, tree: str, echo: str) -> None:
    read = parse(text, NAMES)
    assert (tree_text(read), format_expr(read)) == (tree, echo)


@pytest.mark.parametrize("text", [row[0] for row in READINGS])
def test_a_formatted_tree_parses_to_the_same_tree(text: str) -> None:
    echo = format_expr(parse(text, NAMES))
    assert format_expr(parse(echo, NAMES)) == echo


def test_spaces_around_operators_are_ignored() -> None:
    assert tree_text(parse(" \t a+ b\n*c ", NAMES)) == tree_text(parse("a+b*c", NAMES))


def test_a_declared_name_takes_precedence_over_a_function() -> None:
    assert tree_text(parse("max + 1", ("max",))) == "add(max, 1)"


def test_a_compound_name_ends_at_a_word_boundary() -> None:
    assert tree_text(parse("dL/dz2", ("dL", "dz2", "dL/dz"))) == "div(dL, dz2)"


def test_the_longest_compound_name_is_matched() -> None:
    assert tree_text(parse("dL/dzz", ("dL/dz", "dL/dzz"))) == "dL/dzz"


def test_names_may_use_any_script() -> None:
    assert tree_text(parse("오차·w₁".replace("₁", "1"), ("오차", "w1"))) == "mul(오차, w1)"


def test_equations_are_in_order_and_the_last_may_lack_a_name() -> None:
    found = parse_equations("t = a + b; u = t ^ 2;; u * c;")
    assert [(equation.name, tree_text(equation.expr)) for equation in found] == [
        ("t", "add(a, b)"),
        ("u", "pow(t, 2)"),
        (None, "mul(u, c)"),
    ]
    assert [equation.position for equation in found] == [0, 11, 23]
