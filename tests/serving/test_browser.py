"""The page in a real browser: focus, keys, fingers, downloads, and a network that goes and comes back."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

pytest.importorskip("aiohttp", reason="the extra `serve` is not installed")
pytest.importorskip("textual_serve", reason="the extra `serve` is not installed")

from tests.support.browser import CHROMIUM, Browser, open_browser
from tests.support.web_client import Server, running_server
from tutor.practice.storage.store import Store

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from tests.support.browser import Page

pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")]

EXERCISE = "basics/plus"
_READY = "document.querySelector('#screen-keys [data-key=f2]')"
_SECONDS = 60.0


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    async with open_browser() as running:
        yield running


async def wait_until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(_SECONDS):
        while not is_so():  # noqa: ASYNC110
            await asyncio.sleep(0.05)


def answers_of(server: Server, learner: str) -> list[str]:
    path = server.learner_home(learner) / "progress.sqlite3"
    if not path.exists():
        return []
    with Store.open(path) as store:
        events = store.with_database(lambda database: list(database.all_events())) or []
    return [event.text for event in events if event.kind == "answer"]


def typed_in(server: Server, learner: str) -> str:
    """Return what a learner has typed and not checked."""
    path = server.learner_home(learner) / "place.json"
    drafts = json.loads(path.read_text("utf-8"))["drafts"] if path.exists() else []
    return "".join(answer["expression"] for draft in drafts for answer in draft[3].values())


async def open_exercise(chromium: Browser, server: Server, learner: str, **size: int) -> Page:
    page = await chromium.new_page(**size)
    await page.open(f"{server.address}?learner={learner}&open={EXERCISE}")
    await page.wait_for(_READY)
    return page


async def test_a_link_opens_an_exercise_that_takes_keys_at_once(chromium: Browser, tmp_path: Path) -> None:
    with running_server(tmp_path) as server:
        page = await open_exercise(chromium, server, "anna")
        await page.type("5")
        await page.press("Enter")
        await wait_until(lambda: answers_of(server, "anna") == ["5"])
        # Keys that the browser would reload or print with go to the tutor.
        visited = len(page.requests)
        for key, ctrl in (("F5", False), ("F3", False), ("r", True), ("p", True), ("F1", False)):
            await page.press(key, ctrl=ctrl)
        await page.press("Escape")
        assert len(page.requests) == visited
        hosts = {urlsplit(request).netloc for request in page.requests}
        assert hosts == {urlsplit(server.address).netloc}
        assert not [line for line in page.console if "Content Security Policy" in line or "Error" in line]


async def test_a_phone_has_keys_for_fingers_and_no_sideways_scrolling(chromium: Browser, tmp_path: Path) -> None:
    with running_server(tmp_path) as server:
        page = await chromium.new_page()
        await page.be_a_phone(390, 800)
        await page.open(f"{server.address}?learner=phone&open={EXERCISE}")
        await page.wait_for(_READY)
        assert await page.run("document.documentElement.scrollWidth <= innerWidth")
        assert await page.run("document.activeElement.tagName") == "TEXTAREA"
        await page.type("5")
        await tap_key(page, "enter")
        await wait_until(lambda: answers_of(server, "phone") == ["5"])
        # A tap on the keys leaves the keyboard where it is.
        assert await page.run("document.activeElement.tagName") == "TEXTAREA"
        await tap_key(page, "f2")
        await tap_key(page, "escape")
        await page.wait_for("!document.querySelector('#screen-keys [data-key=f2]')")


async def test_a_phone_that_is_turned_shows_everything_both_ways(chromium: Browser, tmp_path: Path) -> None:
    with running_server(tmp_path) as server:
        page = await chromium.new_page()
        await page.be_a_phone(800, 360)
        await page.open(f"{server.address}?learner=turned&open={EXERCISE}")
        # There are keys only where there is room for the exercise.
        await page.wait_for(_READY)
        await page.type("0.2")
        await wait_until(lambda: typed_in(server, "turned") == "0.2")
        await page.run("window.isBeforeTheTurn = true")
        await page.be_a_phone(360, 640)
        await page.wait_for(f"!window.isBeforeTheTurn && {_READY}")
        await page.type("5")
        await wait_until(lambda: typed_in(server, "turned") == "0.25")


async def tap_key(page: Page, key: str) -> None:
    x, y = await page.run(
        f"(() => {{ const key = document.querySelector('#keys [data-key={key}]'); key.scrollIntoView(); "
        "const box = key.getBoundingClientRect(); return [box.x + box.width / 2, box.y + box.height / 2] })()"
    )
    await page.tap(x, y)


async def test_a_page_finds_a_server_that_comes_back(chromium: Browser, tmp_path: Path) -> None:
    with running_server(tmp_path) as server:
        page = await open_exercise(chromium, server, "network")
        await page.type("5")
        await page.press("Enter")
        await page.type("0.2")
        await wait_until(lambda: typed_in(server, "network") == "0.2")
        server.kill()
        await page.wait_for("!document.body.dataset.connected")
        assert "connection is lost" in await page.run("document.getElementById('notice').innerText")
        # What is typed meanwhile is not lost either.
        await page.type("5")
    port = urlsplit(server.address).port
    assert port is not None
    with running_server(tmp_path, port=port) as server:
        await page.wait_for("document.body.dataset.connected")
        await wait_until(lambda: typed_in(server, "network") == "0.25")
        assert await page.run("document.getElementById('notice').hidden")
        assert answers_of(server, "network") == ["5"]


async def test_attempts_become_a_file_of_the_browser(chromium: Browser, tmp_path: Path) -> None:
    folder = tmp_path / "downloads"
    with running_server(tmp_path) as server:
        page = await open_exercise(chromium, server, "export")
        await page.call("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(folder))
        await page.type("5")
        await page.press("Enter")
        await wait_until(lambda: answers_of(server, "export") == ["5"])
        await page.press("p", ctrl=True)
        await page.type("download all")
        await page.press("Enter")
        await wait_until(lambda: (folder / "attempts.jsonl").exists())
        assert '"basics"' in (folder / "attempts.jsonl").read_text("utf-8")
        # The page is still there.
        assert await page.run("document.body.dataset.connected") == "yes"


async def test_a_pasted_text_reaches_the_answer(chromium: Browser, tmp_path: Path) -> None:
    with running_server(tmp_path) as server:
        page = await open_exercise(chromium, server, "paste")
        await page.call("Browser.grantPermissions", permissions=["clipboardReadWrite", "clipboardSanitizedWrite"])
        await page.call("Page.bringToFront")
        await page.run("navigator.clipboard.writeText('0.625')")
        await page.call(
            "Input.dispatchKeyEvent", type="rawKeyDown", key="v", code="KeyV", windowsVirtualKeyCode=86, modifiers=2,
            commands=["paste"],
        )  # fmt: skip
        await wait_until(lambda: typed_in(server, "paste") == "0.625")


async def test_plain_lines_are_a_log_that_screen_readers_read(chromium: Browser, tmp_path: Path) -> None:
    with running_server(tmp_path) as server:
        page = await chromium.new_page()
        await page.open(f"{server.address}?learner=reader&open={EXERCISE}")
        await page.wait_for(_READY)
        # The first link of the page leads there.
        await page.run("document.querySelector('a').click()")
        await page.wait_for("document.querySelector('[role=log]').textContent.includes('?')")
        assert await page.run("document.activeElement.id") == "line"
        await page.type("5")
        await page.press("Enter")
        await wait_until(lambda: answers_of(server, "reader") == ["5"])
        await page.wait_for("document.querySelector('[role=log]').textContent.includes('✓')")
