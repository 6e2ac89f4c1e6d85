"""What is said to an answer: it can be read in every language, and it never gives the answer away."""

from __future__ import annotations

import re
from collections.abc import Iterator
from string import Formatter

import numpy as np
import pytest

from tests.grading.samples import EVERY_BLANK, GOOD, ODD, cells
from tests.grading.test_hints import PLACES
from tests.grading.test_mistakes import same, typed
from tutor import i18n
from tutor.algebra import values
from tutor.algebra.balls import nearest_float
from tutor.engine import OPERATIONS
from tutor.grading import Kind, grade
from tutor.grading.blank_words import fill
from tutor.grading.mistakes import suspects
from tutor.i18n import Text, translate

ALL = GOOD | ODD


@pytest.fixture(params=["en", "ko"])
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    i18n.use(request.param)
    yield request.param
    i18n.use("en")


#: Every mistake of the catalogue that the operations of now can lead to.
IDS = {
    *(f"{op.called}.{mistake.id}" for op in OPERATIONS.values() for mistake in op.mistakes),
    *("any.whole-on-one-line", "any.unsummed-upstream", "any.dropped-upstream", "any.upstream-only"),
    *("any.forward-value", "any.wrong-sign", "any.ran-forward", "any.started-at-output", "any.skipped-node"),
    *("any.added", "any.inverted-local", "any.local-twice", "any.times-output", "any.zero"),
    *("branch.one-branch", "branch.product", "branch.averaged", "start.output-value", "start.zero", "start.one"),
}


def test_every_mistake_says_something_that_can_be_read(language: str) -> None:
    seen = set()
    for name, place_id in PLACES:
        of = ALL[name]
        place = of.place(place_id)
        words = fill(of, place, "37.25")
        for suspect in suspects(of, place):
            assert not isinstance(suspect.says, Text)
            said = str(suspect.said(words))
            assert said
            assert "{" not in said
            seen.add(suspect.id)
    assert seen >= IDS


def test_every_template_of_the_operations_is_filled_at_each_of_their_edges(language: str) -> None:
    for name, place_id in PLACES:
        of = ALL[name]
        place = of.place(place_id)
        if not place.edge:
            continue
        operation = of.graph.nodes[place.edge.target].operation
        words = fill(of, place, "37.25")
        for template in (*operation.says, *operation.asks, *(mistake.says for mistake in operation.mistakes)):
            fields = {field for _, field, _, _ in Formatter().parse(translate(template)) if field}
            assert fields <= set(words)


def test_a_typed_text_with_braces_is_quoted_as_it_is(language: str) -> None:
    of = GOOD["mul"]
    for text in ("{x}", "7{", "{0}", "{v!r}", "7 {name}"):
        assert grade(of, of.place("x->t"), text).kind is Kind.MALFORMED
        assert str(grade(of, of.place("x->t"), text).message)


@pytest.mark.parametrize("name", [name for name in ODD if name not in ("start-one", "start-matrix")])
def test_no_message_gives_the_right_value_away(name: str) -> None:
    of = ODD[name]
    for place in of.blanks:
        right = [nearest_float(cell) for cell in cells(of.truth(place))]
        exact = values.each(nearest_float, of.truth(place))
        answers = [typed(suspect.value) for suspect in suspects(of, place) if not same(suspect.value, exact, 0.01)]
        shape = place.shape
        answers += ["77.7", "[[77.7]]", "77.7 +", "q"]
        answers += [typed(exact * 1.04)] if np.any(exact) else []
        answers += ["[[77.7, 77.7]]"] if shape else []
        for answer in answers:
            if len(answer) > 400:
                continue
            verdict = grade(of, place, answer)
            assert verdict.kind is not Kind.RIGHT
            said = str(verdict.message).replace(answer, "")
            for token in re.findall(r"−?\d+(?:\.\d+)?(?:e−?\d+)?", said):
                number = float(token.replace("−", "-"))
                # That a gate stops what is no more than 0 tells nothing.
                assert not any(value and abs(number - value) <= 1e-3 * abs(value) for value in right), (place.id, said)


def test_a_verdict_reads_in_every_language(language: str) -> None:
    for name, place_id in EVERY_BLANK:
        of = ALL[name]
        place = of.place(place_id)
        for answer in ("77.7", "[[77.7]]", "", "1/0", "q", "0", "1.0", "(", "1,5", "10^400", "1" * 31):
            assert str(grade(of, place, answer).message).strip()
