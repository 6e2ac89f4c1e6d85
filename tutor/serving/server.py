"""The life of the server: its start, and its end with that of all sessions."""

from __future__ import annotations

import asyncio
import logging
import signal
from typing import TYPE_CHECKING

from aiohttp import web

from tutor.serving.sessions import Sessions
from tutor.serving.web_app import make_app

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from tutor.serving.identity import Signer
    from tutor.serving.learners import Learners
    from tutor.serving.processes import Processes
    from tutor.serving.site import Limits, Site

_SHUTDOWN_SECONDS = 5.0


def serve(
    listening: socket.socket,
    site: Site,
    signer: Signer,
    learners: Learners,
    processes: Processes,
    limits: Limits,
    on_ready: Callable[[], None],
) -> None:
    """Serve until a signal ends it."""
    logging.basicConfig(format="%(asctime)s %(message)s", level=logging.WARNING)
    sessions = Sessions(processes, limits.sessions, idle_after=limits.idle_after, alone_after=limits.alone_after)
    asyncio.run(_serve(listening, make_app(site, signer, learners, sessions), on_ready))


async def _serve(listening: socket.socket, app: web.Application, on_ready: Callable[[], None]) -> None:
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=_SHUTDOWN_SECONDS)
    await runner.setup()
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    try:
        await web.SockSite(runner, listening).start()
        on_ready()
        await stopped.wait()
    finally:
        await runner.cleanup()
