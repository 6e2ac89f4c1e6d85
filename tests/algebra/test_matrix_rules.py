"""Simplified formulas of matrices: written as people do, and with the same value at random matrices of random sizes."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from tutor.algebra import ops
from tutor.algebra.evaluate import evaluate
from tutor.algebra.expr import ONE_HOT, Apply, Expr, Num, Sym, as_expr, substitute
from tutor.algebra.parser import parse
from tutor.algebra.printing import format_expr
from tutor.algebra.simplify import simplify
from tutor.algebra.sizes import named_sizes, shape_in_numbers
from tutor.grading.matrix_formulas import is_equal

if TYPE_CHECKING:
    from tutor.algebra.ops import Value

N, M, K = (named_sizes("nmk")[name] for name in "nmk")
SHAPES = {
    "X": (N, M),
    "Z": (N, M),
    "W": (M, K),
    "A": (N, N),
    "r": (N, 1),
    "b": (1, M),
    "s": (1, 1),
    "P": (N, K),
    "Y": (N, K),
    "y": (1, K),
    "c": None,
}
#: The entries of these are never 0, and the rows of those have a single 1.
POSITIVE, ONE_HOT_ROWS = ("P", "c"), ("Y", "y")
FORMULAS = {
    "r @ ones(1, 1)": "r",
    "ones(1, 1) @ b": "b",
    "s @ ones(1, 1)": "s",
    "X @ ones(m, 1)": "sum(X, 1)",
    "ones(1, n) @ X": "sum(X, 0)",
    "ones(n, 1) @ ones(1, m)": "ones(n, m)",
    "ones(n, m) @ ones(m, k)": "ones(n, m) @ ones(m, k)",
    "r @ ones(1, m)": "r @ ones(1, m)",
    "(r @ ones(1, m)) * X": "r·X",
    "X.T.T": "X",
    "(X @ W).T": "(X @ W)ᵀ",
    "(X.T @ Z).T": "Zᵀ @ X",
    "(Z @ X.T).T": "X @ Zᵀ",
    "X * ones(n, m)": "X",
    "X / ones(n, m)": "X",
    "P / P": "ones(n, k)",
    "sum(ones(n, m))": "n·m",
    "sum(ones(n, m), 0)": "n·ones(1, m)",
    "sum(c*X, 1)": "c·sum(X, 1)",
    "(X/n) @ W": "(X @ W)/n",
    "(X/n).T": "Xᵀ/n",
    "sum(Y, 1)": "ones(n, 1)",
    "sum(Y)": "n",
    "sum(y)": "1",
    "sum(Y/n, 1)": "ones(n, 1)/n",
    "sum(Y/2, 1)": "ones(n, 1)/2",
    "sum(Y, 0)": "sum(Y, 0)",
    "P*(1 - Y/P)": "P − Y",
    "P*(sum(Y, 1) - Y/P)": "P − Y",
    "P*(sum(Y/n, 1) - Y/(n*P))": "(P − Y)/n",
    "P*(sum(Y/3, 1) - Y/(3*P))": "(P − Y)/3",
    "P*(Y/P + X @ W)": "Y + P·(X @ W)",
    "P*(r + Y/P)": "Y + P·r",
    "X*(1 - Z/X)": "X·(1 − Z/X)",
    "r + b": "r + b",
    "c*(r + b)": "c·(r + b)",
    "(X + Z) @ W": "(X + Z) @ W",
    "A @ A": "A @ A",
}


def symbols() -> dict[str, Expr]:
    domains = dict.fromkeys(POSITIVE, "positive") | dict.fromkeys(ONE_HOT_ROWS, ONE_HOT)
    return {name: Sym(name, domain=domains.get(name, "real")) for name in SHAPES}


def read(text: str) -> Expr:
    """Parse a formula; its names get their domains."""
    return substitute(parse(text, [*SHAPES, "n", "m", "k"]), {**symbols(), **{str(x): as_expr(x) for x in (N, M, K)}})


def draw(rng: random.Random, name: str, sizes: dict[str, int]) -> Value:
    shape = shape_in_numbers(SHAPES[name], sizes)
    rows, columns = shape or (1, 1)
    if name in ONE_HOT_ROWS:
        places = [rng.randrange(columns) for _ in range(rows)]
        cells = [[Num(Fraction(int(j == place))) for j in range(columns)] for place in places]
    else:
        low = 1 if name in POSITIVE or name == "X" else -9
        cells = [[Num(Fraction(rng.randint(low, 9), rng.randint(1, 5))) for _ in range(columns)] for _ in range(rows)]
    return ops.make_matrix(tuple(map(tuple, cells))) if shape else cells[0][0]


@pytest.mark.parametrize(("text", "expected"), FORMULAS.items())
def test_a_formula_is_written_as_people_do_and_keeps_its_value(text: str, expected: str) -> None:
    formula = read(text)
    simplified = simplify(formula, SHAPES)
    assert format_expr(simplified) == expected
    rng = random.Random(text)
    for _ in range(4):
        sizes = {str(size): rng.randint(1, 4) for size in (N, M, K)}
        names: dict[str, Value] = {name: draw(rng, name, sizes) for name in SHAPES}
        names |= {size: Num(Fraction(number)) for size, number in sizes.items()}
        assert is_equal(evaluate(simplified, names), evaluate(formula, names)), sizes


def test_random_formulas_keep_their_values() -> None:
    rng = random.Random(7)
    for _ in range(200):
        formula = random_formula(rng, depth=3)
        simplified = simplify(formula, SHAPES)
        for _ in range(2):
            sizes = {str(size): rng.randint(1, 3) for size in (N, M, K)}
            names: dict[str, Value] = {name: draw(rng, name, sizes) for name in SHAPES}
            names |= {size: Num(Fraction(number)) for size, number in sizes.items()}
            assert is_equal(evaluate(simplified, names), evaluate(formula, names)), (format_expr(formula), sizes)


def random_formula(rng: random.Random, depth: int, rows: str = "n", columns: str = "k") -> Expr:
    """Return a random formula of a matrix with named sizes."""
    known = symbols() | {str(size): as_expr(size) for size in (N, M, K)}

    def ones(a: Expr, b: Expr) -> Expr:
        return Apply("ones", (a, b))

    if depth == 0:
        fitting = [name for name, shape in SHAPES.items() if shape and [*map(str, shape)] == [rows, columns]]
        if not fitting or rng.random() < 0.2:
            return ones(known[rows], known[columns])
        return known[rng.choice(fitting)]

    def part(a: str = rows, b: str = columns) -> Expr:
        return random_formula(rng, depth - 1, a, b)

    kind = rng.randrange(8)
    if kind == 0:
        return Apply(rng.choice(("add", "sub")), (part(), part()))
    if kind == 1:
        return Apply("mul", (part(), part()))
    if kind == 2:
        return Apply("T", (part(columns, rows),))
    if kind == 3:
        inner = rng.choice("nmk")
        return Apply("matmul", (part(rows, inner), part(inner, columns)))
    if kind == 4:
        return Apply(
            "mul", (Apply("sum", (part(), Num(Fraction(rng.randrange(2))))), ones(known[rows], known[columns]))
        )
    if kind == 5:
        return Apply(rng.choice(("mul", "div")), (part(), rng.choice((known["c"], known["n"], Num(Fraction(2))))))
    if kind == 6 and (rows, columns) == ("n", "k"):
        return Apply("mul", (known["P"], Apply("sub", (part(), Apply("div", (part(), known["P"]))))))
    return Apply("matmul", (ones(known[rows], known["m"]), part("m", columns)))
