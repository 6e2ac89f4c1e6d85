"""`backprop-tutor report`: the work of a class, from the exports of its learners."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tutor.commands.calibration_page import calibration_table
from tutor.commands.documents import Heading, Sentence, Table, as_text
from tutor.commands.errors import CommandError, print_error
from tutor.commands.export import SKIPPED_FILE
from tutor.commands.gradebook import FORMATS, gradebook_rows, read_points
from tutor.commands.help import LocalizedCommand
from tutor.commands.item_page import items_page
from tutor.commands.item_report import ITEMS_HEADER, MESSAGES_HEADER, WRONG_ANSWERS_HEADER, ItemReport
from tutor.commands.options import FilePath, common_options
from tutor.commands.output import format_csv_row, open_output
from tutor.grading.mistakes.labels import mistake_label
from tutor.i18n import N_, _, format_percent, message
from tutor.packs import library
from tutor.packs.sanitize import escape_invisible, format_json
from tutor.practice.calibration import calibration_of
from tutor.practice.class_files import class_files, read_class_file
from tutor.practice.classroom import MISTAKES_HEADER, WORK_HEADER, Classroom
from tutor.practice.export import InvalidExportError
from tutor.practice.gradebook import make_gradebook

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from tutor.commands.documents import Block
    from tutor.practice.classroom import ExerciseWork
    from tutor.run_options import RunOptions

#: The maximum number of mistakes of each exercise in the summary; the CSV has all.
_MAX_MISTAKES = 5
#: The tables that can be written as CSV: those of the class, and those of `--items`.
_CLASS_TABLES = ("learners", "mistakes")
_ITEM_TABLES = ("items", "wrong-answers", "messages")


@click.command(cls=LocalizedCommand)
@click.argument("files", nargs=-1, required=True, type=FilePath(), metavar="FILE|FOLDER...")
@click.option(
    "--csv",
    "table",
    type=click.Choice([*_CLASS_TABLES, *_ITEM_TABLES]),
    help=_(
        "Write CSV: a row for each learner and exercise, for each exercise and mistake, or of --items for each blank, "
        "for each of its wrong answers, or for each message at it."
    ),
)
@click.option("--items", is_flag=True, help=_("Analyse each blank: how hard, which wrong answers, what didn't help."))
@click.option("--json", "as_json", is_flag=True, help=_("Write the analysis of --items as JSON."))
@click.option("--gradebook", type=click.Choice(FORMATS), help=_("Write points as CSV, for Canvas or Moodle."))
@click.option(
    "--points", type=FilePath(), metavar="TOML", help=_("What each exercise is worth; --gradebook needs this file.")
)
@click.option("--to", type=FilePath(), metavar="FILE", help=_("Write to this file."))
@common_options
def report(
    options: RunOptions,
    files: tuple[Path, ...],
    table: str | None,
    items: bool,
    as_json: bool,
    gradebook: str | None,
    points: Path | None,
    to: Path | None,
) -> int:
    _check_options(table, items, as_json)
    if (gradebook is None) != (points is None):
        raise CommandError(message(N_("--gradebook and --points go together. Give both.")), 2)
    if gradebook is not None and (table or items):
        raise CommandError(message(N_("--gradebook writes a table of its own. Leave out --csv and --items.")), 2)
    worth = None if points is None else read_points(points)
    classroom = Classroom()
    skipped = _read_files(classroom, files)
    if skipped and not classroom.learners:
        return 1
    if gradebook is not None and worth is not None:
        lines = [format_csv_row(row) for row in gradebook_rows(make_gradebook(classroom, worth), gradebook)]
    elif as_json:
        lines = [format_json(ItemReport(classroom).as_json(), indent=2)]
    elif table is not None:
        lines = [format_csv_row(row) for row in _csv_rows(classroom, table)]
    else:
        page = items_page(ItemReport(classroom)) if items else _summary_page(classroom)
        lines = [options.glyphs.render(line) for line in as_text(page)]
    with open_output(to) as out:
        for line in lines:
            out.write(line + "\n")
    return 1 if skipped else 0


def _check_options(table: str | None, items: bool, as_json: bool) -> None:
    """Raise CommandError for options that don't go together."""
    if as_json and table:
        raise CommandError(message(N_("--csv and --json exclude each other. Choose one.")), 2)
    if as_json and not items:
        raise CommandError(message(N_("--json writes the analysis of blanks. Add --items.")), 2)
    if items and table in _CLASS_TABLES:
        known = ", ".join(_ITEM_TABLES)
        raise CommandError(message(N_("--csv with --items is one of: {known}."), known=known), 2)


