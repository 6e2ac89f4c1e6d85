"""What a learner takes home comes back whole on another computer, and harms no spreadsheet."""

from __future__ import annotations

import csv
import io
import json
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tutor.practice import review
from tutor.practice.event import COLUMNS, Event
from tutor.practice.export import ATTEMPTS_HEADER, InvalidExportError, as_json, as_row, read_export, spreadsheet_cell
from tutor.practice.storage.store import Store

if TYPE_CHECKING:
    from pathlib import Path

START = datetime(2026, 3, 2, 10, tzinfo=UTC)


def event(kind: str, minute: float, worksheet: str = "try", exercise: str = "add", **more: Any) -> Event:
    at = (START + timedelta(minutes=minute)).isoformat(timespec="microseconds")
    return Event(kind=kind, at=at, worksheet=worksheet, pack="basics", exercise=exercise, fingerprint="f00d", **more)


def all_events(store: Store) -> list[Event]:
    return store.with_database(lambda database: list(database.all_events())) or []


def merge_events(store: Store, events: list[Event]) -> int | None:
    return store.with_database(lambda database: database.merge(events))


def write_export(path: Path, events: list[Event], learner: str = "") -> Path:
    path.write_text("".join(as_json(event, learner) + "\n" for event in events), encoding="utf-8")
    return path


SAMPLES = [
    event("begin", 0, seed=None),
    event(
        "answer", 1, rule="mul", blank="x->mul1.0", text="−2·e² ∂L/∂z 가", verdict="right", proof=True, seed=-(2**63)
    ),
    event("hint", 2, rule="mul", hints=3, duration=12.75),
]


def test_what_is_exported_is_read_as_it_was(tmp_path: Path) -> None:
    found = list(read_export(write_export(tmp_path / "a.jsonl", SAMPLES, "민지")))
    assert [attempt.event for attempt in found] == SAMPLES
    assert {attempt.learner for attempt in found} == {"민지"}
    assert [attempt.learner for attempt in read_export(write_export(tmp_path / "b.jsonl", SAMPLES))] == ["", "", ""]


def test_a_row_of_csv_has_a_cell_for_every_field() -> None:
    assert ("learner", *COLUMNS) == ATTEMPTS_HEADER
    assert all(len(as_row(event, "x")) == len(ATTEMPTS_HEADER) for event in SAMPLES)


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "=cmd|' /C calc'!A0",
        "+1+1",
        "-2+3",
        "@SUM(A1)",
        " =1",
        "\t=1",
        "\r=1",
        "\n=1",
        "＝1+1",
        "−",
        "-inf",
        "+x",
        "-1e5x",
    ],
)
def test_no_text_becomes_a_formula_in_a_spreadsheet(text: str) -> None:
    [row] = csv.reader(io.StringIO(",".join(['"' + spreadsheet_cell(text).replace('"', '""') + '"'])))
    assert row[0][:1] not in ("=", "+", "-", "@", "＝", "\t", "\r", "\n")


@pytest.mark.parametrize("text", ["-0.25", "+3", "-12e-5", "3/4", "x*y", ""])
def test_plain_numbers_and_texts_stay_as_they_are(text: str) -> None:
    assert spreadsheet_cell(text) == text


def json_lines(*data: object) -> bytes:
    return b"".join(json.dumps(each).encode() + b"\n" for each in data)


