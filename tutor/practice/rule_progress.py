"""A learner's progress with each rule: how far it has come, the latest first tries, and the mistake that comes back."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from tutor.practice import review
from tutor.practice.mastery_levels import LEVELS, MasteryState, Need
from tutor.practice.rule_ids import rule_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from tutor.practice.event_rules import EventRules
    from tutor.practice.storage.store import Store

#: This many of the latest tries are kept for each rule.
MAX_TRIES = 8

#: The outcome of a first try at a blank: right, right with a hint or revealed, or wrong.
Try = Literal["right", "helped", "wrong"]

#: The verdicts that count as a first try; an answer with too few digits, or that of another blank, does not.
SETTLING_VERDICTS = "verdict IN ('right', 'mistaken', 'wrong', 'wrong-shape')"
#: The first answer at each blank with a rule, or that it was revealed before any.
_RULE_TRIES = f"""
SELECT pack, exercise, rule, blank, kind = 'reveal', verdict = 'right', hints > 0 FROM (
    SELECT min(seq) AS seq, pack, exercise, rule, blank, kind, verdict, hints FROM active_event
    WHERE blank <> '' AND (kind = 'answer' AND {SETTLING_VERDICTS} OR kind = 'reveal') GROUP BY worksheet, blank
) ORDER BY seq
"""


@dataclass(frozen=True, slots=True)
class RuleProgress:
    """A practised rule, with the mistake that keeps coming back and the latest first tries, oldest first.

    `in_code` is in how many exercises it was right in code; `steps` and `needs` are those of `MasteryState`. `recall`
    is the probability that it is remembered today, None if only code was checked.
    """

    id: str
    name: str
    standing: str
    due: date | None
    mistake: str | None
    tries: tuple[Try, ...] = ()
    in_code: int = 0
    steps: int = 0
    needs: tuple[Need, ...] = ()
    recall: float | None = None

    @property
    def state(self) -> MasteryState:
        """How far the learner has come with the rule."""
        return MasteryState(self.standing, self.steps, self.needs, self.due)


def load_rules(
    store: Store, due: Sequence[str], code_credit: Mapping[str, int], event_rules: EventRules, today: date
) -> tuple[RuleProgress, ...]:
    """Return the practised rules: those that are due first, then those that are furthest from being solid."""
    skills = sorted(
        review.load_skills(store).values(),
        key=lambda skill: (skill.rule not in due, LEVELS.index(skill.mastery), skill.state.steps, str(skill.due)),
    )
    tries = _tries(store, event_rules)
    return tuple(
        RuleProgress(
            skill.rule,
            rule_name(skill.rule),
            skill.mastery,
            skill.due,
            skill.recurring_mistake,
            tuple(tries.get(skill.rule, ())),
            code_credit.get(skill.rule, 0),
            skill.state.steps,
            skill.state.needs,
            round(skill.memory.retrievability(today), 3) if skill.memory is not None else None,
        )
        for skill in skills
    )


def _tries(store: Store, event_rules: EventRules) -> Mapping[str, Sequence[Try]]:
    """Return the outcomes of the latest first tries by rule, oldest first."""
    tries: dict[str, deque[Try]] = {}
    for pack, exercise, rule, blank, is_revealed, is_right, has_hints in store.query(_RULE_TRIES):
        is_helped = is_revealed or (is_right and has_hints)
        outcome: Try = "helped" if is_helped else "right" if is_right else "wrong"
        for id in event_rules.at((pack, exercise), rule, blank):
            tries.setdefault(id, deque(maxlen=MAX_TRIES)).append(outcome)
    return tries
