"""What packs and their exercises are called, remembered, so that the list need not read a hundred files.

It counts as long as the names, times and sizes of the files are the same.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tutor import __version__
from tutor.i18n import LocalizedText
from tutor.packs.archive import PACK_FILE
from tutor.paths import data_folder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tutor.packs.pack import ExerciseEntry, Pack


@dataclass
class TitleCache:
    """What is known of folders, in a small file. A damaged file, or another version's, is an empty one."""

    path: Path = field(default_factory=lambda: data_folder() / "titles.json")

    @cached_property
    def _folders(self) -> dict[str, Any]:
        try:
            data = json.loads(self.path.read_text(encoding="utf-8"))
            return dict(data["folders"]) if data["version"] == __version__ else {}
        except (OSError, ValueError, TypeError, KeyError, RecursionError):
            return {}

    def lookup(self, folder: Path, files: Sequence[Path]) -> list[tuple[str, LocalizedText]] | None:
        """Id and title of each of these files of a folder; None where they are not known, or have changed."""
        try:
            known = self._folders[str(folder)]
            if known["stamp"] != _snapshot(files):
                return None
            found = [(str(name), _text(texts)) for name, texts in known["titles"]]
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return None
        return found if len(found) == len(files) else None

    def store(self, folder: Path, files: Sequence[Path], entries: Sequence[ExerciseEntry]) -> None:
        """Remember a folder's titles. What can't be written is read again next time."""
        titles = [(entry.id, dict(entry.title.texts)) for entry in entries]
        self._save(folder, "stamp", files, titles=titles)

    def lookup_pack(self, folder: Path) -> Pack | None:
        """What the `pack.toml` of a folder says of itself; None where that is not known, or it has changed."""
        from tutor.packs.pack import Pack

        try:
            known = self._folders[str(folder)]
            if known["pack"] != _snapshot([folder / PACK_FILE]):
                return None
            name, title, description, order, exam = known["head"]
            place = None if order is None else int(order)
            return Pack(str(name), _text(title), _text(description), folder, (), place, bool(exam), self)
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return None

    def store_pack(self, pack: Pack) -> None:
        """Remember what a `pack.toml` without faults says."""
        head = (pack.id, dict(pack.title.texts), dict(pack.description.texts), pack.order, pack.exam)
        self._save(pack.folder, "pack", [pack.folder / PACK_FILE], head=head)

    def _save(self, folder: Path, stamp: str, files: Sequence[Path], **what: Any) -> None:
        before = self._folders.get(str(folder))
        with suppress(OSError):
            now = {**(before if isinstance(before, dict) else {}), stamp: _snapshot(files), **what}
            self._folders[str(folder)] = now
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            part = self.path.with_name(f"{self.path.name}.{os.getpid()}")
            data = {"version": __version__, "folders": self._folders}
            part.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
            part.replace(self.path)


def _text(texts: dict[str, str]) -> LocalizedText:
    return LocalizedText({str(language): str(text) for language, text in texts.items()})


def _snapshot(files: Sequence[Path]) -> list[list[str | int]]:
    return [[file.name, (here := file.stat()).st_mtime_ns, here.st_size, here.st_mode] for file in files]
