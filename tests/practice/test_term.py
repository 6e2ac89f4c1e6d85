"""A term of practice: two hundred days, a learner who forgets."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from tests.practice.term import FIRST_DAY, Term, practise
from tutor.practice import review
from tutor.practice.review import MINUTES
from tutor.practice.schedule import LONGEST_DAYS
from tutor.practice.store import Store

DAYS = 200


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("term")


@pytest.fixture(scope="module")
def term(folder: Path) -> Term:
    return practise(folder / "progress.sqlite3", folder / "pack", DAYS)


def test_what_is_due_stays_within_bounds(term: Term) -> None:
    assert max(term.due) <= 8
    assert max(term.due[DAYS // 2 :]) <= max(term.due[: DAYS // 2])
    assert sum(term.due) / DAYS < 2
    assert sum(term.due) > DAYS / 10


def test_no_session_is_longer_than_ten_minutes(term: Term) -> None:
    assert 0 < max(term.minutes) <= MINUTES


def test_every_rule_that_was_practised_comes_back(term: Term) -> None:
    assert set(term.learner.practised) == term.atlas.rules
    end = FIRST_DAY + timedelta(days=DAYS)
    for rule, days in term.learner.practised.items():
        gaps = [(later - earlier).days for earlier, later in pairwise([*days, end])]
        assert len(days) >= 4, rule
        assert max(gaps) <= LONGEST_DAYS + 7, rule


def test_the_skills_are_what_all_events_together_come_to(term: Term, folder: Path) -> None:
    with Store.open(folder / "progress.sqlite3") as store:
        kept = {rule: skill.to_json() for rule, skill in review.skills(store).items()}
        assert kept and term.due
        store.consult(lambda database: database.make_skills())
        assert {rule: skill.to_json() for rule, skill in review.skills(store).items()} == kept


def test_practice_makes_rules_solid(term: Term, folder: Path) -> None:
    with Store.open(folder / "progress.sqlite3") as store:
        standings = [skill.standing for skill in review.skills(store).values()]
    assert standings.count("solid") > len(standings) / 2
