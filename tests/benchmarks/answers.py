"""Time to check one answer: `python tests/benchmarks/answers.py`.

First right and wrong answers to whole problems, then pairs of formulas beside `sympy.simplify(a - b) == 0` and
`.equals` on the same pairs, each stopped after five seconds. Importing flint is not measured.
"""

from __future__ import annotations

import gc
import signal
import statistics
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import sympy
from sympy.core.cache import clear_cache

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.support.guide import FORMULAS_TABLE, table_rows
from tests.support.sympy_evaluator import evaluate_with_sympy
from tutor.algebra.evaluate import evaluate
from tutor.algebra.expr import Expr, Sym, postorder
from tutor.algebra.parser import parse, parse_value
from tutor.engine.builder import parse_graph
from tutor.grading.comparison import compare_typed_formula
from tutor.grading.grader import grade
from tutor.grading.numeric_equality import TypedNumber
from tutor.grading.problem import Problem
from tutor.packs import library

if TYPE_CHECKING:
    from collections.abc import Callable

SIGMOID = "S = sigmoid(X @ W); f = sum(S)"
THREE = {"X": "[[0.1,0.2,0.3],[0.4,0.5,0.6],[0.7,0.8,0.9]]", "W": "[[1,2],[3,4],[5,6]]"}
TEN = {name: str([[(i * shift + j * 3) % 17 / 10 - 0.8 for j in range(10)] for i in range(10)]) for name, shift in
       (("X", 7), ("W", 5))}  # fmt: skip
OVER_MATRICES = ("up @ W.T", "(df/dS * S * (1 - S)) @ W.T", "(up @ W.T).T", "up @ W", "1", "up*1.01 @ W.T")


def formula(text: str, **inputs: str) -> Problem:
    exact = {name: evaluate(parse_value(value), {}) for name, value in inputs.items()}
    return Problem(parse_graph(text, exact), exact)


def exercise(name: str) -> Problem:
    return library.find_exercise(name).variant().problem


CASES: tuple[tuple[str, Problem, str, tuple[str, ...]], ...] = (
    ("(a + b)·c", formula("z = (a + b) * c", a="50", b="70", c="2"), "c", ("120", "2", "a + b", "119.9", "7")),
    ("sigmoid in parts", formula("y = 1 / (1 + exp(-x))", x="2"), "x", ("0.105", "-0.105", "0.3", "1/9", "e^-2 y^2")),
    ("sigmoid in symbols", exercise("basics/sigmoid-in-symbols"), "x",
     ("dL/dy y (1-y)", "dL/dy y^2 q", "dL/dy y", "-dL/dy y^2 q", "x + 1", "dL/dy*e^-x/(1+e^-x)^2")),
    ("1/x in symbols", exercise("basics/reciprocal-in-symbols"), "x", ("-dL/dy/x^2", "dL/dy/x^2", "-y^2", "log(x) dL/dy")),
    ("σ(XW), 3×3", formula(SIGMOID, **THREE), "X", OVER_MATRICES),
    ("σ(XW), 10×10", formula(SIGMOID, **TEN), "X", OVER_MATRICES),
)  # fmt: skip


def times(action: Callable[[], object], repeats: int = 10) -> list[float]:
    """Return the processor milliseconds of each repeat, without garbage collection, as `timeit` does."""
    milliseconds = []
    gc.disable()
    try:
        for _ in range(repeats):
            start = time.process_time()
            action()
            milliseconds.append((time.process_time() - start) * 1000)
    finally:
        gc.enable()
    return milliseconds


def print_row(name: str, milliseconds: list[float]) -> None:
    print(f"{name:<24}{statistics.median(milliseconds):10.3f}{max(milliseconds):10.3f}")


def answers() -> list[float]:
    print(f"{'answers to':<24}{'median':>10}{'worst':>10}   (milliseconds)")
    all_measured = []
    for name, problem, blank, texts in CASES:
        place = problem.place(blank)
        problem.truth_in_floats(place) if not problem.symbolic else problem.truth(place)
        measured = [t for text in texts for t in times(lambda a=text, p=problem, b=place: grade(p, b, a))]
        all_measured += measured
        print_row(name, measured)
    return all_measured


def pairs() -> list[tuple[Expr, Expr, Expr]]:
    """Return the answer as typed, its value and the right formula for each row of the guide's table."""
    formulas = []
    for truth, domain, answer, _verdict in table_rows(FORMULAS_TABLE):
        domains = dict(part.split() for part in domain.split(",") if part.strip())
        names = {name: Sym(name, 0, domains.get(name, "real")) for name in ("x", "y", "p", "dL/dz")}
        tree = parse(answer, names)
        formulas.append((tree, evaluate(tree, names), evaluate(parse(truth, names), names)))
    return formulas


#: SymPy's own functions with a kink, which it simplifies better than a `Piecewise`.
KINKS = {
    "abs": sympy.Abs,
    "max": sympy.Max,
    "min": sympy.Min,
    "relu": lambda a: sympy.Max(a, 0),
    "sign": sympy.sign,
}


def in_sympy(tree: Expr) -> sympy.Expr:
    names = {
        node.name: sympy.pi if node.name == "pi" else sympy.Symbol(node.name.replace("/", "_"), **assumptions(node))
        for node in postorder(tree)
        if isinstance(node, Sym)
    }
    formula = evaluate_with_sympy(tree, names, KINKS)
    assert formula is not None
    return formula


def assumptions(symbol: Sym) -> dict[str, bool]:
    if symbol.domain == "probability":
        return {"positive": True}
    return {"real": True, "nonzero": True} if symbol.domain == "nonzero" else {symbol.domain: True}


def stopped(action: Callable[[], object], seconds: int = 5) -> Callable[[], None]:
    """Return `action` with a time limit."""

    def run() -> None:
        signal.alarm(seconds)
        try:
            action()
        except (TimeoutError, NotImplementedError, ValueError, TypeError):
            pass
        finally:
            signal.alarm(0)

    return run


def beside_sympy() -> None:
    def stop(*_: object) -> None:
        raise TimeoutError

    signal.signal(signal.SIGALRM, stop)
    ours, simplify, equals = [], [], []
    for tree, answer, right in pairs():
        ours += times(lambda t=tree, m=answer, r=right: compare_typed_formula(TypedNumber.from_expr(t, m), r), 5)
        a, b = in_sympy(answer), in_sympy(right)
        clear_cache()
        simplify += times(stopped(lambda a=a, b=b: sympy.simplify(a - b) == 0), 1)
        clear_cache()
        equals += times(stopped(lambda a=a, b=b: a.equals(b)), 1)
    print(f"\n{len(ours) // 5} pairs of formulas{'':<4}{'median':>10}{'worst':>10}   (milliseconds)")
    for name, measured in (("ours", ours), ("simplify(a − b) == 0", simplify), (".equals", equals)):
        print_row(name, measured)


def main() -> None:
    grade(formula("y = exp(x)", x="2"), formula("y = exp(x)", x="2").place("x"), "e^2")
    print_row("all", answers())
    beside_sympy()


if __name__ == "__main__":
    main()
