"""The hash chain: every change to stored rows shows, and nothing that a learner does in good faith."""

from __future__ import annotations

import json
import random
import sqlite3
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.fuzz import chains
from tests.support.events import all_events, append_events, make_event, run_sql, time_after
from tutor.practice.chain import check_chain, with_link
from tutor.practice.event import SALVAGED, Event
from tutor.practice.export import Sealing, as_json, read_export
from tutor.practice.storage.database import Database
from tutor.practice.storage.migrations import MIGRATIONS, migrate, unprotect_events
from tutor.practice.storage.store import Store

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

#: Texts that an export writes in another way than the progress file, or that look like a part of the chain.
TEXTS = ["6", "−2·e² 가", "\x1f\x1f6", "a\nb\t\x1b[31m", "\u202e\ufeff", "1::0123456789abcdef", "", "\\x1f", "\ud800"]


def history(number: int = 12, worksheet: str = "try 1", minutes: float = 0) -> list[Event]:
    begin = make_event("begin", worksheet, at=time_after(minutes=minutes), seed=None)
    return [
        begin,
        *(
            make_event(
                "answer",
                worksheet,
                at=time_after(minutes=minutes + i + 1),
                text=TEXTS[i % len(TEXTS)],
                seed=-i,
                duration=0.1 * i,
                hints=i % 3,
                proof=bool(i % 2),
                position=i,
                verdict="wrong",
            )
            for i in range(number)
        ),
    ]


def stored(path: Path, *events: Event) -> list[Event]:
    with Store.open(path) as store:
        append_events(store, *events)
        return all_events(store)


def export_to(path: Path, events: Sequence[Event]) -> Path:
    path.write_text("".join(as_json(event) + "\n" for event in events), encoding="utf-8")
    return path


def imported(path: Path, events: Sequence[Event]) -> list[Event]:
    """Return the events of a progress file after an import of others by way of an export."""
    with Store.open(path) as store:
        export = export_to(path.with_suffix(".jsonl"), events)
        attempts = [attempt.event for attempt in read_export(export)]
        assert store.with_database(lambda database: database.merge(attempts, "file")) is not None
        return all_events(store)


def assert_whole(events: Sequence[Event]) -> None:
    check = check_chain(events)
    assert (check.changed, check.gaps, check.lost, check.unreadable) == ([], [], 0, 0)


# --- what shows ---


@pytest.mark.parametrize("place", range(13))
def test_every_change_of_a_field_shows(path: Path, place: int) -> None:
    events = stored(path, *history())
    event = events[place]
    others: dict[str, Any] = {
        "id": "other", "at": time_after(days=3), "worksheet": "try 2", "kind": "noted", "pack": "other", "exercise": "other",
        "rule": "mul.0", "seed": 77, "blank": "x", "text": "7", "verdict": "right", "mistake": "mul.own-input", "hints": 9,
        "duration": event.duration + 1e-9, "fingerprint": "cafe", "proof": not event.proof, "content": "c", "message": "m",
        "position": 99, "program": "9", "link": with_link(event, "0" * 16).link,
    }  # fmt: skip
    assert set(others) == set(Event.__slots__)
    for name, value in others.items():
        check = check_chain([replace(other, **{name: value}) if other is event else other for other in events])
        assert check.changed or check.gaps, name
    stripped = check_chain([replace(other, link="") if other is event else other for other in events])
    assert [changed.id for changed in stripped.changed] == [event.id]


def test_every_row_that_is_removed_shows_except_at_the_end(path: Path) -> None:
    events = stored(path, *history())
    for place in range(len(events) - 1):
        check = check_chain(events[:place] + events[place + 1 :])
        assert ([gap.id for gap in check.gaps], check.changed) == ([events[place + 1].id], [])


def test_every_inserted_row_and_every_swap_of_contents_shows(path: Path) -> None:
    events = stored(path, *history())
    dice = random.Random(5)
    for place, event in enumerate(events):
        copy = replace(event, id="new", at=time_after(minutes=place + 0.5))
        assert [changed.id for changed in check_chain([*events, copy]).changed] == ["new"]
        other = dice.choice([each for each in events if each is not event])
        swapped = {
            event.id: replace(other, id=event.id, link=event.link),
            other.id: replace(event, id=other.id, link=other.link),
        }
        assert len(check_chain([swapped.get(each.id, each) for each in events]).changed) == 2


def test_changes_of_the_progress_file_show_in_its_next_export(path: Path) -> None:
    events = stored(path, *history())
    connection = sqlite3.connect(path, isolation_level=None)
    unprotect_events(connection)
    connection.execute("UPDATE event SET verdict = 'right' WHERE seq = 5")
    connection.execute("DELETE FROM event WHERE seq = 9")
    connection.close()
    check = check_chain(
        [attempt.event for attempt in read_export(export_to(path.with_suffix(".jsonl"), stored_now(path)))]
    )
    assert ([event.id for event in check.changed], [event.id for event in check.gaps]) == (
        [events[4].id],
        [events[9].id],
    )


def stored_now(path: Path) -> list[Event]:
    with Store.open(path) as store:
        return all_events(store)


def test_the_seal_tells_a_removed_end_another_order_and_an_added_line(path: Path) -> None:
    def seal(events: Sequence[Event]) -> object:
        sealing = Sealing()
        for event in events:
            sealing.add(event)
        return sealing.seal()

    old = make_event("begin", "old", at=time_after(days=-3))
    events = [old, *stored(path, *history())]
    own = seal(events)
    assert own == seal([attempt.event for attempt in read_export(export_to(path.with_suffix(".jsonl"), events))])
    assert seal([old]) is None
    changed = [events[:-1], [*events[:3], events[4], events[3], *events[5:]], [*events, make_event("answer")]]
    changed += [[replace(old, text="7"), *events[1:]], [*events[:-1], replace(events[-1], link="")]]
    assert all(seal(others) != own for others in changed)


