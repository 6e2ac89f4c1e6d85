"""Merging the events of two computers into one file, in the order of their times."""

from __future__ import annotations

import heapq
from itertools import accumulate
from typing import TYPE_CHECKING, TypeVar

from tutor.practice.event import utc_now
from tutor.practice.storage.migrations import protect_events, unprotect_events

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator

_T = TypeVar("_T")


def merge_by_time(connection: sqlite3.Connection, num_added: int) -> None:
    """Renumber events so that the last `num_added` are in order of time among the others.

    The events of each computer keep their order, even if its clock was set back. Call it within a transaction.
    """
    rows = connection.execute("SELECT seq, at FROM event ORDER BY seq").fetchall()
    existing, added = rows[: len(rows) - num_added], rows[len(rows) - num_added :]
    merged = heapq.merge(with_latest_time(existing), with_latest_time(added), key=lambda row: row[0])
    order = [seq for _, seq in merged]
    if order == sorted(order):
        return
    unprotect_events(connection)
    # Negative numbers in between, because two events may never have the same number.
    connection.executemany("UPDATE event SET seq = ? WHERE seq = ?", [(-new, old) for new, old in enumerate(order, 1)])
    connection.execute("UPDATE event SET seq = -seq")
    protect_events(connection)


def with_latest_time(rows: Iterable[tuple[_T, str]]) -> Iterator[tuple[str, _T]]:
    """Pair each event, or its number, with the latest time up to it.

    A time ahead of now says nothing but that the clock was wrong: such an event stays right behind the one before, so
    that a reset which another computer dates ahead doesn't hide what was done here in the meantime.
    """
    rows, now = list(rows), utc_now()
    times = accumulate((at if at <= now else "" for _, at in rows), max)
    return zip(times, (event for event, _ in rows), strict=True)
