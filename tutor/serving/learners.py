"""The folders of the learners, each with a progress file, settings and formulas of its own."""

from __future__ import annotations

import shutil
from contextlib import suppress
from typing import TYPE_CHECKING

from tutor.atomic_files import write_atomically
from tutor.practice.student import STUDENT_FILE

if TYPE_CHECKING:
    from pathlib import Path

_LEARNERS = "learners"
#: What can be made again, but takes seconds of work: a new learner gets it from the server.
RULES, TITLES = "atlas.json", "titles.json"


class Learners:
    """The learners' folders in the server's own."""

    def __init__(self, folder: Path) -> None:
        self._server_folder = folder
        self.folder = folder / _LEARNERS

    def is_free(self, learner: str) -> bool:
        """Return whether this name is unused."""
        folder = self.folder / learner
        return not folder.is_dir() or not any(folder.iterdir())

    def prepare(self, learner: str) -> Path:
        """Return the folder of a learner, with what the server knows about the packs."""
        home = self.folder / learner
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name in (RULES, TITLES):
            with suppress(OSError):
                source, target = self._server_folder / name, home / name
                if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
                    shutil.copy(source, target)
        return home

    def keep_student(self, learner: str, id: str) -> None:
        """Keep the id of a student whom the instructor has given a link: the numbers of exams follow from it."""
        write_atomically(f"{id}\n", self.prepare(learner) / STUDENT_FILE)
