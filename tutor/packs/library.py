"""All packs of the learner, and exercises by name. Only titles are read until an exercise is opened."""

from __future__ import annotations

import difflib
import os
import re
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from tutor.i18n import N_, Message, message
from tutor.packs.archive import has_pack_file, is_archive
from tutor.packs.diagnostics import Diagnostic, PackNotExerciseError, pack_error
from tutor.packs.pack import Pack, read_pack
from tutor.packs.title_cache import ExerciseEntry, TitleCache
from tutor.paths import data_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tutor.packs.exercise import Exercise

__all__ = [
    "ExerciseEntry",
    "Pack",
    "all_packs",
    "built_in_dir",
    "choose_one",
    "find_exercise",
    "is_exercise_name",
    "nearest_name",
    "packs_with_origin",
    "read_pack",
]

#: The variable with the folders, one a line, of the packs that a server gives to its learners, in place of those of this computer.
GIVEN_PACKS = "BACKPROP_TUTOR_PACKS"
_EXERCISE_NAME = re.compile(r"[\w.-]+/[\w.-]+")

Origin = Literal["built-in", "added", "installed"]


@dataclass(frozen=True, slots=True)
class PackWithOrigin:
    """A pack, where it is from, and the pack with the same id that comes before it and hides it."""

    pack: Pack
    origin: Origin
    shadowed_by: Pack | None = None


def all_packs(installed: bool = True) -> tuple[Pack, ...]:
    """Return the packs a learner sees: the built-in ones, those added, those of installed packages.

    Each of these groups is sorted by the packs' own `order`, those without one last, by their folders' names. Of two
    packs with one id the first counts. `installed=False` leaves the last group out, which takes a moment to find.
    """
    return tuple(each.pack for each in packs_with_origin(installed) if each.shadowed_by is None)


def packs_with_origin(installed: bool = True) -> tuple[PackWithOrigin, ...]:
    """Return every pack, in the same order, also those that another one hides."""
    first: dict[str, Pack] = {}
    packs = []
    titles = TitleCache()
    for origin, pack in _sort_by_order(
        (origin, read_pack(folder, titles)) for origin, folder in _pack_folders(installed)
    ):
        packs.append(PackWithOrigin(pack, origin, first.get(pack.id)))
        first.setdefault(pack.id, pack)
    return tuple(packs)


def _sort_by_order(packs: Iterable[tuple[Origin, Pack]]) -> Iterator[tuple[Origin, Pack]]:
    """Yield the packs of each origin, those with an order first."""
    for _origin, group in groupby(packs, key=lambda each: each[0]):
        yield from sorted(group, key=lambda each: (each[1].order is None, each[1].order or 0))


def is_exercise_name(text: str) -> bool:
    """Return whether `text` has the form PACK/EXERCISE."""
    return bool(_EXERCISE_NAME.fullmatch(text))


def find_exercise(name: str) -> Exercise:
    """Return the exercise with a name such as `basics/add-multiply`. Raises `PackError`."""
    pack_id, slash, exercise_id = name.partition("/")
    packs: tuple[Pack, ...] = ()
    for installed in (False, True):
        packs = all_packs(installed)
        for pack in packs:
            if pack.id == pack_id and not slash:
                raise choose_one(name, (f"{pack.id}/{entry.id}" for entry in pack.entries))
            if pack.id == pack_id and any(entry.id == exercise_id for entry in pack.entries):
                return pack.open(exercise_id)
    raise pack_error(_no_such_exercise(name, packs))


def exercise_names() -> frozenset[str]:
    """Return the names that `find_exercise` finds."""
    return frozenset(f"{pack.id}/{entry.id}" for pack in all_packs() for entry in pack.entries)


def choose_one(pack: str, known: Iterable[str]) -> PackNotExerciseError:
    """Return the error to raise for a pack where one of its exercises is needed."""
    text = message(N_("{name} is a pack. Choose one of: {known}."), name=pack, known=", ".join(known))
    return PackNotExerciseError([Diagnostic("error", None, None, "", text)])


def nearest_name(name: str, packs: Iterable[Pack]) -> str | None:
    """Return the exercise, for a single word also the pack, whose name is most like one that there is not, if any is."""
    packs = tuple(packs)
    ids = [(f"{pack.id}/{entry.id}", entry.id) for pack in packs for entry in pack.entries]
    if "/" not in name:
        ids += [(pack.id, pack.id) for pack in packs]
    # Without packs' names at first, which are long and mostly right and would make any two exercises similar.
    own_ids = dict.fromkeys(own_id for _full_id, own_id in ids)
    near = difflib.get_close_matches(name.rpartition("/")[2], own_ids, n=1, cutoff=0.6)
    full_ids = [full_id for full_id, own_id in ids if own_id in near]
    return next(iter(difflib.get_close_matches(name, full_ids, n=1, cutoff=0)), None)


def built_in_dir() -> Path | None:
    """Return the folder of the built-in packs: inside an installed package, beside the package in a checkout."""
    package = Path(__file__).parents[1]
    for folder in (package / "exercises", package.parent / "exercises"):
        if folder.is_dir():
            return folder
    return None


def user_packs_dir() -> Path:
    """Return the folder of the packs that the learner added, which need not exist."""
    return data_folder() / "packs"


def list_packs(parent: Path | None) -> list[Path]:
    """Return the folders and archives in `parent` that are packs, by name."""
    try:
        folders = sorted(path for path in parent.iterdir() if not path.name.startswith(".")) if parent else []
    except OSError:
        return []
    return [folder for folder in folders if is_archive(folder) or has_pack_file(folder)]


def _pack_folders(installed: bool) -> Iterator[tuple[Origin, Path]]:
    given = os.environ.get(GIVEN_PACKS)
    for folder in map(Path, given.split("\n")) if given else list_packs(built_in_dir()):
        yield "built-in", folder
    for folder in list_packs(user_packs_dir()):
        yield "added", folder
    if installed and not given:
        # importlib.metadata takes longer to import than all other packs to list.
        from tutor.packs.entry_points import entry_point_packs

        for folder in entry_point_packs():
            yield "installed", folder


def _no_such_exercise(name: str, packs: Iterable[Pack]) -> Message:
    near = nearest_name(name, packs)
    if near is not None:
        return message(N_("There is no exercise “{name}”. Did you mean {near}?"), name=name, near=near)
    return message(N_("There is no exercise “{name}”. `backprop-tutor list` shows all exercises."), name=name)
