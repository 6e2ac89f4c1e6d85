"""`backprop-tutor report`: the work of a class, from the exports of its learners."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import click

from tutor.commands.class_report import CLASS_TABLES, ITEM_TABLES, ClassReport
from tutor.commands.documents import as_text
from tutor.commands.errors import CommandError, print_error
from tutor.commands.export import SKIPPED_FILE
from tutor.commands.gradebook import FORMATS, gradebook_rows, read_points
from tutor.commands.help import LocalizedCommand
from tutor.commands.item_page import items_page
from tutor.commands.item_report import ItemReport
from tutor.commands.options import FilePath, common_options
from tutor.commands.output import format_csv_row, open_output
from tutor.commands.student_option import before_due_option, key_refusal
from tutor.i18n import N_, _, message
from tutor.packs import library
from tutor.packs.diagnostics import PackError
from tutor.packs.sanitize import escape_invisible, format_json
from tutor.practice.class_files import class_files, read_class_file
from tutor.practice.classroom import Classroom
from tutor.practice.event import NOTED
from tutor.practice.export import InvalidExportError
from tutor.practice.gradebook import make_gradebook
from tutor.practice.installed_exercises import InstalledExercises
from tutor.practice.regrading import Regrader

if TYPE_CHECKING:
    from pathlib import Path

    from tutor.i18n import Message
    from tutor.run_options import RunOptions


_NO_POINTS = N_("None of these exercises has points. Write them in its file, or give a file of points with --points.")


@click.command(cls=LocalizedCommand)
@click.argument("files", nargs=-1, required=True, type=FilePath(), metavar="FILE|FOLDER...")
@click.option(
    "--csv",
    "table",
    type=click.Choice([*CLASS_TABLES, *ITEM_TABLES]),
    help=_(
        "Write CSV: a row for each learner and exercise, exercise and mistake, flag, or answer in "
        "words. With --items: for each blank, wrong answer or message."
    ),
)
@click.option(
    "--items",
    is_flag=True,
    help=_("Analyse each blank: its difficulty, its wrong answers, and messages that didn't help."),
)
@click.option("--json", "as_json", is_flag=True, help=_("Write the report, or with --items the analysis, as JSON."))
@click.option(
    "--no-regrade", is_flag=True, help=_("Trust the verdicts in the files instead of grading the answers again.")
)
@click.option("--gradebook", type=click.Choice(FORMATS), help=_("Write points as CSV, for Canvas or Moodle."))
@click.option(
    "--points",
    type=FilePath(),
    metavar="TOML",
    help=_("The file with the points of each exercise for --gradebook, in place of the authors' points."),
)
@before_due_option
@click.option("--to", type=FilePath(), metavar="FILE", help=_("Write to this file."))
@common_options
def report(
    options: RunOptions,
    files: tuple[Path, ...],
    table: str | None,
    items: bool,
    as_json: bool,
    no_regrade: bool,
    gradebook: str | None,
    points: Path | None,
    before_due: bool,
    to: Path | None,
) -> int:
    _check_options(table, items, as_json)
    if gradebook is None and points is not None:
        raise CommandError(message(N_("--points belongs to a gradebook. Add --gradebook canvas or moodle.")), 2)
    if gradebook is not None and (table or items or as_json):
        raise CommandError(message(N_("--gradebook writes its own table. Leave out --csv, --json and --items.")), 2)
    worth = None if points is None else read_points(points)
    classroom = Classroom()
    skipped = _read_files(classroom, files)
    if skipped and not classroom.learners:
        return 1
    untold = {} if before_due else _untold_exams(classroom)
    if untold and gradebook is not None:
        raise CommandError(next(iter(untold.values())), 2)
    installed = InstalledExercises(library.find_exercise, set(library.exercise_names()) - untold.keys())
    if not no_regrade:
        classroom.regrade(Regrader(installed))
    work = ClassReport(classroom, installed, regraded=not no_regrade)
    for refusal in untold.values():
        print_error(str(refusal))
    if gradebook is not None:
        table_of_points = make_gradebook(classroom, worth, installed, work.flags)
        if not table_of_points.columns:
            raise CommandError(message(_NO_POINTS), 2)
        lines = [format_csv_row(row) for row in gradebook_rows(table_of_points, gradebook)]
    elif as_json:
        lines = [format_json(work.items_json() if items else work.as_json(), indent=2)]
    elif table is not None:
        lines = [format_csv_row(row) for row in work.csv_rows(table)]
    else:
        page = items_page(ItemReport(classroom)) if items else work.page()
        lines = [options.glyphs.render(line) for line in as_text(page)]
    with open_output(to) as out:
        for line in lines:
            out.write(line + "\n")
    return 1 if skipped else 0


def _untold_exams(classroom: Classroom) -> dict[str, Message]:
    """Return the exams whose answers may not be graded yet, each with the reason."""
    taken = {
        f"{event.pack}/{event.exercise}"
        for events in classroom.events.values()
        for event in events.values()
        if event.kind == NOTED
    }
    untold: dict[str, Message] = {}
    for name in sorted(taken.intersection(library.exercise_names())):
        with suppress(PackError):
            refusal = key_refusal(library.find_exercise(name))
            untold |= {} if refusal is None else {name: refusal}
    return untold


def _check_options(table: str | None, items: bool, as_json: bool) -> None:
    """Raise CommandError for options that don't go together."""
    if as_json and table:
        raise CommandError(message(N_("--csv and --json can't be combined. Choose one.")), 2)
    if items and table in CLASS_TABLES:
        known = ", ".join(ITEM_TABLES)
        raise CommandError(message(N_("With --items, --csv must be one of: {known}."), known=known), 2)


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
