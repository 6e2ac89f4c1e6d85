"""The processes of sessions, forked from one that has loaded the tutor once for all."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING

from tutor.served import DRIVER

if TYPE_CHECKING:
    from multiprocessing.context import ForkServerProcess

    from tutor.serving.start import Start

#: What Textual reads from the environment when it is imported, which is before the fork.
_ENVIRONMENT = {
    "TEXTUAL_DRIVER": DRIVER,
    "TEXTUAL_COLOR_SYSTEM": "truecolor",
    "TEXTUAL_DISABLE_KITTY_KEY": "1",
    "TERM": "xterm-256color",
}
_PRELOADED = "tutor.serving.session_process"
#: Seconds that a process has to store what is left when it is asked to end.
_END_WAIT = 5.0


class Processes:
    """Starts and ends the processes of sessions, on systems that can fork."""

    def __init__(self) -> None:
        os.environ.update(_ENVIRONMENT)
        for name in ("NO_COLOR", "COLUMNS", "LINES"):
            os.environ.pop(name, None)
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload([_PRELOADED])
        # The context is not made for several threads, and a start waits for the process that forks.
        self._executor = ThreadPoolExecutor(max_workers=1)

    @staticmethod
    def can_fork() -> bool:
        return "forkserver" in multiprocessing.get_all_start_methods()

    async def start(self, start: Start) -> tuple[ForkServerProcess, socket.socket]:
        """Start a session's process; return it, and our end of the socket that it talks on."""
        return await asyncio.get_running_loop().run_in_executor(self._executor, self._start, start)

    def _start(self, start: Start) -> tuple[ForkServerProcess, socket.socket]:
        ours, theirs = socket.socketpair()
        with theirs:
            process = self._context.Process(target=_run_session, args=(theirs, start), daemon=True)
            process.start()
        ours.setblocking(False)
        return process, ours

    async def end(self, process: ForkServerProcess) -> int | None:
        """Wait for a process whose socket is closed, and kill it if it doesn't end. Return its exit code."""
        return await asyncio.to_thread(_end, process)


def _end(process: ForkServerProcess) -> int | None:
    process.join(_END_WAIT)
    if process.exitcode is None:
        with suppress(OSError):
            process.kill()
        process.join(_END_WAIT)
    return process.exitcode


def _run_session(connection: socket.socket, start: Start) -> None:
    """Run a session in its process. The server only names this function, and loads nothing of the tutor."""
    import_module(_PRELOADED).run_session(connection, start)
