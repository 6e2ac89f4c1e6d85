"""Tests of the store with damaged files, locks and full disks: the learner can go on, and no answer is lost."""

import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.support.events import append_events, make_event, run_sql
from tests.support.run_tutor import Run
from tutor import tui
from tutor.commands.launch import launch
from tutor.paths import data_folder
from tutor.practice.event import Event, new_id
from tutor.practice.storage import store as store_module
from tutor.practice.storage.database import Database
from tutor.practice.storage.migrations import SCHEMA_VERSION
from tutor.practice.storage.store import Store, default_path
from tutor.run_options import RunOptions

BEGIN = make_event("begin")


def answer(text: str, **fields: Any) -> Event:
    return make_event("answer", text=text, **fields)


def texts(store: Store) -> list[str]:
    return [event.text for event in store.events("basics", "add")]


def write_history(path: Path, number: int = 2_000) -> None:
    """Write and close a file of many pages."""
    database = Database(path, timeout=2.0)
    database.write([BEGIN, *(answer(f"answer {i}") for i in range(number))])
    database.close()


def quarantined_files(path: Path) -> list[Path]:
    return sorted(path.parent.glob("*.damaged-*"))


def assert_store_works(store: Store) -> None:
    assert store.writable
    assert store.states() == {}
    assert store.exercise_to_continue() is None
    assert store.append(BEGIN)
    assert store.append(answer("42"))
    assert texts(store) == ["", "42"]


def random_bytes(path: Path) -> None:
    path.write_bytes(random.Random(1).randbytes(10_000))


def plain_text(path: Path) -> None:
    path.write_text("my shopping list\n")


def zeros(path: Path) -> None:
    path.write_bytes(bytes(8192))


def truncate_first_page(path: Path) -> None:
    write_history(path)
    os.truncate(path, 1000)


def missing_table(path: Path) -> None:
    write_history(path)
    run_sql(path, "DROP TABLE event")


def renamed_column(path: Path) -> None:
    write_history(path)
    run_sql(path, "ALTER TABLE event RENAME COLUMN worksheet TO worksheep")


def other_program_database(path: Path) -> None:
    run_sql(path, "CREATE TABLE bookmarks (url)")


@pytest.mark.parametrize(
    "damage",
    [
        random_bytes,
        plain_text,
        zeros,
        truncate_first_page,
        missing_table,
        renamed_column,
        other_program_database,
    ],
)
def test_a_file_that_is_not_a_progress_file_is_quarantined_and_replaced(
    path: Path, damage: Callable[[Path], object]
) -> None:
    damage(path)
    before = path.read_bytes()
    with Store.open(path) as store:
        [quarantined] = quarantined_files(path)
        assert quarantined.read_bytes() == before
        assert quarantined.name in str(store.notice)
        assert_store_works(store)
        assert quarantined.name in str(store.notice)  # until the store is closed
    with Store.open(path) as store:
        assert store.notice is None
        assert store.state("basics", "add") == "begun"
    assert quarantined_files(path) == [quarantined]


