"""One value taken for another, and slips on the way: each is named, whether it is stated or asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.sample_problems import make_problem
from tutor.grading.grader import grade

if TYPE_CHECKING:
    from tutor.grading.problem import Problem

#: The gradient of p is 7 · 13 = 91.
SUM = make_problem("p = x + y; L = p * q", "7", x="12", y="17", q="13")
#: √ has the upstream 9 · 19 = 171 and the local derivative 1/(2 · 2.5) = 0.2.
FUNCTION = make_problem("r = sqrt(x); L = r * w + x * v", "9", x="6.25", w="19", v="31")
#: σ has the same upstream and the local derivative 0.75 · 0.25.
SIGMOID = make_problem("y = sigmoid(x); L = y * w + x * v", "9", x="log(3)", w="19", v="31")
#: What comes back to x is 5 · 19 = 95 and 5 · 17 = 85.
BRANCH = make_problem("p = x * y; L = p + w * x", "5", x="11", y="17", w="19")


def named_mistakes(problem: Problem, blank: str, text: str) -> set[str | None]:
    """Return what a verdict states or asks."""
    verdict = grade(problem, problem.place(blank), text)
    return {verdict.mistake, *(suspicion.mistake for suspicion in verdict.suspicions)}


@pytest.mark.parametrize(
    ("problem", "blank", "text", "mistake"),
    [
        (SUM, "x->p", "17", "any.other-input"),
        (SUM, "x->p", "108", "any.ran-forward"),  # 91 + 17
        (FUNCTION, "x->r", "1068.75", "any.times-input"),  # 171 · 6.25
        (SIGMOID, "x->y", "35.22", "any.extra-input"),  # 171 · 0.1875 · 1.0986
        (FUNCTION, "x->r", "0.5", "any.output-as-upstream"),  # 2.5 · 0.2
        (BRANCH, "x", "0", "any.zero"),
        (BRANCH, "x", "265", "branch.counted-twice"),
        (BRANCH, "x", "-10", "branch.difference"),
        (BRANCH, "x", "14256", "any.started-at-output"),  # 36 · 396
    ],
)
def test_a_value_taken_for_another_is_named(problem: Problem, blank: str, text: str, mistake: str) -> None:
    assert mistake in named_mistakes(problem, blank, text)


@pytest.mark.parametrize(
    ("blank", "text", "mistake"),
    [
        ("q->L", "20", "any.slip"),  # 203 without a digit
        ("q->L", "2203", "any.slip"),
        ("q->L", "2003", "any.slip"),
        ("p->L", "84", "any.off-by-one"),  # 7 · 12
        ("p->L", "104", "any.off-by-one"),  # 8 · 13
        ("y->p", "19", "any.slip"),  # 91, copied
    ],
)
def test_a_slip_is_asked_about(blank: str, text: str, mistake: str) -> None:
    verdict = grade(SUM, SUM.place(blank), text)
    assert mistake in named_mistakes(SUM, blank, text)
    assert verdict.asks or text == "19"


def test_a_rule_is_in_doubt_where_a_slip_gives_the_same_number() -> None:
    ten = make_problem("p = x * y; L = p * q", "7", x="10", y="17", q="13")
    verdict = grade(ten, ten.place("x->p"), "15470")  # 91 · 17, ten times too large: or times both inputs
    assert verdict.asks
    assert {"mul.both-inputs", "any.slip"} <= named_mistakes(ten, "x->p", "15470")
