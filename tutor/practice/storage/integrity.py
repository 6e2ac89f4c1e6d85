"""Integrity check of a progress file: whether an error came from damage."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from tutor.practice.storage.errors import is_damage
from tutor.practice.storage.migrations import MIGRATIONS, migrate, schema_version

if TYPE_CHECKING:
    from pathlib import Path

#: Seconds to wait for another process.
_TIMEOUT = 2.0


def is_damaged(path: Path) -> bool:
    """Return whether SQLite finds damage in the file, or a part of our schema is missing or changed.

    Return False if the file can't be checked now. 100,000 events take about 0.2 s.
    """
    try:
        with closing(sqlite3.connect(path, timeout=_TIMEOUT)) as connection:
            # SQLite's own error about invalid bytes in the schema says nothing of damage.
            connection.text_factory = lambda text: text.decode("utf-8", "replace")
            if not _expected_schema(schema_version(connection)) <= _schema_of(connection):
                return True
            return bool(connection.execute("PRAGMA integrity_check(1)").fetchone()[0] != "ok")
    except sqlite3.Error as error:
        return is_damage(error)
    except UnicodeDecodeError:  # invalid bytes in the schema
        return True


def _expected_schema(version: int) -> set[tuple[str, str]]:
    """Return the schema of an undamaged file of a version; a newer version's is not known here."""
    if version > len(MIGRATIONS):
        return set()
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        migrate(connection, MIGRATIONS[:version])
        return _schema_of(connection)


def _schema_of(connection: sqlite3.Connection) -> set[tuple[str, str]]:
    """Return name and SQL of each table, index and trigger, without differences in white space."""
    rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
    return {(name, " ".join(sql.split())) for name, sql in rows}
