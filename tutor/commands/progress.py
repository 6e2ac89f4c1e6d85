"""`backprop-tutor progress`: rules, packs, weeks, mistakes, as text or as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tutor.commands.help import LocalizedCommand
from tutor.commands.options import common_options
from tutor.i18n import N_, _, format_percent, message
from tutor.practice import learner

if TYPE_CHECKING:
    from datetime import date

    from tutor.commands.documents import Block
    from tutor.commands.launch import RunOptions
    from tutor.practice.progress import Progress
    from tutor.practice.storage.store import Store

#: So long is the bar of the week with most answers.
_BAR_WIDTH = 24


@click.command(cls=LocalizedCommand, help=_("Show what is solid, what is shaky and what is due."))
@click.option("--json", "as_json", is_flag=True, help=_("Print JSON instead of text."))
@common_options
def progress(settings: RunOptions, as_json: bool) -> int:
    import json

    from tutor.commands.documents import as_text
    from tutor.glyphs import to_ascii
    from tutor.practice.progress import load_progress

    with open_store() as store:
        packs, index = learner.load_packs_and_index()
        found = load_progress(store, index, packs)
    if as_json:
        click.echo(json.dumps(found.as_json(), ensure_ascii=False, indent=2))
        return 0
    for line in as_text(progress_page(found, _("Progress"), bar="#" if settings.ascii else "█")):
        click.echo(to_ascii(line) if settings.ascii else line)
    return 0


def open_store() -> Store:
    """Open the learner's progress file, and report what is wrong with it on standard error."""
    store = learner.open_store()
    if store.notice:
        click.echo(str(store.notice), err=True)
    return store


def progress_page(found: Progress, title: str, bar: str = "█") -> list[Block]:
    """A learner's progress as a page."""
    from tutor.commands.documents import Heading, Sentence, Table
    from tutor.practice.mastery import mastery_label

    blocks: list[Block] = [Heading(title)]
    if not found.answers:
        return [*blocks, Sentence(_("Nothing has been practised yet. Begin with: backprop-tutor"))]
    blocks.append(Sentence(_summary_sentence(found)))
    if found.due_rules:
        blocks.append(
            Sentence(
                str(message(N_("Rules due for review: {n}. Begin with: backprop-tutor review"), n=len(found.due_rules)))
            )
        )
    if found.rules:
        rows = [
            [
                rule.name,
                mastery_label(rule.standing),
                _format_due(rule.due, rule.id in found.due_rules),
                _mistake_name(rule.mistake),
            ]
            for rule in found.rules
        ]
        blocks += [Heading(_("Rules")), Table([_("rule"), _("standing"), _("due"), _("keeps coming back")], rows)]
    rows = [
        [pack.title, str(message(N_("{n} of {all} solved"), n=pack.solved, all=pack.exercises))] for pack in found.packs
    ]
    blocks += [Heading(_("Packs")), Table([_("pack"), _("exercises")], rows)]
    most = max(week.answers for week in found.weeks) or 1
    rows = [
        [
            week.monday.isoformat(),
            str(message(N_("answers: {n}"), n=week.answers)),
            ""
            if week.first_try_rate is None
            else str(message(N_("right at first try: {rate}"), rate=format_percent(week.first_try_rate))),
            bar * -(-week.answers * _BAR_WIDTH // most),
        ]
        for week in found.weeks
    ]
    blocks += [Heading(_("Weeks")), Table([_("week from"), _("answers"), _("right at first try"), ""], rows)]
    if found.mistakes:
        rows = [
            [
                met.name,
                str(message(N_("times: {n}"), n=met.count)),
                f"backprop-tutor play {met.exercise}" if met.exercise else "",
            ]
            for met in found.mistakes
        ]
        blocks += [Heading(_("Most frequent mistakes")), Table([_("mistake"), _("times"), _("to train it")], rows)]
    return blocks


def _summary_sentence(found: Progress) -> str:
    text = N_("Answers: {n}. Time: {time}.")
    if found.first_try_rate is not None:
        text = N_("Answers: {n}. Right at first try: {rate}. Time: {time}.")
    from tutor.practice.progress import format_duration

    rate = format_percent(found.first_try_rate or 0.0)
    return str(message(text, n=found.answers, rate=rate, time=format_duration(found.seconds)))


def _format_due(day: date | None, now: bool) -> str:
    if now:
        return _("due today")
    return "" if day is None else str(message(N_("due {day}"), day=day.isoformat()))


def _mistake_name(mistake: str | None) -> str:
    from tutor.grading.mistakes.labels import mistake_label

    return mistake_label(mistake) if mistake else ""
