"""`backprop-tutor progress`: the learner's rules, packs, days, weeks and mistakes."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

import click

from tutor.commands.calibration_page import calibration_blocks
from tutor.commands.documents import Heading, Sentence, Table, as_text
from tutor.commands.help import LocalizedCommand
from tutor.commands.options import common_options
from tutor.commands.output import echo
from tutor.commands.progress_figures import practice_calendar, rate_chart, rule_strip
from tutor.commands.store import open_store
from tutor.grading.mistakes.labels import mistake_label
from tutor.i18n import N_, _, format_percent, message
from tutor.packs.sanitize import format_json
from tutor.practice.day_texts import weekday_label
from tutor.practice.learner import load_packs_and_index
from tutor.practice.mastery_levels import solid_explanation, state_label
from tutor.practice.model_news import take_model_news
from tutor.practice.placement_texts import comparison, headline, topic_rows
from tutor.practice.progress import format_duration, load_progress
from tutor.practice.rule_ids import rule_name
from tutor.practice.score_texts import score_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tutor.commands.documents import Block
    from tutor.practice.progress import Progress
    from tutor.practice.rule_progress import RuleProgress, Try
    from tutor.run_options import RunOptions

#: The length of the bar of the week with most answers.
_BAR_WIDTH = 24
#: The days of the last weeks are listed one by one.
_WEEKS_BY_DAY = 4


@click.command(cls=LocalizedCommand)
@click.option("--json", "as_json", is_flag=True, help=_("Print JSON instead of text."))
@common_options
def progress(options: RunOptions, as_json: bool) -> int:
    with open_store() as store:
        if not store.readable:
            return 1
        packs, index = load_packs_and_index()
        data = load_progress(store, index, packs)
        news = None if as_json else take_model_news(store)
    if as_json:
        echo(format_json(data.as_json(), indent=2))
        return 0
    if news is not None:
        echo(options.glyphs.render(str(news)) + "\n")
    for line in as_text(progress_page(data, _("Progress"), bar="#" if options.ascii else "█")):
        echo(options.glyphs.render(line))
    return 0


def progress_page(data: Progress, title: str, bar: str = "█") -> list[Block]:
    """Return a learner's progress as a page."""
    if not (data.answers or data.code_credit or data.in_code or data.placement):
        return [Heading(title), Sentence(_("You haven't practised anything yet. Start with: backprop-tutor"))]
    return [
        Heading(title),
        *_summary(data),
        *_rules(data),
        *_code(data),
        *_placement(data),
        *_packs(data),
        *_exams(data),
        *_days(data),
        *_weeks(data, bar),
        *_mistakes(data),
        *calibration_blocks(data.calibration),
    ]


def _summary(data: Progress) -> Iterator[Block]:
    yield Sentence(_summary_sentence(data))
    if data.due_rules:
        text = N_("Rules due for review: {n}. Start with: backprop-tutor review")
        yield Sentence(str(message(text, n=len(data.due_rules))))


def _rules(data: Progress) -> Iterator[Block]:
    if not data.rules:
        return
    yield Heading(_("Rules"))
    standings = Counter(rule.standing for rule in data.rules)
    text = N_(
        "Rules practised: {n} of {all}. Solid: {solid}. Learning: {learning}. Shaky: {shaky}. Due tomorrow: {tomorrow}."
    )
    counts = {level: standings[level] for level in ("solid", "learning", "shaky")}
    counts |= {"n": len(data.rules), "all": len(data.all_rules), "tomorrow": data.due_tomorrow}
    yield Sentence(str(message(text, **counts)))
    yield Sentence(str(solid_explanation()))
    yield rule_strip(data)
    rows = [
        [
            rule.name,
            state_label(rule.state),
            _format_due(rule, rule.id in data.due_rules),
            _format_tries(rule.tries),
            mistake_label(rule.mistake) if rule.mistake else "",
        ]
        for rule in data.rules
    ]
    titles = [_("rule"), _("status"), _("due"), _("recent first tries"), _("recurring mistake")]
    yield Table(titles, rows)


def _code(data: Progress) -> Iterator[Block]:
    """Yield what was solved in code, and in how many exercises each rule was right there."""
    if not data.in_code and not data.code_credit:
        return
    yield Heading(_("In code"))
    yield Sentence(
        str(
            message(
                N_("Exercises solved in code: {n}. A right line without hints counts as one step of its rule."),
                n=data.in_code,
            )
        )
    )
    rows = [[rule_name(rule), str(message(N_("exercises: {n}"), n=n))] for rule, n in data.code_credit.items()]
    if rows:
        yield Table([_("rule"), _("right in code")], rows)


