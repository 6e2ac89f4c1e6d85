"""Whatever happens to the file, the exercise goes on and nothing that was checked is lost."""

import os
import random
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tutor.practice.storage import store as store_module
from tutor.practice.storage.migrations import SCHEMA_VERSION
from tutor.practice.storage.store import Event, Store

BEGIN = Event(kind="begin", worksheet="now", pack="basics", exercise="add", fingerprint="f00d")


def answer(text: str, exercise: str = "add", worksheet: str = "now") -> Event:
    return Event(kind="answer", worksheet=worksheet, pack="basics", exercise=exercise, text=text, fingerprint="f00d")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "progress.sqlite3"


def history(path: Path, number: int = 2_000) -> None:
    """A file of many pages, closed."""
    from tutor.practice.storage.database import Database

    database = Database(path, timeout=2.0)
    database.write([BEGIN, *(answer(f"answer {i}") for i in range(number))])
    database.close()


def quarantined_files(path: Path) -> list[Path]:
    return sorted(each for each in path.parent.iterdir() if ".damaged-" in each.name)


def assert_store_works(store: Store) -> None:
    """The store works as a new one does."""
    assert store.writable
    assert store.states() == {}
    assert store.exercise_to_continue() is None
    assert store.append(BEGIN)
    assert store.append(answer("42"))
    assert [each.text for each in store.events("basics", "add")] == ["", "42"]


def garbage(path: Path) -> None:
    path.write_bytes(random.Random(1).randbytes(10_000))


def text(path: Path) -> None:
    path.write_text("my shopping list\n")


def zeros(path: Path) -> None:
    path.write_bytes(bytes(8192))


