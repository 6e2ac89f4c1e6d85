"""The progress file: opening it, adding events, asking it."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING

from tutor.practice import derived, resets
from tutor.practice.aside import Identity, identity
from tutor.practice.event import COLUMNS, Event
from tutor.practice.resets import RESETTING, Reset
from tutor.practice.schema import APPLICATION_ID, VERSION, migrate, version
from tutor.practice.trouble import Damaged, Newer, Trouble, notice, trouble_with, unusable
from tutor.system_errors import reason

if TYPE_CHECKING:
    from tutor.practice.standing import Skill


_row = attrgetter(*COLUMNS)
_COLUMNS = ", ".join(COLUMNS)
_INSERT = f"INSERT INTO event ({_COLUMNS}) VALUES ({', '.join('?' * len(COLUMNS))})"
_ALL = f"SELECT {_COLUMNS} FROM event ORDER BY seq"
_LAST = f"SELECT {_COLUMNS} FROM event ORDER BY seq DESC LIMIT 1"
_LATEST_TRY = f"""
SELECT {_COLUMNS} FROM event WHERE worksheet = (
    SELECT worksheet FROM event WHERE pack = ? AND exercise = ? AND kind = 'begin' AND seq > ?
    ORDER BY seq DESC LIMIT 1
) ORDER BY seq
"""
# Leaps through the index from the last event of one (pack, exercise, kind) to that of the one before: the time grows
# with the number of exercises, not with the number of events. (Compared as one row value, SQLite would walk through
# all events; with UNION ALL the leaps would go in a circle for ever where a damaged index leads back.)
_STANDINGS = """
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

    def __init__(self, path: Path, patience: float) -> None:
        """Open the file at `path`, or make it; wait `patience` seconds at most for another process."""
        self._path = path
        self._which = _present(path)
        self.frozen = False
        self._standings: tuple[tuple[int, int], list[tuple[str, str, str, str]]] | None = None
        try:
            with self._told():
                self._open(str(path), patience)
        except Trouble as trouble:
            if isinstance(trouble, Damaged) or not _read_only(path):
                raise
            # On a disk that can't be written SQLite can't make what it shares with other processes, of which none
            # can change anything either.
            self.frozen = True
            with self._told():
                self._open(f"{path.as_uri()}?immutable=1", patience)

    def _open(self, name: str, patience: float) -> None:
        self._connection = sqlite3.connect(name, timeout=patience, isolation_level=None, uri=self.frozen)
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
        found = version(connection)
        empty = not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        connection.execute("COMMIT")
        if not (ours and found > 0) and not (empty and found == 0):
            raise Damaged(self._path, self._which, ours=ours)
        self._refuse_newer(found)
        if found < VERSION:
            self._migrate()
        # Refused while another process does the same; then that one's doing is enough.
        with suppress(sqlite3.OperationalError):
            connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA fullfsync = ON")  # macOS: down to the disk, not only to its cache
        connection.execute("PRAGMA cell_size_check = ON")
        _events(connection.execute(_LAST))

    def _migrate(self) -> None:
        try:
            migrate(self._connection)
        except sqlite3.OperationalError as error:
            # No sign of damage, whatever it is: this step is ours, and the file is as it was.
            raise Trouble(notice(error, self._path)) from error

    def _refuse_newer(self, found: int) -> None:
        if found > VERSION:
            raise Newer(self._path)

    @property
    def in_place(self) -> bool:
        """Whether the file is still the one at its path: nobody has moved or removed it."""
        return identity(self._path) == self._which

    def probe(self) -> None:
        """See whether events could be written; nothing is."""
        with self._told(), self._writing():
            # SQLite lets a transaction on a read-only file begin: only a change tells.
            self._connection.execute(f"PRAGMA user_version = {VERSION}")

    def write(self, events: Iterable[Event], patience: float | None = None) -> int:
        """Add events, all or none, with what they come to; they are on the disk when this returns.

        One already there stays. How many were new.
        """
        events = list(events)
        derived.get_ready(events)
        with self._told():
            if patience is not None:
                self._connection.execute(f"PRAGMA busy_timeout = {round(1000 * patience)}")
            with self._writing():
                new = [event for event in events if self._insert(event)]
                derived.take(self._connection, new)
                self._connection.execute("COMMIT")
                return len(new)

    def _insert(self, event: Event) -> bool:
        """Whether it was added: False for one that was there."""
        return self._connection.execute(_INSERT, _row(event)).rowcount > 0

    def merge(self, events: Iterable[Event]) -> int:
        """Add events of another computer, each at its time among those that are here; how many were new."""
        from tutor.practice.merging import merge

        with self._told(), self._writing():
            here = {id for (id,) in self._connection.execute("SELECT id FROM event")}
            new = [event for event in {event.id: event for event in events}.values() if event.id not in here]
            if new:
                for event in new:
                    self._insert(event)
                merge(self._connection, len(new))
                derived.forget(self._connection)
            self._connection.execute("COMMIT")
            return len(new)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """A transaction with the file to ourselves, taken back unless it is committed within."""
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            self._refuse_newer(version(self._connection))
            yield
        finally:
            if self._connection.in_transaction:
                with suppress(sqlite3.Error):
                    self._connection.execute("ROLLBACK")

    def latest_try(self, pack: str, exercise: str) -> list[Event]:
        """All events of the try of this exercise that was begun last, in order."""
        with self._told():
            since = resets.boundary(resets.active(self._connection), pack, exercise)
            return _events(self._connection.execute(_LATEST_TRY, (pack, exercise, since)))

    def standings(self) -> list[tuple[str, str, str, str]]:
        """(pack, exercise, kind, worksheet) of the last event of each kind in each exercise, in order."""
        with self._told():
            # The first number tells of what other connections changed, the second of our own changes.
            (others,) = self._connection.execute("PRAGMA data_version").fetchone()
            now = others, self._connection.total_changes
            if self._standings is None or self._standings[0] != now:
                active = resets.active(self._connection)
                found = [
                    (pack, exercise, kind, worksheet)
                    for pack, exercise, kind, worksheet, seq in self._connection.execute(_STANDINGS)
                    if kind not in RESETTING and seq > resets.boundary(active, pack, exercise)
                ]
                self._standings = now, found
            return self._standings[1]

    def resets(self) -> list[Reset]:
        """The resets that hold, oldest first."""
        with self._told():
            return resets.active(self._connection)

    def due(self, day: str) -> list[str] | None:
        """The rules that are due on a day, the longest waiting first; None where the skills must be made first."""
        with self._told():
            return derived.due(self._connection, day)

    def skills(self) -> Mapping[str, Skill] | None:
        """How things stand with every rule that was practised; None where the skills must be made first."""
        with self._told():
            return derived.skills(self._connection)

    def make_skills(self) -> None:
        """Make the skills anew from all events. Others can write in the meantime."""
        with self._told():
            while True:
                found, last = derived.replay(self._connection)
                with self._writing():
                    if derived.store_replayed(self._connection, found, last):
                        self._connection.execute("COMMIT")
                        return

    def all(self) -> Iterator[Event]:
        """Every event, in order; also what was reset."""
        with self._told():
            for row in self._connection.execute(_ALL):
                yield from _events([row])

    def ask(self, question: str, values: Iterable[object] = ()) -> list[tuple[object, ...]]:
        """The answer to a question in SQL about `lasting`: the events without what was reset."""
        with self._told():
            resets.view(self._connection)
            return self._connection.execute(question, tuple(values)).fetchall()

    def close(self) -> None:
        with suppress(sqlite3.Error):
            self._connection.close()

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Say what SQLite finds wrong as a `Trouble`."""
        try:
            yield
        except (_NotAnEvent, UnicodeDecodeError) as error:  # of SQLite's complaint, when it quotes wrong bytes
            raise Damaged(self._path, self._which) from error
        except sqlite3.Error as error:
            raise trouble_with(error, self._path, self._which) from error


def _read_only(path: Path) -> bool:
    """Whether a file that is all there stands where nothing can be made."""
    try:
        whole = path.stat().st_size > 0 and not path.with_name(path.name + "-wal").exists()
        return whole and bool(os.statvfs(path.parent).f_flag & os.ST_RDONLY)
    except (OSError, AttributeError):  # Windows has no such question
        return False


class _NotAnEvent(Exception):
    """A row holds what no event can: bytes of the file have changed."""


def _events(rows: Iterable[tuple[object, ...]]) -> list[Event]:
    try:
        return [Event(**dict(zip(COLUMNS, row, strict=True))) for row in rows]  # type: ignore[arg-type]
    except ValueError as error:
        raise _NotAnEvent from error


def _present(path: Path) -> Identity | None:
    """Make sure that there is a file, in a folder, and say which."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            path.touch(mode=0o600)
        # A log without its database: SQLite would throw it away. (Looked at in this order, as the log of a
        # database that is just being made never comes before it.)
        log = path.with_name(path.name + "-wal")
        if log.exists() and log.stat().st_size and not path.stat().st_size:
            raise Damaged(path, identity(path))
    except OSError as error:
        raise Trouble(unusable(path, reason(error))) from error
    return identity(path)
