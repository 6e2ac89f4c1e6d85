"""Named mistakes: an answer that follows a wrong rule is recognised, and a right answer is never accused."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings

from tests.support.example_count import num_examples
from tests.support.sample_problems import (
    ALL_BLANKS,
    OPERATION_PROBLEMS,
    is_close,
    make_problem,
    random_matrix_problems,
    random_problems,
    typed_value,
)
from tutor.algebra import ops
from tutor.algebra.balls import nearest_float
from tutor.algebra.evaluate import evaluate
from tutor.algebra.parser import parse
from tutor.algebra.printing import format_value
from tutor.engine.operations import OPERATIONS
from tutor.grading.grader import grade
from tutor.grading.mistakes.finder import candidates_at
from tutor.grading.verdict import VerdictKind

if TYPE_CHECKING:
    from tutor.engine.operation import Mistake, Operation
    from tutor.grading.problem import Blank, Problem


def truth_of(problem: Problem, place: Blank) -> Any:
    return ops.map_cells(nearest_float, problem.truth(place))


def mistaken_values(problem: Problem, place: Blank, mistake: Mistake) -> Any:
    """Compute the value of a declared mistake at a blank; return None if it has none."""
    assert place.edge
    try:
        with np.errstate(all="ignore"):
            value = mistake.rule(problem.float_passes.edge_context(place.edge))
    except (ArithmeticError, ValueError, TypeError, IndexError, AttributeError):
        return None
    finite = np.ndim(value) in (0, 2) and not np.iscomplexobj(value) and np.all(np.isfinite(value))
    return value if finite else None


def operation_at(problem: Problem, place: Blank) -> Operation:
    assert place.edge
    return problem.graph.nodes[place.edge.target].operation


def declared_at(problem: Problem, place: Blank) -> list[Mistake]:
    """Return the declared mistakes that can happen at a blank, without those excluded by a constant operand."""
    assert place.edge
    alone = problem.graph.nodes[place.edge.target].const is not None
    fitting = [m for m in operation_at(problem, place).mistakes if m.slots is None or place.edge.slot in m.slots]
    return [mistake for mistake in fitting if not (alone and mistake.feedback_with_constant == "")]


DECLARED = [
    pytest.param(name, place.id, number, id=f"{name}-{place.id}-{mistake.id}")
    for name, problem in OPERATION_PROBLEMS.items()
    for place in problem.blanks
    if place.edge
    for number, mistake in enumerate(declared_at(problem, place))
]


@pytest.mark.parametrize(("name", "place_id", "number"), DECLARED)
def test_a_declared_mistake_is_recognised(name: str, place_id: str, number: int) -> None:
    problem = OPERATION_PROBLEMS[name]
    place = problem.place(place_id)
    mistake = declared_at(problem, place)[number]
    named = f"{operation_at(problem, place).label}.{mistake.id}"
    value = mistaken_values(problem, place, mistake)
    if value is None or is_close(value, truth_of(problem, place), 0.01):
        right = truth_of(problem, place)
        assert (
            grade(problem, place, typed_value(right) if np.any(right) else format_value(problem.truth(place))).kind
            is VerdictKind.RIGHT
        )
        return
    verdict = grade(problem, place, typed_value(value) if np.any(value) else format_value(value))
    assert verdict.kind is VerdictKind.MISTAKEN
    assert verdict.mistake is not None
    if verdict.mistake != named:
        # Another mistake came first: it must really have the same value.
        others = [
            candidate.id for candidate in candidates_at(problem, place) if is_close(candidate.value, value, 0.006)
        ]
        assert others.index(verdict.mistake) < others.index(named)


def test_every_declared_mistake_is_named_somewhere() -> None:
    declared = {f"{op.label}.{m.id}" for op in OPERATIONS.values() for m in op.mistakes}
    of_a_loss = {"softmax.y-only", "softmax.not-by-rows"}
    named = set()
    for name, place_id in ALL_BLANKS:
        problem = OPERATION_PROBLEMS[name]
        place = problem.place(place_id)
        for candidate in candidates_at(problem, place):
            if candidate.id in named or candidate.id not in declared | of_a_loss:
                continue
            verdict = grade(
                problem,
                place,
                typed_value(candidate.value) if np.any(candidate.value) else format_value(candidate.value),
            )
            named.add(verdict.mistake)
    # This mistake has the value of an earlier one on all numbers.
    always_the_same = {"div.undo"}
    assert declared - named <= always_the_same
    assert of_a_loss <= named


# --- general mistakes --------------------------------------------------------------------------------------


GENERAL = [
    # problem, blank, answer, mistake
    ("mul", "x->t", "4", "any.dropped-upstream"),
    ("mul", "x->t", "15", "mul.plus-rule"),
    ("mul", "x->t", "7", "any.forward-value"),
    ("mul", "x->t", "-60", "any.wrong-sign"),
    ("inv", "x->t", "-0.0625", "any.dropped-upstream"),
    ("inv", "x->t", "15", "any.upstream-only"),
    ("inv", "x->t", "4", "any.forward-value"),
    ("inv", "x->t", "1/15", "any.ran-forward"),
    ("exp", "x->t", "e^15", "any.ran-forward"),
    ("sigmoid", "x->t", "sigmoid(10)", "any.ran-forward"),
    ("log", "x->t", "log(21)", "any.ran-forward"),
    ("mul", "x->t", "60*140/3", "any.started-at-output"),
    ("mul", "x->t", "12", "any.skipped-node"),
    ("sigmoid", "x->t", "10 + 3/16", "any.added"),
    ("sigmoid", "x->t", "10/(3/16)", "any.inverted-local"),
    ("sigmoid", "x->t", "10*(3/16)^2", "any.local-twice"),
    ("inv", "x->t", "15/4", "inv.logs-rule"),
    ("log", "x->t", "21*log(5)", "any.times-output"),
    ("mul", "x->t", "0", "any.zero"),
    ("branch", "x", "27", "branch.one-branch"),
    ("branch", "x", "15", "branch.one-branch"),
    ("branch", "x", "27*15", "branch.product"),
    ("branch", "x", "21", "branch.averaged"),
    ("branch", "x", "5", "any.forward-value"),
    ("branch", "x", "-42", "any.wrong-sign"),
    ("branch", "x->mul1", "42", "any.whole-on-one-line"),
    ("three", "x", "60", "branch.one-branch"),
    ("doubled", "x", "15", "branch.one-branch"),
    ("doubled", "x->mul1.0", "30", "any.whole-on-one-line"),
    ("matrices", "S->sum1", "2", "sum.not-spread"),
    ("matrices", "S->sum1", "[[1/2, 1/2], [1/2, 1/2]]", "sum.split"),
    ("matrices", "S->sum1", "[[1, 1], [1, 1]]", "any.dropped-upstream"),
    ("matrices", "A->S", "2*S", "sigmoid.forgot-1-minus"),
    ("matrices", "A->S", "2*A*(1-A)", "sigmoid.sigma-at-input"),
    ("matrices", "X->A", "(up @ W.T).T", "matmul.transposed-result"),
    ("matrices", "X->A", "W.T", "matmul.other-itself"),
    ("matrices", "X->A", "X.T @ up", "matmul.other-operand"),
    ("matrices", "W->A", "up @ W.T", "matmul.other-operand"),
    ("square-matrices", "X->A", "up @ W", "matmul.no-transpose"),
    ("square-matrices", "X->A", "W.T @ up", "matmul.wrong-side"),
    ("square-matrices", "X->A", "W @ up", "matmul.wrong-side-no-transpose"),
    ("square-matrices", "X->A", "up * W.T", "matmul.elementwise"),
    ("square-matrices", "W->A", "X @ up", "matmul.no-transpose"),
]


@pytest.mark.parametrize(("name", "place", "answer", "mistake"), GENERAL)
def test_a_general_mistake_is_named(name: str, place: str, answer: str, mistake: str) -> None:
    verdict = grade(OPERATION_PROBLEMS[name], OPERATION_PROBLEMS[name].place(place), answer)
    assert (verdict.kind, verdict.mistake) == (VerdictKind.MISTAKEN, mistake)
    assert verdict.is_wrong_attempt


def test_an_upstream_that_was_not_summed_is_named() -> None:
    problem = make_problem("t = x * y; z = t * t", "3", x="7", y="4")  # t gets 84 + 84
    verdict = grade(problem, problem.place("x->t"), "84*4")
    assert verdict.mistake == "any.unsummed-upstream"


def test_the_start_has_its_own_mistakes() -> None:
    problem = make_problem("z = x * y", given_blanks=(), x="7", y="4")
    assert grade(problem, problem.place("start"), "28").mistake == "start.output-value"
    assert grade(problem, problem.place("start"), "0").mistake == "start.zero"
    assert grade(problem, problem.place("start"), "1").kind is VerdictKind.RIGHT
    other = make_problem("z = x * y", "3", given_blanks=(), x="7", y="4")
    assert grade(other, other.place("start"), "1").mistake == "start.one"


def test_a_slip_in_arithmetic_is_not_a_wrong_rule() -> None:
    problem = OPERATION_PROBLEMS["exp"]
    right = 15 * math.e**2  # 110.8…
    assert grade(problem, problem.place("x->t"), f"{right * 1.03:.2f}").mistake == "any.slip"
    assert grade(problem, problem.place("x->t"), f"{right * 10:.2f}").mistake == "any.slip"
    assert "point" in str(grade(problem, problem.place("x->t"), f"{right / 100:.5f}").message)
    assert grade(problem, problem.place("x->t"), f"{right * 1.3:.2f}").kind is VerdictKind.WRONG


def test_an_expression_over_names_is_graded_by_its_value() -> None:
    problem = OPERATION_PROBLEMS["mul"]
    assert grade(problem, problem.place("x->t"), "up*x").mistake == "mul.own-input"
    assert grade(problem, problem.place("x->t"), "y").mistake == "any.dropped-upstream"


@settings(max_examples=num_examples(120), deadline=None)
@given(random_problems)
def test_a_right_answer_is_never_called_a_mistake(problem: Problem) -> None:
    for place in problem.blanks:
        right = truth_of(problem, place)
        assert grade(problem, place, typed_value(right) if right else "0").kind is VerdictKind.RIGHT


@settings(max_examples=num_examples(120), deadline=None)
@given(random_problems)
def test_every_mistake_on_random_numbers_is_named_or_within_tolerance(problem: Problem) -> None:
    for place in problem.blanks:
        right = truth_of(problem, place)
        for candidate in candidates_at(problem, place):
            # Below that, only rounding errors of floats are left.
            if not 1e-12 < abs(candidate.value) < 1e25:
                continue
            verdict = grade(problem, place, typed_value(candidate.value))
            near = abs(candidate.value - right) <= 0.0051 * abs(right)
            # An unlikely mistake may have the value of another blank, which costs nothing.
            named = verdict.kind in (VerdictKind.MISTAKEN, VerdictKind.ELSEWHERE)
            assert named or (near and verdict.kind is VerdictKind.RIGHT), (
                place.id,
                candidate,
            )


@settings(max_examples=num_examples(40), deadline=None)
@given(random_matrix_problems)
def test_every_mistake_on_random_matrices_is_named_or_within_tolerance(problem: Problem) -> None:
    for place in problem.blanks:
        right = truth_of(problem, place)
        for candidate in candidates_at(problem, place):
            answer = typed_value(candidate.value, 6)
            if len(answer) > 400 or re.search(r"e[-+]?(3[1-9]|[4-9]\d|\d{3})", answer):
                continue
            verdict = grade(problem, place, answer)
            named = verdict.kind in (VerdictKind.MISTAKEN, VerdictKind.ELSEWHERE)
            assert named or (is_close(candidate.value, right, 0.0051) and verdict.right)


@pytest.mark.parametrize(
    ("name", "place", "upstream", "answer", "mistake"),
    [
        ("mul", "x->t", "t->mul1", ("6", "42"), "mul.own-input"),
        ("mul", "x->t", "t->mul1", ("6", "6"), "mul.plus-rule"),
        ("mul", "x->t", "t->mul1", ("6", "-24"), "any.wrong-sign"),
        ("mul", "x->t", "t->mul1", ("6", "10"), "any.added"),
        ("exp", "x->t", "t->mul1", ("7", "7"), "any.upstream-only"),
        ("matrices", "X->A", "A->S", ("ones(2, 2)", "-ones(2, 2) @ W.T"), "any.wrong-sign"),
        ("matrices", "X->A", "A->S", ("S", "W @ S.T"), "matmul.transposed-result"),
    ],
)
def test_a_mistake_on_a_wrong_upstream_is_named(
    name: str, place: str, upstream: str, answer: tuple[str, str], mistake: str
) -> None:
    problem = OPERATION_PROBLEMS[name]
    at, before = problem.place(place), problem.place(upstream)
    wrong_values = {before.id: evaluate(parse(answer[0], problem.names_at(before)), problem.names_at(before))}
    verdict = grade(problem, at, answer[1], wrong_values)
    assert (verdict.kind, verdict.mistake) == (VerdictKind.MISTAKEN, mistake)


def test_feedback_on_a_mistake_mentions_the_wrong_upstream() -> None:
    problem = OPERATION_PROBLEMS["mul"]
    wrong_values = {"t->mul1": evaluate(parse("6", {}), {})}
    verdict = grade(problem, problem.place("x->t"), "-24", wrong_values)
    feedback = str(verdict.after_reply("any.wrong-sign", True).message)
    assert feedback.startswith("This starts from your value at t → ×, which isn't right yet. The size is right.")
    assert "goes on" not in str(grade(problem, problem.place("x->t"), "105", {}).message)
