"""Answers for large matrices: right and wrong ones, their mistakes and echo, within a moment."""

from __future__ import annotations

from fractions import Fraction
from functools import cache

import pytest

from tests.support.timing import runs_within
from tutor.algebra import ops
from tutor.algebra.expr import number
from tutor.engine.builder import parse_graph
from tutor.grading.answer import preview
from tutor.grading.concealment import Concealment
from tutor.grading.grader import grade
from tutor.grading.problem import Problem
from tutor.grading.verdict import VerdictKind

#: About 100 ms where adding 100,000 integers takes 2.5.
MAX_GRADING, MAX_ECHO = 40, 20


def matrix(rows: int, columns: int, step: int) -> ops.Value:
    return ops.make_matrix(
        tuple(tuple(number(Fraction((i * step + j * 3) % 17 - 8, 10)) for j in range(columns)) for i in range(rows))
    )


@cache
def layer(rows: int, inner: int, columns: int) -> Problem:
    inputs = {"X": matrix(rows, inner, 7), "W": matrix(inner, columns, 5)}
    return Problem(parse_graph("S = sigmoid(X @ W); f = sum(S)", inputs), inputs)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ("up @ W.T", VerdictKind.RIGHT),
        ("(df/dS * S * (1 - S)) @ W.T", VerdictKind.RIGHT),
        ("(W @ up.T).T", VerdictKind.RIGHT),
        ("up*1.0000001 @ W.T", VerdictKind.RIGHT),
        ("up @ W", VerdictKind.MISTAKEN),
        ("W @ up", VerdictKind.MISTAKEN),
        ("up @ W.T + 0.1", VerdictKind.WRONG),
        ("up @ W.T * (1 + exp(-60))", VerdictKind.WRONG),
        ("1", VerdictKind.WRONG_SHAPE),
    ],
)
def test_an_expression_for_a_large_matrix_is_judged(answer: str, kind: VerdictKind) -> None:
    problem = layer(40, 40, 40)
    verdict = grade(problem, problem.place("X"), answer)
    assert verdict.kind is kind or (kind is VerdictKind.WRONG and verdict.is_wrong_attempt)


@pytest.mark.parametrize("answer", ["up @ W.T", "(df/dS * S * (1 - S)) @ W.T", "W @ up", "up*1.01 @ W.T"])
def test_a_large_matrix_is_graded_at_once(answer: str) -> None:
    problem = layer(40, 40, 40)
    blank = problem.place("X")
    concealment = Concealment(open_blanks=problem.blanks)
    assert runs_within(lambda: grade(problem, blank, answer), MAX_GRADING)
    assert runs_within(lambda: preview(problem, blank, answer, concealment), MAX_ECHO)


def test_matrices_of_other_shapes_are_graded_at_once() -> None:
    problem = layer(100, 50, 10)
    assert runs_within(lambda: grade(problem, problem.place("X"), "up @ W.T"), 2.5 * MAX_GRADING)
    assert runs_within(lambda: grade(problem, problem.place("W"), "X.T @ up"), 2.5 * MAX_GRADING)
    assert grade(problem, problem.place("W"), "X.T @ up").right


def test_the_echo_of_a_large_matrix_shows_its_corner() -> None:
    problem = layer(40, 40, 40)
    text = preview(problem, problem.place("X"), "X @ W").text
    assert text.startswith("X @ W = [[")
    assert text.count("…") == 4
    assert len(text) < 120
