"""A learner's standing: the mastery of each rule, and how many exercises of each pack are solved."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tutor.practice.review import load_skills

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tutor.practice.storage.store import Store


@dataclass(frozen=True)
class Standing:
    """The standing at one moment. `solved` counts the solved exercises of each pack."""

    mastery: Mapping[str, str] = field(default_factory=dict)
    solved: Mapping[str, int] = field(default_factory=dict)

    def of_rule(self, rule: str) -> str:
        """Return the mastery of a rule; "new" if it was never practised."""
        return self.mastery.get(rule, "new")


def load_standing(store: Store) -> Standing:
    """Return the standing now."""
    solved = Counter(pack for (pack, _exercise), state in store.states().items() if state == "solved")
    return Standing({rule: skill.mastery for rule, skill in load_skills(store).items()}, solved)
