"""The plain mode on a file that its author is writing: shown anew whenever it is saved."""

from __future__ import annotations

import shutil
import sys
import time
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING

from tutor.commands.plain_app import choose_exercise
from tutor.i18n import _

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tutor.commands.launch import RunOptions
    from tutor.packs.exercise import Exercise
    from tutor.practice.worksheet import Worksheet

#: Seconds between two looks at the file.
_POLL_SECONDS = 0.25


class _FileSaved(Exception):
    """What is watched was saved."""


def watch_plain(settings: RunOptions, path: Path, seed: int | None) -> int:
    """Work through what lies at `path`, in plain lines, kept nowhere. Returns the exit code."""
    from tutor.packs.diagnostics import PackError
    from tutor.packs.path_argument import snapshot
    from tutor.plain.exercise import PlainExercise
    from tutor.practice.resume import rebase_worksheet
    from tutor.practice.worksheet import Worksheet

    worksheet: Worksheet | None = None
    width = shutil.get_terminal_size((80, 24)).columns
    while True:
        reader = _WatchingReader(path, snapshot(path))
        try:
            exercise = _open_watched(path, worksheet)
            if exercise is None:
                return 1
            worksheet = rebase_worksheet(worksheet, exercise) if worksheet else Worksheet(exercise.variant(seed))
            return PlainExercise(worksheet, reader.read_line, sys.stdout, width, settings.ascii).run()
        except PackError as error:
            print(error, _("It is read again when it is saved."), sep="\n", flush=True)
            reader.wait_for_save()
        except _FileSaved:
            print("\n", flush=True)


def _open_watched(path: Path, worksheet: Worksheet | None) -> Exercise | None:
    """What is to be worked on: of a pack the exercise that was chosen before, or is chosen now."""
    from tutor.packs.pack import Pack
    from tutor.packs.path_argument import open_path

    found = open_path(path)
    if not isinstance(found, Pack):
        return found
    return found.open(worksheet.variant.exercise.id) if worksheet else choose_exercise((found,))


class _InputThread:
    """What is typed, read by a thread of its own: no system lets one wait for a line and a file at once."""

    def __init__(self) -> None:
        self._chunks: SimpleQueue[bytes] = SimpleQueue()
        self._rest = b""
        Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        # The raw file holds no lock while it waits, so that the program can end meanwhile.
        raw = getattr(sys.stdin.buffer, "raw", sys.stdin.buffer)
        while more := raw.read(4096):
            self._chunks.put(more)
        self._chunks.put(b"")

    def read_line(self, on_wait: Callable[[], None]) -> bytes | None:
        """The next line, None at the end of the input; `meanwhile` is done again and again until then."""
        while b"\n" not in self._rest:
            on_wait()
            try:
                more = self._chunks.get(timeout=_POLL_SECONDS)
            except Empty:
                continue
            if not more:
                self._chunks.put(more)
                return None
            self._rest += more
        line, _end, self._rest = self._rest.partition(b"\n")
        return line


class _WatchingReader:
    """Lines of the input, until what is watched is saved."""

    _input_thread: _InputThread | None = None

    def __init__(self, path: Path, before: object) -> None:
        self._path = path
        self._snapshot = before

    def check_for_save(self) -> None:
        """Raise `_Saved` where the file is no longer what it was."""
        from tutor.packs.path_argument import snapshot

        if snapshot(self._path) != self._snapshot:
            raise _FileSaved

    def wait_for_save(self) -> None:
        """Until it is saved."""
        while True:
            try:
                self.check_for_save()
            except _FileSaved:
                return
            time.sleep(_POLL_SECONDS)

    def read_line(self, prompt: str) -> str | None:
        """The next line, None at the end of the input. Raises `_Saved`."""
        if sys.stdin is None:
            return None
        print(prompt, end="", flush=True)
        _WatchingReader._input_thread = _WatchingReader._input_thread or _InputThread()
        line = _WatchingReader._input_thread.read_line(self.check_for_save)
        if line is None:
            print()
            return None
        text = line.decode(errors="replace").rstrip("\r")
        if not sys.stdin.isatty():
            print(text)
        return text
