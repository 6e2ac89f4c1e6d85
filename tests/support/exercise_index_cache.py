"""The cache of the index of all built-in exercises, which takes seconds to make and is the same for all tests."""

from __future__ import annotations

import shutil
from contextlib import suppress
from typing import TYPE_CHECKING

from tests.support.made_once import make_once
from tutor.packs import library
from tutor.practice.exercise_index import default_cache_path, load_index

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

_NAME = default_cache_path().name
_made: list[Path] = []


def make_cache(factory: pytest.TempPathFactory) -> Path:
    """Return the cache of this test run, and make it if no worker has done so."""
    if not _made:
        _made.append(make_once(factory, _NAME, lambda path: load_index(library.all_packs(), path)))
    return _made[0]


def give_cache(cache: Path, home: Path) -> None:
    """Give a data folder the cache, as if the program had made it there; a folder that can't have it is left alone."""
    with suppress(OSError):
        home.mkdir(parents=True, exist_ok=True)
        if not (home / _NAME).exists():
            shutil.copy(cache, home / _NAME)
