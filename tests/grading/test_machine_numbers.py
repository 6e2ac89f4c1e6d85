"""Right values as programs print them, with the rounding errors of float64 and float32, are right."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.simulated.known_wrong_values import WrongValueReport
from tests.support.sample_problems import OPERATION_PROBLEMS, answer_literal, cells_of, make_problem
from tests.support.simulated_learners import builtin_exercise_names
from tutor.algebra.limits import ANSWER
from tutor.engine.symbolic import has_symbols
from tutor.grading.grader import grade
from tutor.grading.verdict import VerdictKind
from tutor.packs import library

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tutor.grading.problem import Blank, Problem


@cache
def numeric_blanks() -> tuple[tuple[str, Problem, Blank], ...]:
    """Return the blanks of all built-in exercises whose values are numbers, at the author's numbers."""
    found = []
    for name in builtin_exercise_names():
        problem = library.find_exercise(name).variant(None).problem
        for blank in problem.blanks:
            truth = problem.truth(blank)
            if truth is not None and not has_symbols(truth):
                found.append((name, problem, blank))
    return tuple(found)


def printed_answers(problem: Problem, blank: Blank, print_number: Callable[[float], str]) -> Iterator[str]:
    """Yield the right value, rounded and computed in float64, as `print_number` prints its numbers."""
    values = [problem.truth_in_floats(blank)]
    if blank.kind != "question" and not problem.symbolic:
        values.append(problem.truth(blank, problem.float_passes))
    for value in values:
        yield answer_literal([print_number(float(cell)) for cell in cells_of(value)], blank.shape)


PRINTERS: dict[str, Callable[[float], str]] = {
    "float64": repr,
    "float32 in NumPy": lambda value: str(np.float32(value)),
    "float32 in PyTorch": lambda value: repr(float(np.float32(value))),
    "float32 after eight roundings up": lambda value: repr(float(np.float32(value * (1 + 8 * 2.0**-24)))),
}


@pytest.mark.parametrize("print_number", PRINTERS.values(), ids=list(PRINTERS))
def test_every_right_value_is_right_as_programs_print_it(print_number: Callable[[float], str]) -> None:
    refused = []
    for name, problem, blank in numeric_blanks():
        for answer in printed_answers(problem, blank, print_number):
            if len(answer) <= ANSWER.characters and not grade(problem, blank, answer).right:
                refused.append(f"{name} {blank.id}: {answer}")
    assert len(numeric_blanks()) > 300
    assert refused == []


def test_no_known_wrong_value_is_right_however_near_it_is() -> None:
    report = WrongValueReport()
    for name, problem, blank in numeric_blanks():
        report.add_blank(name, problem, blank)
    assert report.total > 4000
    # So float noise could be accepted within 1e-5.
    assert report.within[1e-5] == 0
    for name, problem in OPERATION_PROBLEMS.items():
        for blank in problem.blanks:
            report.add_blank(name, problem, blank)
    assert report.within[5e-3] > 10
    assert report.accepted == []


def test_a_right_matrix_with_noise_is_no_mistake_because_a_mistake_computes_the_same() -> None:
    # Dropping the upstream of 1 gives the right value, in floats with the noise that is typed here.
    problem = library.find_exercise("losses/label-smoothing").variant(1).problem
    answer = "[[0.25, -0.25000000000000006, 2.775557561562892e-17]]"
    assert grade(problem, problem.place("A->cross_entropy1"), answer).right


def test_a_right_value_with_noise_is_not_corrected() -> None:
    problem = make_problem("z = a * b * c", "1", a="0.16", b="3", c="7")
    for answer in ("0.4800000000000001", "0.47999998927116394", "0.48000002"):
        assert str(grade(problem, problem.place("c"), answer).message).startswith("Right.")
    thirds = make_problem("z = a / b * c", "1", a="1", b="3", c="7")
    for answer in ("0.3333333432674408", "0.33333334", "0.33333333333333337"):
        assert str(grade(thirds, thirds.place("c"), answer).message).startswith("Right.")
    message = str(grade(thirds, thirds.place("c"), "0.33399999").message)
    assert message.startswith("Right. To 8 digits, it is 0.33333333.")


def test_the_value_of_a_mistake_is_no_noise() -> None:
    # The right value is 2. The other input, which a mistake takes, is so close that noise might reach it.
    problem = make_problem("z = a * b", "1", a="2", b="2.000001")
    assert grade(problem, problem.place("b"), "2.0000001").right
    verdict = grade(problem, problem.place("b"), "2.000001")
    assert (verdict.kind, verdict.mistake) == (VerdictKind.MISTAKEN, "mul.own-input")


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ("[[0.25, -0.25000000000000006, 2.775557561562892e-17]]", VerdictKind.RIGHT),
        ("[[2.5000e-01, -2.5000e-01, 1.4901e-08]]", VerdictKind.RIGHT),
        ("[[0.25, -0.25000001, -0.0]]", VerdictKind.RIGHT),
        ("[[0.25, -0.25, 1.0000e-6]]", VerdictKind.WRONG),
        ("[[0.25, -0.25, 1e-8]]", VerdictKind.WRONG),
        ("[[0.25, -0.25001, 2.7756e-17]]", VerdictKind.RIGHT),
        ("[[0.25, -0.251, 2.7756e-17]]", VerdictKind.WRONG),
    ],
)
def test_a_cell_that_should_be_zero_may_be_noise(answer: str, kind: VerdictKind) -> None:
    problem = make_problem("f = sum(X * Y)", "1", X="[[3, 7, 11]]", Y="[[0.25, -0.25, 0]]")
    verdict = grade(problem, problem.place("X"), answer)
    assert verdict.kind is kind or (kind is VerdictKind.WRONG and verdict.is_wrong_attempt), verdict
    if kind is VerdictKind.WRONG:
        assert verdict.cells is not None
        assert verdict.cells[0].count(False) == 1


@pytest.mark.parametrize(
    ("graph", "inputs", "blank", "right", "wrong"),
    [
        # 0.1·3 − 0.3 is 5.55e-17 in float64 and 1.19e-8 in float32.
        ("p = a * b; u = p - c; z = u * d", {"a": "0.1", "b": "3", "c": "0.3", "d": "7"}, "d",
         ("5.551115123125783e-17", "1.1920929e-08", "0.0"), ("1e-8", "0.0001", "-0.001")),
        ("z = x / y * y / x", {"x": "0.6", "y": "0.7"}, "x", ("2.220446049250313e-16", "-2.3841858e-07"), ("0.00012345",)),
        # Nothing is rounded on the way to this 0.
        ("p = relu(x); z = p * c", {"x": "-3", "c": "7"}, "x", ("0", "-0.0"), ("2.220446049250313e-16",)),
    ],
)  # fmt: skip
def test_a_number_that_should_be_zero_may_be_noise(
    graph: str, inputs: dict[str, str], blank: str, right: tuple[str, ...], wrong: tuple[str, ...]
) -> None:
    problem = make_problem(graph, "3", ("start",), **inputs)
    for answer in right:
        assert grade(problem, problem.place(blank), answer).right, answer
    for answer in wrong:
        assert not grade(problem, problem.place(blank), answer).right, answer
