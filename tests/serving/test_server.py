"""The server and its sessions, over real connections: nothing is lost, and nobody gets at another one's progress."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

pytest.importorskip("aiohttp", reason="the extra `serve` is not installed")
pytest.importorskip("textual_serve", reason="the extra `serve` is not installed")

import aiohttp

from tests.support.web_client import Server, browser, connect, running_server, ticket_of
from tutor.packs import library
from tutor.practice.storage.store import Store
from tutor.serving.identity import Signer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

EXERCISE = "basics/plus"
ENTER, ESCAPE = "\r", "\x1b"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return a server for learners with names, for the tests that leave it as it is."""
    with running_server(tmp_path_factory.mktemp("server")) as running:
        yield running


def answers_of(server: Server, learner: str) -> list[str]:
    """Return the answers that are stored, in their order."""
    with Store.open(server.learner_home(learner) / "progress.sqlite3") as store:
        events = store.with_database(lambda database: list(database.all_events())) or []
    return [event.text for event in events if event.kind == "answer"]


def wait_until(is_so: object, seconds: float = 30.0) -> None:
    assert callable(is_so)
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)


# --- pages ---


async def test_a_page_has_nothing_from_elsewhere_and_protects_itself(server: Server) -> None:
    async with browser() as session, session.get(server.address) as page:
        assert page.status == 200
        text = await page.text()
        policy = page.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self';" in policy
        assert page.headers["X-Content-Type-Options"] == "nosniff"
        addresses = re.findall(r'(?:src|href|action)="([^"]*)"', text)
        assert len(addresses) >= 4
        assert not [address for address in addresses if ":" in address or address.startswith("/")]
        assert "<script>" not in text
        for address in addresses:
            async with session.get(f"{server.address}{address}") as part:
                assert part.status == 200, address


async def test_a_page_speaks_the_language_of_its_browser(server: Server) -> None:
    async with browser() as session:
        async with session.get(server.address, headers={"Accept-Language": "ko-KR,ko;q=0.9,en;q=0.5"}) as page:
            text = await page.text()
            assert '<html lang="ko">' in text
            assert "역전파 튜터" in text
        async with session.get(f"{server.address}?lang=en", headers={"Accept-Language": "ko"}) as page:
            assert '<html lang="en">' in await page.text()


async def test_health(server: Server) -> None:
    async with browser() as session, session.get(f"{server.address}healthz") as answer:
        assert (await answer.json())["status"] == "ok"


async def test_what_is_not_there_is_told_in_both_languages(server: Server) -> None:
    async with browser() as session:
        paths = (
            "nothing",
            "download/abc",
            "static/../web_app.py",
            "terminal/..%2f..%2fapp_service.py",
            "static/" + "x" * 5000,
        )
        for path in paths:
            async with session.get(f"{server.address}{path}") as page:
                assert page.status == 404, path
                text = await page.text()
                assert "There is no page at this address." in text
                assert "이 주소에는 페이지가 없습니다." in text


# --- sessions ---


async def test_an_answer_survives_a_page_that_goes_in_the_middle_of_it(server: Server) -> None:
    async with browser() as session:
        learner = await connect(session, server, f"learner=anna&open={EXERCISE}")
        await learner.see("Your answer")
        await learner.type("5\r")
        await learner.see("✓")
        await learner.type("0.2")
        await learner.see("0.2")
        await learner.leave()
        again = await connect(session, server)
        await again.see("0.2")
        await again.see("✓")
        await again.leave()
    assert answers_of(server, "anna") == ["5"]


async def test_a_second_window_takes_the_session_over(server: Server) -> None:
    async with browser() as session:
        first = await connect(session, server, f"learner=window&open={EXERCISE}")
        await first.see("Your answer")
        second = await connect(session, server)
        await second.see("Your answer")
        assert await first.hear("ended") == "elsewhere"
        # A link in it opens another exercise in the same session.
        third = await connect(session, server, "open=basics/two-roads")
        await third.see("z = x·(x + y)")
        async with session.get(f"{server.address}healthz") as answer:
            assert (await answer.json())["sessions"] >= 1
        await third.leave()


