"""A learner's standing: the mastery of each rule, and how many exercises of each pack are solved."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tutor.practice.mastery import MASTERY_DOTS
from tutor.practice.review import load_skills

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tutor.practice.mastery import Skill
    from tutor.practice.storage.store import Store


@dataclass(frozen=True, slots=True)
class RuleStanding:
    """The mastery of a rule, and how many of the three dots it has."""

    mastery: str = "new"
    dots: int = 0


@dataclass(frozen=True)
class Standing:
    """The standing at one moment. `solved` counts the solved exercises of each pack."""

    rules: Mapping[str, RuleStanding] = field(default_factory=dict)
    solved: Mapping[str, int] = field(default_factory=dict)

    def of_rule(self, rule: str) -> RuleStanding:
        """Return the standing of a rule; that of a new one if it was never practised."""
        return self.rules.get(rule, RuleStanding())


def load_standing(store: Store) -> Standing:
    """Return the standing now."""
    solved = Counter(pack for (pack, _exercise), state in store.states().items() if state == "solved")
    return Standing({rule: _rule_standing(skill) for rule, skill in load_skills(store).items()}, solved)


def _rule_standing(skill: Skill) -> RuleStanding:
    return RuleStanding(skill.mastery, MASTERY_DOTS[skill.mastery])
