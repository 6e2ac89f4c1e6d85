"""The tutor on a real JupyterHub: two learners, one in a browser and one with a plain websocket.

Needs JupyterHub, JupyterLab, jupyter-server-proxy, Playwright and Chromium beside the installed program, and the command
of configurable-http-proxy in BACKPROP_TUTOR_HUB_PROXY. BACKPROP_TUTOR_HUB_CHART names the folder of Zero to JupyterHub's
chart, whose schema the values in the guide are checked against.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyte
import pytest

from tests.support.jupyterhub import PASSWORD, TIMEOUT, Hub, guide_values, running_hub, wait_until
from tutor.practice.class_files import ClassFile, read_class_file

pytest.importorskip("jupyterhub", reason="needs JupyterHub")
aiohttp = pytest.importorskip("aiohttp")
playwright = pytest.importorskip("playwright.async_api")

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
PROXY = os.environ.get("BACKPROP_TUTOR_HUB_PROXY", "")
CHART = os.environ.get("BACKPROP_TUTOR_HUB_CHART", "")
pytestmark = pytest.mark.skipif(not (BROWSER and PROXY), reason="needs Chromium and configurable-http-proxy")

STORE = Path(".local", "share", "backprop-tutor", "progress.sqlite3")
EXERCISE = "basics/plus"
WIDTH, HEIGHT = 100, 30


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    default_url = guide_values()["singleuser"]["defaultUrl"]
    with running_hub(tmp_path_factory.mktemp("hub"), PROXY, default_url) as running:
        yield running


async def wait_for(found: Callable[[], object], hub: Hub) -> None:
    """Wait until something is found; fail with the end of the hub's log if it never is."""
    for _poll in range(int(TIMEOUT / 0.2)):
        if found():
            return
        await asyncio.sleep(0.2)
    raise AssertionError(hub.log.read_text("utf-8", errors="replace")[-5000:])


def answers(hub: Hub, user: str) -> list[tuple[str, str]]:
    """Return the exercise and the text of every answer in a user's progress file."""
    store = hub.home(user) / STORE
    if not store.exists():
        return []
    events = [attempt.event for attempt in read_class_file(ClassFile(store, user))]
    return [(f"{event.pack}/{event.exercise}", event.text or "") for event in events if event.kind == "answer"]


# --- a learner with a plain client ---


async def log_in(client: Any, hub: Hub, user: str) -> None:
    """Log in at the hub, and at the user's server when it runs."""
    await client.get(f"{hub.url}/hub/login")
    token = next(cookie.value for cookie in client.cookie_jar if cookie.key == "_xsrf")
    form = {"username": user, "password": PASSWORD, "_xsrf": token}
    await client.post(f"{hub.url}/hub/login", data=form)
    for _poll in range(int(TIMEOUT)):
        reply = await client.get(f"{hub.url}/user/{user}/server-proxy/servers-info")
        if reply.content_type == "application/json":
            return
        await asyncio.sleep(1)
    raise AssertionError(hub.log.read_text("utf-8", errors="replace")[-5000:])


@asynccontextmanager
async def new_client() -> AsyncIterator[Any]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as client:
        yield client


class Terminal:
    """What a page would show of a session."""

    def __init__(self, socket: Any) -> None:
        self.socket = socket
        self.screen = pyte.Screen(WIDTH, HEIGHT)
        self.stream = pyte.ByteStream(self.screen)

    async def type(self, text: str) -> None:
        await self.socket.send_str(json.dumps(["stdin", text]))

    async def wait_for(self, text: str) -> None:
        """Wait until a text is on the screen."""
        async with asyncio.timeout(TIMEOUT):
            while text not in "\n".join(self.screen.display):
                message = await self.socket.receive()
                assert message.type in (aiohttp.WSMsgType.BINARY, aiohttp.WSMsgType.TEXT), self.screen.display
                if message.type == aiohttp.WSMsgType.BINARY:
                    self.stream.feed(message.data)


