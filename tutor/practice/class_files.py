"""The files of a class: exports, and progress files as they lie in the learners' home folders."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tutor.i18n import N_, describe_os_error, message
from tutor.packs.sanitize import clean_title
from tutor.practice.export import Attempt, InvalidExportError, read_export
from tutor.practice.storage.database import Database
from tutor.practice.storage.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_EXPORT, _STORE = ".jsonl", ".sqlite3"
#: Seconds to wait for a learner who is at work.
_TIMEOUT = 5.0

_NOTHING_HERE = N_("There is no export (.jsonl) and no progress file (.sqlite3) in this folder.")
_NO_STORE = N_("It is no progress file of backprop-tutor.")


@dataclass(frozen=True, slots=True)
class ClassFile:
    """A file with attempts. `learner` is whose they are if they don't say so themselves."""

    path: Path
    learner: str


def class_files(path: Path) -> list[ClassFile]:
    """Return the files that a path names: itself, or all below a folder, in order of their names.

    Below a folder, a learner is called after the folder in it that holds the file, as with home folders; an export that
    lies in it directly is called after its name. Raise InvalidExportError if a folder has none.
    """
    if not path.is_dir():
        return [ClassFile(path, clean_title(path.stem if path.suffix != _STORE else path.parent.name))]
    found = sorted(_files_below(path))
    if not found:
        raise InvalidExportError(message(_NOTHING_HERE))
    return [ClassFile(file, clean_title(_owner(file.relative_to(path)))) for file in found]


def _files_below(folder: Path) -> Iterator[Path]:
    # Links are not followed, because they may lead round in a circle.
    for parent, _folders, names in os.walk(folder):
        yield from (Path(parent, name) for name in names if name.endswith((_EXPORT, _STORE)))


def _owner(relative: Path) -> str:
    return relative.parts[0] if len(relative.parts) > 1 else relative.stem


def read_class_file(file: ClassFile) -> Iterable[Attempt]:
    """Return the attempts in a file. Raise InvalidExportError."""
    return _read_store(file.path) if file.path.suffix == _STORE else read_export(file.path)


def _read_store(path: Path) -> list[Attempt]:
    """Return the attempts of a progress file from a copy, so that nothing of the learner's is changed."""
    try:
        with TemporaryDirectory() as folder:
            copy = Path(folder, path.name)
            source = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=_TIMEOUT)
            with closing(source), closing(sqlite3.connect(copy)) as target:
                source.backup(target)
            database = Database(copy, _TIMEOUT)
            try:
                return [Attempt("", event) for event in database.all_events()]
            finally:
                database.close()
    except StoreError as error:
        raise InvalidExportError(error.notice) from None
    except sqlite3.Error:
        raise InvalidExportError(message(_NO_STORE)) from None
    except OSError as error:
        raise InvalidExportError(message(N_("It can't be read: {reason}."), reason=describe_os_error(error))) from None
