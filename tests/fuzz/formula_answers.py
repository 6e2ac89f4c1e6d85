"""Random formulas as answers to blanks whose right values are formulas: each gets a verdict, and quickly.

`python -m tests.fuzz.formula_answers 20000 7` tries that many answers, drawn from that seed.
"""

from __future__ import annotations

import random
import sys
import time
import traceback
from functools import cache
from typing import TYPE_CHECKING

from tests.fuzz.extreme_answers import assert_gets_a_verdict
from tests.support.timing import baseline_seconds
from tutor.algebra.expr import DOMAINS, Sym, number
from tutor.engine.builder import parse_graph
from tutor.grading.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

#: The limit for one answer and its echo, relative to the baseline of `tests.support.timing`: about 500 ms.
#: Most take 5.
LIMIT_FACTOR = 200
NUMBERS = (
    "0",
    "1",
    "2",
    "-3",
    "1/3",
    "10",
    "1000",
    "10^6",
    "0.5",
    "1.00",
    "0.333",
    "0.0001",
    "1e-30",
    "1e30",
    "pi",
    "e",
)
FUNCTIONS = (
    *("exp", "log", "sqrt", "sigmoid", "tanh", "softplus", "relu", "abs", "sign", "sin", "cos", "erf", "silu", "gelu"),
    *("relu", "abs", "-", ""),
)
GRAPHS = (
    "y = 1 / (1 + exp(-x))",
    "y = log(x / (1 - x))",
    "y = sqrt(x - 5) * w",
    "y = sqrt(1 - x^2) * sqrt(1 - w^2)",
    "y = max(x, w) * relu(x - 3) + abs(x + 10)",
    "y = exp(exp(x^3))",
    "p = x * w; q = p + b; y = tanh(q) * q",
)


@cache
def problems() -> tuple[Problem, ...]:
    """Return graphs with symbols of every domain, with a symbol as their start and with 1."""
    found = []
    for text in GRAPHS:
        graph = parse_graph(text)
        for domain in DOMAINS:
            inputs = {name: Sym(name, domain=domain) for name in graph.inputs}
            found += [Problem(graph, inputs, Sym("dL/dy")), Problem(graph, inputs, number(1))]
    return tuple(found)


def random_formula(rng: random.Random, names: Sequence[str], depth: int) -> str:
    if depth == 0 or rng.random() < 0.1:
        if rng.random() < 0.2:
            return f"{rng.random() * 10 ** rng.randint(-4, 3):.{rng.randint(0, 6)}f}"
        return rng.choice(names) if rng.random() < 0.6 else rng.choice(NUMBERS)
    first, second = (random_formula(rng, names, depth - 1) for _ in range(2))
    if rng.random() < 0.35:
        return f"{rng.choice(FUNCTIONS)}({first})"
    if rng.random() < 0.1:
        return f"{rng.choice(('max', 'min'))}({first}, {second})"
    return f"({first}){rng.choice('+-*/^')}({second})"


def find_failures(count: int, seed: int) -> list[str]:
    """Give `count` random answers. Return those that raised an exception or took too long."""
    rng = random.Random(seed)
    failures = []
    for _ in range(count):
        problem = rng.choice(problems())
        blank = rng.choice(problem.blanks)
        text = random_formula(rng, sorted(problem.names_at(blank)), rng.choice((1, 2, 3, 4, 5)))[:400]
        name = f"{problem.graph.text!r} {blank.id}: {text!r}"
        try:
            if min(seconds := [_seconds(problem, blank.id, text)]) > LIMIT_FACTOR * baseline_seconds():
                seconds.append(_seconds(problem, blank.id, text))
            if min(seconds) > LIMIT_FACTOR * baseline_seconds():
                failures.append(f"{name}\n{min(seconds) * 1000:.0f} ms")
        except Exception:
            failures.append(f"{name}\n{traceback.format_exc(limit=-3)}")
    return failures


def _seconds(problem: Problem, blank: str, text: str) -> float:
    start = time.thread_time()
    assert_gets_a_verdict(problem, problem.place(blank), text)
    return time.thread_time() - start


if __name__ == "__main__":
    print(*find_failures(*map(int, sys.argv[1:3])), sep="\n")
