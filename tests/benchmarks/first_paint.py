"""Time to the first screen against an empty Textual app: `python tests/benchmarks/first_paint.py`.

Both start in a pseudo-terminal, in turn. The script measures the time until their text is on the screen and, on Linux,
the processor time until then, which other work on the machine disturbs less. The target for the ratio of medians is
1.25.
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


def processor_seconds(process: int) -> float:
    """Return the processor seconds of a process so far, or NaN on systems without /proc."""
    try:
        threads = list(Path(f"/proc/{process}/task").iterdir())
        return sum(int((thread / "schedstat").read_text().split()[0]) for thread in threads) / 1e9
    except (OSError, ValueError, IndexError):
        return float("nan")


def time_until_painted(arguments: list[str], text: str, environment: dict[str, str]) -> tuple[float, float]:
    """Return the seconds, and the processor seconds, from the start until `text` arrives at the terminal."""
    start = time.perf_counter()
    child = pexpect.spawn(sys.executable, arguments, dimensions=(24, 80), env=environment, encoding="utf-8", timeout=60)
    child.expect_exact(text)
    elapsed, computed = time.perf_counter() - start, processor_seconds(child.pid)
    child.send("\x11")
    child.expect(pexpect.EOF)
    child.close()
    return elapsed, computed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--text", default="The basics", help="what the tutor's first screen shows")
    options = parser.parse_args()
    environment = {
        **os.environ,
        "BACKPROP_TUTOR_HOME": tempfile.mkdtemp(),
        "TERM": "xterm-256color",
        "LANG": "C.UTF-8",
        "PYTHONDONTWRITEBYTECODE": "",
    }
    ours: list[tuple[float, float]] = []
    empty: list[tuple[float, float]] = []
    for run in range(options.runs + 1):
        empty_times = time_until_painted(["-c", EMPTY], "backprop-tutor", environment)
        our_times = time_until_painted(["-m", "tutor"], options.text, environment)
        if run:  # the first run of each fills the caches
            empty.append(empty_times)
            ours.append(our_times)
    for title, column in (("on the screen after", 0), ("computed until then", 1)):
        theirs, own = ([run[column] * 1000 for run in runs] for runs in (empty, ours))
        print(title)
        print(f"  empty Textual app  {statistics.median(theirs):7.0f} ms  (min {min(theirs):.0f})")
        print(f"  backprop-tutor     {statistics.median(own):7.0f} ms  (min {min(own):.0f})")
        print(f"  ratio of medians   {statistics.median(own) / statistics.median(theirs):7.2f}     (target 1.25)")


if __name__ == "__main__":
    main()