async def test_the_page_gets_the_keys_of_the_screen_and_second_ones_for_those_of_the_browser(server: Server) -> None:
    async with browser() as session:
        learner = await connect(session, server, f"learner=keys&open={EXERCISE}")
        await learner.see("^R new numbers")
        await learner.see("F10 help")
        await learner._wait(
            lambda: any(
                {"key": "ctrl+r", "label": "^R new numbers"} in m[1] for m in learner.messages if m[0] == "keys"
            ),
            "the second key",
        )
        await learner.type("\x1b[21~")
        await learner.see("^R, F3")
        await learner.leave()


async def test_plain_lines_for_screen_readers_go_on_where_the_screen_was(server: Server) -> None:
    async with browser() as session:
        learner = await connect(session, server, f"learner=lines&open={EXERCISE}")
        await learner.see("Your answer")
        await learner.type("5\r")
        await learner.see("✓")
        lines = await connect(session, server, f"open={EXERCISE}&plain=1")
        assert await learner.hear("ended") == "elsewhere"
        await lines.read("c → +")
        await lines.type("4\n")
        await lines.read("✗")
        # Another page reads what was said before.
        again = await connect(session, server, "plain=1")
        await again.read("✗")
        await again.type(":quit\n")
        assert await again.hear("ended") == "quit"
    assert answers_of(server, "lines") == ["5", "4"]


async def test_attempts_are_downloaded_by_the_browser_that_asked_and_once(server: Server) -> None:
    async with browser() as session, browser() as other:
        learner = await connect(session, server, f"learner=export&open={EXERCISE}")
        await learner.see("Your answer")
        await learner.type("5\r")
        await learner.see("✓")
        await learner.type("\x1c")
        await learner.see("On this screen")
        await learner.type("download all")
        await learner.see("Download all your attempts")
        await learner.type(ENTER)
        key = await learner.hear("download")
        async with other.get(f"{server.address}download/{key}") as answer:
            assert answer.status == 404
        async with session.get(f"{server.address}download/{key}") as answer:
            assert answer.headers["Content-Disposition"] == 'attachment; filename="attempts.jsonl"'
            assert '"basics"' in await answer.text()
        async with session.get(f"{server.address}download/{key}") as answer:
            assert answer.status == 404
        await learner.leave()


async def test_code_is_not_run_for_learners_at_another_computer(server: Server) -> None:
    async with browser() as session:
        learner = await connect(session, server, "learner=coder&open=code/train-xor&lang=en")
        await learner.see("You write code in your own editor")
        await learner.leave()


async def test_a_link_to_an_exercise_that_is_not_there_says_so(server: Server) -> None:
    sentence = "There is no exercise “basics/nope” here."
    async with browser() as session:
        learner = await connect(session, server, "learner=lost&open=basics/nope")
        await learner.see(sentence)
        there = await connect(session, server, f"open={EXERCISE}")
        await there.see("Your answer")
        again = await connect(session, server, "open=basics/nope")
        await again.see(sentence)
        lines = await connect(session, server, "open=basics/nope&plain=1")
        await lines.read(sentence)
        await lines.leave()


async def test_a_link_in_plain_lines_opens_another_exercise_and_a_reload_goes_on(server: Server) -> None:
    async with browser() as session:
        lines = await connect(session, server, f"learner=reader&open={EXERCISE}&plain=1")
        await lines.read("(a + b) → +")
        await lines.type("4\n")
        await lines.read("✗")
        reloaded = await connect(session, server, f"open={EXERCISE}&plain=1")
        await reloaded.read("✗")
        other = await connect(session, server, "open=basics/times&plain=1")
        await other.read("x → ×")
        await other.leave()


async def test_another_language_is_taken_at_once_and_what_is_typed_stays(server: Server) -> None:
    async with browser() as session:
        learner = await connect(session, server, f"learner=languages&open={EXERCISE}")
        await learner.see("Your answer")
        await learner.type("0.25")
        await learner.see("0.25")
        korean = await connect(session, server, "lang=ko")
        # The letters are two columns wide, which the emulator shows as a letter and a gap.
        await korean.see("답")
        await korean.see("0.25")
        assert await learner.hear("ended") == "elsewhere"
        await korean.leave()


