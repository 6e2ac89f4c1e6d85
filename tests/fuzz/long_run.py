"""A million fuzzed texts, or 20,000 exercise files: `python tests/fuzz/long_run.py [--count N] [--packs] [--seed N]`.

Prints the speed, the slowest texts, and every text that breaks a promise, with its seed. The exit code is 1 if there
is one. For files it prints the memory as well, at the start and at the end.
"""

from __future__ import annotations

import argparse
import heapq
import resource
import sys
import time
import traceback
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parents[2]))

from typing import TYPE_CHECKING

from tests.fuzz.pack_files import PACK_KINDS, PackFileGenerator, find_broken_promise
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


def run_pack_seed(seed: int) -> tuple[list[tuple[float, str, str]], list[tuple[str, str, str]]]:
    """Return what `run_seed` returns, for exercise files."""
    files = PackFileGenerator(seed)
    slow: list[tuple[float, str, str]] = []
    broken = []
    with TemporaryDirectory() as folder:
        path = Path(folder) / "ex.toml"
        for position in range(TEXTS_PER_SEED):
            kind = PACK_KINDS[position % len(PACK_KINDS)]
            content = files.file(kind)
            start = time.thread_time()
            reason = find_broken_promise(path, content)
            slow.append((time.thread_time() - start, kind, content.decode("utf-8", "replace")))
            if reason is not None:
                broken.append((kind, content.decode("utf-8", "replace"), reason))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"seed {seed}: {peak} MiB at most", flush=True)
    return heapq.nlargest(NUM_SLOWEST, slow), broken


def seeds_to_run(first: int, count: int) -> Iterator[int]:
    yield from range(first, first + -(-count // TEXTS_PER_SEED))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int)
    parser.add_argument("--packs", action="store_true", help="exercise files instead of texts")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    count = options.count or (20_000 if options.packs else 1_000_000)
    run = run_pack_seed if options.packs else run_seed
    slow: list[tuple[float, str, str]] = []
    start, done, num_broken = time.time(), 0, 0
    with ProcessPoolExecutor(options.processes) as pool:
        for seed, (slowest, broken) in zip(
            seeds_to_run(options.seed, count),
            pool.map(run, seeds_to_run(options.seed, count)),
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
