"""Every mistake that a learner can make in a built-in exercise is named, and no right answer is refused.

The suite tries some mistakes at every blank of two variants of each exercise. BACKPROP_TUTOR_LONG=20 in the
environment tries every mistake in 20 variants.
"""

from __future__ import annotations

import os

import pytest

from tests.support.simulated_learners import (
    Report,
    builtin_exercise_names,
    check_follow_through,
    try_each_mistake,
    try_right_answers,
    variant_seeds,
)
from tutor.packs import library

LONG = int(os.environ.get("BACKPROP_TUTOR_LONG", "0"))
MISTAKES_AT_A_BLANK = None if LONG else 6
NAMES = builtin_exercise_names()
_ALL = Report()


@pytest.mark.parametrize("name", NAMES)
def test_a_single_mistake_is_named(name: str) -> None:
    exercise, report = library.find_exercise(name), Report()
    for seed in variant_seeds(exercise, LONG or 2):
        report.add(try_each_mistake(exercise, seed, MISTAKES_AT_A_BLANK))
    _ALL.add(report)
    assert not report.missed, str(report)
    assert not report.refused, str(report)


def test_nearly_all_mistakes_are_named_by_their_own_id_or_class() -> None:
    if not _ALL.counts:
        pytest.skip("no mistakes were made in this run")
    assert _ALL.share_by_id_or_class >= 0.95, str(_ALL)


@pytest.mark.parametrize("name", NAMES)
def test_no_right_answer_is_refused_in_any_form(name: str) -> None:
    exercise, report = library.find_exercise(name), Report()
    for seed in variant_seeds(exercise, LONG or 2):
        report.add(try_right_answers(exercise, seed))
    assert report.num_accepted or exercise.code.only, str(report)
    assert not report.refused, str(report)


@pytest.mark.parametrize("name", NAMES)
def test_a_right_step_from_a_wrong_value_is_recognised_and_asked_for_again(name: str) -> None:
    exercise = library.find_exercise(name)
    assert [
        fault for seed in variant_seeds(exercise, LONG or 2) for fault in check_follow_through(exercise, seed)
    ] == []
