"""Line-by-line input and output of the plain mode."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

from tutor.glyphs import UNICODE
from tutor.i18n import N_, message
from tutor.packs.sanitize import format_output

if TYPE_CHECKING:
    from collections.abc import Callable

    from tutor.glyphs import Glyphs
    from tutor.run_options import RunOptions


@dataclass(frozen=True, slots=True)
class Console:
    """The source and the target of lines. `read` returns the next line, or None at the end of the input."""

    read: Callable[[str], str | None]
    out: TextIO
    width: int = 80
    glyphs: Glyphs = UNICODE

    def print(self, *lines: object) -> None:
        for line in lines:
            print(self.glyphs.render(format_output(line, "\n\t")), file=self.out)

    def ask(self, prompt: str) -> str | None:
        """Show a prompt and return the next line without spaces around it, None at the end of the input."""
        line = self.read(self.glyphs.render(prompt))
        return None if line is None else line.strip()


def read_line(prompt: str) -> str | None:
    """Return the next line of standard input, None at its end; show it in the output if it comes from a pipe."""
    if sys.stdin is None:
        return None
    print(prompt, end="", flush=True)
    try:
        line = sys.stdin.readline()
    except UnicodeDecodeError:
        print()
        print(message(N_("This line is not UTF-8 text. Type it again.")), file=sys.stderr)
        return ""
    if not line:
        print()
        return None
    if not sys.stdin.isatty():
        print(format_output(line.rstrip("\n")))
    return line


def standard_console(options: RunOptions, read: Callable[[str], str | None] = read_line) -> Console:
    """Return a console on standard output, as wide as the terminal."""
    return Console(read, sys.stdout, shutil.get_terminal_size((80, 24)).columns, options.glyphs)
