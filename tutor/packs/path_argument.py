"""Packs and exercises anywhere on the disk, and whether they have changed there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from tutor.i18n import N_, message
from tutor.packs.archive import PACK_FILE, is_archive
from tutor.packs.diagnostics import Fault, PackError
from tutor.packs.pack import NO_EXERCISES, Pack, exercise_files, id_from_path, read_pack

if TYPE_CHECKING:
    from tutor.packs.exercise import Exercise

#: What is compared to see whether anything was saved: names, times and sizes of files.
Snapshot: TypeAlias = tuple[tuple[str, int, int], ...]

_NOTHING_HERE = N_("There is no such file. Check its name.")
_NO_PACK = N_("There is no pack.toml in this folder. `backprop-tutor new` makes a pack.")


def is_path_argument(text: str) -> bool:
    """Whether a word of the command line means a file or a folder rather than an exercise by name or a formula."""
    path = Path(text).expanduser()
    if text.lower().endswith((".toml", ".zip")) or text.startswith(("./", "../", "/", "~/", ".\\", "..\\")):
        return True
    try:
        return (path / PACK_FILE).is_file()
    except (OSError, ValueError):
        return False


def open_path(path: Path) -> Exercise | Pack:
    """The exercise in a file, or the pack in a folder or an archive. Raises `PackError`.

    A file in a pack's folder is an exercise of that pack; one that stands alone belongs to none.
    """
    if path.suffix == ".toml" and path.name != PACK_FILE and not path.is_dir():
        return _open_exercise_file(path)
    folder = path.parent if path.name == PACK_FILE else path
    if not folder.exists():
        raise PackError([Fault(folder, None, "", message(_NOTHING_HERE))])
    if not is_archive(folder) and not (folder / PACK_FILE).is_file():
        raise PackError([Fault(folder, None, "", message(_NO_PACK))])
    found = read_pack(folder)
    if found.faults:
        raise PackError(found.faults)
    if not exercise_files(found.folder):
        raise PackError([Fault(folder, None, "", message(NO_EXERCISES))])
    return found


def _open_exercise_file(path: Path) -> Exercise:
    from tutor.packs.loader import load_exercise

    folder = path.parent
    if (folder / PACK_FILE).is_file():
        around = read_pack(folder)
        entry = next((entry for entry in around.entries if entry.path.name == path.name), None)
        if entry is not None:
            return around.open(entry.id)
    return load_exercise(path, folder, "", id_from_path(path))


def snapshot(path: Path) -> Snapshot:
    """How the files of a place stand now."""
    files = exercise_files(path) if path.is_dir() else []
    files.append(path / PACK_FILE if path.is_dir() else path)
    if path.suffix == ".toml":
        files.append(path.parent / PACK_FILE)
    found = []
    for file in files:
        try:
            here = file.stat()
        except OSError:
            continue
        found.append((str(file), here.st_mtime_ns, here.st_size))
    return tuple(found)