@asynccontextmanager
async def open_terminal(client: Any, page: str, query: str) -> AsyncIterator[Terminal]:
    """Connect as the page of the tutor does."""
    reply = await client.get(f"{page}?{query}")
    assert reply.status == 200
    ticket = re.search('data-ticket="([^"]+)"', await reply.text())
    assert ticket
    address = f"{page}ws/{ticket[1]}?{query}&width={WIDTH}&height={HEIGHT}"
    origin = page.partition("/user/")[0]
    async with client.ws_connect(address, headers={"Origin": origin}) as socket:
        yield Terminal(socket)


async def test_a_learner_answers_over_a_websocket_through_the_hub(hub: Hub) -> None:
    async with new_client() as client:
        await log_in(client, hub, "bob")
        found = await (await client.get(f"{hub.url}/user/bob/server-proxy/servers-info")).json()
        (entry,) = [each for each in found["server_processes"] if each["name"] == "backprop-tutor"]
        assert entry["launcher_entry"]["title"] == "Backprop tutor"
        icon = await client.get(hub.url + entry["launcher_entry"]["icon_url"])
        assert "<svg" in await icon.text()
        page = f"{hub.url}/user/bob/{entry['launcher_entry']['path_info']}"
        async with open_terminal(client, page, f"open={EXERCISE}") as terminal:
            await terminal.wait_for("a + b")
            await terminal.type("5\r")
            await wait_for(lambda: answers(hub, "bob"), hub)
    assert answers(hub, "bob") == [(EXERCISE, "5")]


# --- a learner with a browser ---


@asynccontextmanager
async def open_browser() -> AsyncIterator[Any]:
    async with playwright.async_playwright() as driver:
        options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
        browser = await driver.chromium.launch(executable_path=BROWSER, args=options)
        context = await browser.new_context(viewport={"width": 1280, "height": 800})
        context.set_default_timeout(1000 * TIMEOUT)
        yield context
        await browser.close()


async def test_a_learner_opens_the_tutor_from_the_launcher_and_answers(hub: Hub, tmp_path: Path) -> None:
    async with open_browser() as context:
        page = await context.new_page()
        await page.goto(f"{hub.url}/hub/login")
        await page.fill("input[name=username]", "alice")
        await page.fill("input[name=password]", PASSWORD)
        await page.click("input[type=submit]")
        # The address that the guide's values choose leads straight to the tutor.
        await page.wait_for_selector("body[data-connected=yes]")
        assert page.url.startswith(f"{hub.url}/user/alice/backprop-tutor/")
        await page.goto(f"{hub.url}/user/alice/lab")
        card = page.locator(".jp-LauncherCard[title^='Backprop tutor']")
        assert await card.locator("img").evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
        async with context.expect_page() as opened:
            await card.click()
        tutor = await opened.value
        await tutor.wait_for_selector("body[data-connected=yes]")
        # A link for a whole class.
        await tutor.goto(f"{hub.url}/hub/user-redirect/backprop-tutor/?open={EXERCISE}")
        await tutor.wait_for_selector("body[data-connected=yes]")
        await wait_for(lambda: (hub.home("alice") / STORE).exists(), hub)
        await tutor.screenshot(path=tmp_path / "tutor.png")
        await tutor.keyboard.type("1")
        await tutor.keyboard.press("Enter")
        await wait_for(lambda: answers(hub, "alice"), hub)
    assert answers(hub, "alice") == [(EXERCISE, "1")]
    assert answers(hub, "bob") == [(EXERCISE, "5")]


# --- what the guide's containers do ---


