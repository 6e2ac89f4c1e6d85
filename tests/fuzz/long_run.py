"""A million fuzzed texts: `python tests/fuzz/long_run.py --count 1000000 [--seed N]`.

Prints the speed, the slowest texts, and every text that breaks a promise, with its seed. The exit code is 1 if there
is one.
"""

from __future__ import annotations

import argparse
import heapq
import sys
import time
import traceback
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from typing import TYPE_CHECKING

from tests.fuzz.promises import MAX_SECONDS, assert_round_trip, best_seconds
from tests.fuzz.texts import KINDS, TextGenerator

if TYPE_CHECKING:
    from collections.abc import Iterator

TEXTS_PER_SEED = 1000
NUM_SLOWEST = 10


def run_seed(seed: int) -> tuple[list[tuple[float, str, str]], list[tuple[str, str, str]]]:
    """Return the slowest texts of a seed, and those that break a promise as kind, text and reason."""
    texts = TextGenerator(seed)
    slow: list[tuple[float, str, str]] = []
    broken = []
    for position in range(TEXTS_PER_SEED):
        kind = KINDS[position % len(KINDS)]
        text = texts.text(kind)
        try:
            seconds = best_seconds(kind, text)
            slow.append((seconds, kind, text))
            if seconds > MAX_SECONDS:
                broken.append((kind, text, f"{seconds * 1000:.0f} ms"))
            assert_round_trip(kind, text)
        except Exception:
            broken.append((kind, text, traceback.format_exc(limit=-3)))
    return heapq.nlargest(NUM_SLOWEST, slow), broken


def seeds_to_run(first: int, count: int) -> Iterator[int]:
    yield from range(first, first + -(-count // TEXTS_PER_SEED))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    slow: list[tuple[float, str, str]] = []
    start, done, num_broken = time.time(), 0, 0
    with ProcessPoolExecutor(options.processes) as pool:
        for seed, (slowest, broken) in zip(
            seeds_to_run(options.seed, options.count),
            pool.map(run_seed, seeds_to_run(options.seed, options.count)),
            strict=True,
        ):
            done += TEXTS_PER_SEED
            slow = heapq.nlargest(NUM_SLOWEST, [*slow, *slowest])
            for kind, text, reason in broken:
                num_broken += 1
                print(f"seed {seed}, {kind}: {text!r}\n{reason}", flush=True)
            if done % 20_000 == 0:
                print(f"{done} texts, {done / (time.time() - start):.0f} a second, broken: {num_broken}", flush=True)
    print(f"{done} texts, {done / (time.time() - start):.0f} a second, broken: {num_broken}. The slowest:")
    for seconds, kind, text in slow:
        print(f"{seconds * 1000:6.1f} ms  {kind}: {text!r}")
    return 1 if num_broken else 0


if __name__ == "__main__":
    sys.exit(main())
