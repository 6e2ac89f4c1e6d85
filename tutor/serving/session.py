"""A learner's session: a process, and the page that shows it now. The page may go and another may come."""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.context import ForkServerProcess

    from tutor.serving.processes import Processes
    from tutor.serving.start import Start

log = logging.getLogger(__name__)

#: Seconds until a page that reads nothing counts as gone.
_STALLED_AFTER = 20.0
#: Seconds for the app to end by itself before its socket is closed.
_QUIT_WAIT = 3.0
#: What is kept of a session in plain lines for a page that comes later.
_MAX_LINES_BYTES = 20_000
#: Files that wait for their download.
_MAX_FILES = 8
#: The line that Textual's driver begins with.
_PRELUDE = b"__GANGLION__\n"

#: Why a page no longer shows a session.
Reason = Literal["quit", "idle", "elsewhere", "error", "stopping"]


class Page(Protocol):
    """The websocket of a page."""

    async def send_bytes(self, data: bytes) -> None: ...
    async def send_str(self, data: str) -> None: ...
    async def close(self) -> object: ...


@dataclass(frozen=True, slots=True)
class File:
    """A file for the learner to download."""

    name: str
    type: str
    content: bytes


class Session:
    """One learner at work. Everything is stored by the process; here are only the wires."""

    def __init__(self, processes: Processes, on_end: Callable[[Session], None], start: Start) -> None:
        """`on_end` is called when the process has ended."""
        self._start = start
        #: The last lines, for a page that comes later.
        self._lines = b""
        self._processes = processes
        self._on_end = on_end
        self._process: ForkServerProcess | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._pump: asyncio.Task[None] | None = None
        self._page: Page | None = None
        self._keys: str | None = None
        self._end_reason: Reason = "error"
        self.has_ended = False
        #: Files that were sent and wait for their download, by the secret end of their address.
        self.files: dict[str, File] = {}
        #: When the learner last did something, and since when there is no page, by the monotonic clock.
        self.last_input = time.monotonic()
        self.alone_since: float | None = None

    async def launch(self) -> None:
        """Start the process. Raise OSError if the system has none left."""
        try:
            self._process, connection = await self._processes.start(self._start)
            reader, self._writer = await asyncio.open_connection(sock=connection)
        except BaseException:
            self.has_ended = True
            self._on_end(self)
            raise
        self._pump = asyncio.create_task(self._run_pump(reader))

    def suits(self, wanted: Start) -> bool:
        """Return whether a page that wants to begin like this can be shown this session."""
        begun = self._start
        # Lines can't be led to another exercise from outside.
        is_elsewhere = wanted.plain and wanted.exercise not in ("", begun.exercise)
        return (begun.plain, begun.language) == (wanted.plain, wanted.language) and not is_elsewhere

    # --- the page ---

    async def attach(self, page: Page, *, width: int, height: int, is_new: bool) -> None:
        """Show the session on a page from now on, and no longer on the one before."""
        before, self._page, self.alone_since = self._page, page, None
        self.last_input = time.monotonic()
        if before is not None:
            await _dismiss(before, "elsewhere")
        if self._keys is not None:
            await page.send_str(self._keys)
        if self._start.plain:
            await self._show(lambda page: page.send_bytes(self._lines))
        elif not is_new:
            await self.send_meta({"type": "attach", "width": width, "height": height})

    def detach(self, page: Page) -> None:
        """Take note that a page has gone."""
        if self._page is page:
            self._page, self.alone_since = None, time.monotonic()

    # --- to the process ---

    async def type(self, text: str) -> None:
        """Pass on what the learner has typed."""
        self.last_input = time.monotonic()
        await self._send(b"D", text.encode("utf-8", errors="ignore"))

    async def send_meta(self, meta: dict[str, Any]) -> None:
        await self._send(b"M", json.dumps(meta).encode("utf-8"))

    async def _send(self, kind: bytes, payload: bytes) -> None:
        if self._writer is not None and payload:
            with suppress(OSError, RuntimeError):  # It has ended, which the pump finds.
                self._writer.write(kind + len(payload).to_bytes(4, "big") + payload)
                await self._writer.drain()

    # --- from the process ---

    async def _run_pump(self, reader: asyncio.StreamReader) -> None:
        try:
            if await reader.readexactly(len(_PRELUDE)) == _PRELUDE:
                while True:
                    kind = await reader.readexactly(1)
                    size = int.from_bytes(await reader.readexactly(4), "big")
                    await self._receive(kind, await reader.readexactly(size))
        except (asyncio.IncompleteReadError, OSError):
            if self._start.plain and self._end_reason == "error":
                self._end_reason = "quit"
        finally:
            await self._close()

    async def _receive(self, kind: bytes, payload: bytes) -> None:
        if kind == b"D":
            if self._start.plain:
                self._lines = (self._lines + payload)[-_MAX_LINES_BYTES:]
            await self._show(lambda page: page.send_bytes(payload))
        elif kind == b"M":
            meta = json.loads(payload)
            if meta["type"] == "exit":
                self._end_reason = "quit" if self._end_reason == "error" else self._end_reason
            elif meta["type"] == "keys":
                self._keys = json.dumps(["keys", meta["keys"]])
                await self._tell(self._keys)
            elif meta["type"] == "open_url":
                await self._tell(json.dumps(["open_url", {"url": meta["url"], "new_tab": meta["new_tab"]}]))
        elif kind == b"F":
            size = int.from_bytes(payload[:4], "big")
            head = json.loads(payload[4 : 4 + size])
            key = secrets.token_urlsafe(24)
            while len(self.files) >= _MAX_FILES:
                del self.files[next(iter(self.files))]
            self.files[key] = File(head["name"], head["type"], payload[4 + size :])
            await self._tell(json.dumps(["download", key]))

    async def _tell(self, text: str) -> None:
        await self._show(lambda page: page.send_str(text))

    async def _show(self, send: Callable[[Page], Any]) -> None:
        page = self._page
        if page is None:
            return
        try:
            await asyncio.wait_for(send(page), _STALLED_AFTER)
        except (OSError, RuntimeError, TimeoutError):
            self.detach(page)

    # --- the end ---

    async def end(self, reason: Reason) -> None:
        """Ask the process to end, and wait until it has stored what is left."""
        if self.has_ended:
            return
        self._end_reason = reason
        await self.send_meta({"type": "quit"})
        if self._pump is not None:
            with suppress(TimeoutError):
                await asyncio.wait_for(asyncio.shield(self._pump), _QUIT_WAIT)
        await self._close()

    async def _close(self) -> None:
        if self.has_ended:
            return
        self.has_ended = True
        self._on_end(self)
        page, self._page = self._page, None
        if self._writer is not None:
            self._writer.close()
        if page is not None:
            await _dismiss(page, self._end_reason)
        if self._process is not None:
            code = await self._processes.end(self._process)
            if code:
                log.warning("a session has ended with exit code %s", code)


async def _dismiss(page: Page, reason: Reason) -> None:
    """Tell a page why it no longer shows the session, and close it."""
    with suppress(OSError, RuntimeError, TimeoutError):
        await asyncio.wait_for(page.send_str(json.dumps(["ended", reason])), _QUIT_WAIT)
    with suppress(OSError, RuntimeError, TimeoutError):
        await asyncio.wait_for(page.close(), _QUIT_WAIT)
