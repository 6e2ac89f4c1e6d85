"""Entries that the progress file can't take wait beside it, so that neither a kill nor a quit loses them."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import pytest

from tests.support.events import all_events, append_events, make_event, time_after
from tutor.practice.storage import store as store_module
from tutor.practice.storage.pending import pending_files, pending_path, write_pending
from tutor.practice.storage.quarantine import quarantine
from tutor.practice.storage.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def write_lock(path: Path) -> Iterator[None]:
    """Hold the write lock of a progress file."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


def texts(path: Path) -> list[str]:
    with Store.open(path) as store:
        return [event.text for event in store.events("basics", "add")]


def test_a_killed_session_that_was_locked_out_loses_nothing(path: Path) -> None:
    store = Store.open(path, for_screen=True)
    append_events(store, make_event("begin"))
    with write_lock(path):
        for number in range(5):
            assert not store.append(make_event("answer", text=f"가 {number}"))
    del store  # never closed, as after a kill
    assert texts(path) == ["", *(f"가 {number}" for number in range(5))]
    assert pending_files(path) == []


def test_entries_that_are_saved_after_all_do_not_wait_any_more(path: Path) -> None:
    with Store.open(path, for_screen=True) as store:
        with write_lock(path):
            assert not store.append(make_event("begin"))
            assert store.has_unsaved
            assert len(pending_files(path)) == 1
        assert store.flush()
        assert not store.has_unsaved
        assert pending_files(path) == []
        assert store.notice is None


def test_entries_that_wait_are_added_while_another_session_runs(path: Path) -> None:
    with Store.open(path, for_screen=True) as store:
        with write_lock(path):
            assert not store.append(make_event("begin"))
        with Store.open(path) as other:
            assert len(all_events(other)) == 1
        assert store.append(make_event("answer", text="1"))
        assert len(all_events(store)) == 2


def test_a_session_that_is_locked_at_its_start_adds_waiting_entries_later(path: Path) -> None:
    Store.open(path).close()
    write_pending(pending_path(path, "x"), [make_event("begin")])
    with Store.open(path, for_screen=True) as store:
        pass
    assert pending_files(path) == []
    write_pending(pending_path(path, "y"), [make_event("answer", text="1")])
    with write_lock(path):
        store = Store.open(path, for_screen=True)
        assert len(pending_files(path)) == 1
    assert store.append(make_event("answer", text="2"))
    assert pending_files(path) == []
    store.close()


def test_what_cannot_be_read_of_waiting_entries_is_kept(path: Path) -> None:
    file = pending_path(path, "x")
    write_pending(file, [make_event("begin"), make_event("answer", text="1")])
    content = file.read_bytes() + b'{"half": \n'
    file.write_bytes(content)
    assert texts(path) == ["", "1"]
    [kept] = (other for other in path.parent.iterdir() if other != path)
    assert "damaged" in kept.name
    assert kept.read_bytes() == content
    assert texts(path) == ["", "1"]


def test_a_kill_after_a_damaged_file_was_moved_loses_nothing_that_could_be_read(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = [make_event("begin"), *(make_event("answer", at=time_after(minutes=i), text=f"{i}") for i in range(50))]
    with Store.open(path) as store:
        append_events(store, *events)
    with closing(sqlite3.connect(path)) as connection:
        (root,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name LIKE '%by_exercise'").fetchone()
    with path.open("r+b") as file:
        file.seek((root - 1) * 4096)
        file.write(b"\xff" * 4096)

    class Killed(BaseException):
        pass

    def move_and_die(*arguments: object) -> None:
        assert quarantine(*arguments)  # type: ignore[arg-type]
        raise Killed

    monkeypatch.setattr(store_module, "quarantine", move_and_die)
    store = Store.open(path)
    with pytest.raises(Killed):
        store.states()
    assert not path.exists()
    monkeypatch.undo()
    assert texts(path) == [event.text for event in events]
    assert pending_files(path) == []


def test_entries_are_kept_if_the_folder_is_removed_or_replaced_by_a_file(path: Path) -> None:
    folder = path.parent / "mine"
    path = folder / path.name
    with Store.open(path, for_screen=True) as store:
        append_events(store, make_event("begin"))
        shutil.rmtree(folder)
        folder.write_text("a file")
        for number in range(3):
            assert not store.append(make_event("answer", text=f"{number}"))
        assert str(path) in str(store.notice)
        folder.unlink()
        assert store.flush()
        assert store.notice is None
    assert texts(path) == ["", "0", "1", "2"]


def test_entries_that_cannot_be_kept_anywhere_are_said_to_be_lost(path: Path) -> None:
    path = path.parent / "file" / path.name
    path.parent.write_text("a file")
    with Store.open(path) as store:
        assert not store.append(make_event("begin"))
        assert not store.append(make_event("answer"))
    assert str(store.notice) == f"Your last answers could not be saved in {path} and are lost: 2."
