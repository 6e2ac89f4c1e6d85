"""The schema of the progress file, and the steps that migrate an older one."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from typing import TypeAlias

#: Marks a SQLite file as ours: the letters BPTU.
APPLICATION_ID = 0x42505455

#: The version of the rules by which skills are derived from events. Skills of another version are rebuilt.
DERIVATION_VERSION = 2

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
    """Make the event table append-only, with each event once."""
    for change in ("UPDATE", "DELETE"):
        connection.execute(
            f"CREATE TRIGGER no_{change.lower()} BEFORE {change} ON event "
            "BEGIN SELECT RAISE(ABORT, 'events are only ever added'); END"
        )
    # INSERT OR REPLACE deletes without firing the trigger above. Because this one ignores an event that is already
    # in the file, an event that may or may not have been saved can simply be written again.
    connection.execute(
        "CREATE TRIGGER once BEFORE INSERT ON event "
        "WHEN EXISTS (SELECT 1 FROM event WHERE id = NEW.id OR seq = NEW.seq) "
        "BEGIN SELECT RAISE(IGNORE); END"
    )


def unprotect_events(connection: sqlite3.Connection) -> None:
    """Allow events to be renumbered; call `protect_events` before the transaction ends."""
    for trigger in ("no_update", "no_delete", "once"):
        connection.execute(f"DROP TRIGGER {trigger}")


def _add_skill_tables(connection: sqlite3.Connection) -> None:
    connection.execute("ALTER TABLE event ADD COLUMN proof INTEGER NOT NULL DEFAULT 0")
    connection.execute("CREATE INDEX event_resets ON event (seq) WHERE kind IN ('reset', 'restore')")
    # The skill of each rule, derived from the events: `due` and `standing` as columns for fast queries, the rest as
    # JSON. `derived` holds the version of that derivation; without a row there, the table has to be rebuilt.
    connection.execute(
        "CREATE TABLE skill (rule TEXT PRIMARY KEY, due TEXT NOT NULL, standing TEXT NOT NULL, data TEXT NOT NULL)"
    )
    connection.execute("CREATE TABLE derived (name TEXT PRIMARY KEY, version INTEGER NOT NULL)")
    if not connection.execute("SELECT count(*) FROM event").fetchone()[0]:
        # A new file has skills of this version, and its owner nothing to be told about it.
        connection.execute("INSERT INTO derived VALUES ('skill', ?), ('told', ?)", (DERIVATION_VERSION,) * 2)


def _add_item_columns(connection: sqlite3.Connection) -> None:
    for name in ("content", "message"):
        connection.execute(f"ALTER TABLE event ADD COLUMN {name} TEXT NOT NULL DEFAULT ''")
    connection.execute("ALTER TABLE event ADD COLUMN position INTEGER NOT NULL DEFAULT 0")


def _add_chain(connection: sqlite3.Connection) -> None:
    for name in ("program", "link"):
        connection.execute(f"ALTER TABLE event ADD COLUMN {name} TEXT NOT NULL DEFAULT ''")
    # The hash of the last event that was stored here, empty before the first. Earlier ones stay without a link.
    connection.execute("CREATE TABLE chain (head TEXT NOT NULL)")
    connection.execute("INSERT INTO chain VALUES ('')")


#: The step from each version to the next, oldest first. A step that changes events must drop the triggers first.
MIGRATIONS: tuple[Migration, ...] = (_create_event_table, _add_skill_tables, _add_item_columns, _add_chain)

SCHEMA_VERSION = len(MIGRATIONS)


def migrate(connection: sqlite3.Connection, migrations: Sequence[Migration] = MIGRATIONS) -> None:
    """Migrate a new or older file to the version of `migrations`, in one transaction.

    `connection` must be in autocommit mode (`isolation_level=None`). Raise sqlite3.Error and leave the file as
    it was if a step fails. Leave a file of this version or a newer one alone.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Read again under the lock: another process may have migrated the file in the meantime.
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
    """Return the version of the file, 0 for an empty one."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])
