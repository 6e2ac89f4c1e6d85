"""Scheduling of reviews by FSRS, without randomness and without steps within a day.

A day is a calendar day in UTC, so that the same events give the same dates on every computer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import IntEnum

import fsrs

#: No rule stays away for longer than about a term.
MAX_INTERVAL_DAYS = 120

_SCHEDULER = fsrs.Scheduler(
    learning_steps=[], relearning_steps=[], maximum_interval=MAX_INTERVAL_DAYS, enable_fuzzing=False
)


class Rating(IntEnum):
    """How well the learner knew a rule in one try, in the numbers of FSRS."""

    AGAIN = 1
    HARD = 2
    GOOD = 3


@dataclass(frozen=True, slots=True)
class Memory:
    """FSRS's model of a rule: stability in days, difficulty from 1 to 10, and the day of the last practice."""

    stability: float
    difficulty: float
    last_practised: date

    def retrievability(self, day: date) -> float:
        """Return the probability that the rule is remembered on `day`."""
        return float(_SCHEDULER.get_card_retrievability(_card(self, day), _noon(day)))


def schedule_review(memory: Memory | None, rating: Rating, day: date) -> tuple[Memory, date]:
    """Return the memory after a practice on `day`, and the day the rule is due."""
    card = fsrs.Card(card_id=1, due=_noon(day)) if memory is None else _card(memory, day)
    after, _ = _SCHEDULER.review_card(card, fsrs.Rating(int(rating)), _noon(day))
    assert after.stability is not None
    assert after.difficulty is not None
    return Memory(after.stability, after.difficulty, day), after.due.date()


def utc_today() -> date:
    """Return today's date in UTC."""
    return datetime.now(UTC).date()


def _card(memory: Memory, day: date) -> fsrs.Card:
    return fsrs.Card(
        card_id=1,
        state=fsrs.State.Review,
        stability=memory.stability,
        difficulty=memory.difficulty,
        due=_noon(day),
        last_review=_noon(memory.last_practised),
    )


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)
