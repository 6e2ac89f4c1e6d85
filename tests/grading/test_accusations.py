"""A mistake is stated only where the answer leaves no doubt about it; otherwise the learner is asked."""

from __future__ import annotations

import re

import pytest

from tests.support.sample_problems import OPERATION_PROBLEMS, make_problem
from tutor.algebra.evaluate import evaluate
from tutor.algebra.parser import parse
from tutor.grading.grader import grade
from tutor.grading.verdict import Verdict, VerdictKind
from tutor.i18n import parse_reply
from tutor.packs import library


def graded(exercise: str, blank: str, answer: str) -> Verdict:
    problem = library.find_exercise(exercise).variant().problem
    return grade(problem, problem.place(blank), answer)


@pytest.mark.parametrize(
    ("exercise", "blank", "answer", "question"),
    [
        ("basics/plus", "c->add2", "6", "Did you add the upstream gradient 5 and the local derivative 1?"),
        ("basics/two-roads", "x->mul1", "7", None),
        ("basics/add-multiply", "a->add1", "1", None),
    ],
)
def test_a_small_number_that_fits_a_mistake_leads_to_a_question(
    exercise: str, blank: str, answer: str, question: str | None
) -> None:
    verdict = graded(exercise, blank, answer)
    assert (verdict.kind, verdict.certain, verdict.asks) == (VerdictKind.MISTAKEN, False, True)
    assert str(verdict.message).endswith("?")
    assert question is None or str(verdict.message) == question


def test_a_yes_leads_to_the_lesson_and_a_no_to_the_next_question() -> None:
    verdict = graded("basics/plus", "c->add2", "6")
    lesson = verdict.after_reply("any.added", True)
    assert (lesson.mistake, lesson.certain, lesson.asks) == ("any.added", True, False)
    assert "sum of the upstream" in str(lesson.message)
    other = verdict.after_reply("any.added", False)
    assert (other.mistake, other.asks) == ("any.off-by-one", True)
    last = other.after_reply("any.off-by-one", False)
    assert (last.kind, last.mistake, last.asks) == (VerdictKind.WRONG, None, False)
    assert verdict.after_reply("mul.own-input", False) is verdict


def test_a_value_of_several_digits_is_stated_as_the_mistake_it_is() -> None:
    problem = make_problem("z = x * y", "3.7", x="2.9", y="5.3")
    verdict = grade(problem, problem.place("x"), "10.73")
    assert (verdict.mistake, verdict.certain) == ("mul.own-input", True)
    assert grade(problem, problem.place("x"), "10.7").mistake == "mul.own-input"
    # Cut off, not rounded, to the digits typed.
    cut_off = grade(OPERATION_PROBLEMS["sigmoid"], OPERATION_PROBLEMS["sigmoid"].place("x->t"), "0.9990")
    assert cut_off.kind is not VerdictKind.RIGHT


def test_a_wrong_calculation_that_is_written_out_is_certain() -> None:
    problem = make_problem("z = x * y", "3", x="2", y="5")
    assert grade(problem, problem.place("x"), "6").certain is False
    for text in ("3*2", "2 * 3", "up*x"):
        verdict = grade(problem, problem.place("x"), text)
        assert verdict.mistake == "mul.own-input"
    assert grade(problem, problem.place("x"), "3*2").certain is True


@pytest.mark.parametrize("answer", ["60", "15"])
def test_twice_the_right_value_or_half_of_it_is_never_certainly_another_mistake(answer: str) -> None:
    # The other input is 2, so that own rules of × give these values.
    problem = make_problem("z = x * y", "15", x="2", y="2")
    verdict = grade(problem, problem.place("x"), answer)
    assert (verdict.kind, verdict.certain) == (VerdictKind.MISTAKEN, False)
    asked = {suspicion.mistake for suspicion in verdict.suspicions}
    assert asked & {"any.doubled", "any.halved"}


def test_twice_a_right_formula_is_not_certainly_another_mistake_where_an_input_is_two() -> None:
    verdict = graded("basics/goes-on", "x", "6*dL/dz")
    assert (verdict.mistake, verdict.certain) == ("mul.both-inputs", False)
    assert [suspicion.mistake for suspicion in verdict.suspicions] == ["mul.both-inputs", "any.doubled"]
    # The other input's value twice can't come from this input.
    assert graded("basics/goes-on", "y", "6*dL/dz").certain