def _placement(data: Progress) -> Iterator[Block]:
    """Yield the result of the last placement or final test."""
    for result in data.placement[-1:]:
        yield Heading(_("Final test") if result.kind == "final" else _("Placement test"))
        compared = comparison(result)
        if compared is not None:
            yield Sentence(str(compared))
        yield Sentence(str(headline(result)))
        yield Table([_("topic"), _("result")], [[name, label] for _state, name, label in topic_rows(result)])


def _packs(data: Progress) -> Iterator[Block]:
    rows = [
        [
            pack.title,
            str(message(N_("{n} of {all} solved"), n=pack.solved, all=pack.exercises)),
            *([str(message(N_("{n} in code"), n=pack.in_code)) if pack.in_code else ""] if data.in_code else []),
        ]
        for pack in data.packs
    ]
    yield Heading(_("Packs"))
    yield Table([_("pack"), _("exercises"), *([_("in code")] if data.in_code else [])], rows)


def _exams(data: Progress) -> Iterator[Block]:
    if data.exams:
        yield Heading(_("Exams"))
        yield Table([_("exam"), _("result")], [[title, str(score_text(score))] for _name, title, score in data.exams])


def _days(data: Progress) -> Iterator[Block]:
    """Yield the calendar, and the days of the last weeks in words."""
    if data.since is None:
        return
    yield Heading(_("Days"))
    text = N_("Days practised since {day}: {n}. Days in a row so far: {streak}.")
    yield Sentence(str(message(text, n=data.days_practised, day=data.since.isoformat(), streak=data.streak)))
    yield practice_calendar(data)
    first = data.today - timedelta(weeks=_WEEKS_BY_DAY)
    rows = [
        [
            f"{day.day.isoformat()} {weekday_label(day.day.weekday())}",
            str(message(N_("answers: {n}"), n=day.answers)),
            _format_rate(day.first_try_rate),
            format_duration(day.seconds),
        ]
        for day in data.days
        if day.day > first and day.answers
    ]
    if rows:
        yield Table([_("day"), _("answers"), _("right on the first try"), _("time")], rows)


def _weeks(data: Progress, bar: str) -> Iterator[Block]:
    yield Heading(_("Weeks"))
    chart = rate_chart(data)
    if chart is not None:
        yield chart
    most = max(week.answers for week in data.weeks) or 1
    rows = [
        [
            week.monday.isoformat(),
            str(message(N_("answers: {n}"), n=week.answers)),
            _format_rate(week.first_try_rate),
            bar * -(-week.answers * _BAR_WIDTH // most),
        ]
        for week in data.weeks
    ]
    yield Table([_("week of"), _("answers"), _("right on the first try"), ""], rows)


def _mistakes(data: Progress) -> Iterator[Block]:
    if not data.mistakes:
        return
    rows = [
        [
            mistake.name,
            str(message(N_("times: {n}"), n=mistake.count)),
            str(message(N_("last on {day}"), day=mistake.last.isoformat())),
            f"backprop-tutor play {mistake.exercise}" if mistake.exercise else "",
        ]
        for mistake in data.mistakes
    ]
    yield Heading(_("Most frequent mistakes"))
    yield Table([_("mistake"), _("times"), _("last time"), _("practise it with")], rows)


def _summary_sentence(data: Progress) -> str:
    text = N_("Answers: {n}. Time: {time}.")
    if data.first_try_rate is not None:
        text = N_("Answers: {n}. Right on the first try: {rate}. Time: {time}.")
    rate = format_percent(data.first_try_rate or 0.0)
    return str(message(text, n=data.answers, rate=rate, time=format_duration(data.seconds)))


def _format_due(rule: RuleProgress, is_due: bool) -> str:
    """Return when a rule comes back, and that another exercise has to bring the last step."""
    due = "" if rule.due is None else str(message(N_("due {day}"), day=rule.due.isoformat()))
    needs = _("once more in another exercise") if "exercise" in rule.needs else ""
    return ", ".join(filter(None, (_("due today") if is_due else due, needs)))


def _format_rate(rate: float | None) -> str:
    """Return the share of blanks that were right at once; nothing if none was tried."""
    return "" if rate is None else str(message(N_("right on the first try: {rate}"), rate=format_percent(rate)))


def _format_tries(tries: Sequence[Try]) -> str:
    """Return how many of the latest first tries were right without help."""
    return str(message(N_("{n} of {all} right"), n=tries.count("right"), all=len(tries))) if tries else ""
