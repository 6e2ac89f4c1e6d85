"""Problems for the tests of grading: numbers that tell mistakes apart, and odd numbers that stand for nothing else."""

from __future__ import annotations

import random
from typing import Any

from hypothesis import strategies as st

from tests.engine.graphs import matrix_program, scalar_program
from tests.engine.test_passes import exact_inputs
from tutor.algebra import parse, values
from tutor.algebra.balls import nearest_float
from tutor.algebra.evaluate import evaluate
from tutor.algebra.tree import number
from tutor.engine import Graph, NotANumber
from tutor.grading import Blank, Problem


def problem(text: str, start: str = "1", /, given: tuple[str, ...] = ("start",), **inputs: str) -> Problem:
    exact = {name: evaluate(parse(value), {}) for name, value in inputs.items()}
    return Problem(Graph.parse(text, exact), exact, evaluate(parse(start), {}), given=given)


def blank(of: Problem, name: str) -> Blank:
    return of.place(name)


#: One blank of each operation and slot, at numbers that hide nothing (or as little as can be).
GOOD = {
    "add": problem("t = x + y; z = t * c", "3", x="7", y="4", c="5"),
    "sub": problem("t = x - y; z = t * c", "3", x="9", y="4", c="5"),
    "mul": problem("t = x * y; z = t * c", "3", x="7", y="4", c="5"),
    "div": problem("t = x / y; z = t * c", "3", x="7", y="4", c="5"),
    "neg": problem("t = -x; z = t * c", "3", x="7", c="5"),
    "inv": problem("t = 1/x; z = t * c", "3", x="4", c="5"),
    "pow": problem("t = x ^ n; z = t * c", "3", x="5", n="3", c="7"),
    "square": problem("p = w * x; q = p + b; u = q - y; L = u ^ 2", "3", w="2", x="3", b="4", y="3"),
    "exp": problem("t = exp(x); z = t * c", "3", x="2", c="5"),
    "log": problem("t = log(x); z = t * c", "3", x="5", c="7"),
    "sigmoid": problem("t = sigmoid(x); z = t * c", "2", x="log(3)", c="5"),
    "sqrt": problem("t = sqrt(x); z = t * c", "3", x="25", c="7"),
    "sin": problem("t = sin(x); z = t * c", "3", x="2", c="5"),
    "cos": problem("t = cos(x); z = t * c", "3", x="2", c="5"),
    "tanh": problem("t = tanh(x); z = t * c", "3", x="log(2)", c="5"),
    "softplus": problem("t = softplus(x); z = t * c", "3", x="log(3)", c="5"),
    "relu-open": problem("t = relu(x); z = t * c", "3", x="4", c="-5"),
    "relu-shut": problem("t = relu(x); z = t * c", "3", x="-4", c="-5"),
    "relu": problem("Y = relu(X); f = sum(Y * C)", "2", X="[[1, -2, 3], [-4, 5, -6]]", C="[[3, -5, 7], [2, -4, -9]]"),
    "abs": problem("t = abs(x); z = t * c", "3", x="-7", c="-5"),
    "abs-cells": problem(
        "Y = abs(X); f = sum(Y * C)", "2", X="[[1, -2, 3], [-4, 5, -6]]", C="[[3, -5, 7], [2, -4, -9]]"
    ),
    "max": problem("t = max(x, y); z = t * c", "3", x="7", y="4", c="5"),
    "min": problem("t = min(x, y); z = t * c", "3", x="7", y="4", c="5"),
    "clipped": problem("t = max(x, 2); u = min(t, 9); z = u * c", "3", x="7", c="5"),
    "clipped-away": problem("t = max(x, 8); z = t * c", "3", x="7", c="5"),
    "transpose": problem("Y = X.T; f = sum(Y * C)", "2", X="[[1, 2], [3, 5]]", C="[[4, 7], [-3, 6]]"),
    "wide-transpose": problem(
        "Y = X.T; f = sum(Y * C)", "2", X="[[1, 2, 4], [3, 5, 6]]", C="[[4, 7], [-3, 6], [8, 9]]"
    ),
    "sums": problem(
        "R = sum(X, 0); K = sum(X, 1); f = sum(R * A) + sum(K * B)",
        "2",
        X="[[1, -2, 4], [3, 5, 6]]",
        A="[[4, 7, -3]]",
        B="[[5], [-9]]",
    ),
    "means": problem(
        "R = mean(X, 0); K = mean(X, 1); f = mean(R * A) + mean(K * B) + mean(X)",
        "5",
        X="[[1, -2, 4], [3, 5, 6]]",
        A="[[4, 7, -3]]",
        B="[[5], [-9]]",
    ),
    "square-sums": problem("R = sum(X, 0); f = sum(R * A)", "2", X="[[1, -2], [3, 5]]", A="[[4, 7]]"),
    "bias": problem(
        "Y = X + b; f = sum(Y * C)", "2", X="[[1, 2, 4], [3, 5, 6]]", b="[[7, -8, 9]]", C="[[4, 7, -3], [5, 6, 8]]"
    ),
    "square-bias": problem(
        "Y = X + b; f = sum(Y * C)", "2", X="[[1, 2], [3, 5]]", b="[[7, -8]]", C="[[4, 7], [-3, 6]]"
    ),
    "column": problem(
        "Y = X * b; f = sum(Y * C)", "2", X="[[1, 2, 4], [3, 5, 6]]", b="[[7], [-8]]", C="[[4, 7, -3], [5, 6, 8]]"
    ),
    "number": problem("Y = X * b; f = sum(Y * C)", "2", X="[[1, 2, 4], [3, 5, 6]]", b="7", C="[[4, 7, -3], [5, 6, 8]]"),
    "softmax": problem(
        "P = softmax(X); f = sum(P * C)",
        "2",
        X="[[0, log(3), log(4)], [log(2), 0, log(5)]]",
        C="[[4, 7, -3], [5, -6, 8]]",
    ),
    "loss": problem(
        "P = softmax(X); L = cross_entropy(P, T)",
        "3",
        X="[[log(1), log(2), log(5)], [0, log(3), log(4)]]",
        T="[[0, 1, 0], [0.75, 0.25, 0]]",
    ),
    "mse": problem("L = mse(P, T)", "3", P="[[1, 2, 6], [3, 5, 9]]", T="[[2.5, -2, 4], [1, 0, 7]]"),
    "squared-error": problem("L = mse(p, t)", "3", p="7", t="4"),
    "branch": problem("t = x + y; z = x * t", "3", x="5", y="4"),
    "three": problem("t = x * y; z = t * x + x", "3", x="5", y="4"),
    "doubled": problem("z = x * x", "3", x="5"),
    "sevens": problem("z = x * (1/y) + y", "3", x="4", y="2"),
    "matrices": problem(
        "A = X @ W; S = sigmoid(A); f = sum(S)",
        "2",
        X="[[1, -2, 0.5], [0.25, 3, -1]]",
        W="[[1, 0.5], [-0.5, 2], [3, -1]]",
    ),
    "square-matrices": problem("A = X @ W; B = A * A; f = sum(B)", "2", X="[[1, 2], [3, 5]]", W="[[2, 7], [1, 4]]"),
}
EVERY_BLANK = [(name, place.id) for name, one in GOOD.items() for place in one.blanks]

