"""Days in words: dates, how long ago a day was, and when a rule is due."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.i18n import N_, _, message

if TYPE_CHECKING:
    from datetime import date

_MONTHS = (
    N_("Jan"),
    N_("Feb"),
    N_("Mar"),
    N_("Apr"),
    N_("May"),
    N_("Jun"),
    N_("Jul"),
    N_("Aug"),
    N_("Sep"),
    N_("Oct"),
    N_("Nov"),
    N_("Dec"),
)
_WEEKDAYS = (N_("Mon"), N_("Tue"), N_("Wed"), N_("Thu"), N_("Fri"), N_("Sat"), N_("Sun"))
_AGAIN = (
    N_("again on Monday"),
    N_("again on Tuesday"),
    N_("again on Wednesday"),
    N_("again on Thursday"),
    N_("again on Friday"),
    N_("again on Saturday"),
    N_("again on Sunday"),
)
#: After this many days the date says more than their number.
_MAX_DAYS_AGO = 30


def month_label(day: date) -> str:
    """Return the short name of a day's month."""
    return _(_MONTHS[day.month - 1])


def weekday_label(weekday: int) -> str:
    """Return the short name of a day of the week, where Monday is 0."""
    return _(_WEEKDAYS[weekday])


def format_day(day: date, today: date) -> str:
    """Return a date such as "3 Jul", with its year if that is not the present one."""
    text = N_("{day} {month}") if day.year == today.year else N_("{day} {month} {year}")
    return str(message(text, day=day.day, month=month_label(day), year=day.year))


def describe_due(due: date, today: date) -> str:
    """Return when a rule is due: "2 days late", "due today", "in 3 days"."""
    days = (due - today).days
    if days < -1:
        return str(message(N_("{n} days late"), n=-days))
    if days > 1:
        return str(message(N_("in {n} days"), n=days))
    return {-1: _("1 day late"), 0: _("due today"), 1: _("tomorrow")}[days]


def describe_again(due: date, today: date) -> str:
    """Return when a rule is practised again: "again today", "again on Thursday", "again on 3 Jul"."""
    days = (due - today).days
    if days <= 0:
        return _("again today")
    if days == 1:
        return _("again tomorrow")
    if days < len(_AGAIN):
        return _(_AGAIN[due.weekday()])
    return str(message(N_("again on {date}"), date=format_day(due, today)))


def describe_past(day: date, today: date) -> str:
    """Return when something happened: "yesterday", "4 days ago", or the date if that is long ago."""
    days = (today - day).days
    if days > _MAX_DAYS_AGO:
        return format_day(day, today)
    if days > 1:
        return str(message(N_("{n} days ago"), n=days))
    return _("yesterday") if days == 1 else _("today")
