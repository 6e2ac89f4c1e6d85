"""Arguments that name exercises: a pack, an exercise of it, or the path of either; and formulas in their place."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import click

from tutor.commands.completion import complete_exercises_and_packs
from tutor.commands.errors import CommandError
from tutor.commands.options import usable_path
from tutor.engine.python_source.source import is_python
from tutor.i18n import N_, message
from tutor.packs import library
from tutor.packs.code_settings import ONLY_CODE
from tutor.packs.diagnostics import PackNotExerciseError
from tutor.packs.pack import Pack
from tutor.packs.path_argument import exercise_at, is_path_argument, open_path

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tutor.packs.exercise import Exercise

#: What could be the name of a pack or of an exercise: the packs are looked through for nothing else.
_NAME_LIKE = re.compile(r"[\w./-]+")
BRINGS_ITS_OWN = N_("{name} has its own graph and numbers. Leave out {options}.")
targets_argument = click.argument(
    "targets",
    nargs=-1,
    required=True,
    metavar="PACK|PACK/EXERCISE|FILE...",
    shell_complete=complete_exercises_and_packs,
)


def find_exercise(target: str) -> Exercise:
    """Return the exercise that a name or a path means. Raise PackError, CommandError."""
    try:
        return exercise_at(usable_path(target)) if is_path_argument(target) else library.find_exercise(target)
    except PackNotExerciseError as error:
        raise CommandError(error, 2) from None


def find_exercise_with_blanks(target: str) -> Exercise:
    """Return the exercise that a name or a path means. Raise PackError; CommandError for one that is only code."""
    exercise = find_exercise(target)
    if exercise.code.only:
        raise CommandError(message(ONLY_CODE, name=target), 2)
    return exercise


def find_exercise_or_formula(target: str, values: bool, given: Mapping[str, object]) -> Exercise | None:
    """Return the exercise that a name or a path means; None for a formula or a function in Python.

    `values`: values or symbols of inputs are given. `given` are the options that only a formula takes, with what was
    typed. Raise PackError; CommandError, also for an exercise with such options.
    """
    if is_python(target) or not _may_be_exercise(target, values):
        return None
    if options := ", ".join(option for option, value in given.items() if value):
        raise CommandError(message(BRINGS_ITS_OWN, name=target, options=options), 2)
    return find_exercise(target)


def _may_be_exercise(target: str, values: bool) -> bool:
    """Return whether an argument means an exercise, or a pack, rather than a formula such as a/b."""
    if is_path_argument(target):
        return True
    if not _NAME_LIKE.fullmatch(target):
        return False
    packs = library.all_packs()
    if not library.is_exercise_name(target):
        return any(target in (pack.id, *(entry.id for entry in pack.entries)) for pack in packs)
    is_in_pack = any(target.startswith(f"{pack.id}/") for pack in packs)
    return is_in_pack or (not values and library.nearest_name(target, packs) is not None)


def find_exercises(target: str) -> Iterator[Exercise]:
    """Yield the exercises with blanks that a name or a path means. Raise PackError, CommandError."""
    found = _find_pack_or_exercise(target)
    exercises = [found.open(entry.id) for entry in found.entries] if isinstance(found, Pack) else [found]
    with_blanks = [exercise for exercise in exercises if not exercise.code.only]
    if exercises and not with_blanks:
        name = f"{exercises[0].pack}/{exercises[0].id}".lstrip("/")
        raise CommandError(message(ONLY_CODE, name=name), 2)
    yield from with_blanks


def _find_pack_or_exercise(target: str) -> Pack | Exercise:
    if is_path_argument(target):
        return open_path(usable_path(target))
    pack = next((pack for pack in library.all_packs() if pack.id == target), None)
    return pack if pack is not None else library.find_exercise(target)
