"""Time of a key press against an empty Textual app: `python tests/benchmarks/keys.py`.

The tutor runs in a pseudo-terminal at the cell of an LSTM. The targets:

- 16 ms at the 95th percentile from a key to the last byte that it repaints. A key of the empty app shows how much of
  that the machine and Textual's 60 frames a second leave;
- 6 KB sent for a move of the focus in a window of 80×24, and 12 KB in one of 120×40;
- 100 ms to open an exercise;
- 60 MB more memory than the empty app.
"""

from __future__ import annotations

import argparse
import os
import select
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pexpect

if TYPE_CHECKING:
    from collections.abc import Sequence

EMPTY = """
from textual.app import App
from textual.widgets import Static

class Empty(App):
    def compose(self):
        yield Static("backprop-tutor", id="one")

    def on_key(self, event):
        if event.key in ("tab", "shift+tab"):
            self.query_one("#one", Static).update(f"{event.time:.6f}")

Empty().run()
"""
LSTM = "sequences/lstm-cell"
#: Windows, in columns and rows, and the most bytes of a move of the focus.
SIZES = {(80, 24): 6 * 1024, (120, 40): 12 * 1024}
#: Moves from gradient to gradient and back. The question at the end has a layout of its own.
_WAY = ["\t"] * 6 + ["\x1b[Z"] * 6
#: A repaint is complete after this many seconds without output.
QUIET = 0.06


class Program:
    """A program in a pseudo-terminal."""

    def __init__(self, arguments: Sequence[str], home: str, size: tuple[int, int] = (80, 24)) -> None:
        environment = {**os.environ, "BACKPROP_TUTOR_HOME": home, "TERM": "xterm-256color", "LANG": "C.UTF-8"}
        environment |= {"PYTHONDONTWRITEBYTECODE": "", "COLORTERM": "truecolor", "TEXTUAL_ANIMATIONS": "none"}
        self.child = pexpect.spawn(sys.executable, list(arguments), dimensions=size[::-1], env=environment, timeout=60)
        self.child.delaybeforesend = None  # It would wait 50 ms before each key.

    def wait_for(self, text: str) -> None:
        """Wait until a text has arrived and background work is done."""
        self.child.expect_exact(text.encode())
        before = -1.0
        while self._ready(0.5) or self.computed() - before > 20:
            before = self.computed()
            while self._ready(0):
                os.read(self.child.child_fd, 65536)

    def _ready(self, seconds: float) -> bool:
        return bool(select.select([self.child.child_fd], [], [], seconds)[0])

    def wait_until_quiet(self, seconds: float = 0.15) -> None:
        """Read until nothing has come for some seconds."""
        while self._ready(seconds):
            os.read(self.child.child_fd, 65536)

    def press(self, key: str, until: bytes = b"", quiet: float = QUIET) -> tuple[float, int]:
        """Return the milliseconds from a key to its last byte or to the text `until`, and the number of bytes."""
        start = last = time.perf_counter()
        self.child.send(key)
        received = b""
        while self._ready(quiet if received and until in received else 5):
            waiting = until not in received or not until
            received += os.read(self.child.child_fd, 65536)
            last = time.perf_counter() if waiting else last
        return (last - start) * 1000, len(received)

    def computed(self) -> float:
        """Return the processor milliseconds so far, or NaN on systems without /proc."""
        try:
            threads = list(Path(f"/proc/{self.child.pid}/task").iterdir())
            return sum(int((thread / "schedstat").read_text().split()[0]) for thread in threads) / 1e6
        except (OSError, ValueError, IndexError):
            return float("nan")

    def megabytes(self) -> float:
        """Return the memory in use, or NaN on systems without /proc."""
        status = Path(f"/proc/{self.child.pid}/status")
        if not status.exists():
            return float("nan")
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) / 1024

    def quit(self) -> None:
        self.child.send("\x11")
        self.child.expect(pexpect.EOF)
        self.child.close()


def percentile(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keys", type=int, default=200)
    parser.add_argument("--exercise", default=LSTM)
    options = parser.parse_args()
    home = tempfile.mkdtemp()

    empty = Program(["-c", EMPTY], home)
    empty.wait_for("backprop-tutor")
    before = empty.computed()
    empty_times = [empty.press("\t")[0] for _ in range(options.keys)]
    empty_work = (empty.computed() - before) / options.keys
    base = empty.megabytes()
    empty.quit()

    print(
        f"a key on an empty app      {statistics.median(empty_times):6.1f} ms   95 %: {percentile(empty_times, 0.95):6.1f} ms"
    )
    for size, limit in SIZES.items():
        tutor = Program(["-m", "tutor", "play", options.exercise], home, size)
        tutor.wait_for("F1")
        before = tutor.computed()
        moves = [tutor.press(key) for key in _WAY * (options.keys // len(_WAY))]
        times, sent = [took for took, _ in moves], [bytes_sent for _, bytes_sent in moves]
        work = (tutor.computed() - before) / len(moves)
        full = tutor.megabytes()
        tutor.quit()
        print(
            f"a move of the focus, {size[0]}×{size[1]}  {statistics.median(times):.1f} ms   "
            f"95 %: {percentile(times, 0.95):.1f} ms (16), computing {work:.1f} ms, on an empty app {empty_work:.1f} ms"
        )
        print(f"  bytes                    {statistics.median(sent):6.0f}   most: {max(sent):6.0f} ({limit})")

    Path(home, "welcomed").touch()
    opened: dict[str, list[tuple[float, float]]] = {"an exercise": [], "the next one": []}
    for _ in range(9):
        listed = Program(["-m", "tutor"], home)
        listed.wait_for("The basics")
        for measured in opened.values():
            before = listed.computed()
            took, _size = listed.press("\r", until=b"F2")
            measured.append((took, listed.computed() - before))
            listed.press("\x1b")
            listed.press("\x1b[B")
        listed.quit()

    for which, measured in opened.items():
        took, computed = (statistics.median(each[number] for each in measured) for number in (0, 1))
        print(f"opening {which:<19}{took:6.1f} ms  (100), {computed:.0f} ms of computing until all is quiet")
    print(f"memory                     {full:6.1f} MB, an empty app {base:.1f} MB: {full - base:.1f} MB more (60)")


if __name__ == "__main__":
    main()