def run_container(container: dict[str, Any], hub: Hub, user: str, folder: Path) -> subprocess.Popen[bytes]:
    """Start the command of a container in the guide, in a user's home and with folders here in place of its volumes."""
    names = {"/srv/packs": f"{folder}/packs", "/hand-in": f"{folder}/hand-in", "username}": "user}", "unescaped_": ""}
    command = list(container["command"])
    for old, new in names.items():
        command = [word.replace(old, new).replace("{user}", user) for word in command]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {"HOME": str(hub.home(user)), "PATH": path, "LANG": "C.UTF-8"}
    return subprocess.Popen(command, env=environment, cwd=hub.home(user), start_new_session=True)


def test_the_guides_containers_add_packs_and_hand_in_for_the_report(hub: Hub, tmp_path: Path) -> None:
    (tmp_path / "hand-in").mkdir()
    pack = tmp_path / "packs" / "week-1"
    pack.mkdir(parents=True)
    (pack / "pack.toml").write_text('format = 1\nid = "week-1"\ntitle = "Week 1"\n', "utf-8")
    (pack / "01-first.toml").write_text('graph = "z = x * y"\n', "utf-8")
    singleuser = guide_values()["singleuser"]
    (packs,) = singleuser["initContainers"]
    (hand_in,) = singleuser["extraContainers"]
    for user in ("alice", "bob"):
        assert run_container(packs, hub, user, tmp_path).wait(TIMEOUT) == 0
        assert (hub.home(user) / STORE.parent / "packs" / "week-1.zip").exists()
        process = run_container(hand_in, hub, user, tmp_path)
        export = tmp_path / "hand-in" / f"{user}.jsonl"
        wait_until(export.exists, hub.log)
        export.unlink()
        process.terminate()  # the learner's server ends
        process.wait(TIMEOUT)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # a container ends with its first process
        assert export.exists()
    report = [sys.executable, "-m", "tutor", "report", str(tmp_path / "hand-in"), "--csv", "learners"]
    done = subprocess.run(report, capture_output=True, encoding="utf-8", check=True)
    assert [line.split(",")[:3] for line in done.stdout.splitlines()[1:]] == [
        ["alice", *EXERCISE.split("/")],
        ["bob", *EXERCISE.split("/")],
    ]


@pytest.mark.skipif(not CHART, reason="needs the chart of Zero to JupyterHub")
def test_the_guides_values_are_those_of_the_chart() -> None:
    yaml, jsonschema = pytest.importorskip("yaml"), pytest.importorskip("jsonschema")
    schema = yaml.safe_load(Path(CHART, "values.schema.yaml").read_text("utf-8"))
    values = merged(yaml.safe_load(Path(CHART, "values.yaml").read_text("utf-8")), guide_values())
    jsonschema.validate(values, schema)


def merged(defaults: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    """Return the values that Helm would give to the chart."""
    together = dict(defaults)
    for name, value in values.items():
        before = together.get(name)
        if isinstance(before, dict) and isinstance(value, dict):
            value = merged(before, value)
        together[name] = value
    return together


# --- each for themselves ---


async def test_no_learner_reaches_what_is_another_ones(hub: Hub) -> None:
    async with new_client() as client, new_client() as stranger:
        await log_in(client, hub, "bob")
        other = f"{hub.url}/user/alice/backprop-tutor/"
        for visitor, page in ((client, other), (stranger, other), (stranger, other.replace("alice", "bob"))):
            reply = await visitor.get(page)
            assert "data-ticket" not in await reply.text()
            with pytest.raises(aiohttp.ClientError):
                await visitor.ws_connect(f"{page}ws/x")
    # On the machine itself each server is behind a folder that only its owner can open.
    assert set(socket_folder_modes()) == {0o700}


def socket_folder_modes() -> list[int]:
    """Return the permissions of the folders of all Unix sockets that jupyter-server-proxy has given to servers."""
    words = [line.split() for line in Path("/proc/net/unix").read_text("utf-8").splitlines()]
    folders = {Path(line[-1]).parent for line in words if "jupyter-server-proxy-" in line[-1]}
    return [folder.stat().st_mode & 0o777 for folder in folders if folder.exists()]
