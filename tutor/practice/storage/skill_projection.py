"""The skills as the file keeps them: derived from the events, brought forward with each, made anew when need be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.practice.event import COLUMNS, Event
from tutor.practice.storage import resets
from tutor.practice.storage.resets import RESET_KINDS

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping

    from tutor.practice.mastery import Skill

#: The version of what skills are derived like. Skills of another version are made anew.
DERIVATION_VERSION = 1

_NEVER_DUE = "9999-12-31"
#: What a row that has been damaged leads to.
_DAMAGED_ROW_ERRORS = (ValueError, KeyError, TypeError, AttributeError, ArithmeticError, AssertionError)
_RULE_EVENTS = "FROM event WHERE seq > ? AND (rule <> '' OR kind IN ('reset', 'restore')) ORDER BY seq"


def preload(events: Iterable[Event]) -> None:
    """Load what `take` needs, before others are kept waiting for its transaction."""
    if any(event.rule for event in events):
        from tutor.practice.scheduler import preload

        preload()


def apply_events(connection: sqlite3.Connection, events: Iterable[Event]) -> None:
    """Let new events take effect on their rules, in the transaction that adds them."""
    telling = [event for event in events if event.rule or event.kind in RESET_KINDS]
    if not telling or not _is_current(connection):
        return
    if any(event.kind in RESET_KINDS for event in telling):
        invalidate(connection)
        return
    try:
        _save_skills(connection, _updated_skills(connection, telling))
    except _DAMAGED_ROW_ERRORS:
        # What is derived can be made again; the events themselves must not be lost for it.
        invalidate(connection)


def _updated_skills(connection: sqlite3.Connection, events: Iterable[Event]) -> Iterable[Skill]:
    from tutor.practice import rule_ids
    from tutor.practice.mastery import Skill

    found: dict[str, Skill] = {}
    for event in events:
        rule = rule_ids.normalise_rule_id(event.rule, event.blank)
        if rule is None:
            continue
        if rule not in found:
            row = connection.execute("SELECT data FROM skill WHERE rule = ?", (rule,)).fetchone()
            found[rule] = Skill.from_json(rule, row[0]) if row else Skill(rule)
        found[rule].apply(event)
    return found.values()


def invalidate(connection: sqlite3.Connection) -> None:
    """Let the skills be made anew before they are asked for again."""
    connection.execute("DELETE FROM derived WHERE name = 'skill'")


def due_rules(connection: sqlite3.Connection, day: str) -> list[str] | None:
    """The rules that are due on a day, the longest waiting first; None where the skills must be made first."""
    if not _is_current(connection):
        return None
    return [rule for (rule,) in connection.execute("SELECT rule FROM skill WHERE due <= ? ORDER BY due, rule", (day,))]


def load_skills(connection: sqlite3.Connection) -> Mapping[str, Skill] | None:
    """Every rule that was practised; None where the skills must be made first."""
    from tutor.practice.mastery import Skill

    if not _is_current(connection):
        return None
    try:
        rows = connection.execute("SELECT rule, data FROM skill ORDER BY rule")
        return {rule: Skill.from_json(rule, data) for rule, data in rows}
    except _DAMAGED_ROW_ERRORS:
        return None


def rebuild(connection: sqlite3.Connection) -> tuple[dict[str, Skill], int]:
    """The skills that all events come to, and the number of the last event that was looked at."""
    found: dict[str, Skill] = {}
    connection.execute("BEGIN")
    try:
        (last,) = connection.execute("SELECT coalesce(max(seq), 0) FROM event").fetchone()
        _apply_since(connection, found, 0)
    finally:
        connection.execute("ROLLBACK")
    return found, last


def commit_rebuild(connection: sqlite3.Connection, found: dict[str, Skill], last: int) -> bool:
    """Keep what `replay` found, with what has been added since. False where that undoes some of it."""
    (resetting,) = connection.execute(
        "SELECT count(*) FROM event WHERE seq > ? AND kind IN ('reset', 'restore')", (last,)
    ).fetchone()
    if resetting:
        return False
    _apply_since(connection, found, last)
    connection.execute("DELETE FROM skill")
    _save_skills(connection, found.values())
    connection.execute("INSERT OR REPLACE INTO derived VALUES ('skill', ?)", (DERIVATION_VERSION,))
    return True


def _apply_since(connection: sqlite3.Connection, found: dict[str, Skill], since: int) -> None:
    from tutor.practice import rule_ids
    from tutor.practice.mastery import Skill

    holding = resets.active_resets(connection)
    rows = connection.execute(f"SELECT seq, {', '.join(COLUMNS)} {_RULE_EVENTS}", (since,))
    for seq, *values in rows:
        try:
            event = Event(**dict(zip(COLUMNS, values, strict=True)))
        except ValueError:
            continue
        rule = rule_ids.normalise_rule_id(event.rule, event.blank)
        if rule is None or (holding and seq <= resets.reset_sequence(holding, event.pack, event.exercise)):
            continue
        found.setdefault(rule, Skill(rule)).apply(event)


def _save_skills(connection: sqlite3.Connection, found: Iterable[Skill]) -> None:
    connection.executemany(
        "INSERT OR REPLACE INTO skill VALUES (?, ?, ?, ?)",
        [
            (skill.rule, skill.due.isoformat() if skill.due else _NEVER_DUE, skill.mastery, skill.to_json())
            for skill in found
        ],
    )


def _is_current(connection: sqlite3.Connection) -> bool:
    """Whether the skills can be relied on."""
    row = connection.execute("SELECT version FROM derived WHERE name = 'skill'").fetchone()
    return row is not None and row[0] == DERIVATION_VERSION
