"""A long run: `python tests/fuzz/long.py --count 1000000 [--seed N]`. Prints texts a second, the slowest, and every
text that breaks a promise, with what makes it again. Exit code 1 where there is one.
"""

from __future__ import annotations

import argparse
import heapq
import sys
import time
import traceback
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.fuzz.promises import LIMIT, reads_back, slowness
from tests.fuzz.texts import KINDS, Texts

#: Texts of one seed.
BATCH = 1000
SLOWEST = 10


def batch(seed: int) -> tuple[list[tuple[float, str, str]], list[tuple[str, str, str]]]:
    """The slowest texts of a seed, and those that break a promise: kind, text and why."""
    texts = Texts(seed)
    slow: list[tuple[float, str, str]] = []
    broken = []
    for position in range(BATCH):
        kind = KINDS[position % len(KINDS)]
        text = texts.text(kind)
        try:
            taken = slowness(kind, text)
            slow.append((taken, kind, text))
            if taken > LIMIT:
                broken.append((kind, text, f"{taken * 1000:.0f} ms"))
            reads_back(kind, text)
        except Exception:
            broken.append((kind, text, traceback.format_exc(limit=-3)))
    return heapq.nlargest(SLOWEST, slow), broken


def batches(first: int, count: int) -> Iterator[int]:
    yield from range(first, first + -(-count // BATCH))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    slow: list[tuple[float, str, str]] = []
    begun, done, faults = time.time(), 0, 0
    with ProcessPoolExecutor(options.processes) as pool:
        for seed, (slowest, broken) in zip(
            batches(options.seed, options.count), pool.map(batch, batches(options.seed, options.count)), strict=True
        ):
            done += BATCH
            slow = heapq.nlargest(SLOWEST, [*slow, *slowest])
            for kind, text, why in broken:
                faults += 1
                print(f"seed {seed}, {kind}: {text!r}\n{why}", flush=True)
            if done % 20_000 == 0:
                print(f"{done} texts, {done / (time.time() - begun):.0f} a second, broken: {faults}", flush=True)
    print(f"{done} texts, {done / (time.time() - begun):.0f} a second, broken: {faults}. The slowest:")
    for taken, kind, text in slow:
        print(f"{taken * 1000:6.1f} ms  {kind}: {text!r}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
