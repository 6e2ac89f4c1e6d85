"""Credit for code: the rules whose lines were right in a learner's Python files. One of them counts as a step, see `mastery`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.practice.event import CODE
from tutor.practice.rule_ids import normalise_rule_id

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tutor.practice.storage.store import Store

_RIGHT_RULES = f"SELECT DISTINCT pack, exercise, text FROM active_event WHERE kind = '{CODE}' AND text <> ''"


def load_code_credit(store: Store) -> Mapping[str, int]:
    """Return in how many exercises each rule was written right in code; rules that never were are left out."""
    exercises: dict[str, set[tuple[object, object]]] = {}
    for pack, exercise, text in store.query(_RIGHT_RULES):
        # An import may name rules that are unknown here.
        rules = (normalise_rule_id(word) for word in str(text).split())
        for rule in filter(None, rules):
            exercises.setdefault(rule, set()).add((pack, exercise))
    return {rule: len(names) for rule, names in exercises.items()}
