"""Quarantine of damaged files: they are renamed, so that nothing in them is lost."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager, suppress
from datetime import datetime
from itertools import count
from typing import TYPE_CHECKING, TypeAlias

if sys.platform != "win32":
    import fcntl

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: The files that SQLite keeps beside a database.
SIDECAR_SUFFIXES = ("-wal", "-shm", "-journal")

FileIdentity: TypeAlias = tuple[int, int]


def file_identity(path: Path) -> FileIdentity | None:
    """Return device and inode, which differ between files of the same name; None if there is no file."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def quarantine(path: Path, expected: FileIdentity | None) -> str | None:
    """Rename the database at `path` and its sidecar files to a free name; return that name.

    Return None and do nothing if the file is not `expected`: another process has already replaced it.
    Raise OSError if the folder does not allow it.
    """
    with _exclusive_lock(path.parent):
        if expected is None or file_identity(path) != expected:
            return None
        name = _free_name(path)
        # The database last: after a kill half-way, a new database must not find the log of the old one.
        for suffix in (*SIDECAR_SUFFIXES, ""):
            with suppress(FileNotFoundError):
                path.with_name(path.name + suffix).rename(path.with_name(name + suffix))
        return name


def _free_name(path: Path) -> str:
    stamped = f"{path.name}.damaged-{datetime.now():%Y%m%d-%H%M%S}"
    names = (stamped if number == 1 else f"{stamped}-{number}" for number in count(1))
    suffixes = ("", *SIDECAR_SUFFIXES)
    return next(name for name in names if not any(os.path.lexists(path.with_name(name + end)) for end in suffixes))


@contextmanager
def _exclusive_lock(folder: Path) -> Iterator[None]:
    """Keep other processes out if the system supports that."""
    if sys.platform == "win32":  # it doesn't rename a file that another process has open
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # a network folder may not support locks
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
