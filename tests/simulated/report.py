"""How often the tutor says something untrue: `python tests/simulated/report.py [--variants N] [--sample]`.

Prints the table of figures with their limits; exits with 1 if one is beyond its limit. `--show KIND` adds the cases of the
kinds whose name contains KIND, each as the command that repeats it; `--write FOLDER` writes all of them, a file for each
row, and the random graphs as exercise files.
"""

from __future__ import annotations

import argparse
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from typing import TYPE_CHECKING

from tests.simulated.measure import BUGS, Simulation
from tests.simulated.populations import Unit, all_units, sample_units
from tests.simulated.tally import LIMITS, Tally

if TYPE_CHECKING:
    from collections.abc import Sequence

#: The part of the bugs that the sample tries at each blank.
SAMPLE_SHARE = 0.25


def measure(units: Sequence[Unit], share: float = 1, processes: int = 1) -> Tally:
    """Simulate all answers to these problems."""
    total = Tally()
    if processes == 1:
        for unit in units:
            total.merge(_measure_unit(unit, share))
        return total
    with ProcessPoolExecutor(processes) as pool:
        for tally in pool.map(partial(_measure_unit, share=share), units, chunksize=4):
            total.merge(tally)
    return total


def _measure_unit(unit: Unit, share: float) -> Tally:
    return Simulation(unit, share).run()


def _write(folder: Path, tally: Tally) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in LIMITS:
        (folder / f"{name}.txt").write_text(tally.kinds(name), encoding="utf-8")
    units = {case.unit for row in tally.rows.values() for cases in row.examples.values() for case in cases}
    for unit in units:
        if unit.is_random:
            (folder / f"{unit.name}-{unit.seed}.toml").write_text(unit.toml(), encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--variants", type=int, default=3, help="sets of numbers for each exercise")
    parser.add_argument("--sample", action="store_true", help="only what the test suite tries")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--only", default="", help="only exercises whose name contains this")
    parser.add_argument("--show", metavar="KIND", help="print the cases of the kinds whose name contains KIND")
    parser.add_argument("--write", metavar="FOLDER", type=Path, help="write the cases of each row into files")
    options = parser.parse_args()
    units = sample_units() if options.sample else all_units(options.variants)
    units = [unit for unit in units if options.only in unit.name]
    tally = measure(units, SAMPLE_SHARE if options.sample else 1, options.processes)
    print(f"{len(BUGS)} kinds of bugs, {len(units)} sets of numbers")
    print(tally)
    if options.show is not None:
        print(*(tally.kinds(name, options.show) for name in LIMITS), sep="\n")
    if options.write:
        _write(options.write, tally)
    return 1 if tally.beyond_limits() else 0


if __name__ == "__main__":
    sys.exit(main())
