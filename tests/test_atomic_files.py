"""Files are written completely or not at all, and no temporary file stays behind for good."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tutor import atomic_files, settings
from tutor.atomic_files import read_regular_file, remove_stale_files, replace_file, write_atomically
from tutor.practice.playground import History, PlaygroundInput

if TYPE_CHECKING:
    from tests.support.run_tutor import Run

KILLED = """
import os, signal, sys
from pathlib import Path
from tutor.atomic_files import replace_file
with replace_file(Path(sys.argv[1])) as file:
    file.write(b"half")
    file.flush()
    os.kill(os.getpid(), signal.SIGKILL)
"""


def make_old(path: Path, seconds: float) -> None:
    then = time.time() - seconds
    os.utime(path, (then, then))


def test_a_killed_process_leaves_the_file_as_it_was_and_its_temporary_file_is_removed_later(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("before")
    subprocess.run([sys.executable, "-c", KILLED, str(path)], check=False)
    assert path.read_text() == "before"
    [part] = set(tmp_path.iterdir()) - {path}
    write_atomically("after", path)
    assert part.exists()  # its process might still be writing
    make_old(part, atomic_files._MAX_AGE + 1)
    write_atomically("last", path)
    assert list(tmp_path.iterdir()) == [path]
    assert path.read_text() == "last"


def test_a_full_disk_leaves_the_file_as_it_was_and_no_temporary_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("before")
    unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, unlimited[1]))
    try:
        with pytest.raises(OSError, match="large"):
            write_atomically("after" * 1000, path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, unlimited)
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_only_temporary_files_of_ours_that_are_old_are_removed(tmp_path: Path) -> None:
    ours = [".a.json.0123abcd.part", "atlas.json.123", "titles.json.9", ".learner.77", ".new-abcd_123"]
    others = ["atlas.json", "learner", ".a.part", "notes.123", "progress.sqlite3", ".new-"]
    for name in (*ours, *others):
        (tmp_path / name).touch()
        make_old(tmp_path / name, 10_000)
    folder = tmp_path / ".salvage-ab12cd34"
    folder.mkdir()
    (folder / "copy.sqlite3").touch()
    make_old(folder, 10_000)
    ahead, young = tmp_path / ".a.00000000.part", tmp_path / ".a.11111111.part"
    ahead.touch()
    make_old(ahead, -10_000)  # the clock was ahead
    young.touch()
    remove_stale_files(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {*others, young.name}
    remove_stale_files(tmp_path / "no such folder")


def test_a_session_removes_what_killed_sessions_left_behind(run_tutor: Run, home: Path) -> None:
    (home / "packs").mkdir(parents=True)
    left = [home / ".atlas.json.0123abcd.part", home / "packs" / ".week.zip.0123abcd.part"]
    for path in left:
        path.touch()
        make_old(path, 10_000)
    run_tutor("play", "basics/add-multiply", "--plain")
    assert not any(path.exists() for path in left)


def test_a_link_stays_a_link_and_a_device_a_device(tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    link.symlink_to(target)
    write_atomically("text", link)
    assert link.is_symlink()
    assert target.read_text() == "text"
    with replace_file(Path(os.devnull)) as file:
        file.write(b"text")
    assert not Path(os.devnull).is_file()


@pytest.mark.parametrize("name", ["settings.toml", "titles.json", "atlas.json", "playground.json", "learner"])
@pytest.mark.parametrize("kind", ["pipe", "device"])
def test_no_command_waits_for_what_is_no_file(home: Path, run_tutor: Run, name: str, kind: str) -> None:
    home.mkdir(exist_ok=True)
    if kind == "pipe":
        os.mkfifo(home / name)
    else:
        (home / name).symlink_to("/dev/zero")
    for command in (["progress"], ["list"], ["settings"]):
        done = run_tutor(*command)
        assert done.returncode == (command == ["settings"] and name == "settings.toml")
        assert ("can't be read: Not a regular file." in done.stderr) == (name == "settings.toml")
    assert not (home / name).is_file()


@pytest.mark.parametrize("kind", ["pipe", "device"])
def test_a_setting_and_a_formula_are_not_written_into_a_pipe_or_device(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "file"
    if kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to("/dev/zero")
    with pytest.raises(OSError, match="Not a regular file"):
        read_regular_file(path)
    with pytest.raises(OSError, match="Not a regular file"):
        write_atomically("text", path)
    assert settings.save_value("theme", "light", path) is not None
    history = History(path)
    history.add(PlaygroundInput("x*y", "x=1 y=2"))
    assert history.read() == []


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    with path.open("wb") as file:
        file.truncate(10**12)
    (fault,) = settings.load(path).faults
    assert str(fault) == f"The settings file {path} can't be read: File too large."


def test_a_name_of_the_greatest_length_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / ("가" * 85)
    write_atomically("text", path)
    assert path.read_text() == "text"
