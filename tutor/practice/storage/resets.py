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


class HiddenSequences:
    """The number of the last event that resets hide, looked up by exercise however many resets there are."""

    def __init__(self, resets: Iterable[Reset]) -> None:
        # Oldest first, so that the last reset of a scope wins.
        self._by_scope = {(reset.pack, reset.exercise): reset.seq for reset in resets}

    def last_hidden(self, pack: str, exercise: str) -> int:
        """Return the number of the last event of an exercise that is hidden; 0 if none is."""
        scopes = ((pack, exercise), (pack, ""), ("", exercise), ("", ""))
        return max(self._by_scope.get(scope, 0) for scope in scopes)

    def rows(self) -> list[tuple[str, str, int]]:
        """Return pack, exercise and number of the last reset of each scope."""
        return [(pack, exercise, seq) for (pack, exercise), seq in self._by_scope.items()]


def create_active_view(connection: sqlite3.Connection) -> None:
    """Create the view `active_event` in this connection: the events that no reset hides.

    The resets are in a table, because a condition for each would exceed SQLite's limit of 1,000 nested expressions.
    """
    connection.execute(
        "CREATE TEMP TABLE IF NOT EXISTS active_reset "
        "(pack TEXT, exercise TEXT, seq INTEGER, PRIMARY KEY (pack, exercise)) WITHOUT ROWID"
    )
    connection.execute("DELETE FROM active_reset")
    rows = HiddenSequences(active_resets(connection)).rows()
    connection.executemany("INSERT INTO active_reset VALUES (?, ?, ?)", rows)
    connection.execute(
        """
        CREATE TEMP VIEW IF NOT EXISTS active_event AS SELECT * FROM main.event
        WHERE kind NOT IN ('reset', 'restore') AND NOT EXISTS (
            SELECT 1 FROM active_reset AS reset
            WHERE reset.pack IN ('', event.pack) AND reset.exercise IN ('', event.exercise) AND reset.seq > event.seq
        )
        """
    )
