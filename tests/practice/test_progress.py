"""A learner's progress as it is derived from the events: tries, days, weeks and mistakes."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.support.events import START, append_events, make_event, time_after
from tutor.practice.day_texts import describe_due, describe_past, format_day
from tutor.practice.exercise_index import ExerciseIndex, IndexedExercise
from tutor.practice.practice_days import Day, activity_level, calendar, month_starts, streak
from tutor.practice.progress import Progress, load_progress
from tutor.practice.rule_progress import MAX_TRIES
from tutor.practice.storage.store import Store, default_path

if TYPE_CHECKING:
    from tutor.practice.event import Event

TODAY = START.date() + timedelta(days=10)
INDEX = ExerciseIndex((IndexedExercise("basics", "add", {"mul": True, "add": False}, 1.0, True, ()),))


def answer(
    days: float = 0, *, blank: str = "mul1.0", verdict: str = "right", kind: str = "answer", **more: object
) -> Event:
    """Return an answer at a blank with the rule of ×, some days after START."""
    fields = {"worksheet": "try 1", "rule": "mul", "duration": 30.0, "at": time_after(days=days)} | more
    worksheet = str(fields.pop("worksheet"))
    return make_event(kind, worksheet, blank=blank, verdict=verdict if kind == "answer" else "", **fields)


def progress_after(*events: Event) -> Progress:
    """Return the progress of a learner with these events."""
    with Store.open(default_path()) as store:
        append_events(store, *events)
        return load_progress(store, INDEX, (), TODAY)


def test_the_latest_first_tries_of_a_rule() -> None:
    progress = progress_after(
        answer(worksheet="1", verdict="mistaken", mistake="mul.own-input"),
        answer(worksheet="1"),  # the second try at the same blank
        answer(worksheet="2"),
        answer(worksheet="3", hints=1),
        answer(worksheet="4", hints=2, verdict="wrong"),
        answer(worksheet="5", kind="reveal"),
        answer(worksheet="5"),
        answer(worksheet="6", verdict="few-digits"),  # settles nothing
        answer(worksheet="6"),
    )
    [rule] = progress.rules
    assert rule.tries == ("wrong", "right", "helped", "wrong", "helped", "right")


def test_only_some_tries_are_kept() -> None:
    progress = progress_after(
        *(answer(worksheet=str(number), verdict="wrong" if number < 3 else "right") for number in range(12))
    )
    assert progress.rules[0].tries == ("right",) * MAX_TRIES


def test_days_add_up_to_weeks() -> None:
    progress = progress_after(
        answer(0, worksheet="1"),
        answer(0.1, worksheet="1", blank="mul1.1", verdict="wrong"),
        answer(2, worksheet="2"),
        answer(9, worksheet="3"),
        answer(10, worksheet="4"),
    )
    days = [(day.day - START.date()).days for day in progress.days]
    assert days == [0, 2, 9, 10]
    assert [(day.answers, day.blanks, day.first) for day in progress.days] == [
        (2, 2, 1),
        (1, 1, 1),
        (1, 1, 1),
        (1, 1, 1),
    ]
    assert [(week.answers, week.blanks, week.first) for week in progress.weeks] == [(3, 3, 2), (2, 2, 2)]
    assert progress.days_practised == 4
    assert progress.streak == 2
    assert progress.since == START.date()
    data = progress.as_json()
    assert data["days"][0] == {
        "day": START.date().isoformat(),
        "seconds": 60.0,
        "answers": 2,
        "blanks": 2,
        "first": 1,
        "rate": 0.5,
    }
    assert data["streak"] == 2


def test_events_that_the_clock_dated_ahead_count_today() -> None:
    progress = progress_after(answer(400, worksheet="1"), answer(at="0001-01-01T00:00:00+00:00", worksheet="2"))
    assert [(day.day, day.answers) for day in progress.days] == [(TODAY, 2)]


def test_mistakes_say_when_they_were_last_made() -> None:
    progress = progress_after(
        *(answer(day, worksheet=str(day), verdict="mistaken", mistake="mul.own-input") for day in (1, 4, 2))
    )
    [mistake] = progress.mistakes
    assert (mistake.count, mistake.last) == (3, START.date() + timedelta(days=4))
    assert mistake.exercise == "basics/add"


def test_due_rules_come_first() -> None:
    events = [answer(0, worksheet="1", verdict="wrong"), answer(9.9, worksheet="2", rule="add", verdict="wrong")]
    progress = progress_after(*events)
    assert [rule.id for rule in progress.rules] == ["mul", "add"]
    assert progress.due_rules[0] == "mul"
    assert progress.all_rules == ("add", "mul")


def test_a_rule_says_how_likely_it_is_remembered() -> None:
    long_ago, just_now = answer(1, worksheet="1"), answer(9.9, worksheet="2", rule="add")
    recall = {rule.id: rule.recall for rule in progress_after(long_ago, just_now).rules}
    assert recall["add"] == 1
    assert recall["mul"] is not None
    assert 0.5 < recall["mul"] < 0.9


def test_the_steps_of_the_calendar() -> None:
    levels = [activity_level(answers) for answers in (0, 1, 5, 6, 15, 16, 30, 31, 500)]
    assert levels == [0, 1, 1, 2, 2, 3, 3, 4, 4]


def test_the_calendar_ends_today() -> None:
    today = date(2026, 3, 5)  # a Thursday
    weeks = calendar([Day(date(2026, 3, 3), answers=4)], today, 6)
    assert [len(week.days) for week in weeks] == [7] * 5 + [4]
    assert weeks[-1].monday == date(2026, 3, 2)
    assert [day.answers for day in weeks[-1].days] == [0, 4, 0, 0]
    assert [weeks[start].monday.month for start in month_starts(weeks)] == [1, 2, 3]


@pytest.mark.parametrize(
    ("dates", "length"), [((), 0), ((5,), 1), ((4,), 1), ((3,), 0), ((5, 4, 3, 1), 3), ((4, 3), 2)], ids=str
)
def test_days_in_a_row(dates: tuple[int, ...], length: int) -> None:
    days = [Day(date(2026, 3, day), answers=1) for day in dates]
    assert streak([*days, Day(date(2026, 3, 2), seconds=4.0)], date(2026, 3, 5)) == length


def test_days_in_words() -> None:
    today = date(2026, 3, 5)
    due = [describe_due(today + timedelta(days=days), today) for days in (-3, -1, 0, 1, 12)]
    assert due == ["3 days late", "1 day late", "due today", "tomorrow", "in 12 days"]
    past = [describe_past(today - timedelta(days=days), today) for days in (0, 1, 30, 60, 400)]
    assert past == ["today", "yesterday", "30 days ago", "4 Jan", "29 Jan 2025"]
    assert format_day(today, today) == "5 Mar"
