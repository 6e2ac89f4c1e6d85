"""Simulated learners who take the placement test: how near its result is to what they know.

    python tests/simulated/placement.py [--runs 200]

Each learner knows the topics of the first packs and makes slips. The test is right if the exercise that it names to begin
with is in the pack that the learner knows first not to know, or in one beside it.
"""

from __future__ import annotations

import argparse
import random
import sys
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tutor.practice.knowledge_space import Belief
from tutor.practice.placement import MAX_GRAPHS
from tutor.practice.placement_bank import MAX_BLANKS, PREREQUISITES, TOPICS

#: The packs with topics, in their order; the last one stands for knowing everything.
PACKS = [*dict.fromkeys(topic.begin.partition("/")[0] for topic in TOPICS), ""]
SLIP, LUCKY_GUESS = 0.05, 0.05
#: The share of simulated tests that must be within one pack of the truth.
LEAST_SHARE = 0.9


@dataclass(frozen=True)
class Outcome:
    """A simulated test: the packs known, the packs found to be known, and the graphs that it took."""

    known: int
    found: int
    graphs: int

    @property
    def is_near(self) -> bool:
        return abs(self.known - self.found) <= 1


def simulate(known_packs: int, random_numbers: random.Random) -> Outcome:
    """Let a learner who knows the first packs take a test."""
    known = {topic.id for topic in TOPICS if PACKS.index(topic.begin.partition("/")[0]) < known_packs}
    left = {topic.id: [min(len(graph.blanks) or 1, MAX_BLANKS) for graph in topic.graphs] for topic in TOPICS}
    belief, graphs = Belief(PREREQUISITES), 0
    while graphs < MAX_GRAPHS:
        topic = belief.next_topic([name for name, blanks in left.items() if blanks])
        if topic is None:
            break
        graphs += 1
        for _blank in range(left[topic].pop(random_numbers.randrange(len(left[topic])))):
            chance = 1 - SLIP if topic in known else LUCKY_GUESS
            belief.observe(topic, random_numbers.random() < chance)
    first_open = next((topic for topic in TOPICS if topic.id not in belief.known()), None)
    found = PACKS.index(first_open.begin.partition("/")[0] if first_open is not None else "")
    return Outcome(known_packs, found, graphs)


def simulate_all(runs: int, seed: int = 0) -> list[Outcome]:
    """Return as many tests of learners who know nothing, everything, half of the packs, and any number of them."""
    random_numbers = random.Random(seed)
    half, whole = len(PACKS) // 2, len(PACKS) - 1
    return [
        simulate((0, whole, half, random_numbers.randint(0, whole))[run % 4], random_numbers) for run in range(runs)
    ]


def main() -> int:
    """Print how near the results are to the truth; return 1 if too few are."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    outcomes = simulate_all(options.runs, options.seed)
    for known in range(len(PACKS)):
        same = [outcome for outcome in outcomes if outcome.known == known]
        if same:
            exact = sum(outcome.found == known for outcome in same) / len(same)
            near = sum(outcome.is_near for outcome in same) / len(same)
            graphs = sum(outcome.graphs for outcome in same) / len(same)
            print(
                f"{known} packs known: {len(same):4} tests, exact {exact:.0%}, within one {near:.0%}, {graphs:.1f} graphs"
            )
    share = sum(outcome.is_near for outcome in outcomes) / len(outcomes)
    print(f"within one pack: {share:.1%}, limit {LEAST_SHARE:.0%}")
    return int(share < LEAST_SHARE)


if __name__ == "__main__":
    sys.exit(main())
