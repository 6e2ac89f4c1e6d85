"""Packs and exercises named by a path, and snapshots that show whether they have changed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from tutor.i18n import N_, message
from tutor.packs.archive import PACK_FILE, exercise_files, has_pack_file, is_archive
from tutor.packs.diagnostics import Diagnostic, PackError, PackNotExerciseError, pack_error
from tutor.packs.library import choose_one
from tutor.packs.pack import NO_EXERCISES, Pack, open_lone_exercise, read_pack

if TYPE_CHECKING:
    from tutor.packs.exercise import Exercise

#: Names, times and sizes of files, compared to see whether anything was saved.
Snapshot: TypeAlias = tuple[tuple[str, int, int], ...]

_NOTHING_HERE = N_("This file does not exist. Check its name.")
_ARCHIVE = N_("{name} is a pack. Add it with `backprop-tutor pack add`, then name one of its exercises.")
_NO_PACK = N_("There is no pack.toml in this folder. `backprop-tutor new` creates a pack.")


def is_path_argument(text: str) -> bool:
    """Return whether an argument means a file or a folder rather than an exercise by name or a formula."""
    if text.lower().endswith((".toml", ".zip")) or text.startswith(("./", "../", "/", "~/", ".\\", "..\\")):
        return True
    try:
        return (Path(text).expanduser() / PACK_FILE).is_file()
    except (OSError, ValueError, RuntimeError):
        return False


def open_path(path: Path) -> Exercise | Pack:
    """Return the exercise in a file, or the pack in a folder or an archive. Raises `PackError`.

    A file in a pack's folder is an exercise of that pack; any other file belongs to none.
    """
    if path.suffix == ".toml" and path.name != PACK_FILE and not path.is_dir():
        return _open_exercise_file(path)
    folder = path.parent if path.name == PACK_FILE else path
    if not folder.exists():
        raise pack_error(message(_NOTHING_HERE), folder)
    if not is_archive(folder) and not has_pack_file(folder):
        raise pack_error(message(_NO_PACK), folder)
    pack = read_pack(folder)
    if pack.errors:
        raise PackError(pack.errors)
    if not exercise_files(pack.folder):
        raise pack_error(message(NO_EXERCISES), folder)
    return pack


def exercise_at(path: Path) -> Exercise:
    """Return the exercise in a file. Raises `PackError`, also for a pack."""
    opened = open_path(path)
    if isinstance(opened, Pack):
        if is_archive(path):
            raise PackNotExerciseError([Diagnostic("error", None, None, "", message(_ARCHIVE, name=path))])
        raise choose_one(str(path), (str(path / entry.path.name) for entry in opened.entries))
    return opened


def _open_exercise_file(path: Path) -> Exercise:
    if has_pack_file(path.parent):
        pack = read_pack(path.parent)
        entry = next((entry for entry in pack.entries if entry.path.name == path.name), None)
        if entry is not None:
            return pack.open(entry.id)
    return open_lone_exercise(path)


def snapshot(path: Path) -> Snapshot:
    """Return the current state of the files that a path names."""
    files = exercise_files(path) if path.is_dir() else []
    files.append(path / PACK_FILE if path.is_dir() else path)
    if path.suffix == ".toml":
        files.append(path.parent / PACK_FILE)
    states = []
    for file in files:
        try:
            status = file.stat()
        except OSError:
            continue
        states.append((str(file), status.st_mtime_ns, status.st_size))
    return tuple(states)
