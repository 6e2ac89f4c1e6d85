"""An installation into which another program has put its own package `tutor`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import tutor
from tutor.cli import foreign_names

PACKAGE = Path(tutor.__file__).parent
SENTENCE = "Another program has installed files into the same package “tutor” (env.py, plugins)"


@pytest.fixture
def shared_package(tmp_path: Path) -> Path:
    """Return the folder of a package `tutor` that holds the files of two distributions."""
    package = tmp_path / "tutor"
    package.mkdir()
    for path in PACKAGE.iterdir():
        if path.name != "__pycache__":
            (package / path.name).symlink_to(path)
    record = "".join(f"tutor/{path.name}{'' if path.is_file() else '/x.py'},sha256=x,1\n" for path in package.iterdir())
    (tmp_path / "backprop_tutor-1.dist-info").mkdir()
    (tmp_path / "backprop_tutor-1.dist-info" / "RECORD").write_text(f"../bin/backprop-tutor,,\n{record}")
    assert foreign_names(package) == []
    (package / "plugins").mkdir()
    (package / "env.py").touch()
    return package


def run_in(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    command = [sys.executable, "-m", "tutor", *arguments]
    return subprocess.run(command, capture_output=True, encoding="utf-8", env=environment, cwd=folder, timeout=60)


def test_a_checkout_is_not_asked_whose_its_files_are() -> None:
    assert foreign_names(PACKAGE) == []


def test_files_of_another_distribution_get_one_sentence(shared_package: Path) -> None:
    result = run_in(shared_package.parent, "where")
    assert result.returncode == 0
    (line,) = result.stderr.splitlines()
    assert SENTENCE in line


def test_a_replaced_package_is_refused_with_that_sentence(shared_package: Path) -> None:
    (shared_package / "__init__.py").unlink()
    (shared_package / "__init__.py").write_text("")
    result = run_in(shared_package.parent, "where")
    assert result.returncode == 1
    (line,) = result.stderr.splitlines()
    assert SENTENCE in line