#: The same kinds of graph at numbers that occur nowhere else: 37.25 is nobody's default.
ODD = {
    "scalars": problem(
        "a = x * y; b = a / v; c = b - w; d = log(x) + c; z = d * sigmoid(u) + exp(-u) + 1/y",
        "13.75",
        x="37.25",
        y="8.625",
        v="19.375",
        w="4.875",
        u="0.8125",
    ),
    "odd-branch": problem("t = x + y; z = x * t + y ^ n", "13.75", x="37.25", y="8.625", n="2.375"),
    "odd-matrices": problem(
        "A = X @ W; S = sigmoid(A); f = sum(S * S)",
        "13.75",
        X="[[0.6875, -0.8125], [0.4375, 1.1875]]",
        W="[[0.3125, -0.5625, 0.9375], [1.0625, 0.1875, -0.6875]]",
    ),
    "odd-functions": problem(
        "z = sqrt(x) * sin(y) + tanh(u) / cos(v) - softplus(w) * y",
        "13.75",
        x="37.25",
        y="8.625",
        u="0.8125",
        v="19.375",
        w="4.875",
    ),
    "odd-kinks": problem(
        "t = relu(x) * abs(y); u = max(t, v) + min(w, v); z = u * relu(y) + max(x, 5.5)",
        "13.75",
        x="37.25",
        y="-8.625",
        v="19.375",
        w="4.875",
    ),
    "odd-shapes": problem(
        "A = X @ W + b; P = softmax(A.T); S = sum(A, 0) * mean(A, 1).T; L = cross_entropy(P, T) + mse(P, U) + mean(S * c)",
        "13.75",
        X="[[0.6875, -0.8125], [0.4375, 1.1875]]",
        W="[[0.3125, -0.5625], [1.0625, 0.1875]]",
        b="[[0.5625, -1.4375]]",
        T="[[0.375, 0.625], [0.28125, 0.71875]]",
        U="[[0.84375, 0.15625], [0.40625, 0.59375]]",
        c="37.25",
    ),
    "odd-axes": problem(
        "R = mean(X, 0); K = sum(X, 1); f = mean(R) * sum(K)",
        "13.75",
        X="[[0.6875, -0.8125, 2.3125], [0.4375, 1.1875, -3.5625]]",
    ),
    "start": problem("t = x * y; z = t + x", "13.75", given=(), x="37.25", y="8.625"),
    "start-one": problem("t = x * y; z = t + x", "1", given=(), x="37.25", y="8.625"),
    "start-matrix": problem("A = X @ W", "1", given=(), X="[[0.6875, -0.8125]]", W="[[0.3125], [1.0625]]"),
    "constants": problem("z = (2 * x + 3) / (5 - y) + 2 ^ y - x ^ 3", "13.75", x="37.25", y="8.625"),
}


