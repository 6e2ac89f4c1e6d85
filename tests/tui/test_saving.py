"""Entries that can't be saved for a while: the screen goes on, says why, and saves them by itself later."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from typing import TYPE_CHECKING

from tests.support.app_driver import open_app, open_home, screen_lines, screen_text, wait_until
from tests.support.events import make_event, run_sql
from tutor.practice.storage.store import Store, default_path

if TYPE_CHECKING:
    from pathlib import Path

ADD_MULTIPLY = "basics/add-multiply"


def hold_lock(path: Path) -> closing[sqlite3.Connection]:
    """Hold the write lock of a progress file until the result is closed."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    return closing(other)


async def test_entries_are_saved_by_themselves_once_a_lock_is_released() -> None:
    path = default_path()
    with Store.open(path, for_screen=True) as store:
        async with open_app(ADD_MULTIPLY, store=store, size=(100, 30)) as session:
            with hold_lock(path):
                await session.answer("1")
                await session.answer("2")
                await session.wait_for_text("not saved", "2 of 5", "Another program has locked")
            await wait_until(session.pilot, lambda: not store.has_unsaved)
            # In the key bar: the message about the lock says it, too, and stays for a while.
            await wait_until(session.pilot, lambda: "not saved" not in screen_lines(session.pilot)[-1])
            assert run_sql(path, "SELECT count(*) FROM event WHERE kind = 'answer'") == [(2,)]
    assert store.notice is None


async def test_the_list_opens_while_another_program_keeps_the_file_locked() -> None:
    path = default_path()
    Store.open(path).close()
    with hold_lock(path):
        async with open_home(size=(100, 30)) as pilot:
            await wait_until(pilot, lambda: "Another program has locked" in screen_text(pilot))


def seconds_of_entries(path: Path, number: int, *, for_screen: bool) -> float:
    """Return how long it takes to enter something while the file is locked."""
    with Store.open(path, for_screen=for_screen) as store, hold_lock(path):
        start = time.perf_counter()
        for _ in range(number):
            assert not store.append(make_event("answer"))
            store.states()
            store.exercise_to_continue()
        return time.perf_counter() - start


def test_the_screen_waits_only_a_moment_for_a_lock(tmp_path: Path) -> None:
    path = tmp_path / "progress.sqlite3"
    # On the command line the first entry alone waits 2 s: ten on the screen take far less.
    assert seconds_of_entries(path, 10, for_screen=True) < seconds_of_entries(path, 1, for_screen=False) / 2
