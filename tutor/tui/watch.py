"""Watching a file or a pack while its author edits it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from textual.message import Message
from textual.worker import get_current_worker

from tutor.packs.diagnostics import PackError
from tutor.packs.library import Pack
from tutor.packs.path_argument import open_path, snapshot
from tutor.tui.screens.file_errors import FileErrorsScreen

if TYPE_CHECKING:
    from pathlib import Path

    from tutor.packs.exercise import Exercise
    from tutor.tui.host import Host
    from tutor.tui.navigator import Navigator
    from tutor.tui.screens.home import HomeScreen

#: Seconds between two checks for changes.
_POLL_INTERVAL = 0.25


class Watch:
    """Show a file or a pack again whenever it is saved, or its errors until they are fixed."""

    class FileChanged(Message):
        """The watched file or folder was saved."""

    def __init__(self, host: Host, path: Path, home: HomeScreen, navigator: Navigator) -> None:
        self._host = host
        self._path = path
        self._home = home
        self._navigator = navigator
        self._errors_screen: FileErrorsScreen | None = None

    def start(self) -> None:
        """Show what is watched, and poll it in a thread from now on."""
        self._host.app.run_worker(self._poll, thread=True, group="watch", exit_on_error=False)
        self._host.app.post_message(self.FileChanged())

    def _poll(self) -> None:
        worker = get_current_worker()
        before = snapshot(self._path)
        while not worker.is_cancelled:
            time.sleep(_POLL_INTERVAL)
            now = snapshot(self._path)
            if now != before:
                before = now
                self._host.app.post_message(self.FileChanged())

    async def reload(self) -> Exercise | None:
        """Read what is watched and show it, or its errors over everything else. Return the exercise shown."""
        try:
            exercise = self._read()
        except PackError as error:
            await self._show_errors(str(error))
            return None
        await self._hide_errors()
        if exercise is not None:
            self._navigator.show_watched(exercise)
        return exercise

    def _read(self) -> Exercise | None:
        """List the pack that is watched. Return the watched exercise, or the one of the pack that is open."""
        content = open_path(self._path)
        if not isinstance(content, Pack):
            return content
        self._home.set_packs((content,))
        screen = self._navigator.exercise_screen
        return content.open(screen.exercise.id) if screen is not None else None

    @property
    def _shown_errors(self) -> FileErrorsScreen | None:
        return self._errors_screen if self._errors_screen in self._host.app.screen_stack else None

    async def _show_errors(self, text: str) -> None:
        if self._shown_errors is not None:
            await self._shown_errors.update_errors(text)
        else:
            self._errors_screen = FileErrorsScreen(text, self._host)
            await self._host.app.push_screen(self._errors_screen)

    async def _hide_errors(self) -> None:
        while self._shown_errors is not None:
            await self._host.app.pop_screen()
