"""Events, journals and progress files for tests."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from tutor.practice import review
from tutor.practice.event import Event

if TYPE_CHECKING:
    from pathlib import Path

    from tutor.practice.storage.store import Store

START = datetime(2026, 3, 2, 10, tzinfo=UTC)


def time_after(**delta: float) -> str:
    """Return the time of an event after START, such as `time_after(minutes=3)`."""
    return (START + timedelta(**delta)).isoformat(timespec="microseconds")


def make_event(kind: str, worksheet: str = "try 1", **fields: Any) -> Event:
    """Return an event of basics/add, at the present time unless `at` is given."""
    defaults = {"kind": kind, "worksheet": worksheet, "pack": "basics", "exercise": "add", "fingerprint": "f00d"}
    return Event(**(defaults | fields))


def append_events(store: Store, *events: Event) -> None:
    """Append events, which must be saved at once."""
    for event in events:
        assert store.append(event)


def all_events(store: Store) -> list[Event]:
    """Return every event in the file."""
    return store.with_database(lambda database: list(database.all_events())) or []


def stored_skills(store: Store) -> dict[str, str]:
    """Return the skills in the file as JSON, by rule."""
    return {rule: skill.to_json() for rule, skill in review.load_skills(store).items()}


def rebuilt_skills(store: Store) -> dict[str, str]:
    """Rebuild the skills from all events; return them as JSON, by rule."""
    store.with_database(lambda database: database.rebuild_skills())
    return stored_skills(store)


def run_sql(path: Path, *statements: str) -> list[tuple[Any, ...]]:
    """Execute SQL on a progress file, past the store; return the rows of the last statement."""
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        rows: list[tuple[Any, ...]] = []
        for statement in statements:
            rows = connection.execute(statement).fetchall()
        return rows
    finally:
        connection.close()


@dataclass
class MemoryJournal:
    """A journal in memory, which saves nothing while it is `full`."""

    events: list[Event] = field(default_factory=list)
    full: bool = False

    def append(self, event: Event) -> bool:
        if not self.full:
            self.events.append(event)
        return not self.full
