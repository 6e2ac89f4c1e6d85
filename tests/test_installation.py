"""An installation into which another program has put its own package `tutor`, and what the package index shows."""

from __future__ import annotations

import os
import re
import runpy
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import tutor
from tutor.cli import foreign_names

PACKAGE = Path(tutor.__file__).parent
PROJECT = PACKAGE.parent
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


def test_the_package_index_gets_absolute_links_once_there_is_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    # The build brings hatchling along; the hook only needs the class.
    interface = ModuleType("hatchling.metadata.plugin.interface")
    interface.MetadataHookInterface = type("Hook", (), {"root": str(PROJECT)})  # type: ignore[attr-defined]
    for name in ("hatchling", "hatchling.metadata", "hatchling.metadata.plugin"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    monkeypatch.setitem(sys.modules, interface.__name__, interface)
    hook = runpy.run_path(str(PROJECT / "hatch_build.py"))["ReadmeHook"]()
    without: dict[str, Any] = {}
    hook.update(without)
    assert without["readme"]["text"] == (PROJECT / "README.md").read_text(encoding="utf-8")
    metadata: dict[str, Any] = {"urls": {"Source": "https://example.org/someone/tutor/"}}
    hook.update(metadata)
    text = metadata["readme"]["text"]
    assert "](https://example.org/someone/tutor/raw/HEAD/tests/pictures/exercise.svg)" in text
    assert "](https://example.org/someone/tutor/blob/HEAD/exercises/README.md#write-your-first-exercise)" in text
    assert not re.findall(r"\]\((?!https://|#)", text)
    assert "](https://docs.astral.sh/uv/)" in text
