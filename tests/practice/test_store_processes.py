"""Tests of the store with several processes, some of which are killed."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import IO

import fsrs  # noqa: F401 - so that forks have it
import pytest

from tests.support.events import make_event, rebuilt_skills, run_sql, stored_skills
from tutor.practice.storage import store as store_module
from tutor.practice.storage.store import Store

WRITER = """
import sys
from itertools import count
from pathlib import Path
from tutor.practice.event import Event, new_id
from tutor.practice.storage.store import Store

store = Store.open(Path(sys.argv[1]))
worksheet = new_id()
numbers = count() if sys.argv[2] == "forever" else range(int(sys.argv[2]))
for number in numbers:
    event = Event(kind="begin", worksheet=worksheet, pack="basics", exercise="add", text="0", fingerprint="f00d")
    if number:
        rule = ("mul", "add")[number % 2] if sys.argv[3:] else ""
        event = Event(kind="answer", worksheet=worksheet, pack="basics", exercise="add", text=str(number),
                      rule=rule, blank=str(number % 7), verdict=("right", "wrong")[number % 3 == 0],
                      proof=number % 3 == 1, fingerprint="f00d")
    if not store.append(event):
        sys.exit(str(store.notice))
    sys.stdout.write(event.id + "\\n")
    sys.stdout.flush()
if store.notice:
    sys.exit(str(store.notice))
store.close()
"""


def start_writer(path: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def fork_writer(path: Path, *arguments: str) -> tuple[int, IO[str]]:
    """Fork this process, which has everything loaded, and run the writer; return its process id and output."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        sys.argv = ["writer", str(path), *arguments]
        sys.stdout = os.fdopen(writing, "w")
        try:
            exec(WRITER, {})  # noqa: S102
            os._exit(0)
        except BaseException as error:
            os.write(2, f"{error}\n".encode())
        finally:
            os._exit(1)
    os.close(writing)
    return pid, os.fdopen(reading)


def wait_for_exit(child: tuple[int, IO[str]], *codes: int) -> list[str]:
    """Wait until a fork ends with one of these exit codes; return the ids it printed."""
    pid, out = child
    printed = out.read().split()
    out.close()
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) in codes
    return printed


def saved_ids(path: Path) -> list[str]:
    return [id for (id,) in run_sql(path, "SELECT id FROM event ORDER BY seq")]


def assert_skills_match_events(path: Path) -> None:
    """Assert that the skills saved with the events are those rebuilt from all events."""
    with Store.open(path) as store:
        assert store.with_database(lambda database: database.skills()) is not None
        assert stored_skills(store) == rebuilt_skills(store)


@pytest.mark.takes_long
def test_a_kill_at_any_moment_loses_no_saved_event(tmp_path: Path) -> None:
    dice = random.Random(20261122)
    num_saved = 0
    for number in range(100):
        # A few files, so that some of the kills fall into the making of one.
        path = tmp_path / f"{number % 10}.sqlite3"
        child, out = fork_writer(path, "forever", "rules")
        printed = [out.readline().strip()] if number % 4 else []
        time.sleep(dice.uniform(0, 0.05))
        os.kill(child, signal.SIGKILL)
        rest = out.read()
        out.close()
        _, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status)
        # The last line may be incomplete.
        printed += [line.strip() for line in rest.splitlines(keepends=True) if line.endswith("\n")]
        with Store.open(path) as store:
            assert store.notice is None
            assert store.writable
        assert set(printed) <= set(saved_ids(path))
        num_saved += len(printed)
        if number >= 90:
            assert_skills_match_events(path)
    assert num_saved > 100
    assert not list(tmp_path.glob("*.damaged-*"))


def test_processes_that_write_at_once_lose_no_event(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # These write much faster than a learner, so that one may wait long for its turn.
    monkeypatch.setattr(store_module, "WRITE_TIMEOUT", 30.0)
    path = tmp_path / "progress.sqlite3"
    number = "2211" if os.environ.get("BACKPROP_TUTOR_LONG") else "40"
    children = [fork_writer(path, number, "rules") for _ in range(10)]
    printed = [wait_for_exit(child, 0) for child in children]
    saved = saved_ids(path)
    assert sorted(saved) == sorted(id for ids in printed for id in ids)
    for ids in printed:
        assert [id for id in saved if id in set(ids)] == ids
    assert_skills_match_events(path)
    assert list(tmp_path.iterdir()) == [path]


def test_a_damaged_file_is_quarantined_once_by_several_processes(tmp_path: Path) -> None:
    for number in range(5):
        path = tmp_path / str(number) / "progress.sqlite3"
        path.parent.mkdir()
        path.write_bytes(random.Random(number).randbytes(20_000))
        damaged = path.read_bytes()
        children = [fork_writer(path, "5") for _ in range(4)]
        # The one that quarantined the file ends with a notice.
        printed = [id for child in children for id in wait_for_exit(child, 0, 1)]
        assert len(printed) == 20
        assert sorted(saved_ids(path)) == sorted(printed)
        [quarantined] = path.parent.glob("*.damaged-*")
        assert quarantined.read_bytes() == damaged


def test_a_process_sees_the_events_of_another(tmp_path: Path) -> None:
    path = tmp_path / "progress.sqlite3"
    with Store.open(path) as store:
        child = start_writer(path, "3")
        out, _ = child.communicate()
        assert [event.id for event in store.events("basics", "add")] == out.split()
        assert store.states() == {("basics", "add"): "begun"}


def test_a_file_that_another_process_moves_is_not_written_any_more(tmp_path: Path) -> None:
    path = tmp_path / "progress.sqlite3"
    event = make_event("begin", exercise="mul")
    with Store.open(path) as store:
        assert store.append(event)
        path.rename(tmp_path / "aside")
        path.with_name(path.name + "-wal").rename(tmp_path / "aside-wal")
        path.with_name(path.name + "-shm").rename(tmp_path / "aside-shm")
        child = start_writer(path, "3")
        out, _ = child.communicate()
        answer = make_event("answer", exercise="mul")
        assert store.append(answer)
    assert saved_ids(path) == [*out.split(), event.id, answer.id]
