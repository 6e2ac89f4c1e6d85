"""A term of practice: two hundred days, a learner who forgets."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from tests.support.simulated_term import FIRST_DAY, SimulatedTerm, simulate_term
from tutor.practice import review
from tutor.practice.review import SESSION_MINUTES
from tutor.practice.scheduler import MAX_INTERVAL_DAYS
from tutor.practice.storage.store import Store

if TYPE_CHECKING:
    from pathlib import Path

DAYS = 200


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("term")


@pytest.fixture(scope="module")
def term(folder: Path) -> SimulatedTerm:
    return simulate_term(folder / "progress.sqlite3", folder / "pack", DAYS)


def test_what_is_due_stays_within_bounds(term: SimulatedTerm) -> None:
    assert max(term.due_counts) <= 8
    assert max(term.due_counts[DAYS // 2 :]) <= max(term.due_counts[: DAYS // 2])
    assert sum(term.due_counts) / DAYS < 2
    assert sum(term.due_counts) > DAYS / 10


def test_no_session_is_longer_than_ten_minutes(term: SimulatedTerm) -> None:
    assert 0 < max(term.session_minutes) <= SESSION_MINUTES


def test_every_rule_that_was_practised_comes_back(term: SimulatedTerm) -> None:
    assert set(term.learner.practice_days) == term.atlas.rules
    end = FIRST_DAY + timedelta(days=DAYS)
    for rule, days in term.learner.practice_days.items():
        gaps = [(later - earlier).days for earlier, later in pairwise([*days, end])]
        assert len(days) >= 4, rule
        assert max(gaps) <= MAX_INTERVAL_DAYS + 7, rule


def test_the_skills_are_what_all_events_together_come_to(term: SimulatedTerm, folder: Path) -> None:
    with Store.open(folder / "progress.sqlite3") as store:
        kept = {rule: skill.to_json() for rule, skill in review.load_skills(store).items()}
        assert kept
        assert term.due_counts
        store.with_database(lambda database: database.rebuild_skills())
        assert {rule: skill.to_json() for rule, skill in review.load_skills(store).items()} == kept


def test_practice_makes_rules_solid(term: SimulatedTerm, folder: Path) -> None:
    with Store.open(folder / "progress.sqlite3") as store:
        standings = [skill.mastery for skill in review.load_skills(store).values()]
    assert standings.count("solid") > len(standings) / 2
