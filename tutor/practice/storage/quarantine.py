"""Setting a file aside that cannot be used, so that nothing in it is lost."""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from datetime import datetime
from itertools import count
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: What SQLite keeps beside a database.
SIDECAR_SUFFIXES = ("-wal", "-shm", "-journal")

FileIdentity: TypeAlias = tuple[int, int]


def file_identity(path: Path) -> FileIdentity | None:
    """What tells this file from another of the same name; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def quarantine(path: Path, expected: FileIdentity | None) -> str | None:
    """Rename the database at `path`, with what SQLite keeps beside it, to a free name; return that name.

    None, with nothing done, when the file is not `which` any more: another process has set it aside already
    and begun a new one. Raises OSError where the folder does not allow it.
    """
    with _exclusive_lock(path.parent):
        if expected is None or file_identity(path) != expected:
            return None
        name = _free_name(path)
        # The database last: were we killed half-way, a new one could not meet the old one's log.
        for suffix in (*SIDECAR_SUFFIXES, ""):
            with suppress(FileNotFoundError):
                path.with_name(path.name + suffix).rename(path.with_name(name + suffix))
        return name


def _free_name(path: Path) -> str:
    stamped = f"{path.name}.damaged-{datetime.now():%Y%m%d-%H%M%S}"
    for number in count(1):
        name = stamped if number == 1 else f"{stamped}-{number}"
        if not any(os.path.lexists(path.with_name(name + suffix)) for suffix in ("", *SIDECAR_SUFFIXES)):
            return name
    raise AssertionError


@contextmanager
def _exclusive_lock(folder: Path) -> Iterator[None]:
    """Only one process at a time, as far as the system can tell."""
    try:
        import fcntl
    except ImportError:  # Windows, where a file that another process has open cannot be renamed anyway
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # a network folder may know no locks
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
