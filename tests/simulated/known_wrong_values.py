"""Known wrong values near the truth: `python tests/simulated/known_wrong_values.py [VARIANTS]`, 3 by default.

For each tolerance, prints how many of the values of all named mistakes lie within it of the right value, and how many of
them count as right when they are typed as programs print them. The exit code is 1 if one does.
"""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.support.sample_problems import answer_literal, cells_of
from tests.support.simulated_learners import builtin_exercise_names, variant_seeds
from tutor.algebra import ops
from tutor.algebra.limits import ANSWER
from tutor.engine.symbolic import has_symbols
from tutor.grading.acceptance import is_rounded_truth
from tutor.grading.answer import parse_answer
from tutor.grading.grader import grade
from tutor.grading.mistakes.finder import candidates_at
from tutor.packs import library

if TYPE_CHECKING:
    from collections.abc import Callable

    from tutor.algebra.ops import Value
    from tutor.grading.problem import Blank, Problem

#: Relative distances from the right value, from a few roundings of float64 to a rounding to three digits.
TOLERANCES = (1e-9, 1e-6, 1e-5, 5e-4, 5e-3)
#: How a program or a person writes a number.
PRINTERS: dict[str, Callable[[float], str]] = {
    "float64": repr,
    "float32 in NumPy": lambda value: str(np.float32(value)),
    "float32 in PyTorch": lambda value: repr(float(np.float32(value))),
    "six digits": lambda value: f"{value:.5e}",
    "four digits": lambda value: f"{value:.3e}",
}


@dataclass
class WrongValueReport:
    """The number of known wrong values, how many are how near to the truth, and those that were accepted."""

    total: int = 0
    within: Counter[float] = field(default_factory=Counter)
    accepted: list[str] = field(default_factory=list)

    def add_blank(self, name: str, problem: Problem, blank: Blank) -> None:
        """Type the value of every mistake at a blank whose right value is a number or a matrix of numbers."""
        truth = problem.truth(blank)
        if truth is None or has_symbols(truth):
            return
        for mistake in candidates_at(problem, blank):
            if ops.shape_of(mistake.value) != blank.shape or ops.is_exact(mistake.value):
                continue
            self.total += 1
            distance = relative_distance(mistake.value, problem.truth_in_floats(blank))
            self.within.update(tolerance for tolerance in TOLERANCES if distance <= tolerance)
            if distance <= 2 * TOLERANCES[-1] or not any(map(float, cells_of(problem.truth_in_floats(blank)))):
                self.accepted += accepted_texts(name, problem, blank, mistake.id, mistake.value)

    def __str__(self) -> str:
        lines = [f"known wrong values: {self.total}"]
        lines += [f"within {tolerance:g} of the truth: {self.within[tolerance]}" for tolerance in TOLERANCES]
        lines += [f"accepted as right: {len(self.accepted)}", *(f"  {text}" for text in self.accepted)]
        return "\n".join(lines)


def relative_distance(value: Value, truth: Value) -> float:
    """Return the largest distance of a cell, relative to the largest right cell, or to the largest at all if it is 0."""
    pairs = list(zip(map(float, cells_of(value)), map(float, cells_of(truth)), strict=True))
    largest = max(abs(right) for _, right in pairs) or max(abs(wrong) for wrong, _ in pairs)
    return max(abs(wrong - right) for wrong, right in pairs) / (largest or 1.0)


def accepted_texts(name: str, problem: Problem, blank: Blank, mistake: str, value: Value) -> list[str]:
    """Return the texts of a known wrong value that count as right, although the truth does not round to them."""
    found = []
    for printer, print_number in PRINTERS.items():
        text = answer_literal([print_number(float(cell)) for cell in cells_of(value)], blank.shape)
        if len(text) > ANSWER.characters:
            continue
        if is_rounded_truth(parse_answer(problem, blank, text), problem.truth(blank)):
            continue
        if grade(problem, blank, text).right:
            found.append(f"{name} {blank.id}: {mistake}, {printer}: {text}")
    return found


def report_on(names: list[str], variants: int) -> WrongValueReport:
    """Return the report on some built-in exercises."""
    report = WrongValueReport()
    for name in names:
        exercise = library.find_exercise(name)
        for seed in variant_seeds(exercise, variants):
            problem = exercise.variant(seed).problem
            for blank in problem.blanks:
                report.add_blank(f"{name} (seed {seed})", problem, blank)
    return report


if __name__ == "__main__":
    found = report_on(builtin_exercise_names(), int(sys.argv[1]) if len(sys.argv) > 1 else 3)
    print(found)
    sys.exit(1 if found.accepted else 0)
