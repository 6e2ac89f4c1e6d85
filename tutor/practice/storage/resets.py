"""Resets: what was done before one is set aside, in an exercise, in a pack or everywhere. Nothing is deleted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor.practice.event import Event, new_id

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

    from tutor.practice.storage.store import Store

RESET, RESTORE = "reset", "restore"
RESET_KINDS = (RESET, RESTORE)


@dataclass(frozen=True, slots=True)
class Reset:
    """A reset that holds. Without an exercise it is of a pack, without a pack of everything."""

    id: str
    at: str
    pack: str
    exercise: str
    seq: int

    def covers(self, pack: str, exercise: str) -> bool:
        return self.pack in ("", pack) and self.exercise in ("", exercise)


def active_resets(connection: sqlite3.Connection) -> list[Reset]:
    """The resets that were not taken back, oldest first."""
    found: dict[str, Reset] = {}
    rows = connection.execute(
        "SELECT id, at, pack, exercise, seq, kind, text FROM event WHERE kind IN ('reset', 'restore') ORDER BY seq"
    )
    for id, at, pack, exercise, seq, kind, text in rows:
        if kind == RESET:
            found[id] = Reset(id, at, pack, exercise, seq)
        else:
            found.pop(text, None)
    return list(found.values())


def reset_sequence(resets: Iterable[Reset], pack: str, exercise: str) -> int:
    """The number of the event up to which all events of an exercise are set aside; 0 for none."""
    return max((reset.seq for reset in resets if reset.covers(pack, exercise)), default=0)


def create_active_view(connection: sqlite3.Connection) -> None:
    """Make `lasting` stand for the events that are not set aside, in this connection."""
    connection.execute("DROP VIEW IF EXISTS temp.lasting")
    conditions = ["kind NOT IN ('reset', 'restore')"]
    for reset in active_resets(connection):
        where = [f"seq > {reset.seq}"]
        if reset.pack:
            where.append(f"pack <> {_quote(reset.pack)}")
        if reset.exercise:
            where.append(f"exercise <> {_quote(reset.exercise)}")
        conditions.append(f"({' OR '.join(where)})")
    connection.execute(f"CREATE TEMP VIEW lasting AS SELECT * FROM main.event WHERE {' AND '.join(conditions)}")


def _quote(text: str) -> str:
    """A text inside SQL, where a view takes no parameters."""
    return "'" + text.replace("'", "''").replace("\0", "") + "'"


def reset(store: Store, pack: str = "", exercise: str = "") -> Reset | None:
    """Set aside all that was done so far in an exercise, in a pack, or everywhere. Nothing is deleted.

    None where it can't be saved; then nothing has happened.
    """
    event = Event(kind=RESET, worksheet=new_id(), pack=pack, exercise=exercise, fingerprint="")
    if not _save_now(store, event):
        return None
    return next((held for held in list_resets(store) if held.id == event.id), None)


def restore(store: Store, id: str) -> bool:
    """Take a reset back. False where that can't be saved."""
    return _save_now(store, Event(kind=RESTORE, worksheet=new_id(), pack="", exercise="", text=id, fingerprint=""))


def list_resets(store: Store) -> list[Reset]:
    """The resets that hold, oldest first."""
    return store.with_database(lambda database: database.resets()) or []


def _save_now(store: Store, event: Event) -> bool:
    """Keep an event now or not at all: one that waits in memory would come into force at another time."""
    if not store.flush():
        return False
    return store.with_database(lambda database: database.write([event])) is not None
