"""Work behind the first screen: preloading, the learner's overview, the exercise index."""

from __future__ import annotations

import gc
from threading import Lock
from typing import TYPE_CHECKING

from textual.message import Message
from textual.worker import get_current_worker

from tutor.packs import library

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import ModuleType

    from tutor.packs.library import ExerciseEntry, Pack
    from tutor.practice.exercise_index import ExerciseIndex
    from tutor.practice.overview import Overview
    from tutor.practice.storage.store import Store
    from tutor.tui.host import Host


class Background:
    """Run slow work in threads; each has a store of its own and posts messages to the app."""

    class OverviewLoaded(Message):
        """It was found how the exercises went, and what is due."""

        def __init__(self, overview: Overview) -> None:
            super().__init__()
            self.overview = overview

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
        #: Comes with the preload, because it loads the engine.
        self._overview_loader: Callable[[Store, ExerciseIndex | None], Overview] | None = None

    def load_exercise_index(self) -> ExerciseIndex:
        """Return the rules that each exercise practises. The first call may take seconds: call it in a thread."""
        with self._index_lock:
            if self.exercise_index is None:
                # With packs of its own: those on the screen are in use there.
                _packs, self.exercise_index = _preload_module().load_packs_and_index()
            return self.exercise_index

    def start_preload(self, packs: Sequence[Pack], load_keymap: Callable[[], None], *, opens_first: bool) -> None:
        """Load in a thread what an exercise needs, and find the exercises that can't be opened."""
        self._host.app.run_worker(
            lambda: self._preload(packs, load_keymap, opens_first), thread=True, exit_on_error=False
        )

    def _preload(self, packs: Sequence[Pack], load_keymap: Callable[[], None], opens_first: bool) -> None:
        preload = _preload_module()
        app = self._host.app
        worker = get_current_worker()
        try:
            load_keymap()
            preload.open_first_exercise(packs if opens_first else (), self._host.glyphs)
        finally:
            enable_gc()
        self._overview_loader = preload.load_overview_of
        # The index may take seconds the first time, so what is known without it is shown first.
        self._load_overview()
        if self._records_progress and self.exercise_index is None:
            self.load_exercise_index()
            self._load_overview()
        every_pack = library.all_packs() if self._shows_library else packs
        if len(every_pack) > len(packs):
            app.post_message(self.PacksChanged(tuple(every_pack)))
        # Exercises in the index were opened before and have not changed since.
        index = self.exercise_index if self._shows_library and self.exercise_index is not None else ()

        def report(pack: Pack, entry: ExerciseEntry, reason: str) -> None:
            app.post_message(self.ExerciseBroken(pack, entry, reason))

        preload.find_broken(every_pack, index, lambda: worker.is_cancelled, report)

    def refresh_due(self) -> None:
        """Find again how the exercises went, and what is due."""
        self._host.app.run_worker(self._load_overview, thread=True, group="due", exit_on_error=False)

    def _load_overview(self) -> None:
        # Before the preload has come so far, it is still to do this.
        if self._records_progress and self._overview_loader is not None:
            overview = self._overview_loader(self._store, self.exercise_index)
            self._host.app.post_message(self.OverviewLoaded(overview))


def _preload_module() -> ModuleType:
    """Return the module that loads what an exercise needs. Only threads call this, after the first screen is painted."""
    from tutor.tui import preload

    return preload


def enable_gc() -> None:
    """Enable the garbage collector, and freeze what is loaded: scanning it would take 60 ms."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()