def _csv_rows(classroom: Classroom, table: str) -> Iterator[Sequence[str]]:
    """Yield the header and the rows of a table."""
    if table in _CLASS_TABLES:
        is_work = table == "learners"
        yield WORK_HEADER if is_work else MISTAKES_HEADER
        yield from classroom.work_rows() if is_work else classroom.mistake_rows()
        return
    analysis = ItemReport(classroom)
    if table == "items":
        yield from (ITEMS_HEADER, *analysis.item_rows())
    elif table == "wrong-answers":
        yield from (WRONG_ANSWERS_HEADER, *analysis.wrong_answer_rows())
    else:
        yield from (MESSAGES_HEADER, *analysis.message_rows())


def _read_files(classroom: Classroom, paths: tuple[Path, ...]) -> int:
    """Read the files and folders, report those that can't be used, and return their number."""
    skipped = 0
    for path in paths:
        try:
            files = class_files(path)
        except InvalidExportError as error:
            skipped += 1
            _report_skipped(path, error)
            continue
        for file in files:
            try:
                classroom.add(list(read_class_file(file)), file.learner)
            except InvalidExportError as error:
                skipped += 1
                _report_skipped(file.path, error)
    return skipped


def _report_skipped(path: Path, error: InvalidExportError) -> None:
    print_error(str(message(SKIPPED_FILE, file=escape_invisible(str(path)), why=error.notice)))


def _summary_page(classroom: Classroom) -> list[Block]:
    titles = {(pack.id, entry.id): entry.title for pack in library.all_packs() for entry in pack.entries}
    work = classroom.work_by_learner()
    mistakes = classroom.mistake_frequencies()
    blocks: list[Block] = [Heading(str(message(N_("Learners: {n}"), n=len(classroom.learners))))]
    for pack, exercise in sorted({key[1:] for key in work}):
        records = [record for key, record in work.items() if key[1:] == (pack, exercise)]
        title = titles.get((pack, exercise))
        blocks.append(Heading(f"{title}  ({pack}/{exercise})" if title else f"{pack}/{exercise}"))
        rates = [record.first_try_rate for record in records if record.first_try_rate is not None]
        text = N_("learners at work: {n}, solved: {solved}")
        rate = 0.0
        if rates:
            text = N_("learners at work: {n}, solved: {solved}, right at first try: {rate}")
            rate = sum(rates) / len(rates)
        solved = sum(record.solved for record in records)
        blocks.append(Sentence(str(message(text, n=len(records), solved=solved, rate=format_percent(rate)))))
        num_coded = sum(record.solved_in_code for record in records)
        if num_coded:
            blocks.append(Sentence(str(message(N_("solved in code: {n}"), n=num_coded))))
        blocks += [Sentence(text) for text in _exam_sentences(work, pack, exercise)]
        rows = [
            [
                mistake_label(frequency.mistake),
                str(message(N_("learners: {n} of {of}"), n=frequency.learners, of=frequency.of_learners)),
                str(message(N_("times: {n}"), n=frequency.times)),
            ]
            for frequency in mistakes
            if (frequency.pack, frequency.exercise) == (pack, exercise)
        ]
        if rows:
            blocks.append(Table([_("mistake"), _("learners"), _("times")], rows[:_MAX_MISTAKES]))
    predictions = [made for record in work.values() for made in record.predictions.values()]
    return [*blocks, *calibration_table(calibration_of(predictions))]


def _exam_sentences(work: Mapping[tuple[str, str, str], ExerciseWork], pack: str, exercise: str) -> Iterator[str]:
    """Yield a sentence for each thing that a teacher should know about the tries of an exam."""
    records = {name[0]: (record, record.exam) for name, record in work.items() if name[1:] == (pack, exercise)}
    exams = {learner: (record, exam) for learner, (record, exam) in records.items() if exam is not None}
    begun = {learner: len(record.tries) for learner, (record, _exam) in exams.items() if len(record.tries) > 1}
    resets = {learner: exam.resets for learner, (_record, exam) in exams.items() if exam.resets}
    numbers = {learner: exam.num_seeds for learner, (_record, exam) in exams.items() if exam.num_seeds > 1}
    shared = [learner for learner, (_record, exam) in exams.items() if exam.shared_with]
    if begun:
        text = N_("begun more than once, where the first finished try counts: {learners}")
        yield str(message(text, learners=_counted(begun)))
    if resets:
        yield str(message(N_("reset after it was begun: {learners}"), learners=_counted(resets)))
    if numbers:
        yield str(message(N_("with more than one set of numbers: {learners}"), learners=_counted(numbers)))
    if shared:
        text = N_("with the same try or the same drawn numbers as another learner: {learners}")
        yield str(message(text, learners=", ".join(shared)))


def _counted(numbers: Mapping[str, int]) -> str:
    return ", ".join(f"{learner} ({n})" for learner, n in numbers.items())
