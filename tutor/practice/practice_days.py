"""Days of practice: what was done on each, runs of days, and the calendar of the last weeks."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from tutor.practice.event import parse_day

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tutor.practice.storage.store import Store

_DAILY_WORK = "SELECT date(at) AS day, sum(duration), sum(kind = 'answer') FROM active_event GROUP BY day"
#: From this many answers on a day counts as one step more.
_STEPS = (1, 6, 16, 31)
#: The weeks of the largest calendar.
YEAR_WEEKS = 53


def load_daily_work(store: Store, today: date) -> dict[date, tuple[float, int]]:
    """Return the seconds and the answers of each day on which something was done."""
    work: dict[date, tuple[float, int]] = {}
    for text, seconds, answers in store.query(_DAILY_WORK):
        day = plausible_day(text, today)
        before = work.get(day, (0.0, 0))
        work[day] = before[0] + float(seconds), before[1] + int(answers)
    return work


def plausible_day(text: object, today: date) -> date:
    """Return the day of an event; `today` for what the clock dated ahead, or at no plausible time."""
    day = parse_day(text) if isinstance(text, str) else None
    return today if day is None else min(day, today)


@dataclass(frozen=True, slots=True)
class Day:
    """One day. `blanks` counts those first tried on it, `first` those that were right at once, without a hint."""

    day: date
    seconds: float = 0.0
    answers: int = 0
    blanks: int = 0
    first: int = 0

    @property
    def first_try_rate(self) -> float | None:
        return self.first / self.blanks if self.blanks else None


@dataclass(frozen=True, slots=True)
class CalendarWeek:
    """One column of the calendar: the days from a Monday on, without those that are still to come."""

    monday: date
    days: tuple[Day, ...]


def activity_level(answers: int) -> int:
    """Return the step from 0 (nothing) to 4 in which the calendar shows a day's answers."""
    return bisect_right(_STEPS, answers)


def monday_of(day: date) -> date:
    """Return the Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def calendar(days: Iterable[Day], today: date, num_weeks: int) -> list[CalendarWeek]:
    """Return the last weeks up to today, oldest first."""
    by_date = {day.day: day for day in days}
    weeks = []
    for number in range(num_weeks - 1, -1, -1):
        monday = monday_of(today) - timedelta(weeks=number)
        dates = (monday + timedelta(days=offset) for offset in range(7))
        weeks.append(CalendarWeek(monday, tuple(by_date.get(at, Day(at)) for at in dates if at <= today)))
    return weeks


def month_starts(weeks: Sequence[CalendarWeek]) -> list[int]:
    """Return the numbers of the weeks that begin a month, and that of the first week."""
    starts = [0] if weeks else []
    for number, week in enumerate(weeks):
        if number and week.monday.month != weeks[number - 1].monday.month:
            starts.append(number)
    return starts


def streak(days: Iterable[Day], today: date) -> int:
    """Return how many days in a row had answers, up to today, or to yesterday if today has none yet."""
    dates = {day.day for day in days if day.answers}
    at = today if today in dates else today - timedelta(days=1)
    length = 0
    while at in dates:
        length += 1
        at -= timedelta(days=1)
    return length
