"""The rules that an event is about, those of events of earlier versions read from the exercise they were made in.

An earlier version stored `own` for every custom node, and nothing for questions and forward values.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.grading.skills import CODE_SKILL
from tutor.packs import library
from tutor.practice.event import CODE
from tutor.practice.exercise_index import default_cache_path, load_index
from tutor.practice.rule_ids import OWN, normalise_rule_ids

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from tutor.practice.event import Event
    from tutor.practice.exercise_index import ExerciseIndex


class EventRules:
    """The rules of events. `old` holds those of places that an earlier version stored no rule of."""

    def __init__(self, old: Mapping[tuple[str, str, str], tuple[str, ...]] | None = None) -> None:
        self._old = old or {}
        self._known: dict[tuple[str, str], tuple[str, ...]] = {}

    def __call__(self, event: Event) -> tuple[str, ...]:
        """Return the ids of the rules that an event is about; those that are unknown here are left out."""
        if event.kind == CODE:
            rules = self._normalised(event.text, "")
            return (*rules, CODE_SKILL) if event.verdict == "right" else rules
        return self.at((event.pack, event.exercise), event.rule, event.blank)

    def at(self, exercise: tuple[str, str], rule: str, blank: str) -> tuple[str, ...]:
        """Return the ids of the rules at a blank, with which `rule` was stored."""
        if rule in ("", OWN) and blank:
            found = self._old.get((*exercise, blank))
            if found is not None:
                return found
        return self._normalised(rule, blank.rpartition(".")[2])

    def _normalised(self, rules: str, slot: str) -> tuple[str, ...]:
        key = rules, slot
        if key not in self._known:
            self._known[key] = normalise_rule_ids(rules, f".{slot}")
        return self._known[key]


def read_old_rules(exercises: Collection[tuple[str, str]]) -> Mapping[tuple[str, str, str], tuple[str, ...]]:
    """Return the rules of all places of these (pack, exercise), as far as they can be opened here."""
    if not exercises:
        return {}
    return old_rules_of(load_index(library.all_packs(), default_cache_path(), only=exercises))


def old_rules_of(index: ExerciseIndex) -> Mapping[tuple[str, str, str], tuple[str, ...]]:
    """Return the rules of all places of all exercises, by pack, exercise and blank."""
    return {
        (each.pack, each.exercise, place): rules
        for each in index.exercises
        for places in (each.not_asked, each.asked)
        for place, rules in places.items()
    }
