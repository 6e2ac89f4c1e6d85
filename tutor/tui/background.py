"""Work behind the first screen: preloading, the count of due rules, the exercise index."""

from __future__ import annotations

import gc
from threading import Lock
from typing import TYPE_CHECKING

from textual.message import Message
from textual.worker import get_current_worker

from tutor.packs import library

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tutor.packs.library import ExerciseEntry, Pack
    from tutor.practice.exercise_index import ExerciseIndex
    from tutor.practice.storage.store import Store
    from tutor.tui.host import Host


class Background:
    """Run slow work in threads; each has a store of its own and posts messages to the app."""

    class DueCounted(Message):
        """The rules that are due for review were counted."""

        def __init__(self, count: int) -> None:
            super().__init__()
            self.count = count

    class ExerciseBroken(Message):
        """An exercise can't be opened."""

        def __init__(self, pack: Pack, entry: ExerciseEntry, reason: str) -> None:
            super().__init__()
            self.pack = pack
            self.entry = entry
            self.reason = reason

    class PacksChanged(Message):
        """There are other packs than those listed."""

        def __init__(self, packs: tuple[Pack, ...]) -> None:
            super().__init__()
            self.packs = packs

    def __init__(self, host: Host, store: Store, *, shows_library: bool, records_progress: bool) -> None:
        self._host = host
        self._store = store
        self._shows_library = shows_library
        self._records_progress = records_progress
        self.exercise_index: ExerciseIndex | None = None
        self._index_lock = Lock()

    def load_exercise_index(self) -> ExerciseIndex:
        """Return the rules that each exercise practises. The first call may take seconds: call it in a thread."""
        with self._index_lock:
            if self.exercise_index is None:
                from tutor.practice.learner import load_packs_and_index

                # With packs of its own: those on the screen are in use there.
                _packs, self.exercise_index = load_packs_and_index()
            return self.exercise_index

    def start_preload(self, packs: Sequence[Pack], load_keymap: Callable[[], None], *, opens_first: bool) -> None:
        """Load in a thread what an exercise needs, and find the exercises that can't be opened."""
        self._host.app.run_worker(
            lambda: self._preload(packs, load_keymap, opens_first), thread=True, exit_on_error=False
        )

    def _preload(self, packs: Sequence[Pack], load_keymap: Callable[[], None], opens_first: bool) -> None:
        # The first screen is painted before anything heavy is imported.
        from tutor.tui import preload

        app = self._host.app
        worker = get_current_worker()
        try:
            load_keymap()
            preload.open_first_exercise(packs if opens_first else (), self._host.glyphs)
        finally:
            enable_gc()
        # The index may take seconds the first time, so the count known without it is shown first.
        self._count_due()
        if self._records_progress:
            self.load_exercise_index()
            self._count_due()
        every_pack = library.all_packs() if self._shows_library else packs
        if len(every_pack) > len(packs):
            app.post_message(self.PacksChanged(tuple(every_pack)))
        # Exercises in the index were opened before and have not changed since.
        index = self.exercise_index if self._shows_library and self.exercise_index is not None else ()

        def report(pack: Pack, entry: ExerciseEntry, reason: str) -> None:
            app.post_message(self.ExerciseBroken(pack, entry, reason))

        preload.find_broken(every_pack, index, lambda: worker.is_cancelled, report)

    def refresh_due(self) -> None:
        """Count the due rules again."""
        self._host.app.run_worker(self._count_due, thread=True, group="due", exit_on_error=False)

    def _count_due(self) -> None:
        if self._records_progress:
            from tutor.tui.preload import count_due

            rules = self.exercise_index.rules if self.exercise_index is not None else None
            self._host.app.post_message(self.DueCounted(count_due(self._store, rules)))


def enable_gc() -> None:
    """Enable the garbage collector, and freeze what is loaded: scanning it would take 60 ms."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()
