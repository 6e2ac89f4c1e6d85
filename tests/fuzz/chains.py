"""Honest operations on three progress files, after each of which a report must say nothing: `python tests/fuzz/chains.py`.

Entries, imports and their undoing, resets, damage, copies, files moved away under a session, entries that waited beside
the file, and attempts of an earlier version, in a random order. `--seeds 400` tries more of them.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import sys
import tempfile
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.support.events import all_events, append_events, make_event, run_sql, time_after
from tutor.practice.class_files import class_files, read_class_file
from tutor.practice.class_flags import Flag, class_flags
from tutor.practice.classroom import Classroom
from tutor.practice.event import Event, new_id
from tutor.practice.export import InvalidExportError
from tutor.practice.storage.pending import pending_path, write_pending
from tutor.practice.storage.store import Store

_ACCUSING = ("changed-rows", "missing-rows", "changed-export", "no-end")
_PAGE = 4096


class Computers:
    """Three computers of one learner."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.dice = random.Random(seed)
        self.paths = [folder / f"computer {number}" / "progress.sqlite3" for number in range(3)]
        for path in self.paths:
            path.parent.mkdir()

    def step(self) -> str:
        """Do something at one of them; return what."""
        path, other = self.dice.sample(self.paths, 2)
        names = ("add", "add", "take", "take_old", "undo", "reset", "damage", "copy", "move", "wait", "pack")
        name = self.dice.choice(names)
        getattr(self, name)(path, other)
        return f"{name} {path.parent.name[-1]}{other.parent.name[-1]}"

    def events(self, number: int) -> list[Event]:
        start = self.dice.uniform(-500, 500)  # the clocks of the three differ
        worksheet = new_id()
        return [make_event("answer", worksheet, at=time_after(minutes=start + i), text=str(i)) for i in range(number)]

    def add(self, path: Path, _other: Path) -> None:
        with Store.open(path) as store:
            append_events(store, *self.events(self.dice.randrange(1, 40)))

    def take(self, path: Path, other: Path) -> None:
        with Store.open(other) as store:
            events = all_events(store)
        self._import(path, events)

    def take_old(self, path: Path, _other: Path) -> None:
        self._import(path, self.events(3))

    def _import(self, path: Path, events: list[Event]) -> None:
        with Store.open(path) as store:
            store.with_database(lambda database: database.merge(events, "file"))

    def undo(self, path: Path, _other: Path) -> None:
        with Store.open(path) as store:
            store.with_database(lambda database: database.undo_import())

    def reset(self, path: Path, _other: Path) -> None:
        with Store.open(path) as store:
            store.reset("basics", "add")

    def pack(self, path: Path, _other: Path) -> None:
        with suppress(sqlite3.Error):  # a damaged file can't be compacted
            run_sql(path, "VACUUM")

    def copy(self, path: Path, other: Path) -> None:
        if path.exists():
            for file in other.parent.iterdir():
                file.unlink()
            with suppress(sqlite3.Error):
                run_sql(path, f"VACUUM INTO '{other}'")

    def move(self, path: Path, _other: Path) -> None:
        kept = path.with_name(f"{new_id()}.moved")
        with Store.open(path) as store:
            append_events(store, *self.events(2))
            with suppress(sqlite3.Error):
                run_sql(path, "PRAGMA wal_checkpoint(TRUNCATE)")
            path.rename(kept)
            append_events(store, *self.events(1))
        if self.dice.random() < 0.6:
            self.take(path, kept)

    def wait(self, path: Path, _other: Path) -> None:
        write_pending(pending_path(path, new_id()), [replace(event, program="0.1") for event in self.events(2)])

    def damage(self, path: Path, _other: Path) -> None:
        if not path.exists():
            return
        with suppress(sqlite3.Error):
            run_sql(path, "PRAGMA wal_checkpoint(TRUNCATE)")
        content = bytearray(path.read_bytes())
        for _ in range(self.dice.randrange(1, 3) if len(content) > 3 * _PAGE else 0):
            start = self.dice.randrange(1, len(content) // _PAGE) * _PAGE
            content[start : start + _PAGE] = self.dice.randbytes(_PAGE)
        path.write_bytes(content)
        with Store.open(path) as store:
            all_events(store)

    def flags(self) -> list[Flag]:
        """Return what a report says against the files."""
        classroom = Classroom()
        for path in filter(Path.exists, self.paths):
            for file in class_files(path):
                with suppress(InvalidExportError):  # damage that the learner's next session finds
                    classroom.add(read_class_file(file), file.learner)
        return [flag for flag in class_flags(classroom) if flag.kind in _ACCUSING]


def run(seed: int, steps: int = 14) -> tuple[list[str], list[Flag]]:
    """Return what was done, and what is said against it: nothing, if all is well."""
    with tempfile.TemporaryDirectory() as folder:
        computers, done = Computers(Path(folder), seed), []
        for _ in range(steps):
            done.append(computers.step())
            if flags := computers.flags():
                return done, flags
        return done, []


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=60)
    num_bad = 0
    for seed in range(parser.parse_args().seeds):
        done, flags = run(seed)
        if flags:
            num_bad += 1
            print(seed, "; ".join(done), flags)
    print(f"accused: {num_bad}")
    return 1 if num_bad else 0


if __name__ == "__main__":
    sys.exit(main())
