"""How long one answer takes to check, and both passes to run: `python tests/benchmarks/answers.py`."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

from tutor.algebra import read_value
from tutor.algebra.evaluate import evaluate
from tutor.engine import Graph, run
from tutor.grading import Problem, grade

CASES = {
    "(a + b)·c": ("z = (a + b) * c", {"a": "50", "b": "70", "c": "2"}, "c", ("120", "2", "a + b", "119.9", "7")),
    "sigmoid in parts": ("y = 1 / (1 + exp(-x))", {"x": "2"}, "x", ("0.105", "0.1050", "-0.105", "0.3", "1/9")),
    "σ(XW)": (
        "S = sigmoid(X @ W); f = sum(S)",
        {"X": "[[0.1,0.2,0.3],[0.4,0.5,0.6],[0.7,0.8,0.9]]", "W": "[[1,2],[3,4],[5,6]]"},
        "X",
        ("up @ W.T", "(df/dS * S * (1 - S)) @ W.T", "(up @ W.T).T", "[[1,2,3],[4,5,6],[7,8,9]]", "1"),
    ),
}


def best(action: Callable[[], object], repeats: int = 30) -> list[float]:
    """Milliseconds of each repeat."""
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        action()
        times.append((time.perf_counter() - began) * 1000)
    return times


def main() -> None:
    print(f"{'':<20}{'passes':>12}{'answer, median':>18}{'worst':>10}   (milliseconds)")
    for name, (text, inputs, blank, answers) in CASES.items():
        exact = {key: evaluate(read_value(value), {}) for key, value in inputs.items()}
        graph = Graph.parse(text, exact)
        problem = Problem(graph, exact)
        place = problem.place(blank)
        floats = problem.floats
        passes = best(lambda g=graph, f=floats: run(g, dict(zip(g.inputs, f.values, strict=False)), f.start))  # type: ignore[misc]
        checks = [t for answer in answers for t in best(lambda a=answer, p=problem, b=place: grade(p, b, a))]  # type: ignore[misc]
        print(f"{name:<20}{statistics.median(passes):12.3f}{statistics.median(checks):18.3f}{max(checks):10.3f}")


if __name__ == "__main__":
    main()
