"""Skills are kept in the transaction of what they come from, and can be made again from it at any time."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from tutor.practice import review
from tutor.practice.event import Event
from tutor.practice.storage.migrations import MIGRATIONS, SCHEMA_VERSION, migrate
from tutor.practice.storage.skill_projection import SkillProjection
from tutor.practice.storage.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tutor.practice.mastery import Skill


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "progress.sqlite3"


def answer_event(
    rule: str = "mul", number: int = 1, verdict: str = "right", exercise: str = "times", **more: Any
) -> Event:
    mistake = "mul.own-input" if verdict == "mistaken" else ""
    return Event(
        kind="answer",
        worksheet=f"{exercise} {number}",
        pack="basics",
        exercise=exercise,
        rule=rule,
        blank="x->mul1",
        verdict=verdict,
        mistake=mistake,
        proof=verdict == "right",
        fingerprint=f"numbers {number}",
        **more,
    )


def append_events(store: Store, *events: Event) -> None:
    for event in events:
        assert store.append(event)


def stored_skills(store: Store) -> dict[str, str]:
    return {rule: skill.to_json() for rule, skill in review.load_skills(store).items()}


def rebuilt_skills(store: Store) -> dict[str, str]:
    """The skills, made anew from the events."""
    store.with_database(lambda database: database.rebuild_skills())
    return stored_skills(store)


HISTORY = [
    answer_event("mul", 1, "mistaken"),
    answer_event("mul", 1),
    answer_event("mul", 2),
    answer_event("add", 2, exercise="plus"),
    answer_event("inv", 3, "wrong", exercise="reciprocal"),
]


def test_skills_are_there_as_soon_as_the_answer_is_kept(path: Path) -> None:
    with Store.open(path) as store:
        assert review.load_skills(store) == {}
        append_events(store, *HISTORY)
        assert {rule: skill.mastery for rule, skill in review.load_skills(store).items()} == {
            "mul": "shaky",
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


def test_what_is_due_needs_no_replay(path: Path) -> None:
    with Store.open(path) as store:
        append_events(store, *HISTORY)
        assert review.cached_due_rules(store, day=date(2999, 1, 1)) == ["inv", "mul", "add"]
        assert review.cached_due_rules(store, askable={"add", "exp"}, day=date(2999, 1, 1)) == ["add"]
        assert review.cached_due_rules(store, day=date(2000, 1, 1)) == []


def first_version(path: Path, events: list[Event]) -> None:
    """A file as the first version of the program left it."""
    connection = sqlite3.connect(path, isolation_level=None)
    migrate(connection, MIGRATIONS[:1])
    connection.execute("PRAGMA journal_mode = WAL")
    names = [name for name in Event.__slots__ if name != "proof"]
    for event in events:
        connection.execute(
            f"INSERT INTO event ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})",
            [getattr(event, name) for name in names],
        )
    connection.close()


def test_a_file_of_the_first_version_keeps_all_its_events_and_comes_to_skills(path: Path) -> None:
    events = [
        replace(answer_event("mul", number), kind=kind, rule="" if kind == "begin" else "mul", proof=False)
        for number in range(3)
        for kind in ("begin", "answer", "solved")
    ]
    events = [replace(event, id=f"event {number}") for number, event in enumerate(events)]
    old_rules = [replace(answer_event("sub", 9, exercise="minus"), id="sub", proof=False)]
    first_version(path, events + old_rules)
    with Store.open(path) as store:
        assert store.notice is None
        assert list(store.with_database(lambda database: list(database.all_events())) or []) == events + old_rules
        assert store.state("basics", "times") == "solved"
        # Nothing is made at the start: that would take seconds with a long history.
        assert review.cached_due_rules(store) is None
        assert set(review.load_skills(store)) == {"mul"}
        assert review.cached_due_rules(store, day=date(2999, 1, 1)) == ["mul"]
        append_events(store, answer_event("add", 5))
        assert stored_skills(store) == rebuilt_skills(store)
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
    connection.close()


def test_answers_kept_while_the_skills_wait_to_be_made_are_in_them(path: Path) -> None:
    first_version(path, HISTORY[:2])
    with Store.open(path) as store:
        append_events(store, *HISTORY[2:])
        assert set(review.load_skills(store)) == {"mul", "add", "inv"}


def no_json(connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE skill SET data = 'x'")


def other_json(connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE skill SET data = '[]'")


def impossible_memory(connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE skill SET data = replace(data, '\"memory\":[', '\"memory\":[-')")
    connection.execute("UPDATE skill SET data = replace(data, '\"before\":[', '\"before\":[-')")


def another_derivation(connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE derived SET version = version + 1")


@pytest.mark.parametrize("spoil", [no_json, other_json, impossible_memory, another_derivation])
def test_skills_that_are_spoilt_are_made_anew_and_no_answer_is_lost(
    path: Path, spoil: Callable[[sqlite3.Connection], None]
) -> None:
    with Store.open(path) as store:
        append_events(store, *HISTORY)
    connection = sqlite3.connect(path)
    spoil(connection)
    connection.commit()
    connection.close()
    with Store.open(path) as store:
        append_events(store, answer_event("mul", 7), answer_event("mul", 8), answer_event("mul", 9))
        assert store.notice is None
        assert len(store.with_database(lambda database: list(database.all_events())) or []) == len(HISTORY) + 3
        review.load_skills(store)
        store.with_database(lambda database: database.rebuild_skills())
        assert review.load_skills(store)["mul"].mastery == "solid"


def test_two_tutors_at_once_come_to_the_same_skills(path: Path) -> None:
    with Store.open(path) as one, Store.open(path) as other:
        for number in range(20):
            append_events(one, answer_event("mul", number, "mistaken" if number % 3 else "right"))
            append_events(other, answer_event("add", number, exercise="plus"), answer_event("mul", 100 + number))
        assert stored_skills(one) == stored_skills(other) == rebuilt_skills(other)


def test_answers_that_come_while_skills_are_made_are_in_them(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Store.open(path) as store, Store.open(path) as other:
        append_events(store, *HISTORY)
        rebuild = SkillProjection.rebuild

        def rebuild_and_write(projection: SkillProjection) -> tuple[dict[str, Skill], int]:
            result = rebuild(projection)
            if other.state("basics", "sigmoid") != "begun":
                append_events(other, answer_event("sigmoid", 5, exercise="sigmoid"))
                assert other.reset("basics", "plus") is not None
            return result

        monkeypatch.setattr(SkillProjection, "rebuild", rebuild_and_write)
        store.with_database(lambda database: database.rebuild_skills())
        assert set(review.load_skills(store)) == {"mul", "inv", "sigmoid"}
        assert stored_skills(store) == rebuilt_skills(store)


def test_a_reset_sets_aside_what_was_done_and_can_be_taken_back(path: Path) -> None:
    with Store.open(path) as store:
        append_events(store, replace(HISTORY[0], kind="begin", id="b", rule=""), *HISTORY)
        before, states = stored_skills(store), store.states()
        held = store.reset("basics", "times")
        assert held is not None
        assert (held.pack, held.exercise) == ("basics", "times")
        assert store.state("basics", "times") == "new"
        assert store.state("basics", "plus") == "begun"
        assert store.events("basics", "times") == ()
        assert store.exercise_to_continue() is None
        assert set(review.load_skills(store)) == {"add", "inv"}
        assert store.restore(held.id)
        assert store.resets() == []
        assert stored_skills(store) == before
        assert store.states() == states
        assert store.exercise_to_continue() == ("basics", "times")


@pytest.mark.parametrize(
    ("pack", "exercise", "left"),
    [("", "", {("other", "times")}), ("basics", "", {("other", "times"), ("matrices", "one")})],
)
def test_a_reset_of_a_pack_or_of_all_covers_what_was_done_before_only(
    path: Path, pack: str, exercise: str, left: set[tuple[str, str]]
) -> None:
    with Store.open(path) as store:
        append_events(store, *HISTORY, replace(answer_event(), pack="matrices", exercise="one"))
        assert store.reset(pack, exercise) is not None
        append_events(store, replace(answer_event(), pack="other"))
        assert set(store.states()) == left
        again_times = answer_event("mul", 4)
        append_events(store, again_times)
        assert store.state("basics", "times") == "begun"
        assert review.load_skills(store)["mul"].mistakes == {}
        assert stored_skills(store) == rebuilt_skills(store)


def test_resets_lie_over_each_other(path: Path) -> None:
    with Store.open(path) as store:
        append_events(store, *HISTORY)
        one = store.reset("basics", "times")
        everything = store.reset()
        assert one is not None
        assert everything is not None
        assert store.states() == {}
        assert [held.id for held in store.resets()] == [one.id, everything.id]
        store.restore(everything.id)
        assert set(store.states()) == {("basics", "plus"), ("basics", "reciprocal")}
        store.restore(one.id)
        assert len(store.states()) == 3


def test_nothing_is_deleted_by_a_reset(path: Path) -> None:
    with Store.open(path) as store:
        append_events(store, *HISTORY)
        store.reset()
        assert list(store.with_database(lambda database: list(database.all_events())) or [])[: len(HISTORY)] == HISTORY


def test_a_reset_that_cannot_be_saved_does_nothing(path: Path) -> None:
    with Store.open(path) as store:
        append_events(store, *HISTORY)
        connection = sqlite3.connect(path)
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
        connection.close()
        assert store.reset() is None
        assert "newer" in str(store.notice)
    connection = sqlite3.connect(path)
    assert connection.execute("SELECT count(*) FROM event").fetchone() == (len(HISTORY),)
    connection.close()
