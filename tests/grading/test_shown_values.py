"""Right answers computed from the numbers on the screen, which are rounded, and from the learner's accepted values."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from tests.support.sample_problems import (
    answer_literal,
    cells_of,
    make_problem,
)
from tests.support.simulated_learners import builtin_exercise_names
from tutor.algebra import ops
from tutor.algebra.evaluate import evaluate
from tutor.algebra.expr import Num
from tutor.algebra.limits import ANSWER
from tutor.algebra.parser import parse
from tutor.algebra.printing import format_cells
from tutor.grading.grader import grade
from tutor.grading.problem import Blank, Problem
from tutor.grading.verdict import VerdictKind
from tutor.packs import library
from tutor.packs.builder.formula import exercise_from_formula
from tutor.practice.worksheet import Worksheet

RIGHT = VerdictKind.RIGHT

THIRDS = make_problem("s = a * b; p = s * c; q = s * d; z = p - q", "1", a="1/3", b="1/7", c="5/3", d="16/9")
CANCELLING = make_problem(
    "p = x * a; q = x * b; r = x * c; s = p + q; z = s + r", "1", x="5", a="1/3", b="1/3", c="-2/3"
)


def read(text: str) -> float:
    return float(text.replace("−", "-"))


def shown(value: ops.Value) -> ops.Value:
    """Return exact values as the screen shows them."""
    rows = [[read(text) for text in row] for row in format_cells(value)]
    return np.array(rows) if ops.is_matrix(value) else rows[0][0]


def test_a_sum_of_shown_values_is_right_where_the_truth_is_zero() -> None:
    place = CANCELLING.place("x")
    for answer in ("0.3333 + 0.3333 - 0.6667", "-0.0001", "-0.00010000000000004450", "0"):
        verdict = grade(CANCELLING, place, answer)
        assert verdict.kind is RIGHT, (answer, verdict)
    assert str(grade(CANCELLING, place, "-0.0001").message).startswith("Right. The exact value is 0.")
    for answer in ("0.0001", "-0.0002", "-0.001", "0.001"):
        assert grade(CANCELLING, place, answer).kind is not RIGHT, answer


def test_a_forward_value_from_shown_values_is_right() -> None:
    problem = make_problem("p = a / b; q = c / d; u = p - q; z = u * c", "1", a="1", b="3", c="2", d="6.01")
    # The truth is 1/3 − 2/6.01 = 0.000554…; shown are 0.3333 and 0.3328.
    place = Blank("value(u)", "forward", problem.graph.position["u"], None)
    assert grade(problem, place, "0.0005").kind is RIGHT
    assert grade(problem, place, "0.0005546").kind is RIGHT
    assert grade(problem, place, "0.0006").kind is VerdictKind.COARSE
    assert grade(problem, place, "0.0004").kind is not RIGHT


def test_an_edge_from_shown_values_is_right() -> None:
    # 4/3 is shown as 1.333; σ is 3/4.
    problem = make_problem("y = sigmoid(x); z = y * c", "-1", x="log(3)", c="4/3")
    place = problem.place("x")
    for answer in ("-1.333*0.75*0.25", "-0.2499", "-0.249938", "-0.2499375", "-0.25", "-0.250", "-1/4"):
        assert grade(problem, place, answer).kind is RIGHT, answer
    assert str(grade(problem, place, "-0.2499").message).startswith("Right. The exact value is −0.25.")
    for answer in ("-0.249", "-0.2489", "-0.251", "0.2499"):
        assert grade(problem, place, answer).kind is not RIGHT, answer


def test_a_learner_goes_on_from_an_accepted_value() -> None:
    problem = make_problem("q = p * c; z = q * d", "1", p="2", c="0.75", d="4/3")
    accepted = {problem.place("q").id: Num(Fraction("1.33"))}
    for answer in ("0.9975", "0.998", "1"):
        assert grade(problem, problem.place("p"), answer, accepted_values=accepted).kind is RIGHT, answer
    assert str(grade(problem, problem.place("p"), "0.9975", accepted_values=accepted).message).startswith(
        "Right. The exact value is 1."
    )
    for answer in ("0.9975", "0.998"):
        assert grade(problem, problem.place("p"), answer).kind is not RIGHT, answer
    assert grade(problem, problem.place("p"), "0.9965", accepted_values=accepted).kind is not RIGHT


def test_a_worksheet_knows_the_accepted_values() -> None:
    """All own values are rounded to three digits, and each is computed from those before."""
    inputs = {
        name: evaluate(parse(text), {}) for name, text in (("p", "2"), ("c", "0.75"), ("g", "0.3"), ("d", "40/3"))
    }
    exercise = exercise_from_formula("q = p * c; r = q * g; z = r * d", inputs)
    sheet = Worksheet(exercise.variant(None))
    assert sheet.answer("r", "13.3").right
    assert sheet.answer("q", "3.99").right  # 4
    assert sheet.answer("p", "2.99").right  # 3.99·0.75 is 2.9925, where 3 is exact
    assert not Worksheet(exercise.variant(None)).answer("p", "2.99").right


@pytest.mark.parametrize("name", builtin_exercise_names())
def test_the_right_rule_from_shown_values_is_right_in_every_exercise(name: str) -> None:
    exercise = library.find_exercise(name)
    refused = []
    for seed in (None, 1) if exercise.has_variants else (None,):
        problem = exercise.variant(seed).problem
        for blank in problem.blanks:
            if problem.symbolic or not problem.graph.nodes or blank.kind not in ("edge", "sum", "forward"):
                continue
            for answer in answers_from_shown_values(problem, blank):
                verdict = grade(problem, blank, answer)
                if verdict.kind is not RIGHT:
                    refused.append(f"{seed} {blank.id}: {answer}: {verdict.kind} {verdict.mistake}")
    assert refused == []


def answers_from_shown_values(problem: Problem, blank: Blank) -> list[str]:
    """Apply the right rule to the values as they are shown; type the result with four digits, six, and as computed."""
    exact = problem.exact_passes
    values = [shown(value) for value in exact.values]
    if blank.kind == "sum":
        result = sum(shown(problem.truth(part)) for part in problem.branch_edges(blank))
    else:
        target = blank.edge.target if blank.edge else blank.node
        node = problem.graph.nodes[target]
        constant = problem.graph.float_constants[target]
        operands = tuple(constant if arg is None else values[arg] for arg in node.args)
        try:
            if blank.edge:
                upstream = shown(exact.edges[target, blank.edge.slot].upstream)
                result = node.operation.backpropagate(upstream, values[target], operands, blank.edge.slot)
            else:
                result = node.operation.forward(*operands)
        except (ArithmeticError, ValueError):
            return []
    numbers = [float(cell) for cell in cells_of(result)]
    texts = [[f"{number:.3e}" for number in numbers], [f"{number:.5e}" for number in numbers], list(map(repr, numbers))]
    answers = [answer_literal(cells, blank.shape) for cells in texts if all(map(np.isfinite, numbers))]
    return [answer for answer in answers if len(answer) <= ANSWER.characters]
