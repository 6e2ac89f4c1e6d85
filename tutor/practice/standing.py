"""A learner's standing: the mastery of each rule, and how many exercises of each pack are solved."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tutor.practice.mastery_levels import NEW
from tutor.practice.review import load_skills
from tutor.practice.scheduler import utc_today

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from tutor.practice.mastery_levels import MasteryState
    from tutor.practice.storage.store import Store


@dataclass(frozen=True)
class Standing:
    """The standing on one day. `solved` counts the solved exercises of each pack."""

    states: Mapping[str, MasteryState] = field(default_factory=dict)
    solved: Mapping[str, int] = field(default_factory=dict)
    today: date = field(default_factory=utc_today)

    def of_rule(self, rule: str) -> str:
        """Return the mastery of a rule; "new" if it was never practised."""
        return self.state_of(rule).level

    def state_of(self, rule: str) -> MasteryState:
        """Return how far the learner has come with a rule."""
        return self.states.get(rule, NEW)


def load_standing(store: Store) -> Standing:
    """Return the standing now."""
    solved = Counter(pack for (pack, _exercise), state in store.states().items() if state == "solved")
    return Standing({rule: skill.state for rule, skill in load_skills(store).items()}, solved)
