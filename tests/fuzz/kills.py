"""Kills at every step and at random moments: `python tests/fuzz/kills.py --kills 200 --seed 1`.

Every command that changes a file of the learner is killed at each of its file operations and SQL statements, then
`--kills` times at random moments, half of them on the screen in a pseudo-terminal. After each kill, everything whose
verdict was shown has to be there, every file has to be whole, and the same command has to work. Prints the number of
kills and what was lost or corrupt; the exit code is 1 if anything was.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import shutil
import signal
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING

from tests.support.events import make_event, rebuilt_skills, run_sql, stored_skills, time_after
from tests.support.killed_process import run_and_kill
from tests.support.pty_program import PtyProgram
from tutor import cli, commands, plain
from tutor.packs.library import read_pack
from tutor.practice.event import COLUMNS, LATER_COLUMNS, Event
from tutor.practice.export import as_json, read_export
from tutor.practice.storage.migrations import MIGRATIONS, migrate
from tutor.practice.storage.pending import pending_files
from tutor.practice.storage.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

# Loaded here once, so that the forks have them.
for _package in (commands, plain):
    for _module in iter_modules(_package.__path__, f"{_package.__name__}."):
        import_module(_module.name)

EXERCISE = "basics/add-multiply"
#: The exercise isn't finished, because what is suggested then takes longer than everything else.
ANSWERS = ("1", "3", "2", "120", "7", "2")
_VERDICT = re.compile(r"^(?:✓|✗|~|\?) ", re.MULTILINE)
SKILL = {"rule": "mul", "blank": "x"}
NUM_EVENTS = 30


def history(worksheet: str = "old", exercise: str = "add") -> list[Event]:
    """Return the events of a try, with the same ids each time."""
    begin = make_event("begin", worksheet, exercise=exercise, at=time_after(minutes=0), id=f"{worksheet} begin")
    answers = [
        make_event(
            "answer",
            worksheet,
            exercise=exercise,
            id=f"{worksheet} {number}",
            at=time_after(minutes=number + 1),
            text=str(number),
            verdict=("right", "wrong")[number % 3 == 0],
            proof=number % 3 == 1,
            rule="mul",
            blank="x",
        )
        for number in range(NUM_EVENTS)
    ]
    return [begin, *answers]


def progress_file(home: Path) -> Path:
    return home / "progress.sqlite3"


def write_history(home: Path) -> None:
    with Store.open(progress_file(home)) as store:
        assert store.with_database(lambda database: database.write(history()))


def stored_ids(home: Path) -> set[str]:
    return {id for (id,) in run_sql(progress_file(home), "SELECT id FROM event")}


def assert_history(home: Path) -> None:
    assert {event.id for event in history()} <= stored_ids(home), "entries are lost"


def assert_healthy(home: Path) -> None:
    """Assert that the progress file is whole, its skills are those of its events, and no file is set aside."""
    with Store.open(progress_file(home)) as store:
        assert store.writable, store.notice
        store.ensure_skills()
        assert stored_skills(store) == rebuilt_skills(store)
    assert run_sql(progress_file(home), "PRAGMA integrity_check") == [("ok",)]
    assert not pending_files(progress_file(home))


# --- what is there before, and what has to be there afterwards ---


def make_old_version(home: Path) -> None:
    """Write a progress file of the first version."""
    home.mkdir(exist_ok=True)
    names = [name for name in COLUMNS if name not in ("proof", *LATER_COLUMNS)]
    with closing(sqlite3.connect(progress_file(home), isolation_level=None)) as connection:
        migrate(connection, MIGRATIONS[:1])
        connection.executemany(
            f"INSERT INTO event ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})",
            [[getattr(event, name) for name in names] for event in history()],
        )


def make_import(home: Path) -> None:
    write_history(home)
    lines = [as_json(event) + "\n" for event in history("theirs", "mul")]
    (home / "theirs.jsonl").write_text("".join(lines), encoding="utf-8")


def check_import(home: Path, _output: str) -> None:
    assert_history(home)
    num_theirs = len(stored_ids(home) & {event.id for event in history("theirs", "mul")})
    assert num_theirs in (0, NUM_EVENTS + 1), f"half an import: {num_theirs}"


def make_imported(home: Path) -> None:
    make_import(home)
    with Store.open(progress_file(home)) as store:
        assert store.with_database(lambda database: database.merge(history("theirs", "mul"), "theirs.jsonl"))


def make_outdated_skills(home: Path) -> None:
    write_history(home)
    run_sql(progress_file(home), "DELETE FROM derived")


def make_damage(home: Path) -> None:
    """Write a progress file whose index of events is damaged, though every event can be read."""
    write_history(home)
    path = progress_file(home)
    (root,) = run_sql(path, "SELECT rootpage FROM sqlite_master WHERE name = 'event_by_exercise'")[0]
    run_sql(path, "PRAGMA wal_checkpoint(TRUNCATE)")
    with path.open("r+b") as file:
        file.seek((root - 1) * 4096)
        file.write(b"\xff" * 4096)


def check_damage(home: Path, _output: str) -> None:
    with Store.open(progress_file(home)) as store:
        store.states()
    assert_history(home)


def make_locked_out(home: Path) -> None:
    """Leave entries of a session that could not save them because of a lock."""
    write_history(home)
    with closing(sqlite3.connect(progress_file(home), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        store = Store.open(progress_file(home), for_screen=True)
        for event in history("waiting"):
            assert not store.append(event)
        # Not closed: it is killed.


def check_locked_out(home: Path, _output: str) -> None:
    with Store.open(progress_file(home)):
        pass
    assert_history(home)
    assert {event.id for event in history("waiting")} <= stored_ids(home)


def write_pack(folder: Path, output: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pack.toml").write_text('format = 1\nid = "week"\ntitle = "Week"\n', encoding="utf-8")
    for number in range(3):
        text = f'title = "{number}"\ngraph = "{output} = a * b + c"\n[inputs]\na = 2\nb = 3\nc = {number}\n'
        (folder / f"0{number}-e{number}.toml").write_text(text, encoding="utf-8")


def make_pack(home: Path) -> None:
    write_pack(home / "source", "z")


def make_newer_pack(home: Path) -> None:
    make_pack(home)
    run_in_place(["pack", "add", str(home / "source")], home)
    shutil.rmtree(home / "source")
    write_pack(home / "source", "f")


def check_pack(home: Path, _output: str) -> None:
    file = home / "packs" / "week.zip"
    if file.exists():
        pack = read_pack(file)
        outputs = {pack.open(entry.id).variant().problem.target_name for entry in pack.entries}
        assert len(pack.entries) == 3
        assert len(outputs) == 1, "a mixture of two packs"


def make_export(home: Path) -> None:
    write_history(home)
    (home / "mine.jsonl").write_text(as_json(history()[0]) + "\n", encoding="utf-8")


def check_export(home: Path, _output: str) -> None:
    assert len(list(read_export(home / "mine.jsonl"))) in (1, NUM_EVENTS + 1)


def check_answers(home: Path, output: str) -> None:
    num_shown = len(_VERDICT.findall(output))
    saved = run_sql(progress_file(home), "SELECT text FROM event WHERE kind = 'answer'") if num_shown else []
    assert [text for (text,) in saved][:num_shown] == list(ANSWERS[:num_shown]), f"{num_shown} shown, saved: {saved}"


def check_history(home: Path, _output: str) -> None:
    assert_history(home)


@dataclass(frozen=True)
class Scenario:
    """A command, what is in the data folder before it, and what has to be there after a kill."""

    name: str
    make: Callable[[Path], None]
    arguments: Sequence[str]
    check: Callable[[Path, str], None]
    given: str = ""

    def run(self, home: Path) -> None:
        """Run the command, or without one derive the skills as the screen does."""
        if self.arguments:
            code = cli.run([argument.format(home=home) for argument in self.arguments])
            print(f"exit code {code}")
        else:
            with Store.open(progress_file(home)) as store:
                store.ensure_skills()


SCENARIOS = (
    Scenario(
        "answering", lambda home: None, ("play", EXERCISE, "--plain"), check_answers, "".join(f"{a}\n" for a in ANSWERS)
    ),
    Scenario("first start", lambda home: None, ("list",), lambda home, output: None),
    Scenario("import", make_import, ("import", "{home}/theirs.jsonl"), check_import),
    Scenario("import --undo", make_imported, ("import", "--undo"), check_import),
    Scenario("reset", write_history, ("reset", "--all", "--yes"), check_history),
    Scenario("migration", make_old_version, (), check_history),
    Scenario("skills", make_outdated_skills, (), check_history),
    Scenario("damage", make_damage, ("list",), check_damage),
    Scenario("waiting entries", make_locked_out, ("list",), check_locked_out),
    Scenario("pack add", make_pack, ("pack", "add", "{home}/source"), check_pack),
    Scenario("pack replace", make_newer_pack, ("pack", "add", "{home}/source"), check_pack),
    Scenario("export", make_export, ("export", "--to", "{home}/mine.jsonl"), check_export),
    Scenario("settings", lambda home: None, ("settings",), lambda home, output: None),
)


def run_in_place(arguments: Sequence[str], home: Path) -> None:
    """Run a command to its end in a fork."""
    nothing, output = home.parent / "nothing", home.parent / "output"
    nothing.touch()
    run_and_kill(lambda: cli.run(list(arguments)), home, nothing, output)


class Stage:
    """A folder in which a scenario is run again and again from the same beginning."""

    def __init__(self, scenario: Scenario, folder: Path) -> None:
        self.scenario = scenario
        self._before, self.home = folder / "before", folder / "home"
        self._before.mkdir(parents=True)
        scenario.make(self._before)
        self._given, self.output = folder / "given", folder / "output"
        self._given.write_text(scenario.given, encoding="utf-8")

    def count_steps(self) -> int:
        """Return the number of steps of the command, at which it can be killed."""
        assert self.run(step=-1)
        return int(self.output.read_text(encoding="utf-8").rsplit(maxsplit=1)[-1])

    def run(self, step: int = 0, seconds: float | None = None) -> bool:
        """Run the command from the beginning and kill it; return whether it came to its end before."""
        shutil.rmtree(self.home, ignore_errors=True)
        shutil.copytree(self._before, self.home)
        return self._run(step, seconds)

    def _run(self, step: int = 0, seconds: float | None = None) -> bool:
        return run_and_kill(lambda: self.scenario.run(self.home), self.home, self._given, self.output, step, seconds)

    def check(self) -> None:
        """Assert that nothing is lost and every file is whole, now and when the command has run again."""
        output = self.output.read_text(encoding="utf-8", errors="replace")
        assert "Traceback" not in output, output
        self.scenario.check(self.home, output)
        assert_healthy(self.home)
        self._run()
        again = self.output.read_text(encoding="utf-8", errors="replace")
        assert "Traceback" not in again, again
        self.scenario.check(self.home, "")
        assert_healthy(self.home)


def kill_at_steps(stage: Stage, first: int = 1, stride: int = 1) -> int:
    """Kill the command at every `stride`-th step; return the number of kills. Raise AssertionError."""
    step, kills = first, 0
    while not stage.run(step=step):
        try:
            stage.check()
        except AssertionError as error:
            raise AssertionError(f"{stage.scenario.name}, killed at step {step}: {error}") from error
        kills += 1
        step += stride
    return kills


def kill_at_moments(stage: Stage, moments: random.Random, count: int) -> int:
    """Kill the command at random moments; return the number of kills before its end. Raise AssertionError."""
    start = time.monotonic()
    assert stage.run()
    seconds = time.monotonic() - start
    kills = 0
    for _ in range(count):
        moment = moments.uniform(0, 1.1 * seconds)
        kills += not stage.run(seconds=moment)
        try:
            stage.check()
        except AssertionError as error:
            raise AssertionError(f"{stage.scenario.name}, killed after {moment} s: {error}") from error
    return kills


#: The right answers of the exercise, in the order in which they are asked for.
RIGHT_ANSWERS = ("1", "2", "120", "2", "2")
_NUM_RIGHT = re.compile(r"\b([0-5]) of 5\b")


def kill_on_screen(moments: random.Random, home: Path) -> None:
    """Answer on the screen, in a pseudo-terminal, and kill the program at a random moment. Raise AssertionError."""
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir()
    shown = 0
    with PtyProgram("play", EXERCISE, environment={"BACKPROP_TUTOR_HOME": str(home)}) as program:
        program.wait_for_text("0 of 5")
        end = time.monotonic() + moments.uniform(0, 1.5)
        for answer in RIGHT_ANSWERS:
            program.send(answer + "\r")
            pause = time.monotonic() + moments.uniform(0.05, 0.3)
            while time.monotonic() < min(pause, end):
                program.read(0.01)
        program.signal(signal.SIGKILL)
        program.wait()
        if found := _NUM_RIGHT.search(program.text()):
            shown = int(found[1])
    saved = run_sql(progress_file(home), "SELECT count(*) FROM event WHERE kind = 'answer' AND verdict = 'right'")
    assert saved[0][0] >= shown, f"{shown} shown, saved: {saved}"
    assert_healthy(home)


def longest_wait(path: Path, seconds: float) -> float:
    """Return the longest time that an entry on the screen waits while the file is locked. Raise AssertionError.

    Every entry is in the file once the lock is released.
    """
    waits = []
    with Store.open(path, for_screen=True) as store:
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                start = time.perf_counter()
                store.append(make_event("answer"))
                store.states()
                waits.append(time.perf_counter() - start)
                time.sleep(0.1)
        assert store.flush()
    assert run_sql(path, "SELECT count(*) FROM event") == [(len(waits),)]
    return max(waits)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200, help="at random moments")
    parser.add_argument("--lock-seconds", type=float, default=60.0)
    parser.add_argument("--stride", type=int, default=1, help="only every n-th step")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    os.environ["LANG"] = "C.UTF-8"
    moments = random.Random(options.seed)
    kills: Counter[str] = Counter()
    faults = []
    with tempfile.TemporaryDirectory() as folder:
        for number, scenario in enumerate(SCENARIOS):
            stage = Stage(scenario, Path(folder, str(number)))
            try:
                first = moments.randint(1, options.stride)
                kills[scenario.name] += kill_at_steps(stage, first, options.stride)
                kills[scenario.name] += kill_at_moments(stage, moments, options.kills // 2 // len(SCENARIOS))
            except AssertionError as error:
                faults.append(str(error))
            print(f"{scenario.name}: {kills[scenario.name]} kills", flush=True)
        for _ in range(options.kills // 2):
            try:
                kill_on_screen(moments, Path(folder, "screen"))
                kills["screen"] += 1
            except AssertionError as error:
                faults.append(f"screen: {error}")
        longest = longest_wait(Path(folder, "locked.sqlite3"), options.lock_seconds)
    print(f"on the screen: {kills['screen']} kills")
    print(f"longest wait of an entry during a lock of {options.lock_seconds:.0f} s: {1000 * longest:.0f} ms")
    print(f"seed {options.seed}, {kills.total()} kills, lost or corrupt: {len(faults)}", *faults, sep="\n")
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
