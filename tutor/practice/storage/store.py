"""The store of a learner's events, from which everything shown is derived.

Nothing here raises for a problem of the file or the disk, so that the learner can go on working: what cannot be saved
is kept in memory and written as soon as possible, and `notice` says what to do.
"""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from tutor import __version__
from tutor.i18n import N_, Message, message
from tutor.paths import data_folder
from tutor.practice.event import (
    CODE,
    DONE_STATES,
    NOTED,
    PLACED_IN,
    PLACED_OUT,
    PLACEMENT,
    PLACEMENT_END,
    SCORED,
    UNJUDGED,
    Event,
    new_id,
    sanitize_text,
)
from tutor.practice.storage.errors import DamagedFileError, NewerFormatError, StoreError, about_entries
from tutor.practice.storage.pending import pending_files, pending_path, read_pending, remove_pending, write_pending
from tutor.practice.storage.quarantine import quarantine
from tutor.practice.storage.resets import RESET, RESTORE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from tutor.practice.mastery import Skill
    from tutor.practice.storage.database import Database
    from tutor.practice.storage.resets import Reset

_T = TypeVar("_T")

#: Seconds to wait for another process that is writing; less while saving fails, because every entry tries again.
WRITE_TIMEOUT = 2.0
RETRY_TIMEOUT = 0.1
#: The same on the screen, which must never stand still.
SCREEN_WRITE_TIMEOUT = 0.05
SCREEN_RETRY_TIMEOUT = 0.02

#: The kinds of event after which an exercise counts as begun, and those after which it counts as solved.
STARTING_KINDS = ("answer", NOTED, UNJUDGED, "hint", "reveal")
FINISHING_KINDS = ("solved", "reviewed")


def default_path() -> Path:
    """Return the path of the progress file in the learner's data folder."""
    return data_folder() / "progress.sqlite3"


