"""The connection to the progress file: opening it, adding events, querying them."""

from __future__ import annotations

import os
import sqlite3
from contextlib import contextmanager, suppress
from functools import cached_property
from operator import attrgetter
from typing import TYPE_CHECKING

from tutor.i18n import describe_os_error
from tutor.practice.event import ALL_REVEALED, CODE, COLUMNS, NOTED, SCORED, SOLVED, Event
from tutor.practice.storage.errors import (
    DamagedFileError,
    NewerFormatError,
    StoreError,
    describe_sqlite_error,
    describe_unwritable,
    is_damage,
    may_be_damage,
)
from tutor.practice.storage.imports import UndoneImport, record_import, undo_last_import
from tutor.practice.storage.integrity import is_damaged
from tutor.practice.storage.links import ChainHead, add_links, notes_of_losses, read_head
from tutor.practice.storage.merge import merge_by_time
from tutor.practice.storage.migrations import APPLICATION_ID, SCHEMA_VERSION, migrate, schema_version
from tutor.practice.storage.model_change import ModelChange, take_change
from tutor.practice.storage.quarantine import FileIdentity, file_identity
from tutor.practice.storage.resets import RESET_KINDS, HiddenSequences, Reset, active_resets, create_active_view

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from tutor.practice.mastery import Skill
    from tutor.practice.storage.skill_projection import SkillProjection

_row_values = attrgetter(*COLUMNS)
#: No version of ours will get here: a higher number is damage.
_MAX_VERSION = 10_000
_COLUMNS = ", ".join(COLUMNS)
_INSERT = f"INSERT INTO event ({_COLUMNS}) VALUES ({', '.join('?' * len(COLUMNS))})"
_ALL_EVENTS = f"SELECT {_COLUMNS} FROM event ORDER BY seq"
_EVENT_BY_ID = f"SELECT {_COLUMNS} FROM event WHERE id = ?"
_LAST_EVENT = f"SELECT {_COLUMNS} FROM event ORDER BY seq DESC LIMIT 1"
_LATEST_TRY = """
SELECT worksheet FROM event WHERE pack = ? AND exercise = ? AND kind = 'begin' AND seq > ? ORDER BY seq DESC LIMIT 1
"""
# A try that began before a reset and went on after it, in a process that didn't know of the reset.
_CONTINUED_TRY = """
SELECT worksheet FROM event AS later WHERE pack = ? AND exercise = ? AND seq > ? AND kind NOT IN ('reset', 'restore')
AND EXISTS (SELECT 1 FROM event WHERE worksheet = later.worksheet AND kind = 'begin') ORDER BY seq DESC LIMIT 1
"""
_EXAM_EVENTS = f"""
SELECT {_COLUMNS} FROM event WHERE pack = ? AND exercise = ?
AND worksheet IN (SELECT worksheet FROM event WHERE pack = ? AND exercise = ? AND kind = '{NOTED}') ORDER BY seq
"""
_FIRST_SCORE = f"SELECT text FROM event WHERE pack = ? AND exercise = ? AND kind = '{SCORED}' ORDER BY seq LIMIT 1"
_EVENTS_OF_TRY = f"SELECT {_COLUMNS} FROM event WHERE worksheet = ? AND (seq > ? OR kind = 'begin') ORDER BY seq"
# Leaps through the index from the last event of one (pack, exercise, kind) to the last of the one before, so that the
# time grows with the number of exercises, not of events. (If the three were compared as one row value, SQLite would
# scan all events; with UNION ALL a damaged index could make the leaps loop forever.)
_LATEST_BY_KIND = """
WITH RECURSIVE leap (seq) AS (
    SELECT (SELECT seq FROM event ORDER BY pack DESC, exercise DESC, kind DESC, seq DESC LIMIT 1)
    UNION
    SELECT coalesce(
        (SELECT seq FROM event WHERE pack = here.pack AND exercise = here.exercise AND kind < here.kind
         ORDER BY kind DESC, seq DESC LIMIT 1),
        (SELECT seq FROM event WHERE pack = here.pack AND exercise < here.exercise
         ORDER BY exercise DESC, kind DESC, seq DESC LIMIT 1),
        (SELECT seq FROM event WHERE pack < here.pack ORDER BY pack DESC, exercise DESC, kind DESC, seq DESC LIMIT 1)
    ) FROM leap JOIN event AS here ON here.seq = leap.seq
)
SELECT pack, exercise, kind, worksheet, seq, text FROM event WHERE seq IN (SELECT seq FROM leap) ORDER BY seq
"""
# The search in the index is by exercise, so that the time grows with the checks of that exercise only.
_SOLVED_IN_CODE = f"""
SELECT 1 FROM event WHERE pack = ? AND exercise = ? AND kind = '{CODE}' AND verdict = 'right' AND seq > ? LIMIT 1
"""
_FOUND = f"""
SELECT 1 FROM event WHERE pack = ? AND exercise = ? AND kind IN ('{SOLVED}', 'reviewed') AND text <> '{ALL_REVEALED}'
AND seq > ? LIMIT 1
"""


