"""Events of two computers in one file, in the order in which things were done."""

from __future__ import annotations

from heapq import merge as merged
from itertools import accumulate
from typing import TYPE_CHECKING

from tutor.practice.storage.migrations import protect_events, unprotect_events

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator


def merge_by_time(connection: sqlite3.Connection, num_added: int) -> None:
    """Put the last `added` events where they belong by their times; `connection` is in a transaction.

    The events of either computer keep their order, also where its clock went back.
    """
    rows = connection.execute("SELECT seq, at FROM event ORDER BY seq").fetchall()
    here, theirs = rows[: len(rows) - num_added], rows[len(rows) - num_added :]
    order = [seq for _, seq in merged(_with_latest_time(here), _with_latest_time(theirs), key=lambda row: row[0])]
    if order == sorted(order):
        return
    unprotect_events(connection)
    # By way of negative numbers, as no two events may have the same one in between.
    connection.executemany("UPDATE event SET seq = ? WHERE seq = ?", [(-new, old) for new, old in enumerate(order, 1)])
    connection.execute("UPDATE event SET seq = -seq")
    protect_events(connection)


def _with_latest_time(rows: Iterable[tuple[int, str]]) -> Iterator[tuple[str, int]]:
    """Each event's number with the latest time so far."""
    rows = list(rows)
    times = accumulate((at for _, at in rows), max)
    return zip(times, (seq for seq, _ in rows), strict=True)
