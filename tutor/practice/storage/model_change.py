"""A change of the model by which skills are derived: what it changed for this learner, told once.

The table `derived` holds it beside the version of the skills: `told` is the last version that the learner was told of,
`solid before` how many rules were solid in the version before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tutor.practice.storage.migrations import DERIVATION_VERSION

if TYPE_CHECKING:
    import sqlite3

_TOLD, _BEFORE = "told", "solid before"


class ModelChange(NamedTuple):
    """How many rules were solid by the model before, and are now."""

    solid_before: int
    solid_now: int


def keep_old_count(connection: sqlite3.Connection) -> None:
    """Keep how many rules are solid before skills of an earlier version are replaced."""
    told, before = _read(connection)
    if told != DERIVATION_VERSION and before is None:
        _write(connection, _BEFORE, _count_solid(connection))


def take_change(connection: sqlite3.Connection) -> ModelChange | None:
    """Return the change that the learner was not told of yet, and mark it as told; None before the skills are rebuilt."""
    told, before = _read(connection)
    if told == DERIVATION_VERSION or before is None:
        return None
    change = ModelChange(before, _count_solid(connection))
    _write(connection, _TOLD, DERIVATION_VERSION)
    connection.execute("DELETE FROM derived WHERE name = ?", (_BEFORE,))
    return change


def _read(connection: sqlite3.Connection) -> tuple[int | None, int | None]:
    rows = dict(connection.execute("SELECT name, version FROM derived WHERE name IN (?, ?)", (_TOLD, _BEFORE)))
    return rows.get(_TOLD), rows.get(_BEFORE)


def _write(connection: sqlite3.Connection, name: str, number: int) -> None:
    connection.execute("INSERT OR REPLACE INTO derived VALUES (?, ?)", (name, number))


def _count_solid(connection: sqlite3.Connection) -> int:
    (count,) = connection.execute("SELECT count(*) FROM skill WHERE standing = 'solid'").fetchone()
    return int(count)