@pytest.mark.parametrize("kind", ["multipart/form-data", "multipart/form-data; boundary=y"])
async def test_a_form_that_no_browser_sends_is_refused(server: Server, kind: str) -> None:
    async with (
        browser() as session,
        session.post(f"{server.address}enter", data=b"--x\r\n", headers={"Content-Type": kind}) as answer,
    ):
        assert answer.status == 400


async def test_messages_that_no_page_of_ours_sends_change_nothing(server: Server) -> None:
    hostile = [
        "", "{", "[]", "null", '["stdin"]', '["stdin", 5]', '["stdin", "\\ud800"]', '["resize", {"width": "x", "height": 3}]',
        '["resize", {"width": 1e999, "height": 3}]', '["resize", {"width": 99999999999999, "height": -4}]',
        '["resize", {"width": true}]', '["quit"]', '["attach", 1]', "[" * 10_000, '["stdin", "\\u001b[200~\\u0000"]',
    ]  # fmt: skip
    async with browser() as session:
        learner = await connect(session, server, f"learner=hostile&open={EXERCISE}")
        await learner.see("Your answer")
        for text in hostile:
            await learner.send(text)
        await learner.leave()
        again = await connect(session, server)
        await again.see("Your answer")
        await again.leave()


# --- who it is ---


async def test_a_name_that_somebody_works_under_opens_in_no_other_browser(server: Server) -> None:
    async with browser() as session, browser() as other:
        learner = await connect(session, server, f"learner=Taken&open={EXERCISE}")
        await learner.see("Your answer")
        await learner.leave()
        async with other.get(f"{server.address}?learner=taken") as page:
            assert page.status == 403
            text = await page.text()
            assert "This name is in use in another browser." in text
            assert "다른 브라우저" in text
        # The personal link opens it anywhere.
        key = Signer.load(server.home / "serve").key_of("TAKEN")
        for wrong in (f"TAKEN&key={key[1:]}", f"taken&key={key}"):
            async with other.get(f"{server.address}?learner={wrong}") as page:
                assert page.status == 403
        async with other.get(f"{server.address}?learner=TAKEN&key={key}") as page:
            assert page.status == 200
            assert page.url.query_string == ""
        # The numbers of exams follow from the id as the instructor wrote it.
        assert (server.learner_home("taken") / "student").read_text("utf-8") == "TAKEN\n"


@pytest.mark.parametrize("name", ["../../etc", "..", "a/b", "\0", "a b", "x" * 200, "<script>alert(1)</script>", "con"])
async def test_a_name_that_can_be_no_folder_is_asked_for_again(server: Server, name: str) -> None:
    before = sorted(path.name for path in (server.home / "serve").iterdir())
    async with browser() as session, session.get(server.address, params={"learner": name}) as page:
        assert page.status == 403
        assert "Names have 1 to 64" in await page.text()
    assert sorted(path.name for path in (server.home / "serve").iterdir()) == before


@pytest.mark.parametrize(
    "wanted", ["--help", "basics/plus;reboot", "../../etc/passwd", "basics/../../x", "$(id)/x", "<b>/x", "no/such"]
)
async def test_a_link_opens_an_exercise_or_the_list(server: Server, wanted: str) -> None:
    async with browser() as session, session.get(server.address, params={"open": wanted}) as page:
        assert page.status == 200
        assert "<b>" not in await page.text()


async def test_a_forged_cookie_or_ticket_is_nobody(server: Server) -> None:
    signer, cookie = Signer(b"x" * 32), Signer.load(server.home / "serve").cookie
    async with aiohttp.ClientSession(cookies={cookie: signer.sign("learner", "anna")}) as session:
        async with session.post(f"{server.address}ticket") as answer:
            assert answer.status == 403
        for ticket in (signer.ticket("anna"), "x", signer.sign("learner", "anna")):
            with pytest.raises(aiohttp.WSServerHandshakeError) as refusal:
                await session.ws_connect(f"{server.address}ws/{ticket}")
            assert refusal.value.status == 403


