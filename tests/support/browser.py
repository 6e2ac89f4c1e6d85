"""A headless Chromium, driven by its own protocol as a person would use it: pages, keys, taps and pictures."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import itertools
import json
import shutil
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
_SECONDS = 60.0
#: What a script gets as its answer when the page it ran in has gone, because another address was opened.
_PAGE_HAS_GONE = ("navigated or closed", "context was destroyed", "Cannot find context", "context with specified id")
_KEYS = {
    "Enter": ("\r", 13),
    "Tab": ("\t", 9),
    "Escape": ("", 27),
    "ArrowDown": ("", 40),
    "ArrowUp": ("", 38),
    **{f"F{number}": ("", 111 + number) for number in range(1, 13)},
}


class PageHasGoneError(Exception):
    """The page that a script ran in has made way for another one."""


class Page:
    """A page of the browser."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)
        self._answers: dict[int, asyncio.Future[Any]] = {}
        #: The addresses that the page has asked for, and what its console says.
        self.requests: list[str] = []
        self.console: list[str] = []
        self._reader = asyncio.create_task(self._read())

    async def _read(self) -> None:
        async for message in self._socket:
            data = json.loads(message.data)
            if "id" in data:
                self._answers.pop(data["id"]).set_result(data)
            elif data["method"] == "Network.requestWillBeSent":
                self.requests.append(data["params"]["request"]["url"])
            elif data["method"] == "Network.webSocketCreated":
                self.requests.append(data["params"]["url"])
            elif data["method"] == "Log.entryAdded":
                self.console.append(data["params"]["entry"]["text"])
            elif data["method"] == "Runtime.exceptionThrown":
                self.console.append(str(data["params"]["exceptionDetails"]))

    async def call(self, method: str, **parameters: Any) -> Any:
        number = next(self._numbers)
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        await self._socket.send_str(json.dumps({"id": number, "method": method, "params": parameters}))
        data = await asyncio.wait_for(answer, _SECONDS)
        if "error" in data and any(reason in data["error"]["message"] for reason in _PAGE_HAS_GONE):
            raise PageHasGoneError(data["error"]["message"])
        assert "error" not in data, data
        return data["result"]

    async def run(self, script: str) -> Any:
        """Return what a script in the page evaluates to."""
        result = await self.call(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True, userGesture=True
        )
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    async def wait_for(self, script: str) -> None:
        """Wait until a script in the page evaluates to something true. While a page loads it may fail."""
        async with asyncio.timeout(_SECONDS):
            # The page doesn't tell when it changes.
            while not await self._is_true(script):  # noqa: ASYNC110
                await asyncio.sleep(0.05)

    async def _is_true(self, script: str) -> bool:
        try:
            return bool(await self.run(f"(() => {{ try {{ return Boolean({script}) }} catch {{ return false }} }})()"))
        except PageHasGoneError:
            return False

    async def open(self, address: str) -> None:
        await self.call("Page.navigate", url=address)

    async def type(self, text: str) -> None:
        for letter in text:
            await self.call("Input.dispatchKeyEvent", type="keyDown", text=letter, key=letter)
            await self.call("Input.dispatchKeyEvent", type="keyUp", key=letter)

    async def press(self, key: str, *, ctrl: bool = False) -> None:
        text, code = _KEYS.get(key, ("", ord(key[0].upper())))
        named = {"key": key, "code": key if key in _KEYS else f"Key{key.upper()}", "windowsVirtualKeyCode": code}
        extra = {"text": text} if text else {}
        kind = "keyDown" if text else "rawKeyDown"
        await self.call("Input.dispatchKeyEvent", type=kind, modifiers=2 if ctrl else 0, **named, **extra)
        await self.call("Input.dispatchKeyEvent", type="keyUp", modifiers=2 if ctrl else 0, **named)

    async def tap(self, x: float, y: float) -> None:
        await self.call("Input.dispatchTouchEvent", type="touchStart", touchPoints=[{"x": x, "y": y}])
        await self.call("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])

    async def be_a_phone(self, width: int, height: int) -> None:
        await self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=0, mobile=True
        )
        await self.call("Emulation.setTouchEmulationEnabled", enabled=True)

    async def save_picture(self, path: Path) -> None:
        picture = await self.call("Page.captureScreenshot", format="png")
        await asyncio.to_thread(path.write_bytes, base64.b64decode(picture["data"]))


@contextlib.asynccontextmanager
async def open_browser(*arguments: str) -> AsyncIterator[Browser]:
    """Start a browser with a profile of its own."""
    assert CHROMIUM is not None
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = await asyncio.create_subprocess_exec(
            CHROMIUM,
            *("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--no-first-run", "--hide-scrollbars"),
            *(f"--user-data-dir={profile}", "--remote-debugging-port=0", *arguments, "about:blank"),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            port = await asyncio.to_thread(_wait_for_port, Path(profile, "DevToolsActivePort"))
            async with aiohttp.ClientSession() as session:
                yield Browser(session, port)
        finally:
            process.terminate()
            await process.wait()


def _wait_for_port(file: Path) -> int:
    """Return the port that a browser has written into a file of its profile."""
    deadline = time.monotonic() + _SECONDS
    while not (file.exists() and file.read_text().count("\n")):
        assert time.monotonic() < deadline, "the browser does not start"
        time.sleep(0.05)
    return int(file.read_text().split()[0])


class Browser:
    """A running browser."""

    def __init__(self, session: aiohttp.ClientSession, port: int) -> None:
        self._session = session
        self._address = f"http://127.0.0.1:{port}/json"

    async def new_page(self, width: int = 1000, height: int = 640) -> Page:
        async with self._session.put(f"{self._address}/new?about:blank") as answer:
            target = await answer.json()
        page = Page(await self._session.ws_connect(target["webSocketDebuggerUrl"], max_msg_size=0))
        for domain in ("Page", "Network", "Runtime", "Log"):
            await page.call(f"{domain}.enable")
        await page.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False
        )
        return page
