"""The sentence that says why an answer is right: true for every operation, operand and built-in exercise."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.support.sample_problems import OPERATION_PROBLEMS, make_problem
from tutor import i18n
from tutor.algebra import ops
from tutor.algebra.balls import nearest_float
from tutor.algebra.evaluate import evaluate
from tutor.algebra.expr import Expr, Sym
from tutor.algebra.parser import parse
from tutor.algebra.printing import format_number
from tutor.engine.builder import parse_graph
from tutor.engine.operations import OPERATIONS
from tutor.grading.answer import parse_answer
from tutor.grading.comparison import all_equal, compare_cells
from tutor.grading.confirmation import confirmation
from tutor.grading.grader import grade
from tutor.grading.problem import Blank, Problem
from tutor.packs import library
from tutor.practice.worksheet import Worksheet

if TYPE_CHECKING:
    from tutor.packs.pack import Pack

_CELL = re.compile(r"\[(?:(\d+), ?)?(\d+)\] = (.*)")


def assert_true_and_short(problem: Problem, blank: Blank) -> str:
    """Compare the product that is written out with the right value, as it is shown."""
    sentence = str(confirmation(problem, blank))
    assert 8 < len(sentence) <= 76, sentence
    written, colon, _reason = sentence.partition(": ")
    if not colon:
        return sentence
    truth = problem.truth(blank)
    cell = _CELL.fullmatch(written)
    if cell:
        # A vector has entries, but no rows.
        assert (cell[1] is None) == ops.is_vector_shape(blank.shape), sentence
        first = 0 if problem.graph.has_indexes else 1
        truth, written = truth[int(cell[1] or first) - first, int(cell[2]) - first], cell[3]
    formula = written.replace("×", "*")
    if "∂" in written and " = 1" in written:
        assert (blank.kind, problem.starts_at_one) == ("start", True)
    elif (blank.shape and not cell) or problem.symbolic:
        answer = parse_answer(problem, blank, formula)
        assert all_equal(compare_cells(answer, truth)), sentence
    else:
        value = nearest_float(evaluate(parse(formula, ()), {}))
        assert format_number(value) == format_number(nearest_float(truth)), sentence
    return sentence


@pytest.mark.parametrize("name", OPERATION_PROBLEMS)
def test_every_operation_confirms_its_rule(name: str) -> None:
    problem = OPERATION_PROBLEMS[name]
    for blank in (*problem.places, *problem.forward_blanks):
        assert_true_and_short(problem, blank)


@pytest.mark.parametrize("pack", library.all_packs(installed=False), ids=lambda pack: pack.id)
def test_every_exercise_confirms_its_answers(pack: Pack) -> None:
    for entry in pack.entries:
        for seed in (None, 7):
            problem = pack.open(entry.id).variant(seed).problem
            for blank in problem.blanks:
                if blank.kind == "question":
                    assert confirmation(problem, blank) is None
                else:
                    assert_true_and_short(problem, blank)


def test_every_operation_declares_its_reason() -> None:
    for operation in OPERATIONS.values():
        num_operands = len(operation.derivative or operation.vjp) - len(operation.data_slots)
        if num_operands > 0:
            assert len(operation.confirmation) in (1, num_operands), operation.id


@pytest.mark.parametrize(
    ("problem", "place", "sentence"),
    [
        (make_problem("z = (a + b) * c", a="50", b="70", c="2"), "add1->mul1", "1 × 2: the upstream times the other input."),
        (make_problem("z = (a + b) * c", "2", a="50", b="70", c="2"), "c", "2 × 120: the upstream times the other input."),
        (make_problem("z = (a + b) * c", a="50", b="70", c="2"), "a", "2: the upstream, which + passes on unchanged."),
        (make_problem("z = a - b", "2", a="5", b="3"), "b", "−2: the upstream with the opposite sign."),
        (make_problem("z = -a", "-2", a="5"), "a", "−(−2): the upstream with the opposite sign."),
        (make_problem("z = 3*a", "2", a="5"), "a", "2 × 3: the upstream times the constant factor."),
        (make_problem("z = relu(a)", "2", a="-5"), "a", "2 × 0: the upstream times 1 where the input is above 0, else 0."),
        (make_problem("z = x * (x + y)", x="3", y="4"), "x", "3 + 7: the sum of both gradients that came back."),
        (make_problem("z = a + b", given_blanks=(), a="1", b="2"), "start", "∂z/∂z = 1: when z changes by 1, z changes by 1."),
        (
            Problem(parse_graph("z = x * y"), {"x": Sym("x"), "y": Sym("y")}, Sym("dL/dz")),
            "x",
            "∂L/∂z × y: the upstream times the other input.",
        ),
    ],
)  # fmt: skip
def test_the_sentence_names_the_numbers(problem: Problem, place: str, sentence: str) -> None:
    assert assert_true_and_short(problem, problem.place(place)) == sentence


def test_a_verdict_confirms_before_the_author_praises() -> None:
    exercise = library.find_exercise("basics/times").variant(None)
    for blank in exercise.problem.blanks:
        if blank.kind == "question":
            continue
        truth = exercise.problem.truth(blank)
        assert isinstance(truth, Expr)
        message = str(
            grade(exercise.problem, blank, format_number(truth.value) if hasattr(truth, "value") else "").message
        )
        assert message.startswith("Right. ")
        assert str(confirmation(exercise.problem, blank)) in message


def test_no_value_of_an_open_blank_is_named() -> None:
    worksheet = Worksheet(library.find_exercise("chains/diamond").variant(None))
    assert str(worksheet.answer("x->t", "42").message) == "Right. It is the upstream, which + passes on unchanged."
    worksheet.answer("t->p", "27")
    assert str(worksheet.answer("t", "42").message) == "Right. It is the sum of both gradients that came back."
    assert str(worksheet.answer("y->t", "42").message) == "Right. 42: the upstream, which + passes on unchanged."


def test_a_hidden_forward_value_is_not_named() -> None:
    graph = parse_graph("q = a + b; z = q * c")
    problem = Problem(graph, make_problem("z = a + b + c", a="1", b="2", c="3").inputs, forward=("q", "z"))
    assert str(confirmation(problem, problem.place("value(z)"), ())) == "It is what × computes from its inputs."
    assert str(confirmation(problem, problem.place("value(q)"), ())) == "1 + 2: what + computes from its inputs."


def test_the_korean_sentences_are_complete() -> None:
    i18n.set_language("ko")
    try:
        for problem in OPERATION_PROBLEMS.values():
            for blank in problem.places:
                assert not re.search("[a-z]{6,}", str(confirmation(problem, blank)).replace("softplus", ""))
    finally:
        i18n.set_language("en")
