"""The exercises that are installed here, for events that name any: each is opened once."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from tutor.packs.diagnostics import PackError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from tutor.packs.exercise import Exercise


class InstalledExercises:
    """Exercises by their names.

    `find` returns one by its name or raises PackError; `names` are those that it finds, because to look for one that
    isn't there takes long, and a file may name many.
    """

    def __init__(self, find: Callable[[str], Exercise], names: Collection[str]) -> None:
        self._find, self._names = find, names
        self._opened: dict[str, Exercise | None] = {}

    def get(self, name: str) -> Exercise | None:
        """Return an exercise; None if it isn't here, or can't be opened."""
        if name not in self._opened:
            self._opened[name] = None
            if name in self._names:
                with suppress(PackError):
                    self._opened[name] = self._find(name)
        return self._opened[name]
