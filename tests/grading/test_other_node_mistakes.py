"""Mistakes made at other nodes, and mistakes at questions."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.support.sample_problems import make_problem
from tutor.algebra.evaluate import evaluate
from tutor.algebra.parser import parse
from tutor.grading.grader import grade
from tutor.grading.question import Question
from tutor.grading.verdict import Verdict, VerdictKind
from tutor.i18n import LocalizedText

if TYPE_CHECKING:
    from tutor.grading.problem import Problem


def test_an_edge_forgotten_at_a_later_branch_is_named_with_the_branch() -> None:
    problem = make_problem(
        "u = x * y; t = u * c; z = t * t + t", "3", x="2", y="4", c="5"
    )  # t is 40 and gets 120 + 120 + 3
    for answer in ("240*20", "123*20", "3*20"):
        verdict = grade(problem, problem.place("x"), answer)
        assert verdict.mistake == "branch.path-forgotten", answer
        assert "at t" in str(verdict.message) or "value of t went" in str(verdict.message)
    assert grade(problem, problem.place("u->t"), "240*5").mistake == "branch.path-forgotten"
    assert grade(problem, problem.place("x"), "243*20").right


def test_an_edge_forgotten_after_a_branch_is_named_at_its_sum() -> None:
    problem = make_problem("t = x * x; z = t * t * c + t", "1", x="3", c="5")  # t is 9 and gets 45 + 45 + 1
    assert grade(problem, problem.place("x"), "90*6").mistake == "branch.path-forgotten"


def test_a_value_from_before_a_node_is_named_with_the_node() -> None:
    problem = make_problem("h = sigmoid(a); z = h * w", "7", a="2", w="5")
    verdict = grade(problem, problem.place("w"), "7*a")
    assert verdict.mistake == "any.value-before"
    assert "before h" in str(verdict.message)


def test_a_forgotten_mask_is_named_on_both_sides_of_it() -> None:
    problem = make_problem("D = H * M; y = D @ v", "[[3]]", H="[[4, -2, 5]]", M="[[2, 0, 2]]", v="[[6], [4], [-3]]")
    assert grade(problem, problem.place("v"), "H.T @ up").mistake == "any.value-before"
    assert grade(problem, problem.place("H"), "dL/dD").mistake == "mul.plus-rule"
    assert grade(problem, problem.place("H"), "dL/dD * M * M").mistake == "any.local-twice"


def question_problem(answer: str, problem: Problem, **numbers: str) -> Problem:
    """Add a question to a problem; its answer may use these numbers, the nodes and their gradients."""
    known = {name: evaluate(parse(value), {}) for name, value in numbers.items()}
    for position, node in enumerate(problem.graph.nodes):
        if node.name:
            known |= {
                node.name: problem.exact_passes.values[position],
                f"grad({node.name})": problem.exact_passes.gradients[position],
            }
    form = parse(answer, known)
    names = {name: value for name, value in known.items() if not name.startswith("grad(")}
    question = Question("q1", LocalizedText({}), evaluate(form, known), names, formula=form, author_names=known)
    return replace(problem, questions=(question,))


def grade_answer(problem: Problem, answer: str) -> Verdict:
    return grade(problem, problem.place("q1"), answer)


STEP = question_problem(
    "w - eta * grad(w)", make_problem("q = w * x; L = (q - t) ^ 2", w="2", x="3", t="4"), eta="0.01"
)  # L′ is 12
NEURON = make_problem("q = w * x + b; u = q - t; L = u ^ 2", w="2", x="3", b="4", t="3")  # 42 for w, 14 for b
BOTH_INPUTS = question_problem("b - eta * grad(b)", replace(NEURON, wrt=("w", "b")), eta="0.01")
CUBE = make_problem("z = x ^ 3", x="2")
CENTRAL = question_problem("((x + d)^3 - (x - d)^3) / (2 * d)", CUBE, d="0.1")
FORWARD = question_problem("((x + d)^2 * y - x^2 * y) / d", make_problem("z = x * x * y", x="3", y="2"), d="0.1")


@pytest.mark.parametrize(
    ("problem", "answer", "mistake"),
    [
        (STEP, "w + eta*12", "step.uphill"),
        (STEP, "w - 12", "step.no-rate"),
        (STEP, "0.12", "step.step-alone"),
        (BOTH_INPUTS, "4 - 0.42", "step.other-gradient"),
        # With w at 1.58 u is 5.74.
        (BOTH_INPUTS, "4 - 0.01*2*5.74", "step.updated-first"),
        (CENTRAL, "(2.1^3 - 1.9^3)/d", "check.not-halved"),
        (CENTRAL, "(2.1^3 - 2^3)/d", "check.one-sided"),
        (CENTRAL, "(2^3 - 1.9^3)/d", "check.one-sided"),
        (CENTRAL, "2.1^3 - 1.9^3", "check.not-divided"),
        (CENTRAL, "(1.9^3 - 2.1^3)/0.2", "check.turned-round"),
        (FORWARD, "3.1^2*2 - 18", "check.not-divided"),
        (FORWARD, "(3.1^2*2 - 18)*0.1", "check.multiplied"),
        (FORWARD, "3.1^2*2", "check.moved-value"),
        (FORWARD, "(18 - 2.9^2*2)/0.1", "check.other-side"),
        (FORWARD, "(3^2*2.1 - 18)/0.1", "check.other-input"),
    ],
)
def test_gradient_steps_and_difference_quotients_have_their_own_mistakes(
    problem: Problem, answer: str, mistake: str
) -> None:
    verdict = grade_answer(problem, answer)
    assert (verdict.kind, verdict.mistake) == (VerdictKind.MISTAKEN, mistake)


FORMULA = question_problem("x * y + x / c", make_problem("z = x * y + x / c", x="6", y="5", c="4"))  # 31.5


@pytest.mark.parametrize(
    ("answer", "mistake"),
    [
        ("-31.5", "question.sign"),
        ("30 - 1.5", "question.one-sign"),
        ("30", "question.part-missing"),
        ("30 + 6", "question.factor-missing"),
        ("30 + 24", "question.upside-down"),
        ("11 + 1.5", "question.added"),
    ],
)
def test_one_wrong_part_of_a_formula_is_named(answer: str, mistake: str) -> None:
    assert grade_answer(FORMULA, answer).mistake == mistake


def test_one_wrong_part_is_named_in_symbols_and_matrices() -> None:
    question = Question("q1", LocalizedText({}), None)
    names = {name: parse(name, (name,)) for name in ("a", "b", "c")}
    form = parse("a * b * c", names)
    problem = replace(CUBE, questions=(replace(question, answer=form, names=names, formula=form, author_names=names),))
    assert grade_answer(problem, "b*a").mistake == "question.factor-missing"
    assert grade_answer(problem, "a*b + c").mistake == "question.added"
    problem = question_problem("X.T @ D", make_problem("f = sum(X * D)", X="[[1, 2], [3, 5]]", D="[[4, 7], [-3, 6]]"))
    assert grade_answer(problem, "D.T @ X").mistake == "question.transposed"
    assert grade_answer(problem, "D @ X.T").mistake == "question.wrong-order"
    assert grade_answer(problem, "X @ D").mistake == "question.transposed"


@pytest.mark.parametrize(
    ("problem", "answer"),
    [
        (CENTRAL, "((x + d)^3 - (x - d)^3) / 2 * d"),
        (FORWARD, "(x + d)^2 * y - x^2 * y / d"),
        (question_problem("s * (1 - s) * c", make_problem("z = s * c", s="0.75", c="5")), "s * 1 - s * c"),
        (
            question_problem(
                "X.T @ (D * D)", make_problem("f = sum(X * D)", X="[[1, 2], [3, 5]]", D="[[4, 7], [-3, 6]]")
            ),
            "X.T @ D * D",
        ),
    ],
)
def test_missing_brackets_are_named(problem: Problem, answer: str) -> None:
    assert grade_answer(problem, answer).mistake == "question.brackets"


def test_the_value_of_a_blank_is_not_a_wrong_attempt_at_a_question() -> None:
    verdict = grade_answer(question_problem("x + 0.5", make_problem("z = x * y", x="6", y="5")), "5")
    assert (verdict.kind, verdict.is_wrong_attempt) == (VerdictKind.ELSEWHERE, False)
    assert "edge" not in str(verdict.message)


def test_two_exchanged_digits_are_a_slip() -> None:
    problem = make_problem("z = (a + b) * c", a="50", b="74", c="2")
    verdict = grade(problem, problem.place("c"), "142")
    assert verdict.mistake == "any.slip"
    assert "swapped" in str(verdict.message)


def test_a_short_answer_that_a_mistake_also_gives_is_not_praised() -> None:
    problem = make_problem("t = x * y; z = t * c", x="7", y="8.6", c="1.04")  # 8.944; without the upstream 8.6
    assert "Right so far" in str(grade(problem, problem.place("x"), "8.9").message)
    problem = make_problem("t = x * y; z = t * c", x="7", y="8.6", c="1.03")  # 8.858; y + … is 8.9 as well
    problem = replace(
        problem, inputs={**problem.inputs, "y": evaluate(parse("8.9"), {}), "c": evaluate(parse("0.999"), {})}
    )
    verdict = grade(problem, problem.place("x"), "8.9")  # 8.8911, and without the upstream 8.9
    assert verdict.kind is VerdictKind.COARSE
    assert "too few digits to judge" in str(verdict.message)
