"""A clock that is set and advanced by a simulation, and a store whose events have its time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from tutor.practice.storage.store import Store

if TYPE_CHECKING:
    from pathlib import Path

    from tutor.practice.event import Event

FIRST_DAY = date(2026, 3, 2)
_MORNING = time(9, tzinfo=UTC)


class Clock:
    """The time of a simulation."""

    def __init__(self) -> None:
        self._now = datetime.combine(FIRST_DAY, _MORNING)

    @property
    def now(self) -> datetime:
        return self._now

    @property
    def today(self) -> date:
        return self._now.date()

    @property
    def days(self) -> float:
        """The days since the beginning, with fractions."""
        return (self._now - datetime.combine(FIRST_DAY, _MORNING)) / timedelta(days=1)

    @property
    def morning(self) -> datetime:
        """The time at which today's practice began."""
        return datetime.combine(self.today, _MORNING)

    def start_day(self, number: int) -> None:
        """Set the clock to the morning of a day, the first of which is 0."""
        self._now = datetime.combine(FIRST_DAY + timedelta(days=number), _MORNING)

    def spend(self, seconds: float) -> None:
        """Let some time pass."""
        self._now += timedelta(seconds=seconds)


class ClockedStore(Store):
    """A store whose events have the time of a clock, and last as long as it says."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.clock = Clock()
        self._latest = self.clock.now

    def append(self, event: Event) -> bool:
        now = self.clock.now
        seconds = (now - max(self._latest, self.clock.morning)).total_seconds()
        self._latest = now
        return super().append(replace(event, at=now.isoformat(timespec="microseconds"), duration=seconds))
