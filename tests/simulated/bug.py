"""A kind of bug: what a learner computes instead, as a function of the graph, and the names that describe it truly.

The functions are written here from scratch, not taken from the product's catalogue of mistakes, so that bugs without a
name and names that are untrue can be seen. Two things make a name true:

- it is one of the bug's `names`: the mistake whose description is what this learner does;
- or its formula is the bug's formula: both give the same value on the exercise's numbers *and* on others close by. That
  the two agree on the exercise's numbers only is a coincidence, and stating such a name as certain is untrue.

The names in `FACTS` say only what is wrong with a matrix: its order, some signs, one cell. They are true of every matrix
of which they are said; they name a slip, but not a wrong rule that happens to change one cell.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from tests.simulated.own_pass import Array, Habit, LearnerPass, Spot
    from tutor.engine.graph import Graph


@dataclass(frozen=True)
class Bug:
    """Exactly one of the functions says what the learner computes; it returns None, or fails, where that is nothing.

    - `edge`: a wrong rule at an edge, of what the learner sees there.
    - `sum`: the parts at a branch put together wrongly; of the learner's pass and the node.
    - `forward`: a wrong forward value; of the pass and the node.
    - `start`: a wrong start; of the right start and the output.
    - `passes`: the whole pass made wrongly on paper, with only this blank typed. Of the graph.
    - `matrix`: a slip in a matrix; of the right matrix.
    - `text`: a slip in typing; of the right answer's text.
    """

    kind: str
    names: frozenset[str] = frozenset()
    edge: Callable[[Spot], Array | None] | None = None
    sum: Callable[[LearnerPass, int], Array | None] | None = None
    forward: Callable[[LearnerPass, int], Array | None] | None = None
    start: Callable[[Array, Array], Array | None] | None = None
    passes: Callable[[Graph], list[Habit]] | None = None
    matrix: Callable[[Array, Random], Array | None] | None = None
    text: Callable[[str], str | None] | None = None
    ops: tuple[str, ...] = ()
    """the operations at which an `edge` or `forward` bug happens; empty for all"""
    slots: tuple[int, ...] = (0, 1)
    systematic: bool = True
    """whether an `edge` bug is also made at every such edge, with the whole pass following from it"""

    def at_edge(self, spot: Spot) -> Array | None:
        """Return what an `edge` bug gives there."""
        if self.edge is None or spot.slot not in self.slots or (self.ops and spot.op not in self.ops):
            return None
        return self.edge(spot)


#: What is said of a matrix beside the right one.
FACTS = frozenset(
    f"matrix.{name}"
    for name in (
        "transposed",
        "reordered-rows",
        "reordered-columns",
        "some-signs",
        "one-cell",
        "one-row",
        "one-column",
    )
)


def names(*ids: str) -> frozenset[str]:
    return frozenset(ids)
