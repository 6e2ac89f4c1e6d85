"""The skill model of an earlier version, frozen, for comparison: three proofs make a rule solid, one mistake shaky.

It knew no skills beyond the operations' rules: every custom node practised the one rule `own`, and questions none.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal

from tutor.engine.operations import OPERATIONS
from tutor.grading.verdict import WRONG_ATTEMPT_KINDS, VerdictKind
from tutor.practice.event import parse_day
from tutor.practice.scheduler import Memory, Rating, schedule_review

if TYPE_CHECKING:
    from tutor.grading.problem import Blank, Problem
    from tutor.practice.event import Event

_PROOFS_FOR_SOLID = 3
_MAX_INTERVAL_UNTIL_SOLID = timedelta(days=14)
_RULE_RUNG = 3
_ARITHMETIC_SLIPS = frozenset({"any.slip", "any.off-by-one"})

EarlierState = Literal["learning", "shaky", "solid"]


def earlier_rule_at(problem: Problem, blank: Blank) -> str:
    """Return the rule that the earlier version recorded for a blank; empty for a forward value or a question."""
    if blank.edge is None:
        return {"sum": "branch", "start": "start"}.get(blank.kind, "")
    node = problem.graph.nodes[blank.edge.target]
    if node.op is None or node.body is not None or node.op not in OPERATIONS:
        return "own"
    rules = len(OPERATIONS[node.op].rule)
    return node.op if rules == 1 else f"{node.op}:{min(node.rule_index(blank.edge.slot), rules - 1)}"


@dataclass
class _Outcome:
    wrong_attempts: int = 0
    hints: int = 0
    revealed: bool = False
    is_correct: bool = False
    proves_rule: bool = False
    rule_mistaken: bool = False

    def rating(self) -> Rating | None:
        if (
            self.rule_mistaken
            or self.wrong_attempts > 1
            or self.hints >= _RULE_RUNG
            or (self.wrong_attempts and not self.is_correct)
        ):
            return Rating.AGAIN
        if self.wrong_attempts or (self.hints and self.is_correct):
            return Rating.HARD
        return Rating.GOOD if self.is_correct else None


@dataclass
class EarlierSkill:
    """A skill as the earlier version derived it from the events of its rule."""

    due: date | None = None
    memory: Memory | None = None
    memory_before: Memory | None = None
    worksheet: str = ""
    day: date | None = None
    outcomes: dict[str, _Outcome] = field(default_factory=dict)
    proofs: list[str] = field(default_factory=list)
    shaky: bool = False

    @property
    def mastery(self) -> EarlierState:
        if len(self.proofs) >= _PROOFS_FOR_SOLID:
            return "solid"
        return "shaky" if self.shaky else "learning"

    def apply(self, event: Event) -> None:
        """Update the skill with an event of its rule."""
        day = parse_day(event.at)
        if day is None or event.kind not in ("answer", "hint", "reveal"):
            return
        if event.worksheet != self.worksheet:
            self.memory_before, self.worksheet, self.day, self.outcomes = self.memory, event.worksheet, None, {}
        outcome = self.outcomes.setdefault(event.blank, _Outcome())
        if event.kind == "hint":
            outcome.hints = max(outcome.hints, event.hints)
        elif event.kind == "reveal":
            outcome.revealed = outcome.rule_mistaken = True
            self._record_mistake()
        elif event.verdict == VerdictKind.RIGHT:
            self._record_success(event, outcome)
        elif event.verdict in WRONG_ATTEMPT_KINDS:
            outcome.wrong_attempts += 1
            if event.mistake not in _ARITHMETIC_SLIPS:
                outcome.rule_mistaken = True
                self._record_mistake()
        self._reschedule(day)

    def _record_mistake(self) -> None:
        self.shaky = True
        self.proofs = []

    def _record_success(self, event: Event, outcome: _Outcome) -> None:
        outcome.is_correct = True
        outcome.proves_rule = event.proof and not (outcome.wrong_attempts or outcome.hints or outcome.revealed)
        variant = f"{event.pack}/{event.exercise} {event.fingerprint}"
        given_away = any(other.rule_mistaken or other.hints for other in self.outcomes.values())
        if (
            outcome.proves_rule
            and not given_away
            and variant not in self.proofs
            and len(self.proofs) < _PROOFS_FOR_SOLID
        ):
            self.proofs.append(variant)
            self.shaky = self.shaky and len(self.proofs) < _PROOFS_FOR_SOLID

    def _reschedule(self, day: date) -> None:
        ratings = [rating for outcome in self.outcomes.values() if (rating := outcome.rating()) is not None]
        if not ratings:
            return
        worst = min(ratings)
        proved = any(outcome.proves_rule for outcome in self.outcomes.values())
        self.day = self.day or day
        rating = worst if proved else min(worst, Rating.HARD)
        self.memory, due = schedule_review(self.memory_before, rating, self.day)
        self.due = due if self.mastery == "solid" else min(due, self.day + _MAX_INTERVAL_UNTIL_SOLID)
