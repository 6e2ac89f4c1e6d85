"""What a learner did is kept, and what is shown is derived from it."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tutor.practice.event import COLUMNS
from tutor.practice.storage.database import Database
from tutor.practice.storage.migrations import APPLICATION_ID, MIGRATIONS, SCHEMA_VERSION, migrate
from tutor.practice.storage.store import Event, Store, default_path, new_id


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "progress.sqlite3"


def event(kind: str, worksheet: str = "try 1", exercise: str = "add", pack: str = "basics", text: str = "") -> Event:
    return Event(kind=kind, worksheet=worksheet, pack=pack, exercise=exercise, text=text, fingerprint="f00d", seed=7)


def append_events(store: Store, *events: Event) -> None:
    for each in events:
        assert store.append(each)


def raw_rows(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None)


def test_an_event_comes_back_as_it_was_kept(path: Path) -> None:
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
    )
    begin = replace(answer, kind="begin", id=new_id())
    with Store.open(path) as store:
        append_events(store, begin, answer)
    with Store.open(path) as store:
        assert store.events("기초", "add-multiply") == (begin, answer)
        assert store.notice is None
        assert store.writable


def test_the_time_is_utc_with_microseconds() -> None:
    at = event("begin").at
    assert datetime.fromisoformat(at).utcoffset() == timedelta(0)
    assert len(at) == len("2026-11-22T03:15:00.000000+00:00")


def test_half_a_surrogate_pair_does_no_harm(path: Path) -> None:
    with Store.open(path) as store:
        append_events(store, event("begin", exercise="\ud800"), event("answer", exercise="\ud800", text="1\udcff"))
        assert [each.text for each in store.events("basics", "\ud800")] == ["", "1?"]
        assert store.state("basics", "\ud800") == "begun"


@pytest.mark.parametrize(
    "wrong", [{"seed": 2**63}, {"seed": "7"}, {"duration": float("nan")}, {"hints": None}, {"text": 3}]
)
def test_a_value_that_cannot_be_kept_is_refused_where_the_event_is_made(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        replace(event("answer"), **wrong)


def test_resuming_gives_the_try_begun_last_in_the_order_of_its_events(path: Path) -> None:
    with Store.open(path) as store:
        append_events(store, event("begin", "old"), event("answer", "old", text="1"))
        append_events(store, event("begin", "other", exercise="mul"))
        append_events(store, event("begin", "new"), event("answer", "new", text="2"))
        # A window that still shows the old try, and another exercise, in between.
        append_events(store, event("answer", "old", text="3"), event("answer", "other", exercise="mul"))
        append_events(store, event("hint", "new"), event("answer", "new", text="4"))
    with Store.open(path) as store:
        assert [(each.kind, each.text) for each in store.events("basics", "add")] == [
            ("begin", ""),
            ("answer", "2"),
            ("hint", ""),
            ("answer", "4"),
        ]
        assert store.events("basics", "unknown") == ()
        assert store.events("other pack", "add") == ()


def test_the_order_is_that_of_keeping_even_when_the_clock_goes_back(path: Path) -> None:
    with Store.open(path) as store:
        append_events(store, replace(event("begin"), at="2030-01-01T00:00:00.000000+00:00"))
        append_events(store, replace(event("answer", text="later"), at="2020-01-01T00:00:00.000000+00:00"))
        assert [each.kind for each in store.events("basics", "add")] == ["begin", "answer"]


def test_an_exercise_is_new_then_begun_then_solved_for_good(path: Path) -> None:
    with Store.open(path) as store:
        assert store.state("basics", "add") == "new"
        assert store.states() == {}
        append_events(store, event("begin"))
        assert store.state("basics", "add") == "new"
        assert store.states() == {}
        append_events(store, event("hint"))
        assert store.state("basics", "add") == "begun"
        append_events(store, event("solved"))
        append_events(store, event("begin", "try 2"), event("answer", "try 2"))
        append_events(store, event("begin", "try 3", exercise="mul"), event("answer", "try 3", exercise="mul"))
        assert store.state("basics", "add") == "solved"
        assert store.states() == {("basics", "add"): "solved", ("basics", "mul"): "begun"}


def test_continue_leads_to_the_exercise_last_worked_on_that_is_not_solved(path: Path) -> None:
    with Store.open(path) as store:
        assert store.exercise_to_continue() is None
        append_events(store, event("begin", "a"), event("answer", "a"))
        append_events(store, event("begin", "b", exercise="mul"), event("answer", "b", exercise="mul"))
        assert store.exercise_to_continue() == ("basics", "mul")
        append_events(store, event("answer", "a"))
        assert store.exercise_to_continue() == ("basics", "add")
        append_events(store, event("solved", "a"))
        assert store.exercise_to_continue() == ("basics", "mul")
        append_events(store, event("begin", "c", exercise="z = x*y", pack=""))
        assert store.exercise_to_continue() == ("basics", "mul")
        append_events(store, event("begin", "d"), event("answer", "d"))
        assert store.exercise_to_continue() == ("basics", "add")


def test_an_event_is_kept_once_however_often_it_is_written(path: Path) -> None:
    begin = event("begin")
    with Store.open(path) as store:
        append_events(store, begin, begin)
        assert store.events("basics", "add") == (begin,)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE event SET verdict = 'right'",
        "DELETE FROM event",
        "REPLACE INTO event SELECT seq, id, at, worksheet, 'solved', pack, exercise, rule, seed, blank, "
        "text, verdict, mistake, hints, duration, fingerprint, proof FROM event",
        "REPLACE INTO event SELECT seq, 'new', at, worksheet, 'solved', pack, exercise, rule, seed, blank, "
        "text, verdict, mistake, hints, duration, fingerprint, proof FROM event",
    ],
)
def test_nothing_that_was_kept_can_be_changed(path: Path, change: str) -> None:
    with Store.open(path) as store:
        append_events(store, event("begin"), event("answer"))
    connection = raw_rows(path)
    before = connection.execute("SELECT * FROM event").fetchall()
    try:
        connection.execute(change)
    except sqlite3.IntegrityError as error:
        assert str(error) == "events are only ever added"
    assert connection.execute("SELECT * FROM event").fetchall() == before
    connection.close()


def test_the_file_says_whose_it_is_and_which_version(path: Path) -> None:
    Store.open(path).close()
    connection = raw_rows(path)
    assert connection.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
    assert connection.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    names = [row[1] for row in connection.execute("PRAGMA table_info(event)")]
    assert names == ["seq", *COLUMNS]
    connection.close()


def test_an_older_file_is_brought_up_to_date_with_its_events(path: Path) -> None:
    with Store.open(path) as store:
        append_events(store, event("begin"), event("answer", text="6"))
    steps = [
        *MIGRATIONS,
        lambda connection: connection.execute("ALTER TABLE event ADD COLUMN mood TEXT NOT NULL DEFAULT 'calm'"),
        lambda connection: connection.execute("CREATE TABLE review (rule TEXT PRIMARY KEY)"),
    ]
    connection = raw_rows(path)
    migrate(connection, steps)
    assert connection.execute("PRAGMA user_version").fetchone() == (len(steps),)
    assert connection.execute("SELECT kind, text, mood FROM event ORDER BY seq").fetchall() == [
        ("begin", "", "calm"),
        ("answer", "6", "calm"),
    ]
    migrate(connection, steps)  # a second time there is nothing left to do
    migrate(connection)  # and an older program changes nothing
    assert connection.execute("PRAGMA user_version").fetchone() == (len(steps),)
    connection.close()


def test_a_step_that_fails_leaves_the_older_file_as_it_was(path: Path) -> None:
    with Store.open(path) as store:
        append_events(store, event("begin"))
    connection = raw_rows(path)
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


def fill(path: Path, number: int) -> None:
    """A long history: 100 exercises, a try of ten events at a time."""
    database = Database(path, timeout=2.0)
    database.write(
        event(
            "begin" if i % 10 == 0 else "solved" if i % 10 == 9 and i % 70 else "answer",
            worksheet=f"try {i // 10}",
            exercise=f"exercise {i // 10 % 100}",
        )
        for i in range(number)
    )
    database.close()


def count_steps(store: Store, ask: Callable[[Store], object]) -> int:
    """How many hundreds of steps SQLite takes to answer."""
    counted: list[None] = []
    assert store._database is not None
    store._database._connection.set_progress_handler(lambda: counted.append(None), 100)
    ask(store)
    store._database._connection.set_progress_handler(None, 0)
    return len(counted)


def test_a_much_longer_history_is_summed_up_with_the_same_effort(tmp_path: Path) -> None:
    short, long = tmp_path / "short.sqlite3", tmp_path / "long.sqlite3"
    fill(short, 1_000)
    fill(long, 20_000)
    with Store.open(short) as few, Store.open(long) as many:
        for ask in (
            lambda store: store._database._prepare(),
            Store.states,
            Store.exercise_to_continue,
            lambda store: store.events("basics", "exercise 5"),
            lambda store: store.with_database(lambda database: database.due_rules("2030-01-01")),
        ):
            assert count_steps(many, ask) <= 2 * count_steps(few, ask) + 1
        assert count_steps(few, lambda store: store.with_database(lambda database: list(database.all_events()))) > 100
        assert set(few.states()) == set(many.states())


def test_the_file_is_in_the_folder_the_learner_chose(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BACKPROP_TUTOR_HOME", str(tmp_path / "mine"))
    assert default_path() == tmp_path / "mine" / "progress.sqlite3"
    monkeypatch.setenv("BACKPROP_TUTOR_HOME", "")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert default_path().name == "progress.sqlite3"
    assert default_path().parent.name == "backprop-tutor"


def test_a_folder_that_is_not_there_is_made(tmp_path: Path) -> None:
    with Store.open(tmp_path / "a" / "b" / "progress.sqlite3") as store:
        assert store.append(event("begin"))
        assert store.notice is None


def test_entering_the_room_loads_no_database() -> None:
    code = (
        "import sys, tutor.practice.storage.store; "
        "print([name for name in ('sqlite3', 'platformdirs', 'uuid') if name in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
