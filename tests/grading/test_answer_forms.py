"""Answers with the name of their blank, as tables, and as programs print them."""

from __future__ import annotations

import pytest

from tests.support.sample_problems import make_problem
from tutor.grading.grader import grade
from tutor.grading.problem import Blank, Problem
from tutor.grading.verdict import VerdictKind

LESSON = make_problem("z = (a + b) * c", a="50", b="70", c="2")
NAMED = make_problem("q = a + b; z = q * c", "3", a="50", b="70", c="2")
BRANCH = make_problem("z = x * (x + y)", x="3", y="4")
LAYER = make_problem(
    "A = X @ W; z = sum(A * C)", X="[[1, 2], [3, 4], [5, 7]]", W="[[5, -6], [7, 8]]", C="[[1, 2], [3, 5], [8, 9]]"
)
MATRIX = make_problem("z = sum(X * W)", X="[[1, 2], [3, 4]]", W="[[5, -6], [7, 8]]")
ROW = make_problem("z = sum(X * W)", X="[[1, 2]]", W="[[5, -6]]")


def kind_at(problem: Problem, place: str, text: str) -> VerdictKind:
    return grade(problem, problem.place(place), text).kind


@pytest.mark.parametrize(
    "text",
    [
        "dz/dc = 120", "∂z/∂c = 120", "∂z / ∂c=120", "dz÷dc = 120", r"\frac{\partial z}{\partial c} = 120", "= 120", "≈ 120.0",
        "c.grad = 120", "dc = 120", "c->mul1 = 120", "dz/dc = a + b", "  dz/dc  =  120", "dz/dc ＝ １２０",
    ],
)  # fmt: skip
def test_the_name_of_the_blank_may_stand_before_its_value(text: str) -> None:
    assert kind_at(LESSON, "c", text) is VerdictKind.RIGHT


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("dz/da = 120", "Write dz/dc = … or just the value"),
        ("c = 120", "ask for “c”"),
        ("foo = 120", "ask for “foo”"),
        ("dz/dc = 60*2 = 120", "“=” can't be used here"),
        ("60*2 = 120", "“=” can't be used here"),
        ("dz/dc == 120", "Unknown name|Comparisons"),
        ("dz/dc =", "ends too early|There is nothing"),
    ],
)
def test_another_name_costs_nothing(text: str, words: str) -> None:
    verdict = grade(LESSON, LESSON.place("c"), text)
    assert verdict.kind is VerdictKind.MALFORMED
    assert any(word in str(verdict.message) for word in words.split("|")), str(verdict.message)
    assert 0 <= (verdict.at or 0) <= len(text)


def test_the_name_that_a_message_recommends_is_read() -> None:
    for problem in (LESSON, NAMED, MATRIX):
        for blank in problem.blanks:
            own, sign, _rest = str(grade(problem, blank, "foo = 1").message).partition("Write ")[2].partition(" = …")
            if not sign:
                continue
            assert grade(problem, blank, f"{own} = 0.123").kind is not VerdictKind.MALFORMED, own


def test_after_a_start_the_goal_has_its_own_name() -> None:
    assert kind_at(NAMED, "a", "dL/da = 6") is VerdictKind.RIGHT
    assert kind_at(NAMED, "a", "dz/da = 6") is VerdictKind.MALFORMED


def test_the_whole_gradient_is_not_the_name_of_one_of_its_parts() -> None:
    verdict = grade(BRANCH, BRANCH.place("x->add1"), "dz/dx = 3")
    assert verdict.kind is VerdictKind.MALFORMED
    assert "sum at the branch" in str(verdict.message)
    assert kind_at(BRANCH, "x", "dz/dx = 10") is VerdictKind.RIGHT
    assert kind_at(BRANCH, "x->add1", "x->add1 = 3") is VerdictKind.RIGHT


