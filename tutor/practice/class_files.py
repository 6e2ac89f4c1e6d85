"""The files of a class: exports, and progress files as they lie in the learners' home folders."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import stat
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tutor.atomic_files import open_regular_file
from tutor.i18n import N_, describe_os_error, message
from tutor.packs.sanitize import clean_title
from tutor.practice.export import Attempt, InvalidExportError, Sealing, read_export
from tutor.practice.storage.database import Database
from tutor.practice.storage.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tutor.practice.event import Event

_EXPORT, _STORE = ".jsonl", ".sqlite3"
#: The name of a learner's progress file in their data folder.
_PROGRESS_FILE = "progress.sqlite3"
#: Seconds to wait for the copy of a progress file, which nobody else has open.
_TIMEOUT = 5.0
#: How often a progress file is copied again because its learner has saved in the meantime.
_MAX_COPIES = 20
#: No learner's progress file comes near it.
_MAX_STORE = 2**30

_NOTHING_HERE = N_("This folder contains no export (.jsonl) and no progress file (.sqlite3).")
_NO_STORE = N_("It is not a progress file of backprop-tutor.")
_TOO_LARGE = N_("It is too large to be a progress file.")
_CHANGING = N_("It keeps changing. Try again later.")
_OF_ANOTHER = N_("It has attempts of {learner}, who also has a folder beside this one. Remove one of the two.")


@dataclass(frozen=True, slots=True)
class ClassFile:
    """A file with attempts. `learner` is whose they are if they don't say so themselves.

    In the folder of one learner nothing can be said in the name of `neighbours`, who have folders beside it.
    """

    path: Path
    learner: str
    neighbours: frozenset[str] = frozenset()


def class_files(path: Path) -> list[ClassFile]:
    """Return the files that a path names: itself, or all below a folder, in order of their names.

    Below a folder, a learner is called after the folder in it that holds the file, as with home folders; an export that
    lies in it directly is called after its name. A folder with a progress file is a home, where other files of these
    types are the learner's own business. An empty export is that of a learner who has not begun. Raise
    InvalidExportError if a folder has no files.
    """
    if not path.is_dir():
        return [ClassFile(path, clean_title(path.stem if path.suffix != _STORE else path.parent.name))]
    found = sorted(_files_below(path))
    if not found:
        raise InvalidExportError(message(_NOTHING_HERE))
    homes = {_folder(file, path) for file in found if file.name == _PROGRESS_FILE} - {None}
    owners = frozenset(clean_title(folder) for folder in (_folder(file, path) for file in found) if folder)
    files = []
    for file in found:
        folder = _folder(file, path)
        if file.suffix == _EXPORT and not file.stat().st_size:
            continue
        if folder is None:
            files.append(ClassFile(file, clean_title(file.stem)))
        elif folder not in homes or file.name == _PROGRESS_FILE:
            learner = clean_title(folder)
            files.append(ClassFile(file, learner, owners - {learner}))
    return files


def _files_below(folder: Path) -> Iterator[Path]:
    # Links to folders are not followed, because they may lead round in a circle.
    for parent, _folders, names in os.walk(folder):
        for name in names:
            file = Path(parent, name)
            if name.endswith((_EXPORT, _STORE)) and _is_own_file(file, folder):
                yield file


def _is_own_file(file: Path, folder: Path) -> bool:
    """Return whether a file is a regular one. A link in a learner's folder could lead to another learner's file."""
    try:
        mode = (file.stat() if file.parent == folder else file.lstat()).st_mode
    except OSError:
        return False
    return stat.S_ISREG(mode)


def _folder(file: Path, path: Path) -> str | None:
    """Return the name of the folder in `path` that a file lies in or below; None if it lies in `path` itself."""
    parts = file.relative_to(path).parts
    return parts[0] if len(parts) > 1 else None


def read_class_file(file: ClassFile) -> Iterable[Attempt]:
    """Return the attempts in a file. Raise InvalidExportError."""
    if file.path.suffix == _STORE:
        return _read_store(file.path)
    return _without_others(file) if file.neighbours else read_export(file.path)


def _without_others(file: ClassFile) -> Iterator[Attempt]:
    """Yield the attempts in an export. Raise InvalidExportError at one that is said to be a neighbour's."""
    for attempt in read_export(file.path):
        if attempt.learner in file.neighbours:
            raise InvalidExportError(message(_OF_ANOTHER, learner=attempt.learner))
        yield attempt


def _sealed(events: list[Event], head: str) -> list[Attempt]:
    """Return the attempts of a progress file, with a seal if the event that it says was the last is in it."""
    sealing = Sealing()
    for event in events:
        sealing.add(event)
    is_complete = not head or any(head in event.link for event in events)
    return [Attempt("", event, sealing.seal() if event is events[-1] and is_complete else None) for event in events]


def _read_store(path: Path) -> list[Attempt]:
    """Return the attempts of a progress file from a copy, so that nothing of the learner's is changed."""
    try:
        with TemporaryDirectory() as folder:
            copy = Path(folder, path.name)
            _copy_store(path, copy)
            database = Database(copy, _TIMEOUT)
            try:
                return _sealed([*database.all_events()], database.chain_head)
            finally:
                database.close()
    except StoreError as error:
        raise InvalidExportError(error.notice) from None
    except sqlite3.Error:
        raise InvalidExportError(message(_NO_STORE)) from None
    except OSError as error:
        raise InvalidExportError(message(N_("It can't be read: {reason}."), reason=describe_os_error(error))) from None


def _copy_store(path: Path, copy: Path) -> None:
    """Copy a progress file with its write-ahead log, in which the last attempts are while the learner is at work.

    SQLite itself would make files beside it, which it can't on a volume that is mounted for reading only, and which
    would lock the learner out if they belonged to somebody else. Raise OSError or InvalidExportError.
    """
    for _attempt in range(_MAX_COPIES):
        before = _state(path)
        _copy(path, copy)
        log = path.with_name(f"{path.name}-wal")
        log_copy = copy.with_name(f"{copy.name}-wal")
        log_copy.unlink(missing_ok=True)
        if log.exists():
            with contextlib.suppress(FileNotFoundError):
                _copy(log, log_copy)
        # The log is only ever moved into the file: as long as that stays the same, the copies belong together.
        if _state(path) == before:
            return
    raise InvalidExportError(message(_CHANGING))


def _state(path: Path) -> tuple[int, int, int]:
    """Return what changes whenever a file is written. Raise OSError."""
    status = path.stat()
    if status.st_size > _MAX_STORE:
        raise InvalidExportError(message(_TOO_LARGE))
    return status.st_ino, status.st_mtime_ns, status.st_size


def _copy(path: Path, copy: Path) -> None:
    with open_regular_file(path) as source, copy.open("wb") as target:
        shutil.copyfileobj(source, target)
