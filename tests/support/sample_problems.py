"""Problems for the tests of grading, at numbers that keep mistakes apart."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
from hypothesis import strategies as st

from tests.support.array_samples import ARRAY_SAMPLES
from tests.support.random_programs import exact_inputs, random_matrix_program, random_scalar_program
from tutor.algebra import ops
from tutor.algebra.balls import nearest_float
from tutor.algebra.evaluate import evaluate
from tutor.algebra.expr import number
from tutor.algebra.parser import parse
from tutor.engine.builder import parse_graph
from tutor.engine.passes import NonFiniteError
from tutor.grading.problem import Problem


def make_problem(text: str, start: str = "1", /, given_blanks: tuple[str, ...] = ("start",), **inputs: str) -> Problem:
    exact = {name: evaluate(parse(value), {}) for name, value in inputs.items()}
    return Problem(parse_graph(text, exact), exact, evaluate(parse(start), {}), given=given_blanks)


#: Each operation and operand, at numbers at which as few mistakes as possible coincide with the right answer.
OPERATION_PROBLEMS = {
    "add": make_problem("t = x + y; z = t * c", "3", x="7", y="4", c="5"),
    "sub": make_problem("t = x - y; z = t * c", "3", x="9", y="4", c="5"),
    "mul": make_problem("t = x * y; z = t * c", "3", x="7", y="4", c="5"),
    "div": make_problem("t = x / y; z = t * c", "3", x="7", y="4", c="5"),
    "neg": make_problem("t = -x; z = t * c", "3", x="7", c="5"),
    "inv": make_problem("t = 1/x; z = t * c", "3", x="4", c="5"),
    "pow": make_problem("t = x ^ n; z = t * c", "3", x="5", n="3", c="7"),
    "square": make_problem("p = w * x; q = p + b; u = q - y; L = u ^ 2", "3", w="2", x="3", b="4", y="3"),
    "exp": make_problem("t = exp(x); z = t * c", "3", x="2", c="5"),
    "log": make_problem("t = log(x); z = t * c", "3", x="5", c="7"),
    "sigmoid": make_problem("t = sigmoid(x); z = t * c", "2", x="log(3)", c="5"),
    "sqrt": make_problem("t = sqrt(x); z = t * c", "3", x="25", c="7"),
    "sin": make_problem("t = sin(x); z = t * c", "3", x="2", c="5"),
    "cos": make_problem("t = cos(x); z = t * c", "3", x="2", c="5"),
    "tanh": make_problem("t = tanh(x); z = t * c", "3", x="log(2)", c="5"),
    "softplus": make_problem("t = softplus(x); z = t * c", "3", x="log(3)", c="5"),
    "erf": make_problem("t = erf(x); z = t * c", "3", x="1", c="5"),
    "silu": make_problem("t = silu(x); z = t * c", "3", x="log(2)", c="5"),
    "gelu": make_problem("t = gelu(x); z = t * c", "3", x="-2", c="5"),
    # The tanh approximation is so good that the two differ noticeably only far to the left.
    "gelu-tail": make_problem("t = gelu(x); z = t * c", "3", x="-4", c="5000"),
    "relu-open": make_problem("t = relu(x); z = t * c", "3", x="4", c="-5"),
    "relu-shut": make_problem("t = relu(x); z = t * c", "3", x="-4", c="-5"),
    "relu": make_problem(
        "Y = relu(X); f = sum(Y * C)", "2", X="[[1, -2, 3], [-4, 5, -6]]", C="[[3, -5, 7], [2, -4, -9]]"
    ),
    "abs": make_problem("t = abs(x); z = t * c", "3", x="-7", c="-5"),
    "abs-cells": make_problem(
        "Y = abs(X); f = sum(Y * C)", "2", X="[[1, -2, 3], [-4, 5, -6]]", C="[[3, -5, 7], [2, -4, -9]]"
    ),
    "max": make_problem("t = max(x, y); z = t * c", "3", x="7", y="4", c="5"),
    "min": make_problem("t = min(x, y); z = t * c", "3", x="7", y="4", c="5"),
    "clipped": make_problem("t = max(x, 2); u = min(t, 9); z = u * c", "3", x="7", c="5"),
    "clipped-away": make_problem("t = max(x, 8); z = t * c", "3", x="7", c="5"),
    "matvec": make_problem("y = W @ x; z = y @ c", "2", W="[[1, 2, 4], [3, 5, -6]]", x="[7, -3, 2]", c="[5, -4]"),
    "dot": make_problem("t = x @ y; z = t * c", "3", x="[7, -3, 2]", y="[4, 5, 9]", c="5"),
    "outer": make_problem(
        "M = outer(x, y); f = sum(M * C)", "2", x="[7, -3]", y="[4, 5, 9]", C="[[1, 2, 4], [3, 5, -6]]"
    ),
    "square-outer": make_problem(
        "M = outer(x, y); f = sum(M * C)", "2", x="[7, -3]", y="[4, 5]", C="[[1, 2], [3, -6]]"
    ),
    "transpose": make_problem("Y = X.T; f = sum(Y * C)", "2", X="[[1, 2], [3, 5]]", C="[[4, 7], [-3, 6]]"),
    "wide-transpose": make_problem(
        "Y = X.T; f = sum(Y * C)", "2", X="[[1, 2, 4], [3, 5, 6]]", C="[[4, 7], [-3, 6], [8, 9]]"
    ),
    "sums": make_problem(
        "R = sum(X, 0); K = sum(X, 1); f = sum(R * A) + sum(K * B)",
        "2",
        X="[[1, -2, 4], [3, 5, 6]]",
        A="[[4, 7, -3]]",
        B="[[5], [-9]]",
    ),
    "means": make_problem(
        "R = mean(X, 0); K = mean(X, 1); f = mean(R * A) + mean(K * B) + mean(X)",
        "5",
        X="[[1, -2, 4], [3, 5, 6]]",
        A="[[4, 7, -3]]",
        B="[[5], [-9]]",
    ),
    "square-sums": make_problem("R = sum(X, 0); f = sum(R * A)", "2", X="[[1, -2], [3, 5]]", A="[[4, 7]]"),
    "bias": make_problem(
        "Y = X + b; f = sum(Y * C)", "2", X="[[1, 2, 4], [3, 5, 6]]", b="[[7, -8, 9]]", C="[[4, 7, -3], [5, 6, 8]]"
    ),
    "square-bias": make_problem(
        "Y = X + b; f = sum(Y * C)", "2", X="[[1, 2], [3, 5]]", b="[[7, -8]]", C="[[4, 7], [-3, 6]]"
    ),
    "column": make_problem(
        "Y = X * b; f = sum(Y * C)", "2", X="[[1, 2, 4], [3, 5, 6]]", b="[[7], [-8]]", C="[[4, 7, -3], [5, 6, 8]]"
    ),
    "number": make_problem(
        "Y = X * b; f = sum(Y * C)", "2", X="[[1, 2, 4], [3, 5, 6]]", b="7", C="[[4, 7, -3], [5, 6, 8]]"
    ),
    "softmax": make_problem(
        "P = softmax(X); f = sum(P * C)",
        "2",
        X="[[0, log(3), log(4)], [log(2), 0, log(5)]]",
        C="[[4, 7, -3], [5, -6, 8]]",
    ),
    "loss": make_problem(
        "P = softmax(X); L = cross_entropy(P, T)",
        "3",
        X="[[log(1), log(2), log(5)], [0, log(3), log(4)]]",
        T="[[0, 1, 0], [0.75, 0.25, 0]]",
    ),
    "index": make_problem(
        "P = W[ids]; f = sum(P * C)", "2", W="[[1, 2], [3, 5], [6, 7]]", ids="[2, 1, 2]", C="[[4, 7], [-3, 6], [8, 9]]"
    ),
    "index-mean": make_problem("p = w[ids]; f = p @ c", "2", w="[3, 5, 7, 11]", ids="[2, 1, 2]", c="[4, -3, 8]"),
    "index-one": make_problem("f = x[1] * 5", "2", x="[3, 7, 4]"),
    "where": make_problem(
        "Y = where(M > 0, A, B); f = sum(Y * C)",
        "2",
        M="[[1, -2, 3], [-4, 5, -6]]",
        A="[[2, 3, 4], [5, 6, 7]]",
        B="[[8, 9, 11], [12, 13, 14]]",
        C="[[3, -5, 7], [2, -4, -9]]",
    ),
    "concat": make_problem("v = concat(x, y); f = v @ c", "2", x="[3, 4]", y="[5, 7]", c="[4, -3, 8, 9]"),
    "stack": make_problem("M = stack(x, y); f = sum(M * C)", "2", x="[3, 4]", y="[5, 7]", C="[[4, -3], [8, 9]]"),
    "grid": make_problem("v = [a*2, b*5]; f = v @ c", "2", a="3", b="7", c="[4, -3]"),
    "reshape": make_problem(
        "M = reshape(X, 3, 2); f = sum(M * C)", "2", X="[[1, 2, 4], [3, 5, 6]]", C="[[4, 7], [-3, 6], [8, 9]]"
    ),
    "mse": make_problem("L = mse(P, T)", "3", P="[[1, 2, 6], [3, 5, 9]]", T="[[2.5, -2, 4], [1, 0, 7]]"),
    "squared-error": make_problem("L = mse(p, t)", "3", p="7", t="4"),
    "branch": make_problem("t = x + y; z = x * t", "3", x="5", y="4"),
    "three": make_problem("t = x * y; z = t * x + x", "3", x="5", y="4"),
    "doubled": make_problem("z = x * x", "3", x="5"),
    "sevens": make_problem("z = x * (1/y) + y", "3", x="4", y="2"),
    "matrices": make_problem(
        "A = X @ W; S = sigmoid(A); f = sum(S)",
        "2",
        X="[[1, -2, 0.5], [0.25, 3, -1]]",
        W="[[1, 0.5], [-0.5, 2], [3, -1]]",
    ),
    "square-matrices": make_problem(
        "A = X @ W; B = A * A; f = sum(B)", "2", X="[[1, 2], [3, 5]]", W="[[2, 7], [1, 4]]"
    ),
}
OPERATION_PROBLEMS |= {
    name: make_problem(text, start, ("start",), **inputs) for name, (text, start, inputs) in ARRAY_SAMPLES.items()
}
ALL_BLANKS = [(name, place.id) for name, problem in OPERATION_PROBLEMS.items() for place in problem.blanks]

#: The same kinds of graph at numbers such as 37.25, which nothing produces by accident.
ODD_NUMBER_PROBLEMS = {
    "scalars": make_problem(
        "a = x * y; b = a / v; c = b - w; d = log(x) + c; z = d * sigmoid(u) + exp(-u) + 1/y",
        "13.75",
        x="37.25",
        y="8.625",
        v="19.375",
        w="4.875",
        u="0.8125",
    ),
    "odd-branch": make_problem("t = x + y; z = x * t + y ^ n", "13.75", x="37.25", y="8.625", n="2.375"),
    "odd-matrices": make_problem(
        "A = X @ W; S = sigmoid(A); f = sum(S * S)",
        "13.75",
        X="[[0.6875, -0.8125], [0.4375, 1.1875]]",
        W="[[0.3125, -0.5625, 0.9375], [1.0625, 0.1875, -0.6875]]",
    ),
    "odd-functions": make_problem(
        "z = sqrt(x) * sin(y) + tanh(u) / cos(v) - softplus(w) * y",
        "13.75",
        x="37.25",
        y="8.625",
        u="0.8125",
        v="19.375",
        w="4.875",
    ),
    "odd-kinks": make_problem(
        "t = relu(x) * abs(y); u = max(t, v) + min(w, v); z = u * relu(y) + max(x, 5.5)",
        "13.75",
        x="37.25",
        y="-8.625",
        v="19.375",
        w="4.875",
    ),
    "odd-shapes": make_problem(
        "A = X @ W + b; P = softmax(A.T); S = sum(A, 0) * mean(A, 1).T; L = cross_entropy(P, T) + mse(P, U) + mean(S * c)",
        "13.75",
        X="[[0.6875, -0.8125], [0.4375, 1.1875]]",
        W="[[0.3125, -0.5625], [1.0625, 0.1875]]",
        b="[[0.5625, -1.4375]]",
        T="[[0.375, 0.625], [0.28125, 0.71875]]",
        U="[[0.84375, 0.15625], [0.40625, 0.59375]]",
        c="37.25",
    ),
    "odd-axes": make_problem(
        "R = mean(X, 0); K = sum(X, 1); f = mean(R) * sum(K)",
        "13.75",
        X="[[0.6875, -0.8125, 2.3125], [0.4375, 1.1875, -3.5625]]",
    ),
    "start": make_problem("t = x * y; z = t + x", "13.75", given_blanks=(), x="37.25", y="8.625"),
    "start-one": make_problem("t = x * y; z = t + x", "1", given_blanks=(), x="37.25", y="8.625"),
    "start-matrix": make_problem("A = X @ W", "1", given_blanks=(), X="[[0.6875, -0.8125]]", W="[[0.3125], [1.0625]]"),
    "constants": make_problem("z = (2 * x + 3) / (5 - y) + 2 ^ y - x ^ 3", "13.75", x="37.25", y="8.625"),
}

ALL_PROBLEMS = OPERATION_PROBLEMS | ODD_NUMBER_PROBLEMS
ALL_PLACES = [
    *ALL_BLANKS,
    *((name, place.id) for name, problem in ODD_NUMBER_PROBLEMS.items() for place in problem.blanks),
]


def random_problem(seed: int, with_matrices: bool = False) -> Problem | None:
    """Return a random problem, or None if some value does not exist or cannot be typed."""
    rng = random.Random(seed)
    program = random_matrix_program(rng) if with_matrices else random_scalar_program(rng, 5)
    inputs: dict[str, Any] = exact_inputs(program)
    problem = Problem(parse_graph(program.text, inputs), inputs, number(rng.choice([1, 3, 5])))
    try:
        assert problem.exact_passes is not None
        assert problem.float_passes is not None
    except NonFiniteError:
        return None
    sizes = [abs(nearest_float(cell)) for place in problem.places for cell in cells_of(problem.truth(place))]
    # Exponents that can be typed end at ±30.
    return problem if all(size == 0 or 1e-25 < size < 1e25 for size in sizes) else None


random_problems = st.integers(0, 10**9).map(random_problem).filter(lambda problem: problem is not None)
random_matrix_problems = (
    st.integers(0, 10**9).map(lambda seed: random_problem(seed, True)).filter(lambda problem: problem is not None)
)


def cells_of(value: Any) -> list[Any]:
    """Return the cells of a value, row by row."""
    return list(value.ravel()) if ops.is_matrix(value) else [value]


def answer_literal(texts: list[str], shape: tuple[int, int] | None) -> str:
    """Return the texts of cells as one answer."""
    if shape is None:
        return texts[0]
    rows = [texts[i * shape[1] : (i + 1) * shape[1]] for i in range(shape[0])]
    return "[" + ", ".join("[" + ", ".join(row) + "]" for row in rows) + "]"


def typed_value(value: Any, digits: int = 10) -> str:
    """Return a number or a matrix as a learner with a calculator would type it."""
    return answer_literal([f"{float(cell):.{digits - 1}e}" for cell in cells_of(value)], ops.shape_of(value))


def is_close(a: Any, b: Any, apart: float = 1e-6) -> bool:
    """Return whether two values agree in shape and, to a relative `apart`, in every cell."""
    return ops.shape_of(a) == ops.shape_of(b) and bool(np.allclose(a, b, rtol=apart, atol=1e-12))