def test_questions_about_calculations_show_the_numbers_of_the_screen() -> None:
    assert str(graded("basics/left-to-right", "value(mul1)", "-3").message) == "Did you calculate 2 − 5?"
    # The calculation, which undoes +, has the right value as one of its numbers.
    backwards = graded("basics/two-roads", "y->add1", "3")
    assert str(backwards.message) == "Did you invert the calculation of +?"
    start = graded("basics/add-multiply", "start", "0")
    assert str(start.message) == "Did you enter 0 because nothing comes after z?"


@pytest.mark.parametrize("answer", ["17.92", "18.09"])
def test_a_number_near_the_value_of_a_mistake_is_not_that_mistake(answer: str) -> None:
    problem = make_problem("z = x * y", "7", x="18", y="5")
    verdict = grade(problem, problem.place("x"), answer)
    assert verdict.mistake not in ("any.forward-value", "mul.own-input")


@pytest.mark.parametrize("answer", ["120.9", "120.99", "119.9", "239.9", "121.1"])
def test_a_number_one_unit_below_the_value_of_a_mistake_is_not_cut_off_from_it(answer: str) -> None:
    verdict = graded("basics/add-multiply", "c", answer)
    assert (verdict.kind, verdict.mistake) == (VerdictKind.WRONG, None)


@pytest.mark.parametrize(
    ("exercise", "blank", "answer", "mistake", "certain"),
    [
        # The upstream is −1: who left it out, and who lost its sign, has the same number.
        ("losses/softmax-in-parts", "p->l", "5", "any.dropped-upstream", False),
        ("losses/logistic-loss", "l->neg1", "1", "neg.no-minus", True),
        ("chains/difference-of-squares", "mul2->sub1", "2", "sub.no-minus", True),
    ],
)
def test_only_the_sign_is_certain_of_a_right_value_with_the_wrong_sign(
    exercise: str, blank: str, answer: str, mistake: str, certain: bool
) -> None:
    verdict = graded(exercise, blank, answer)
    assert (verdict.mistake, verdict.certain) == (mistake, certain)


def test_zero_is_zero_and_not_a_tiny_product() -> None:
    problem = make_problem("t = x + y; z = t * c + t * d", "0.0000001", x="2", y="3", c="0.0000003", d="0.0000005")
    verdict = grade(problem, problem.place("t"), "0")
    assert "branch.product" not in (verdict.mistake, *(suspicion.mistake for suspicion in verdict.suspicions))


def test_a_mistake_made_with_the_shown_digits_is_recognised() -> None:
    # tanh(2) is shown as 0.9640: with that, σ's rule gives 10·0.9640·0.0360 = 0.34704, not 0.34700….
    problem = make_problem("h = tanh(x); z = h * w", "3.37", x="2", w="4.3")
    near = grade(problem, problem.place("x"), f"{3.37 * 4.3 * 0.9640 * 0.0360:.5f}")
    assert near.mistake == "tanh.sigmas-rule" or near.kind is VerdictKind.WRONG


@pytest.mark.parametrize(
    ("graph", "start", "inputs", "blank", "answer", "mistake"),
    [
        ("z = x * y", "7", {"x": "13", "y": "29"}, "x", "29", "any.dropped-upstream"),
        ("t = x + c; z = t * y", "7", {"x": "13", "y": "29", "c": "17"}, "x", "29", "any.start-ignored"),
        ("t = x * c; z = t * y", "7", {"x": "13", "y": "29", "c": "17"}, "x", "6902", "any.doubled"),
        ("t = tanh(x); z = t * y", "7", {"x": "2", "y": "29"}, "x", "203*203*(1-tanh(2)^2)", "any.upstream-twice"),
        ("t = sigmoid(x); z = t * y", "7", {"x": "2", "y": "29"}, "x", "203*(1-sigmoid(2)^2)", "sigmoid.tanhs-rule"),
        ("t = log(x); z = t * y", "7", {"x": "2", "y": "29"}, "x", "203*e^2", "log.exps-rule"),
        ("t = exp(x); z = t * y", "7", {"x": "3", "y": "29"}, "x", "203/3", "exp.logs-rule"),
        ("t = sqrt(x); z = t * y", "7", {"x": "3", "y": "29"}, "x", "203*6", "sqrt.squares-rule"),
        ("t = x + c; z = t * y", "7", {"x": "13", "y": "29", "c": "17"}, "x", "204", "any.off-by-one"),
        ("t = exp(x); z = t * y", "7", {"x": "2", "y": "29"}, "x", "e^2", "any.start-ignored"),
    ],
)
def test_more_bugs_have_a_name(
    graph: str, start: str, inputs: dict[str, str], blank: str, answer: str, mistake: str
) -> None:
    problem = make_problem(graph, start, given_blanks=("start",), **inputs)
    verdict = grade(problem, problem.place(blank), answer)
    named = {verdict.mistake, *(suspicion.mistake for suspicion in verdict.suspicions)}
    assert mistake in named or (mistake == "any.start-ignored" and "any.dropped-upstream" in named)


