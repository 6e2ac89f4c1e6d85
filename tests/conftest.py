"""Fixtures of all tests: a data folder of its own for each test, English texts, and the program as a process."""

from __future__ import annotations

import os
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tutor import i18n
from tutor.practice import student

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator

    from tests.support.caches import Caches
    from tests.support.run_tutor import Run

# Before any of its modules is imported, so that a failing `assert` in a helper shows its values.
pytest.register_assert_rewrite("tests.support")

# Every run draws the same examples, so that a test never fails without a change. The variable lets runs differ.
# A deadline would be a limit by the clock, which a busy machine exceeds.
settings.register_profile("steady", derandomize=True, deadline=None)
if not os.environ.get("BACKPROP_TUTOR_RANDOM"):
    settings.load_profile("steady")

# The tests start the program hundreds of times; bytecode files save compiling it each time.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Return two workers per core, because tests of screens and of processes mostly wait."""
    return 2 * (os.cpu_count() or 1)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let each worker begin with its share of the tests that take long: at the end, the others would wait for it."""
    num_workers = getattr(config, "workerinput", {}).get("workercount", 1)
    long = [item for item in items if item.get_closest_marker("takes_long")]
    short = [item for item in items if not item.get_closest_marker("takes_long")]
    # A worker begins with as many tests in a row as the others.
    items[:] = [
        item
        for number in range(num_workers)
        for item in (
            *long[number::num_workers],
            *short[len(short) * number // num_workers : len(short) * (number + 1) // num_workers],
        )
    ]


@pytest.fixture(scope="session")
def home_paths(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return paths for data folders. The program creates one only when a test makes it save something."""
    base = tmp_path_factory.mktemp("homes")
    return (base / str(number) for number in count())


@pytest.fixture(autouse=True)
def home(home_paths: Iterator[Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the data folder of this test, and give the program a plain English environment."""
    folder = next(home_paths)
    monkeypatch.setenv("BACKPROP_TUTOR_HOME", str(folder))
    for variable in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "NO_COLOR", "COLUMNS", "LINES"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.setattr(student, "_given", [])
    return folder


@pytest.fixture(autouse=True)
def english_texts() -> Iterator[None]:
    i18n.set_language("en")
    yield
    i18n.set_language("en")


@pytest.fixture(scope="session")
def caches(tmp_path_factory: pytest.TempPathFactory) -> Caches:
    """Return what the program remembers of the built-in packs, made once for all workers."""
    # Imported here, as modules of helpers are rewritten first.
    from tests.support.caches import Caches

    return Caches(tmp_path_factory)


@pytest.fixture
def second_start(home: Path, caches: Caches) -> None:
    """Let the program find in its data folder what it makes at the first start."""
    caches.give(home, with_index=True)


@pytest.fixture
def run_tutor(home: Path, caches: Caches) -> Run:
    """Return a function that runs `backprop-tutor` in its own process, with arguments and standard input.

    It isn't the first start: the program finds the caches that the command needs.
    """

    def run(*arguments: str, text: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
        from tests.support.run_tutor import run_in_fork, run_in_new_python, starts_new_python, uses_exercise_index

        own_home = environment.get("BACKPROP_TUTOR_HOME")
        caches.give(Path(own_home) if own_home else home, with_index=uses_exercise_index(arguments))
        if starts_new_python(environment):
            return run_in_new_python(arguments, text, **environment)
        return run_in_fork(arguments, text, environment={**os.environ, **environment})

    return run