async def test_a_connection_of_a_foreign_page_is_refused(server: Server) -> None:
    async with browser() as session:
        ticket = await ticket_of(session, server.address)
        own = urlsplit(server.address).netloc
        for origin in ("https://evil.example", f"http://{own}.evil.example", "null"):
            with pytest.raises(aiohttp.WSServerHandshakeError) as refusal:
                await session.ws_connect(f"{server.address}ws/{ticket}", headers={"Origin": origin})
            assert refusal.value.status == 403, origin
        proxied = {"Origin": "https://tutor.example", "X-Forwarded-Host": "tutor.example"}
        for headers in ({"Origin": f"http://{own}"}, proxied):
            socket = await session.ws_connect(f"{server.address}ws/{ticket}", headers=headers)
            await socket.close()


def personal_links(home: Path, address: str) -> str:
    """Return what `--links` prints for a roster of one learner."""
    roster = home / "roster.csv"
    roster.write_text("id\n김안나-7\n", encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-m", "tutor", "serve", "--links", roster, "--url", address],
        capture_output=True,
        encoding="utf-8",
        check=True,
        env={**os.environ, "BACKPROP_TUTOR_HOME": str(home)},
    ).stdout


async def test_a_class_is_let_in_by_its_code(tmp_path: Path) -> None:
    with running_server(tmp_path, "--class-token", "rose 7") as server:
        links = await asyncio.to_thread(personal_links, tmp_path, server.address)
        async with browser() as session, browser() as other, browser() as third:
            async with session.get(f"{server.address}?open={EXERCISE}&learner=bert") as page:
                assert 'name="token"' in await page.text()
                assert EXERCISE in str(page.url)
            for token in ("rose", "로즈"):
                async with session.post(f"{server.address}enter", data={"token": token}) as page:
                    assert page.status == 403
                    assert "not the code of your class" in await page.text()
            form = {"token": "rose 7", "learner": "bert", "open": EXERCISE}
            async with session.post(f"{server.address}enter", data=form) as page:
                assert page.status == 200
                assert page.url.query_string == f"open={EXERCISE}"
                assert "data-ticket" in await page.text()
            async with other.get(f"{server.address}?token=rose%207") as page:
                assert "data-ticket" in await page.text()
                assert "token" not in page.url.query_string
            async with third.get(links.partition(",")[2].strip()) as page:
                assert "data-ticket" in await page.text()


async def test_only_personal_links_come_in_if_the_instructor_says_so(tmp_path: Path) -> None:
    with running_server(tmp_path, "--links-only") as server:
        links = await asyncio.to_thread(personal_links, tmp_path, server.address)
        async with browser() as session, browser() as other:
            for query in ("", "?learner=bert", "?learner=anna&key=x"):
                async with session.get(f"{server.address}{query}") as page:
                    assert page.status == 403
            async with other.get(links.partition(",")[2].strip()) as page:
                assert "data-ticket" in await page.text()


# --- limits and ends ---


async def test_a_full_server_says_so_in_both_languages_and_makes_room(tmp_path: Path) -> None:
    with running_server(tmp_path, "--sessions", "1") as server:
        async with browser() as session, browser() as other:
            learner = await connect(session, server, f"learner=first&open={EXERCISE}")
            await learner.see("Your answer")
            async with other.get(f"{server.address}?learner=second") as page:
                assert page.status == 503
                assert page.headers["Retry-After"] == "60"
                text = await page.text()
                assert "All places are taken right now." in text
                assert "자리가 모두 찼습니다" in text
            await learner.type("0.5")
            await learner.see("0.5")
            await learner.leave()
            # The first one is without a page, so its place is free; it goes on later where it was.
            second = await connect(other, server, f"open={EXERCISE}")
            await second.see("Your answer")
            await second.leave()
            again = await connect(session, server)
            await again.see("0.5")
            await again.leave()