# --- what doesn't ---


def test_what_is_stored_is_whole_after_an_export_and_in_any_order(path: Path, tmp_path: Path) -> None:
    events = stored(path, *history())
    assert_whole(events)
    assert check_chain(events).linked == len(events)
    random.Random(1).shuffle(events)
    assert_whole(events)
    assert_whole(imported(tmp_path / "other.sqlite3", events))


def test_attempts_of_earlier_versions_have_no_chain_and_are_not_accused(path: Path, tmp_path: Path) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    migrate(connection, MIGRATIONS[:3])
    names = [name for name in Event.__slots__ if name not in ("program", "link")]
    old = history(4)
    for event in old:
        connection.execute(
            f"INSERT INTO event ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})",
            [getattr(event, name) for name in names],
        )
    connection.close()
    events = stored(path, *history(3, "try 2", 20))
    check = check_chain(events)
    assert (check.known_before, check.linked) == (5, 4)
    assert_whole(events)
    there = imported(tmp_path / "other.sqlite3", events)
    assert check_chain(there).known_before == 5
    assert_whole(there)
    assert "seal" not in json.loads(as_json(old[0]))


def test_merges_resets_and_imports_taken_back_keep_both_chains_whole(tmp_path: Path) -> None:
    here, there = tmp_path / "here.sqlite3", tmp_path / "there.sqlite3"
    dice = random.Random(7)
    for step in range(12):
        path, other = (here, there) if dice.random() < 0.5 else (there, here)
        minutes = dice.uniform(-500, 500)  # the clocks of the two differ
        match dice.randrange(5):
            case 0 | 1:
                stored(path, *history(dice.randrange(4), f"try {step}", minutes))
            case 2:
                imported(path, stored_now(other))
            case 3:
                with Store.open(path) as store:
                    store.reset("basics", "add")
                    if dice.random() < 0.5:
                        store.restore(store.resets()[0].id)
            case 4:
                with Store.open(path) as store:
                    store.with_database(lambda database: database.undo_import())
                    store.ensure_skills()
                run_sql(path, "VACUUM")
        assert_whole(stored_now(path))
    assert_whole(imported(here, stored_now(there)))
    assert_whole(imported(here, stored_now(here)))


def test_a_copied_file_that_goes_on_in_two_places_is_whole_when_they_are_merged(tmp_path: Path) -> None:
    here, there = tmp_path / "here.sqlite3", tmp_path / "there.sqlite3"
    stored(here, *history(4))
    run_sql(here, f"VACUUM INTO '{there}'")
    stored(here, *history(3, "try 2", 20))
    theirs = stored(there, *history(3, "try 3", 21))
    assert_whole(imported(here, theirs))
    assert_whole(stored(here, *history(3, "try 4", 40)))
    assert len(stored_now(here)) == 5 + 4 + 4 + 4


def test_sessions_at_once_and_a_file_that_is_moved_away_keep_the_chain_whole(path: Path) -> None:
    with Store.open(path) as one, Store.open(path) as two:
        for number in range(6):
            append_events(one if number % 2 else two, make_event("answer", text=str(number)))
        assert_whole(all_events(one))
        run_sql(path, "PRAGMA wal_checkpoint(TRUNCATE)")
        path.rename(path.with_name("moved.sqlite3"))
        append_events(one, make_event("answer", text="after"))
        assert_whole(all_events(one))
    # The same events now have a link in each file, and those that followed them in the other one come back.
    for back in (path, path.with_name("moved.sqlite3")):
        merged = imported(path, stored_now(back))
    assert_whole(merged)
    assert len(merged) == 7
    assert_whole(stored_now(path))


@pytest.mark.parametrize("seed", range(2))
def test_what_damage_takes_away_is_noted_and_never_blamed_on_anyone(path: Path, tmp_path: Path, seed: int) -> None:
    stored(path, *(event for number in range(12) for event in history(12, f"try {number}", 20 * number)))
    with Store.open(path) as store:
        assert store.with_database(lambda database: database.query("PRAGMA wal_checkpoint(TRUNCATE)")) is not None
    content = bytearray(path.read_bytes())
    dice = random.Random(seed)
    for _ in range(3):
        start = dice.randrange(12, len(content) // 4096) * 4096
        content[start : start + 4096] = dice.randbytes(4096)
    path.write_bytes(content)
    with Store.open(path) as store:
        store.ensure_skills()
        append_events(store, make_event("begin", "after"))
        events = all_events(store)
    check = check_chain(events)
    assert (check.changed, check.gaps, check.unreadable) == ([], [], 0)
    assert bool(check.lost) == any(event.kind == SALVAGED for event in events)
    assert check_chain(imported(tmp_path / "other.sqlite3", events)).is_whole


def test_a_link_of_a_later_version_is_not_read(path: Path) -> None:
    events = stored(path, *history(3))
    later = check_chain([*events[:3], replace(events[3], link="2:abc:def")])
    assert (later.unreadable, later.is_whole) == (1, True)


def test_events_that_waited_beside_the_file_join_the_chain(path: Path) -> None:
    database = Database(path, timeout=2.0)
    linked = [replace(event, program="0.9") for event in history(3, "try 2", -50)]
    database.write(history(3))
    database.merge(linked)
    events = list(database.all_events())
    database.close()
    assert_whole(events)
    assert all(event.link for event in events)


@pytest.mark.parametrize("seed", range(3))
def test_nothing_is_said_against_honest_operations_on_three_computers(seed: int) -> None:
    assert chains.run(seed, steps=8)[1] == []