def test_two_thousand_resets_stop_no_query(path: Path, run_tutor: Run) -> None:
    path = data_folder() / path.name
    resets = [make_event("reset", "reset", pack=f"pack {i}", exercise="add") for i in range(2_000)]
    hidden = answer("1", verdict="right", rule="add", blank="a->z")
    visible = answer("2", verdict="right", rule="add", blank="a->z")
    with Store.open(path) as store:
        assert store.with_database(
            lambda database: database.merge([BEGIN, hidden, make_event("reset", "reset"), *resets, visible])
        )
    done = run_tutor("progress", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["answers"] == 1
    assert quarantined_files(path) == []


def test_queries_stay_fast_with_many_events_and_resets(path: Path) -> None:
    events = [
        make_event("answer", exercise=f"exercise {i % 400}", verdict="right", rule="add", blank="a->z")
        for i in range(20_000)
    ]
    resets = [make_event("reset", "reset", exercise=f"exercise {i % 200}", pack=f"pack {i}") for i in range(2_000)]
    with Store.open(path) as store:
        store.with_database(lambda database: database.write([*events[:10_000], *resets, *events[10_000:]]))
        start = time.perf_counter()
        rows = store.with_database(lambda database: database.query("SELECT count(*) FROM active_event"))
        store.states()
        assert time.perf_counter() - start < 2
        assert rows == [(20_000,)]


def test_an_error_of_an_undamaged_file_moves_nothing(path: Path) -> None:
    write_history(path, 3)
    with Store.open(path) as store:
        assert store.with_database(lambda database: database.query("SELECT no_such_column FROM event")) is None
        assert "no such column" in str(store.notice)
        assert "undamaged" in str(store.notice)
        assert store.state("basics", "add") == "begun"
        assert store.append(answer("42"))
        assert store.notice is None
    assert quarantined_files(path) == []


def test_quarantined_files_have_different_names(path: Path) -> None:
    for number in range(1, 5):
        path.write_bytes(b"no database, number %d" % number * 50)
        Store.open(path).close()
        assert len(quarantined_files(path)) == number
        assert {file.read_bytes()[20:21] for file in quarantined_files(path)} == {
            b"%d" % i for i in range(1, number + 1)
        }


def test_an_empty_file_becomes_a_progress_file(path: Path) -> None:
    path.touch()
    with Store.open(path) as store:
        assert store.notice is None
        assert quarantined_files(path) == []
        assert_store_works(store)


def test_a_log_without_its_database_is_quarantined(path: Path, tmp_path: Path) -> None:
    with Store.open(path) as store:
        store.append(BEGIN)
        log = path.with_name(path.name + "-wal").read_bytes()
    elsewhere = tmp_path / "elsewhere" / path.name
    elsewhere.parent.mkdir()
    elsewhere.with_name(path.name + "-wal").write_bytes(log)
    with Store.open(elsewhere) as store:
        assert [file.read_bytes() for file in quarantined_files(elsewhere) if file.name.endswith("-wal")] == [log]
        assert_store_works(store)


@pytest.mark.parametrize("seed", range(40))
def test_flipped_bits_stop_nothing(path: Path, seed: int) -> None:
    write_history(path, 300)
    dice = random.Random(seed)
    content = bytearray(path.read_bytes())
    for _ in range(200):
        content[dice.randrange(len(content))] ^= 1 << dice.randrange(8)
    path.write_bytes(content)
    with Store.open(path) as store:
        store.states()
        store.exercise_to_continue()
        store.events("basics", "add")
        events = [make_event("begin", "try 2", exercise="mul")]
        events += [answer(str(i), worksheet="try 2", exercise="mul") for i in range(20)]
        append_events(store, *events)
        assert store.writable
        assert store.events("basics", "mul") == tuple(events)
    if quarantined_files(path):
        assert store.notice is not None


def test_events_of_this_session_survive_damage_to_the_open_file(path: Path) -> None:
    write_history(path)
    with Store.open(path) as store:
        before = store.events("basics", "add")
        assert store.append(answer("before"))
        # Overwrite every page but the first while the file is open, as a failing disk may.
        run_sql(path, "PRAGMA wal_checkpoint(TRUNCATE)")
        with path.open("r+b") as file:
            file.seek(4096)
            file.write(random.Random(2).randbytes(path.stat().st_size - 4096))
        # Write until SQLite reads pages that it does not have in memory.
        for number in range(3_000):
            last = answer(f"after {number}")
            assert store.append(last)
            if quarantined_files(path):
                break
        store.states()
        [quarantined] = quarantined_files(path)
        assert quarantined.name in str(store.notice)
    with Store.open(path) as store:
        events = store.events("basics", "add")
        assert events[: len(before)] == before
        assert events[-1] == last
        assert events[len(before)].text == "before"


def test_a_newer_file_is_left_alone_and_nothing_is_saved(path: Path) -> None:
    write_history(path, 3)
    run_sql(path, f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    before = path.read_bytes()
    with Store.open(path) as store:
        assert not store.writable
        assert "newer backprop-tutor" in str(store.notice)
        assert not store.append(BEGIN)
        assert not store.append(answer("42"))
        assert texts(store) == ["", "42"]
        assert store.states() == {("basics", "add"): "begun"}
        assert store.exercise_to_continue() == ("basics", "add")
    assert path.read_bytes() == before
    assert quarantined_files(path) == []


def test_a_file_that_is_migrated_by_a_newer_version_is_not_written_any_more(path: Path) -> None:
    with Store.open(path) as store:
        assert store.append(BEGIN)
        run_sql(path, f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
        assert not store.append(answer("42"))
        assert "newer backprop-tutor" in str(store.notice)
        assert run_sql(path, "SELECT count(*) FROM event") == [(1,)]
        assert store.states() == {("basics", "add"): "begun"}


def folder_inside_a_file(path: Path) -> Path:
    path.write_text("a file")
    return path / "folder" / "progress.sqlite3"


def folder_instead_of_file(path: Path) -> Path:
    (path / "inside").mkdir(parents=True)
    return path


def file_instead_of_folder(path: Path) -> Path:
    path.write_text("a file")
    return path / "progress.sqlite3"


@pytest.mark.parametrize("make_place", [folder_inside_a_file, folder_instead_of_file, file_instead_of_folder])
def test_events_stay_in_memory_if_no_file_can_be_created(path: Path, make_place: Callable[[Path], Path]) -> None:
    place = make_place(path)
    with Store.open(place) as store:
        assert not store.writable
        assert str(place) in str(store.notice)
        assert not store.append(BEGIN)
        assert not store.append(answer("42"))
        assert texts(store) == ["", "42"]
        assert store.state("basics", "add") == "begun"
        assert store.exercise_to_continue() == ("basics", "add")
        assert not store.writable


def test_all_events_are_saved_once_the_folder_can_be_created(path: Path) -> None:
    place = file_instead_of_folder(path)
    with Store.open(place) as store:
        assert not store.append(BEGIN)
        assert not store.append(answer("1"))
        path.unlink()
        assert store.append(answer("2"))
        assert store.notice is None
        assert store.writable
    with Store.open(place) as store:
        assert texts(store) == ["", "1", "2"]


def test_events_are_saved_again_once_a_full_disk_has_room(path: Path) -> None:
    # A limit on the size of files is a full disk for one process only.
    code = """
import resource, sys
from pathlib import Path
from tutor.practice.event import Event, new_id
from tutor.practice.storage.store import Store, default_path
from tutor.run_options import RunOptions
path = Path(sys.argv[1])
store = Store.open(path)
def event(kind, text=""):
    return Event(kind=kind, worksheet="try 1", pack="basics", exercise="add", text=text, fingerprint="f00d")
assert store.append(event("begin"))
unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, unlimited[1]))
saved = [store.append(event("answer", f"{i} " + "+1" * 500)) for i in range(60)]
assert True in saved and saved[-3:] == [False, False, False], saved
assert store.notice is not None and not store.writable
assert len(store.events("basics", "add")) == 61
assert store.exercise_to_continue() == ("basics", "add") and store.state("basics", "add") == "begun"
resource.setrlimit(resource.RLIMIT_FSIZE, unlimited)
assert store.append(event("answer", "60"))
assert store.notice is None and store.writable
"""
    subprocess.run([sys.executable, "-c", code, str(path)], check=True)
    with Store.open(path) as store:
        numbers = [text.split(" ")[0] for text in texts(store)]
        assert numbers == ["", *map(str, range(61))]


def test_a_full_database_is_reported_as_a_full_disk(path: Path) -> None:
    with Store.open(path) as store:
        assert store.append(BEGIN)
        assert store._database is not None
        connection = store._database._connection
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")
        saved = [store.append(answer("1" * 400)) for _ in range(30)]
        assert not saved[-1]
        assert "disk is full" in str(store.notice)
        connection.execute("PRAGMA max_page_count = 1000000")
        assert store.append(answer("2"))
        assert store.notice is None
        assert len(store.events("basics", "add")) == 32


@pytest.fixture
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the store wait only briefly for a lock."""
    monkeypatch.setattr(store_module, "WRITE_TIMEOUT", 0.1)


@pytest.mark.usefixtures("no_waiting")
def test_entries_are_spoken_of_only_when_some_wait(path: Path) -> None:
    with Store.open(path) as store:
        assert store.append(BEGIN)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with Store.open(path) as store:
        told = f"Another program has locked {path}, so nothing can be saved now. Close that program."
        assert str(store.notice) == told
        assert store.reset("basics", "add") is None
        assert str(store.notice) == told
        assert not store.append(answer("1"))
        assert "your last answers are not saved yet" in str(store.notice)
        assert store.reset("basics", "add") is None
        assert "your last answers are not saved yet" in str(store.notice)
        other.close()
        assert store.append(answer("2"))
        assert store.notice is None


@pytest.mark.usefixtures("no_waiting")
def test_events_are_saved_once_another_program_releases_its_lock(path: Path) -> None:
    with Store.open(path) as store:
        assert store.append(BEGIN)
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        assert not store.append(answer("1"))
        assert "locked" in str(store.notice)
        assert not store.writable
        assert texts(store) == ["", "1"]
        other.execute("ROLLBACK")
        other.close()
        assert store.append(answer("2"))
        assert store.notice is None
        assert store.writable
    with Store.open(path) as store:
        assert texts(store) == ["", "1", "2"]


def test_entries_that_are_not_saved_when_plain_mode_ends_are_added_at_the_next_start(run_tutor: Run) -> None:
    path = default_path()
    Store.open(path).close()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    done = run_tutor("play", "basics/add-multiply", "--plain", text="1\n2\n")
    other.close()
    assert done.returncode == 1
    assert "All checked answers are saved" not in done.stdout
    assert f"could not be saved in {path} yet: 3. They are kept in {path}.pending-" in done.stderr.splitlines()[-1]
    again = run_tutor("progress", "--json")
    assert json.loads(again.stdout)["answers"] == 2
    assert again.stderr.splitlines() == ["Answers that could not be saved before were added to your progress file: 3."]
    assert list(path.parent.glob("*.pending-*")) == []
    assert run_tutor("progress").stderr == ""


def test_entries_that_are_not_saved_are_reported_after_the_screen_is_closed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], no_waiting: None
) -> None:
    path = default_path()
    other = []

    def use_screen(store: Store, *_: object, **__: object) -> int:
        other.append(sqlite3.connect(path, isolation_level=None))
        other[0].execute("BEGIN IMMEDIATE")
        store.append(BEGIN)
        return 0

    monkeypatch.setattr(RunOptions, "use_plain", False)
    monkeypatch.setattr(tui, "run", use_screen)
    assert launch(RunOptions(plain=False, ascii=False)) == 0
    other[0].close()
    assert f"could not be saved in {path} yet: 1. They are kept in" in capsys.readouterr().err


@pytest.mark.usefixtures("no_waiting")
def test_closing_saves_events_that_could_not_be_saved_before(path: Path) -> None:
    with Store.open(path) as store:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        assert not store.append(BEGIN)
        other.close()
    with Store.open(path) as store:
        assert store.events("basics", "add") == (BEGIN,)


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only for root")
def test_a_read_only_file_can_be_read(path: Path) -> None:
    write_history(path, 2)
    path.chmod(0o444)
    with Store.open(path) as store:
        assert not store.writable
        assert store.state("basics", "add") == "begun"
        assert not store.append(answer("42"))


READ_ONLY_FOLDER = """
import os, sys
from pathlib import Path
from tutor.practice.storage.store import Store
path = Path(sys.argv[1])
if os.access(path.parent, os.W_OK):
    sys.exit(77)
with Store.open(path) as store:
    assert not store.writable
    assert store.state("basics", "add") == "begun"
    assert len(store.events("basics", "add")) == 3
    assert store.reset("basics", "add") is None
    sys.exit(str(store.notice))
"""


@pytest.mark.parametrize("mode", [0o444, 0o644])
def test_a_file_in_a_read_only_folder_can_be_read(path: Path, mode: int) -> None:
    path = path.parent / "mine" / path.name
    write_history(path, 2)
    before = path.read_bytes()
    path.chmod(mode)
    path.parent.chmod(0o555)
    # To root nothing is read-only, unless it gives up that right.
    prefix = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
    if prefix and shutil.which(prefix[0]) is None:
        pytest.skip("nothing is read-only for root")
    done = subprocess.run([*prefix, sys.executable, "-c", READ_ONLY_FOLDER, str(path)], capture_output=True, text=True)
    path.parent.chmod(0o755)
    if done.returncode == 77:
        pytest.skip("root keeps its rights")
    assert "can't be saved" in done.stderr, done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_a_removed_file_is_created_again_with_the_events_of_this_session(path: Path) -> None:
    folder = path.parent / "mine"
    path = folder / path.name
    with Store.open(path) as store:
        assert store.append(BEGIN)
        assert store.append(answer("1"))
        shutil.rmtree(folder)
        assert store.append(answer("2"))
        assert store.notice is None
    with Store.open(path) as store:
        assert texts(store) == ["", "1", "2"]


def test_a_symbolic_link_stays_when_its_target_is_quarantined(path: Path, tmp_path: Path) -> None:
    real = tmp_path / "cloud" / "progress.sqlite3"
    real.parent.mkdir()
    random_bytes(real)
    path.symlink_to(real)
    with Store.open(path) as store:
        assert_store_works(store)
    assert path.is_symlink()
    assert len(quarantined_files(real)) == 1


READ_ONLY = """
import subprocess, sys
from pathlib import Path
from tutor.practice.event import Event, new_id
from tutor.practice.storage.store import Store, default_path
from tutor.run_options import RunOptions
path = Path(sys.argv[1])
for options in (["--bind", path.parent, path.parent], ["-o", "remount,bind,ro", path.parent]):
    if subprocess.run(["mount", *options]).returncode:
        sys.exit(77)
with Store.open(path) as store:
    assert not store.writable, store.notice
    assert store.state("basics", "add") == "begun", store.states()
    assert len(store.events("basics", "add")) == 3
    assert not store.append(Event(kind="answer", worksheet="try 1", pack="basics", exercise="add", fingerprint="f00d"))
    assert len(store.events("basics", "add")) == 4
    sys.exit(str(store.notice))
"""


@pytest.mark.skipif(shutil.which("unshare") is None, reason="a file system can't be mounted")
def test_a_file_on_a_read_only_disk_can_be_read(path: Path) -> None:
    path = path.parent / "disk" / path.name
    write_history(path, 2)
    before = path.read_bytes()
    command = ["unshare", "--mount", "--map-root-user", sys.executable, "-c", READ_ONLY, str(path)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode == 77 or "unshare" in done.stderr:
        pytest.skip("a file system can't be mounted")
    assert "can't be saved" in done.stderr, done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


COVERED = """
import subprocess, sys
from pathlib import Path
from tutor.practice.event import Event, new_id
from tutor.practice.storage.store import Store
path = Path(sys.argv[1])
def run(*command):
    if subprocess.run([*command, path.parent]).returncode:
        sys.exit(77)
def event(number):
    return Event(kind="answer", worksheet="try 1", pack="basics", exercise="add", text=number, fingerprint="f00d")
store = Store.open(path, for_screen=True)
assert store.append(event("1"))
run("mount", "-t", "tmpfs", "-o", "ro", "tmpfs")
assert [store.append(event(number)) for number in "23"] == [False, False]
assert store.states() == {("basics", "add"): "begun"}
assert "can't be saved" in str(store.notice), store.notice
run("umount")
assert store.flush() and store.notice is None
store.close()
"""


@pytest.mark.skipif(shutil.which("unshare") is None, reason="a file system can't be mounted")
def test_a_disk_that_is_away_for_a_while_loses_nothing(path: Path) -> None:
    path = path.parent / "disk" / path.name
    write_history(path, 2)
    command = ["unshare", "--mount", "--map-root-user", sys.executable, "-c", COVERED, str(path)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode == 77 or "unshare" in done.stderr:
        pytest.skip("a file system can't be mounted")
    assert done.returncode == 0, done.stderr
    with Store.open(path) as store:
        assert texts(store)[-3:] == ["1", "2", "3"]


def test_answers_count_whatever_the_clock_said(run_tutor: Run) -> None:
    years = ("2026", "2036", "1970", "2120", "2016")
    with Store.open(default_path()) as store:
        for year in years:
            begin = make_event("begin", f"try {year}", at=f"{year}-03-02T10:00:00.000000+00:00")
            append_events(store, begin, replace(begin, id=new_id(), kind="answer", verdict="right", blank="x"))
    data = json.loads(run_tutor("progress", "--json").stdout)
    assert data["answers"] == len(years)
    assert data["first_try_rate"] == 1.0
    assert data["weeks"][0]["monday"] == "2016-02-29"
    export = default_path().with_name("mine.jsonl")
    assert run_tutor("export", "--to", str(export)).returncode == 0
    assert "0 new, 10 already known" in run_tutor("import", str(export)).stdout
