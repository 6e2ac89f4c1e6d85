"""Verdicts: kinds, attempts and feedback, and a verdict for any text at any blank."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.texts import TextGenerator
from tests.support.example_count import num_examples
from tests.support.sample_problems import ALL_BLANKS, ODD_NUMBER_PROBLEMS, OPERATION_PROBLEMS, make_problem
from tests.support.timing import runs_within
from tutor.algebra.expr import Sym, number
from tutor.algebra.literals import MINUS_SIGNS
from tutor.engine.builder import parse_graph
from tutor.grading.answer import preview
from tutor.grading.general_feedback import fallback_message
from tutor.grading.grader import grade
from tutor.grading.problem import Problem
from tutor.grading.question import Question
from tutor.grading.verdict import LABELS, MARKS, VerdictKind
from tutor.grading.wording import template_values
from tutor.i18n import LocalizedText

#: The longest time that grading may take, as a multiple of the baseline in `timing`.
MAX_RATIO = 15

LESSON_PROBLEM = make_problem("z = (a + b) * c", a="50", b="70", c="2")


@pytest.mark.parametrize(
    ("place", "answer", "kind"),
    [
        ("c->mul1", "120", VerdictKind.RIGHT),
        ("c->mul1", "a + b", VerdictKind.RIGHT),
        ("c", "120.0", VerdictKind.RIGHT),
        ("c->mul1", "1e2", VerdictKind.COARSE),
        ("a->add1", "120", VerdictKind.ELSEWHERE),
        ("c->mul1", "77", VerdictKind.WRONG),
        ("c->mul1", "[120]", VerdictKind.RIGHT),
        ("c->mul1", "[[120]]", VerdictKind.RIGHT),
        ("c->mul1", "[a + b]", VerdictKind.RIGHT),
        ("c->mul1", "[[1e2]]", VerdictKind.COARSE),
        ("c->mul1", "[120, 120]", VerdictKind.WRONG_SHAPE),
        ("c->mul1", "[120] + [0]", VerdictKind.WRONG_SHAPE),
        ("c->mul1", "2e32", VerdictKind.WRONG),
        ("c->mul1", "1.8e308", VerdictKind.MALFORMED),
        ("c->mul1", "1e309", VerdictKind.MALFORMED),
        ("c->mul1", "", VerdictKind.MALFORMED),
        ("c->mul1", "12O", VerdictKind.MALFORMED),
        ("c->mul1", "1/0", VerdictKind.MALFORMED),
        ("c->mul1", "120 120", VerdictKind.MALFORMED),
        ("c->mul1", "x", VerdictKind.MALFORMED),
        ("c->mul1", "10^400", VerdictKind.MALFORMED),
        ("c->mul1", "9^9^9^9", VerdictKind.MALFORMED),
        ("c->mul1", "log(sqrt(2) - 2.0)", VerdictKind.MALFORMED),
        ("c->mul1", "sin(9^9^9)", VerdictKind.MALFORMED),
    ],
)
def test_the_verdict_is(place: str, answer: str, kind: VerdictKind) -> None:
    assert grade(LESSON_PROBLEM, LESSON_PROBLEM.place(place), answer).kind is kind


@pytest.mark.parametrize("minus", ["-", *MINUS_SIGNS])
def test_every_minus_is_read_in_a_number_and_in_its_exponent(minus: str) -> None:
    problem = make_problem("z = a * b", "1", a="-0.48", b="3")
    for answer in (f"{minus}4.8e{minus}1", f"{minus}0.48"):
        assert grade(problem, problem.place("b"), answer).kind is VerdictKind.RIGHT, answer
        assert preview(problem, problem.place("b"), f"a + {answer}").error is None


@pytest.mark.parametrize(
    "answer", ["dL/dz*10^400", "9^9^9 dL/dz", "dL/dz + exp(900)", "dL/dz*exp(exp(9))", "-10^400 dL/dz"]
)
def test_a_formula_beyond_every_float_is_judged(answer: str) -> None:
    problem = Problem(parse_graph("z = x * y"), {"x": number(2), "y": number(3)}, Sym("dL/dz"))
    verdict = grade(problem, problem.place("x"), answer)
    assert verdict.kind is VerdictKind.WRONG
    assert str(verdict.message) == "With dL/dz = 2, yours is too large to show. Which part of it grows so fast?"
    verdict = grade(problem, problem.place("x"), answer, earlier=["dL/dz"])
    assert str(verdict.message) == "With dL/dz = 2, yours is too large to show; it should give 6."


def test_a_wrong_start_of_a_graph_of_symbols_names_no_point() -> None:
    problem = Problem(parse_graph("z = x * y"), {"x": Sym("x"), "y": Sym("y")}, given=())
    verdict = grade(problem, problem.place("start"), "3")
    assert verdict.is_wrong_attempt
    assert not re.search("With ,|, ,|should give", str(verdict.message)), str(verdict.message)


def test_a_right_value_beyond_every_float_is_not_shown() -> None:
    problem = Problem(parse_graph("u = 400 * x; z = exp(u)"), {"x": Sym("x")})
    place = problem.place("x->u")
    assert grade(problem, place, "400 exp(400 x)").kind is VerdictKind.RIGHT
    for answer in ("x", "exp(400 x)", "exp(exp(x^3))", "exp(1000*x)"):
        verdict = grade(problem, place, answer)
        assert verdict.is_wrong_attempt
        assert "∞" not in str(verdict.message)


def test_only_wrong_answers_count_as_attempts() -> None:
    costly = {
        kind for kind in VerdictKind if kind in (VerdictKind.MISTAKEN, VerdictKind.WRONG, VerdictKind.WRONG_SHAPE)
    }
    place = LESSON_PROBLEM.place("c->mul1")
    for answer in ("120", "1e2", "12O", "2 +", "50", "[[1]]", "77", "2"):
        verdict = grade(LESSON_PROBLEM, place, answer)
        assert verdict.is_wrong_attempt is (verdict.kind in costly)


def test_every_verdict_has_a_mark_and_a_word() -> None:
    assert set(MARKS) == set(LABELS) == set(VerdictKind)


@pytest.mark.parametrize(
    ("answer", "at", "length"), [("1 + q", 4, 1), ("𝑥·2", 0, 1), ("(12", 0, 1), ("12 <= 3", 3, 2), ("1 + log(0)", 4, 1)]
)
def test_an_error_in_an_answer_has_its_position(answer: str, at: int, length: int) -> None:
    verdict = grade(LESSON_PROBLEM, LESSON_PROBLEM.place("c->mul1"), answer)
    assert (verdict.kind, verdict.at, verdict.length) == (VerdictKind.MALFORMED, at, length)


def test_the_value_of_another_blank_is_not_a_wrong_attempt() -> None:
    problem = make_problem("t = a * b; u = t + c; z = u * d", "3", a="7", b="4", c="9", d="5")
    verdict = grade(problem, problem.place("a->t"), "105")  # what b gets back: 15·7 is own-input here
    assert verdict.kind is VerdictKind.MISTAKEN
    verdict = grade(problem, problem.place("c->u"), "111")  # what d gets back
    assert (verdict.kind, verdict.is_wrong_attempt) == (VerdictKind.ELSEWHERE, False)


def test_a_matrix_is_marked_cell_by_cell() -> None:
    problem = OPERATION_PROBLEMS["matrices"]
    verdict = grade(problem, problem.place("S->sum1"), "[[2, 2], [2, 3.7]]")
    assert verdict.cells == ((True, True), (True, False))
    assert verdict.mistake == "matrix.one-cell"
    assert "All cells except [2,2]" in str(verdict.message)
    verdict = grade(problem, problem.place("S->sum1"), "[[9, 8], [7, 3.7]]")
    assert verdict.cells == ((False, False), (False, False))


def test_a_wrong_shape_is_given_in_rows_and_columns() -> None:
    problem = OPERATION_PROBLEMS["matrices"]
    verdict = grade(problem, problem.place("X->A"), "[[1, 2], [3, 4]]")
    assert verdict.kind is VerdictKind.WRONG_SHAPE
    assert "2×3" in str(verdict.message)
    assert "2×2" in str(verdict.message)
    verdict = grade(problem, problem.place("X->A"), "71.5")
    assert verdict.kind is VerdictKind.WRONG_SHAPE
    assert "2×3" in str(verdict.message)


def test_one_number_is_enough_for_a_matrix_of_one_cell() -> None:
    problem = make_problem("y = D @ v; z = y * c", "[[3]]", D="[[1, 2]]", v="[[6], [4]]", c="-5")
    place = problem.place("y")
    for answer, kind in {
        "-15": VerdictKind.RIGHT,
        "-15.0": VerdictKind.RIGHT,
        "3 * c": VerdictKind.RIGHT,
        "[[-15]]": VerdictKind.RIGHT,
        "-2e1": VerdictKind.COARSE,
        "3": VerdictKind.MISTAKEN,
        "[[1, 2]]": VerdictKind.WRONG_SHAPE,
    }.items():
        assert grade(problem, place, answer).kind is kind, answer
    assert preview(problem, place, "3 * c").text == "3·c = [[−15]]"


def test_coarse_and_wrong_cells_are_listed() -> None:
    problem = OPERATION_PROBLEMS["matrices"]
    place = problem.place("A->S")
    short = grade(problem, place, "[[0.05691, 0.04], [0.03, 0.001607]]")
    assert (short.kind, "at [1,2], [2,1]." in str(short.message)) == (VerdictKind.COARSE, True)
    wrong = grade(problem, place, "[[0.05691, 7], [8, 0.001607]]")
    assert (wrong.kind, "Check [1,2], [2,1] again" in str(wrong.message)) == (VerdictKind.WRONG, True)


def test_an_elementwise_product_of_unlike_shapes_suggests_a_matrix_product() -> None:
    problem = OPERATION_PROBLEMS["matrices"]
    verdict = grade(problem, problem.place("X->A"), "up * W.T")
    assert verdict.kind is VerdictKind.MALFORMED
    assert "write @" in str(verdict.message)
    assert verdict.at == 3


@pytest.mark.parametrize(
    ("text", "echo"),
    [
        ("", ""),
        ("120", ""),
        ("-0.5", ""),
        ("[[1, -2]]", ""),
        ("2e^2", "2e² ≈ 14.78"),
        ("2e2", ""),
        ("1/2c", "(1/2)·c = 1"),
        ("(a+b)", "a + b = 120"),
        ("a/7", "a/7 ≈ 7.143"),
    ],
)
def test_an_answer_is_previewed_while_it_is_typed(text: str, echo: str) -> None:
    reading = preview(LESSON_PROBLEM, LESSON_PROBLEM.place("c->mul1"), text)
    assert (reading.text, reading.error) == (echo, None)


def test_a_preview_shows_how_matrix_products_bind() -> None:
    problem = OPERATION_PROBLEMS["matrices"]
    assert preview(problem, problem.place("X->A"), "S*(1-S) @ W.T").text.startswith("(S·(1 − S)) @ Wᵀ ≈ [[")


def test_an_error_is_shown_while_it_is_typed() -> None:
    error = preview(LESSON_PROBLEM, LESSON_PROBLEM.place("c->mul1"), "12 +").error
    assert error is not None
    assert error.position == 4


ALL = [*ALL_BLANKS, *((name, place.id) for name, problem in ODD_NUMBER_PROBLEMS.items() for place in problem.blanks)]


def grade_at(name: str, place_id: str, text: str) -> None:
    problem = (OPERATION_PROBLEMS | ODD_NUMBER_PROBLEMS)[name]
    place = problem.place(place_id)
    verdict = grade(problem, place, text)
    reading = preview(problem, place, text)
    assert str(verdict.message)
    assert verdict.kind is not VerdictKind.MALFORMED or 0 <= (verdict.at or 0) <= len(text)
    assert reading.error is None or str(reading.error)


def test_any_text_at_any_blank_gets_a_verdict_in_time() -> None:
    texts = TextGenerator(5)
    for name, place in ALL:
        grade_at(name, place, "1")
        for _ in range(num_examples(25)):
            text = texts.text("answer")[:400]
            assert runs_within(partial(grade_at, name, place, text), MAX_RATIO), (name, place, text)


@settings(max_examples=num_examples(150), deadline=None)
@given(st.sampled_from(ALL), st.text(max_size=40))
def test_any_characters_get_a_verdict(where: tuple[str, str], text: str) -> None:
    grade_at(*where, text)


@pytest.mark.parametrize(
    "text",
    [
        "9^" * 39 + "9",
        "-" * 39 + "9^9^9",
        "exp(" * 39 + "1" + ")" * 39,
        "*".join(["9^999"] * 60),
        "*".join(["exp(sqrt(2))"] * 28),
        "+".join(["1/7^99.5"] * 40),
        "sqrt(2)-sqrt(2)" + "+sqrt(2)-sqrt(2)" * 20,
        "1.0/" + "(sqrt(2)-sqrt(2)+1)" * 15,
        "[[1e30^10, 1]]",
        "1e-30^10",
        "0^0.5",
    ],
)
def test_the_slowest_known_answers_are_graded_in_time(text: str) -> None:
    for name, place in (("matrices", "X->A"), ("sevens", "y->inv1"), ("scalars", "u->sigmoid1")):
        grade_at(name, place, text)
        assert runs_within(partial(grade_at, name, place, text), MAX_RATIO)


def test_a_sum_may_use_the_gradients_of_later_nodes() -> None:
    problem = make_problem("q = x * x; s = q + x; z = s * y", x="3", y="5")
    assert grade(problem, problem.place("x"), "dz/ds * (2*x + 1)").right


def test_gradients_of_the_output_are_not_names_if_the_calculation_goes_on() -> None:
    problem = make_problem("t = x + y; z = t * w", "3", x="1", y="2", w="5")
    place = problem.place("x")
    assert grade(problem, place, "dL/dt").right
    assert grade(problem, place, "dz/dt").kind is VerdictKind.MALFORMED


@pytest.mark.parametrize("kind", ["edge", "sum", "forward", "start", "given start", "question"])
def test_no_general_feedback_comes_twice_in_a_row(kind: str) -> None:
    start, given = ("3", ()) if kind == "given start" else ("1", ())
    problem = make_problem("q = x * (x + y); z = q * y", start, x="5", y="7")
    problem = replace(
        problem, given=given, forward=("q",), questions=(Question("q1", LocalizedText({"": "?"}), number(5)),)
    )
    blank = next(blank for blank in problem.blanks if blank.kind == kind.removeprefix("given "))
    told = [
        str(fallback_message(problem, blank, template_values(problem, blank, "1"), earlier))
        for earlier in ((), ("1",), ("1", "2"), ("1", "2", "3"))
    ]
    assert all(first != second for first, second in pairwise(told))
    assert not any("{" in text for text in told)
