"""How many exercises and rules come along."""

from __future__ import annotations

from functools import cache

from tutor.packs import library
from tutor.practice.exercise_index import load_index


@cache
def num_exercises() -> int:
    """Return the number of built-in exercises."""
    return sum(len(pack.entries) for pack in library.all_packs(installed=False))


@cache
def num_rules() -> int:
    """Return the number of rules that they practise."""
    return len(load_index(library.all_packs(installed=False)).rules)