def random_problem(seed: int, matrices: bool = False) -> Problem | None:
    """A random problem, None where its numbers have no value or none that can be typed."""
    rng = random.Random(seed)
    program = matrix_program(rng) if matrices else scalar_program(rng, 5)
    inputs: dict[str, Any] = exact_inputs(program)
    made = Problem(Graph.parse(program.text, inputs), inputs, number(rng.choice([1, 3, 5])))
    try:
        assert made.exact is not None
        assert made.floats is not None
    except NotANumber:
        return None
    sizes = [abs(nearest_float(cell)) for place in made.places for cell in cells(made.truth(place))]
    # Nothing beyond e±30 can be typed.
    return made if all(size == 0 or 1e-25 < size < 1e25 for size in sizes) else None


problems = st.integers(0, 10**9).map(random_problem).filter(lambda made: made is not None)
matrix_problems = (
    st.integers(0, 10**9).map(lambda seed: random_problem(seed, True)).filter(lambda made: made is not None)
)


def cells(value: Any) -> list[Any]:
    """The numbers of a value, row by row."""
    return list(value.ravel()) if values.is_matrix(value) else [value]


def literal(texts: list[str], shape: tuple[int, int] | None) -> str:
    """Texts of cells as one answer."""
    if shape is None:
        return texts[0]
    rows = [texts[i * shape[1] : (i + 1) * shape[1]] for i in range(shape[0])]
    return "[" + ", ".join("[" + ", ".join(row) + "]" for row in rows) + "]"
