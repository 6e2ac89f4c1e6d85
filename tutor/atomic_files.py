"""Files that are read without waiting, written completely or not at all, and what a kill leaves of them."""

from __future__ import annotations

import errno
import os
import re
import stat
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Iterator

#: The names of temporary files, also those of earlier versions, and of temporary folders.
_TEMPORARY_NAME = re.compile(
    r"\..+\.[0-9a-f]{8}\.part|\.learner\.[0-9]+|(atlas|titles)\.json\.[0-9]+|\.new-[a-z0-9_]{8}|\.salvage-[a-z0-9_]{8}"
)
#: A temporary file that is older belongs to a process that was killed: writing one takes seconds at most.
_MAX_AGE = 600.0
#: The characters of the file's name in that of its temporary file, which must not exceed the system's limit.
_MAX_STEM = 60


#: The largest file that `read_regular_file` reads. None of ours comes near it.
_MAX_BYTES = 64 * 2**20
#: The reason of the OSError for a pipe or a device.
NO_REGULAR_FILE = "Not a regular file"


def read_regular_file(path: Path, *, max_bytes: int = _MAX_BYTES) -> bytes:
    """Return the content of a file. Raise OSError, also for a pipe or a device, which may never end, and a huge file."""
    with open_regular_file(path) as file:
        content = file.read(max_bytes + 1)
    if len(content) > max_bytes:
        raise OSError(errno.EFBIG, "File too large", str(path))
    return content


def open_regular_file(path: Path) -> BinaryIO:
    """Open a file for reading. Raise OSError, also for a pipe or a device."""
    # Without waiting, because opening a pipe waits for the one who writes to it.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    file = os.fdopen(os.open(path, flags), "rb")
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise OSError(errno.EINVAL, NO_REGULAR_FILE, str(path))
    return file


def write_atomically(text: str, path: Path, *, durable: bool = True) -> None:
    """Write a file completely or not at all, and make its folder. See `replace_file`.

    Raise OSError, also if a pipe or a device is in its place: writing to a pipe waits for the one who reads it.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, NO_REGULAR_FILE, str(path))
    with replace_file(path, durable=durable) as file:
        file.write(text.encode("utf-8"))


@contextmanager
def replace_file(path: Path, *, mode: int = 0o600, durable: bool = True) -> Iterator[BinaryIO]:
    """Open a file that replaces the one at `path` at the end, if nothing was raised before. Raise OSError.

    `durable`: it is on the disk when it gets its name; unneeded for what can be made again. `mode` are the permissions,
    less the process's umask. A link stays a link: its target is replaced. What is no regular file, such as `/dev/null`,
    is written directly.
    """
    target = Path(os.path.realpath(path))
    if target.exists() and not target.is_file():
        with target.open("wb") as file:
            yield file
        return
    remove_stale_files(target.parent)
    part = target.with_name(f".{target.name[:_MAX_STEM]}.{os.urandom(4).hex()}.part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            yield file
            file.flush()
            if durable:
                os.fsync(file.fileno())
        part.replace(target)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise
    if durable:
        _sync_folder(target.parent)


def _sync_folder(folder: Path) -> None:
    """Write the names of the files in a folder to the disk, where the system can do that."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def remove_stale_files(folder: Path) -> None:
    """Remove the temporary files and folders that processes have left behind in a folder when they were killed."""
    now = time.time()
    with suppress(OSError):
        for path in folder.iterdir():
            # Also from the future, because the clock may have been set back since.
            if _TEMPORARY_NAME.fullmatch(path.name) and abs(now - path.lstat().st_mtime) > _MAX_AGE:
                _remove(path)


def _remove(path: Path) -> None:
    """Remove a file, or a folder with files, if possible."""
    with suppress(OSError):
        if path.is_dir() and not path.is_symlink():
            for file in path.iterdir():
                file.unlink()
            path.rmdir()
        else:
            path.unlink()