async def test_an_idle_session_ends_and_goes_on_where_it_was(tmp_path: Path) -> None:
    with running_server(tmp_path, "--idle", "0.05") as server:
        async with browser() as session:
            learner = await connect(session, server, f"learner=idle&open={EXERCISE}")
            await learner.see("Your answer")
            await learner.type("5\r0.7")
            await learner.see("0.7")
            assert await learner.hear("ended") == "idle"
            again = await connect(session, server)
            await again.see("0.7")
            await again.see("✓")
            await again.leave()
        assert answers_of(server, "idle") == ["5"]


async def test_nothing_is_lost_when_the_server_is_killed(tmp_path: Path) -> None:
    async with browser() as session:
        with running_server(tmp_path) as server:
            learner = await connect(session, server, f"learner=killed&open={EXERCISE}")
            await learner.see("Your answer")
            await learner.type("5\r")
            await learner.see("✓")
            await learner.type("0.3")
            await learner.see("0.3")
            place = server.learner_home("killed") / "place.json"
            server.kill()
            # The session finds that its server has gone, and keeps what is typed.
            await asyncio.to_thread(wait_until, lambda: place.exists() and "0.3" in place.read_text("utf-8"))
            port = urlsplit(server.address).port
        assert port is not None
        with running_server(tmp_path, port=port) as server:
            again = await connect(session, server)
            await again.see("0.3")
            await again.see("✓")
            await again.leave()
        assert answers_of(server, "killed") == ["5"]


async def test_leaving_the_tutor_ends_the_session_and_the_next_one_begins_at_the_list(server: Server) -> None:
    async with browser() as session:
        learner = await connect(session, server, f"learner=leaver&open={EXERCISE}")
        await learner.see("^C quit")
        await learner.type("\x03")
        assert await learner.hear("ended") == "quit"
        again = await connect(session, server)
        await again.see("search")
        await again.leave()


# --- where it listens ---


async def test_one_learner_without_names_works_on_the_progress_of_this_account(tmp_path: Path) -> None:
    with running_server(tmp_path, "--single", "--prefix", "/a/b") as server:
        assert urlsplit(server.address).path == "/a/b/"
        async with browser() as session:
            async with session.get(server.address.rstrip("/"), allow_redirects=False) as page:
                assert page.headers["Location"] == "b/"
            learner = await connect(session, server, f"open={EXERCISE}")
            await learner.see("Your answer")
            await learner.type("5\r")
            await learner.see("✓")
            await learner.leave()
    assert (tmp_path / "progress.sqlite3").exists()
    assert not (tmp_path / "serve" / "learners").exists()


async def test_a_unix_socket(tmp_path: Path) -> None:
    path = tmp_path / "tutor.sock"
    with running_server(tmp_path, "--unix-socket", str(path)):
        assert path.stat().st_mode & 0o077 == 0
        connector = aiohttp.UnixConnector(str(path))
        async with aiohttp.ClientSession(connector=connector) as session, session.get("http://tutor/healthz") as answer:
            assert answer.status == 200


def test_only_the_packs_that_are_named_are_listed(tmp_path: Path) -> None:
    async def look() -> None:
        with running_server(tmp_path, "--pack", "basics") as server:
            async with browser() as session:
                learner = await connect(session, server, "learner=one&open=matrices/one-row")
                titles = {pack.id: str(pack.title) for pack in library.all_packs()}
                await learner.see(titles["basics"])
                assert titles["matrices"] not in learner.text
                await learner.leave()

    asyncio.run(look())


def test_a_signal_ends_the_server_and_all_sessions(tmp_path: Path) -> None:
    async def work() -> None:
        with running_server(tmp_path) as server:
            async with browser() as session:
                learner = await connect(session, server, f"learner=signal&open={EXERCISE}")
                await learner.see("Your answer")
                server.process.send_signal(signal.SIGINT)
                assert await learner.hear("ended") == "stopping"
            assert await asyncio.to_thread(server.process.wait, 30) == 0

    asyncio.run(work())
