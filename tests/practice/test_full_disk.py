"""A disk that fills while answers are given: each entry is either there afterwards or said to be lost."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.support.pty_program import PtyProgram

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.takes_long

#: Run the tutor with its data folder on a disk of a given size; then make room, and export what is there.
SCRIPT = """
mount -t tmpfs -o size="$1" tmpfs "$BACKPROP_TUTOR_HOME" || exit 77
"$2" -m tutor play basics/add-multiply $4
echo "exit code $?"
mount -o remount,size=1m "$BACKPROP_TUTOR_HOME"
"$2" -m tutor export --to "$3"
ls -A "$BACKPROP_TUTOR_HOME"
"""
ANSWERS = ("1", "2", "120", "2")


def command(size: str, export: Path, *options: str) -> list[str]:
    unshare = ["unshare", "--mount", "--map-root-user", "sh", "-c", SCRIPT, "sh"]
    return [*unshare, size, sys.executable, str(export), *options]


@pytest.fixture(autouse=True)
def _can_mount(home: Path) -> None:
    home.mkdir()
    test = ["unshare", "--mount", "--map-root-user", "mount", "-t", "tmpfs", "tmpfs", str(home)]
    if shutil.which("unshare") is None or subprocess.run(test, capture_output=True, check=False).returncode:
        pytest.skip("a file system can't be mounted")


def assert_nothing_is_lost_silently(text: str, export: Path, num_entries: int) -> None:
    """Assert that what was entered is in the export, or was said to be lost, and that no temporary file is left."""
    assert "Traceback" not in text
    entries = [json.loads(line) for line in export.read_text("utf-8").splitlines()]
    lost = re.search(r"are\s+lost:\s+(\d+)", text)
    assert len(entries) + (int(lost[1]) if lost else 0) == num_entries, text
    assert ".part" not in text
    assert "All checked answers are saved" not in text or not lost


@pytest.mark.parametrize("size", ["4k", "128k"])
def test_plain_mode(tmp_path: Path, size: str) -> None:
    export = tmp_path / "mine.jsonl"
    given = "".join(f"{answer}\n" for answer in ANSWERS)
    done = subprocess.run(
        command(size, export, "--plain"), input=given, capture_output=True, encoding="utf-8", check=False
    )
    text = done.stdout + done.stderr
    assert text.count("✓ Right.") == len(ANSWERS)
    assert "exit code 1" in text
    assert_nothing_is_lost_silently(text, export, 1 + len(ANSWERS))
    assert "disk is full" in text
    assert ("are lost: " in text) == (size == "4k")  # not even room for the file in which they wait


def test_the_screen(tmp_path: Path, home: Path) -> None:
    export = tmp_path / "mine.jsonl"
    environment = {"BACKPROP_TUTOR_HOME": str(home)}
    with PtyProgram(command=command("128k", export), environment=environment, columns=100) as program:
        program.wait_for_text("0 of 5")
        for number, answer in enumerate(ANSWERS, 1):
            program.send(f"{answer}\r")
            program.wait_for_text(f"{number} of 5")
        program.wait_for_text("The disk is full")
        program.send("\x11")
        assert program.wait() == 0
        assert program.leftovers == []
        sent = program.sent.decode()
        text = sent[sent.rindex("\x1b[?1049l") :]  # after the screen was closed
    assert "They are kept in" in text
    assert_nothing_is_lost_silently(text, export, 1 + len(ANSWERS))
