"""A learner's progress: every event is kept, and what is shown is derived from the events.

An exercise goes on whatever happens to the file. Nothing here raises for a fault of the file or the disk:
what cannot be saved is held in memory and written as soon as it can be, and `notice` says what to do.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from tutor.i18n import N_, Message, message
from tutor.paths import data_folder
from tutor.practice.event import NOTED, Event, new_id, sanitize_text

if TYPE_CHECKING:
    # SQLite is loaded when a file is opened, not when this room is entered.
    from collections.abc import Callable, Iterator, Mapping

    from tutor.practice.storage.database import Database
    from tutor.practice.storage.errors import DamagedFileError

__all__ = ["Event", "Store", "default_path", "new_id"]

_T = TypeVar("_T")

#: Seconds to wait for another process that is writing; and while saving fails, when every entry tries again.
WRITE_TIMEOUT = 2.0
RETRY_TIMEOUT = 0.1

#: The kinds of event that make an exercise begun, and those that make it solved.
STARTING_KINDS = ("answer", NOTED, "hint", "reveal")
FINISHING_KINDS = ("solved", "reviewed")


def default_path() -> Path:
    """Where progress is kept: in the learner's data folder."""
    return data_folder() / "progress.sqlite3"


class Store:
    """The progress file of one learner. Several processes may use one file; a `Store` is for one thread.

    `notice` is what the learner has to be told now, or None: that saving fails, else that a file was set
    aside. It can change with every call.
    """

    def __init__(self, path: Path) -> None:
        # Where a link points to: that file's folder is where SQLite keeps its log, and where it is set aside.
        self.path = Path(os.path.realpath(path))
        self._database: Database | None = None
        self._is_newer_format = False
        self._save_problem: Message | None = None
        self._quarantine_notice: Message | None = None
        #: What this process has added or read, by id; what a new file gets when the old one is set aside.
        self._seen_events: dict[str, Event] = {}
        #: What is not in the file yet, in order.
        self._unsaved: dict[str, Event] = {}

    @classmethod
    def open(cls, path: Path) -> Store:
        """Open the file at `path`, or make it. Never raises: `notice` and `writable` tell how it went.

        A file that is damaged, or that is none of ours, is set aside under a new name and a new one begun.
        One of a newer version is left alone, and the session goes on unsaved.
        """
        store = cls(path)
        store._run(lambda database: database.check_writable(), opening=True)
        return store

    @property
    def notice(self) -> Message | None:
        return self._save_problem or self._quarantine_notice

    @property
    def writable(self) -> bool:
        """False while entries are held in memory only."""
        return self._save_problem is None

    def append(self, event: Event) -> bool:
        """Keep an event. True once it is on the disk, with all that was missed before it.

        False when it could not be saved: `notice` says why, and the next call tries again. Never raises.
        """
        self._seen_events[event.id] = event
        self._unsaved[event.id] = event
        return self._save()

    def events(self, pack: str, exercise: str) -> tuple[Event, ...]:
        """The events of the try of this exercise that was begun last, in order; none if there was no try."""
        pack, exercise = sanitize_text(pack), sanitize_text(exercise)
        kept = self._run(lambda database: database.latest_try(pack, exercise)) or []
        for event in kept:
            self._seen_events.setdefault(event.id, event)
        merged = {event.id: event for event in kept} | self._unsaved
        begun = [
            event.worksheet
            for event in merged.values()
            if (event.pack, event.exercise, event.kind) == (pack, exercise, "begin")
        ]
        return tuple(event for event in merged.values() if begun and event.worksheet == begun[-1])

    def state(self, pack: str, exercise: str) -> str:
        """`solved` if any try was, else `begun` if anything was answered or a hint was taken, else `new`."""
        return self.states().get((sanitize_text(pack), sanitize_text(exercise)), "new")

    def states(self) -> Mapping[tuple[str, str], str]:
        """The state of every (pack, exercise) that is not new. Takes the same time for a long history."""
        states: dict[tuple[str, str], str] = {}
        for exercise, kind, _ in self._latest_by_kind():
            if kind in FINISHING_KINDS:
                states[exercise] = "solved"
            elif kind in STARTING_KINDS:
                states.setdefault(exercise, "begun")
        return states

    def exercise_to_continue(self) -> tuple[str, str] | None:
        """The (pack, exercise) to continue: the one last worked on whose latest try is not solved.

        Formulas typed at the command line, which have no pack, are passed over.
        """
        begun: dict[tuple[str, str], str] = {}
        solved: dict[tuple[str, str], str] = {}
        order: list[tuple[str, str]] = []
        for exercise, kind, worksheet in self._latest_by_kind():
            order.append(exercise)
            if kind == "begin":
                begun[exercise] = worksheet
            elif kind == "solved":
                solved[exercise] = worksheet
        for exercise in reversed(order):
            if exercise[0] and exercise in begun and solved.get(exercise) != begun[exercise]:
                return exercise
        return None

    def with_database(self, action: Callable[[Database], _T]) -> _T | None:
        """What `act` finds in the file; None where it can't be used now, and `notice` says why. Never raises.

        What could not be saved yet is not in the file.
        """
        return self._run(action)

    def flush(self) -> bool:
        """Save what was missed, if it can be saved now. Whether all is on the disk."""
        return not self._unsaved or self._save()

    def close(self) -> None:
        """Save what was missed, if it can be saved now, and let go of the file."""
        self.flush()
        self._close_database()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _latest_by_kind(self) -> Iterator[tuple[tuple[str, str], str, str]]:
        for pack, exercise, kind, worksheet in self._run(lambda database: database.latest_by_kind()) or []:
            yield (pack, exercise), kind, worksheet
        for event in self._unsaved.values():
            yield (event.pack, event.exercise), event.kind, event.worksheet

    def _save(self) -> bool:
        from tutor.practice.storage.errors import StoreError

        if self._is_newer_format:
            return False
        patience = RETRY_TIMEOUT if self._save_problem else WRITE_TIMEOUT
        try:
            self._run_with_recovery(lambda database: database.write(self._unsaved.values(), patience), patience)
        except StoreError as trouble:
            self._save_problem = trouble.notice
            return False
        self._unsaved.clear()
        self._save_problem = None
        return True

    def _run(self, action: Callable[[Database], _T], *, opening: bool = False) -> _T | None:
        """What `act` finds in the file; None where there is no file to ask."""
        from tutor.practice.storage.errors import StoreError

        if self._database is None and not opening:
            return None
        try:
            found = self._run_with_recovery(action, WRITE_TIMEOUT)
        except StoreError as trouble:
            self._save_problem = trouble.notice
            return None
        # Asking may have brought a new file about, which lacks what was checked before.
        if self._unsaved and self._save_problem is None:
            self._save()
        return found

    def _run_with_recovery(self, action: Callable[[Database], _T], timeout: float) -> _T:
        """Do something with the file, and once more with a new one where it turns out damaged."""
        from tutor.practice.storage.errors import DamagedFileError, NewerFormatError

        try:
            try:
                return action(self._open_database(timeout))
            except DamagedFileError as damage:
                self._replace_damaged(damage)
            return action(self._open_database(timeout))
        except NewerFormatError:
            self._is_newer_format = True
            self._close_database()
            raise

    def _open_database(self, timeout: float) -> Database:
        from tutor.practice.storage.database import Database

        if self._database is not None and self._database.read_only:
            self._close_database()
        if self._database is not None and not self._database.is_in_place:
            self._close_database()
            self._unsaved = dict(self._seen_events)
        if self._database is None:
            self._database = Database(self.path, timeout)
        return self._database

    def _replace_damaged(self, damage: DamagedFileError) -> None:
        from tutor.practice.storage.quarantine import quarantine

        self._close_database()
        try:
            name = quarantine(self.path, damage.identity)
        except OSError as error:
            raise damage from error
        self._unsaved = dict(self._seen_events)
        if name is not None:
            self._quarantine_notice = message(
                _DAMAGED_NOTICE if damage.was_progress_file else _FOREIGN_NOTICE, path=self.path, name=name
            )

    def _close_database(self) -> None:
        if self._database is not None:
            self._database.close()
            self._database = None


_DAMAGED_NOTICE = N_(
    "Your progress file was damaged, so a new one has been begun: if you have a backup, put it in its place; "
    "the damaged file is kept beside it as {name}."
)
_FOREIGN_NOTICE = N_(
    "{path} is not a progress file of backprop-tutor, so a new one has been begun: "
    "the old one is kept beside it as {name}."
)
