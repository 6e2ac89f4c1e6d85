"""Tests of the store: events are saved, and states are derived from them."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.support.events import all_events, append_events, make_event
from tutor.practice.event import COLUMNS, LATER_COLUMNS, Event, new_id
from tutor.practice.storage.database import Database
from tutor.practice.storage.migrations import APPLICATION_ID, MIGRATIONS, SCHEMA_VERSION, migrate
from tutor.practice.storage.store import Store, default_path


def connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None)


def test_an_event_is_read_as_it_was_saved(path: Path) -> None:
    answer = Event(
        worksheet=new_id(),
        kind="answer",
        pack="기초",
        exercise="add-multiply",
        rule="mul",
        seed=-(2**63),
        blank="x->mul1.0",
        text="−2·e² ∂L/∂z\n\0'; DROP TABLE event; --",
        verdict="mistaken",
        mistake="mul.own-input",
        hints=3,
        duration=12.75,
        fingerprint="abc",
        content="c0ffee",
        message="mul.own-input?",
        position=4,
    )
    begin = replace(answer, kind="begin", id=new_id())
    with Store.open(path) as store:
        append_events(store, begin, answer)
    with Store.open(path) as store:
        assert store.events("기초", "add-multiply") == (begin, answer)
        assert store.notice is None
        assert store.writable


def test_the_time_is_utc_with_microseconds() -> None:
    at = make_event("begin").at
    assert datetime.fromisoformat(at).utcoffset() == timedelta(0)
    assert len(at) == len("2026-11-22T03:15:00.000000+00:00")


def test_a_lone_surrogate_is_replaced(path: Path) -> None:
    with Store.open(path) as store:
        append_events(
            store, make_event("begin", exercise="\ud800"), make_event("answer", exercise="\ud800", text="1\udcff")
        )
        assert [event.text for event in store.events("basics", "\ud800")] == ["", "1?"]
        assert store.state("basics", "\ud800") == "begun"


@pytest.mark.parametrize(
    "wrong", [{"seed": 2**63}, {"seed": "7"}, {"duration": float("nan")}, {"hints": None}, {"text": 3}]
)
def test_an_event_with_a_value_that_cannot_be_stored_is_rejected(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        replace(make_event("answer"), **wrong)


def test_the_events_of_the_latest_try_are_returned_in_order(path: Path) -> None:
    with Store.open(path) as store:
        append_events(store, make_event("begin", "old"), make_event("answer", "old", text="1"))
        append_events(store, make_event("begin", "other", exercise="mul"))
        append_events(store, make_event("begin", "new"), make_event("answer", "new", text="2"))
        # In between, a window that still shows the old try, and another exercise.
        append_events(store, make_event("answer", "old", text="3"), make_event("answer", "other", exercise="mul"))
        append_events(store, make_event("hint", "new"), make_event("answer", "new", text="4"))
    with Store.open(path) as store:
        assert [(event.kind, event.text) for event in store.events("basics", "add")] == [
            ("begin", ""),
            ("answer", "2"),
            ("hint", ""),
            ("answer", "4"),
        ]
        assert store.events("basics", "unknown") == ()
        assert store.events("other pack", "add") == ()


def test_events_stay_in_the_order_of_saving_even_if_the_clock_is_set_back(path: Path) -> None:
    with Store.open(path) as store:
        append_events(store, replace(make_event("begin"), at="2030-01-01T00:00:00.000000+00:00"))
        append_events(store, replace(make_event("answer", text="later"), at="2020-01-01T00:00:00.000000+00:00"))
        assert [event.kind for event in store.events("basics", "add")] == ["begin", "answer"]


def test_an_exercise_is_new_then_begun_then_solved_for_good(path: Path) -> None:
    with Store.open(path) as store:
        assert store.state("basics", "add") == "new"
        assert store.states() == {}
        append_events(store, make_event("begin"))
        assert store.state("basics", "add") == "new"
        assert store.states() == {}
        append_events(store, make_event("hint"))
        assert store.state("basics", "add") == "begun"
        append_events(store, make_event("solved"))
        append_events(store, make_event("begin", "try 2"), make_event("answer", "try 2"))
        append_events(
            store, make_event("begin", "try 3", exercise="mul"), make_event("answer", "try 3", exercise="mul")
        )
        assert store.state("basics", "add") == "solved"
        assert store.states() == {("basics", "add"): "solved", ("basics", "mul"): "begun"}


def test_the_exercise_to_continue_is_the_last_one_that_is_not_solved(path: Path) -> None:
    with Store.open(path) as store:
        assert store.exercise_to_continue() is None
        append_events(store, make_event("begin", "a"), make_event("answer", "a"))
        append_events(store, make_event("begin", "b", exercise="mul"), make_event("answer", "b", exercise="mul"))
        assert store.exercise_to_continue() == ("basics", "mul")
        append_events(store, make_event("answer", "a"))
        assert store.exercise_to_continue() == ("basics", "add")
        append_events(store, make_event("solved", "a"))
        assert store.exercise_to_continue() == ("basics", "mul")
        append_events(store, make_event("begin", "c", exercise="z = x*y", pack=""))
        assert store.exercise_to_continue() == ("basics", "mul")
        append_events(store, make_event("begin", "d"), make_event("answer", "d"))
        assert store.exercise_to_continue() == ("basics", "add")


def test_an_event_that_is_written_twice_is_saved_once(path: Path) -> None:
    begin = make_event("begin")
    with Store.open(path) as store:
        append_events(store, begin, begin)
        assert store.events("basics", "add") == (begin,)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE event SET verdict = 'right'",
        "DELETE FROM event",
        "REPLACE INTO event SELECT seq, id, at, worksheet, 'solved', pack, exercise, rule, seed, blank, "
        "text, verdict, mistake, hints, duration, fingerprint, proof, content, message, position, program, link FROM event",
        "REPLACE INTO event SELECT seq, 'new', at, worksheet, 'solved', pack, exercise, rule, seed, blank, "
        "text, verdict, mistake, hints, duration, fingerprint, proof, content, message, position, program, link FROM event",
    ],
)
def test_saved_events_cannot_be_changed(path: Path, change: str) -> None:
    with Store.open(path) as store:
        append_events(store, make_event("begin"), make_event("answer"))
    connection = connect(path)
    before = connection.execute("SELECT * FROM event").fetchall()
    try:
        connection.execute(change)
    except sqlite3.IntegrityError as error:
        assert str(error) == "events are only ever added"
    assert connection.execute("SELECT * FROM event").fetchall() == before
    connection.close()


def test_the_file_contains_its_application_id_and_version(path: Path) -> None:
    Store.open(path).close()
    connection = connect(path)
    assert connection.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
    assert connection.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    names = [row[1] for row in connection.execute("PRAGMA table_info(event)")]
    assert names == ["seq", *COLUMNS]
    connection.close()


def test_an_older_file_is_migrated_with_its_events(path: Path) -> None:
    with Store.open(path) as store:
        append_events(store, make_event("begin"), make_event("answer", text="6"))
    steps = [
        *MIGRATIONS,
        lambda connection: connection.execute("ALTER TABLE event ADD COLUMN mood TEXT NOT NULL DEFAULT 'calm'"),
        lambda connection: connection.execute("CREATE TABLE review (rule TEXT PRIMARY KEY)"),
    ]
    connection = connect(path)
    migrate(connection, steps)
    assert connection.execute("PRAGMA user_version").fetchone() == (len(steps),)
    assert connection.execute("SELECT kind, text, mood FROM event ORDER BY seq").fetchall() == [
        ("begin", "", "calm"),
        ("answer", "6", "calm"),
    ]
    migrate(connection, steps)  # a second migration does nothing
    migrate(connection)  # and neither does an older program
    assert connection.execute("PRAGMA user_version").fetchone() == (len(steps),)
    connection.close()


def test_a_file_without_the_later_columns_keeps_its_events_and_takes_new_ones(path: Path) -> None:
    names = [name for name in COLUMNS if name not in LATER_COLUMNS]
    old = [make_event("begin", id="1"), make_event("answer", id="2", text="6", proof=True)]
    connection = connect(path)
    migrate(connection, MIGRATIONS[:2])
    connection.execute("PRAGMA journal_mode = WAL")
    for event in old:
        connection.execute(
            f"INSERT INTO event ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})",
            [getattr(event, name) for name in names],
        )
    connection.close()
    new = make_event("answer", id="3", content="c0ffee", message="mul.own-input?", position=4)
    with Store.open(path) as store:
        append_events(store, new)
        assert all_events(store) == [*old, new]


def test_a_failing_migration_leaves_the_file_as_it_was(path: Path) -> None:
    with Store.open(path) as store:
        append_events(store, make_event("begin"))
    connection = connect(path)
    before = list(connection.iterdump())
    steps = [
        *MIGRATIONS,
        lambda connection: connection.execute("CREATE TABLE review (rule TEXT PRIMARY KEY)"),
        lambda connection: connection.execute("SELECT nothing FROM nowhere"),
    ]
    with pytest.raises(sqlite3.OperationalError):
        migrate(connection, steps)
    assert list(connection.iterdump()) == before
    assert connection.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
    connection.close()


def write_history(path: Path, number: int) -> None:
    """Write a long history: 100 exercises, in tries of ten events."""
    database = Database(path, timeout=2.0)
    database.write(
        make_event(
            "begin" if i % 10 == 0 else "solved" if i % 10 == 9 and i % 70 else "answer",
            worksheet=f"try {i // 10}",
            exercise=f"exercise {i // 10 % 100}",
        )
        for i in range(number)
    )
    database.close()


def count_steps(store: Store, query: Callable[[Store], object]) -> int:
    """Count the steps that SQLite needs for a query, in hundreds."""
    hundreds: list[None] = []
    assert store._database is not None
    store._database._connection.set_progress_handler(lambda: hundreds.append(None), 100)
    query(store)
    store._database._connection.set_progress_handler(None, 0)
    return len(hundreds)


def test_queries_take_the_same_effort_with_a_much_longer_history(tmp_path: Path) -> None:
    short, long = tmp_path / "short.sqlite3", tmp_path / "long.sqlite3"
    write_history(short, 1_000)
    write_history(long, 20_000)
    with Store.open(short) as short_store, Store.open(long) as long_store:
        for query in (
            lambda store: store._database._prepare(),
            Store.states,
            Store.exercise_to_continue,
            lambda store: store.events("basics", "exercise 5"),
            lambda store: store.with_database(lambda database: database.due_rules("2030-01-01")),
        ):
            assert count_steps(long_store, query) <= 2 * count_steps(short_store, query) + 1
        assert count_steps(short_store, all_events) > 100
        assert set(short_store.states()) == set(long_store.states())


def test_the_file_is_in_the_folder_of_the_environment_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BACKPROP_TUTOR_HOME", str(tmp_path / "mine"))
    assert default_path() == tmp_path / "mine" / "progress.sqlite3"
    monkeypatch.setenv("BACKPROP_TUTOR_HOME", "")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert default_path().name == "progress.sqlite3"
    assert default_path().parent.name == "backprop-tutor"


def test_a_missing_folder_is_created(tmp_path: Path) -> None:
    with Store.open(tmp_path / "a" / "b" / "progress.sqlite3") as store:
        assert store.append(make_event("begin"))
        assert store.notice is None


def test_importing_the_store_loads_no_database() -> None:
    code = (
        "import sys, tutor.practice.storage.store; "
        "print([name for name in ('sqlite3', 'platformdirs', 'uuid') if name in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def test_a_tilde_in_the_environment_variable_is_the_home_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.setenv("BACKPROP_TUTOR_HOME", "~/tutor")
    assert default_path() == tmp_path / "tutor" / "progress.sqlite3"
    monkeypatch.setenv("BACKPROP_TUTOR_HOME", "~nobody-of-that-name/tutor")
    assert default_path() == Path("~nobody-of-that-name/tutor/progress.sqlite3")


def test_answers_given_after_a_reset_in_another_process_are_shown_again(path: Path) -> None:
    begin = make_event("begin")
    with Store.open(path) as store, Store.open(path) as other:
        append_events(store, begin, make_event("answer", text="before"))
        assert other.reset("basics", "add") is not None
        after = make_event("answer", text="after")
        append_events(store, after)
    with Store.open(path) as store:
        assert store.events("basics", "add") == (begin, after)
        assert store.state("basics", "add") == "begun"
        assert store.reset("basics") is not None
        assert store.events("basics", "add") == ()
        append_events(store, make_event("review", "try 2"), make_event("answer", "try 2"))
        assert store.events("basics", "add") == ()  # a review is no try to go on with
