"""Arguments that name exercises: a pack, an exercise of it, or the path of either."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.commands.options import usable_path
from tutor.packs import library
from tutor.packs.pack import Pack
from tutor.packs.path_argument import is_path_argument, open_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor.packs.exercise import Exercise


def find_exercises(target: str) -> Iterator[Exercise]:
    """Yield the exercises that a name or a path means. Raise PackError, CommandError."""
    if is_path_argument(target):
        found = open_path(usable_path(target))
        yield from _exercises_of(found) if isinstance(found, Pack) else [found]
        return
    pack = next((pack for pack in library.all_packs(True) if pack.id == target), None)
    yield from _exercises_of(pack) if pack is not None else [library.find_exercise(target)]


def _exercises_of(pack: Pack) -> Iterator[Exercise]:
    return (pack.open(entry.id) for entry in pack.entries)
