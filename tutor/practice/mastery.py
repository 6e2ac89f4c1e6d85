"""How a learner stands with one rule: what its events, taken in order, come to."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Literal

from tutor.grading.verdict import WRONG_ATTEMPT_KINDS, VerdictKind
from tutor.i18n import N_, _
from tutor.practice.scheduler import Memory, Rating, schedule_review

if TYPE_CHECKING:
    from tutor.practice.event import Event

#: So many proofs on different variants make a rule solid.
PROOFS_FOR_SOLID = 3
#: Until a rule is solid it comes back after so long at the latest.
MAX_INTERVAL_UNTIL_SOLID = timedelta(days=14)
#: From this rung on a hint has said the rule.
RULE_RUNG = 3
#: A slip of arithmetic: it costs a try, but says nothing about the rule.
ARITHMETIC_SLIP = "any.slip"
#: Before and after these years it is the clock that is wrong.
_PLAUSIBLE_YEARS = range(2000, 3000)

Mastery = Literal["learning", "shaky", "solid"]
_MASTERY_LABELS = {"new": N_("new"), "learning": N_("learning"), "shaky": N_("shaky"), "solid": N_("solid")}

#: The kinds of event that tell something about a rule.
RULE_EVENT_KINDS = ("answer", "hint", "reveal")


@dataclass(slots=True)
class BlankOutcome:
    """How one blank of the present try went so far."""

    wrong_attempts: int = 0
    hints: int = 0
    revealed: bool = False
    is_correct: bool = False
    proves_rule: bool = False
    rule_mistaken: bool = False
    """whether the rule itself was mistaken, not the arithmetic"""

    @property
    def unaided(self) -> bool:
        return not (self.wrong_attempts or self.hints or self.revealed)

    def rating(self) -> Rating | None:
        """How well the rule was known here, None where nothing has been tried yet.

        Who took it for another rule, or had to be told, had forgotten it; a slip of arithmetic or a look at where to
        begin only made it hard.
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
    """One rule. `due` is None until it has been practised.

    `before` is the memory before the try `worksheet`, whose blanks are in `marks`: one try is one practice of a rule,
    however many of its blanks ask for it. `proofs` are the variants on which it was proved since the last mistake,
    `mistakes` counts its named mistakes.
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
        """The mistake that keeps coming back, until the rule is solid."""
        if self.mastery == "solid" or not self.mistakes:
            return None
        mistake, count = max(self.mistakes.items(), key=lambda item: item[1])
        return mistake if count > 1 else None

    def apply(self, event: Event) -> None:
        """Let an event of this rule take effect. What can't be dated has none."""
        day = parse_day(event.at)
        if day is None or event.kind not in RULE_EVENT_KINDS:
            return
        if event.worksheet != self.worksheet:
            self.memory_before, self.worksheet, self.day, self.outcomes = self.memory, event.worksheet, None, {}
        mark = self.outcomes.setdefault(event.blank, BlankOutcome())
        if event.kind == "hint":
            mark.hints = max(mark.hints, event.hints)
        elif event.kind == "reveal":
            mark.revealed = mark.rule_mistaken = True
            self._record_mistake()
        elif event.verdict == VerdictKind.RIGHT:
            self._record_success(event, mark)
        elif event.verdict in WRONG_ATTEMPT_KINDS:
            mark.wrong_attempts += 1
            if event.mistake:
                self.mistakes[event.mistake] = self.mistakes.get(event.mistake, 0) + 1
            if event.mistake != ARITHMETIC_SLIP:
                mark.rule_mistaken = True
                self._record_mistake()
        self._reschedule(day)

    def _record_mistake(self) -> None:
        self.shaky = True
        self.proofs = []

    def _record_success(self, event: Event, mark: BlankOutcome) -> None:
        mark.is_correct = True
        mark.proves_rule = event.proof and mark.unaided
        variant = f"{event.pack}/{event.exercise} {event.fingerprint}"
        # A mistake or a hint at another blank of the try has told the rule for this one as well.
        alone = not any(other.rule_mistaken or other.hints for other in self.outcomes.values())
        if mark.proves_rule and alone and variant not in self.proofs and len(self.proofs) < PROOFS_FOR_SOLID:
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
        """The try's rating: its worst blank's; at best hard where nothing of it proves anything."""
        ratings = [rating for mark in self.outcomes.values() if (rating := mark.rating()) is not None]
        if not ratings:
            return None
        worst = min(ratings)
        proved = any(mark.proves_rule for mark in self.outcomes.values())
        return worst if proved else min(worst, Rating.HARD)

    def to_json(self) -> str:
        """All of it but the rule, to be kept."""
        return json.dumps(
            {
                "due": _dump_day(self.due),
                "memory": _dump_memory(self.memory),
                "before": _dump_memory(self.memory_before),
                "worksheet": self.worksheet,
                "day": _dump_day(self.day),
                "marks": {
                    blank: [
                        mark.wrong_attempts,
                        mark.hints,
                        mark.revealed,
                        mark.is_correct,
                        mark.proves_rule,
                        mark.rule_mistaken,
                    ]
                    for blank, mark in self.outcomes.items()
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
        """The skill that was kept. Raises ValueError, KeyError or TypeError where it is none."""
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


def mastery_label(mastery: str) -> str:
    """Return the name of a mastery level, or of "new", in the current language."""
    return _(_MASTERY_LABELS[mastery])


def parse_day(at: str) -> date | None:
    """The day of an event's time, None where that can't be one."""
    try:
        day = date.fromisoformat(at[:10])
    except ValueError:
        return None
    return day if day.year in _PLAUSIBLE_YEARS else None


def _dump_day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _load_day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _dump_memory(memory: Memory | None) -> list[Any] | None:
    return None if memory is None else [memory.stability, memory.difficulty, memory.last_practised.isoformat()]


def _load_memory(data: list[Any] | None) -> Memory | None:
    return None if data is None else Memory(float(data[0]), float(data[1]), date.fromisoformat(data[2]))
