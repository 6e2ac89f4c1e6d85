"""Resets: an event hides all earlier events of an exercise, of a pack or of everything. Nothing is deleted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

RESET, RESTORE = "reset", "restore"
RESET_KINDS = (RESET, RESTORE)


@dataclass(frozen=True, slots=True)
class Reset:
    """An active reset of an exercise, of a pack (no exercise) or of everything (no pack)."""

    id: str
    at: str
    pack: str
    exercise: str
    seq: int

    def covers(self, pack: str, exercise: str) -> bool:
        return self.pack in ("", pack) and self.exercise in ("", exercise)


def active_resets(connection: sqlite3.Connection) -> list[Reset]:
    """Return the resets that were not undone, oldest first."""
    resets: dict[str, Reset] = {}
    rows = connection.execute(
        "SELECT id, at, pack, exercise, seq, kind, text FROM event WHERE kind IN ('reset', 'restore') ORDER BY seq"
    )
    for id, at, pack, exercise, seq, kind, text in rows:
        if kind == RESET:
            resets[id] = Reset(id, at, pack, exercise, seq)
        else:
            resets.pop(text, None)
    return list(resets.values())


def reset_sequence(resets: Iterable[Reset], pack: str, exercise: str) -> int:
    """Return the number of the last event of an exercise that is hidden; 0 if none is."""
    return max((reset.seq for reset in resets if reset.covers(pack, exercise)), default=0)


def create_active_view(connection: sqlite3.Connection) -> None:
    """Create the view `active_event` in this connection: the events that no reset hides."""
    connection.execute("DROP VIEW IF EXISTS temp.active_event")
    conditions = ["kind NOT IN ('reset', 'restore')"]
    for reset in active_resets(connection):
        visible = [f"seq > {reset.seq}"]
        if reset.pack:
            visible.append(f"pack <> {_quote(reset.pack)}")
        if reset.exercise:
            visible.append(f"exercise <> {_quote(reset.exercise)}")
        conditions.append(f"({' OR '.join(visible)})")
    connection.execute(f"CREATE TEMP VIEW active_event AS SELECT * FROM main.event WHERE {' AND '.join(conditions)}")


def _quote(text: str) -> str:
    """Return a text as an SQL literal, because a view takes no parameters."""
    return "'" + text.replace("'", "''").replace("\0", "") + "'"
