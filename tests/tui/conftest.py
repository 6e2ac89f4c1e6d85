"""Fixtures of the screens: a learner at the second start, so that nothing is offered or indexed first."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.support.made_once import make_once
from tutor.packs import library
from tutor.practice.exercise_index import default_cache_path, load_index

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def exercise_index_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the cache of the exercise index."""
    return make_once(tmp_path_factory, "index.json", lambda path: load_index(library.all_packs(), path))


@pytest.fixture(autouse=True)
def second_start(home: Path, exercise_index_cache: Path) -> None:
    """Put the index into the learner's folder and mark the first steps as offered, as at a second start."""
    default_cache_path().parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(exercise_index_cache, default_cache_path())
    (default_cache_path().parent / "welcomed").touch()


@pytest.fixture(autouse=True)
def animations(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing move unless a test is marked `animated`, so that a screen is at rest when its text has changed."""
    level = "full" if request.node.get_closest_marker("animated") else "none"
    monkeypatch.setattr("textual.constants.TEXTUAL_ANIMATIONS", level)


@pytest.fixture(autouse=True)
def true_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    """Show all colours, whatever terminal the tests run in: with fewer, chips have brackets."""
    monkeypatch.setenv("COLORTERM", "truecolor")


@pytest.fixture(autouse=True)
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Start the program in a temporary folder, where screens save files."""
    monkeypatch.chdir(tmp_path)
