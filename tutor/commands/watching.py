"""The plain mode on a file that its author is writing: shown anew whenever it is saved."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING

from tutor.commands.lines import choose
from tutor.commands.start import Settings
from tutor.i18n import _

if TYPE_CHECKING:
    from tutor.packs import Exercise
    from tutor.practice.worksheet import Worksheet

#: Seconds between two looks at the file.
_LOOK_EVERY = 0.25


class _Saved(Exception):
    """What is watched was saved."""


def watched_in_lines(settings: Settings, path: Path, seed: int | None) -> int:
    """Work through what lies at `path`, in plain lines, kept nowhere. Returns the exit code."""
    from tutor.packs import PackError
    from tutor.packs.places import stamp
    from tutor.plain import Plain
    from tutor.practice.resume import carried_over
    from tutor.practice.worksheet import Worksheet

    worksheet: Worksheet | None = None
    width = shutil.get_terminal_size((80, 24)).columns
    while True:
        reader = _Reader(path, stamp(path))
        try:
            exercise = _open(path, worksheet)
            if exercise is None:
                return 1
            worksheet = carried_over(worksheet, exercise) if worksheet else Worksheet(exercise.variant(seed))
            return Plain(worksheet, reader.line, sys.stdout, width, settings.ascii).run()
        except PackError as error:
            print(error, _("It is read again when it is saved."), sep="\n", flush=True)
            reader.wait()
        except _Saved:
            print("\n", flush=True)


def _open(path: Path, worksheet: Worksheet | None) -> Exercise | None:
    """What is to be worked on: of a pack the exercise that was chosen before, or is chosen now."""
    from tutor.packs.pack import Pack
    from tutor.packs.places import open_place

    found = open_place(path)
    if not isinstance(found, Pack):
        return found
    return found.open(worksheet.variant.exercise.id) if worksheet else choose((found,))


class _Typed:
    """What is typed, read by a thread of its own: no system lets one wait for a line and a file at once."""

    def __init__(self) -> None:
        self._read: SimpleQueue[bytes] = SimpleQueue()
        self._rest = b""
        Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        # The raw file holds no lock while it waits, so that the program can end meanwhile.
        raw = getattr(sys.stdin.buffer, "raw", sys.stdin.buffer)
        while more := raw.read(4096):
            self._read.put(more)
        self._read.put(b"")

    def line(self, meanwhile: Callable[[], None]) -> bytes | None:
        """The next line, None at the end of the input; `meanwhile` is done again and again until then."""
        while b"\n" not in self._rest:
            meanwhile()
            try:
                more = self._read.get(timeout=_LOOK_EVERY)
            except Empty:
                continue
            if not more:
                self._read.put(more)
                return None
            self._rest += more
        line, _end, self._rest = self._rest.partition(b"\n")
        return line


class _Reader:
    """Lines of the input, until what is watched is saved."""

    _typed: _Typed | None = None

    def __init__(self, path: Path, before: object) -> None:
        self._path = path
        self._before = before

    def look(self) -> None:
        """Raise `_Saved` where the file is no longer what it was."""
        from tutor.packs.places import stamp

        if stamp(self._path) != self._before:
            raise _Saved

    def wait(self) -> None:
        """Until it is saved."""
        while True:
            try:
                self.look()
            except _Saved:
                return
            time.sleep(_LOOK_EVERY)

    def line(self, prompt: str) -> str | None:
        """The next line, None at the end of the input. Raises `_Saved`."""
        if sys.stdin is None:
            return None
        print(prompt, end="", flush=True)
        _Reader._typed = _Reader._typed or _Typed()
        line = _Reader._typed.line(self.look)
        if line is None:
            print()
            return None
        text = line.decode(errors="replace").rstrip("\r")
        if not sys.stdin.isatty():
            print(text)
        return text
