"""A server of the tutor as a process, and learners who connect to it without a browser: what they see, as text."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import aiohttp
import pyte

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

_SECONDS = 20.0


class Server:
    """A running server."""

    def __init__(self, process: subprocess.Popen[str], home: Path) -> None:
        assert process.stdout is not None
        self.process = process
        self.home = home
        first = process.stdout.readline()
        found = re.search(r"http://\S+/", first)
        self.address = found[0] if found else first.strip()

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(_SECONDS)

    def learner_home(self, learner: str) -> Path:
        return self.home / "serve" / "learners" / learner


@contextlib.contextmanager
def running_server(home: Path, *arguments: str, port: int = 0) -> Iterator[Server]:
    """Run a server with its data in a folder, at any free port."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tutor", "serve", "--port", str(port), *arguments],
        stdout=subprocess.PIPE,
        encoding="utf-8",
        env={**os.environ, "BACKPROP_TUTOR_HOME": str(home)},
        start_new_session=True,
    )
    try:
        yield Server(process, home)
    finally:
        process.terminate()
        process.wait(_SECONDS)


class Learner:
    """A learner's connection: a terminal of text, and the messages of the server."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, width: int, height: int) -> None:
        self._socket = socket
        self._screen = pyte.Screen(width, height)
        self._stream = pyte.ByteStream(self._screen)
        self.messages: list[list[Any]] = []
        #: All bytes that came, which are the text of a session in plain lines.
        self.received = b""
        self._news = asyncio.Event()
        self._reader = asyncio.create_task(self._read())

    async def _read(self) -> None:
        async for message in self._socket:
            if message.type is aiohttp.WSMsgType.BINARY:
                self.received += message.data
                # The emulator takes the request for a report of a mode for something else.
                self._stream.feed(re.sub(rb"\x1b\[\?2026\$p|\x1b\]22;[^\x07]*\x07", b"", message.data))
            elif message.type is aiohttp.WSMsgType.TEXT:
                self.messages.append(json.loads(message.data))
            self._news.set()
        self._news.set()

    @property
    def text(self) -> str:
        return "\n".join(self._screen.display)

    async def _wait(self, is_there: Any, what: str) -> None:
        try:
            async with asyncio.timeout(_SECONDS):
                while not is_there():
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            raise AssertionError(f"{what} does not come:\n{self.text}\n{self.messages}") from None

    async def see(self, text: str) -> None:
        """Wait until a text is on the screen."""
        await self._wait(lambda: text in self.text, text)

    async def read(self, text: str) -> None:
        """Wait until a session in plain lines has said something."""
        await self._wait(lambda: text in self.received.decode("utf-8", "replace"), text)

    async def hear(self, kind: str) -> Any:
        """Wait for a message of a kind, and return what it says."""
        await self._wait(lambda: any(message[0] == kind for message in self.messages), kind)
        return next(message[1] for message in self.messages if message[0] == kind)

    async def type(self, text: str) -> None:
        await self._socket.send_str(json.dumps(["stdin", text]))

    async def send(self, text: str) -> None:
        await self._socket.send_str(text)

    async def leave(self) -> None:
        """Go without a word, as a browser that is closed does."""
        await self._socket.close()
        await self._reader


@contextlib.asynccontextmanager
async def browser() -> AsyncIterator[aiohttp.ClientSession]:
    """Return a client that keeps cookies, as one browser does."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        yield session


async def ticket_of(session: aiohttp.ClientSession, address: str) -> str:
    """Return the ticket in a page."""
    async with session.get(address) as answer:
        text = await answer.text()
        found = re.search(r'data-ticket="([^"]+)"', text)
        assert found is not None, text
        return found[1]


async def connect(
    session: aiohttp.ClientSession,
    server: Server,
    query: str = "",
    *,
    size: tuple[int, int] = (100, 30),
    **headers: str,
) -> Learner:
    """Open a page, and the connection that it opens."""
    ticket = await ticket_of(session, f"{server.address}?{query}")
    kept = "&".join(re.findall(r"(?:open|plain|lang)=[^&]*", query))
    socket = await session.ws_connect(
        f"{server.address}ws/{ticket}?width={size[0]}&height={size[1]}&{kept}",
        headers=headers,
        max_msg_size=0,
    )
    return Learner(socket, *size)
