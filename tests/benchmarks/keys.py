"""How a key feels, against an empty Textual app, in one run: `python tests/benchmarks/keys.py`.

The tutor runs in a real pseudo-terminal of 80×24 at the cell of an LSTM. Measured are the time from a key to the
last byte of what it repaints, how much computing that is, and how many bytes it sends; how long an exercise takes to
stand after Enter; and how much more memory is in use than by an empty app. Targets: 16 ms at the 95th percentile (an
empty app's key tells what the machine and Textual's own clock of 60 frames a second leave of that), 3 KB, 100 ms, 60 MB.
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
#: Nothing more comes when nothing came for so many seconds.
QUIET = 0.06


class Program:
    """A program in a pty of 80×24."""

    def __init__(self, arguments: Sequence[str], home: str) -> None:
        environment = {**os.environ, "BACKPROP_TUTOR_HOME": home, "TERM": "xterm-256color", "LANG": "C.UTF-8"}
        environment |= {"PYTHONDONTWRITEBYTECODE": "", "COLORTERM": "truecolor", "TEXTUAL_ANIMATIONS": "none"}
        self.child = pexpect.spawn(sys.executable, list(arguments), dimensions=(24, 80), env=environment, timeout=60)
        self.child.delaybeforesend = None  # It would wait 50 ms before each key.

    def wait_for(self, text: str) -> None:
        """Until a text has come and what goes on behind the screen is done."""
        self.child.expect_exact(text.encode())
        before = -1.0
        while self._ready(0.5) or self.computed() - before > 20:
            before = self.computed()
            while self._ready(0):
                os.read(self.child.child_fd, 65536)

    def _ready(self, seconds: float) -> bool:
        return bool(select.select([self.child.child_fd], [], [], seconds)[0])

    def press(self, key: str, until: bytes = b"") -> tuple[float, int]:
        """Milliseconds from a key to the last byte it caused, or to the text waited for; how many bytes came."""
        began = last = time.perf_counter()
        self.child.send(key)
        come = b""
        while self._ready(QUIET if come and until in come else 5):
            waiting = until not in come or not until
            come += os.read(self.child.child_fd, 65536)
            last = time.perf_counter() if waiting else last
        return (last - began) * 1000, len(come)

    def computed(self) -> float:
        """Milliseconds that its threads have run so far; not a number where the system doesn't tell."""
        try:
            threads = list(Path(f"/proc/{self.child.pid}/task").iterdir())
            return sum(int((thread / "schedstat").read_text().split()[0]) for thread in threads) / 1e6
        except (OSError, ValueError, IndexError):
            return float("nan")

    def megabytes(self) -> float:
        """Memory in use, where the system tells."""
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
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--keys", type=int, default=200)
    options.add_argument("--exercise", default=LSTM)
    chosen = options.parse_args()
    home = tempfile.mkdtemp()

    empty = Program(["-c", EMPTY], home)
    empty.wait_for("backprop-tutor")
    before = empty.computed()
    theirs = [empty.press("\t")[0] for _ in range(chosen.keys)]
    their_work = (empty.computed() - before) / chosen.keys
    base = empty.megabytes()
    empty.quit()

    tutor = Program(["-m", "tutor", "play", chosen.exercise], home)
    tutor.wait_for("F1")
    before = tutor.computed()
    moves = [tutor.press(key) for key in ["\t", "\t", "\x1b[Z"] * (chosen.keys // 3)]
    ours, sent = [took for took, _ in moves], [size for _, size in moves]
    our_work = (tutor.computed() - before) / len(moves)
    full = tutor.megabytes()
    tutor.quit()

    Path(home, "welcomed").touch()
    opened: dict[str, list[tuple[float, float]]] = {"an exercise": [], "the next one": []}
    for _ in range(9):
        listed = Program(["-m", "tutor"], home)
        listed.wait_for("First steps")
        for found in opened.values():
            before = listed.computed()
            took, _size = listed.press("\r", until=b"F2")
            found.append((took, listed.computed() - before))
            listed.press("\x1b")
            listed.press("\x1b[B")
        listed.quit()

    print(f"a key on an empty app      {statistics.median(theirs):6.1f} ms   95 %: {percentile(theirs, 0.95):6.1f} ms")
    print(f"a move of the focus        {statistics.median(ours):6.1f} ms   95 %: {percentile(ours, 0.95):6.1f} ms (16)")
    print(f"computing a key            {their_work:6.1f} ms on an empty app, {our_work:.1f} ms for a move of the focus")
    print(f"bytes a move               {statistics.median(sent):6.0f}      most: {max(sent):6.0f} (3072)")
    for which, found in opened.items():
        took, computed = (statistics.median(each[number] for each in found) for number in (0, 1))
        print(f"opening {which:<19}{took:6.1f} ms  (100), {computed:.0f} ms of computing until all is quiet")
    print(f"memory                     {full:6.1f} MB, an empty app {base:.1f} MB: {full - base:.1f} MB more (60)")


if __name__ == "__main__":
    main()
