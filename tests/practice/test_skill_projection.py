"""Tests of the skill table: it is updated with every event and can be rebuilt from all events."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.events import (
    all_events,
    append_events,
    make_event,
    rebuilt_skills,
    run_sql,
    stored_skills,
    time_after,
)
from tutor.practice import review
from tutor.practice.event import LATER_COLUMNS, Event
from tutor.practice.storage.migrations import MIGRATIONS, SCHEMA_VERSION, migrate
from tutor.practice.storage.skill_projection import SkillProjection, Snapshot
from tutor.practice.storage.store import Store

if TYPE_CHECKING:
    from pathlib import Path

    from tutor.practice.mastery import Skill


def answer_event(
    rule: str = "mul", number: int = 1, verdict: str = "right", exercise: str = "times", **more: Any
) -> Event:
    mistake = "mul.own-input" if verdict == "mistaken" else ""
    return make_event(
        "answer",
        f"{exercise} {number}",
        exercise=exercise,
        rule=rule,
        blank="x->mul1",
        verdict=verdict,
        mistake=mistake,
        proof=verdict == "right",
        fingerprint=f"numbers {number}",
        **more,
    )


HISTORY = [
    answer_event("mul", 1, "mistaken"),
    answer_event("mul", 1),
    answer_event("mul", 2),
    answer_event("add", 2, exercise="plus"),
    answer_event("inv", 3, "wrong", exercise="reciprocal"),
]


def test_skills_are_updated_with_every_answer(path: Path) -> None:
    with Store.open(path) as store:
        assert review.load_skills(store) == {}
        append_events(store, *HISTORY)
        assert {rule: skill.mastery for rule, skill in review.load_skills(store).items()} == {
            "mul": "learning",
            "add": "learning",
            "inv": "shaky",
        }
    with Store.open(path) as other:
        assert other.with_database(lambda database: database.skills()) is not None
        assert stored_skills(other) == rebuilt_skills(other)


def test_an_event_written_twice_counts_once(path: Path) -> None:
    with Store.open(path) as store:
        append_events(store, *HISTORY)
        before = stored_skills(store)
        append_events(store, *HISTORY)
        assert stored_skills(store) == before


def test_due_rules_are_found_without_a_rebuild(path: Path) -> None:
    with Store.open(path) as store:
        append_events(store, *HISTORY)
        assert review.cached_due_rules(store, day=date(2999, 1, 1)) == ["inv", "mul", "add"]
        assert review.cached_due_rules(store, askable={"add", "exp"}, day=date(2999, 1, 1)) == ["add"]
        assert review.cached_due_rules(store, day=date(2000, 1, 1)) == []


def write_first_version(path: Path, events: list[Event]) -> None:
    """Write a file as the first version of the program did."""
    connection = sqlite3.connect(path, isolation_level=None)
    migrate(connection, MIGRATIONS[:1])
    connection.execute("PRAGMA journal_mode = WAL")
    names = [name for name in Event.__slots__ if name not in ("proof", *LATER_COLUMNS)]
    for event in events:
        connection.execute(
            f"INSERT INTO event ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})",
            [getattr(event, name) for name in names],
        )
    connection.close()


def test_a_file_of_the_first_version_keeps_its_events_and_gets_skills(path: Path) -> None:
    events = [
        replace(answer_event("mul", number), kind=kind, rule="" if kind == "begin" else "mul", proof=False)
        for number in range(3)
        for kind in ("begin", "answer", "solved")
    ]
    events = [replace(event, id=f"event {number}") for number, event in enumerate(events)]
    old_rules = [replace(answer_event("sub", 9, exercise="minus"), id="sub", proof=False)]
    write_first_version(path, events + old_rules)
    with Store.open(path) as store:
        assert store.notice is None
        assert all_events(store) == events + old_rules
        assert store.state("basics", "times") == "solved"
        # Opening rebuilds nothing, because that takes seconds with a long history.
        assert review.cached_due_rules(store) is None
        assert set(review.load_skills(store)) == {"mul"}
        assert review.cached_due_rules(store, day=date(2999, 1, 1)) == ["mul"]
        append_events(store, answer_event("add", 5))
        assert stored_skills(store) == rebuilt_skills(store)
    assert run_sql(path, "PRAGMA user_version") == [(SCHEMA_VERSION,)]


def test_answers_saved_while_skills_are_out_of_date_are_in_them(path: Path) -> None:
    write_first_version(path, HISTORY[:2])
    with Store.open(path) as store:
        append_events(store, *HISTORY[2:])
        assert set(review.load_skills(store)) == {"mul", "add", "inv"}


@pytest.mark.parametrize(
    "damage",
    [
        ["UPDATE skill SET data = 'x'"],
        ["UPDATE skill SET data = '[]'"],
        [
            """UPDATE skill SET data = replace(data, '"memory":[', '"memory":[-')""",
            """UPDATE skill SET data = replace(data, '"before":[', '"before":[-')""",
        ],
        ["UPDATE derived SET version = version + 1"],
    ],
    ids=["no JSON", "other JSON", "impossible memory", "another version"],
)
def test_damaged_skills_are_rebuilt_and_no_answer_is_lost(path: Path, damage: list[str]) -> None:
    with Store.open(path) as store:
        append_events(store, *HISTORY)
    run_sql(path, *damage)
    with Store.open(path) as store:
        new = [
            answer_event("mul", 7),
            answer_event("mul", 8),
            answer_event("mul", 9, exercise="other", at=time_after()),
        ]
        append_events(store, *new)
        assert store.notice is None
        assert len(all_events(store)) == len(HISTORY) + 3
        review.load_skills(store)
        rebuilt_skills(store)
        assert review.load_skills(store)["mul"].mastery == "solid"


def test_two_open_stores_get_the_same_skills(path: Path) -> None:
    with Store.open(path) as first, Store.open(path) as other:
        for number in range(20):
            append_events(first, answer_event("mul", number, "mistaken" if number % 3 else "right"))
            append_events(other, answer_event("add", number, exercise="plus"), answer_event("mul", 100 + number))
        assert stored_skills(first) == stored_skills(other) == rebuilt_skills(other)


def test_answers_saved_during_a_rebuild_are_in_the_skills(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Store.open(path) as store, Store.open(path) as other:
        append_events(store, *HISTORY)
        rebuild = SkillProjection.rebuild

        def rebuild_and_write(projection: SkillProjection) -> tuple[dict[str, Skill], Snapshot]:
            result = rebuild(projection)
            if other.state("basics", "sigmoid") != "begun":
                append_events(other, answer_event("sigmoid", 5, exercise="sigmoid"))
                assert other.reset("basics", "plus") is not None
            return result

        monkeypatch.setattr(SkillProjection, "rebuild", rebuild_and_write)
        store.with_database(lambda database: database.rebuild_skills())
        assert set(review.load_skills(store)) == {"mul", "inv", "sigmoid"}
        assert stored_skills(store) == rebuilt_skills(store)


def test_a_reset_hides_earlier_events_and_can_be_undone(path: Path) -> None:
    with Store.open(path) as store:
        append_events(store, replace(HISTORY[0], kind="begin", id="b", rule=""), *HISTORY)
        before, states = stored_skills(store), store.states()
        reset = store.reset("basics", "times")
        assert reset is not None
        assert (reset.pack, reset.exercise) == ("basics", "times")
        assert store.state("basics", "times") == "new"
        assert store.state("basics", "plus") == "begun"
        assert store.events("basics", "times") == ()
        assert store.exercise_to_continue() is None
        assert set(review.load_skills(store)) == {"add", "inv"}
        assert store.restore(reset.id)
        assert store.resets() == []
        assert stored_skills(store) == before
        assert store.states() == states
        assert store.exercise_to_continue() == ("basics", "times")


@pytest.mark.parametrize(
    ("pack", "exercise", "remaining"),
    [("", "", {("other", "times")}), ("basics", "", {("other", "times"), ("matrices", "one")})],
)
def test_a_reset_of_a_pack_or_of_everything_hides_only_earlier_events(
    path: Path, pack: str, exercise: str, remaining: set[tuple[str, str]]
) -> None:
    with Store.open(path) as store:
        append_events(store, *HISTORY, replace(answer_event(), pack="matrices", exercise="one"))
        assert store.reset(pack, exercise) is not None
        append_events(store, replace(answer_event(), pack="other"))
        assert set(store.states()) == remaining
        append_events(store, answer_event("mul", 4))
        assert store.state("basics", "times") == "begun"
        assert review.load_skills(store)["mul"].mistakes == {}
        assert stored_skills(store) == rebuilt_skills(store)


def test_overlapping_resets_are_undone_one_by_one(path: Path) -> None:
    with Store.open(path) as store:
        append_events(store, *HISTORY)
        first = store.reset("basics", "times")
        second = store.reset()
        assert first is not None
        assert second is not None
        assert store.states() == {}
        assert [reset.id for reset in store.resets()] == [first.id, second.id]
        store.restore(second.id)
        assert set(store.states()) == {("basics", "plus"), ("basics", "reciprocal")}
        store.restore(first.id)
        assert len(store.states()) == 3


def test_nothing_is_deleted_by_a_reset(path: Path) -> None:
    with Store.open(path) as store:
        append_events(store, *HISTORY)
        store.reset()
        assert all_events(store)[: len(HISTORY)] == HISTORY


def test_a_reset_that_cannot_be_saved_does_nothing(path: Path) -> None:
    with Store.open(path) as store:
        append_events(store, *HISTORY)
        run_sql(path, f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
        assert store.reset() is None
        assert "newer" in str(store.notice)
    assert run_sql(path, "SELECT count(*) FROM event") == [(len(HISTORY),)]
