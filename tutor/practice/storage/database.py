"""The progress file: opening it, adding events, asking it."""

from __future__ import annotations

import os
import sqlite3
from contextlib import contextmanager, suppress
from operator import attrgetter
from typing import TYPE_CHECKING

from tutor.i18n import describe_os_error
from tutor.practice.event import COLUMNS, Event
from tutor.practice.storage import resets, skill_projection
from tutor.practice.storage.errors import (
    DamagedFileError,
    NewerFormatError,
    StoreError,
    describe_sqlite_error,
    describe_unwritable,
    from_sqlite_error,
)
from tutor.practice.storage.migrations import APPLICATION_ID, SCHEMA_VERSION, migrate, schema_version
from tutor.practice.storage.quarantine import FileIdentity, file_identity
from tutor.practice.storage.resets import RESET_KINDS, Reset

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from tutor.practice.mastery import Skill


_row_values = attrgetter(*COLUMNS)
_COLUMNS = ", ".join(COLUMNS)
_INSERT = f"INSERT INTO event ({_COLUMNS}) VALUES ({', '.join('?' * len(COLUMNS))})"
_ALL_EVENTS = f"SELECT {_COLUMNS} FROM event ORDER BY seq"
_LAST_EVENT = f"SELECT {_COLUMNS} FROM event ORDER BY seq DESC LIMIT 1"
_LATEST_TRY = f"""
SELECT {_COLUMNS} FROM event WHERE worksheet = (
    SELECT worksheet FROM event WHERE pack = ? AND exercise = ? AND kind = 'begin' AND seq > ?
    ORDER BY seq DESC LIMIT 1
) ORDER BY seq
"""
# Leaps through the index from the last event of one (pack, exercise, kind) to that of the one before: the time grows
# with the number of exercises, not with the number of events. (Compared as one row value, SQLite would walk through
# all events; with UNION ALL the leaps would go in a circle for ever where a damaged index leads back.)
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
SELECT pack, exercise, kind, worksheet, seq FROM event WHERE seq IN (SELECT seq FROM leap) ORDER BY seq
"""


class Database:
    """A progress file that is open. Every method raises `Trouble`, or `Damaged` where it finds damage.

    `frozen` tells that it lies on a disk that can't be written, and is read as it stood when it was opened.
    """

    def __init__(self, path: Path, timeout: float) -> None:
        """Open the file at `path`, or make it; wait `patience` seconds at most for another process."""
        self._path = path
        self._identity = _ensure_file(path)
        self.read_only = False
        self._latest_cache: tuple[tuple[int, int], list[tuple[str, str, str, str]]] | None = None
        try:
            with self._translate_errors():
                self._open(str(path), timeout)
        except StoreError as trouble:
            if isinstance(trouble, DamagedFileError) or not _is_on_read_only_disk(path):
                raise
            # On a disk that can't be written SQLite can't make what it shares with other processes, of which none
            # can change anything either.
            self.read_only = True
            with self._translate_errors():
                self._open(f"{path.as_uri()}?immutable=1", timeout)

    def _open(self, name: str, timeout: float) -> None:
        self._connection = sqlite3.connect(name, timeout=timeout, isolation_level=None, uri=self.read_only)
        # A text with a wrong byte in it is still worth having.
        self._connection.text_factory = lambda text: text.decode("utf-8", "replace")
        try:
            self._prepare()
        except BaseException:
            self.close()
            raise

    def _prepare(self) -> None:
        connection = self._connection
        # All in one view of the file: another process may be making it at this moment.
        connection.execute("BEGIN")
        ours = connection.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID
        found = schema_version(connection)
        empty = not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        connection.execute("COMMIT")
        if not (ours and found > 0) and not (empty and found == 0):
            raise DamagedFileError(self._path, self._identity, was_progress_file=ours)
        self._refuse_newer(found)
        if found < SCHEMA_VERSION:
            self._migrate()
        # Refused while another process does the same; then that one's doing is enough.
        with suppress(sqlite3.OperationalError):
            connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA fullfsync = ON")  # macOS: down to the disk, not only to its cache
        connection.execute("PRAGMA cell_size_check = ON")
        _to_events(connection.execute(_LAST_EVENT))

    def _migrate(self) -> None:
        try:
            migrate(self._connection)
        except sqlite3.OperationalError as error:
            # No sign of damage, whatever it is: this step is ours, and the file is as it was.
            raise StoreError(describe_sqlite_error(error, self._path)) from error

    def _refuse_newer(self, found: int) -> None:
        if found > SCHEMA_VERSION:
            raise NewerFormatError(self._path)

    @property
    def is_in_place(self) -> bool:
        """Whether the file is still the one at its path: nobody has moved or removed it."""
        return file_identity(self._path) == self._identity

    def check_writable(self) -> None:
        """See whether events could be written; nothing is."""
        with self._translate_errors(), self._transaction():
            # SQLite lets a transaction on a read-only file begin: only a change tells.
            self._connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")

    def write(self, events: Iterable[Event], timeout: float | None = None) -> int:
        """Add events, all or none, with what they come to; they are on the disk when this returns.

        One already there stays. How many were new.
        """
        events = list(events)
        skill_projection.preload(events)
        with self._translate_errors():
            if timeout is not None:
                self._connection.execute(f"PRAGMA busy_timeout = {round(1000 * timeout)}")
            with self._transaction():
                new = [event for event in events if self._insert(event)]
                skill_projection.apply_events(self._connection, new)
                self._connection.execute("COMMIT")
                return len(new)

    def _insert(self, event: Event) -> bool:
        """Whether it was added: False for one that was there."""
        return self._connection.execute(_INSERT, _row_values(event)).rowcount > 0

    def merge(self, events: Iterable[Event]) -> int:
        """Add events of another computer, each at its time among those that are here; how many were new."""
        from tutor.practice.storage.merge import merge_by_time

        with self._translate_errors(), self._transaction():
            here = {id for (id,) in self._connection.execute("SELECT id FROM event")}
            new = [event for event in {event.id: event for event in events}.values() if event.id not in here]
            if new:
                for event in new:
                    self._insert(event)
                merge_by_time(self._connection, len(new))
                skill_projection.invalidate(self._connection)
            self._connection.execute("COMMIT")
            return len(new)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """A transaction with the file to ourselves, taken back unless it is committed within."""
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            self._refuse_newer(schema_version(self._connection))
            yield
        finally:
            if self._connection.in_transaction:
                with suppress(sqlite3.Error):
                    self._connection.execute("ROLLBACK")

    def latest_try(self, pack: str, exercise: str) -> list[Event]:
        """All events of the try of this exercise that was begun last, in order."""
        with self._translate_errors():
            since = resets.reset_sequence(resets.active_resets(self._connection), pack, exercise)
            return _to_events(self._connection.execute(_LATEST_TRY, (pack, exercise, since)))

    def latest_by_kind(self) -> list[tuple[str, str, str, str]]:
        """(pack, exercise, kind, worksheet) of the last event of each kind in each exercise, in order."""
        with self._translate_errors():
            # The first number tells of what other connections changed, the second of our own changes.
            (others,) = self._connection.execute("PRAGMA data_version").fetchone()
            now = others, self._connection.total_changes
            if self._latest_cache is None or self._latest_cache[0] != now:
                active = resets.active_resets(self._connection)
                found = [
                    (pack, exercise, kind, worksheet)
                    for pack, exercise, kind, worksheet, seq in self._connection.execute(_LATEST_BY_KIND)
                    if kind not in RESET_KINDS and seq > resets.reset_sequence(active, pack, exercise)
                ]
                self._latest_cache = now, found
            return self._latest_cache[1]

    def resets(self) -> list[Reset]:
        """The resets that hold, oldest first."""
        with self._translate_errors():
            return resets.active_resets(self._connection)

    def due_rules(self, day: str) -> list[str] | None:
        """The rules that are due on a day, the longest waiting first; None where the skills must be made first."""
        with self._translate_errors():
            return skill_projection.due_rules(self._connection, day)

    def skills(self) -> Mapping[str, Skill] | None:
        """How things stand with every rule that was practised; None where the skills must be made first."""
        with self._translate_errors():
            return skill_projection.load_skills(self._connection)

    def rebuild_skills(self) -> None:
        """Make the skills anew from all events. Others can write in the meantime."""
        with self._translate_errors():
            while True:
                found, last = skill_projection.rebuild(self._connection)
                with self._transaction():
                    if skill_projection.commit_rebuild(self._connection, found, last):
                        self._connection.execute("COMMIT")
                        return

    def all_events(self) -> Iterator[Event]:
        """Every event, in order; also what was reset."""
        with self._translate_errors():
            for row in self._connection.execute(_ALL_EVENTS):
                yield from _to_events([row])

    def query(self, sql: str, parameters: Iterable[object] = ()) -> list[tuple[object, ...]]:
        """The answer to a question in SQL about `lasting`: the events without what was reset."""
        with self._translate_errors():
            resets.create_active_view(self._connection)
            return self._connection.execute(sql, tuple(parameters)).fetchall()

    def close(self) -> None:
        with suppress(sqlite3.Error):
            self._connection.close()

    @contextmanager
    def _translate_errors(self) -> Iterator[None]:
        """Say what SQLite finds wrong as a `Trouble`."""
        try:
            yield
        except (_InvalidEventRow, UnicodeDecodeError) as error:  # of SQLite's complaint, when it quotes wrong bytes
            raise DamagedFileError(self._path, self._identity) from error
        except sqlite3.Error as error:
            raise from_sqlite_error(error, self._path, self._identity) from error


def _is_on_read_only_disk(path: Path) -> bool:
    """Whether a file that is all there stands where nothing can be made."""
    try:
        whole = path.stat().st_size > 0 and not path.with_name(path.name + "-wal").exists()
        return whole and bool(os.statvfs(path.parent).f_flag & os.ST_RDONLY)
    except (OSError, AttributeError):  # Windows has no such question
        return False


class _InvalidEventRow(Exception):
    """A row holds what no event can: bytes of the file have changed."""


def _to_events(rows: Iterable[tuple[object, ...]]) -> list[Event]:
    try:
        return [Event(**dict(zip(COLUMNS, row, strict=True))) for row in rows]  # type: ignore[arg-type]
    except ValueError as error:
        raise _InvalidEventRow from error


def _ensure_file(path: Path) -> FileIdentity | None:
    """Make sure that there is a file, in a folder, and say which."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            path.touch(mode=0o600)
        # A log without its database: SQLite would throw it away. (Looked at in this order, as the log of a
        # database that is just being made never comes before it.)
        log = path.with_name(path.name + "-wal")
        if log.exists() and log.stat().st_size and not path.stat().st_size:
            raise DamagedFileError(path, file_identity(path))
    except OSError as error:
        raise StoreError(describe_unwritable(path, describe_os_error(error))) from error
    return file_identity(path)
