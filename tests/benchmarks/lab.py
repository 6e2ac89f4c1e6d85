"""Time of a nudge in the playground: `python tests/benchmarks/lab.py`.

The tutor runs in a pseudo-terminal with the cell of an LSTM as its formula. The targets:

- 30 ms at the 95th percentile from a nudge to the last byte of every value, gradient and the curve;
- 12 KB sent for a nudge.

It also prints the time from a key of a formula to its graph.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from pathlib import Path

from keys import EMPTY, Program, percentile  # type: ignore[import-not-found]

FORMULA = (
    "f = sigmoid(af); i = sigmoid(ai); g = tanh(ag); o = sigmoid(ao); k = f * c0; n = i * g; c = k + n; m = tanh(c); "
    "h = o * m"
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nudges", type=int, default=100)
    parser.add_argument("--columns", type=int, default=120)
    parser.add_argument("--rows", type=int, default=40)
    options = parser.parse_args()
    home = tempfile.mkdtemp()
    Path(home, "welcomed").touch()

    empty = Program(["-c", EMPTY], home)
    empty.wait_for("backprop-tutor")
    empty_times = [empty.press("\t")[0] for _ in range(options.nudges)]
    empty.quit()

    tutor = Program(["-m", "tutor"], home, (options.columns, options.rows))
    tutor.wait_for("F9")
    tutor.press("\x1b[20~", until=b"Tab")
    typed = [tutor.press(character) for character in FORMULA]
    tutor.press("\t")
    before = tutor.computed()
    nudges = [tutor.press(key) for key in ["\x1b[C", "\x1b[C", "\x1b[D"] * (options.nudges // 3)]
    work = (tutor.computed() - before) / len(nudges)
    tutor.quit()

    times, sent = [took for took, _ in nudges], [size for _, size in nudges]
    keys = [took for took, _ in typed]
    print(
        f"a key on an empty app   {statistics.median(empty_times):6.1f} ms   95 %: {percentile(empty_times, 0.95):6.1f} ms"
    )
    print(f"a nudge                 {statistics.median(times):6.1f} ms   95 %: {percentile(times, 0.95):6.1f} ms (30)")
    print(f"computing a nudge       {work:6.1f} ms")
    print(f"bytes a nudge           {statistics.median(sent):6.0f}      most: {max(sent):6.0f} (12288)")
    print(f"a key of the formula    {statistics.median(keys):6.1f} ms   95 %: {percentile(keys, 0.95):6.1f} ms")


if __name__ == "__main__":
    main()