class Database:
    """An open progress file. Every method raises `StoreError`, or `DamagedFileError` if the file is damaged.

    `read_only`: the file is in a folder that can't be written, and is read as it was when it was opened.
    """

    def __init__(self, path: Path, timeout: float) -> None:
        """Open or create the file at `path`; wait at most `timeout` seconds for another process."""
        self._path = path
        self._identity = _ensure_file(path)
        self.read_only = False
        self._revealed_last: set[tuple[str, str]] = set()
        self._latest_cache: tuple[tuple[int, int], list[tuple[str, str, str, str]]] | None = None
        try:
            with self._translate_errors():
                self._open(str(path), timeout)
        except StoreError as error:
            if isinstance(error, DamagedFileError) or not _is_in_read_only_folder(path):
                raise
            # There SQLite can't create the files it shares with other processes, which can't write either.
            self.read_only = True
            with self._translate_errors():
                self._open(f"{path.as_uri()}?immutable=1", timeout)

    def _open(self, name: str, timeout: float) -> None:
        self._connection = sqlite3.connect(name, timeout=timeout, isolation_level=None, uri=self.read_only)
        # A text with an invalid byte is still worth reading.
        self._connection.text_factory = lambda text: text.decode("utf-8", "replace")
        try:
            self._prepare()
        except BaseException:
            self.close()
            raise

    def _prepare(self) -> None:
        connection = self._connection
        # One transaction, because another process may be creating the file at this moment.
        connection.execute("BEGIN")
        ours = connection.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID
        version = schema_version(connection)
        empty = not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        connection.execute("COMMIT")
        if not (ours and 0 < version < _MAX_VERSION) and not (empty and version == 0):
            raise DamagedFileError(self._path, self._identity, was_progress_file=ours)
        self._refuse_newer(version)
        if version < SCHEMA_VERSION:
            self._migrate()
        # Fails while another process does the same, which is enough.
        with suppress(sqlite3.OperationalError):
            connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA fullfsync = ON")  # macOS: flush the disk's own cache as well
        connection.execute("PRAGMA cell_size_check = ON")
        connection.execute("PRAGMA temp_store = MEMORY")  # a query needs no room on the disk
        _to_events(connection.execute(_LAST_EVENT))

    def _migrate(self) -> None:
        try:
            migrate(self._connection)
        except sqlite3.OperationalError as error:
            # Never a sign of damage: the step is our own SQL, and it was rolled back.
            raise StoreError(describe_sqlite_error(error, self._path)) from error

    def _refuse_newer(self, version: int) -> None:
        if version > SCHEMA_VERSION:
            raise NewerFormatError(self._path)

    @property
    def is_in_place(self) -> bool:
        """Whether the file is still at its path: it was not moved or removed."""
        return file_identity(self._path) == self._identity

    def check_writable(self) -> None:
        """Raise `StoreError` if events can't be written; write nothing."""
        with self._translate_errors(), self._transaction():
            # SQLite begins a transaction on a read-only file without an error: only a change raises one.
            self._connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")

    def write(self, events: Iterable[Event], timeout: float | None = None) -> int:
        """Add events and update the skills, all or nothing; return how many were new.

        The events are on the disk when this returns. An event that is already in the file is ignored.
        """
        projection = self._projection  # loaded before other processes have to wait
        with self._translate_errors():
            if timeout is not None:
                self._connection.execute(f"PRAGMA busy_timeout = {round(1000 * timeout)}")
            with self._transaction():
                head = ChainHead(self._connection)
                new = [event for event in events if self._insert(event, head)]
                head.save()
                projection.apply_events(new)
                self._connection.execute("COMMIT")
                return len(new)

    def _insert(self, event: Event, head: ChainHead | None = None) -> bool:
        """Add an event, linked to the head of the chain if it has no link; return False if it was already in the file."""
        linked = event if head is None else head.following(event)
        inserted = self._connection.execute(_INSERT, _row_values(linked)).rowcount > 0
        if head is not None and inserted and linked is not event:
            head.move_to(linked)
        return inserted

    def merge(self, events: Iterable[Event], source: str = "") -> int:
        """Add events of another computer, in order of time among those of this one; return how many were new.

        If `source` names the file they come from, `undo_import` removes them again. Otherwise they are of this file, or
        of the one that it replaces: those that were not stored yet get a link, and what is lost is noted.
        """
        projection = self._projection  # loaded before other processes have to wait
        with self._translate_errors(), self._transaction():
            known = dict(self._connection.execute("SELECT id, link FROM event"))
            unique = {event.id: event for event in events}.values()
            new = [event for event in unique if event.id not in known]
            links = {
                event.id: event.link for event in unique if event.link not in ("", known.get(event.id, event.link))
            }
            rows = (self._connection.execute(_EVENT_BY_ID, (id,)).fetchone() for id in links)
            add_links(self._connection, _to_events(rows), links)
            if new:
                head = ChainHead(self._connection)
                for event in new:
                    self._insert(event, head if event.program and not source else None)
                merge_by_time(self._connection, len(new))
                if source:
                    record_import(self._connection, source, [event.id for event in new])
                elif any(event.link for event in new):
                    for note in notes_of_losses(_to_events(self._connection.execute(_ALL_EVENTS))):
                        self._insert(note, head)
                head.save()
                projection.invalidate()
            self._connection.execute("COMMIT")
            return len(new)

    @property
    def chain_head(self) -> str:
        """The hash of the last event that was stored here; empty if there is none with a link."""
        with self._translate_errors():
            return read_head(self._connection)

    def undo_import(self) -> UndoneImport | None:
        """Remove the events that the last import added; return None if there is none that can be undone."""
        projection = self._projection
        with self._translate_errors(), self._transaction():
            undone = undo_last_import(self._connection)
            if undone is not None:
                projection.invalidate()
            self._connection.execute("COMMIT")
            return undone

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """Hold the write lock; roll back what was not committed."""
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            self._refuse_newer(schema_version(self._connection))
            yield
        finally:
            if self._connection.in_transaction:
                with suppress(sqlite3.Error):
                    self._connection.execute("ROLLBACK")

    def latest_try(self, pack: str, exercise: str) -> list[Event]:
        """Return the events of the latest try of this exercise, in order: its beginning and what no reset hides."""
        with self._translate_errors():
            since = HiddenSequences(self.resets()).last_hidden(pack, exercise)
            for sql in (_LATEST_TRY, _CONTINUED_TRY) if since else (_LATEST_TRY,):
                row = self._connection.execute(sql, (pack, exercise, since)).fetchone()
                if row is not None:
                    return _to_events(self._connection.execute(_EVENTS_OF_TRY, (row[0], since)))
            return []

    def exam_events(self, pack: str, exercise: str) -> list[Event]:
        """Return the events of all tries of an exam in which something was answered, also those that a reset hides."""
        with self._translate_errors():
            return _to_events(self._connection.execute(_EXAM_EVENTS, (pack, exercise, pack, exercise)))

    def exam_scores(self) -> dict[tuple[str, str], str]:
        """Return the first score of each exam by (pack, exercise), also one that a reset hides."""
        names = [(pack, exercise) for pack, exercise, kind, _ in self.latest_by_kind() if kind == SCORED]
        with self._translate_errors():
            return {name: str(self._connection.execute(_FIRST_SCORE, name).fetchone()[0]) for name in names}

    def latest_by_kind(self) -> list[tuple[str, str, str, str]]:
        """Return (pack, exercise, kind, worksheet) of the last event of each kind in each exercise, in order.

        A reset hides nothing of an exam, whose first sitting counts.
        """
        with self._translate_errors():
            # The first number changes with writes of other connections, the second with our own.
            (data_version,) = self._connection.execute("PRAGMA data_version").fetchone()
            version = data_version, self._connection.total_changes
            if self._latest_cache is None or self._latest_cache[0] != version:
                hidden = HiddenSequences(self.resets())
                rows = self._connection.execute(_LATEST_BY_KIND).fetchall()
                self._revealed_last = {
                    (pack, exercise)
                    for pack, exercise, kind, *_, text in rows
                    if (kind, text) == (SOLVED, ALL_REVEALED)
                }
                exams = {(pack, exercise) for pack, exercise, kind, *_ in rows if kind == NOTED}
                latest = [
                    (pack, exercise, kind, worksheet)
                    for pack, exercise, kind, worksheet, seq, _text in rows
                    if kind not in RESET_KINDS
                    and ((pack, exercise) in exams or seq > hidden.last_hidden(pack, exercise))
                ]
                self._latest_cache = version, latest
            return self._latest_cache[1]

    def solved_in_code(self) -> set[tuple[str, str]]:
        """Return the (pack, exercise) whose code was right in some check that no reset hides."""
        coded = [(pack, exercise) for pack, exercise, kind, _ in self.latest_by_kind() if kind == CODE]
        if not coded:
            return set()
        with self._translate_errors():
            hidden = HiddenSequences(self.resets())
            return {
                name
                for name in coded
                if self._connection.execute(_SOLVED_IN_CODE, (*name, hidden.last_hidden(*name))).fetchone()
            }

    def only_revealed(self) -> set[tuple[str, str]]:
        """Return the (pack, exercise) in which every value was revealed whenever they were finished."""
        self.latest_by_kind()
        with self._translate_errors():
            hidden = HiddenSequences(self.resets())
            return {
                name
                for name in self._revealed_last
                if not self._connection.execute(_FOUND, (*name, hidden.last_hidden(*name))).fetchone()
            }

    def resets(self) -> list[Reset]:
        """Return the active resets, oldest first."""
        with self._translate_errors():
            return active_resets(self._connection)

    def due_rules(self, day: str) -> list[str] | None:
        """Return the rules due on a day (ISO 8601), longest overdue first; None if the skills are out of date."""
        with self._translate_errors():
            return self._projection.due_rules(day)

    def skills(self) -> Mapping[str, Skill] | None:
        """Return the skill of every practised rule; None if the skills are out of date."""
        with self._translate_errors():
            return self._projection.load_skills()

    def take_model_change(self) -> ModelChange | None:
        """Return the change of the model that the learner was not told of yet, and mark it as told."""
        with self._translate_errors():
            return take_change(self._connection)

    def rebuild_skills(self) -> None:
        """Derive the skills from all events again. Other processes can write in the meantime."""
        with self._translate_errors():
            while True:
                skills, snapshot = self._projection.rebuild()
                with self._transaction():
                    if self._projection.commit_rebuild(skills, snapshot):
                        self._connection.execute("COMMIT")
                        return

    @cached_property
    def _projection(self) -> SkillProjection:
        # Here, because it loads the engine, which the list of exercises does without.
        from tutor.practice.storage.skill_projection import SkillProjection

        return SkillProjection(self._connection)

    def all_events(self) -> Iterator[Event]:
        """Yield every event in order, also those that a reset hides."""
        with self._translate_errors():
            for row in self._connection.execute(_ALL_EVENTS):
                yield from _to_events([row])

    def query(self, sql: str, parameters: Iterable[object] = ()) -> list[tuple[object, ...]]:
        """Return the rows of an SQL query on `active_event`: the events that no reset hides."""
        with self._translate_errors():
            create_active_view(self._connection)
            return self._connection.execute(sql, tuple(parameters)).fetchall()

    def close(self) -> None:
        with suppress(sqlite3.Error):
            self._connection.close()

    @contextmanager
    def _translate_errors(self) -> Iterator[None]:
        """Raise SQLite's errors as `StoreError`."""
        try:
            yield
        # UnicodeDecodeError: an error message of SQLite can quote invalid bytes.
        except (_InvalidRowError, UnicodeDecodeError) as error:
            raise DamagedFileError(self._path, self._identity) from error
        except sqlite3.Error as error:
            if is_damage(error) or (may_be_damage(error) and is_damaged(self._path)):
                raise DamagedFileError(self._path, self._identity) from error
            raise StoreError(describe_sqlite_error(error, self._path)) from error


def _is_in_read_only_folder(path: Path) -> bool:
    """Return whether a complete file, without a write-ahead log, is in a folder that this process can't write."""
    try:
        complete = path.stat().st_size > 0 and not path.with_name(path.name + "-wal").exists()
    except OSError:
        return False
    return complete and not os.access(path.parent, os.W_OK)


class _InvalidRowError(Exception):
    """A row is not a valid event: bytes of the file have changed."""


def _to_events(rows: Iterable[tuple[object, ...]]) -> list[Event]:
    try:
        return [Event.from_row(row) for row in rows]
    except ValueError as error:
        raise _InvalidRowError from error


def _ensure_file(path: Path) -> FileIdentity | None:
    """Create the file and its folder if they don't exist; return the file's identity."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            path.touch(mode=0o600)
        # SQLite would delete a log whose database is empty. (Checked in this order because a database that is
        # just being created is never empty once it has a log.)
        log = path.with_name(path.name + "-wal")
        if log.exists() and log.stat().st_size and not path.stat().st_size:
            raise DamagedFileError(path, file_identity(path))
    except OSError as error:
        raise StoreError(describe_unwritable(path, describe_os_error(error))) from error
    return file_identity(path)
