"""Imports that can be undone: which events each import added."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tutor.practice.storage.migrations import protect_events, unprotect_events

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

# Created with the first import and no part of the schema's version, so that earlier versions can use the file, too.
_TABLES = (
    "CREATE TABLE IF NOT EXISTS import (number INTEGER PRIMARY KEY, source TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS imported_event (id TEXT PRIMARY KEY, import INTEGER NOT NULL) WITHOUT ROWID",
)


class UndoneImport(NamedTuple):
    """An import that was undone: the file that the events came from, and how many were removed."""

    source: str
    num_removed: int


def record_import(connection: sqlite3.Connection, source: str, ids: Iterable[str]) -> None:
    """Note that the events with these ids came from the file `source`. Call it within the transaction."""
    _create_tables(connection)
    number = connection.execute("INSERT INTO import (source) VALUES (?)", (source,)).lastrowid
    connection.executemany("INSERT OR REPLACE INTO imported_event VALUES (?, ?)", [(id, number) for id in ids])


def undo_last_import(connection: sqlite3.Connection) -> UndoneImport | None:
    """Delete the events of the last import; what was done here afterwards stays. Call it within a transaction."""
    _create_tables(connection)
    last = connection.execute("SELECT number, source FROM import ORDER BY number DESC LIMIT 1").fetchone()
    if last is None:
        return None
    number, source = last
    unprotect_events(connection)
    cursor = connection.execute(
        "DELETE FROM event WHERE id IN (SELECT id FROM imported_event WHERE import = ?)", (number,)
    )
    protect_events(connection)
    connection.execute("DELETE FROM imported_event WHERE import = ?", (number,))
    connection.execute("DELETE FROM import WHERE number = ?", (number,))
    return UndoneImport(source, cursor.rowcount)


def _create_tables(connection: sqlite3.Connection) -> None:
    for statement in _TABLES:
        connection.execute(statement)
