"""The learner's own data: the progress file, all packs, and the index of their exercises."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.packs import library
from tutor.practice.exercise_index import default_cache_path, load_index
from tutor.practice.storage.store import Store, default_path

if TYPE_CHECKING:
    from tutor.packs.library import Pack
    from tutor.practice.exercise_index import ExerciseIndex


def open_store() -> Store:
    """Open the learner's progress file. Never raises: the store's `notice` says what is wrong."""
    return Store.open(default_path())


def load_packs_and_index() -> tuple[tuple[Pack, ...], ExerciseIndex]:
    """Load all packs and the index of the rules their exercises practise; seconds if the cache is missing."""
    packs = library.all_packs()
    return packs, load_index(packs, default_cache_path())
