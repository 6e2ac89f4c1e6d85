"""Where the learner's files lie: data, settings and caches in the folders of the system, old ones moved once."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from tests.support.run_tutor import run_in_fork

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="names the folders of Linux")


def run(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("XDG_", "BACKPROP_TUTOR_"))}
    return run_in_fork(arguments, environment={**environment, "HOME": str(home)})


def files(home: Path) -> set[str]:
    return {str(path.relative_to(home)) for path in home.rglob("*") if path.is_file()}


def test_settings_and_caches_have_folders_of_their_own(tmp_path: Path) -> None:
    assert run(tmp_path, "settings").returncode == 0
    run(tmp_path, "list")
    run(tmp_path, "review")
    found = files(tmp_path)
    assert ".config/backprop-tutor/settings.toml" in found
    assert ".cache/backprop-tutor/titles.json" in found
    assert not [name for name in found if name.startswith(".local/share/backprop-tutor/titles")]


def test_files_of_an_earlier_version_are_moved_once(tmp_path: Path) -> None:
    old = tmp_path / ".local" / "share" / "backprop-tutor"
    old.mkdir(parents=True)
    (old / "settings.toml").write_text('language = "ko"\n')
    (old / "titles.json").write_text("{}")
    (old / "notes.txt").write_text("mine")
    assert "문제집" in run(tmp_path, "list", "--help").stdout
    assert (tmp_path / ".config" / "backprop-tutor" / "settings.toml").read_text() == 'language = "ko"\n'
    assert {path.name for path in old.iterdir()} == {"notes.txt"}
    # A second one, which an old version may have written since, is left alone.
    (old / "settings.toml").write_text('language = "en"\n')
    assert "문제집" in run(tmp_path, "list", "--help").stdout
    assert (old / "settings.toml").exists()


def test_a_place_that_is_taken_by_a_file_stops_nothing(tmp_path: Path) -> None:
    old = tmp_path / ".local" / "share" / "backprop-tutor"
    old.mkdir(parents=True)
    (old / "settings.toml").write_text('theme = "light"\n')
    (tmp_path / ".config").write_text("a file")
    done = run(tmp_path, "list")
    assert done.returncode == 0, done.stderr
    assert (old / "settings.toml").exists()
