"""`backprop-tutor pack export`: a pack as questions for a course system."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tutor.commands.errors import CommandError, print_error
from tutor.commands.exercise_arguments import find_exercises, targets_argument
from tutor.commands.help import LocalizedCommand
from tutor.commands.options import FilePath, common_options
from tutor.commands.output import is_standard_output, open_output
from tutor.commands.student_option import before_due_option, check_key_allowed
from tutor.drawing.quizzes.content import quiz_questions
from tutor.drawing.quizzes.gift import as_gift
from tutor.drawing.quizzes.jupyterquiz import as_jupyterquiz
from tutor.drawing.quizzes.qti import as_qti
from tutor.engine.passes import NonFiniteError
from tutor.i18n import N_, Message, _, message
from tutor.packs.diagnostics import PackError
from tutor.packs.path_argument import is_path_argument
from tutor.packs.sanitize import format_json, format_output

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tutor.drawing.quizzes.content import QuizQuestion
    from tutor.packs.exercise import Exercise
    from tutor.run_options import RunOptions

_FORMATS = ("gift", "qti", "jupyterquiz")
_CHOOSE = N_("Choose one format: --gift for Moodle, --qti for others, --jupyterquiz for notebooks.")
_QTI_FILE = N_("QTI is a ZIP archive. Add --to FILE.zip.")
_NO_READER = N_("{title} is left out, because a notebook can't grade an answer in words.")
_MAX_VARIANTS = 100


@click.command("export", cls=LocalizedCommand)
@targets_argument
@click.option("--gift", is_flag=True, help=_("Write GIFT, the text format of Moodle."))
@click.option("--qti", is_flag=True, help=_("Write QTI 2.1, a ZIP archive for other learning platforms."))
@click.option("--jupyterquiz", is_flag=True, help=_("Write JSON for quizzes in notebooks."))
@click.option(
    "--variants",
    type=click.IntRange(1, _MAX_VARIANTS),
    default=1,
    metavar="N",
    help=_("The number of sets of numbers for each exercise; by default only the author's."),
)
@before_due_option
@click.option("--to", "path", type=FilePath(), metavar="FILE", help=_("Write to this file."))
@common_options
def export_pack(
    options: RunOptions, targets: tuple[str, ...], variants: int, before_due: bool, path: Path | None, **formats: bool
) -> int:
    requested = [name for name in _FORMATS if formats[name]]
    if len(requested) != 1:
        raise CommandError(message(_CHOOSE), 2)
    if requested == ["qti"] and is_standard_output(path):
        raise CommandError(message(_QTI_FILE), 2)
    try:
        exercises = [exercise for target in targets for exercise in find_exercises(target)]
        check_key_allowed(exercises, before_due)
        questions, omitted = _collect(exercises, variants)
    except (PackError, NonFiniteError) as error:
        raise CommandError(error, 2) from None
    title = ", ".join(Path(target).name if is_path_argument(target) else target for target in targets)
    _write(requested[0], questions, title, path)
    if requested == ["jupyterquiz"]:
        omitted += [message(_NO_READER, title=question.title) for question in questions if question.is_essay]
    for note in omitted:
        print_error(str(note))
    return 0


def _collect(exercises: Sequence[Exercise], variants: int) -> tuple[list[QuizQuestion], list[Message]]:
    """Return the questions, and what is left out."""
    questions: list[QuizQuestion] = []
    omitted: dict[str, Message] = {}
    for exercise in exercises:
        count = variants if exercise.has_variants else 1
        for item in quiz_questions(exercise, [None, *range(1, count)]):
            if isinstance(item, Message):
                omitted.setdefault(str(item), item)
            else:
                questions.append(item)
    return questions, list(omitted.values())


def _write(kind: str, questions: list[QuizQuestion], title: str, path: Path | None) -> None:
    with open_output(path) as out:
        if kind == "qti":
            out.flush()
            out.buffer.write(as_qti(questions, title))
            return
        lines: Iterator[str] | list[str] = as_gift(questions, title)
        if kind == "jupyterquiz":
            data: Any = as_jupyterquiz(questions)
            lines = [format_json(data, indent=1)]
        out.writelines(f"{format_output(line)}\n" for line in lines)
