"""What the program remembers of the built-in packs: it takes seconds to make and is the same for all tests."""

from __future__ import annotations

import shutil
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from tests.support.made_once import make_once
from tutor.packs import library
from tutor.packs.pack import read_pack
from tutor.packs.title_cache import TitleCache
from tutor.practice.exercise_index import load_index

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

TITLES, INDEX = "titles.json", "atlas.json"


@dataclass(frozen=True)
class Caches:
    """The caches of a run of the tests, each made when a test first needs it."""

    factory: pytest.TempPathFactory

    @cached_property
    def titles(self) -> Path:
        """Return the cache of the titles of all exercises."""

        def make(path: Path) -> None:
            cache = TitleCache(path)
            for pack in library.all_packs(installed=False):
                _ = read_pack(pack.folder, cache).entries

        return make_once(self.factory, TITLES, make)

    @cached_property
    def index(self) -> Path:
        """Return the cache of the rules that all exercises practise."""
        return make_once(self.factory, INDEX, lambda path: load_index(library.all_packs(installed=False), path))

    def give(self, home: Path, *, with_index: bool) -> None:
        """Give a data folder the caches, as if the program had made them there; an odd folder is left alone."""
        with suppress(OSError):
            home.mkdir(parents=True, exist_ok=True)
            for path in (self.titles, self.index) if with_index else (self.titles,):
                if not (home / path.name).exists():
                    shutil.copy(path, home / path.name)
