"""A learner's mastery of one rule, derived from its events in order."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from tutor.grading.skills import CODE_SKILL
from tutor.grading.verdict import WRONG_ATTEMPT_KINDS, VerdictKind
from tutor.practice.event import CODE, NO, PLACED, POINTED, REPLY, YES, parse_day
from tutor.practice.mastery_levels import EXERCISES_FOR_SOLID, STEPS_FOR_SOLID, Mastery, MasteryState, Need
from tutor.practice.scheduler import Memory, Rating, schedule_review

if TYPE_CHECKING:
    from collections.abc import MutableMapping, Sequence

    from tutor.practice.event import Event

#: The first and the last step of a solid rule are this far apart. Hours mean the same in every time zone, and a
#: sitting over midnight is still one sitting.
MIN_SPACING = timedelta(hours=12)
#: Until a rule is solid it comes back after at most this time.
MAX_INTERVAL_UNTIL_SOLID = timedelta(days=14)
#: From this rung on, a hint has stated the rule.
RULE_RUNG = 3
#: A slip of arithmetic counts as an attempt, but not against the rule.
ARITHMETIC_SLIPS = frozenset({"any.slip", "any.off-by-one"})

#: The kinds of event that change a skill.
RULE_EVENT_KINDS = ("answer", "hint", "reveal", REPLY, POINTED, PLACED, CODE)


class Proof(NamedTuple):
    """One step on the way to a solid rule: an answer that was right at the first try, without help."""

    exercise: str
    variant: str
    at: str
    in_code: bool = False


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
    practice. `proofs` are those since the last mistake, as many as are needed; `shaky` is whether the last try that
    settled it had a mistake; `mistakes` counts how often each named mistake was made.
    """

    rule: str
    due: date | None = None
    memory: Memory | None = None
    memory_before: Memory | None = None
    worksheet: str = ""
    day: date | None = None
    outcomes: dict[str, BlankOutcome] = field(default_factory=dict)
    proofs: list[Proof] = field(default_factory=list)
    shaky: bool = False
    mistakes: dict[str, int] = field(default_factory=dict)

    @property
    def mastery(self) -> Mastery:
        if len(self.proofs) >= STEPS_FOR_SOLID and not self.needs:
            return "solid"
        return "shaky" if self.shaky else "learning"

    @property
    def needs(self) -> tuple[Need, ...]:
        """The requirement for the last step; empty before it, and if any try will do."""
        return _needs(self.proofs) if len(self.proofs) >= STEPS_FOR_SOLID - 1 else ()

    @property
    def state(self) -> MasteryState:
        """How far the learner has come with the rule."""
        mastery = self.mastery
        steps = STEPS_FOR_SOLID if mastery == "solid" else min(len(self.proofs), STEPS_FOR_SOLID - 1)
        return MasteryState(mastery, steps, self.needs, self.due)

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
        if event.kind == CODE:
            self._record_code(event)
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
        # A mistake or a hint at another blank of the try has given this rule away as well.
        given_away = any(other.rule_mistaken or other.hints for other in self.outcomes.values())
        if given_away or not outcome.unaided:
            return
        self.shaky = False
        if outcome.proves_rule:
            self._add_proof(Proof(_exercise(event), event.fingerprint, event.at[:_MINUTES]))

    def _record_code(self, event: Event) -> None:
        """Count a right line of code without hints as a step, one at most: it may have been wrong before.

        When the rule comes back, practice by hand decides.
        """
        has_credit = any(proof.in_code for proof in self.proofs) and self.rule != CODE_SKILL
        if not event.hints and not has_credit:
            self._add_proof(Proof(_exercise(event), "code", event.at[:_MINUTES], in_code=True))

    def _add_proof(self, proof: Proof) -> None:
        """Add a proof on other numbers if it brings the rule closer to being solid."""
        needs = self.needs
        if len(self.proofs) >= STEPS_FOR_SOLID and not needs:
            return
        if any((other.exercise, other.variant) == (proof.exercise, proof.variant) for other in self.proofs):
            return
        if len(self.proofs) < STEPS_FOR_SOLID or len(_needs([*self.proofs, proof])) < len(needs):
            self.proofs.append(proof)

    def _reschedule(self, day: date) -> None:
        rating = self._try_rating()
        if rating is None:
            return
        self.day = self.day or day
        self.memory, due = schedule_review(self.memory_before, rating, self.day)
        is_spaced = len(self.proofs) >= STEPS_FOR_SOLID and "day" not in self.needs
        self.due = due if is_spaced else min(due, self.day + MAX_INTERVAL_UNTIL_SOLID)

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
            proofs=[Proof(str(name), str(variant), str(at), bool(code)) for name, variant, at, code in data["proofs"]],
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


#: The characters of a time in ISO 8601 up to its minutes.
_MINUTES = 16


def _needs(proofs: Sequence[Proof]) -> tuple[Need, ...]:
    """Return what these proofs lack: two days, two exercises."""
    moments = [_moment(proof.at) for proof in proofs]
    needs: list[Need] = []
    if max(moments) - min(moments) < MIN_SPACING:
        needs.append("day")
    if len({proof.exercise for proof in proofs}) < EXERCISES_FOR_SOLID:
        needs.append("exercise")
    return tuple(needs)


def _exercise(event: Event) -> str:
    # A placement test belongs to no pack; its events name the exercises in full.
    return f"{event.pack}/{event.exercise}" if event.pack else event.exercise


def _moment(at: str) -> datetime:
    """Return the time of a proof; noon of its day if only that can be read."""
    try:
        return datetime.fromisoformat(at)
    except ValueError:
        return datetime.combine(date.fromisoformat(at[:10]), time(12))


def _dump_day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _load_day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _dump_memory(memory: Memory | None) -> list[Any] | None:
    return None if memory is None else [memory.stability, memory.difficulty, memory.last_practised.isoformat()]


def _load_memory(data: list[Any] | None) -> Memory | None:
    return None if data is None else Memory(float(data[0]), float(data[1]), date.fromisoformat(data[2]))
