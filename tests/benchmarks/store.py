"""Cost of a long history: `python tests/benchmarks/store.py [--paint]`.

Compares the queries of the home screen with 100,000 attempts and with an empty file, then measures what a learner waits
for elsewhere. With `--paint` it also starts the program in a pseudo-terminal with either store, in turn; the target for
its first screen is 1.1 times the time with the empty one.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter, process_time

sys.path.insert(0, str(Path(__file__).parents[2]))

from typing import TYPE_CHECKING

from tests.benchmarks.first_paint import time_until_painted
from tutor.packs import library
from tutor.practice import review
from tutor.practice.event import Event, new_id
from tutor.practice.exercise_index import load_index
from tutor.practice.progress import load_progress
from tutor.practice.rule_ids import all_rule_ids
from tutor.practice.storage.database import Database
from tutor.practice.storage.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

START = datetime(2026, 1, 1, 8, tzinfo=UTC)


def history(number: int, *, earlier: bool = False) -> Iterator[Event]:
    """Yield attempts of ten events each at the built-in exercises, over 200 days.

    In those of an `earlier` version, a third has the rule of all custom nodes or none, as questions had.
    """
    rng = random.Random(1)
    exercises = [(pack.id, entry.id) for pack in library.all_packs() for entry in pack.entries]
    worksheet, pack, exercise = "", "", ""
    rules = all_rule_ids()
    old_rules = (*rules, *("", "own") * (len(rules) // 4)) if earlier else rules
    for i in range(number):
        kind = "begin" if i % 10 == 0 else "solved" if i % 10 == 9 else "answer"
        if kind == "begin":
            worksheet = new_id()
            pack, exercise = rng.choice(exercises)
        wrong = rng.random() < 0.2
        yield Event(
            kind=kind,
            at=(START + timedelta(days=200) * (i / number)).isoformat(timespec="microseconds"),
            worksheet=worksheet,
            pack=pack,
            exercise=exercise,
            rule=rng.choice(old_rules) if kind == "answer" else "",
            blank=f"q{i % 10}" if kind == "answer" else "",
            text="-3/16" if kind == "answer" else "",
            verdict=("mistaken" if wrong else "right") if kind == "answer" else "",
            mistake="any.dropped-upstream" if kind == "answer" and wrong else "",
            duration=20.0,
            fingerprint=f"{i // 10:016x}",
            proof=kind == "answer" and not wrong,
        )


def home(path: Path) -> None:
    """Run the queries of the first screen."""
    with Store.open(path) as store:
        store.states()
        store.exercise_to_continue()
        review.cached_due_rules(store)


def median(act: Callable[[], object], runs: int) -> float:
    """Return the median milliseconds."""
    times = []
    for _ in range(runs):
        start = perf_counter()
        act()
        times.append(1000 * (perf_counter() - start))
    return statistics.median(times)


def say(label: str, milliseconds: float) -> None:
    print(f"{label:<52}{milliseconds:10.2f} ms")


def paint(empty: Path, full: Path, runs: int) -> None:
    """Measure the time to the first screen with either store, in turn, and the processor time until then."""
    times: dict[Path, list[tuple[float, float]]] = {empty: [], full: []}
    for run in range(runs + 1):
        for folder, measured in times.items():
            environment = {
                **os.environ,
                "BACKPROP_TUTOR_HOME": str(folder),
                "TERM": "xterm-256color",
                "LANG": "C.UTF-8",
            }
            elapsed = time_until_painted(["-m", "tutor"], "The basics", environment)
            if run:  # the first run of each fills the caches
                measured.append(elapsed)
    for number, label in enumerate(("first screen", "computing for it")):
        for_empty, for_full = (1000 * statistics.median(each[number] for each in found) for found in times.values())
        say(f"{label}, empty store", for_empty)
        say(f"{label}, full store", for_full)
        print(f"ratio {for_full / for_empty:.2f} (target 1.1)")


def rebuild_earlier(path: Path, attempts: int) -> None:
    """Measure the first rebuild of a file of an earlier version, whose events are read from their exercises."""
    database = Database(path, timeout=2.0)
    database.write(history(attempts, earlier=True))
    start, start_cpu = perf_counter(), process_time()
    database.rebuild_skills()
    say("skills rebuilt from an earlier version's attempts", 1000 * (perf_counter() - start))
    say("the same, processor time (target 5000)", 1000 * (process_time() - start_cpu))
    database.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--attempts", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--paint", action="store_true", help="start the program as well")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp())
    empty, full = folder / "empty", folder / "full"
    Store.open(empty / "progress.sqlite3").close()
    start = perf_counter()
    database = Database(full / "progress.sqlite3", timeout=2.0)
    database.write(history(options.attempts))
    database.close()
    say(f"{options.attempts} attempts written, with their skills", 1000 * (perf_counter() - start))
    for_empty, for_full = (median(lambda at=at: home(at / "progress.sqlite3"), options.runs) for at in (empty, full))
    say("queries of the first screen, empty store", for_empty)
    say("queries of the first screen, full store (target 10)", for_full)
    packs = library.all_packs()
    say("exercise index without a cache", median(lambda: load_index(packs), 3))
    cache = folder / "atlas.json"
    atlas = load_index(packs, cache)
    say(
        f"exercise index of {len(atlas.exercises)} exercises from its cache",
        median(lambda: load_index(packs, cache), options.runs),
    )
    with Store.open(full / "progress.sqlite3") as store:
        say("skills", median(lambda: review.load_skills(store), options.runs))
        say("all of progress", median(lambda: load_progress(store, atlas, packs), 3))
        say(
            "skills rebuilt from all attempts",
            median(lambda: store.with_database(lambda file: file.rebuild_skills()), 1),
        )
        start_cpu = process_time()
        store.with_database(lambda file: file.rebuild_skills())
        say("the same, processor time (target 5000)", 1000 * (process_time() - start_cpu))
        events = list(history(200))
        again = iter(
            [Event(**{name: getattr(event, name) for name in Event.__slots__ if name != "id"}) for event in events]
        )
        say("one more attempt, on the disk", median(lambda: store.append(next(again)), 200))
    rebuild_earlier(folder / "earlier" / "progress.sqlite3", options.attempts)
    if options.paint:
        paint(empty, full, options.runs)


if __name__ == "__main__":
    main()
