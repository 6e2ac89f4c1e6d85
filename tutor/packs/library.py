"""All packs there are, and exercises by name. Reads titles only, until one is opened."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from tutor.i18n import N_, Message, message
from tutor.packs.archive import PACK_FILE, is_archive
from tutor.packs.diagnostics import pack_error
from tutor.packs.pack import ExerciseEntry, Pack, read_pack
from tutor.packs.title_cache import TitleCache
from tutor.paths import data_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tutor.packs.exercise import Exercise

__all__ = ["ExerciseEntry", "Pack", "all_packs", "built_in_dir", "find_exercise", "packs_with_origin", "read_pack"]

Origin = Literal["built-in", "added", "installed"]


@dataclass(frozen=True, slots=True)
class PackWithOrigin:
    """A pack and where it is from. `hidden` is the pack that has the same id and comes before it."""

    pack: Pack
    origin: Origin
    shadowed_by: Pack | None = None


def all_packs(installed: bool = True) -> tuple[Pack, ...]:
    """The packs a learner sees: the built-in ones, those added, those of installed packages.

    In each of these groups first those that say their order, then by their folders' names. Of two with one id the first in this order counts. `installed=False` leaves the last out: looking for them takes
    a moment.
    """
    return tuple(found.pack for found in packs_with_origin(installed) if found.shadowed_by is None)


def packs_with_origin(installed: bool = True) -> tuple[PackWithOrigin, ...]:
    """Every pack there is, also those that another one hides."""
    first: dict[str, Pack] = {}
    found = []
    titles = TitleCache()
    for origin, here in _sort_by_order(
        (origin, read_pack(folder, titles)) for origin, folder in _pack_folders(installed)
    ):
        found.append(PackWithOrigin(here, origin, first.get(here.id)))
        first.setdefault(here.id, here)
    return tuple(found)


def _sort_by_order(packs: Iterable[tuple[Origin, Pack]]) -> Iterator[tuple[Origin, Pack]]:
    """The same, those of one origin that say their order first."""
    for _origin, group in groupby(packs, key=lambda each: each[0]):
        yield from sorted(group, key=lambda each: (each[1].order is None, each[1].order or 0))


def find_exercise(name: str) -> Exercise:
    """The exercise with a name such as `basics/add-multiply`. Raises `PackError`."""
    pack_id, _, exercise_id = name.partition("/")
    known: tuple[Pack, ...] = ()
    for installed in (False, True):
        known = all_packs(installed)
        for found in known:
            if found.id == pack_id and any(entry.id == exercise_id for entry in found.entries):
                return found.open(exercise_id)
    raise pack_error(_no_such_exercise(name, known))


def built_in_dir() -> Path | None:
    """The folder of the built-in packs: inside an installed package, beside the package in a checkout."""
    package = Path(__file__).parents[1]
    for folder in (package / "exercises", package.parent / "exercises"):
        if folder.is_dir():
            return folder
    return None


def user_packs_dir() -> Path:
    """The folder of the packs that the learner added. It need not exist."""
    return data_folder() / "packs"


def list_packs(parent: Path | None) -> list[Path]:
    """The folders and archives in `home` that are packs, by name."""
    try:
        folders = sorted(path for path in parent.iterdir() if not path.name.startswith(".")) if parent else []
    except OSError:
        return []
    return [folder for folder in folders if is_archive(folder) or (folder / PACK_FILE).is_file()]


def _pack_folders(installed: bool) -> Iterator[tuple[Origin, Path]]:
    for folder in list_packs(built_in_dir()):
        yield "built-in", folder
    for folder in list_packs(user_packs_dir()):
        yield "added", folder
    if installed:
        from tutor.packs.entry_points import entry_point_packs

        for folder in entry_point_packs():
            yield "installed", folder


def _no_such_exercise(name: str, among: Iterable[Pack]) -> Message:
    known = [f"{found.id}/{entry.id}" for found in among for entry in found.entries]
    # The pack's name is long and mostly right; it must not make any two exercises alike.
    ids = {candidate.partition("/")[2]: candidate for candidate in known}
    near = [ids[found] for found in difflib.get_close_matches(name.partition("/")[2], ids, n=1, cutoff=0.6)]
    if not near:
        near = [candidate for candidate in known if candidate.partition("/")[2] == name]
    if near:
        return message(N_("There is no exercise “{name}”. Did you mean {near}?"), name=name, near=near[0])
    return message(N_("There is no exercise “{name}”. `backprop-tutor list` shows all."), name=name)
