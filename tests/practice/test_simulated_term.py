"""Simulated learners who forget: what they are told is true, reviews stay bearable, and no rule is left behind."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from tests.simulated.practice.clock import FIRST_DAY
from tests.simulated.practice.figures import SESSION_MINUTES, TermFigures
from tests.simulated.practice.learner import POPULATION
from tests.simulated.practice.limits import figures_with_limits
from tests.simulated.practice.prediction import Present, compare_models
from tests.simulated.practice.small_pack import small_curriculum
from tests.simulated.practice.term import memory_folder, simulate
from tests.support.events import rebuilt_skills, stored_skills
from tutor.practice.scheduler import MAX_INTERVAL_DAYS
from tutor.practice.storage.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.simulated.practice.term import Curriculum

#: The days of one learner of each kind, and of one whose reviews come to an end.
DAYS, MANY_DAYS = 30, 200


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with memory_folder() as folder:
        yield folder


@pytest.fixture(scope="module")
def curriculum(folder: Path) -> Curriculum:
    return small_curriculum(folder / "pack")


@pytest.fixture(scope="module")
def terms(curriculum: Curriculum, folder: Path) -> list[TermFigures]:
    return [TermFigures(simulate(curriculum, traits, 1, folder, DAYS)) for traits in POPULATION]


@pytest.fixture(scope="module")
def long_term(curriculum: Curriculum, folder: Path) -> TermFigures:
    return TermFigures(simulate(curriculum, POPULATION[0], 2, folder, MANY_DAYS))


@pytest.mark.takes_long
def test_the_figures_are_within_their_limits(terms: list[TermFigures]) -> None:
    scores = compare_models([each.term.events for each in terms], terms[0].rules)
    figures = figures_with_limits(terms, scores)
    assert not [figure for figure in figures if figure.is_beyond], "\n".join(map(str, figures))
    assert all(score.answers > 200 for score in scores.values())


def test_no_planned_session_is_longer_than_ten_minutes(terms: list[TermFigures]) -> None:
    assert 0 < max(day.planned_minutes for each in terms for day in each.term.days) <= SESSION_MINUTES


def test_the_number_of_due_rules_stays_small(long_term: TermFigures) -> None:
    counts = [len(day.due) for day in long_term.term.days]
    assert max(counts[MANY_DAYS // 2 :]) <= max(counts[: MANY_DAYS // 2]) <= 10
    assert MANY_DAYS / 10 < sum(counts) < 2 * MANY_DAYS


def test_every_practised_rule_comes_back(long_term: TermFigures) -> None:
    assert set(long_term.practised) == long_term.term.index.rules
    end = FIRST_DAY + timedelta(days=MANY_DAYS)
    for rule, days in long_term.practice_days.items():
        gaps = [(later - earlier).days for earlier, later in pairwise([*days, end])]
        assert len(days) >= 4, rule
        assert max(gaps) <= MAX_INTERVAL_DAYS + 7, rule


def test_practice_makes_rules_solid(long_term: TermFigures) -> None:
    assert long_term.solid_at_the_end > 0.8 * len(long_term.practised)


def test_the_skills_equal_those_rebuilt_from_all_events(terms: list[TermFigures], folder: Path) -> None:
    assert terms
    with Store.open(folder / f"{POPULATION[0].name}-1.sqlite3") as store:
        skills = stored_skills(store)
        assert skills
        assert rebuilt_skills(store) == skills


def test_an_export_tells_the_same_as_the_progress_file(terms: list[TermFigures]) -> None:
    for each in terms:
        model = Present(each.rules)
        for event in each.term.events:
            model.apply(event)
        assert model.states() == each.term.days[-1].told
