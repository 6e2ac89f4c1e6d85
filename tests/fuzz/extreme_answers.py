"""Random answers with huge and tiny numbers at the blanks of every built-in exercise: each gets a verdict.

`python -m tests.fuzz.extreme_answers 20000 7` tries that many answers, drawn from that seed.
"""

from __future__ import annotations

import random
import sys
import traceback
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING

from tests.support.sample_problems import answer_literal, make_problem
from tests.support.simulated_learners import builtin_exercise_names
from tutor import i18n
from tutor.algebra import ops
from tutor.algebra.errors import AlgebraError
from tutor.algebra.evaluate import evaluate
from tutor.algebra.expr import Sym
from tutor.algebra.limits import ANSWER
from tutor.algebra.parser import parse
from tutor.engine.builder import parse_graph
from tutor.grading.answer import preview
from tutor.grading.grader import grade
from tutor.grading.hints.ladder import hint_at, num_rungs
from tutor.grading.problem import Problem
from tutor.packs import library

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tutor.algebra.ops import Shape, Value
    from tutor.grading.problem import Blank

NUMBERS = (
    *("0", "1", "2", "-3", "0.5", "0.30000000000000004", "1e30", "1e-30", "1e308", "9e308", "1e-308", "2.2e-308"),
    *("10^400", "10^-400", "9^9^9", "9^-9^9", "exp(900)", "exp(-900)", "exp(exp(9))", "exp(exp(exp(9)))", "7^1400"),
    *("1/7^1400", "1.5e300", "-1e300", "1e300^2", "(1/3)^999", "sqrt(10^900)", "log(10^999)", "2e32", "1.8049e-35"),
)
FUNCTIONS = (
    "exp",
    "log",
    "sqrt",
    "sigmoid",
    "tanh",
    "softplus",
    "relu",
    "abs",
    "sign",
    "sin",
    "sum",
    "mean",
    "softmax",
)


@cache
def problems() -> tuple[Problem, ...]:
    """Return the built-in exercises with the author's numbers, and problems whose values are huge themselves."""
    huge = (
        make_problem("p = x^100; z = p * y", "1", x="999", y="7^-99"),
        make_problem("S = X * Y; f = sum(S)", "1", X="[[9^300, 1e-30]]", Y="[[2, 9^-300]]"),
    )
    # With x = 2, where formulas are compared first, the values are about 10^347.
    symbolic = Problem(parse_graph("u = 400 * x; z = exp(u)"), {"x": Sym("x")})
    return (*(library.find_exercise(name).variant(None).problem for name in builtin_exercise_names()), *huge, symbolic)


def _has_choices(problem: Problem, blank: Blank) -> bool:
    return blank.kind == "question" and bool(problem.question(blank).choices)


def random_answer(rng: random.Random, names: Sequence[str], shape: Shape) -> str:
    """Return an expression of huge and tiny numbers, the names at the blank, and functions of them."""
    if shape and rng.random() < 0.4:
        cells = [_expression(rng, (), rng.choice((0, 0, 1))) for _ in range(ops.num_cells(shape))]
        return answer_literal(cells, shape)
    return _expression(rng, names, rng.choice((0, 1, 1, 2, 2, 3)))


def _expression(rng: random.Random, names: Sequence[str], depth: int) -> str:
    if depth == 0:
        if rng.random() < 0.2:
            return f"{rng.choice(('', '-'))}{rng.random() * 10:.{rng.randint(0, 17)}f}e{rng.randint(-320, 320)}"
        return rng.choice(names) if names and rng.random() < 0.5 else rng.choice(NUMBERS)
    first, second = (_expression(rng, names, depth - 1) for _ in range(2))
    if rng.random() < 0.3:
        return f"{rng.choice(FUNCTIONS)}({first})"
    return f"({first}){rng.choice('+-*/^*')}({second})"


def assert_gets_a_verdict(
    problem: Problem, blank: Blank, text: str, wrong_values: Mapping[str, Value] | None = None
) -> None:
    """Assert that an answer is judged or refused, in words, in every language and while it is typed."""
    verdict = grade(problem, blank, text, wrong_values)
    reading = preview(problem, blank, text)
    messages = [verdict.message] + ([reading.error.message] if reading.error else [])
    before = i18n.current_language()
    try:
        for language in i18n.LANGUAGES:
            i18n.set_language(language)
            assert all(str(message).strip() for message in messages)
    finally:
        i18n.set_language(before)


def find_failures(count: int, seed: int) -> list[str]:
    """Give `count` random answers, some after a wrong upstream. Return those that raised an exception."""
    rng = random.Random(seed)
    failures = []
    for _ in range(count):
        problem = rng.choice([problem for problem in problems() if problem.blanks])
        blank = rng.choice([blank for blank in problem.blanks if not _has_choices(problem, blank)] or problem.blanks)
        text = random_answer(rng, sorted(problem.names_at(blank)), blank.shape)
        wrong_values = {}
        upstream = problem.upstream(blank)
        if upstream and rng.random() < 0.3:
            with suppress(AlgebraError):
                tree = parse(random_answer(rng, (), problem.place(upstream).shape), ())
                wrong_values[upstream] = evaluate(tree, {}, ANSWER)
        try:
            assert_gets_a_verdict(problem, blank, text, wrong_values)
            if rng.random() < 0.05:
                for rung in range(num_rungs(problem, blank)):
                    str(hint_at(problem, blank, rung).text)
        except Exception:
            failures.append(f"{problem.graph.text!r} {blank.id}: {text!r}\n{traceback.format_exc(limit=-3)}")
    return failures


if __name__ == "__main__":
    print(*find_failures(*map(int, sys.argv[1:3])), sep="\n")
