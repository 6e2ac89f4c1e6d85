"""The page after a crash: what happened, that everything is kept, and how to report it. It needs no Textual."""

from __future__ import annotations

import os
import re
import select
import shutil
import signal
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len

from tutor.i18n import N_, _, message
from tutor.packs.sanitize import format_output
from tutor.run_options import RunOptions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor.crash_report import Crash
    from tutor.glyphs import Glyphs

_MAX_WIDTH = 72
_POLL_INTERVAL = 0.25
_ENTER_SCREEN, _LEAVE_SCREEN = "\x1b[?1049h\x1b[?25l", "\x1b[0m\x1b[?25h\x1b[?1049l"
_BOLD, _GREEN, _PLAIN = "\x1b[1m", "\x1b[32m", "\x1b[0m"
#: Enter, Escape, q, Ctrl+C and Ctrl+D. Other keys may belong to what was typed when the program stopped.
_CLOSING_KEYS = b"\r\n\x1bq\x03\x04"
#: Keys that are sent as several bytes: arrows, function keys.
_KEY_SEQUENCE = re.compile(rb"\x1b(?:O.|\[[0-?]*[ -/]*[@-~])")


class _EndedError(Exception):
    """A signal asks the program to end."""


def show_crash_page(crash: Crash, *, has_unsaved: bool) -> None:
    """Show the page until a key closes it, if there is a terminal for it. Never raises."""
    with suppress(Exception, KeyboardInterrupt):
        # Only POSIX terminals are known to be usable now, whatever has failed.
        import termios

        options = RunOptions(ascii=True) if "--ascii" in sys.argv else RunOptions()
        if options.use_plain or os.getpgrp() != os.tcgetpgrp(sys.stdin.fileno()):
            return
        with suppress(_EndedError), _page_mode(termios):
            _show_until_key(_Page(crash, options.glyphs, has_unsaved=has_unsaved))


@contextmanager
def _page_mode(termios: Any) -> Iterator[None]:
    """Take the terminal over for a page, and give it back however that ends."""
    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    mode = termios.tcgetattr(descriptor)
    mode[3] &= ~(termios.ICANON | termios.ECHO | termios.ISIG)
    numbers = (signal.SIGTERM, signal.SIGHUP)
    handlers = {number: signal.signal(number, _end) for number in numbers}
    try:
        # With what was typed before the page forgotten.
        termios.tcsetattr(descriptor, termios.TCSAFLUSH, mode)
        _write(_ENTER_SCREEN)
        yield
    finally:
        with suppress(OSError, ValueError):
            _write(_LEAVE_SCREEN)
        with suppress(OSError, termios.error):
            termios.tcsetattr(descriptor, termios.TCSAFLUSH, before)
        for number, handler in handlers.items():
            signal.signal(number, handler)


def _end(_number: int, _frame: object) -> None:
    raise _EndedError


def _write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def _show_until_key(page: _Page) -> None:
    """Draw the page, again whenever the window has another size, until a key closes it or the terminal is gone."""
    descriptor, shown = sys.stdin.fileno(), None
    while True:
        size = shutil.get_terminal_size()
        if size != shown:
            shown = size
            _write("\x1b[2J" + page.draw(size.columns, size.lines))
        if select.select([descriptor], [], [], _POLL_INTERVAL)[0]:
            received = os.read(descriptor, 1024)
            if not received or set(_KEY_SEQUENCE.sub(b"", received)) & set(_CLOSING_KEYS):
                return


class _Page:
    """The texts of the page, laid out for a window."""

    def __init__(self, crash: Crash, glyphs: Glyphs, *, has_unsaved: bool) -> None:
        self.crash = crash
        self.glyphs = glyphs
        self.has_unsaved = has_unsaved
        self.has_colours = "NO_COLOR" not in os.environ

    def paragraphs(self) -> Iterator[tuple[str, str]]:
        """Yield the paragraphs, each with its style."""
        if self.has_unsaved:
            yield (
                "",
                _("Some answers could not be saved. When you close this page, the terminal shows where they are kept."),
            )
        else:
            style = _GREEN if self.has_colours else ""
            yield style, f"{self.glyphs.correct} " + _("All checked answers are saved.")
        kind, place = self.crash.kind, self.crash.place
        yield (
            "",
            str(
                message(
                    N_("This is an error in the program, not in your work: {kind} in {place}."), kind=kind, place=place
                )
            ),
        )
        if self.crash.report is None:
            yield "", _("The details could not be saved.")
            yield "", _("To report it, open an issue. Include the output of this command and what you did last:")
        else:
            yield "", _("The details are in this file. It does not contain your answers:")
            yield _BOLD, f"  {self.crash.report}"
            yield (
                "",
                _("To report it, open an issue. Include that file, the output of this command and what you did last:"),
            )
        yield _BOLD, "  backprop-tutor where --report"
        yield "", _("Press Enter to close this page.")

    def draw(self, columns: int, lines: int) -> str:
        """Return the page for a window, with the cursor moves between its rows."""
        width = max(min(_MAX_WIDTH, columns - 4), 8)
        blocks = [(style, _wrap(self.glyphs.render(format_output(text)), width)) for style, text in self.paragraphs()]
        is_roomy = sum(len(texts) + 1 for _style, texts in blocks) + 1 <= lines
        rows = [(_BOLD, self._heading(width))]
        for style, texts in blocks:
            rows += [("", "")] if is_roomy else []
            rows += [(style, text) for text in texts]
        # In a window that is too low the end stays: how to report it, and the key.
        rows = rows[-max(lines, 1) :]
        top, left = max((lines - len(rows)) // 2, 0) + 1, max((columns - width) // 2, 0) + 1
        return "".join(
            f"\x1b[{top + row};{left}H{style}{text}{_PLAIN}" for row, (style, text) in enumerate(rows) if text
        )

    def _heading(self, width: int) -> str:
        """Return the heading on a line, as panels have it."""
        line = "-" if self.glyphs.ascii else "─"
        heading = f"{line * 2} " + _("backprop-tutor has stopped") + " "
        return heading + line * max(width - cell_len(heading), 0)


def _wrap(text: str, width: int) -> list[str]:
    """Return a text in lines of at most `width` cells. What is longer, such as a path, is divided."""
    lines, line = [], ""
    indent = text[: len(text) - len(text.lstrip())]
    for word in text.split():
        if line and cell_len(f"{line} {word}") > width:
            lines.append(line)
            line = ""
        line = f"{line} {word}" if line else f"{indent}{word}"
        while cell_len(line) > width:
            cut = next(end for end in range(len(line), 0, -1) if cell_len(line[:end]) <= width)
            lines.append(line[:cut])
            line = line[cut:]
    return [*lines, line]
