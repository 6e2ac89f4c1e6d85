"""The files of a monkey's run: a learner's folder, a pack that is edited, and what happens to them on the way."""

from __future__ import annotations

import os
import resource
import shutil
import sqlite3
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tests.support.app_driver import simulate_practice
from tutor.practice.exercise_index import default_cache_path, load_index
from tutor.practice.storage.store import default_path

if TYPE_CHECKING:
    from pathlib import Path

    from tests.fuzz.scenarios import Scenario

GOOD_FILE = 'graph = "z = x * y + x"\n[inputs]\nx = 5\ny = 3\n[vary]\nx = { from = 2, to = 9 }\n'
EXAM_FILE = 'mode = "exam"\ngraph = "z = x * y"\n[inputs]\nx = 2\ny = 3\n[vary]\nx = { from = 2, to = 9 }\n'
PACK_FILE = "format = 1\nid = 'mine'\ntitle = 'Mine'\n"
CONTENTS = {
    "good": GOOD_FILE.encode(),
    "other": b'title = "Other [bold] \\u202e"\ngraph = "z = sigmoid(a) * b + a"\n[inputs]\na = 1\nb = 2\n',
    "faulty": b"graph = [[1",
    "empty": b"",
    "binary": bytes(range(256)),
}
#: Bytes that a file may have when the disk is full.
FULL_DISK = 30_000


class Surroundings:
    """A folder with everything that a run reads and writes."""

    def __init__(self, folder: Path, scenario: Scenario, index: Path) -> None:
        self.home, self.pack = folder / "home", folder / "mine"
        self.file = self.pack / "01-one.toml"
        self.scenario = scenario
        self._lock: sqlite3.Connection | None = None
        os.environ["BACKPROP_TUTOR_HOME"] = str(self.home)
        self.home.mkdir(parents=True)
        self.pack.mkdir()
        (self.pack / "pack.toml").write_text(PACK_FILE)
        self.file.write_text(EXAM_FILE if scenario.start == "exam" else GOOD_FILE)
        default_cache_path().parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(index, default_cache_path())
        if scenario.start != "first":
            (self.home / "welcomed").touch()
        if scenario.start == "history":
            simulate_practice("basics/plus", at=datetime(2024, 1, 3, tzinfo=UTC))
            simulate_practice("basics/times", at=datetime(2024, 1, 17, tzinfo=UTC), wrong="5")
        if scenario.start == "solved":
            simulate_practice("basics/two-roads")

    @property
    def arguments(self) -> list[str]:
        """Return the command line that starts the run."""
        options = ["--lang", self.scenario.language, *(["--ascii"] if self.scenario.ascii else [])]
        match self.scenario.start:
            case "exercise":
                return [*options, "play", self.scenario.exercise]
            case "solved":
                return [*options, "play", "basics/two-roads"]
            case "exam":
                return [*options, "play", str(self.file)]
            case "file":
                return [*options, "play", str(self.file), "--watch"]
            case "pack":
                return [*options, "play", str(self.pack), "--watch"]
        return options

    def change_file(self, change: str) -> None:
        """Do what an author may do to the pack or the settings."""
        with suppress(OSError):
            if change in CONTENTS:
                self._remove(self.file)
                self.file.write_bytes(CONTENTS[change])
            elif change == "delete":
                self._remove(self.file)
            elif change == "folder":
                self._remove(self.file)
                self.file.mkdir()
            elif change == "pack.toml":
                (self.pack / "pack.toml").write_text("format = 1\nid = 'mine'\ntitle = ")
            elif change == "new":
                (self.pack / "pack.toml").write_text(PACK_FILE)
                (self.pack / "02-two.toml").write_bytes(CONTENTS["other"])
            elif change == "settings":
                (self.home / "settings.toml").write_text("theme = 'light'\nascii = maybe\n[keys")
            else:
                (self.home / "settings.toml").write_text('[keys]\n"app.commands" = "ctrl+k"\n"home.search" = "f7"\n')

    def _remove(self, path: Path) -> None:
        if path.is_dir():
            path.rmdir()
        else:
            path.unlink(missing_ok=True)

    def change_store(self, change: str, process: int) -> None:
        """Do to the progress file what a disk or another program may do; `process` is the one that has it open."""
        path = default_path()
        with suppress(OSError, sqlite3.Error):
            if change == "lock":
                self.unlock()
                self._lock = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
                self._lock.execute("BEGIN EXCLUSIVE")
            elif change == "unlock":
                self.unlock()
            elif change == "delete":
                for end in ("", "-wal", "-shm"):
                    path.with_name(path.name + end).unlink(missing_ok=True)
            elif change == "garbage":
                path.write_bytes(b"no database at all" * 500)
            elif change == "truncate":
                os.truncate(path, 700)
            elif change in ("fill", "heal"):
                limit = FULL_DISK if change == "fill" else resource.RLIM_INFINITY
                resource.prlimit(process, resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
            elif change == "read-only":
                path.chmod(0o444)
            elif change == "move":
                self.home.rename(self.home.with_name("moved"))

    def unlock(self) -> None:
        """Let go of the progress file."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    @property
    def crash_reports(self) -> list[str]:
        """Return the reports of crashes."""
        folders = (self.home, self.home.with_name("moved"))
        return [path.read_text("utf-8") for folder in folders for path in sorted(folder.glob("crash-*.log"))]


def make_index(path: Path) -> None:
    """Make the index of the exercises once for all runs: it takes seconds."""
    from tutor.packs import library

    load_index(library.all_packs(), path)
