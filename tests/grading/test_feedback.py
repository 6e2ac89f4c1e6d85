"""Feedback on answers: readable in every language, and without the right value."""

from __future__ import annotations

import re
from string import Formatter

import numpy as np
import pytest

from tests.support.sample_problems import (
    ALL_BLANKS,
    ALL_PLACES,
    ALL_PROBLEMS,
    ODD_NUMBER_PROBLEMS,
    OPERATION_PROBLEMS,
    cells_of,
    is_close,
    typed_value,
)
from tutor.algebra import ops
from tutor.algebra.balls import nearest_float
from tutor.engine.operations import OPERATIONS
from tutor.grading.grader import grade
from tutor.grading.mistakes.finder import candidates_at
from tutor.grading.verdict import VerdictKind
from tutor.grading.wording import template_values
from tutor.i18n import LocalizedText, translate

#: Every mistake of the catalogue that a present operation can lead to.
MISTAKE_IDS = {
    *(f"{op.label}.{mistake.id}" for op in OPERATIONS.values() for mistake in op.mistakes),
    *("any.whole-on-one-line", "any.unsummed-upstream", "any.dropped-upstream", "any.upstream-only"),
    *("any.forward-value", "any.wrong-sign", "any.ran-forward", "any.started-at-output", "any.skipped-node"),
    *("any.added", "any.inverted-local", "any.local-twice", "any.times-output", "any.zero"),
    *("branch.one-branch", "branch.product", "branch.averaged", "start.output-value", "start.zero", "start.one"),
}


def test_every_mistake_says_something_that_can_be_read(language: str) -> None:
    seen = set()
    for name, place_id in ALL_PLACES:
        problem = ALL_PROBLEMS[name]
        place = problem.place(place_id)
        values = template_values(problem, place, "37.25")
        for candidate in candidates_at(problem, place):
            assert not isinstance(candidate.feedback_template, LocalizedText)
            text = str(candidate.feedback(values))
            assert text
            assert "{" not in text
            seen.add(candidate.id)
    assert seen >= MISTAKE_IDS


def test_every_field_of_an_operations_templates_has_a_value(language: str) -> None:
    for name, place_id in ALL_PLACES:
        problem = ALL_PROBLEMS[name]
        place = problem.place(place_id)
        if not place.edge:
            continue
        operation = problem.graph.nodes[place.edge.target].operation
        values = template_values(problem, place, "37.25")
        for template in (*operation.rule, *operation.question, *(mistake.feedback for mistake in operation.mistakes)):
            fields = {field for _, field, _, _ in Formatter().parse(translate(template)) if field}
            assert fields <= set(values)


def test_a_typed_text_with_braces_is_quoted_as_it_is(language: str) -> None:
    problem = OPERATION_PROBLEMS["mul"]
    for text in ("{x}", "7{", "{0}", "{v!r}", "7 {name}"):
        assert grade(problem, problem.place("x->t"), text).kind is VerdictKind.MALFORMED
        assert str(grade(problem, problem.place("x->t"), text).message)


@pytest.mark.parametrize("name", [name for name in ODD_NUMBER_PROBLEMS if name not in ("start-one", "start-matrix")])
def test_no_message_gives_the_right_value_away(name: str) -> None:
    problem = ODD_NUMBER_PROBLEMS[name]
    for place in problem.blanks:
        right = [nearest_float(cell) for cell in cells_of(problem.truth(place))]
        exact = ops.map_cells(nearest_float, problem.truth(place))
        answers = [
            typed_value(candidate.value)
            for candidate in candidates_at(problem, place)
            if not is_close(candidate.value, exact, 0.01)
        ]
        shape = place.shape
        answers += ["77.7", "[[77.7]]", "77.7 +", "q"]
        answers += [typed_value(exact * 1.04)] if np.any(exact) else []
        answers += ["[[77.7, 77.7]]"] if shape else []
        for answer in answers:
            if len(answer) > 400:
                continue
            verdict = grade(problem, place, answer)
            assert verdict.kind is not VerdictKind.RIGHT
            told = [verdict.message, *(part for one in verdict.suspicions for part in (one.question, one.lesson))]
            text = " ".join(map(str, told)).replace(answer, "")
            for token in re.findall(r"−?\d+(?:\.\d+)?(?:e−?\d+)?", text):
                number = float(token.replace("−", "-"))
                # A 0 may be mentioned: the feedback on relu does. And so may a start that is given.
                if f"upstream gradient {token}" in text and problem.upstream(place) == "start":
                    continue
                assert not any(value and abs(number - value) <= 1e-3 * abs(value) for value in right), (place.id, text)


def test_a_verdict_reads_in_every_language(language: str) -> None:
    for name, place_id in ALL_BLANKS:
        problem = ALL_PROBLEMS[name]
        place = problem.place(place_id)
        for answer in ("77.7", "[[77.7]]", "", "1/0", "q", "0", "1.0", "(", "1,5", "10^400", "1" * 31):
            assert str(grade(problem, place, answer).message).strip()
