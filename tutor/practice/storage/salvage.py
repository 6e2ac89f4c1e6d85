"""Salvage of the events of a damaged progress file that can still be read."""

from __future__ import annotations

import heapq
import shutil
import sqlite3
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tutor.atomic_files import remove_stale_files
from tutor.practice.event import COLUMNS, Event, check_plausible, parse_time
from tutor.practice.storage.merge import with_latest_time

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

#: The bytes that the shortest event takes up, to bound how many events a file can have.
_MIN_EVENT_SIZE = 64


def salvage_events(path: Path) -> dict[str, Event]:
    """Return the events that can be read, in order, by id; empty if there are none. Never raises, changes nothing.

    Events are read in order as long as possible, and after a damaged page one by one.
    """
    try:
        with _temporary_folder(path.parent) as folder:
            # A copy, because SQLite would write to the file and its log.
            copy = Path(folder, "copy.sqlite3")
            for suffix in ("", "-wal"):
                source = path.with_name(path.name + suffix)
                if source.exists():
                    shutil.copyfile(source, copy.with_name(copy.name + suffix))
            with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
                # A truncated file is refused without it.
                connection.execute("PRAGMA writable_schema = ON")
                connection.text_factory = lambda text: text.decode("utf-8", "replace")
                return {event.id: event for event in _readable_events(connection, copy.stat().st_size)}
    except (OSError, sqlite3.Error, UnicodeDecodeError):
        return {}


def _temporary_folder(folder: Path) -> TemporaryDirectory[str]:
    """Return a new folder in `folder`, or where the system has room for one if there is none."""
    remove_stale_files(folder)
    try:
        return TemporaryDirectory(prefix=".salvage-", dir=folder)
    except OSError:
        return TemporaryDirectory()


def merge_with_seen(salvaged: Mapping[str, Event], seen: Mapping[str, Event]) -> dict[str, Event]:
    """Return salvaged events and those of this session, which are exact, in order of time."""
    others = [(event, event.at) for event in salvaged.values() if event.id not in seen]
    session = [(_with_link_of(event, salvaged), event.at) for event in seen.values()]
    merged = heapq.merge(with_latest_time(others), with_latest_time(session), key=lambda row: row[0])
    return {event.id: event for _, event in merged}


def _with_link_of(event: Event, salvaged: Mapping[str, Event]) -> Event:
    """Return an event of this session with the link that it got in the file."""
    return event if event.link or event.id not in salvaged else replace(event, link=salvaged[event.id].link)


def _readable_events(connection: sqlite3.Connection, size: int) -> Iterator[Event]:
    present = {row[1] for row in connection.execute("PRAGMA table_info(event)")}
    # A file of an older version lacks some columns, which have defaults.
    columns = [name for name in COLUMNS if name in present]
    select = f"SELECT seq, {', '.join(columns)} FROM event"
    last, end = 0, _last_sequence(connection, size)
    while last < end:
        with suppress(sqlite3.DatabaseError):
            for seq, *values in connection.execute(f"{select} WHERE seq > ? ORDER BY seq", (last,)):
                # Damaged pages may lead back to earlier ones, again and again.
                if not last < seq <= end:
                    break
                last = seq
                yield from _valid_event(columns, values)
            else:
                return
        while last < end:
            last += 1
            try:
                row = connection.execute(f"{select} WHERE seq = ?", (last,)).fetchone()
            except sqlite3.DatabaseError:
                continue
            if row is not None:
                yield from _valid_event(columns, row[1:])
                break


def _last_sequence(connection: sqlite3.Connection, size: int) -> int:
    """Return the number of the last event, or a bound for it if that can't be read."""
    try:
        (last,) = connection.execute("SELECT coalesce(max(seq), 0) FROM event").fetchone()
    except sqlite3.DatabaseError:
        last = size
    return min(int(last), size // _MIN_EVENT_SIZE)


def _valid_event(columns: list[str], values: list[object]) -> Iterator[Event]:
    """Yield the event of a row unless its bytes have changed."""
    try:
        event = Event(**dict(zip(columns, values, strict=True)))  # type: ignore[arg-type]
        # As strict as an import, so that an export of what was salvaged can be imported.
        parse_time(event.at)
        check_plausible(event)
    except (ValueError, TypeError):
        return
    if event.id and event.kind:
        yield event
