"""A program in a pseudo-terminal of its own: its screen, the modes it has left on, its exit code."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from typing import TYPE_CHECKING, Any

import pyte

if TYPE_CHECKING:
    import signal
    from collections.abc import Callable, Mapping, Sequence

#: Modes of a terminal that a full-screen program turns on, or off if they are negative, and must turn back.
_MODES = {
    1000: "mouse reports",
    1003: "reports of every move of the mouse",
    1015: "mouse reports in the way of urxvt",
    1006: "mouse reports with large coordinates",
    1004: "focus reports",
    2004: "paste reports",
    1049: "the alternate screen",
    2048: "reports of the size",
    -7: "no wrapping of lines",
    -25: "a hidden cursor",
}
_MODE_CHANGE = re.compile(rb"\x1b\[\?([\d;]+)([hl])")
WAIT_SECONDS = 60.0


class PtyProgram:
    """A process whose controlling terminal is a new pseudo-terminal. The terminal stays open when the process ends."""

    def __init__(
        self,
        *arguments: str,
        columns: int = 80,
        rows: int = 24,
        command: Sequence[str] | None = None,
        environment: Mapping[str, str | None] | None = None,
        closed: Sequence[int] = (),
    ) -> None:
        """Run the tutor with arguments, or another `command`. `environment` changes or, with None, removes variables.

        The file descriptors in `closed` are closed before it starts.
        """
        self.master, self.slave = pty.openpty()
        self.columns, self.rows = columns, rows
        self.screen = pyte.Screen(max(columns, 1), max(rows, 1))
        self.stream = pyte.ByteStream(self.screen)
        #: Everything the program has sent.
        self.sent = b""
        self.resize(columns, rows)
        self.attributes_before = self.attributes
        variables = {**os.environ, "TERM": "xterm-256color", "LANG": "C.UTF-8", **(environment or {})}
        slave = self.slave

        def prepare() -> None:
            os.setsid()
            fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
            for descriptor in closed:
                os.close(descriptor)

        self.process = subprocess.Popen(
            list(command or [sys.executable, "-m", "tutor", *arguments]),
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={name: value for name, value in variables.items() if value is not None},
            preexec_fn=prepare,
        )

    # --- what it shows ---

    @property
    def attributes(self) -> list[Any]:
        """Return how the terminal treats input and output."""
        return termios.tcgetattr(self.slave)

    @property
    def leftovers(self) -> list[str]:
        """Return what the program has changed at the terminal and not changed back."""
        state: dict[int, bool] = {}
        for modes, switch in _MODE_CHANGE.findall(self.sent):
            for mode in modes.split(b";"):
                state[int(mode)] = switch == b"h"
        left = [name for mode, name in _MODES.items() if state.get(abs(mode), mode < 0) != (mode < 0)]
        return [*left, *(["raw mode"] if self.attributes != self.attributes_before else [])]

    def read(self, seconds: float = 0.05) -> bool:
        """Read what comes within some seconds; return whether anything did."""
        if not select.select([self.master], [], [], seconds)[0]:
            return False
        try:
            received = os.read(self.master, 65536)
        except OSError:
            return False
        self.sent += received
        self.stream.feed(received)
        return bool(received)

    def text(self) -> str:
        # The second cell of a wide character is empty, even if a smaller window has cut the character in two.
        cells, columns = self.screen.buffer, range(self.screen.columns)
        return "\n".join("".join(cells[row][column].data for column in columns) for row in range(self.screen.lines))

    def until(self, condition: Callable[[], object], seconds: float = WAIT_SECONDS) -> None:
        """Read until a condition is met."""
        end = time.monotonic() + seconds
        while not condition():
            self.read()
            assert time.monotonic() < end, f"never happened; the screen:\n{self.text()}\n{self.sent[-2000:]!r}"

    def wait_for_text(self, *pieces: str) -> str:
        """Read until all pieces are on the screen."""
        self.until(lambda: all(piece in self.text() for piece in pieces))
        return self.text()

    # --- what happens to it ---

    def send(self, keys: str | bytes) -> None:
        """Type keys. What a program does not read in time is not waited for."""
        data = keys.encode() if isinstance(keys, str) else keys
        end = time.monotonic() + WAIT_SECONDS
        while data and self.process.poll() is None:
            assert time.monotonic() < end, "the program reads no more keys"
            if select.select([], [self.master], [], 0.05)[1]:
                data = data[os.write(self.master, data[:1024]) :]
            self.read(0)

    def resize(self, columns: int, rows: int) -> None:
        """Change the size of the window."""
        self.columns, self.rows = columns, rows
        self.screen.resize(max(rows, 1), max(columns, 1))
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def signal(self, number: signal.Signals) -> None:
        """Send a signal."""
        self.process.send_signal(number)

    def hang_up(self) -> None:
        """Take the terminal away, as closing its window does."""
        os.close(self.slave)
        os.close(self.master)
        self.master = self.slave = -1

    def wait(self, seconds: float = WAIT_SECONDS) -> int:
        """Read until the program ends; return its exit code, negative for the signal that ended it."""
        if self.master < 0:
            return self.process.wait(seconds)
        self.until(lambda: self.process.poll() is not None, seconds)
        while self.read(0):
            pass
        return int(self.process.returncode)

    def close(self) -> None:
        """End the program if it still runs, and close the terminal."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if self.master >= 0:
            os.close(self.slave)
            os.close(self.master)
            self.master = self.slave = -1

    def __enter__(self) -> PtyProgram:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
