"""Suspicions about a wrong answer: only what can have happened is asked about, and nothing twice."""

from __future__ import annotations

import pytest

from tests.support.sample_problems import make_problem
from tutor.algebra.evaluate import evaluate
from tutor.algebra.expr import number
from tutor.algebra.parser import parse
from tutor.grading.grader import grade
from tutor.grading.mistakes.finder import candidates_at
from tutor.grading.problem import Problem
from tutor.grading.wording import template_values
from tutor.packs.builder.formula import problem_from_formula


def suspected(problem: Problem, place: str, answer: str) -> list[str]:
    """Return the ids of the mistakes that are asked about, or of the one that is named."""
    verdict = grade(problem, problem.place(place), answer)
    return [suspicion.mistake for suspicion in verdict.suspicions] or [str(verdict.mistake)]


def with_forward(text: str, **inputs: str) -> Problem:
    problem = make_problem(text, "1", ("start",), **inputs)
    return Problem(problem.graph, problem.inputs, forward=("t",))


def of_standard_function(name: str) -> Problem:
    inputs = {"X": evaluate(parse("[[0.5, -2, 3]]"), {}), "C": evaluate(parse("[[4, 7, -3]]"), {})}
    return problem_from_formula(f"Y = {name}(X); f = sum(Y * C)", inputs, number(2))


@pytest.mark.parametrize(
    ("sign", "answer"), [(">", "1"), (">=", "1"), ("<", "0"), ("<=", "0"), ("==", "1"), ("!=", "0")]
)
def test_a_comparison_is_read_the_other_way_round_and_its_inputs_are_not_added(sign: str, answer: str) -> None:
    problem = with_forward(f"t = x {sign} y; z = t * x", x="-3", y="4")
    assert suspected(problem, "value(t)", answer) == ["forward.comparison"]


def test_a_start_is_not_miscounted() -> None:
    problem = make_problem("t = x * y; z = t + x", "1", (), x="3", y="4")
    assert suspected(problem, "start", "0") == ["start.zero"]


def test_the_mean_of_two_parts_is_not_asked_about_as_their_half() -> None:
    problem = make_problem("t = x + y; z = x * t", "3", x="5", y="4")
    assert suspected(problem, "x", "21") == ["branch.averaged"]


def test_no_factor_is_off_by_one_in_an_answer_of_0() -> None:
    problem = make_problem("t = -x; z = t * c", "3", x="7", c="5")
    assert suspected(problem, "x->t", "0") == ["any.zero"]


def test_102_is_not_copied_as_012() -> None:
    problem = make_problem("t = sigmoid(x); z = t * c", "2", x="log(3)", c="51")
    assert "any.slip" not in suspected(problem, "x->t", "12*3/16")
    problem = make_problem("t = sigmoid(x); z = t * c", "2", x="log(3)", c="16")
    assert "any.slip" in suspected(problem, "x->t", "23*3/16")


def test_two_exchanged_digits_cast_doubt_on_a_wrong_rule() -> None:
    problem = make_problem("t = w * x; u = t + b; L = u^2", "2", w="3", x="7", b="-9")
    assert suspected(problem, "u", "84") == ["any.value-before", "any.slip"]


def test_the_upstream_passed_on_is_no_path_of_a_composite() -> None:
    problem = of_standard_function("tan")
    assert suspected(problem, "X", "[[8, 14, -6]]") == ["any.upstream-only"]


def test_zero_everywhere_is_no_path_of_a_composite() -> None:
    problem = of_standard_function("elu")
    assert suspected(problem, "X", "[[0, 0, 0]]")[0] == "any.zero"


def test_the_upstream_of_entries_that_were_taken_is_asked_about_once() -> None:
    inputs = {"W": "[[1, 2], [3, 5], [6, 7]]", "ids": "[2, 1, 2]", "C": "[[4, 7], [-3, 6], [8, 9]]"}
    problem = make_problem("P = W[ids]; f = sum(P * C)", "2", ("start",), **inputs)
    assert suspected(problem, "W", "[[8, 14], [-6, 12], [16, 18]]") == ["index.not-spread"]


def test_a_formula_in_a_message_has_decimals_that_can_be_read() -> None:
    problem = of_standard_function("selu")
    verdict = grade(problem, problem.place("X"), "[[-5.65919, 0, 4.24439]]")
    assert verdict.mistake == "selu.one-path"
    assert "1.051·(relu(X) + 1.673·" in str(verdict.message)


def test_a_formula_in_a_message_has_the_names_of_the_graph_or_letters_where_one_has_none() -> None:
    assert "computes X·σ(X). This input is X" in _lesson("Y = swish(X); f = sum(Y * C)", "X")
    assert "computes P·σ(P). This input is P" in _lesson("Y = swish(X + C); f = sum(Y * C)", "add1->Y")


def _lesson(graph: str, place: str) -> str:
    inputs = {"X": evaluate(parse("[[0.5, -2, 3]]"), {}), "C": evaluate(parse("[[4, 7, -3]]"), {})}
    problem = problem_from_formula(graph, inputs, number(2))
    (mistake,) = [one for one in candidates_at(problem, problem.place(place)) if one.id == "swish.one-path"][:1]
    return str(mistake.feedback(template_values(problem, problem.place(place))))
