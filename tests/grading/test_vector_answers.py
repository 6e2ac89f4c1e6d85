"""Answers at vectors: the ways to write one, outer products, and messages that speak of entries."""

from __future__ import annotations

import re

import pytest

from tests.support.sample_problems import make_problem
from tutor.grading.grader import grade
from tutor.grading.verdict import Verdict, VerdictKind

PROBLEM = make_problem("y = W @ x; h = relu(y); L = sum(h * c)", "2", W="[[1, 2], [3, -4]]", x="[0.5, 0.4]", c="[3, 7]")


def graded(blank: str, answer: str) -> Verdict:
    return grade(PROBLEM, PROBLEM.place(blank), answer)


@pytest.mark.parametrize(
    "answer",
    ["[6, 12]", "[[6, 12]]", "[[6], [12]]", "[6; 12]", "6, 12", "6 12", "array([6., 12.])", "W.T @ up", "up @ W"],
)
def test_a_vector_is_written_as_a_list_a_row_or_a_column(answer: str) -> None:
    verdict = graded("x", answer)
    assert verdict.kind is VerdictKind.RIGHT
    assert str(verdict.message).startswith("Right. [1] = ")


@pytest.mark.parametrize("answer", ["outer(up, x)", "up @ x.T", "(up*1) @ (1*x)^T", "up.T @ x"])
def test_an_outer_product_is_written_with_either_transposed(answer: str) -> None:
    assert graded("W", answer).kind is VerdictKind.RIGHT


@pytest.mark.parametrize("answer", ["x @ up.T", "outer(x, up)"])
def test_the_other_outer_product_is_transposed(answer: str) -> None:
    assert graded("W", answer).mistake == "matmul.transposed-result"


def test_a_scalar_product_stays_one_in_a_product_with_a_matrix() -> None:
    # up @ x.T is 3 as in NumPy, and 3·W has the shape that is asked for.
    problem = make_problem("y = W @ x; z = sum(y)", "3", W="[[1, 2], [3, -4]]", x="[1, 0]")
    assert grade(problem, problem.place("W"), "(up @ x.T)*W").mistake == "any.times-input"


@pytest.mark.parametrize("product", ["(c.T @ x)", "(c @ x)", "(c @ x.T)", "dot(c, x)"])
def test_an_inner_product_is_written_with_either_transposed(product: str) -> None:
    problem = make_problem("s = dot(c, x); z = s * s", "2", x="[0.5, 0.4]", c="[3, 7]")
    assert grade(problem, problem.place("s"), f"4*{product}").kind is VerdictKind.RIGHT
    assert grade(problem, problem.place("x"), f"4*{product}*c").kind is VerdictKind.RIGHT


def test_a_matrix_beside_a_vector_needs_the_sign_of_the_matrix_product() -> None:
    verdict = graded("x", "W^T up")
    assert verdict.kind is VerdictKind.WRONG_SHAPE
    assert "Write it with @" in str(verdict.message)


@pytest.mark.parametrize("answer", ["[12, 6]", "[6, -12]", "[6, 13]", "[6, 1]"])
def test_a_vector_has_entries_and_no_rows_or_columns(answer: str) -> None:
    verdict = graded("x", answer)
    assert not verdict.right
    assert not re.search(r"\brow|\bcolumn|\[1,", str(verdict.message)), verdict.message


def test_values_in_round_brackets_are_no_decimals() -> None:
    assert "[1, 2]" in str(graded("x", "(6, 12)").message)


@pytest.mark.parametrize(
    "answer",
    [
        "clip(z, 0, 1)*C",
        "np.clip(z, 0, 1) * up",
        "hardtanh(relu(z))*C",
        "C*where(z > 0, 1, 0)",
        "layer_norm(z)*0 + [5, 0, 7]",
    ],
)
def test_an_answer_may_call_standard_functions(answer: str) -> None:
    problem = make_problem("y = relu(z); f = sum(y * C)", z="[1, -2, 3]", C="[5, 6, 7]")
    assert grade(problem, problem.place("z"), answer).kind is VerdictKind.RIGHT


def test_a_standard_function_needs_its_brackets() -> None:
    problem = make_problem("y = relu(z); f = sum(y * C)", z="[1, -2, 3]", C="[5, 6, 7]")
    verdict = grade(problem, problem.place("z"), "var * C")
    assert (verdict.kind, str(verdict.message)) == (VerdictKind.MALFORMED, "var needs brackets: write var(…).")
