"""What the program finds out about its packs once and keeps: tests find it kept, as a learner's second start does."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tutor.packs import library
from tutor.practice.exercise_index import default_cache_path, load_index

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def kept_atlas(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Which exercise asks for which rule, found out once."""
    cache = tmp_path_factory.mktemp("atlas") / "atlas.json"
    load_index(library.all_packs(), cache)
    return cache


@pytest.fixture(autouse=True)
def second_start(home: Path, kept_atlas: Path) -> None:
    """The learner's folder holds it, and the first steps were offered."""
    default_cache_path().parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(kept_atlas, default_cache_path())
    (default_cache_path().parent / "welcomed").touch()


@pytest.fixture(autouse=True)
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is saved from a screen is saved where the program was started."""
    monkeypatch.chdir(tmp_path)
