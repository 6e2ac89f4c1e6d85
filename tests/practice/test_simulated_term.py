"""A simulated term of 200 days with a learner who forgets."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from tests.support.events import rebuilt_skills, stored_skills
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


def test_the_number_of_due_rules_stays_small(term: SimulatedTerm) -> None:
    assert max(term.due_counts) <= 8
    assert max(term.due_counts[DAYS // 2 :]) <= max(term.due_counts[: DAYS // 2])
    assert sum(term.due_counts) / DAYS < 2
    assert sum(term.due_counts) > DAYS / 10


def test_no_session_is_longer_than_ten_minutes(term: SimulatedTerm) -> None:
    assert 0 < max(term.session_minutes) <= SESSION_MINUTES


def test_every_practised_rule_comes_back(term: SimulatedTerm) -> None:
    assert set(term.learner.practice_days) == term.index.rules
    end = FIRST_DAY + timedelta(days=DAYS)
    for rule, days in term.learner.practice_days.items():
        gaps = [(later - earlier).days for earlier, later in pairwise([*days, end])]
        assert len(days) >= 4, rule
        assert max(gaps) <= MAX_INTERVAL_DAYS + 7, rule


def test_the_skills_equal_those_rebuilt_from_all_events(term: SimulatedTerm, folder: Path) -> None:
    with Store.open(folder / "progress.sqlite3") as store:
        skills = stored_skills(store)
        assert skills
        assert term.due_counts
        assert rebuilt_skills(store) == skills


def test_practice_makes_rules_solid(term: SimulatedTerm, folder: Path) -> None:
    with Store.open(folder / "progress.sqlite3") as store:
        mastery = [skill.mastery for skill in review.load_skills(store).values()]
    assert mastery.count("solid") > len(mastery) / 2
