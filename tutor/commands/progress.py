"""`backprop-tutor progress`: rules, packs, weeks, mistakes, as text or as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tutor.commands.help import Command
from tutor.commands.options import common
from tutor.commands.start import Settings
from tutor.i18n import N_, _, message, percent

if TYPE_CHECKING:
    from datetime import date

    from tutor.commands.pages import Block
    from tutor.packs.library import Pack
    from tutor.practice.atlas import Atlas
    from tutor.practice.progress import Progress
    from tutor.practice.store import Store

_STANDINGS = {"new": N_("new"), "learning": N_("learning"), "shaky": N_("shaky"), "solid": N_("solid")}
#: So long is the bar of the week with most answers.
_BAR = 24


@click.command(cls=Command, help=_("Show what is solid, what is shaky and what is due."))
@click.option("--json", "as_json", is_flag=True, help=_("Print JSON instead of text."))
@common
def progress(settings: Settings, as_json: bool) -> int:
    import json

    from tutor.ascii import to_ascii
    from tutor.commands.pages import as_text

    with opened() as store:
        packs, atlas = everything()
        found = gathered(store, atlas, packs)
    if as_json:
        click.echo(json.dumps(found.as_json(), ensure_ascii=False, indent=2))
        return 0
    for line in as_text(page(found, _("Progress"), bar="#" if settings.ascii else "█")):
        click.echo(to_ascii(line) if settings.ascii else line)
    return 0


def opened() -> Store:
    """The learner's store; what is wrong with it is said on standard error."""
    from tutor.practice.store import Store, default_path

    store = Store.open(default_path())
    if store.notice:
        click.echo(str(store.notice), err=True)
    return store


def everything() -> tuple[tuple[Pack, ...], Atlas]:
    """All packs, and which of their exercises ask for which rules."""
    from tutor.packs import library
    from tutor.practice.atlas import default_cache, read_atlas

    packs = library.packs()
    return packs, read_atlas(packs, default_cache())


def gathered(store: Store, atlas: Atlas, packs: tuple[Pack, ...]) -> Progress:
    from tutor.practice.progress import progress

    return progress(store, atlas, packs)


def standing(word: str) -> str:
    """How a rule stands, as people say it."""
    return _(_STANDINGS[word])


def page(found: Progress, title: str, bar: str = "█") -> list[Block]:
    """A learner's progress as a page."""
    from tutor.commands.pages import Heading, Sentence, Table

    blocks: list[Block] = [Heading(title)]
    if not found.answers:
        return [*blocks, Sentence(_("Nothing has been practised yet. Begin with: backprop-tutor"))]
    blocks.append(Sentence(_summary(found)))
    if found.due:
        blocks.append(
            Sentence(str(message(N_("Rules due for review: {n}. Begin with: backprop-tutor review"), n=len(found.due))))
        )
    if found.rules:
        rows = [
            [rule.name, standing(rule.standing), _due(rule.due, rule.id in found.due), _tends(rule.mistake)]
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
            "" if week.rate is None else str(message(N_("right at first try: {rate}"), rate=percent(week.rate))),
            bar * -(-week.answers * _BAR // most),
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


def _summary(found: Progress) -> str:
    text = N_("Answers: {n}. Time: {time}.")
    if found.rate is not None:
        text = N_("Answers: {n}. Right at first try: {rate}. Time: {time}.")
    rate = percent(found.rate or 0.0)
    return str(message(text, n=found.answers, rate=rate, time=duration(found.seconds)))


def duration(seconds: float) -> str:
    """A time as people say it: 12 min, 3 h 5 min."""
    minutes = round(seconds / 60)
    if minutes < 60:
        return str(message(N_("{m} min"), m=minutes))
    return str(message(N_("{h} h {m} min"), h=minutes // 60, m=minutes % 60))


def _due(day: date | None, now: bool) -> str:
    if now:
        return _("due today")
    return "" if day is None else str(message(N_("due {day}"), day=day.isoformat()))


def _tends(mistake: str | None) -> str:
    from tutor.grading.labels import label

    return label(mistake) if mistake else ""
