"""Time of moving the highlight on the home screen: `python tests/benchmarks/home.py`.

The tutor runs in a pseudo-terminal beside an empty Textual app, which shows how much of a time the machine and
Textual's 60 frames a second need. The cursor goes over the same rows until their previews are kept. The targets, in
windows of 80×24 and 120×40:

- 20 ms at the 95th percentile from a key to the last byte of the list;
- 20 ms of computing for a move with its preview, beyond what the empty app computes for a key.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from pathlib import Path

from keys import EMPTY, Program, percentile  # type: ignore[import-not-found]

#: The row from which the cursor moves is the first exercise of the first pack.
_DOWN, _UP = "\x1b[B", "\x1b[A"
_ROWS = 6
#: The list is painted after this many seconds without output: its preview follows after 0.06.
_QUIET = 0.03


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=12)
    options = parser.parse_args()
    for columns, rows in ((80, 24), (120, 40)):
        home = tempfile.mkdtemp()
        Path(home, "welcomed").touch()
        empty = Program(["-c", EMPTY], home, (columns, rows))
        empty.wait_for("backprop-tutor")
        before = empty.computed()
        empty_times = [empty.press("\t")[0] for _ in range(40)]
        empty_work = (empty.computed() - before) / 40
        empty.quit()

        tutor = Program(["-m", "tutor"], home, (columns, rows))
        tutor.wait_for("From left to right")
        tutor.press(_DOWN * 4)
        turn = [_DOWN] * _ROWS + [_UP] * _ROWS
        for key in turn:  # makes the previews
            tutor.press(key)
            tutor.wait_until_quiet()
        before = tutor.computed()
        moves = []
        for key in turn * options.rounds:
            moves.append(tutor.press(key, quiet=_QUIET))
            tutor.wait_until_quiet()
        work = (tutor.computed() - before) / len(moves)
        tutor.quit()
        times, sent = [took for took, _size in moves], [size for _took, size in moves]
        print(f"{columns}×{rows}")
        print(f"  a key on an empty app  {statistics.median(empty_times):6.1f} ms")
        print(
            f"  a move of the cursor   {statistics.median(times):6.1f} ms   "
            f"95 %: {percentile(times, 0.95):6.1f} ms (20)   {statistics.median(sent):.0f} bytes"
        )
        print(f"  computing a move       {work - empty_work:6.1f} ms with its preview, beyond an empty app's (20)")


if __name__ == "__main__":
    main()
