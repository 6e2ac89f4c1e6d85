"""Saving what could not be saved at once, while the screen is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tutor.practice.storage.store import Store
    from tutor.tui.host import Host

#: Seconds between two tries; after each that fails twice as many, because a try may hold the screen up for a moment.
_INTERVAL = 1.0
_MAX_PAUSE = 15


class Saving:
    """Try again and again to save entries that could not be saved, and say why as long as they can't be."""

    def __init__(self, host: Host, store: Store, on_saved: Callable[[], None]) -> None:
        """Call `on_saved` when everything is saved after it was not."""
        self._host = host
        self._store = store
        self._on_saved = on_saved
        self._pause = self._ticks_left = 0
        self._told = ""

    def start(self) -> None:
        self._host.app.set_interval(_INTERVAL, self._tick)

    def _tick(self) -> None:
        if not self._store.has_unsaved:
            self._pause = self._ticks_left = 0
        elif self._ticks_left:
            self._ticks_left -= 1
        elif self._store.flush():
            self._told = ""
            self._on_saved()
        else:
            self._pause = self._ticks_left = min(2 * self._pause + 1, _MAX_PAUSE)
            # Once, because it stays on the list as well.
            if (problem := str(self._store.notice)) != self._told:
                self._told = problem
                self._host.show_notification(problem, warning=True)
