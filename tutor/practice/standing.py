"""How a learner stands with one rule: what its events, taken in order, come to."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Literal

from tutor.grading.verdict import COSTS, Kind
from tutor.practice.event import Event
from tutor.practice.schedule import Memory, Rating, review

#: So many proofs on different variants make a rule solid.
ENOUGH = 3
#: Until a rule is solid it comes back after so long at the latest.
NOT_YET_SOLID = timedelta(days=14)
#: From this rung on a hint has said the rule.
TELLING_RUNG = 3
#: A slip of arithmetic: it costs a try, but says nothing about the rule.
SLIP = "any.slip"
#: Before and after these years it is the clock that is wrong.
_YEARS = range(2000, 3000)

Standing = Literal["learning", "shaky", "solid"]

#: The kinds of event that tell something about a rule.
TELLING = ("answer", "hint", "reveal")


@dataclass(slots=True)
class Mark:
    """How one blank of the present try went so far."""

    wrongs: int = 0
    hints: int = 0
    shown: bool = False
    right: bool = False
    proof: bool = False
    at_fault: bool = False
    """whether the rule itself was mistaken, not the arithmetic"""

    @property
    def unaided(self) -> bool:
        return not (self.wrongs or self.hints or self.shown)

    def rating(self) -> Rating | None:
        """How well the rule was known here, None where nothing has been tried yet.

        Who took it for another rule, or had to be told, had forgotten it; a slip of arithmetic or a look at where to
        begin only made it hard.
        """
        if self.at_fault or self.wrongs > 1 or self.hints >= TELLING_RUNG or (self.wrongs and not self.right):
            return Rating.AGAIN
        if self.wrongs or (self.hints and self.right):
            return Rating.HARD
        return Rating.GOOD if self.right else None


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
    before: Memory | None = None
    worksheet: str = ""
    day: date | None = None
    marks: dict[str, Mark] = field(default_factory=dict)
    proofs: list[str] = field(default_factory=list)
    shaky: bool = False
    mistakes: dict[str, int] = field(default_factory=dict)

    @property
    def standing(self) -> Standing:
        if len(self.proofs) >= ENOUGH:
            return "solid"
        return "shaky" if self.shaky else "learning"

    @property
    def tendency(self) -> str | None:
        """The mistake that keeps coming back, until the rule is solid."""
        if self.standing == "solid" or not self.mistakes:
            return None
        mistake, count = max(self.mistakes.items(), key=lambda item: item[1])
        return mistake if count > 1 else None

    def take(self, event: Event) -> None:
        """Let an event of this rule take effect. What can't be dated has none."""
        day = day_of(event.at)
        if day is None or event.kind not in TELLING:
            return
        if event.worksheet != self.worksheet:
            self.before, self.worksheet, self.day, self.marks = self.memory, event.worksheet, None, {}
        mark = self.marks.setdefault(event.blank, Mark())
        if event.kind == "hint":
            mark.hints = max(mark.hints, event.hints)
        elif event.kind == "reveal":
            mark.shown = mark.at_fault = True
            self._stumble()
        elif event.verdict == Kind.RIGHT:
            self._prove(event, mark)
        elif event.verdict in COSTS:
            mark.wrongs += 1
            if event.mistake:
                self.mistakes[event.mistake] = self.mistakes.get(event.mistake, 0) + 1
            if event.mistake != SLIP:
                mark.at_fault = True
                self._stumble()
        self._schedule(day)

    def _stumble(self) -> None:
        self.shaky = True
        self.proofs = []

    def _prove(self, event: Event, mark: Mark) -> None:
        mark.right = True
        mark.proof = event.proof and mark.unaided
        variant = f"{event.pack}/{event.exercise} {event.fingerprint}"
        # A mistake or a hint at another blank of the try has told the rule for this one as well.
        alone = not any(other.at_fault or other.hints for other in self.marks.values())
        if mark.proof and alone and variant not in self.proofs and len(self.proofs) < ENOUGH:
            self.proofs.append(variant)
            self.shaky = self.shaky and len(self.proofs) < ENOUGH

    def _schedule(self, day: date) -> None:
        rating = self._rating()
        if rating is None:
            return
        self.day = self.day or day
        self.memory, due = review(self.before, rating, self.day)
        self.due = due if self.standing == "solid" else min(due, self.day + NOT_YET_SOLID)

    def _rating(self) -> Rating | None:
        """The try's rating: its worst blank's; at best hard where nothing of it proves anything."""
        ratings = [rating for mark in self.marks.values() if (rating := mark.rating()) is not None]
        if not ratings:
            return None
        worst = min(ratings)
        proved = any(mark.proof for mark in self.marks.values())
        return worst if proved else min(worst, Rating.HARD)

    def to_json(self) -> str:
        """All of it but the rule, to be kept."""
        return json.dumps(
            {
                "due": _write_day(self.due),
                "memory": _write(self.memory),
                "before": _write(self.before),
                "worksheet": self.worksheet,
                "day": _write_day(self.day),
                "marks": {
                    blank: [mark.wrongs, mark.hints, mark.shown, mark.right, mark.proof, mark.at_fault]
                    for blank, mark in self.marks.items()
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
            due=_read_day(data["due"]),
            memory=_read(data["memory"]),
            before=_read(data["before"]),
            worksheet=data["worksheet"],
            day=_read_day(data["day"]),
            marks={blank: Mark(*values) for blank, values in data["marks"].items()},
            proofs=list(data["proofs"]),
            shaky=data["shaky"],
            mistakes=dict(data["mistakes"]),
        )


def day_of(at: str) -> date | None:
    """The day of an event's time, None where that can't be one."""
    try:
        day = date.fromisoformat(at[:10])
    except ValueError:
        return None
    return day if day.year in _YEARS else None


def _write_day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _read_day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _write(memory: Memory | None) -> list[Any] | None:
    return None if memory is None else [memory.stability, memory.difficulty, memory.last.isoformat()]


def _read(data: list[Any] | None) -> Memory | None:
    return None if data is None else Memory(float(data[0]), float(data[1]), date.fromisoformat(data[2]))
