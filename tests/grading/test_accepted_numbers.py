"""Right numbers in every form a machine or a person writes, and known wrong ones, at the blanks where they were seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.example_count import num_examples
from tests.support.sample_problems import make_problem, random_problems
from tutor import i18n
from tutor.algebra import ops
from tutor.grading.acceptance import is_rounded_truth
from tutor.grading.answer import parse_answer, preview
from tutor.grading.grader import grade
from tutor.grading.mistakes.finder import candidates_at
from tutor.grading.verdict import VerdictKind
from tutor.packs import library

if TYPE_CHECKING:
    from tutor.grading.problem import Problem

RIGHT, COARSE = VerdictKind.RIGHT, VerdictKind.COARSE
TENTHS = make_problem("z = a * b * c", "1", a="0.1", b="3", c="7")
SHORT = make_problem("z = a * b * c", "1", a="0.16", b="3", c="7")  # c gets 0.48, b 1.12
SIGMOID = make_problem("y = sigmoid(x); z = y * c", "-1", x="log(3)", c="4/3")  # x gets −1/4
LOG_TYPED = make_problem("e1 = exp(x); z = e1 * c", "1", x="0.6931", c="3")  # log(2): x gets 5.9997, c 1.9999
FLOATS = make_problem("z = a * b * c", "1", a="0.30000000000000004", b="10", c="7")  # c gets 3.0000000000000004
SMALL = make_problem("z = a * b", "1", a="2e32", b="3")

RIGHT_NUMBERS = [
    (TENTHS, "c", ("0.30000000000000004", "0.3", "3/10", "0.3001", "0.2999", "0.30000001192092896", "0.3000000119")),
    (SHORT, "c", ("0.48", "0.480", "12/25", "0.4801", "0.47999998927116394", "[0.48]", "[[0.48000000000000004]]")),
    (SIGMOID, "x", ("-0.25", "-1/4", "-0.2499", "-1.333*0.75*0.25", "-0.24999999999999997")),
    (LOG_TYPED, "x", ("6", "5.9997", "6.000", "12/2", "3*0.6931*2.8854", "5.999700000000001")),
    (LOG_TYPED, "c", ("2", "2.000", "1.9999", "exp(0.6931)", "exp(x)", "4/2")),
    (FLOATS, "c", ("3", "6/2", "3.0", "3.0000000000000004")),
    (SMALL, "b", ("2e32", "2.0e32", "2*10^32")),
]
WRONG_NUMBERS = [
    (TENTHS, "c", ("0.302", "0.298", "3", "0.31")),
    (SHORT, "c", ("0.4803", "0.481", "0.479", "23/48")),
    (SIGMOID, "x", ("-0.2489", "-0.249", "0.2499", "-249/1000")),
    (LOG_TYPED, "x", ("6.1", "59/10", "5.9", "601/100")),
    (LOG_TYPED, "c", ("199/100", "1.98", "3", "2001/1000")),
    (FLOATS, "c", ("3000001/1000000", "299/100")),
]


@pytest.mark.parametrize(("problem", "blank", "answers"), RIGHT_NUMBERS)
def test_a_right_number_is_right_in_every_form(problem: Problem, blank: str, answers: tuple[str, ...]) -> None:
    for answer in answers:
        verdict = grade(problem, problem.place(blank), answer)
        assert verdict.kind is RIGHT, (answer, verdict)


@pytest.mark.parametrize(("problem", "blank", "answers"), WRONG_NUMBERS)
def test_a_wrong_number_is_not_right(problem: Problem, blank: str, answers: tuple[str, ...]) -> None:
    for answer in answers:
        assert grade(problem, problem.place(blank), answer).kind is not RIGHT, answer


@pytest.mark.parametrize(
    ("exercise", "blank", "answer"),
    [
        ("checks/forward-difference", "q2", "12.0"),  # the slope itself; the difference quotient is 12.02
        ("checks/forward-difference", "q2", "12"),
        ("checks/central-difference", "q2", "12.00"),
        ("checks/whose-digits", "q1", "0.08984"),  # a step to the other side
        ("checks/whose-digits", "q1", "0.0898"),
        ("checks/whose-digits", "q2", "0.197863396"),
        ("checks/whose-digits", "q3", "0.197792792"),
        ("checks/whose-digits", "q3", "0.1978"),
        ("sequences/lstm-gates", "h0->f", "0.6931"),  # the forward value; the gradient is 0.6952
        ("sequences/lstm-gates", "h0->f", "0.693"),
    ],
)
def test_numbers_that_a_lesson_tells_apart_are_told_apart(exercise: str, blank: str, answer: str) -> None:
    problem = library.find_exercise(exercise).variant(None).problem
    assert grade(problem, problem.place(blank), answer).kind is not RIGHT


@pytest.mark.parametrize(
    ("exercise", "blank", "answer"),
    [
        ("checks/forward-difference", "q2", "12.02"),
        ("checks/whose-digits", "q1", "0.089764"),
        ("checks/whose-digits", "q1", "0.0897644"),
        ("checks/whose-digits", "q1", "(sigmoid(2.201) - sigmoid(2.2)) / 0.001"),
        ("checks/whose-digits", "q2", "0.0897644*1 + 0.0540142*2"),
        ("checks/whose-digits", "q3", "0.19786"),
        ("sequences/lstm-gates", "h0->f", "0.6952"),
    ],
)
def test_the_right_one_of_them_is_right(exercise: str, blank: str, answer: str) -> None:
    problem = library.find_exercise(exercise).variant(None).problem
    assert grade(problem, problem.place(blank), answer).kind is RIGHT


def test_one_digit_is_never_right_so_far_where_it_may_be_a_mistake() -> None:
    # σ gives 1/4 where x gets −0.09375; forgetting the factor 1 − y gives −0.125.
    problem = make_problem("y = sigmoid(x); z = y * c", "1", x="-log(3)", c="-1/2")
    values = {round(float(c.value), 6) for c in candidates_at(problem, problem.place("x")) if not ops.is_exact(c.value)}
    assert -0.125 in values
    verdict = grade(problem, problem.place("x"), "-0.1")
    assert verdict.kind is COARSE
    assert "too few digits to judge" in str(verdict.message)


@settings(max_examples=num_examples(100), deadline=None)
@given(random_problems, st.integers(1, 5))
def test_right_so_far_is_never_said_of_a_rounded_mistake(problem: Problem, digits: int) -> None:
    for blank in problem.blanks:
        for mistake in candidates_at(problem, blank):
            if ops.is_exact(mistake.value) or not mistake.value:
                continue
            text = f"{mistake.value:.{digits - 1}e}"
            verdict = grade(problem, blank, text)
            if verdict.kind is COARSE:
                assert "too few digits to judge" in str(verdict.message), (blank.id, mistake.id, text)
            if verdict.kind is RIGHT and digits > 2:
                answer = parse_answer(problem, blank, text)
                error = abs(float(text) - problem.truth_in_floats(blank))
                is_nearer = abs(float(text) - mistake.value) < error
                assert is_rounded_truth(answer, problem.truth(blank)) or not is_nearer, (blank.id, mistake.id, text)


@pytest.mark.parametrize(
    ("language", "answer", "message"),
    [
        ("en", "0.4801", "Right. The exact value is 0.48."),
        ("ko", "0.4801", "맞습니다. 정확한 값은 0.48입니다."),
        ("en", "0.48000000001", "Right."),
        ("en", "0.480", "Right."),
    ],
)
def test_a_rounded_answer_is_told_the_exact_value(language: str, answer: str, message: str) -> None:
    i18n.set_language(language)
    assert str(grade(SHORT, SHORT.place("c"), answer).message).startswith(message)


def test_the_digits_that_a_message_gives_are_those_of_the_right_value() -> None:
    problem = make_problem("z = x / y", "1", x="2", y="3")
    place = problem.place("x")  # 1/3
    for answer, message in (
        ("0.334", "Right. To 3 digits, it is 0.333."),
        ("0.3334", "Right. To 4 digits, it is 0.3333."),
        ("0.33331", "Right. To 5 digits, it is 0.33333."),
        ("0.3333", "Right."),
        ("0.33333333", "Right."),
    ):
        assert str(grade(problem, place, answer).message).startswith(message)


@pytest.mark.parametrize(
    ("text", "shown"), [("2*0.0625", "= 0.125"), ("0.00012345678*1", "≈ 0.0001235"), ("1/3 + 1", "≈ 1.333")]
)
def test_the_echo_has_an_equality_sign_only_if_the_value_is_shown_in_full(text: str, shown: str) -> None:
    assert preview(SHORT, SHORT.place("c"), text).text.endswith(shown)
