"""What can be wrong with the progress file, and what to say to it."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from tutor.i18n import N_, Message, message

if TYPE_CHECKING:
    from pathlib import Path

    from tutor.practice.storage.quarantine import FileIdentity


class StoreError(Exception):
    """The file cannot be used, for now; `notice` says why and what to do."""

    def __init__(self, notice: Message) -> None:
        super().__init__(notice)
        self.notice = notice


class NewerFormatError(StoreError):
    """The file was made by a newer version and stays untouched."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            message(
                N_(
                    "Your progress in {path} was saved by a newer backprop-tutor, so nothing is saved now: "
                    "update backprop-tutor, or set BACKPROP_TUTOR_HOME to another folder."
                ),
                path=path,
            )
        )


class DamagedFileError(StoreError):
    """The file is no progress file, or none any more. `ours`: it has been one."""

    def __init__(self, path: Path, identity: FileIdentity | None, *, was_progress_file: bool = True) -> None:
        super().__init__(
            message(
                N_(
                    "The progress file {path} cannot be read, so nothing is saved: "
                    "move it away, or set BACKPROP_TUTOR_HOME to another folder."
                ),
                path=path,
            )
        )
        self.identity = identity
        self.was_progress_file = was_progress_file


#: The last three say that a table, a column or a rule is not as we made it: our own questions are not at fault.
_DAMAGE_CODES = (
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_NOTADB,
    sqlite3.SQLITE_FORMAT,
    sqlite3.SQLITE_ERROR,
    sqlite3.SQLITE_CONSTRAINT,
    sqlite3.SQLITE_MISMATCH,
)


def from_sqlite_error(error: sqlite3.Error, path: Path, identity: FileIdentity | None) -> StoreError:
    """What SQLite finds wrong with the file `which` at `path`."""
    return (
        DamagedFileError(path, identity)
        if _error_code(error) in _DAMAGE_CODES
        else StoreError(describe_sqlite_error(error, path))
    )


def _error_code(error: sqlite3.Error) -> int:
    """The kind of error, which is the low byte of SQLite's extended code; 0 for a fault of the module."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def describe_sqlite_error(error: sqlite3.Error, path: Path) -> Message:
    """What to say to an error that leaves the file as it is."""
    match _error_code(error):
        case sqlite3.SQLITE_FULL:
            return message(
                N_(
                    "The disk is full, so your last entries are not saved yet: make some room, and they will be "
                    "saved with your next entry."
                )
            )
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return message(
                N_(
                    "Another program keeps {path} locked, so your last entries are not saved yet: close that "
                    "program, and they will be saved with your next entry."
                ),
                path=path,
            )
    return describe_unwritable(path, str(error))


def describe_unwritable(path: Path, reason: str) -> Message:
    """What to say where nothing can be kept."""
    return message(
        N_(
            "Your entries cannot be saved in {path} ({reason}): make that folder and file writable, or set "
            "BACKPROP_TUTOR_HOME to another folder."
        ),
        path=path,
        reason=reason,
    )
