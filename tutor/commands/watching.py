"""The plain mode on a file that its author is writing: shown anew whenever it is saved."""

from __future__ import annotations

import os
import shutil
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tutor.commands.lines import choose, read_line
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


class _Reader:
    """Lines of the input, until what is watched is saved."""

    _rest = b""

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
        if os.name == "nt" or sys.stdin is None:
            # There one can't wait for a line and a file at once.
            text = read_line(prompt)
            self.look()
            return text
        import select

        print(prompt, end="", flush=True)
        while b"\n" not in _Reader._rest:
            self.look()
            if not select.select([sys.stdin], [], [], _LOOK_EVERY)[0]:
                continue
            more = os.read(sys.stdin.fileno(), 4096)
            if not more:
                print()
                return None
            _Reader._rest += more
        line, _end, _Reader._rest = _Reader._rest.partition(b"\n")
        text = line.decode(errors="replace")
        if not sys.stdin.isatty():
            print(text)
        return text
