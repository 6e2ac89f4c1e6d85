"""`backprop-tutor sheet`: worksheets to print, one set of numbers for each student, and their answer keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tutor.commands.errors import CommandError
from tutor.commands.exercise_arguments import find_exercises, targets_argument
from tutor.commands.help import LocalizedCommand
from tutor.commands.options import FilePath, common_options
from tutor.commands.output import is_standard_output, open_output
from tutor.commands.roster import read_roster
from tutor.commands.student_option import before_due_option, check_key_allowed, student_option
from tutor.drawing.sheets.content import make_sheets
from tutor.drawing.sheets.html import sheets_as_html
from tutor.drawing.sheets.latex import sheets_as_latex
from tutor.drawing.sheets.markdown import sheets_as_markdown
from tutor.engine.passes import NonFiniteError
from tutor.i18n import N_, _, message
from tutor.packs.diagnostics import PackError
from tutor.packs.sanitize import format_output

if TYPE_CHECKING:
    from pathlib import Path

    from tutor.drawing.sheets.html import Paper
    from tutor.run_options import RunOptions

_ONE_OF_THEM = N_("--seed, --student and --students all choose the numbers. Use only one of them.")
_UNKNOWN_ENDING = N_("{file}: A sheet must be a .html, .md or .tex file. Choose one of these endings.")


@click.command(cls=LocalizedCommand)
@targets_argument
@click.option("--to", "path", type=FilePath(), metavar="FILE", help=_("The file to write: .html, .md or .tex."))
@click.option(
    "--key", is_flag=True, help=_("Write the answer key: the value of each blank, its rule and the usual mistakes.")
)
@click.option(
    "--seed", type=click.IntRange(0, 2**63 - 1), help=_("Use the numbers of this seed instead of the author's.")
)
@click.option(
    "--students",
    type=FilePath(),
    metavar="CSV",
    help=_("Write a sheet with different numbers for each student in this list."),
)
@student_option
@before_due_option
@click.option("--paper", type=click.Choice(("a4", "letter")), default="a4", help=_("The paper size: a4 or letter."))
@common_options
def sheet(
    options: RunOptions,
    targets: tuple[str, ...],
    path: Path | None,
    key: bool,
    seed: int | None,
    students: Path | None,
    student: str | None,
    before_due: bool,
    paper: Paper,
) -> int:
    if sum(given is not None for given in (seed, students, student)) > 1:
        raise CommandError(message(_ONE_OF_THEM), 2)
    ending = ".md" if path is None or is_standard_output(path) else path.suffix.lower()
    if ending not in (".html", ".htm", ".md", ".tex"):
        raise CommandError(message(_UNKNOWN_ENDING, file=path), 2)
    ids = () if students is None else read_roster(students)
    if student is not None:
        ids = (student,)
    try:
        exercises = [exercise for target in targets for exercise in find_exercises(target)]
        if key:
            check_key_allowed(exercises, before_due)
        sheets = make_sheets(exercises, ids, seed, key=key)
        if ending == ".md":
            lines = sheets_as_markdown(sheets)
        elif ending == ".tex":
            lines = sheets_as_latex(sheets, paper)
        else:
            lines = sheets_as_html(sheets, str(exercises[0].title), paper)
        with open_output(path) as out:
            out.writelines(f"{format_output(line)}\n" for line in lines)
    except (PackError, NonFiniteError) as error:
        raise CommandError(error, 2) from None
    return 0
