"""Time to check an answer for a large matrix, and to echo it: `python tests/benchmarks/matrices.py`.

Each time is the best of five, also as a multiple of the time to add 100,000 integers, which doesn't depend on the
machine. The first time includes what is computed once for a problem.
"""

from __future__ import annotations

import sys
import time
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.support.timing import baseline_seconds
from tutor.algebra import ops
from tutor.algebra.expr import number
from tutor.engine.builder import parse_graph
from tutor.grading.answer import preview
from tutor.grading.concealment import Concealment
from tutor.grading.grader import grade
from tutor.grading.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Callable

SIZES = ((20, 20, 20), (40, 40, 40), (100, 50, 10))
ANSWERS = ("up @ W.T", "(df/dS * S * (1 - S)) @ W.T", "W @ up", "up @ W", "up*1.01 @ W.T", "X", "1")


def matrix(rows: int, columns: int, step: int) -> ops.Value:
    return ops.make_matrix(
        tuple(tuple(number(Fraction((i * step + j * 3) % 17 - 8, 10)) for j in range(columns)) for i in range(rows))
    )


def layer(rows: int, inner: int, columns: int) -> Problem:
    inputs = {"X": matrix(rows, inner, 7), "W": matrix(inner, columns, 5)}
    return Problem(parse_graph("S = sigmoid(X @ W); f = sum(S)", inputs), inputs)


def seconds(action: Callable[[], object]) -> float:
    start = time.process_time()
    action()
    return time.process_time() - start


def show(name: str, first: float, best: float) -> str:
    return f"{name} first {first * 1000:6.1f} ms, then {best * 1000:6.1f} ms ({best / baseline_seconds():5.1f} ×)"


def show_answer(problem: Problem, answer: str) -> None:
    blank, concealment = problem.place("X"), Concealment(open_blanks=problem.blanks)
    checked = [seconds(lambda: grade(problem, blank, answer)) for _ in range(6)]
    echoed = [seconds(lambda: preview(problem, blank, answer, concealment)) for _ in range(6)]
    print(
        f"{answer:<28}", show("checked", checked[0], min(checked[1:])), "", show("echoed", echoed[0], min(echoed[1:]))
    )


def main() -> None:
    print(f"adding 100,000 integers: {baseline_seconds() * 1000:.1f} ms")
    for rows, inner, columns in SIZES:
        problem = layer(rows, inner, columns)
        print(f"\nX: {rows}×{inner}, W: {inner}×{columns}")
        for answer in ANSWERS:
            show_answer(problem, answer)


if __name__ == "__main__":
    main()
