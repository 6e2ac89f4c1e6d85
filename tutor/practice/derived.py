"""The skills as the file keeps them: derived from the events, brought forward with each, made anew when need be."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from tutor.practice import resets
from tutor.practice.event import COLUMNS, Event
from tutor.practice.resets import RESETTING

if TYPE_CHECKING:
    from tutor.practice.standing import Skill

#: The version of what skills are derived like. Skills of another version are made anew.
DERIVATION = 1

_NEVER = "9999-12-31"
#: What a row that has been damaged leads to.
_SPOILT = (ValueError, KeyError, TypeError, AttributeError, ArithmeticError, AssertionError)
_FROM = "FROM event WHERE seq > ? AND (rule <> '' OR kind IN ('reset', 'restore')) ORDER BY seq"


def get_ready(events: Iterable[Event]) -> None:
    """Load what `take` needs, before others are kept waiting for its transaction."""
    if any(event.rule for event in events):
        from tutor.practice import skills, standing  # noqa: F401
        from tutor.practice.schedule import get_ready

        get_ready()


def take(connection: sqlite3.Connection, events: Iterable[Event]) -> None:
    """Let new events take effect on their rules, in the transaction that adds them."""
    telling = [event for event in events if event.rule or event.kind in RESETTING]
    if not telling or not _fresh(connection):
        return
    if any(event.kind in RESETTING for event in telling):
        forget(connection)
        return
    try:
        _put(connection, _changed(connection, telling))
    except _SPOILT:
        # What is derived can be made again; the events themselves must not be lost for it.
        forget(connection)


def _changed(connection: sqlite3.Connection, events: Iterable[Event]) -> Iterable[Skill]:
    from tutor.practice import skills
    from tutor.practice.standing import Skill

    found: dict[str, Skill] = {}
    for event in events:
        rule = skills.known(event.rule, event.blank)
        if rule is None:
            continue
        if rule not in found:
            row = connection.execute("SELECT data FROM skill WHERE rule = ?", (rule,)).fetchone()
            found[rule] = Skill.from_json(rule, row[0]) if row else Skill(rule)
        found[rule].take(event)
    return found.values()


def forget(connection: sqlite3.Connection) -> None:
    """Let the skills be made anew before they are asked for again."""
    connection.execute("DELETE FROM derived WHERE name = 'skill'")


def due(connection: sqlite3.Connection, day: str) -> list[str] | None:
    """The rules that are due on a day, the longest waiting first; None where the skills must be made first."""
    if not _fresh(connection):
        return None
    return [rule for (rule,) in connection.execute("SELECT rule FROM skill WHERE due <= ? ORDER BY due, rule", (day,))]


def skills(connection: sqlite3.Connection) -> Mapping[str, Skill] | None:
    """Every rule that was practised; None where the skills must be made first."""
    from tutor.practice.standing import Skill

    if not _fresh(connection):
        return None
    try:
        rows = connection.execute("SELECT rule, data FROM skill ORDER BY rule")
        return {rule: Skill.from_json(rule, data) for rule, data in rows}
    except _SPOILT:
        return None


def replay(connection: sqlite3.Connection) -> tuple[dict[str, Skill], int]:
    """The skills that all events come to, and the number of the last event that was looked at."""
    found: dict[str, Skill] = {}
    connection.execute("BEGIN")
    try:
        (last,) = connection.execute("SELECT coalesce(max(seq), 0) FROM event").fetchone()
        _replay(connection, found, 0)
    finally:
        connection.execute("ROLLBACK")
    return found, last


def store_replayed(connection: sqlite3.Connection, found: dict[str, Skill], last: int) -> bool:
    """Keep what `replay` found, with what has been added since. False where that undoes some of it."""
    (resetting,) = connection.execute(
        "SELECT count(*) FROM event WHERE seq > ? AND kind IN ('reset', 'restore')", (last,)
    ).fetchone()
    if resetting:
        return False
    _replay(connection, found, last)
    connection.execute("DELETE FROM skill")
    _put(connection, found.values())
    connection.execute("INSERT OR REPLACE INTO derived VALUES ('skill', ?)", (DERIVATION,))
    return True


def _replay(connection: sqlite3.Connection, found: dict[str, Skill], since: int) -> None:
    from tutor.practice import skills
    from tutor.practice.standing import Skill

    holding = resets.active(connection)
    rows = connection.execute(f"SELECT seq, {', '.join(COLUMNS)} {_FROM}", (since,))
    for seq, *values in rows:
        try:
            event = Event(**dict(zip(COLUMNS, values, strict=True)))
        except ValueError:
            continue
        rule = skills.known(event.rule, event.blank)
        if rule is None or (holding and seq <= resets.boundary(holding, event.pack, event.exercise)):
            continue
        found.setdefault(rule, Skill(rule)).take(event)


def _put(connection: sqlite3.Connection, found: Iterable[Skill]) -> None:
    connection.executemany(
        "INSERT OR REPLACE INTO skill VALUES (?, ?, ?, ?)",
        [
            (skill.rule, skill.due.isoformat() if skill.due else _NEVER, skill.standing, skill.to_json())
            for skill in found
        ],
    )


def _fresh(connection: sqlite3.Connection) -> bool:
    """Whether the skills can be relied on."""
    row = connection.execute("SELECT version FROM derived WHERE name = 'skill'").fetchone()
    return row is not None and row[0] == DERIVATION
