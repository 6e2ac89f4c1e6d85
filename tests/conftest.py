"""Every test has a folder of its own for the learner's files, and English texts unless it asks for others."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import count
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tutor import i18n

if TYPE_CHECKING:
    from pathlib import Path

# Two runs draw the same examples, so that who changes nothing sees nothing fail; the variable lets them differ.
settings.register_profile("steady", derandomize=True)
if not os.environ.get("BACKPROP_TUTOR_RANDOM"):
    settings.load_profile("steady")

# The program is started hundreds of times: it need not be compiled each time.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Half as many again as there are cores: tests of screens and of processes wait for most of their time."""
    cores = os.cpu_count() or 1
    return cores + (cores + 1) // 2


#: What a run of the program in a subprocess gives.
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Paths for the learners' folders of all tests. Most tests never make theirs."""
    base = tmp_path_factory.mktemp("homes")
    return (base / str(number) for number in count())


@pytest.fixture(autouse=True)
def home(homes: Iterator[Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that holds the learner's files in this test."""
    folder = next(homes)
    monkeypatch.setenv("BACKPROP_TUTOR_HOME", str(folder))
    for variable in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "NO_COLOR", "COLUMNS"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("LANG", "C.UTF-8")
    return folder


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    i18n.set_language("en")
    yield
    i18n.set_language("en")


@pytest.fixture
def run_tutor(home: Path) -> Run:
    """Run `backprop-tutor` with arguments and input in a process of its own, as a user would."""

    def run(*arguments: str, text: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "tutor", *arguments],
            input=text,
            capture_output=True,
            encoding="utf-8",
            env={**os.environ, **environment},
            timeout=60,
        )

    return run
