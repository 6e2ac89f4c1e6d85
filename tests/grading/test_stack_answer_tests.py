"""The public answer tests of STACK: every pair that can be written here is judged as there, or the guide says why not."""

from __future__ import annotations

import re

import pytest

from tests.support import stack_answer_tests as stack
from tests.support.guide import GRADING, read_page
from tutor.algebra.evaluate import evaluate
from tutor.algebra.expr import Sym, free_names
from tutor.algebra.parser import parse
from tutor.engine.graph import Graph
from tutor.grading.grader import grade
from tutor.grading.problem import Problem
from tutor.grading.question import Question
from tutor.grading.verdict import VerdictKind
from tutor.i18n import LocalizedText

Row = tuple[str, str, str]


def rows(table: str) -> list[Row]:
    """Return the right formula, the answer and the domains of each row."""
    cells = [[cell.strip() for cell in line.split(" | ")] for line in table.strip().splitlines()]
    return [(row[0], row[1], row[2] if len(row) > 2 else "") for row in cells]


def verdict_kind(truth: str, answer: str, domains: str) -> VerdictKind:
    """Return the verdict on an answer to a question for an expression."""
    declared = dict(one.split() for one in domains.split(", ") if one)
    names = {
        name: Sym(name, 0, declared.get(name, "real"))
        for name in sorted(free_names(parse(truth)) | free_names(parse(answer)))
    }
    question = Question("q1", LocalizedText({"": "?"}), evaluate(parse(truth, names), names), names)
    problem = Problem(Graph((), ""), {}, questions=(question,))
    return grade(problem, problem.blanks[0], answer).kind


@pytest.mark.parametrize(("truth", "answer", "domains"), rows(stack.RIGHT) + rows(stack.RIGHT_WITH_DOMAINS))
def test_what_is_right_there_is_right_here(truth: str, answer: str, domains: str) -> None:
    assert verdict_kind(truth, answer, domains) is VerdictKind.RIGHT


@pytest.mark.parametrize(("truth", "answer", "domains"), rows(stack.WRONG))
def test_what_is_wrong_there_is_wrong_here(truth: str, answer: str, domains: str) -> None:
    # An answer may be refused, if it uses a name that the right formula hasn't.
    assert verdict_kind(truth, answer, domains) in (
        VerdictKind.WRONG, VerdictKind.MISTAKEN, VerdictKind.WRONG_SHAPE, VerdictKind.MALFORMED,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("truth", "answer", "domains", "kind"),
    [
        *[(*row, VerdictKind.RIGHT) for table in stack.RIGHT_ONLY_HERE.values() for row in rows(table)],
        *[(*row, VerdictKind.COARSE) for row in rows(stack.COARSE_ONLY_HERE)],
        *[(*row, VerdictKind.WRONG) for row in rows(stack.WRONG_ONLY_HERE)],
        *[(*row, VerdictKind.MALFORMED) for row in rows(stack.REFUSED_HERE)],
    ],
)
def test_what_is_judged_differently_is_judged_as_documented(
    truth: str, answer: str, domains: str, kind: VerdictKind
) -> None:
    assert verdict_kind(truth, answer, domains) is kind


def test_the_guide_says_what_is_judged_differently() -> None:
    text = re.sub(r"\s+", " ", read_page(GRADING))
    for reason in stack.RIGHT_ONLY_HERE:
        assert reason in text
    assert "sqrt(k/m)*sqrt(m/k)" in text
    assert "not a real number" in text
