"""Formulas as answers to blanks: broadcasting, domains of symbols, huge values, and numbers where symbols are expected."""

from __future__ import annotations

import pytest

from tests.support.sample_problems import make_problem
from tutor.algebra.evaluate import evaluate
from tutor.algebra.expr import Sym
from tutor.algebra.parser import parse
from tutor.engine.builder import parse_graph
from tutor.engine.graph import Graph
from tutor.grading.grader import grade
from tutor.grading.problem import Problem
from tutor.grading.question import Question
from tutor.grading.verdict import VerdictKind
from tutor.i18n import LocalizedText
from tutor.packs import library

RIGHT = VerdictKind.RIGHT


@pytest.mark.parametrize(
    ("graph", "place", "answer"),
    [
        ("P = softmax(X); f = sum(P * C)", "X", "P*(up - sum(P*up, 1))"),
        ("M = X - mean(X, 1); f = sum(M * C)", "X", "df/dM - mean(df/dM, 1)"),
        ("M = X - mean(X, 1); f = sum(M * C)", "M", "C"),
        ("A = X + b; f = sum(A * A)", "A", "2*(X + b)"),
        ("A = X + b; f = sum(A * A)", "b", "sum(2*(X + b), 0)"),
    ],
)
def test_answers_broadcast_as_graphs_do(graph: str, place: str, answer: str) -> None:
    matrices = {"X": "[[1, 2, 4], [3, 5, 9]]", "C": "[[3, 1, 7], [2, 8, 5]]", "b": "[[1, 2, 7]]"}
    inputs = {name: text for name, text in matrices.items() if name in graph}
    problem = make_problem(graph, "1", ("start",), **inputs)
    assert grade(problem, problem.place(place), answer).kind is RIGHT


def test_shapes_that_a_graph_refuses_are_refused() -> None:
    problem = make_problem("A = X * 2; f = sum(A)", "1", X="[[1, 2, 4], [3, 5, 9]]")
    assert grade(problem, problem.place("X"), "X + [[1, 2]]").kind is VerdictKind.MALFORMED


def test_a_difference_too_small_to_show_is_not_called_another_value() -> None:
    problem = library.find_exercise("basics/goes-on").variant().problem
    verdict = grade(problem, problem.place("x"), "3*dL/dz + 0.0001")
    assert verdict.kind is VerdictKind.WRONG
    # Not "yours gives 6.000, the right formula something else": by hand the learner gets 6.
    assert "Yours is close" in str(verdict.message)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ("log(p) - log(1 - p)", RIGHT),
        ("-log(1/p - 1)", RIGHT),
        ("log(p)", VerdictKind.WRONG),
        ("p/(1 - p)", VerdictKind.WRONG),
    ],
)
def test_a_logit_can_be_asked_for(answer: str, kind: VerdictKind) -> None:
    names = {"p": Sym("p", 0, "probability")}
    question = Question("q1", LocalizedText({"": "?"}), evaluate(parse("log(p/(1 - p))", names), names), names)
    problem = Problem(Graph((), ""), {}, questions=(question,))
    assert grade(problem, problem.blanks[0], answer).kind is kind


@pytest.mark.parametrize(
    "answer", ["3", "2/3", "x + 1", "exp(exp(x^3))", "10^400", "x*10^400", "9^9^9*x", "exp(900) + x"]
)
def test_a_wrong_start_of_symbols_gets_a_sentence_without_gaps(answer: str) -> None:
    problem = Problem(parse_graph("y = sigmoid(x); z = y * x"), {"x": Sym("x")}, given=())
    verdict = grade(problem, problem.place("start"), answer)
    assert not verdict.right
    assert "  " not in str(verdict.message)
    assert "With ," not in str(verdict.message)
