"""How long until the first screen stands, against an empty Textual app, in one run: `python tests/benchmarks/first_paint.py`.

Both are started in a real pseudo-terminal, in turn; what is compared is the time until their text is on the
screen, and where the system tells also the computing time until then, which other work on the machine disturbs less.
The target for the ratio of the medians is 1.25.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

import pexpect

EMPTY = """
from textual.app import App
from textual.widgets import Static

class Empty(App):
    def compose(self):
        yield Static("backprop-tutor")

Empty().run()
"""


def computing(process: int) -> float:
    """Seconds that the threads of a process have run so far; not a number where the system doesn't tell."""
    try:
        threads = list(Path(f"/proc/{process}/task").iterdir())
        return sum(int((thread / "schedstat").read_text().split()[0]) for thread in threads) / 1e9
    except (OSError, ValueError, IndexError):
        return float("nan")


def time_until_painted(arguments: list[str], text: str, environment: dict[str, str]) -> tuple[float, float]:
    """Seconds from the start of the process until `text` arrives at the terminal, and seconds of computing."""
    began = time.perf_counter()
    child = pexpect.spawn(sys.executable, arguments, dimensions=(24, 80), env=environment, encoding="utf-8", timeout=60)
    child.expect_exact(text)
    taken, computed = time.perf_counter() - began, computing(child.pid)
    child.send("\x11")
    child.expect(pexpect.EOF)
    child.close()
    return taken, computed


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--runs", type=int, default=15)
    options.add_argument("--text", default="First steps", help="what the tutor's first screen shows")
    chosen = options.parse_args()
    environment = {
        **os.environ,
        "BACKPROP_TUTOR_HOME": tempfile.mkdtemp(),
        "TERM": "xterm-256color",
        "LANG": "C.UTF-8",
        "PYTHONDONTWRITEBYTECODE": "",
    }
    ours: list[tuple[float, float]] = []
    empty: list[tuple[float, float]] = []
    for run in range(chosen.runs + 1):
        a = time_until_painted(["-c", EMPTY], "backprop-tutor", environment)
        b = time_until_painted(["-m", "tutor"], chosen.text, environment)
        if run:  # the first run of each fills the caches
            empty.append(a)
            ours.append(b)
    for title, which in (("on the screen after", 0), ("computed until then", 1)):
        theirs, own = [run[which] * 1000 for run in empty], [run[which] * 1000 for run in ours]
        print(title)
        print(f"  empty Textual app  {statistics.median(theirs):7.0f} ms  (min {min(theirs):.0f})")
        print(f"  backprop-tutor     {statistics.median(own):7.0f} ms  (min {min(own):.0f})")
        print(f"  ratio of medians   {statistics.median(own) / statistics.median(theirs):7.2f}     (target 1.25)")


if __name__ == "__main__":
    main()
