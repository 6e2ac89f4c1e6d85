"""The options of exams: `--student`, whose numbers are meant, and `--before-due`, for instructors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from tutor.commands.errors import CommandError
from tutor.i18n import N_, _, message
from tutor.packs.assessment import format_time
from tutor.practice.exam import exam_seed
from tutor.practice.student import InvalidStudentError, parse_student

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tutor.i18n import Message
    from tutor.packs.exercise import Exercise

_ONE_OF_TWO = N_("--seed and --student both choose the numbers. Use only one of them.")
_NOT_DUE = N_(
    "{name} is an exam that is due on {time}, so its answers aren't shown yet. If you are its "
    "instructor, add --before-due."
)


class StudentId(click.ParamType):  # type: ignore[type-arg, unused-ignore]
    """An argument that is the id of a student."""

    name = "id"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            return parse_student(str(value))
        except InvalidStudentError as error:
            raise CommandError(error.message, 2) from None


student_option = click.option(
    "--student", type=StudentId(), metavar="ID", help=_("Use the numbers of the student with this id.")
)
before_due_option = click.option(
    "--before-due", is_flag=True, help=_("For instructors: show the answers of an exam that isn't due yet.")
)


def check_seed_or_student(seed: int | None, student: str | None) -> None:
    """Raise CommandError if both choose the numbers."""
    if seed is not None and student is not None:
        raise CommandError(message(_ONE_OF_TWO), 2)


def chosen_seed(exercise: Exercise, seed: int | None, student: str | None) -> int | None:
    """Return the seed of an exercise's numbers: the one given, or the student's."""
    return seed if student is None else exam_seed(exercise, student)


def check_key_allowed(exercises: Iterable[Exercise], before_due: bool) -> None:
    """Raise CommandError if the answers of one of these exercises may not be shown yet."""
    for exercise in exercises:
        refusal = key_refusal(exercise)
        if refusal is not None and not before_due:
            raise CommandError(refusal, 2)


def key_refusal(exercise: Exercise) -> Message | None:
    """Return the reason not to show the answers of an exercise yet; None if there is none."""
    due = exercise.assessment.due
    if due is None or not exercise.exam or not exercise.assessment.hides_key:
        return None
    name = f"{exercise.pack}/{exercise.id}".lstrip("/")
    return message(_NOT_DUE, name=name, time=format_time(due))
