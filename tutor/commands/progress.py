"""`backprop-tutor progress`: the learner's rules, packs, weeks and mistakes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tutor.commands.documents import Heading, Sentence, Table, as_text
from tutor.commands.help import LocalizedCommand
from tutor.commands.options import common_options
from tutor.commands.output import echo
from tutor.commands.store import open_store
from tutor.grading.mistakes.labels import mistake_label
from tutor.i18n import N_, _, format_percent, message
from tutor.packs.sanitize import format_json
from tutor.practice.learner import load_packs_and_index
from tutor.practice.mastery import mastery_label
from tutor.practice.progress import format_duration, load_progress

if TYPE_CHECKING:
    from datetime import date

    from tutor.commands.documents import Block
    from tutor.practice.progress import Progress
    from tutor.run_options import RunOptions

#: The length of the bar of the week with most answers.
_BAR_WIDTH = 24


@click.command(cls=LocalizedCommand)
@click.option("--json", "as_json", is_flag=True, help=_("Print JSON instead of text."))
@common_options
def progress(options: RunOptions, as_json: bool) -> int:
    with open_store() as store:
        if not store.readable:
            return 1
        packs, index = load_packs_and_index()
        data = load_progress(store, index, packs)
    if as_json:
        echo(format_json(data.as_json(), indent=2))
        return 0
    for line in as_text(progress_page(data, _("Progress"), bar="#" if options.ascii else "█")):
        echo(options.glyphs.render(line))
    return 0


def progress_page(data: Progress, title: str, bar: str = "█") -> list[Block]:
    """Return a learner's progress as a page."""
    blocks: list[Block] = [Heading(title)]
    if not data.answers:
        return [*blocks, Sentence(_("Nothing has been practised yet. Begin with: backprop-tutor"))]
    blocks.append(Sentence(_summary_sentence(data)))
    if data.due_rules:
        blocks.append(
            Sentence(
                str(message(N_("Rules due for review: {n}. Begin with: backprop-tutor review"), n=len(data.due_rules)))
            )
        )
    if data.rules:
        rows = [
            [
                rule.name,
                mastery_label(rule.standing),
                _format_due(rule.due, rule.id in data.due_rules),
                mistake_label(rule.mistake) if rule.mistake else "",
            ]
            for rule in data.rules
        ]
        blocks += [Heading(_("Rules")), Table([_("rule"), _("standing"), _("due"), _("keeps coming back")], rows)]
    rows = [
        [pack.title, str(message(N_("{n} of {all} solved"), n=pack.solved, all=pack.exercises))] for pack in data.packs
    ]
    blocks += [Heading(_("Packs")), Table([_("pack"), _("exercises")], rows)]
    most = max(week.answers for week in data.weeks) or 1
    rows = [
        [
            week.monday.isoformat(),
            str(message(N_("answers: {n}"), n=week.answers)),
            ""
            if week.first_try_rate is None
            else str(message(N_("right at first try: {rate}"), rate=format_percent(week.first_try_rate))),
            bar * -(-week.answers * _BAR_WIDTH // most),
        ]
        for week in data.weeks
    ]
    blocks += [Heading(_("Weeks")), Table([_("week from"), _("answers"), _("right at first try"), ""], rows)]
    if data.mistakes:
        rows = [
            [
                mistake.name,
                str(message(N_("times: {n}"), n=mistake.count)),
                f"backprop-tutor play {mistake.exercise}" if mistake.exercise else "",
            ]
            for mistake in data.mistakes
        ]
        blocks += [Heading(_("Most frequent mistakes")), Table([_("mistake"), _("times"), _("to train it")], rows)]
    return blocks


def _summary_sentence(data: Progress) -> str:
    text = N_("Answers: {n}. Time: {time}.")
    if data.first_try_rate is not None:
        text = N_("Answers: {n}. Right at first try: {rate}. Time: {time}.")
    rate = format_percent(data.first_try_rate or 0.0)
    return str(message(text, n=data.answers, rate=rate, time=format_duration(data.seconds)))


def _format_due(day: date | None, is_due: bool) -> str:
    if is_due:
        return _("due today")
    return "" if day is None else str(message(N_("due {day}"), day=day.isoformat()))
