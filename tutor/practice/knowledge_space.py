"""Knowledge spaces: what a learner knows of partially ordered topics, inferred from right and wrong answers.

A state is a set of topics that contains the prerequisites of each of its topics. The belief is a distribution over all
states. It is updated by Bayes' rule with the basic local independence model: an answer on a known topic is wrong only by
a slip, one on an unknown topic right only by a guess. The next question is on the topic whose probability is nearest to
one half (the half-split rule). Both are from J.-C. Falmagne and J.-P. Doignon, "A class of stochastic procedures for the
assessment of knowledge", British Journal of Mathematical and Statistical Psychology 41 (1988), and their book "Learning
Spaces" (2011).
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

#: The probability of a wrong answer on a known topic, and of a right one on an unknown topic.
SLIP, GUESS = 0.08, 0.08
#: From this probability on a topic counts as known.
KNOWN = 0.8
#: A topic is settled if its probability is at most this far from 0 or 1.
SURE = 0.1


def knowledge_states(prerequisites: Mapping[str, Collection[str]]) -> tuple[frozenset[str], ...]:
    """Return all sets of topics that contain the prerequisites of their topics; topics come after their prerequisites."""
    states = {frozenset[str]()}
    for topic, needed in prerequisites.items():
        states |= {state | {topic} for state in states if state.issuperset(needed)}
    return tuple(sorted(states, key=lambda state: (len(state), sorted(state))))


class Belief:
    """The probability of each knowledge state, at first the same for each number of known topics."""

    def __init__(self, prerequisites: Mapping[str, Collection[str]]) -> None:
        self.topics = tuple(prerequisites)
        states = knowledge_states(prerequisites)
        sizes = Counter(map(len, states))
        self._weights = {state: 1 / sizes[len(state)] for state in states}
        self._normalise()

    def _normalise(self) -> None:
        total = sum(self._weights.values())
        self._weights = {state: weight / total for state, weight in self._weights.items()}

    def observe(self, topic: str, right: bool) -> None:
        """Update the belief by one answer on a topic."""
        if_known, if_unknown = (1 - SLIP, GUESS) if right else (SLIP, 1 - GUESS)
        self._weights = {
            state: weight * (if_known if topic in state else if_unknown) for state, weight in self._weights.items()
        }
        self._normalise()

    def probability(self, topic: str) -> float:
        """Return the probability that a topic is known."""
        return sum(weight for state, weight in self._weights.items() if topic in state)

    def known(self) -> frozenset[str]:
        """Return the topics that count as known."""
        return frozenset(topic for topic in self.topics if self.probability(topic) >= KNOWN)

    @property
    def is_sure(self) -> bool:
        """Whether every topic is settled."""
        return not any(map(self._is_open, self.topics))

    def _is_open(self, topic: str) -> bool:
        return SURE < self.probability(topic) < 1 - SURE

    def next_topic(self, available: Sequence[str]) -> str | None:
        """Return the open topic nearest to one half among those with questions left, None if there is none."""
        candidates = [topic for topic in available if self._is_open(topic)]
        return min(candidates, key=lambda topic: abs(self.probability(topic) - 0.5), default=None)
