"""`backprop-tutor report`: what a class did, from the exports of its learners."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tutor.commands.errors import say_error
from tutor.commands.export import SKIPPED, csv_line, output
from tutor.commands.help import Command
from tutor.commands.options import common
from tutor.commands.start import Settings
from tutor.i18n import N_, _, message, percent

if TYPE_CHECKING:
    from tutor.commands.pages import Block
    from tutor.practice.classroom import Classroom

#: So many mistakes of each exercise are told in the summary; the CSV has all.
_MOST = 5


@click.command(cls=Command, help=_("Sum up the exports of a class: who did what, and which mistakes are frequent."))
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@click.option(
    "--csv",
    "table",
    type=click.Choice(["learners", "mistakes"]),
    help=_("Write CSV: a row for each learner and exercise, or for each exercise and mistake."),
)
@click.option("--to", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help=_("Write to this file."))
@common
def report(settings: Settings, files: tuple[Path, ...], table: str | None, to: Path | None) -> int:
    from tutor.ascii import to_ascii
    from tutor.commands.pages import as_text
    from tutor.practice.classroom import HEADER, MISTAKES_HEADER, Classroom

    classroom = Classroom()
    skipped = _read(classroom, files)
    if skipped == len(files):
        return 1
    if table == "learners":
        lines = [csv_line(row) for row in (HEADER, *classroom.rows())]
    elif table == "mistakes":
        lines = [csv_line(row) for row in (MISTAKES_HEADER, *classroom.mistake_rows())]
    else:
        lines = [to_ascii(line) if settings.ascii else line for line in as_text(_summary(classroom))]
    with output(to) as out:
        for line in lines:
            out.write(line + "\n")
    return 1 if skipped else 0


def _read(classroom: Classroom, files: tuple[Path, ...]) -> int:
    """Read every file that can be read, name the others; how many of these there are."""
    from tutor.packs.plain_text import one_line, visible
    from tutor.practice.exporting import Unusable, read

    skipped = 0
    for file in files:
        try:
            classroom.add(list(read(file)), one_line(file.stem))
        except Unusable as error:
            skipped += 1
            say_error(str(message(SKIPPED, file=visible(str(file)), why=error.notice)))
    return skipped


def _summary(classroom: Classroom) -> list[Block]:
    from tutor.commands.pages import Heading, Sentence, Table
    from tutor.grading.labels import label
    from tutor.packs import library

    titles = {(pack.id, entry.id): entry.title for pack in library.packs() for entry in pack.entries}
    work = classroom.work()
    mistakes = classroom.mistakes()
    blocks: list[Block] = [Heading(str(message(N_("Learners: {n}"), n=len(classroom.learners))))]
    for pack, exercise in sorted({key[1:] for key in work}):
        here = [one for key, one in work.items() if key[1:] == (pack, exercise)]
        title = titles.get((pack, exercise))
        blocks.append(Heading(f"{title}  ({pack}/{exercise})" if title else f"{pack}/{exercise}"))
        rates = [one.rate for one in here if one.rate is not None]
        text = N_("learners at work: {n}, solved: {solved}")
        rate = 0.0
        if rates:
            text = N_("learners at work: {n}, solved: {solved}, right at first try: {rate}")
            rate = sum(rates) / len(rates)
        solved = sum(one.solved for one in here)
        blocks.append(Sentence(str(message(text, n=len(here), solved=solved, rate=percent(rate)))))
        rows = [
            [
                label(one.mistake),
                str(message(N_("learners: {n} of {of}"), n=one.learners, of=one.of)),
                str(message(N_("times: {n}"), n=one.times)),
            ]
            for one in mistakes
            if (one.pack, one.exercise) == (pack, exercise)
        ]
        if rows:
            blocks.append(Table([_("mistake"), _("learners"), _("times")], rows[:_MOST]))
    return blocks
