"""The skill table: each rule's mastery, derived from the events and updated with every new one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from tutor.grading.verdict import VerdictKind
from tutor.practice.event import CODE, COLUMNS, Event
from tutor.practice.event_rules import EventRules, read_old_rules
from tutor.practice.mastery import RULE_EVENT_KINDS, Skill
from tutor.practice.storage.migrations import DERIVATION_VERSION
from tutor.practice.storage.model_change import keep_old_count
from tutor.practice.storage.resets import RESET_KINDS, HiddenSequences, active_resets

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping, Sequence

_NEVER_DUE = "9999-12-31"
#: The exceptions that a damaged row can cause.
_DAMAGED_ROW_ERRORS = (ValueError, KeyError, TypeError, AttributeError, ArithmeticError, AssertionError)
_KINDS = ", ".join(f"'{kind}'" for kind in RULE_EVENT_KINDS)
_RULE_EVENTS = f"SELECT seq, {', '.join(COLUMNS)} FROM event WHERE seq > ? AND kind IN ({_KINDS}) ORDER BY seq"
#: The exercises with events whose rules an earlier version did not store.
_OLD_EXERCISES = (
    f"SELECT DISTINCT pack, exercise FROM event WHERE rule IN ('', 'own') AND blank <> '' AND kind IN ({_KINDS})"
)


def _with_proof(event: Event) -> Event:
    """Return an event without a rule, of an earlier version, as one that proves its rule if it is right."""
    return replace(event, proof=True) if event.rule == "" and event.verdict == VerdictKind.RIGHT else event


class Snapshot(NamedTuple):
    """The events up to a number: another process may add some before it, which renumbers them, or remove some."""

    last: int
    num_events: int
    last_id: str


class SkillProjection:
    """The skill table of an open progress file."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._rules = EventRules()

    def apply_events(self, events: Sequence[Event]) -> None:
        """Update the skills of these events' rules, in the transaction that adds the events."""
        has_rules = any(event.rule or event.kind in (CODE, *RESET_KINDS) for event in events)
        if not has_rules or not self._is_current():
            return
        if any(event.kind in RESET_KINDS for event in events):
            self.invalidate()
            return
        try:
            self._save_skills(self._updated_skills(events))
        except _DAMAGED_ROW_ERRORS:
            # Skills can be rebuilt; the events themselves must not be lost.
            self.invalidate()

    def _updated_skills(self, events: Iterable[Event]) -> Iterable[Skill]:
        skills: dict[str, Skill] = {}
        for event in events:
            for rule in self._rules(event) if event.kind in RULE_EVENT_KINDS else ():
                if rule not in skills:
                    row = self._connection.execute("SELECT data FROM skill WHERE rule = ?", (rule,)).fetchone()
                    skills[rule] = Skill.from_json(rule, row[0]) if row else Skill(rule)
                skills[rule].apply(event)
        return skills.values()

    def invalidate(self) -> None:
        """Mark the skills as out of date: they have to be rebuilt before the next query."""
        self._connection.execute("DELETE FROM derived WHERE name = 'skill'")

    def due_rules(self, day: str) -> list[str] | None:
        """Return the rules that are due on a day, longest overdue first; None if the skills are out of date."""
        if not self._is_current():
            return None
        rows = self._connection.execute("SELECT rule FROM skill WHERE due <= ? ORDER BY due, rule", (day,))
        return [rule for (rule,) in rows]

    def load_skills(self) -> Mapping[str, Skill] | None:
        """Return the skill of every practised rule; None if the skills are out of date."""
        if not self._is_current():
            return None
        try:
            rows = self._connection.execute("SELECT rule, data FROM skill ORDER BY rule")
            return {rule: Skill.from_json(rule, data) for rule, data in rows}
        except _DAMAGED_ROW_ERRORS:
            return None

    def rebuild(self) -> tuple[dict[str, Skill], Snapshot]:
        """Derive the skills from all events; return them with the events that they are derived from."""
        skills: dict[str, Skill] = {}
        self._connection.execute("BEGIN")
        try:
            (last,) = self._connection.execute("SELECT coalesce(max(seq), 0) FROM event").fetchone()
            snapshot = self._snapshot_to(last)
            self._rules = EventRules(read_old_rules(self._connection.execute(_OLD_EXERCISES).fetchall()))
            self._apply_since(skills, 0)
        finally:
            self._connection.execute("ROLLBACK")
        return skills, snapshot

    def commit_rebuild(self, skills: dict[str, Skill], snapshot: Snapshot) -> bool:
        """Save rebuilt skills, updated with the events after `snapshot`.

        Return False if one of those is a reset, or if the events before them changed: an import was added or undone.
        """
        (num_resets,) = self._connection.execute(
            "SELECT count(*) FROM event WHERE seq > ? AND kind IN ('reset', 'restore')", (snapshot.last,)
        ).fetchone()
        if num_resets or self._snapshot_to(snapshot.last) != snapshot:
            return False
        self._apply_since(skills, snapshot.last)
        if skills:
            keep_old_count(self._connection)
        self._connection.execute("DELETE FROM skill")
        self._save_skills(skills.values())
        self._connection.execute("INSERT OR REPLACE INTO derived VALUES ('skill', ?)", (DERIVATION_VERSION,))
        return True

    def _snapshot_to(self, last: int) -> Snapshot:
        (count,) = self._connection.execute("SELECT count(*) FROM event WHERE seq <= ?", (last,)).fetchone()
        row = self._connection.execute("SELECT id FROM event WHERE seq = ?", (last,)).fetchone()
        return Snapshot(last, count, row[0] if row else "")

    def _apply_since(self, skills: dict[str, Skill], since: int) -> None:
        hidden = HiddenSequences(active_resets(self._connection))
        for seq, *values in self._connection.execute(_RULE_EVENTS, (since,)):
            try:
                event = Event.from_row(values)
            except ValueError:
                continue
            if seq <= hidden.last_hidden(event.pack, event.exercise):
                continue
            for rule in self._rules(event):
                skills.setdefault(rule, Skill(rule)).apply(_with_proof(event))

    def _save_skills(self, skills: Iterable[Skill]) -> None:
        self._connection.executemany(
            "INSERT OR REPLACE INTO skill VALUES (?, ?, ?, ?)",
            [
                (skill.rule, skill.due.isoformat() if skill.due else _NEVER_DUE, skill.mastery, skill.to_json())
                for skill in skills
            ],
        )

    def _is_current(self) -> bool:
        row = self._connection.execute("SELECT version FROM derived WHERE name = 'skill'").fetchone()
        return row is not None and row[0] == DERIVATION_VERSION
