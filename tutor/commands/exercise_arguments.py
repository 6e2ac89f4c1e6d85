"""Arguments that name exercises: a pack, an exercise of it, or the path of either."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.commands.errors import CommandError
from tutor.commands.options import usable_path
from tutor.i18n import message
from tutor.packs import library
from tutor.packs.code_settings import ONLY_CODE
from tutor.packs.pack import Pack
from tutor.packs.path_argument import is_path_argument, open_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor.packs.exercise import Exercise


def find_exercises(target: str) -> Iterator[Exercise]:
    """Yield the exercises with blanks that a name or a path means. Raise PackError, CommandError."""
    found: Exercise | Pack
    if is_path_argument(target):
        found = open_path(usable_path(target))
    else:
        pack = next((pack for pack in library.all_packs(True) if pack.id == target), None)
        found = pack if pack is not None else library.find_exercise(target)
    exercises = [found.open(entry.id) for entry in found.entries] if isinstance(found, Pack) else [found]
    with_blanks = [exercise for exercise in exercises if not exercise.code.only]
    if exercises and not with_blanks:
        name = f"{exercises[0].pack}/{exercises[0].id}".lstrip("/")
        raise CommandError(message(ONLY_CODE, name=name), 2)
    yield from with_blanks