GOOD = json.loads(as_json(SAMPLES[1]))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello\n",
        b"\xff\xfe\x00",
        b"id,at\n1,2\n",
        b"[]\n",
        b"3\n",
        json_lines({}),
        json_lines(GOOD) + b"{",
        json_lines(GOOD, {**GOOD, "seed": 2**70}),
        json_lines(GOOD, {**GOOD, "duration": "long"}),
        json_lines(GOOD, {**GOOD, "duration": float("nan")}),
        json_lines(GOOD, {**GOOD, "duration": -5}),
        json_lines(GOOD, {**GOOD, "hints": True}),
        json_lines(GOOD, {**GOOD, "proof": 7}),
        json_lines(GOOD, {**GOOD, "at": "yesterday"}),
        json_lines(GOOD, {**GOOD, "at": "2999-01-01T00:00:00+00:00"}),
        json_lines(GOOD, {**GOOD, "id": ""}),
        json_lines(GOOD, {**GOOD, "learner": 3}),
        json_lines(GOOD) + b"[" * 100_000 + b"\n",
        json_lines(GOOD) + b"9" * 90_000 + b"\n",
        json_lines(GOOD) + b"x" * 10_000_000,
        random.Random(1).randbytes(5000),
    ],
)
def test_a_damaged_or_foreign_file_is_refused_whole(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(InvalidExportError) as refused:
        list(read_export(path))
    assert str(refused.value.notice).endswith(".")


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none"):
        with pytest.raises(InvalidExportError):
            list(read_export(path))


def test_texts_from_elsewhere_can_do_nothing_in_a_terminal(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(json_lines({**GOOD, "text": "\x1b[31m\u202e2", "exercise": "a\nb"}))
    [attempt] = read_export(path)
    assert attempt.event.text == "\\x1b[31m\\u202e2"
    assert attempt.event.exercise == "a\\x0ab"


def test_a_time_of_another_zone_is_the_same_moment(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(json_lines({**GOOD, "at": "2026-03-02T19:01:00+09:00"}))
    assert [attempt.event.at for attempt in read_export(path)] == ["2026-03-02T10:01:00.000000+00:00"]


def test_the_attempts_of_two_computers_stand_in_the_order_in_which_they_were_made(tmp_path: Path) -> None:
    here = [event("begin", 0, "a"), event("answer", 1, "a"), event("begin", 20, "c"), event("answer", 21, "c")]
    there = [event("begin", 10, "b"), event("answer", 11, "b"), event("answer", 21.5, "b")]
    with Store.open(tmp_path / "progress.sqlite3") as store:
        for each in here:
            assert store.append(each)
        assert merge_events(store, there) == 3
        assert all_events(store) == [*here[:2], *there[:2], *here[2:], there[2]]
        # The try begun last is still the one from here.
        assert [each.worksheet for each in store.events("basics", "add")] == ["c", "c"]
        assert merge_events(store, there + here) == 0
        assert store.append(event("answer", 30, "c"))
        assert len(all_events(store)) == 8


def test_each_computers_own_order_stays_even_where_its_clock_went_back(tmp_path: Path) -> None:
    here = [event("begin", 10, "a"), event("answer", 1, "a", text="1"), event("answer", 12, "a", text="2")]
    there = [event("begin", 5, "b"), event("answer", 3, "b", text="3"), event("answer", 11, "b", text="4")]
    with Store.open(tmp_path / "progress.sqlite3") as store:
        for each in here:
            assert store.append(each)
        assert merge_events(store, there) == 3
        found = all_events(store)
        assert [each for each in found if each.worksheet == "a"] == here
        assert [each for each in found if each.worksheet == "b"] == there


def test_events_are_guarded_again_after_a_merge(tmp_path: Path) -> None:
    import sqlite3

    path = tmp_path / "progress.sqlite3"
    with Store.open(path) as store:
        assert store.append(event("begin", 10))
        assert merge_events(store, [event("begin", 0, "b")]) == 1
    connection = sqlite3.connect(path)
    with pytest.raises(sqlite3.IntegrityError):
        connection.execute("DELETE FROM event")
    connection.close()


def test_skills_after_a_merge_are_those_of_one_learner_at_one_computer(tmp_path: Path) -> None:
    events = [
        event(
            "answer",
            60.0 * 24 * day,
            f"try {day}",
            rule="mul",
            blank="x",
            verdict=("right", "wrong")[day % 4 == 1],
            proof=True,
        )
        for day in range(9)
    ]
    events = [replace(each, fingerprint=f"numbers {day}") for day, each in enumerate(events)]
    with Store.open(tmp_path / "one.sqlite3") as one, Store.open(tmp_path / "two.sqlite3") as two:
        for each in events:
            assert one.append(each)
        for each in events[1::2]:
            assert two.append(each)
        assert merge_events(two, events[::2]) == 5
        assert review.load_skills(two) == review.load_skills(one)


def test_a_reset_is_taken_along(tmp_path: Path) -> None:
    with Store.open(tmp_path / "one.sqlite3") as one, Store.open(tmp_path / "two.sqlite3") as two:
        for each in [event("begin", 0), event("answer", 1)]:
            assert one.append(each)
            assert two.append(each)
        assert one.reset() is not None
        assert merge_events(two, all_events(one)) == 1
        assert two.states() == {}


def test_a_merge_that_cannot_be_saved_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "progress.sqlite3"
    with Store.open(path) as store:
        assert store.append(event("begin", 10))
        assert store._database is not None
        connection = store._database._connection
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")
        assert merge_events(store, [event("answer", n / 100, f"try {n}", text="1" * 500) for n in range(500)]) is None
        assert "disk is full" in str(store.notice)
        connection.execute("PRAGMA max_page_count = 1000000")
        assert len(all_events(store)) == 1
