"""Every mistake that somebody may make in a built-in exercise is named, and no right answer is refused or accused.

All blanks of all exercises, some mistakes and some variants of each: BACKPROP_TUTOR_LONG=20 in the environment looks at
20 variants and every mistake.
"""

from __future__ import annotations

import os

import pytest

from tests.simulated.learners import Report, always_right, carry_on, err_once, exercises, seeds
from tutor.packs import library

LONG = int(os.environ.get("BACKPROP_TUTOR_LONG", "0"))
MISTAKES_AT_A_BLANK = None if LONG else 6
NAMES = exercises()
_ALL = Report()


@pytest.mark.parametrize("name", NAMES)
def test_a_mistake_made_once_is_named(name: str) -> None:
    exercise, report = library.find(name), Report()
    for seed in seeds(exercise, LONG or 2):
        report.add(err_once(exercise, seed, MISTAKES_AT_A_BLANK))
    _ALL.add(report)
    assert not report.missed and not report.refused, str(report)


def test_nearly_all_mistakes_are_named_by_their_own_class() -> None:
    if not _ALL.named:
        pytest.skip("nobody has erred in this run")
    assert _ALL.by_class >= 0.95, str(_ALL)


@pytest.mark.parametrize("name", NAMES)
def test_no_right_answer_is_refused_in_whatever_form(name: str) -> None:
    exercise, report = library.find(name), Report()
    for seed in seeds(exercise, LONG or 2):
        report.add(always_right(exercise, seed))
    assert report.right and not report.refused, str(report)


@pytest.mark.parametrize("name", NAMES)
def test_a_right_step_on_a_wrong_value_is_recognised_and_asked_again(name: str) -> None:
    exercise = library.find(name)
    assert [fault for seed in seeds(exercise, LONG or 2) for fault in carry_on(exercise, seed)] == []