def test_a_forward_value_has_the_name_of_its_node() -> None:
    problem = Problem(NAMED.graph, NAMED.inputs, forward=("q", "z"))
    assert kind_at(problem, "value(q)", "q = 120") is VerdictKind.RIGHT
    assert kind_at(problem, "value(q)", "value(q) = 120") is VerdictKind.RIGHT
    assert kind_at(problem, "value(z)", "z = 240") is VerdictKind.RIGHT
    assert kind_at(problem, "value(z)", "q = 240") is VerdictKind.MALFORMED


@pytest.mark.parametrize(
    "text",
    [
        "5 -6\n7 8", "5\t-6\n7\t8", "5, -6\n7, 8", "5, -6; 7, 8", "5 -6; 7 8", "[5 -6]\n[7 8]", "[5, -6], [7, 8]",
        "[[5 -6]\n [7 8]]", "[[5, -6]\n [7, 8]]", "array([[ 5., -6.],\n       [ 7.,  8.]])",
        "tensor([[ 5., -6.],\n        [ 7.,  8.]], grad_fn=<MulBackward0>)", "| 5 | -6 |\n| 7 | 8 |", "5\n-6\t\n",
        "dz/dX = [[5, -6], [7, 8]]", r"\begin{pmatrix} 5 & -6 \\ 7 & 8 \end{pmatrix}", "Matrix([[5, -6], [7, 8]])",
    ],
)  # fmt: skip
def test_a_table_is_a_matrix(text: str) -> None:
    expected = VerdictKind.WRONG_SHAPE if text.startswith("5\n") else VerdictKind.RIGHT
    assert kind_at(MATRIX, "X", text) is expected


def test_a_row_of_numbers_fits_a_row() -> None:
    for text in ("5 -6", "5, -6", "5\t-6", "[5 -6]"):
        assert kind_at(ROW, "X", text) is VerdictKind.RIGHT, text


@pytest.mark.parametrize(
    ("text", "marked"), [("5 -6\n7", "7"), ("5, -6\n7, q", "q"), ("5\t-6\n7\t8,", ""), ("W\n@ q", "q")]
)
def test_a_fault_in_a_table_is_marked(text: str, marked: str) -> None:
    verdict = grade(MATRIX, MATRIX.place("X"), text)
    if marked:
        assert verdict.kind is VerdictKind.MALFORMED
        assert verdict.at == text.index(marked)


def test_an_expression_over_two_lines_is_no_table() -> None:
    assert kind_at(MATRIX, "X", "up *\nW") is VerdictKind.RIGHT
    assert kind_at(MATRIX, "X", "W\n+ 0*X") is VerdictKind.RIGHT


def number_blanks() -> list[tuple[Problem, Blank]]:
    return [(LESSON, blank) for blank in LESSON.blanks]


@pytest.mark.parametrize(
    "form", ["np.float64({})", "array([{}])", "array([[{}]])", "tensor({})", "[[{}]]", "{}.", "({})"]
)
def test_a_number_may_be_printed_by_a_program(form: str) -> None:
    for problem, blank in number_blanks():
        assert grade(problem, blank, form.format(f"{problem.truth_in_floats(blank):.0f}")).right


def test_the_upstream_may_be_called_by_the_letter_of_the_rules() -> None:
    assert kind_at(LAYER, "X", "U @ W.T") is VerdictKind.RIGHT
    assert kind_at(LAYER, "X", "dz/dX = U @ W.T") is VerdictKind.RIGHT
    assert grade(LAYER, LAYER.place("X"), "U @ W").mistake == "matmul.no-transpose"
    assert kind_at(LESSON, "a", "U") is VerdictKind.RIGHT


def test_a_letter_like_another_name_is_not_the_upstream() -> None:
    problem = make_problem("u = a + b; z = u * c", "3", a="50", b="70", c="2")
    assert kind_at(problem, "a", "U") is VerdictKind.MALFORMED
    own = make_problem("A = X @ U; z = sum(A)", X="[[1, 2], [3, 4]]", U="[[5, -6], [7, 8]]")
    assert kind_at(own, "X", "up @ U.T") is VerdictKind.RIGHT
    assert kind_at(own, "X", "U @ U.T") is not VerdictKind.RIGHT
