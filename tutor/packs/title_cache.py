"""Cache of what lists show of exercises (titles, minutes, levels), so that listing packs need not read a hundred files.

An entry counts as long as the names, times, sizes and modes of the files are the same.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tutor import __version__
from tutor.atomic_files import read_regular_file, write_atomically
from tutor.i18n import LocalizedText
from tutor.packs.archive import PACK_FILE
from tutor.paths import cache_folder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class ExerciseEntry:
    """One exercise in the list of a pack. Minutes and level are None if the author names none."""

    id: str
    title: LocalizedText
    path: Path
    minutes: int | None = None
    level: int | None = None


@dataclass(frozen=True, slots=True)
class PackHeader:
    """The part of a `pack.toml` that lists show. `order` is None for packs that follow all ordered ones."""

    id: str
    title: LocalizedText
    description: LocalizedText = field(default_factory=lambda: LocalizedText({}))
    order: int | None = None
    exam: bool = False
    opens: datetime | None = None


@dataclass
class TitleCache:
    """The titles of folders, in a small file. One that is damaged or of another version counts as empty."""

    path: Path = field(default_factory=lambda: cache_folder() / "titles.json")

    @cached_property
    def _folders(self) -> dict[str, Any]:
        try:
            data = json.loads(read_regular_file(self.path))
            return dict(data["folders"]) if data["version"] == __version__ else {}
        except (OSError, ValueError, TypeError, KeyError, RecursionError):
            return {}

    def lookup(self, folder: Path, files: Sequence[Path]) -> tuple[ExerciseEntry, ...] | None:
        """Return the exercises in these files of a folder; None if they are unknown or have changed."""
        try:
            cached = self._folders[str(folder)]
            if cached["stamp"] != _snapshot(files):
                return None
            return tuple(
                ExerciseEntry(str(exercise_id), _to_text(texts), path, _to_number(minutes), _to_number(level))
                for path, (exercise_id, texts, minutes, level) in zip(files, cached["titles"], strict=True)
            )
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return None

    def store(self, folder: Path, entries: Sequence[ExerciseEntry]) -> None:
        """Keep the exercises of a folder. If that fails, they are read again next time."""
        titles = [(entry.id, dict(entry.title.texts), entry.minutes, entry.level) for entry in entries]
        self._save(folder, "stamp", [entry.path for entry in entries], titles=titles)

    def lookup_header(self, folder: Path) -> PackHeader | None:
        """Return the header of the pack in a folder; None if it is unknown or has changed."""
        try:
            cached = self._folders[str(folder)]
            if cached["pack"] != _snapshot([folder / PACK_FILE]):
                return None
            pack_id, title, description, order, exam, opens = cached["head"]
            order = None if order is None else int(order)
            opens = None if opens is None else datetime.fromisoformat(opens)
            return PackHeader(str(pack_id), _to_text(title), _to_text(description), order, bool(exam), opens)
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return None

    def store_header(self, folder: Path, header: PackHeader) -> None:
        """Keep the header of a `pack.toml` without errors."""
        opens = None if header.opens is None else header.opens.isoformat()
        texts = dict(header.title.texts), dict(header.description.texts)
        head = (header.id, *texts, header.order, header.exam, opens)
        self._save(folder, "pack", [folder / PACK_FILE], head=head)

    def _save(self, folder: Path, stamp: str, files: Sequence[Path], **content: Any) -> None:
        before = self._folders.get(str(folder))
        with suppress(OSError):
            cached = {**(before if isinstance(before, dict) else {}), stamp: _snapshot(files), **content}
            self._folders[str(folder)] = cached
            data = {"version": __version__, "folders": self._folders}
            write_atomically(json.dumps(data, ensure_ascii=False), self.path, durable=False)


def _to_text(texts: dict[str, str]) -> LocalizedText:
    return LocalizedText({str(language): str(text) for language, text in texts.items()})


def _to_number(number: int | None) -> int | None:
    return None if number is None else int(number)


def _snapshot(files: Sequence[Path]) -> list[list[str | int]]:
    return [[file.name, (status := file.stat()).st_mtime_ns, status.st_size, status.st_mode] for file in files]
