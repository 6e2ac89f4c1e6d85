"""How often numbers of exercises let frequent mistakes pass for each other: `python tests/simulated/collisions.py`.

The frequent mistakes are *started at 1*, *own value*, *added*, *split*, *plus rule* and *forward value*. Two of them
collide if they have the same value at a blank, or one of them the right one, and other numbers would tell them apart.
Prints the shares of all packs with their limits; exits with 1 if one is beyond its limit. `--show` adds every collision,
and at the author's numbers what to write instead; `--seeds N` tries more fresh numbers.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parents[2]))

from tutor.algebra.printing import format_value
from tutor.packs import library
from tutor.packs.author_collisions import JudgedNumbers, frequent_kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tutor.packs.author_collisions import Collision
    from tutor.packs.exercise import Exercise

#: Exercises whose numbers have to be what they are, and why.
INTENDED = {
    "basics/times": "the numbers of the source text",
    "basics/two-paths-cancel": "the numbers of the source text, at which two paths cancel",
    "neuron/xor": "the target of two ones is 0",
    "neuron/ten-sigmas": "σ at 0, where it is steepest",
    "modern/low-rank-update": "the second factor of LoRA starts at 0",
    "classics/first-circuit": "published numbers",
    "classics/linear-xor": "published numbers",
    "classics/max-gate": "published numbers",
    "classics/nocedal-wright": "published numbers",
    "classics/olah": "published numbers",
    "classics/one-logistic-step": "published numbers",
    "classics/sure-and-wrong": "published numbers",
    "classics/tanh-neuron": "published numbers",
}
#: The largest shares of sets of numbers that have a collision, without the exercises above.
LIMITS = {"the author's": 0.0, "fresh": 0.03}


@dataclass
class Shares:
    """Sets of numbers by where they come from: all of them, and those with collisions."""

    sets: Counter[str] = field(default_factory=Counter)
    colliding: Counter[str] = field(default_factory=Counter)
    pairs: Counter[tuple[str, str]] = field(default_factory=Counter)
    #: By exercise and seed, None for the author's numbers.
    found: dict[tuple[str, int | None], list[Collision]] = field(default_factory=dict)

    def add(self, name: str, seed: int | None, collisions: list[Collision]) -> None:
        origin = "the author's" if seed is None else "fresh"
        if collisions:
            self.found[name, seed] = collisions
        if name not in INTENDED:
            self.sets[origin] += 1
            self.colliding[origin] += bool(collisions)
            self.pairs.update((frequent_kind(each.one), frequent_kind(each.other)) for each in collisions)

    def share(self, origin: str) -> float:
        return self.colliding[origin] / max(self.sets[origin], 1)

    def beyond_limits(self) -> list[str]:
        return [origin for origin, limit in LIMITS.items() if self.share(origin) > limit]


def all_exercises() -> Iterator[tuple[str, Exercise]]:
    """Yield every built-in exercise with numbers, by name."""
    for pack in library.all_packs(installed=False):
        for entry in pack.entries:
            exercise = pack.open(entry.id)
            problem = exercise.variant().problem
            if problem.graph.nodes and not problem.symbolic and not problem.has_matrix_symbols:
                yield f"{pack.id}/{entry.id}", exercise


def measure(seeds: Sequence[int]) -> Shares:
    """Return the shares of the author's numbers, and of those of these seeds."""
    shares = Shares()
    for name, exercise in all_exercises():
        if JudgedNumbers.can_judge(exercise):
            shares.add(name, None, JudgedNumbers(exercise).collisions())
        for seed in seeds if exercise.has_variants else ():
            shares.add(name, seed, JudgedNumbers(exercise, seed).collisions())
    return shares


def _print_found(shares: Shares) -> None:
    for (name, seed), collisions in shares.found.items():
        print(f"{name}, {'the author' if seed is None else f'seed {seed}'}: {INTENDED.get(name, '')}")
        for each in collisions:
            print(f"    {each.blank}: {each.one} and {each.other or 'the right answer'} are {each.value}")
        if seed is None:
            better = JudgedNumbers(library.find_exercise(name)).better_numbers()
            print("    take", ", ".join(f"{key} = {format_value(value)}" for key, value in better.items()) or "others")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=5, help="sets of fresh numbers for each exercise")
    parser.add_argument("--show", action="store_true", help="print every collision")
    options = parser.parse_args()
    shares = measure(range(1, options.seeds + 1))
    for origin, limit in LIMITS.items():
        print(
            f"{origin} numbers: {shares.colliding[origin]} of {shares.sets[origin]} collide, "
            f"{shares.share(origin):.1%} (limit {limit:.0%})"
        )
    for (one, other), count in shares.pairs.most_common():
        print(f"    {count}  {one}, {other or 'the right answer'}")
    if options.show:
        _print_found(shares)
    return 1 if shares.beyond_limits() else 0


if __name__ == "__main__":
    sys.exit(main())
