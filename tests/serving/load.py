"""A class at work: many sessions at once on a server that is killed at the end. It prints what they cost and had to wait.

`python tests/serving/load.py [--sessions 100]` runs on Linux, with the extra `serve`. Two of the learners have a headless
browser if one is installed, the others connections of their own. It ends with code 1 if an answer that was shown as
checked is not stored.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import re
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.support.browser import CHROMIUM, open_browser
from tests.support.web_client import Learner, Server, browser, connect, running_server
from tutor.practice.storage.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterable

EXERCISE, ANSWER, BLANKS = "basics/plus", "5", 4
NUM_BROWSERS = 2
#: Seconds in which a learner thinks before each answer.
PAUSE = 2.0
#: Learners who come at the same moment, as when a lesson begins.
AT_ONCE = 10
MIB = 2**10
#: Seconds until the run is given up.
MOST_SECONDS = 1200


async def work(server: Server, number: int, gate: asyncio.Semaphore, starts: list[float], waits: list[float]) -> None:
    """Open the exercise, fill in all blanks but the last, and leave an answer half typed."""
    async with browser() as session:
        async with gate:
            begin = time.monotonic()
            learner = await connect(session, server, f"learner=load-{number}&open={EXERCISE}")
            await learner.see("^C quit")
            starts.append(time.monotonic() - begin)
        for answered in range(1, BLANKS):
            await asyncio.sleep(PAUSE)
            begin = time.monotonic()
            await learner.type(f"{ANSWER}\r")
            await see_progress(learner, answered)
            waits.append(time.monotonic() - begin)
        await learner.type("0.25")
        await learner.see("0.25")
        await asyncio.sleep(3600)


async def see_progress(learner: Learner, answered: int) -> None:
    await learner.see(f"{answered} of {BLANKS}")


async def work_in_browser(server: Server, number: int) -> None:
    """Do the same in a real browser."""
    async with open_browser() as running:
        page = await running.new_page()
        await page.open(f"{server.address}?learner=load-{number}&open={EXERCISE}")
        await page.wait_for("document.querySelector('#screen-keys [data-key=f2]')")
        for _answer in range(1, BLANKS):
            await asyncio.sleep(PAUSE)
            await page.type(ANSWER)
            await page.press("Enter")
        await asyncio.sleep(PAUSE)
        await page.type("0.25")
        await asyncio.sleep(3600)


def memory_of(server: Server) -> tuple[list[float], float]:
    """Return the memory of each session in MiB, shared pages divided among those that share them, and of the rest."""
    sessions, rest = [], 0.0
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, IndexError, ValueError):
            environment = (folder / "environ").read_bytes()
            if f"BACKPROP_TUTOR_HOME={server.home}\0".encode() not in environment:
                continue
            command = (folder / "cmdline").read_bytes()
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            mebibytes = int(re.findall(r"^Pss:\s+(\d+)", (folder / "smaps_rollup").read_text(), re.M)[0]) / MIB
            forked = b"forkserver" in command and b"forkserver" in (Path(f"/proc/{parent}/cmdline")).read_bytes()
            if forked:
                sessions.append(mebibytes)
            else:
                rest += mebibytes
    return sessions, rest


def has_place(server: Server, number: int) -> bool:
    """Return whether what a learner was typing at the end is kept."""
    place = server.learner_home(f"load-{number}") / "place.json"
    return place.exists() and "0.25" in place.read_text("utf-8")


def num_stored(server: Server, number: int) -> int:
    """Return how many answers of a learner are stored."""
    with Store.open(server.learner_home(f"load-{number}") / "progress.sqlite3") as store:
        events = store.with_database(lambda database: list(database.all_events())) or []
    return sum(event.kind == "answer" for event in events)


def show(name: str, figures: Iterable[float], unit: str) -> None:
    ordered = sorted(figures)
    tenth = ordered[int(len(ordered) * 0.9)]
    print(f"{name}: median {statistics.median(ordered):.2f}, nine of ten {tenth:.2f}, most {ordered[-1]:.2f} {unit}")


async def run(num_sessions: int) -> int:
    num_browsers = min(NUM_BROWSERS if CHROMIUM else 0, num_sessions)
    with (
        tempfile.TemporaryDirectory() as folder,
        running_server(Path(folder), "--sessions", str(num_sessions)) as server,
    ):
        gate, starts, waits = asyncio.Semaphore(AT_ONCE), list[float](), list[float]()
        begin = time.monotonic()
        tasks = [
            *(asyncio.create_task(work_in_browser(server, number)) for number in range(num_browsers)),
            *(
                asyncio.create_task(work(server, number, gate, starts, waits))
                for number in range(num_browsers, num_sessions)
            ),
        ]
        while not all(has_place(server, number) for number in range(num_sessions)):
            await asyncio.sleep(1)
            for task in tasks:
                if task.done():
                    task.result()
            assert time.monotonic() - begin < MOST_SECONDS, "not all come to their end"
        sessions, rest = memory_of(server)
        print(f"{num_sessions} sessions, {num_browsers} of them in a browser, after {time.monotonic() - begin:.0f} s")
        show("from the link to the screen", starts, "s")
        show("from Enter to the mark", waits, "s")
        show(f"memory of {len(sessions)} sessions", sessions, "MiB")
        print(f"memory of the server and what it forks from: {rest:.0f} MiB; load {os.getloadavg()[0]:.1f}")
        server.kill()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        lost = [
            number
            for number in range(num_sessions)
            if num_stored(server, number) != BLANKS - 1 or not has_place(server, number)
        ]
        print(f"after the server was killed: {num_sessions - len(lost)} of {num_sessions} have everything")
        return int(bool(lost))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=100)
    sys.exit(asyncio.run(run(parser.parse_args().sessions)))
