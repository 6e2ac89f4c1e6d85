"""A learner's mastery of one rule, derived from its events in order."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Literal

from tutor.grading.verdict import WRONG_ATTEMPT_KINDS, VerdictKind
from tutor.i18n import N_, _
from tutor.practice.event import NO, POINTED, REPLY, YES, parse_day
from tutor.practice.scheduler import Memory, Rating, schedule_review

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from tutor.practice.event import Event

#: A rule is solid after this many proofs on different variants.
PROOFS_FOR_SOLID = 3
#: Until a rule is solid it comes back after at most this time.
MAX_INTERVAL_UNTIL_SOLID = timedelta(days=14)
#: From this rung on, a hint has stated the rule.
RULE_RUNG = 3
#: A slip of arithmetic counts as an attempt, but not against the rule.
ARITHMETIC_SLIPS = frozenset({"any.slip", "any.off-by-one"})

Mastery = Literal["learning", "shaky", "solid"]
_MASTERY_LABELS = {"new": N_("new"), "learning": N_("learning"), "shaky": N_("shaky"), "solid": N_("solid")}
#: How many of three dots each level of mastery fills.
MASTERY_DOTS = {"new": 0, "shaky": 1, "learning": 2, "solid": 3}

#: The kinds of event that change a skill.
RULE_EVENT_KINDS = ("answer", "hint", "reveal", REPLY, POINTED)


@dataclass(slots=True)
class BlankOutcome:
    """The course of one blank in the current try."""

    wrong_attempts: int = 0
    hints: int = 0
    revealed: bool = False
    is_correct: bool = False
    proves_rule: bool = False
    rule_mistaken: bool = False
    """Whether the rule itself was mistaken, not just the arithmetic."""

    @property
    def unaided(self) -> bool:
        return not (self.wrong_attempts or self.hints or self.revealed)

    def rating(self) -> Rating | None:
        """Return how well the learner knew the rule; None if there is no answer yet.

        A mistaken rule, or one that a hint stated, was forgotten; a slip of arithmetic or an early hint makes it hard.
        """
        if (
            self.rule_mistaken
            or self.wrong_attempts > 1
            or self.hints >= RULE_RUNG
            or (self.wrong_attempts and not self.is_correct)
        ):
            return Rating.AGAIN
        if self.wrong_attempts or (self.hints and self.is_correct):
            return Rating.HARD
        return Rating.GOOD if self.is_correct else None


@dataclass(slots=True)
class Skill:
    """A learner's skill in one rule.

    A try is one practice of a rule, however many of its blanks need it, so the current try is kept: its id
    (`worksheet`), its day, the `outcomes` of its blanks, and the memory before it. `due` is None until the first
    practice. `proofs` are the variants on which the rule was proved since the last mistake; `mistakes` counts how
    often each named mistake was made.
    """

    rule: str
    due: date | None = None
    memory: Memory | None = None
    memory_before: Memory | None = None
    worksheet: str = ""
    day: date | None = None
    outcomes: dict[str, BlankOutcome] = field(default_factory=dict)
    proofs: list[str] = field(default_factory=list)
    shaky: bool = False
    mistakes: dict[str, int] = field(default_factory=dict)

    @property
    def mastery(self) -> Mastery:
        if len(self.proofs) >= PROOFS_FOR_SOLID:
            return "solid"
        return "shaky" if self.shaky else "learning"

    @property
    def recurring_mistake(self) -> str | None:
        """The most frequent mistake if it was made more than once and the rule is not solid."""
        if self.mastery == "solid" or not self.mistakes:
            return None
        mistake, count = max(self.mistakes.items(), key=lambda item: item[1])
        return mistake if count > 1 else None

    def apply(self, event: Event) -> None:
        """Update the skill with an event of its rule; ignore an event without a valid date."""
        day = parse_day(event.at)
        if day is None or event.kind not in RULE_EVENT_KINDS:
            return
        if event.kind == REPLY:
            # The answer has counted as an attempt already; the reply tells which mistake it was.
            count_reply(self.mistakes, event)
            return
        if event.worksheet != self.worksheet:
            self.memory_before, self.worksheet, self.day, self.outcomes = self.memory, event.worksheet, None, {}
        outcome = self.outcomes.setdefault(event.blank, BlankOutcome())
        if event.kind == "hint":
            outcome.hints = max(outcome.hints, event.hints)
        elif event.kind == "reveal":
            outcome.revealed = outcome.rule_mistaken = True
            self._record_mistake()
        elif event.verdict == VerdictKind.RIGHT:
            self._record_success(event, outcome)
        elif event.verdict in WRONG_ATTEMPT_KINDS:
            outcome.wrong_attempts += 1
            if event.mistake:
                self.mistakes[event.mistake] = self.mistakes.get(event.mistake, 0) + 1
            if event.mistake not in ARITHMETIC_SLIPS:
                outcome.rule_mistaken = True
                self._record_mistake()
        self._reschedule(day)

    def _record_mistake(self) -> None:
        self.shaky = True
        self.proofs = []

    def _record_success(self, event: Event, outcome: BlankOutcome) -> None:
        outcome.is_correct = True
        outcome.proves_rule = event.proof and outcome.unaided
        variant = f"{event.pack}/{event.exercise} {event.fingerprint}"
        # A mistake or a hint at another blank of the try has given this rule away as well.
        given_away = any(other.rule_mistaken or other.hints for other in self.outcomes.values())
        if (
            outcome.proves_rule
            and not given_away
            and variant not in self.proofs
            and len(self.proofs) < PROOFS_FOR_SOLID
        ):
            self.proofs.append(variant)
            self.shaky = self.shaky and len(self.proofs) < PROOFS_FOR_SOLID

    def _reschedule(self, day: date) -> None:
        rating = self._try_rating()
        if rating is None:
            return
        self.day = self.day or day
        self.memory, due = schedule_review(self.memory_before, rating, self.day)
        self.due = due if self.mastery == "solid" else min(due, self.day + MAX_INTERVAL_UNTIL_SOLID)

    def _try_rating(self) -> Rating | None:
        """Return the rating of the worst blank, but at most HARD if no blank proves the rule."""
        ratings = [rating for outcome in self.outcomes.values() if (rating := outcome.rating()) is not None]
        if not ratings:
            return None
        worst = min(ratings)
        proved = any(outcome.proves_rule for outcome in self.outcomes.values())
        return worst if proved else min(worst, Rating.HARD)

    def to_json(self) -> str:
        """Return everything but the rule as the text that is stored."""
        return json.dumps(
            {
                "due": _dump_day(self.due),
                "memory": _dump_memory(self.memory),
                "before": _dump_memory(self.memory_before),
                "worksheet": self.worksheet,
                "day": _dump_day(self.day),
                "marks": {
                    blank: [
                        outcome.wrong_attempts,
                        outcome.hints,
                        outcome.revealed,
                        outcome.is_correct,
                        outcome.proves_rule,
                        outcome.rule_mistaken,
                    ]
                    for blank, outcome in self.outcomes.items()
                },
                "proofs": self.proofs,
                "shaky": self.shaky,
                "mistakes": self.mistakes,
            },
            ensure_ascii=False,
            separators=(",", ":"),
        )

    @staticmethod
    def from_json(rule: str, text: str) -> Skill:
        """Return the skill that `to_json` wrote. Raise ValueError, KeyError or TypeError for another text."""
        data = json.loads(text)
        return Skill(
            rule=rule,
            due=_load_day(data["due"]),
            memory=_load_memory(data["memory"]),
            memory_before=_load_memory(data["before"]),
            worksheet=data["worksheet"],
            day=_load_day(data["day"]),
            outcomes={blank: BlankOutcome(*values) for blank, values in data["marks"].items()},
            proofs=list(data["proofs"]),
            shaky=data["shaky"],
            mistakes=dict(data["mistakes"]),
        )


def count_reply(mistakes: MutableMapping[str, int], event: Event) -> None:
    """Take back the mistake of an answer if a reply denies it; count another one that a reply confirms."""
    count = mistakes.get(event.mistake, 0)
    counted_already = event.verdict == VerdictKind.MISTAKEN
    if event.text == NO and counted_already:
        if count > 1:
            mistakes[event.mistake] = count - 1
        else:
            mistakes.pop(event.mistake, None)
    elif event.text == YES and event.mistake and not counted_already:
        mistakes[event.mistake] = count + 1


def mastery_label(mastery: str) -> str:
    """Return the name of a mastery level, or of "new", in the current language."""
    return _(_MASTERY_LABELS[mastery])


def _dump_day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _load_day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _dump_memory(memory: Memory | None) -> list[Any] | None:
    return None if memory is None else [memory.stability, memory.difficulty, memory.last_practised.isoformat()]


def _load_memory(data: list[Any] | None) -> Memory | None:
    return None if data is None else Memory(float(data[0]), float(data[1]), date.fromisoformat(data[2]))
