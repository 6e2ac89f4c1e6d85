"""Figures of a progress page as SVG: the strip of rules, the calendar of practice, the first-try rate by week.

Their colours are the classes of the page's style sheet, so that they follow a dark or a light page.
"""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from tutor.commands.documents import Figure
from tutor.i18n import N_, _, format_percent, message
from tutor.practice.day_texts import month_label, weekday_label
from tutor.practice.mastery_levels import mastery_label
from tutor.practice.practice_days import YEAR_WEEKS, activity_level, calendar, month_starts
from tutor.practice.rule_ids import rule_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tutor.practice.practice_days import CalendarWeek
    from tutor.practice.progress import Progress, Week

#: The side of a square, and its distance to the next one's beginning.
_SIDE, _STEP = 10, 13
#: The room for the names of months above the calendar and of days left of it.
_ABOVE, _LEFT = 16, 34
_CHART_WIDTH, _CHART_HEIGHT, _CHART_LEFT = 680, 120, 44
#: The width of a bar for a whole, and the distance between two bars.
_BAR_WIDTH, _ROW = 200, 18


def rule_strip(data: Progress) -> Figure:
    """Return every rule as a square in the colour of its mastery, with a mark below those that are due."""
    standings = {rule.id: rule.standing for rule in data.rules}
    elements = []
    for number, rule in enumerate(data.all_rules):
        mastery = standings.get(rule, "new")
        label = f"{rule_name(rule)}: {mastery_label(mastery)}"
        x = number * _STEP
        elements.append(_square(x, 0, mastery, label))
        if rule in data.due_rules:
            elements.append(f'<path class="due" d="M{x + 1} 20 L{x + _SIDE / 2} 14 L{x + _SIDE - 1} 20 Z"/>')
    counts = message(N_("{n} of {all} practised"), n=len(standings), all=len(data.all_rules))
    return _figure(elements, len(data.all_rules) * _STEP, 22, str(counts), _mastery_legend())


def _mastery_legend() -> list[tuple[str, str]]:
    return [(level, mastery_label(level)) for level in ("solid", "learning", "shaky", "new")] + [("due", _("due"))]


def practice_calendar(data: Progress) -> Figure:
    """Return the days of the last year as squares, darker or brighter with their answers."""
    weeks = calendar(data.days, data.today, YEAR_WEEKS)
    elements = [*_calendar_labels(weeks)]
    for column, week in enumerate(weeks):
        for row, day in enumerate(week.days):
            answers = message(N_("answers: {n}"), n=day.answers)
            label = f"{day.day.isoformat()}, {answers}"
            level = f"day{activity_level(day.answers)}"
            elements.append(_square(_LEFT + column * _STEP, _ABOVE + row * _STEP, level, label))
    days = message(N_("Days practised: {n}"), n=data.days_practised)
    legend = [("day0", _("fewer")), *((f"day{level}", "") for level in (1, 2, 3)), ("day4", _("more answers"))]
    return _figure(elements, _LEFT + len(weeks) * _STEP, _ABOVE + 7 * _STEP, str(days), legend)


def _calendar_labels(weeks: Sequence[CalendarWeek]) -> Iterator[str]:
    starts = month_starts(weeks)
    for number, start in enumerate(starts):
        is_cut = number + 1 < len(starts) and starts[number + 1] - start < 3
        if not is_cut and start < len(weeks) - 2:
            yield _text(_LEFT + start * _STEP, 10, month_label(weeks[start].monday))
    for day in (0, 2, 4, 6):
        yield _text(0, _ABOVE + day * _STEP + 9, weekday_label(day))


def rate_chart(data: Progress) -> Figure | None:
    """Return the first-try rate by week as a line; None with fewer than two weeks."""
    weeks = [week for week in data.weeks if week.first_try_rate is not None]
    if len(weeks) < 2:
        return None
    elements = []
    for rate in (0.0, 0.5, 1.0):
        y = _rate_y(rate)
        elements.append(_text(_CHART_LEFT - 6, y + 4, format_percent(rate), anchor="end"))
        elements.append(f'<path class="axis" d="M{_CHART_LEFT} {y:.1f} H{_CHART_WIDTH}"/>')
    points = [(_week_x(week, weeks), _rate_y(week.first_try_rate or 0.0)) for week in weeks]
    path = " L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    elements.append(f'<path class="curve" d="M{path}"/>')
    for week, (x, y) in zip(weeks, points, strict=True):
        label = f"{week.monday.isoformat()}: {format_percent(week.first_try_rate or 0.0)}"
        elements.append(f'<circle class="point" cx="{x:.1f}" cy="{y:.1f}" r="3">{_title(label)}</circle>')
    bottom = _CHART_HEIGHT + 24
    elements.append(_text(_CHART_LEFT, bottom, weeks[0].monday.isoformat()))
    elements.append(_text(_CHART_WIDTH, bottom, weeks[-1].monday.isoformat(), anchor="end"))
    return _figure(elements, _CHART_WIDTH + 6, bottom + 6, _("Right on the first try, by week"), [])


def share_bars(shares: Sequence[tuple[str, float]], caption: str) -> Figure:
    """Return a bar for each share, with its label beside it."""
    elements = []
    for number, (label, share) in enumerate(shares):
        y = number * _ROW
        elements.append(f'<rect class="new" x="0" y="{y}" width="{_BAR_WIDTH}" height="{_SIDE}" rx="2"/>')
        width = share * _BAR_WIDTH
        elements.append(
            f'<rect class="solid" x="0" y="{y}" width="{width:.1f}" height="{_SIDE}" rx="2">{_title(label)}</rect>'
        )
        elements.append(_text(_BAR_WIDTH + 8, y + 9, label))
    return _figure(elements, _CHART_WIDTH, len(shares) * _ROW, caption, [])


def _week_x(week: Week, weeks: Sequence[Week]) -> float:
    span = (weeks[-1].monday - weeks[0].monday).days
    return _CHART_LEFT + (week.monday - weeks[0].monday).days / span * (_CHART_WIDTH - _CHART_LEFT)


def _rate_y(rate: float) -> float:
    return 8 + (1 - rate) * _CHART_HEIGHT


def _figure(
    elements: Sequence[str], width: float, height: float, caption: str, legend: Sequence[tuple[str, str]]
) -> Figure:
    svg = [
        f'<svg role="img" viewBox="0 0 {width} {height}" width="{width}" height="{height}">',
        _title(caption),
        *elements,
        "</svg>",
    ]
    return Figure(svg, caption, legend)


def _square(x: float, y: float, style: str, label: str) -> str:
    return f'<rect class="{style}" x="{x}" y="{y}" width="{_SIDE}" height="{_SIDE}" rx="2">{_title(label)}</rect>'


def _text(x: float, y: float, text: str, *, anchor: str = "start") -> str:
    return f'<text x="{x}" y="{y:.1f}" text-anchor="{anchor}">{html.escape(text)}</text>'


def _title(text: str) -> str:
    return f"<title>{html.escape(text)}</title>"
