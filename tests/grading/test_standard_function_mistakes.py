"""Mistakes that standard functions declare, and the hints at them."""

from __future__ import annotations

import pytest

from tutor.algebra.evaluate import evaluate
from tutor.algebra.parser import parse_value
from tutor.engine.builder import parse_graph
from tutor.engine.standard_functions import with_standard_functions
from tutor.grading.grader import grade
from tutor.grading.hints.ladder import hint_at
from tutor.grading.problem import Problem
from tutor.grading.verdict import VerdictKind
from tutor.i18n import translate

LOGITS = {"A": "[[1, 2, 3], [1, -1, 0]]", "y": "[2, 0]"}
LOSS = "L = cross_entropy_with_logits(A, y)"


def problem_of(text: str, inputs: dict[str, str]) -> Problem:
    exact = {name: evaluate(parse_value(value), {}) for name, value in inputs.items()}
    return Problem(parse_graph(text, exact, with_standard_functions()), exact, parse_value("1"), given=("start",))


@pytest.mark.parametrize(
    ("text", "inputs", "answer", "mistake"),
    [
        (LOSS, LOGITS, "[[0.04502, 0.1224, 0.3326], [0.3326, 0.04502, 0.1224]]", "not-subtracted"),
        (LOSS, LOGITS, "[[-0.04502, -0.1224, 0.1674], [0.1674, -0.04502, -0.1224]]", "wrong-way"),
        ("z = var(X)", {"X": "[1, 2, 6]"}, "[-2, -1, 3]", "other-divisor"),
        ("z = logsumexp(X)", {"X": "[1, 2, 6]"}, "[0.3333, 0.3333, 0.3333]", "evenly"),
    ],
)
def test_a_declared_mistake_is_named(text: str, inputs: dict[str, str], answer: str, mistake: str) -> None:
    problem = problem_of(text, inputs)
    place = next(blank for blank in problem.blanks if blank.edge)
    verdict = grade(problem, place, answer)
    assert verdict.kind is VerdictKind.MISTAKEN
    assert verdict.mistake == f"{text[4:].partition('(')[0]}.{mistake}"


def test_the_hints_at_a_loss_of_logits_show_the_short_gradient(language: str) -> None:
    problem = problem_of(LOSS, LOGITS)
    place = next(blank for blank in problem.blanks if blank.edge)
    assert "(P − Y)/n" in str(hint_at(problem, place, 2).text)
    assert "(1/2)·(e/(e + e² + e³))" in str(hint_at(problem, place, 3).text)
    assert (translate("cross-entropy of logits") == "cross-entropy of logits") is (language == "en")


def test_a_right_answer_at_extreme_logits_is_accepted() -> None:
    problem = problem_of("L = cross_entropy_with_logits(A, [0, 2])", {"A": "[[1000, -1000, 0], [-1000, 0, 1000]]"})
    place = next(blank for blank in problem.blanks if blank.edge)
    assert grade(problem, place, "[[0, 0, 0], [0, 0, 0]]").kind is VerdictKind.RIGHT
