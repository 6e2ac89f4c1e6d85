"""When to come back to a rule: the scheduler FSRS, without chance and without steps within a day.

A day is one of the calendar in UTC, so that the same events come to the same dates on every computer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import IntEnum
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fsrs import Scheduler

#: No rule stays away for longer than about a term.
MAX_INTERVAL_DAYS = 120


class Rating(IntEnum):
    """How well a rule was known in one try, in the numbers of FSRS."""

    AGAIN = 1
    HARD = 2
    GOOD = 3


@dataclass(frozen=True, slots=True)
class Memory:
    """What FSRS knows of a rule: how long it is remembered, how hard it is (1 to 10), when it was last practised."""

    stability: float
    difficulty: float
    last_practised: date


def schedule_review(memory: Memory | None, rating: Rating, day: date) -> tuple[Memory, date]:
    """The memory after a practice on `day`, and the day the rule is due."""
    from fsrs import Card, State
    from fsrs import Rating as Theirs

    if memory is None:
        card = Card(card_id=1, due=_noon(day))
    else:
        card = Card(
            card_id=1,
            state=State.Review,
            stability=memory.stability,
            difficulty=memory.difficulty,
            due=_noon(day),
            last_review=_noon(memory.last_practised),
        )
    after, _ = _scheduler().review_card(card, Theirs(int(rating)), _noon(day))
    assert after.stability is not None
    assert after.difficulty is not None
    return Memory(after.stability, after.difficulty, day), after.due.date()


def preload() -> None:
    """Load the scheduler, which takes a moment."""
    _scheduler()


def utc_today() -> date:
    """The day it is in UTC."""
    return datetime.now(UTC).date()


@cache
def _scheduler() -> Scheduler:
    from fsrs import Scheduler

    steps: list[timedelta] = []
    return Scheduler(
        learning_steps=steps, relearning_steps=steps, maximum_interval=MAX_INTERVAL_DAYS, enable_fuzzing=False
    )


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)