def truncate_in_middle(path: Path) -> None:
    history(path)
    os.truncate(path, path.stat().st_size // 2)


def truncate_first_page(path: Path) -> None:
    history(path)
    os.truncate(path, 1000)


def no_table(path: Path) -> None:
    history(path)
    connection = sqlite3.connect(path)
    connection.execute("DROP TABLE event")
    connection.close()


def another_table(path: Path) -> None:
    history(path)
    connection = sqlite3.connect(path)
    connection.execute("ALTER TABLE event RENAME COLUMN worksheet TO worksheep")
    connection.close()


def other_program_database(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE bookmarks (url)")
    connection.commit()
    connection.close()


@pytest.mark.parametrize(
    "spoil",
    [
        garbage,
        text,
        zeros,
        truncate_in_middle,
        truncate_first_page,
        no_table,
        another_table,
        other_program_database,
    ],
)
def test_a_file_that_is_no_progress_file_is_set_aside_and_a_new_one_begun(
    path: Path, spoil: Callable[[Path], object]
) -> None:
    spoil(path)
    before = path.read_bytes()
    with Store.open(path) as store:
        [kept] = quarantined_files(path)
        assert kept.read_bytes() == before
        assert kept.name in str(store.notice)
        assert_store_works(store)
        assert kept.name in str(store.notice)  # told as long as this sitting lasts
    with Store.open(path) as store:
        assert store.notice is None
        assert store.state("basics", "add") == "begun"
    assert quarantined_files(path) == [kept]


def test_a_second_damaged_file_takes_no_other_ones_name(path: Path) -> None:
    for number in range(1, 5):
        path.write_bytes(b"no database, number %d" % number * 50)
        Store.open(path).close()
        assert len(quarantined_files(path)) == number
        assert {kept.read_bytes()[20:21] for kept in quarantined_files(path)} == {
            b"%d" % i for i in range(1, number + 1)
        }


def test_an_empty_file_is_simply_begun(path: Path) -> None:
    path.touch()
    with Store.open(path) as store:
        assert store.notice is None
        assert quarantined_files(path) == []
        assert_store_works(store)


def test_a_log_without_its_database_is_set_aside_too(path: Path, tmp_path: Path) -> None:
    with Store.open(path) as store:
        store.append(BEGIN)
        log = path.with_name(path.name + "-wal").read_bytes()
    elsewhere = tmp_path / "elsewhere" / path.name
    elsewhere.parent.mkdir()
    elsewhere.with_name(path.name + "-wal").write_bytes(log)
    with Store.open(elsewhere) as store:
        assert [kept.read_bytes() for kept in quarantined_files(elsewhere) if kept.name.endswith("-wal")] == [log]
        assert_store_works(store)


@pytest.mark.parametrize("seed", range(40))
def test_flipped_bytes_stop_nothing(path: Path, seed: int) -> None:
    history(path, 300)
    dice = random.Random(seed)
    spoilt = bytearray(path.read_bytes())
    for _ in range(200):
        spoilt[dice.randrange(len(spoilt))] ^= 1 << dice.randrange(8)
    path.write_bytes(spoilt)
    with Store.open(path) as store:
        store.states()
        store.exercise_to_continue()
        store.events("basics", "add")
        now = [Event(kind="begin", worksheet="then", pack="basics", exercise="mul", fingerprint="f00d")]
        now += [answer(str(i), "mul", "then") for i in range(20)]
        saved = [store.append(event) for event in now]
        assert all(saved)
        assert store.writable
        assert store.events("basics", "mul") == tuple(now)
    if quarantined_files(path):
        assert store.notice is not None


def test_damage_found_while_working_keeps_what_was_done_in_this_sitting(path: Path) -> None:
    history(path)
    with Store.open(path) as store:
        before = store.events("basics", "add")
        assert store.append(answer("before"))
        # Every page but the first, while the file is open: behind SQLite's back, as a failing disk does it.
        connection = sqlite3.connect(path)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        with path.open("r+b") as file:
            file.seek(4096)
            file.write(random.Random(2).randbytes(path.stat().st_size - 4096))
        # Other pages than those it has in memory.
        for number in range(3_000):
            last = answer(f"after {number}")
            assert store.append(last)
            if quarantined_files(path):
                break
        store.states()
        [kept] = quarantined_files(path)
        assert kept.name in str(store.notice)
    with Store.open(path) as store:
        found = store.events("basics", "add")
        assert found[: len(before)] == before
        assert found[-1] == last
        assert found[len(before)].text == "before"


def test_a_newer_file_is_left_alone_and_the_sitting_goes_on_unsaved(path: Path) -> None:
    history(path, 3)
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    connection.close()
    before = path.read_bytes()
    with Store.open(path) as store:
        assert not store.writable
        assert "newer backprop-tutor" in str(store.notice)
        assert not store.append(BEGIN)
        assert not store.append(answer("42"))
        assert [each.text for each in store.events("basics", "add")] == ["", "42"]
        assert store.states() == {("basics", "add"): "begun"}
        assert store.exercise_to_continue() == ("basics", "add")
    assert path.read_bytes() == before
    assert quarantined_files(path) == []


def test_a_file_that_becomes_newer_while_it_is_open_is_written_no_more(path: Path) -> None:
    with Store.open(path) as store:
        assert store.append(BEGIN)
        connection = sqlite3.connect(path)
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
        assert not store.append(answer("42"))
        assert "newer backprop-tutor" in str(store.notice)
        assert connection.execute("SELECT count(*) FROM event").fetchone() == (1,)
        connection.close()
        assert store.states() == {("basics", "add"): "begun"}


def folder_in_a_file(path: Path) -> Path:
    path.write_text("a file")
    return path / "folder" / "progress.sqlite3"


def folder_of_that_name(path: Path) -> Path:
    (path / "inside").mkdir(parents=True)
    return path


def folder_that_is_a_file(path: Path) -> Path:
    path.write_text("a file")
    return path / "progress.sqlite3"


@pytest.mark.parametrize("make", [folder_in_a_file, folder_of_that_name, folder_that_is_a_file])
def test_where_no_file_can_be_the_sitting_goes_on_unsaved(path: Path, make: Callable[[Path], Path]) -> None:
    place = make(path)
    with Store.open(place) as store:
        assert not store.writable
        assert str(place) in str(store.notice)
        assert not store.append(BEGIN)
        assert not store.append(answer("42"))
        assert [each.text for each in store.events("basics", "add")] == ["", "42"]
        assert store.state("basics", "add") == "begun"
        assert store.exercise_to_continue() == ("basics", "add")
        assert not store.writable


def test_once_the_folder_can_be_made_all_that_was_missed_is_saved(path: Path) -> None:
    place = folder_that_is_a_file(path)
    with Store.open(place) as store:
        assert not store.append(BEGIN)
        assert not store.append(answer("1"))
        path.unlink()
        assert store.append(answer("2"))
        assert store.notice is None
        assert store.writable
    with Store.open(place) as store:
        assert [each.text for each in store.events("basics", "add")] == ["", "1", "2"]


def test_a_full_disk_stops_saving_until_there_is_room_again(path: Path) -> None:
    # A process's own limit on the size of files is a disk that is full for this process alone.
    code = """
import resource, sys
from pathlib import Path
from tutor.practice.storage.store import Event, Store
path = Path(sys.argv[1])
store = Store.open(path)
def event(kind, text=""):
    return Event(kind=kind, worksheet="now", pack="basics", exercise="add", text=text, fingerprint="f00d")
assert store.append(event("begin"))
unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, unlimited[1]))
told = [store.append(event("answer", f"{i} " + "+1" * 500)) for i in range(60)]
assert True in told and told[-3:] == [False, False, False], told
assert store.notice is not None and not store.writable
assert len(store.events("basics", "add")) == 61
assert store.exercise_to_continue() == ("basics", "add") and store.state("basics", "add") == "begun"
resource.setrlimit(resource.RLIMIT_FSIZE, unlimited)
assert store.append(event("answer", "60"))
assert store.notice is None and store.writable
"""
    subprocess.run([sys.executable, "-c", code, str(path)], check=True)
    with Store.open(path) as store:
        texts = [each.text.split(" ")[0] for each in store.events("basics", "add")]
        assert texts == ["", *map(str, range(61))]


def test_a_full_database_names_the_disk(path: Path) -> None:
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
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "WRITE_TIMEOUT", 0.1)


@pytest.mark.usefixtures("impatient")
def test_what_another_program_locks_is_saved_when_it_lets_go(path: Path) -> None:
    with Store.open(path) as store:
        assert store.append(BEGIN)
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        assert not store.append(answer("1"))
        assert "locked" in str(store.notice)
        assert not store.writable
        assert [each.text for each in store.events("basics", "add")] == ["", "1"]
        other.execute("ROLLBACK")
        other.close()
        assert store.append(answer("2"))
        assert store.notice is None
        assert store.writable
    with Store.open(path) as store:
        assert [each.text for each in store.events("basics", "add")] == ["", "1", "2"]


@pytest.mark.usefixtures("impatient")
def test_closing_saves_what_was_missed(path: Path) -> None:
    with Store.open(path) as store:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        assert not store.append(BEGIN)
        other.close()
    with Store.open(path) as store:
        assert store.events("basics", "add") == (BEGIN,)


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only for root")
def test_a_read_only_file_is_still_read(path: Path) -> None:
    history(path, 2)
    path.chmod(0o444)
    with Store.open(path) as store:
        assert not store.writable
        assert store.state("basics", "add") == "begun"
        assert not store.append(answer("42"))


def test_a_file_removed_while_it_is_open_is_made_again_with_this_sittings_events(path: Path) -> None:
    folder = path.parent / "mine"
    path = folder / path.name
    with Store.open(path) as store:
        assert store.append(BEGIN)
        assert store.append(answer("1"))
        shutil.rmtree(folder)
        assert store.append(answer("2"))
        assert store.notice is None
    with Store.open(path) as store:
        assert [each.text for each in store.events("basics", "add")] == ["", "1", "2"]


def test_a_link_is_followed_to_the_file_and_stays(path: Path, tmp_path: Path) -> None:
    real = tmp_path / "cloud" / "progress.sqlite3"
    real.parent.mkdir()
    garbage(real)
    path.symlink_to(real)
    with Store.open(path) as store:
        assert_store_works(store)
    assert path.is_symlink()
    assert len(quarantined_files(real)) == 1


READ_ONLY = """
import subprocess, sys
from pathlib import Path
from tutor.practice.storage.store import Event, Store
path = Path(sys.argv[1])
for options in (["--bind", path.parent, path.parent], ["-o", "remount,bind,ro", path.parent]):
    if subprocess.run(["mount", *options]).returncode:
        sys.exit(77)
with Store.open(path) as store:
    assert not store.writable, store.notice
    assert store.state("basics", "add") == "begun", store.states()
    assert len(store.events("basics", "add")) == 3
    assert not store.append(Event(kind="answer", worksheet="now", pack="basics", exercise="add", fingerprint="f00d"))
    assert len(store.events("basics", "add")) == 4
    sys.exit(str(store.notice))
"""


@pytest.mark.skipif(shutil.which("unshare") is None, reason="no mount of our own can be made")
def test_on_a_read_only_disk_what_was_saved_is_read_and_the_sitting_goes_on_unsaved(path: Path) -> None:
    path = path.parent / "disk" / path.name
    history(path, 2)
    before = path.read_bytes()
    command = ["unshare", "--mount", "--map-root-user", sys.executable, "-c", READ_ONLY, str(path)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode == 77 or "unshare" in done.stderr:
        pytest.skip("no mount of our own can be made")
    assert "cannot be saved" in done.stderr, done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]
