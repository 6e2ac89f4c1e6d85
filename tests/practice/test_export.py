"""Tests of export and import."""

from __future__ import annotations

import csv
import io
import json
import random
import sqlite3
from typing import TYPE_CHECKING

import pytest

from tests.support.events import all_events, append_events, make_event, run_sql, time_after
from tutor.practice import review
from tutor.practice.event import COLUMNS, Event
from tutor.practice.export import ATTEMPTS_HEADER, InvalidExportError, as_json, as_row, read_export, spreadsheet_cell
from tutor.practice.storage.store import Store

if TYPE_CHECKING:
    from pathlib import Path


def merge_events(store: Store, events: list[Event]) -> int | None:
    return store.with_database(lambda database: database.merge(events))


def write_export(path: Path, events: list[Event], learner: str = "") -> Path:
    path.write_text("".join(as_json(event, learner) + "\n" for event in events), encoding="utf-8")
    return path


SAMPLES = [
    make_event("begin", at=time_after(minutes=0), seed=None),
    make_event(
        "answer",
        at=time_after(minutes=1),
        rule="mul",
        blank="x->mul1.0",
        text="−2·e² ∂L/∂z 가",
        verdict="right",
        proof=True,
        seed=-(2**63),
        content="c0ffee",
        message="mul.own-input?",
        position=7,
    ),
    make_event("hint", at=time_after(minutes=2), rule="mul", hints=3, duration=12.75),
]


def test_exported_attempts_are_read_unchanged(tmp_path: Path) -> None:
    attempts = list(read_export(write_export(tmp_path / "a.jsonl", SAMPLES, "민지")))
    assert [attempt.event for attempt in attempts] == SAMPLES
    assert {attempt.learner for attempt in attempts} == {"민지"}
    assert [attempt.learner for attempt in read_export(write_export(tmp_path / "b.jsonl", SAMPLES))] == ["", "", ""]


def test_a_csv_row_has_a_cell_for_every_field() -> None:
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
def test_numbers_and_plain_texts_stay_unchanged(text: str) -> None:
    assert spreadsheet_cell(text) == text


def json_lines(*data: object) -> bytes:
    return b"".join(json.dumps(line).encode() + b"\n" for line in data)


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
    ids=lambda content: f"{len(content)} bytes",  # The random id of the sample would differ between processes.
)
def test_a_damaged_or_foreign_file_is_rejected(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(InvalidExportError) as raised:
        list(read_export(path))
    assert str(raised.value.notice).endswith(".")


def test_a_folder_and_a_missing_file_are_rejected(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none"):
        with pytest.raises(InvalidExportError):
            list(read_export(path))


def test_control_characters_in_an_export_are_escaped(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(json_lines({**GOOD, "text": "\x1b[31m\u202e2", "exercise": "a\nb"}))
    [attempt] = read_export(path)
    assert attempt.event.text == "\\x1b[31m\\u202e2"
    assert attempt.event.exercise == "a\\x0ab"


def test_times_are_converted_to_utc(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(json_lines({**GOOD, "at": "2026-03-02T19:01:00+09:00"}))
    assert [attempt.event.at for attempt in read_export(path)] == ["2026-03-02T10:01:00.000000+00:00"]


def test_attempts_of_two_computers_are_merged_in_order_of_time(path: Path) -> None:
    ours = [
        make_event("begin", "a", at=time_after(minutes=0)),
        make_event("answer", "a", at=time_after(minutes=1)),
        make_event("begin", "c", at=time_after(minutes=20)),
        make_event("answer", "c", at=time_after(minutes=21)),
    ]
    theirs = [
        make_event("begin", "b", at=time_after(minutes=10)),
        make_event("answer", "b", at=time_after(minutes=11)),
        make_event("answer", "b", at=time_after(minutes=21.5)),
    ]
    with Store.open(path) as store:
        append_events(store, *ours)
        assert merge_events(store, theirs) == 3
        assert all_events(store) == [*ours[:2], *theirs[:2], *ours[2:], theirs[2]]
        # The latest try is still one of this computer.
        assert [event.worksheet for event in store.events("basics", "add")] == ["c", "c"]
        assert merge_events(store, theirs + ours) == 0
        assert store.append(make_event("answer", "c", at=time_after(minutes=30)))
        assert len(all_events(store)) == 8


def test_each_computers_order_stays_even_if_its_clock_was_set_back(path: Path) -> None:
    ours = [
        make_event("begin", "a", at=time_after(minutes=10)),
        make_event("answer", "a", at=time_after(minutes=1), text="1"),
        make_event("answer", "a", at=time_after(minutes=12), text="2"),
    ]
    theirs = [
        make_event("begin", "b", at=time_after(minutes=5)),
        make_event("answer", "b", at=time_after(minutes=3), text="3"),
        make_event("answer", "b", at=time_after(minutes=11), text="4"),
    ]
    with Store.open(path) as store:
        append_events(store, *ours)
        assert merge_events(store, theirs) == 3
        events = all_events(store)
        assert [event for event in events if event.worksheet == "a"] == ours
        assert [event for event in events if event.worksheet == "b"] == theirs


def test_events_are_protected_again_after_a_merge(path: Path) -> None:
    with Store.open(path) as store:
        assert store.append(make_event("begin", at=time_after(minutes=10)))
        assert merge_events(store, [make_event("begin", "b", at=time_after(minutes=0))]) == 1
    with pytest.raises(sqlite3.IntegrityError):
        run_sql(path, "DELETE FROM event")


def test_skills_after_a_merge_are_those_of_all_attempts(tmp_path: Path) -> None:
    events = [
        make_event(
            "answer",
            f"try {day}",
            at=time_after(days=day),
            rule="mul",
            blank="x",
            verdict=("right", "wrong")[day % 4 == 1],
            proof=True,
            fingerprint=f"numbers {day}",
        )
        for day in range(9)
    ]
    with Store.open(tmp_path / "one.sqlite3") as one, Store.open(tmp_path / "two.sqlite3") as two:
        append_events(one, *events)
        append_events(two, *events[1::2])
        assert merge_events(two, events[::2]) == 5
        assert review.load_skills(two) == review.load_skills(one)


def test_a_reset_is_merged(tmp_path: Path) -> None:
    with Store.open(tmp_path / "one.sqlite3") as one, Store.open(tmp_path / "two.sqlite3") as two:
        events = make_event("begin"), make_event("answer")
        append_events(one, *events)
        append_events(two, *events)
        assert one.reset() is not None
        assert merge_events(two, all_events(one)) == 1
        assert two.states() == {}


def test_a_merge_that_cannot_be_saved_changes_nothing(path: Path) -> None:
    with Store.open(path) as store:
        assert store.append(make_event("begin", at=time_after(minutes=10)))
        assert store._database is not None
        connection = store._database._connection
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")
        assert (
            merge_events(
                store,
                [make_event("answer", f"try {n}", at=time_after(minutes=n / 100), text="1" * 500) for n in range(500)],
            )
            is None
        )
        assert "disk is full" in str(store.notice)
        connection.execute("PRAGMA max_page_count = 1000000")
        assert len(all_events(store)) == 1
