"""`backprop-tutor play PATH`: a file, folder or zip, reloaded when it is saved."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pexpect
import pytest

from tests.support import hostile_packs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.run_tutor import Run

EXERCISE_FILE = 'graph = "z = x * y"\n[inputs]\nx = 5\ny = 3\n'
PACK = "format = 1\nid = 'mine'\ntitle = 'Mine'"


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    folder = tmp_path / "work" / "mine"
    folder.mkdir(parents=True)
    (folder / "pack.toml").write_text(PACK)
    (folder / "01-one.toml").write_text(EXERCISE_FILE)
    (folder / "02-two.toml").write_text(EXERCISE_FILE.replace("*", "+"))
    return folder


def test_play_opens_a_file_of_a_pack(mine: Path, run_tutor: Run) -> None:
    path = str(mine / "01-one.toml")
    assert "✓ Right." in run_tutor("play", path, text="3\n").stdout
    again = run_tutor("play", path, text="5\n")
    assert "Welcome back" in again.stdout
    assert "Solved." in again.stdout
    assert again.returncode == 0


def test_play_opens_a_file_outside_of_packs(tmp_path: Path, run_tutor: Run) -> None:
    (tmp_path / "alone.toml").write_text(EXERCISE_FILE)
    done = run_tutor("play", str(tmp_path / "alone.toml"), text="3\n5\n")
    assert "Solved." in done.stdout
    assert done.returncode == 0


def test_play_asks_for_the_exercise_of_a_folder_or_zip(mine: Path, tmp_path: Path, run_tutor: Run) -> None:
    zipped = tmp_path / "some.zip"
    zipped.write_bytes(hostile_packs.make_archive(*((file.name, file.read_bytes()) for file in mine.iterdir())))
    for place in (mine, mine / "pack.toml", zipped):
        done = run_tutor("play", str(place), text="2\n1\n1\n", COLUMNS="80")
        assert "  2  mine/two  z = x + y" in done.stdout
        assert "basics" not in done.stdout.partition("quit:")[0]
        assert "Solved." in done.stdout
        (Path(os.environ["BACKPROP_TUTOR_HOME"]) / "progress.sqlite3").unlink()


def test_play_uses_the_numbers_of_a_seed(tmp_path: Path, run_tutor: Run) -> None:
    (tmp_path / "some.toml").write_text("graph = 'z = x * y'")
    outs = [run_tutor("play", str(tmp_path / "some.toml"), "--seed", seed).stdout for seed in ("1", "1", "2")]
    assert outs[0] == outs[1] != outs[2]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["nowhere.toml"], "nowhere.toml: This file does not exist. Check its name."),
        (["./nowhere"], "nowhere: This file does not exist. Check its name."),
        (["."], ": There is no pack.toml in this folder. `backprop-tutor new` creates a pack."),
        (["./"], ": There is no pack.toml in this folder. `backprop-tutor new` creates a pack."),
        (["bad.toml"], "bad.toml:1: graph: "),
        (["bad.zip"], "bad.zip: This is not a zip archive, or it is damaged. Create it again."),
        (["good.toml", "x=2"], "good.toml has its own graph and numbers."),
        (["z = x*y", "x=2", "y=3", "--watch"], "--watch needs the path of an exercise or a pack."),
    ],
)
def test_a_path_that_cannot_be_opened_gets_one_sentence(
    tmp_path: Path, run_tutor: Run, monkeypatch: pytest.MonkeyPatch, arguments: list[str], sentence: str
) -> None:
    (tmp_path / "bad.toml").write_text("graph = 'z ='")
    (tmp_path / "good.toml").write_text(EXERCISE_FILE)
    (tmp_path / "bad.zip").write_text("x")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))
    if arguments[0] == ".":
        arguments = ["./."]
    done = run_tutor("play", *arguments)
    assert done.returncode in (1, 2)
    assert not done.stdout
    assert sentence in done.stderr
    assert len(done.stderr.splitlines()) == 1


@contextmanager
def watched_process(path: Path) -> Iterator[pexpect.spawn]:
    command = ["-m", "tutor", "play", str(path), "--watch", "--plain"]
    child = pexpect.spawn(sys.executable, command, encoding="utf-8", timeout=20, dimensions=(40, 200))
    try:
        yield child
    finally:
        child.close(force=True)


def test_a_watched_file_is_left_without_a_word_about_keeping(mine: Path, run_tutor: Run) -> None:
    done = run_tutor("play", str(mine / "01-one.toml"), "--watch", "--plain", text="3\n")
    assert "Not finished. Blanks left: 1.\n" in done.stdout
    assert "kept" not in done.stdout


def test_a_watched_file_is_reloaded_and_keeps_its_answers(mine: Path, home: Path) -> None:
    path = mine / "01-one.toml"
    with watched_process(path) as child:
        child.expect_exact("[1/2]")
        child.sendline("3")
        child.expect_exact("[2/2]")
        path.write_text(EXERCISE_FILE + "[text]\nen = 'Said now.'\n")
        child.expect_exact("Said now.")
        child.expect_exact("[2/2]")
        path.write_text(EXERCISE_FILE + "q = 3\n")
        child.expect_exact("01-one.toml:5: inputs.q: “q” is not an input of the graph.")
        path.write_text(EXERCISE_FILE.replace("z =", "f ="))
        child.expect_exact("f = 15")
        child.expect_exact("[2/2]")
        child.sendline("5")
        child.expect_exact("Solved.")
        child.expect(pexpect.EOF)
    listed = subprocess.run([sys.executable, "-m", "tutor", "list"], capture_output=True, encoding="utf-8", check=True)
    assert "in progress" not in listed.stdout


#: To root everything is readable, unless it gives up that right.
UNPRIVILEGED = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []


@pytest.mark.skipif(bool(UNPRIVILEGED) and shutil.which("setpriv") is None, reason="root can read everything")
def test_a_folder_that_cannot_be_read_takes_nothing_down(tmp_path: Path, home: Path) -> None:
    closed = [tmp_path / "closed", home / "packs" / "closed"]
    for folder in closed:
        folder.mkdir(parents=True)
        folder.chmod(0)

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [*UNPRIVILEGED, sys.executable, "-m", "tutor", *arguments]
        return subprocess.run(command, capture_output=True, encoding="utf-8", check=False, stdin=subprocess.DEVNULL)

    try:
        listed = run("list")
        assert (listed.returncode, listed.stderr) == (0, "")
        name = str(closed[0])
        for command in (
            ["check", name],
            ["check", f"{name}/x"],
            ["play", f"{name}/x.toml"],
            ["pack", "add", name],
            ["new", f"{name}/x"],
            ["export", "--to", f"{name}/x"],
        ):
            done = run(*command)
            assert (done.returncode, done.stdout) == (2, "")
            assert done.stderr == f"backprop-tutor: {command[-1]} can't be read: Permission denied.\n"
    finally:
        for path in closed:
            path.chmod(0o755)
