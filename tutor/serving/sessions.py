"""The sessions of all learners: one for each, up to a limit, and ended when they are unused."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from tutor.serving.session import Session

if TYPE_CHECKING:
    from tutor.serving.processes import Processes
    from tutor.serving.session import File, Page
    from tutor.serving.start import Start

#: Seconds without a key until a session ends, and without a page: one that is reloaded comes back at once.
IDLE_AFTER = 30 * 60.0
ALONE_AFTER = 5 * 60.0
_SWEEP_INTERVAL = 10.0


class NoRoomError(Exception):
    """As many sessions as there may be are in use."""


class Sessions:
    """The sessions by learner."""

    def __init__(
        self, processes: Processes, limit: int, *, idle_after: float = IDLE_AFTER, alone_after: float = ALONE_AFTER
    ) -> None:
        self.limit = limit
        self._processes = processes
        self._idle_after, self._alone_after = idle_after, alone_after
        self._sessions: dict[str, Session] = {}
        self._launches: dict[Session, asyncio.Task[None]] = {}
        self._ends: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._sessions)

    def has_room(self, learner: str) -> bool:
        """Return whether this learner can work now."""
        return learner in self._sessions or len(self._sessions) < self.limit or self._find_unused() is not None

    async def attach(self, learner: str, start: Start, page: Page) -> Session:
        """Show a learner's session on a page, a new one if there is none. Raise NoRoomError, OSError."""
        session, is_new = await self._find_or_launch(learner, start)
        if session.has_ended:
            # It was about to end when it was found.
            session, is_new = await self._find_or_launch(learner, start)
        await session.attach(page, width=start.width, height=start.height, is_new=is_new)
        if start.exercise and not is_new and not start.plain:
            await session.send_meta({"type": "open", "exercise": start.exercise})
        return session

    async def _find_or_launch(self, learner: str, start: Start) -> tuple[Session, bool]:
        """Return the learner's session, and whether it is new."""
        session = self._sessions.get(learner)
        if session is not None and not session.suits(start):
            # The same learner wants to work in the other way, or in the other language.
            self._forget(learner, session)
            await session.end("elsewhere")
            session = self._sessions.get(learner)
        is_new = session is None
        if session is None:
            self._make_room()
            session = Session(self._processes, lambda ended: self._forget(learner, ended), start)
            self._sessions[learner] = session
            self._launches[session] = asyncio.create_task(session.launch())
        if (launch := self._launches.get(session)) is not None:
            await asyncio.shield(launch)
        return session, is_new

    def take_file(self, learner: str, key: str) -> File | None:
        """Return a file that waits for this learner, which is given out once."""
        session = self._sessions.get(learner)
        return session.files.pop(key, None) if session is not None else None

    def _forget(self, learner: str, session: Session) -> None:
        self._launches.pop(session, None)
        if self._sessions.get(learner) is session:
            del self._sessions[learner]

    def _find_unused(self) -> Session | None:
        """Return the session that has been without a page for the longest time."""
        alone = [session for session in self._sessions.values() if session.alone_since is not None]
        return min(alone, key=lambda session: session.alone_since or 0.0, default=None)

    def _make_room(self) -> None:
        if len(self._sessions) < self.limit:
            return
        unused = self._find_unused()
        if unused is None:
            raise NoRoomError
        learner = next(name for name, session in self._sessions.items() if session is unused)
        self._forget(learner, unused)
        self._end_later(unused)

    def _end_later(self, session: Session) -> None:
        task = asyncio.create_task(session.end("idle"))
        self._ends.add(task)
        task.add_done_callback(self._ends.discard)

    async def run_sweeps(self) -> None:
        """End unused sessions until this is cancelled."""
        while True:
            await asyncio.sleep(min(_SWEEP_INTERVAL, self._idle_after, self._alone_after))
            now = time.monotonic()
            for session in list(self._sessions.values()):
                is_alone = session.alone_since is not None and now - session.alone_since > self._alone_after
                if is_alone or now - session.last_input > self._idle_after:
                    self._end_later(session)

    async def end_all(self) -> None:
        """End every session, and wait until each has stored what is left."""
        with suppress(asyncio.CancelledError):
            await asyncio.gather(*(session.end("stopping") for session in list(self._sessions.values())), *self._ends)
