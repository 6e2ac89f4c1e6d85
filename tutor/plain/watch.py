"""The plain mode on a file or pack that its author is writing: reloaded whenever it is saved."""

from __future__ import annotations

import sys
import time
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING

from tutor.i18n import _
from tutor.packs.diagnostics import PackError
from tutor.packs.pack import Pack
from tutor.packs.path_argument import open_path, snapshot
from tutor.packs.sanitize import format_output
from tutor.plain.console import standard_console
from tutor.plain.exercise import PlainExercise
from tutor.plain.exercise_list import choose_exercise
from tutor.practice.resume import rebase_worksheet
from tutor.practice.worksheet import Worksheet

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tutor.packs.exercise import Exercise
    from tutor.run_options import RunOptions

#: Seconds between two checks of the file.
_POLL_SECONDS = 0.25


class _FileSaved(Exception):  # noqa: N818 - it interrupts the input and is not an error
    """The watched file or pack was saved."""


def watch_plain(options: RunOptions, path: Path, seed: int | None) -> int:
    """Work through the exercise at `path` without storing anything, and return the exit code."""
    worksheet: Worksheet | None = None
    while True:
        reader = _WatchingReader(path)
        try:
            exercise = _open_watched(options, path, worksheet)
            if exercise is None:
                return 1
            worksheet = rebase_worksheet(worksheet, exercise) if worksheet else Worksheet(exercise.variant(seed, 0))
            return PlainExercise(worksheet, standard_console(options, reader.read_line)).run()
        except PackError as error:
            print(error, _("The file is reloaded whenever it is saved."), sep="\n", flush=True)
            reader.wait_for_save()
        except _FileSaved:
            print("\n", flush=True)


def _open_watched(options: RunOptions, path: Path, worksheet: Worksheet | None) -> Exercise | None:
    """Open the exercise at `path`; of a pack the exercise of the worksheet, or one that is chosen now."""
    opened = open_path(path)
    if not isinstance(opened, Pack):
        return opened
    return opened.open(worksheet.variant.exercise.id) if worksheet else choose_exercise(options, (opened,))


class _InputThread:
    """A thread that reads the input, because no system can wait for a line and for a file at once."""

    def __init__(self) -> None:
        self._chunks: SimpleQueue[bytes] = SimpleQueue()
        self._buffer = b""
        Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        # The raw file holds no lock while it waits, so that the program can exit meanwhile.
        raw = getattr(sys.stdin.buffer, "raw", sys.stdin.buffer)
        while chunk := raw.read(4096):
            self._chunks.put(chunk)
        self._chunks.put(b"")

    def read_line(self, on_wait: Callable[[], None]) -> bytes | None:
        """Return the next line, None at the end of the input; call `on_wait` again and again until then."""
        while b"\n" not in self._buffer:
            on_wait()
            try:
                chunk = self._chunks.get(timeout=_POLL_SECONDS)
            except Empty:
                continue
            if not chunk:
                self._chunks.put(chunk)
                return None
            self._buffer += chunk
        line, _end, self._buffer = self._buffer.partition(b"\n")
        return line


class _WatchingReader:
    """Lines of the input until the watched file or pack is saved."""

    _input_thread: _InputThread | None = None

    def __init__(self, path: Path) -> None:
        self._path = path
        self._snapshot = snapshot(path)

    def check_for_save(self) -> None:
        """Raise `_FileSaved` if the file has changed."""
        if snapshot(self._path) != self._snapshot:
            raise _FileSaved

    def wait_for_save(self) -> None:
        while True:
            try:
                self.check_for_save()
            except _FileSaved:
                return
            time.sleep(_POLL_SECONDS)

    def read_line(self, prompt: str) -> str | None:
        """Return the next line, None at the end of the input. Raise `_FileSaved`."""
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
            print(format_output(text))
        return text
