"""What the progress file looks like inside, and how an older one is brought up to date."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from typing import TypeAlias

#: Tells our file from any other SQLite file: the letters BPTU.
APPLICATION_ID = 0x42505455

Migration: TypeAlias = Callable[[sqlite3.Connection], object]


def _create_event_table(connection: sqlite3.Connection) -> None:
    connection.execute(
        """
        CREATE TABLE event (
            seq INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            at TEXT NOT NULL,
            worksheet TEXT NOT NULL,
            kind TEXT NOT NULL,
            pack TEXT NOT NULL,
            exercise TEXT NOT NULL,
            rule TEXT NOT NULL,
            seed INTEGER,
            blank TEXT NOT NULL,
            text TEXT NOT NULL,
            verdict TEXT NOT NULL,
            mistake TEXT NOT NULL,
            hints INTEGER NOT NULL,
            duration REAL NOT NULL,
            fingerprint TEXT NOT NULL
        )
        """
    )
    connection.execute("CREATE INDEX event_by_exercise ON event (pack, exercise, kind)")
    connection.execute("CREATE INDEX event_by_worksheet ON event (worksheet)")
    protect_events(connection)


def protect_events(connection: sqlite3.Connection) -> None:
    """Let events only ever be added, each once."""
    for change in ("UPDATE", "DELETE"):
        connection.execute(
            f"CREATE TRIGGER no_{change.lower()} BEFORE {change} ON event "
            "BEGIN SELECT RAISE(ABORT, 'events are only ever added'); END"
        )
    # INSERT OR REPLACE deletes without asking the trigger above. With this one an event that is there already
    # stays as it is, so that one whose saving was in doubt can simply be written again.
    connection.execute(
        "CREATE TRIGGER once BEFORE INSERT ON event "
        "WHEN EXISTS (SELECT 1 FROM event WHERE id = NEW.id OR seq = NEW.seq) "
        "BEGIN SELECT RAISE(IGNORE); END"
    )


def unprotect_events(connection: sqlite3.Connection) -> None:
    """Let events be put in another order; `guard` again before the transaction ends."""
    for trigger in ("no_update", "no_delete", "once"):
        connection.execute(f"DROP TRIGGER {trigger}")


def _add_skill_tables(connection: sqlite3.Connection) -> None:
    connection.execute("ALTER TABLE event ADD COLUMN proof INTEGER NOT NULL DEFAULT 0")
    connection.execute("CREATE INDEX event_resets ON event (seq) WHERE kind IN ('reset', 'restore')")
    # What the events come to, rule by rule: `due` and `standing` for quick questions, the rest in JSON. It can be
    # made anew from the events at any time. `derived` says which version of that derivation a table holds; where
    # it says nothing, the table is not to be relied on.
    connection.execute(
        "CREATE TABLE skill (rule TEXT PRIMARY KEY, due TEXT NOT NULL, standing TEXT NOT NULL, data TEXT NOT NULL)"
    )
    connection.execute("CREATE TABLE derived (name TEXT PRIMARY KEY, version INTEGER NOT NULL)")
    if not connection.execute("SELECT count(*) FROM event").fetchone()[0]:
        from tutor.practice.storage.skill_projection import DERIVATION_VERSION

        connection.execute("INSERT INTO derived VALUES ('skill', ?)", (DERIVATION_VERSION,))


#: The step from each version to the next, oldest first. A step that changes events drops the triggers first.
MIGRATIONS: tuple[Migration, ...] = (_create_event_table, _add_skill_tables)

SCHEMA_VERSION = len(MIGRATIONS)


def migrate(connection: sqlite3.Connection, migrations: Sequence[Migration] = MIGRATIONS) -> None:
    """Bring a new or older file to the version of `migrations`, all in one transaction.

    `connection` is in autocommit mode (`isolation_level=None`). Raises sqlite3.Error and leaves the file as
    it was when a step fails. A file of this version or a newer one is left alone.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Read under the lock: another process may have done it all since we looked.
        for step in migrations[schema_version(connection) :]:
            step(connection)
        if schema_version(connection) < len(migrations):
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {len(migrations)}")
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def schema_version(connection: sqlite3.Connection) -> int:
    """The version of the file, 0 for one that holds nothing yet."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])
