"""What the exercises of packs are called, remembered from file to file, so that the list need not read each of them.

A folder's titles count as long as the names, times and sizes of its files are the same.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tutor import __version__
from tutor.folders import data_folder
from tutor.i18n import Text

if TYPE_CHECKING:
    from tutor.packs.pack import Entry


@dataclass
class Titles:
    """The titles of folders' exercises, in a small file. A damaged file, or another version's, is an empty one."""

    path: Path = field(default_factory=lambda: data_folder() / "titles.json")

    @cached_property
    def _known(self) -> dict[str, Any]:
        try:
            data = json.loads(self.path.read_text(encoding="utf-8"))
            return dict(data["folders"]) if data["version"] == __version__ else {}
        except (OSError, ValueError, TypeError, KeyError, RecursionError):
            return {}

    def of(self, folder: Path, files: Sequence[Path]) -> list[tuple[str, Text]] | None:
        """Id and title of each of these files of a folder; None where they are not known, or have changed."""
        known = self._known.get(str(folder))
        try:
            if known is None or known["stamp"] != _stamp(files):
                return None
            found = [
                (str(name), Text({str(key): str(text) for key, text in texts.items()}))
                for name, texts in known["titles"]
            ]
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return None
        return found if len(found) == len(files) else None

    def keep(self, folder: Path, files: Sequence[Path], entries: Sequence[Entry]) -> None:
        """Remember a folder's titles. What can't be written is read again next time."""
        with suppress(OSError):
            titles = [(entry.id, dict(entry.title.texts)) for entry in entries]
            self._known[str(folder)] = {"stamp": _stamp(files), "titles": titles}
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            part = self.path.with_name(f"{self.path.name}.{os.getpid()}")
            data = {"version": __version__, "folders": self._known}
            part.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
            part.replace(self.path)


def _stamp(files: Sequence[Path]) -> list[list[str | int]]:
    return [[file.name, (here := file.stat()).st_mtime_ns, here.st_size, here.st_mode] for file in files]