class Store:
    """The progress file of one learner. Several processes may use one file; a `Store` is for one thread."""

    def __init__(self, path: Path) -> None:
        # Resolved, because SQLite keeps its log, and we a damaged file, in the folder of a link's target.
        self.path = Path(os.path.realpath(path))
        self._database: Database | None = None
        self._is_newer_format = False
        self._save_problem: Message | None = None
        self._quarantine_notice: Message | None = None
        self._adopted_notice: Message | None = None
        self._for_screen = False
        #: The texts of the notices that `new_notices` has returned.
        self._reported_notices: set[str] = set()
        #: The events that this process added or read, by id; written to the new file if the old one is replaced.
        self._seen_events: dict[str, Event] = {}
        #: The events that are not in the file yet, in order.
        self._unsaved: dict[str, Event] = {}
        #: The file beside the progress file in which they wait, and how many of them are in it.
        self._own_pending = pending_path(self.path, new_id())
        self._num_pending = 0
        #: Whether there may be events of other sessions in such files.
        self._may_have_pending = True

    @classmethod
    def open(cls, path: Path, *, for_screen: bool = False) -> Store:
        """Open or create the file at `path`. Never raises: see `notice` and `writable`.

        A file that is damaged, or not a progress file, is renamed and replaced by a new one. A file of a newer
        version is left alone, and nothing is saved. `for_screen` is as for `use_on_screen`.
        """
        store = cls(path)
        store._for_screen = for_screen
        store._open()
        return store

    def _open(self) -> None:
        self._run(lambda database: database.check_writable(), opening=True)

    def use_on_screen(self) -> None:
        """Wait only a moment for other processes from now on: call `flush` now and then to save what is unsaved."""
        self._for_screen = True

    @property
    def has_unsaved(self) -> bool:
        """Whether there are events that could not be saved yet."""
        return bool(self._unsaved)

    @property
    def notice(self) -> Message | None:
        """The message for the learner: that saving fails, else that a file was replaced. Any call can change it."""
        return self._save_problem or self._file_notice

    @property
    def _file_notice(self) -> Message | None:
        # What was read from a damaged file waits to be added as well, in this thread or in another one.
        return self._quarantine_notice or self._adopted_notice

    def new_notices(self) -> list[Message]:
        """Return the present notices that this method has not returned before."""
        notices = [notice for notice in (self._file_notice, self._save_problem) if notice is not None]
        new = [notice for notice in notices if str(notice) not in self._reported_notices]
        self._reported_notices.update(map(str, new))
        return new

    @contextmanager
    def open_for_thread(self) -> Iterator[Store]:
        """Open the same file for use in another thread; pass on the notice if it is replaced there."""
        with Store(self.path) as other:
            # What waits to be saved here is none of its business.
            other._own_pending = self._own_pending
            other._open()
            try:
                yield other
            finally:
                self._quarantine_notice = other._quarantine_notice or self._quarantine_notice
                self._adopted_notice = other._adopted_notice or self._adopted_notice

    @property
    def writable(self) -> bool:
        """Whether events are saved, not only kept in memory."""
        return self._save_problem is None

    @property
    def readable(self) -> bool:
        """Whether the file could be opened. If not, what it holds is unknown, and `notice` says why."""
        return self._database is not None

    def append(self, event: Event) -> bool:
        """Add an event; return whether it is on the disk, with all that could not be saved before it.

        If not, `notice` says why, and the next call tries again. Never raises.
        """
        return self.append_all([event])

    def append_all(self, events: Iterable[Event]) -> bool:
        """Add events at once, as `append` does each."""
        for event in events:
            stamped = replace(event, program=__version__)
            self._seen_events[event.id] = stamped
            self._unsaved[event.id] = stamped
        return self._save()

    def events(self, pack: str, exercise: str) -> tuple[Event, ...]:
        """Return the events of the latest try of this exercise, in order."""
        pack, exercise = sanitize_text(pack), sanitize_text(exercise)
        saved = self._run(lambda database: database.latest_try(pack, exercise)) or []
        for event in saved:
            self._seen_events.setdefault(event.id, event)
        merged = {event.id: event for event in saved} | self._unsaved
        tries = [
            event.worksheet
            for event in merged.values()
            if (event.pack, event.exercise, event.kind) == (pack, exercise, "begin")
        ]
        return tuple(event for event in merged.values() if tries and event.worksheet == tries[-1])

    def exam_sittings(self, pack: str, exercise: str) -> list[tuple[Event, ...]]:
        """Return the events of each try of an exam in which something was answered, in order, whatever was reset."""
        pack, exercise = sanitize_text(pack), sanitize_text(exercise)
        saved = self._run(lambda database: database.exam_events(pack, exercise)) or []
        merged = {event.id: event for event in saved} | {
            event.id: event for event in self._unsaved.values() if (event.pack, event.exercise) == (pack, exercise)
        }
        tries: dict[str, list[Event]] = {}
        for event in merged.values():
            tries.setdefault(event.worksheet, []).append(event)
        return [tuple(events) for events in tries.values() if any(event.kind == NOTED for event in events)]

    def exam_scores(self) -> dict[tuple[str, str], str]:
        """Return by (pack, exercise) the score of the sitting of each exam that counts, such as `7.5/10`, if it was told."""
        scores = self._run(lambda database: database.exam_scores()) or {}
        for event in self._unsaved.values():
            if event.kind == SCORED:
                scores.setdefault((event.pack, event.exercise), event.text)
        return scores

    def state(self, pack: str, exercise: str) -> str:
        """Return "solved", "revealed", "begun" or "new".

        "solved" if any try was, "revealed" if every value was shown instead, "begun" if anything was answered or checked
        or a hint was taken.
        """
        return self.states().get((sanitize_text(pack), sanitize_text(exercise)), "new")

    def states(self) -> Mapping[tuple[str, str], str]:
        """Return the state of every (pack, exercise) that is not new. The time does not grow with the history."""
        states: dict[tuple[str, str], str] = {}
        begun: dict[tuple[str, str], str] = {}
        coded: dict[tuple[str, str], str] = {}
        reviewed: set[tuple[str, str]] = set()
        for exercise, kind, worksheet in self._latest_by_kind():
            if kind in FINISHING_KINDS:
                states[exercise] = "solved"
            elif kind in STARTING_KINDS:
                states.setdefault(exercise, "begun")
            elif kind == "review":
                reviewed.add(exercise)
            elif kind in ("begin", CODE):
                (begun if kind == "begin" else coded)[exercise] = worksheet
        # Code is a try of its own only if the exercise asks for nothing else.
        for exercise, worksheet in coded.items():
            if begun.get(exercise) == worksheet:
                states.setdefault(exercise, "begun")
        # A review may ask for a part of an exercise that the learner has not opened.
        only_reviewed = reviewed - begun.keys()
        for name in self._run(lambda database: database.only_revealed()) or ():
            if states.get(name) == "solved":
                states[name] = "revealed"
        return {name: state for name, state in states.items() if state in DONE_STATES or name not in only_reviewed}

    def solved_in_code(self) -> set[tuple[str, str]]:
        """Return the (pack, exercise) that were solved in code. It changes nothing about their state."""
        solved = self._run(lambda database: database.solved_in_code()) or set()
        unsaved = (event for event in self._unsaved.values() if (event.kind, event.verdict) == (CODE, "right"))
        return solved | {(event.pack, event.exercise) for event in unsaved}

    def placed_out(self) -> set[tuple[str, str]]:
        """Return the (pack, exercise) that are not needed by the last placement test. They count as not solved."""
        placed: set[tuple[str, str]] = set()
        for exercise, kind, _ in self._latest_by_kind():
            if kind == PLACED_OUT:
                placed.add(exercise)
            elif kind == PLACED_IN:
                placed.discard(exercise)
        return placed

    def placement_progress(self) -> Literal["none", "begun", "finished"]:
        """Return whether the last placement test is finished."""
        tests = {kind: worksheet for exercise, kind, worksheet in self._latest_by_kind() if exercise == ("", "")}
        if PLACEMENT not in tests:
            return "none"
        return "finished" if tests.get(PLACEMENT_END) == tests[PLACEMENT] else "begun"

    def begun_exams(self) -> set[tuple[str, str]]:
        """Return the (pack, exercise) of the exams with an answer that no reset hides."""
        return {exercise for exercise, kind, _ in self._latest_by_kind() if kind == NOTED}

    def exercise_to_continue(self) -> tuple[str, str] | None:
        """Return the (pack, exercise) last worked on whose latest try is not solved.

        Formulas typed at the command line have no pack and don't count.
        """
        begun: dict[tuple[str, str], str] = {}
        solved: dict[tuple[str, str], str] = {}
        order: list[tuple[str, str]] = []
        for exercise, kind, worksheet in self._latest_by_kind():
            if kind == CODE:  # Whoever writes the code of a solved exercise still goes on where they were.
                continue
            order.append(exercise)
            if kind == "begin":
                begun[exercise] = worksheet
            elif kind == "solved":
                solved[exercise] = worksheet
        for exercise in reversed(order):
            if exercise[0] and exercise in begun and solved.get(exercise) != begun[exercise]:
                return exercise
        return None

    def latest_uses(self) -> list[tuple[str, str, str, str]]:
        """Return (pack, exercise, kind, try) of the last event of each kind in each exercise, in order."""
        return [(*exercise, kind, worksheet) for exercise, kind, worksheet in self._latest_by_kind()]

    def last_exercise(self) -> tuple[str, str] | None:
        """Return the (pack, exercise) last worked on, whether it is solved or not; None if there is none."""
        started = [
            exercise for exercise, kind, _ in self._latest_by_kind() if kind in (*STARTING_KINDS, "solved", "begin")
        ]
        return next((exercise for exercise in reversed(started) if exercise[0]), None)

    def with_database(self, action: Callable[[Database], _T]) -> _T | None:
        """Return the result of `action`; None if the file can't be used, and `notice` says why. Never raises.

        Events that could not be saved yet are not in the file.
        """
        return self._run(action)

    def query(self, sql: str, parameters: Iterable[object] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of an SQL query on `active_event`; none if the file can't be used. Never raises."""
        return self.with_database(lambda database: database.query(sql, parameters)) or []

    def ensure_skills(self) -> Mapping[str, Skill]:
        """Return the skill of every practised rule, after rebuilding the skills if they are out of date."""
        skills = self.with_database(lambda database: database.skills())
        if skills is None:
            self.with_database(lambda database: database.rebuild_skills())
            skills = self.with_database(lambda database: database.skills())
        return skills or {}

    def reset(self, pack: str = "", exercise: str = "") -> Reset | None:
        """Hide all earlier events of an exercise, of a pack or of everything; None, without effect, if it fails."""
        event = Event(kind=RESET, worksheet=new_id(), pack=pack, exercise=exercise, fingerprint="")
        if not self._save_now(event):
            return None
        return next((reset for reset in self.resets() if reset.id == event.id), None)

    def restore(self, reset: str) -> bool:
        """Undo the reset with this id; return False if that can't be saved."""
        event = Event(kind=RESTORE, worksheet=new_id(), pack="", exercise="", text=reset, fingerprint="")
        return self._save_now(event)

    def resets(self) -> list[Reset]:
        """Return the active resets, oldest first."""
        return self._run(lambda database: database.resets()) or []

    def flush(self) -> bool:
        """Try to save the events that could not be saved before; return whether all are on the disk."""
        return not self._unsaved or self._save()

    def close(self) -> None:
        """Try to save the events that could not be saved before, and close the file; `notice` says what became of them.

        Those that can't be saved even now wait in a file beside it, and are lost only if that can't be written either.
        """
        # The last chance, and no screen waits.
        if self._unsaved and not self._save(WRITE_TIMEOUT):
            # First, because SQLite then removes files of its own, which makes room on a full disk.
            self._close_database()
            self._keep_pending()
            num_lost = len(self._unsaved) - self._num_pending
            text, n = (_LOST_NOTICE, num_lost) if num_lost else (_PENDING_NOTICE, self._num_pending)
            self._save_problem = message(text, n=n, path=self.path, file=self._own_pending)
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

    def _save(self, timeout: float | None = None) -> bool:
        if self._is_newer_format:
            return False
        timeout = self._timeout if timeout is None else timeout
        try:
            self._run_with_recovery(lambda database: database.write(self._unsaved.values(), timeout), timeout)
        except StoreError as error:
            self._save_problem = about_entries(error.notice)
            self._keep_pending()
            return False
        self._unsaved.clear()
        self._save_problem = None
        if self._num_pending:
            self._num_pending = 0
            remove_pending(self._own_pending, complete=True)
        if self._may_have_pending and self._database is not None:
            with suppress(StoreError):  # Found again by the next action.
                self._adopt_pending(self._database)
        return True

    @property
    def _timeout(self) -> float:
        """The seconds to wait for another process that is writing."""
        if self._for_screen:
            return SCREEN_RETRY_TIMEOUT if self._save_problem else SCREEN_WRITE_TIMEOUT
        return RETRY_TIMEOUT if self._save_problem else WRITE_TIMEOUT

    def _keep_pending(self) -> None:
        """Keep the unsaved events in a file beside the progress file, in case this process is killed."""
        if self._is_newer_format:
            return
        with suppress(OSError):  # The file still has what was written to it before.
            write_pending(self._own_pending, self._unsaved.values())
            self._num_pending = len(self._unsaved)

    def _adopt_pending(self, database: Database) -> None:
        """Add the events that sessions left in files beside this one: they were killed or could not save them.

        Raise DamagedFileError.
        """
        if database.read_only:
            return
        num_added = 0
        for file in pending_files(self.path):
            if file == self._own_pending:
                continue
            try:
                events, complete = read_pending(file)
                num_added += database.merge(events)
            except DamagedFileError:
                raise
            except (OSError, StoreError):  # It is tried again when the next events are saved.
                continue
            remove_pending(file, complete=complete)
        self._may_have_pending = bool(pending_files(self.path))
        if num_added:
            self._adopted_notice = message(_ADOPTED_NOTICE, n=num_added)

    def _save_now(self, event: Event) -> bool:
        """Save an event now or never: one that waits in memory would take effect at another time."""
        return (
            self.flush()
            and self._run(lambda database: database.write([replace(event, program=__version__)])) is not None
        )

    def _run(self, action: Callable[[Database], _T], *, opening: bool = False) -> _T | None:
        if self._database is None and not opening:
            return None
        try:
            result = self._run_with_recovery(action, self._timeout)
        except StoreError as error:
            self._save_problem = about_entries(error.notice) if self._unsaved else error.notice
            return None
        # The action may have replaced the file by a new one, which lacks the earlier events.
        if self._unsaved and self._save_problem is None:
            self._save()
        return result

    def _run_with_recovery(self, action: Callable[[Database], _T], timeout: float) -> _T:
        """Run an action on the file, and once more on a new file if this one turns out to be damaged."""
        try:
            try:
                return action(self._open_database(timeout))
            except DamagedFileError as damage:
                self._replace_damaged(damage)
            database = self._open_database(timeout)
            # Now, so that the action finds the events that were saved from the damaged file.
            if self._unsaved:
                database.merge(self._unsaved.values())
            return action(database)
        except NewerFormatError:
            self._is_newer_format = True
            self._close_database()
            raise

    def _open_database(self, timeout: float) -> Database:
        # Here, because it loads SQLite, which most commands do without.
        from tutor.practice.storage.database import Database

        if self._database is not None and self._database.read_only:
            self._close_database()
        if self._database is not None and not self._database.is_in_place:
            self._close_database()
            # In a new file they begin a chain of their own.
            self._unsaved = {id: replace(event, link="") for id, event in self._seen_events.items()}
        if self._database is None:
            self._database = Database(self.path, timeout)
            self._adopt_pending(self._database)
        return self._database

    def _replace_damaged(self, damage: DamagedFileError) -> None:
        self._close_database()
        # Here, because it loads SQLite.
        from tutor.practice.storage.salvage import merge_with_seen, salvage_events

        salvaged = salvage_events(self.path)
        events = merge_with_seen(salvaged, self._seen_events)
        try:
            if events:
                # Before the file is moved: a kill in between must not leave them in the moved file only.
                write_pending(pending_path(self.path, new_id()), events.values())
            name = quarantine(self.path, damage.identity)
        except OSError as error:
            raise damage from error
        self._unsaved = dict(self._seen_events)
        if name is None:  # another process was first
            return
        text = _FOREIGN_NOTICE
        if damage.was_progress_file or salvaged:
            text = _SALVAGED_NOTICE if salvaged else _DAMAGED_NOTICE
        moved = self.path.with_name(name)
        self._quarantine_notice = message(text, path=self.path, moved=moved, n=len(salvaged))

    def _close_database(self) -> None:
        if self._database is not None:
            self._database.close()
            self._database = None


_LOST_NOTICE = N_("Your last answers could not be saved in {path} and are lost: {n}.")
_PENDING_NOTICE = N_(
    "Your last answers could not be saved in {path} yet: {n}. They are kept in {file} and will be "
    "added the next time backprop-tutor starts."
)
_ADOPTED_NOTICE = N_("Answers that could not be saved before were added to your progress file: {n}.")
_DAMAGED_NOTICE = N_(
    "Your progress file was damaged. It was moved to {moved}, and a new one was started. If you have a "
    "backup, put it in its place."
)
_SALVAGED_NOTICE = N_(
    "Your progress file was damaged and was moved to {moved}. The records that could be read are in a new file: {n}."
)
_FOREIGN_NOTICE = N_(
    "{path} is not a progress file of backprop-tutor. It was moved to {moved}, and a new one was started."
)
