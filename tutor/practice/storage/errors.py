"""Errors of the progress file, and the message to the learner for each."""

from __future__ import annotations

import os
from enum import IntEnum
from typing import TYPE_CHECKING

from tutor.i18n import N_, Message, message

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

    from tutor.practice.storage.quarantine import FileIdentity


class StoreError(Exception):
    """The file cannot be used for now; `notice` says why and what to do."""

    def __init__(self, notice: Message) -> None:
        super().__init__(notice)
        self.notice = notice


class NewerFormatError(StoreError):
    """The file was saved by a newer version and is left alone."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            message(
                N_(
                    "A newer backprop-tutor saved your progress in {path}, so nothing is saved now. "
                    "Update backprop-tutor, or set BACKPROP_TUTOR_HOME to another folder."
                ),
                path=path,
            )
        )


class DamagedFileError(StoreError):
    """The file is not a progress file, or is a damaged one (`was_progress_file`)."""

    def __init__(self, path: Path, identity: FileIdentity | None, *, was_progress_file: bool = True) -> None:
        super().__init__(
            message(
                N_(
                    "The progress file {path} can't be read, so nothing is saved. Move it away, or set "
                    "BACKPROP_TUTOR_HOME to another folder."
                ),
                path=path,
            )
        )
        self.identity = identity
        self.was_progress_file = was_progress_file


_DISK_FULL = N_("The disk is full, so nothing can be saved now. Free some space.")
_LOCKED = N_("Another program has locked {path}, so nothing can be saved now. Close that program.")
#: The messages instead when entries wait to be saved.
_WITH_ENTRIES = {
    _DISK_FULL: N_(
        "The disk is full, so your last answers are not saved yet. Free some space, and they will be "
        "saved with your next answer."
    ),
    _LOCKED: N_(
        "Another program has locked {path}, so your last answers are not saved yet. Close that "
        "program, and they will be saved with your next answer."
    ),
}
#: SQLite enlarges the file that it shares with other processes by this many bytes.
_MIN_ROOM = 32 * 1024


class _SQLiteCode(IntEnum):
    """SQLite's primary result codes, here so that errors can be handled before SQLite is loaded."""

    ERROR = 1
    BUSY = 5
    LOCKED = 6
    IOERR = 10
    CORRUPT = 11
    FULL = 13
    CANTOPEN = 14
    CONSTRAINT = 19
    MISMATCH = 20
    NOTADB = 26


#: The codes that a damaged file can cause, but also a fault of ours or a limit of SQLite: the file has to be checked.
_AMBIGUOUS_CODES = (_SQLiteCode.ERROR, _SQLiteCode.CONSTRAINT, _SQLiteCode.MISMATCH)


def is_damage(error: sqlite3.Error) -> bool:
    """Return whether an error proves that the file is damaged."""
    return _error_code(error) in (_SQLiteCode.CORRUPT, _SQLiteCode.NOTADB)


def may_be_damage(error: sqlite3.Error) -> bool:
    """Return whether an error can be a sign of damage, which only a check of the file can tell."""
    return _error_code(error) in _AMBIGUOUS_CODES


def _error_code(error: sqlite3.Error) -> int:
    """Return the low byte of SQLite's extended result code; 0 for an error of Python's module."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def describe_sqlite_error(error: sqlite3.Error, path: Path) -> Message:
    """Return the message for an error that leaves the file as it is."""
    match _error_code(error):
        case _SQLiteCode.FULL:
            return message(_DISK_FULL)
        # That a file beside the database can't grow is reported as these.
        case _SQLiteCode.IOERR | _SQLiteCode.CANTOPEN if _is_disk_full(path.parent):
            return message(_DISK_FULL)
        case _SQLiteCode.BUSY | _SQLiteCode.LOCKED:
            return message(_LOCKED, path=path)
    if may_be_damage(error):
        return message(
            N_(
                "Your progress in {path} could not be used ({reason}). The file is undamaged and "
                "unchanged. Please report this error."
            ),
            path=path,
            reason=str(error),
        )
    return describe_unwritable(path, str(error))


def about_entries(notice: Message) -> Message:
    """Return the notice of a `StoreError` as it is when entries of the learner wait to be saved."""
    return Message(_WITH_ENTRIES.get(notice.text, notice.text), notice.values)


def _is_disk_full(folder: Path) -> bool:
    """Return whether the disk of a folder has no room for what SQLite writes at once."""
    try:
        status = os.statvfs(folder)
    except (OSError, AttributeError):  # Windows has no statvfs
        return False
    return status.f_bavail * status.f_frsize < _MIN_ROOM


def describe_unwritable(path: Path, reason: str) -> Message:
    """Return the message for a folder or file that can't be written."""
    return message(
        N_(
            "Your answers can't be saved in {path} ({reason}). Make that folder and file writable, or "
            "set BACKPROP_TUTOR_HOME to another folder."
        ),
        path=path,
        reason=reason,
    )
