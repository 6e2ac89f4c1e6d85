"""All mistakes and right answers in many variants: `python tests/simulated/long_run.py [VARIANTS]`, 3 by default.

Prints every mistake that was not named and every right answer that was refused. The exit code is 1 if there is one.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.support.simulated_learners import (
    Report,
    builtin_exercise_names,
    check_follow_through,
    try_each_mistake,
    try_right_answers,
    variant_seeds,
)
from tutor.packs import library


def main(variants: int) -> int:
    report = Report()
    unrecognised: list[str] = []
    for name in builtin_exercise_names():
        exercise = library.find_exercise(name)
        for seed in variant_seeds(exercise, variants):
            report.add(try_each_mistake(exercise, seed))
            report.add(try_right_answers(exercise, seed))
            unrecognised += check_follow_through(exercise, seed)
    print(report)
    print("\n".join(unrecognised) or "every correct step from a wrong value was recognised")
    return 1 if report.missed or report.refused or unrecognised else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 3))
