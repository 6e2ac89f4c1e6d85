"""Resets: what was done before one is set aside, in an exercise, in a pack or everywhere. Nothing is deleted."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

RESET, RESTORE = "reset", "restore"
RESETTING = (RESET, RESTORE)


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


def active(connection: sqlite3.Connection) -> list[Reset]:
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


def boundary(resets: Iterable[Reset], pack: str, exercise: str) -> int:
    """The number of the event up to which all events of an exercise are set aside; 0 for none."""
    return max((reset.seq for reset in resets if reset.covers(pack, exercise)), default=0)


def view(connection: sqlite3.Connection) -> None:
    """Make `lasting` stand for the events that are not set aside, in this connection."""
    connection.execute("DROP VIEW IF EXISTS temp.lasting")
    conditions = ["kind NOT IN ('reset', 'restore')"]
    for reset in active(connection):
        where = [f"seq > {reset.seq}"]
        if reset.pack:
            where.append(f"pack <> {_quoted(reset.pack)}")
        if reset.exercise:
            where.append(f"exercise <> {_quoted(reset.exercise)}")
        conditions.append(f"({' OR '.join(where)})")
    connection.execute(f"CREATE TEMP VIEW lasting AS SELECT * FROM main.event WHERE {' AND '.join(conditions)}")


def _quoted(text: str) -> str:
    """A text inside SQL, where a view takes no parameters."""
    return "'" + text.replace("'", "''").replace("\0", "") + "'"