@pytest.mark.parametrize(
    ("answer", "mistake"),
    [
        ("[[10, 12], [8, 6]]", "matrix.reordered-rows"),
        ("[[6, 8], [12, 10]]", "matrix.reordered-columns"),
        ("[[8, 10], [6, 12]]", "matrix.transposed"),
        ("[[8, -6], [10, 12]]", "matrix.some-signs"),
        ("[[8, 6], [10, 13]]", "matrix.one-cell"),
        ("[[8, 6], [17, 13]]", "matrix.one-row"),
        ("[[8, 5], [10, 13]]", "matrix.one-column"),
    ],
)
def test_a_matrix_that_is_nearly_right_is_described(answer: str, mistake: str) -> None:
    problem = make_problem("t = X * C; z = sum(t)", "2", X="[[9, 2], [7, 3]]", C="[[4, 3], [5, 6]]")
    verdict = grade(problem, problem.place("X"), answer)
    assert verdict.mistake == mistake
    assert verdict.certain
    text = str(verdict.message)
    assert "{" not in text
    assert "[2,2]" in text or mistake != "matrix.one-cell"


def test_beside_indexes_the_wrong_row_is_counted_from_zero() -> None:
    problem = make_problem(
        "E = W[ids]; t = E * C; z = sum(t)", "1", W="[[9, 2], [7, 3]]", ids="[1, 0]", C="[[4, 3], [5, 6]]"
    )
    verdict = grade(problem, problem.place("W"), "[[5, 6], [8, 9]]")
    assert verdict.mistake == "matrix.one-row"
    assert "All rows except row 1 are right." in str(verdict.message)


def test_the_mean_of_a_loss_is_named_at_other_nodes() -> None:
    matrices = {"X": "[[9, 2], [7, 3]]", "C": "[[4, 3], [5, 6]]", "D": "[[2, 7], [3, 5]]"}
    problem = make_problem(
        "t = X * C; u = t * D; m = mean(u); z = m * k", "11", given_blanks=("start",), k="13", **matrices
    )
    place = problem.place("X")
    assert grade(problem, place, "143*C*D").mistake == "any.mean-left-out"
    assert grade(problem, place, "143*C*D/16").mistake == "any.mean-twice"


def test_a_slip_on_a_carried_value_is_close_to_what_follows_from_it() -> None:
    problem = make_problem("t = x * c; z = t * y", "7", x="13", y="29", c="17")
    wrong_values = {"t->mul1": evaluate(parse("91", {}), {})}
    verdict = grade(problem, problem.place("x"), "1550", wrong_values)  # 91 · 17 is 1547
    assert verdict.mistake == "any.slip"


def test_a_question_without_arithmetic_gets_no_slip() -> None:
    problem = make_problem("z = x + y", "40", x="13", y="29")
    # + passes the upstream on: 41 for 40 is no slip in the arithmetic.
    verdict = grade(problem, problem.place("x"), "41.3")
    assert "any.slip" not in (verdict.mistake, *(suspicion.mistake for suspicion in verdict.suspicions))


def test_every_question_reads_in_every_language(language: str) -> None:
    seen = set()
    for problem in OPERATION_PROBLEMS.values():
        for place in problem.blanks:
            for answer in ("0", "1", "2", "-1", "3", "6", "12", "0.5"):
                for suspicion in grade(problem, place, answer).suspicions:
                    for text in (str(suspicion.question), str(suspicion.lesson)):
                        assert text
                        assert not re.search(r"[{}]|  |None|: \?|ones\(|broadcast\(", text), text
                    seen.add(suspicion.mistake)
    assert len(seen) > 15


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("y", True),
        ("Yes.", True),
        ("ㅛ", True),
        ("네", True),
        ("n", False),
        ("ㅜ", False),
        ("아니요", False),
        ("3", None),
    ],
)
def test_a_yes_or_no_is_understood_in_every_language(text: str, reply: bool | None) -> None:
    assert parse_reply(text) is reply


@pytest.mark.parametrize(("blank", "answer"), [("x->add1", "3"), ("y", "3"), ("x", "10")])
def test_a_pass_that_began_with_1_is_asked_about_wherever_it_gives_the_answer(blank: str, answer: str) -> None:
    verdict = graded("basics/two-roads", blank, answer)
    assert "any.start-ignored" in {suspicion.mistake for suspicion in verdict.suspicions}
