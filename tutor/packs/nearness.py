"""Where the values that mistakes lead to come within 3 % of the right one, or of each other, for a batch of numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce
from typing import Any

from tutor.algebra import values
from tutor.algebra.values import Value
from tutor.grading.mistakes import APART, mistakes_at
from tutor.grading.problem import Blank, OwnMistake, Problem
from tutor.packs.batches import in_batch

#: Rounding in floats must not decide on what lies right at the edge.
_CLOSE = APART * (1 + 1e-9)
#: Nearer than this is the same.
_EQUAL = 1e-9


class Nearness:
    """The mistakes at a blank of a problem whose inputs are batches of `count` sets of numbers; `own` the author's."""

    def __init__(self, problem: Problem, blank: Blank, own: Sequence[OwnMistake], count: int) -> None:
        import numpy as np

        self.id = blank.id
        truth = problem.truth(blank)
        shape = values.shape(truth)
        whole = (count, *(shape or ()))
        led_to = [*_own(problem, blank, own), *((mistake.id, mistake.value) for mistake in mistakes_at(problem, blank))]
        comparable = [(name, value) for name, value in led_to if values.shape(value) == shape]
        self.names = tuple(name for name, _value in comparable)
        self._matrices = shape is not None
        #: By mistake, then by set of numbers, then by cell.
        self._values = np.empty((len(comparable), *whole))
        for position, (_name, value) in enumerate(comparable):
            self._values[position] = value
        #: By mistake and set of numbers: whether it comes near to the right value.
        self._truth = np.broadcast_to(truth, whole)
        self._excused = np.broadcast_to(_excused(problem, blank), (count,))
        self.near_truth: Any = self._near(self._values, self._truth) & ~self._excused

    def right(self, position: int) -> Any:
        """For one set of numbers which mistakes give the right value itself."""
        equal = self._near(self._values[:, position : position + 1], self._truth[position], _EQUAL)[:, 0]
        return equal & ~self._excused[position]

    def always(self, rows: Any) -> tuple[Any, Any]:
        """For these sets of numbers: which mistakes give the right value in all; of those that come to the same in all
        one each, as positions."""
        import numpy as np

        hidden = self.near_truth[:, rows].all(axis=1) & bool(len(rows))
        some = self._values[:, rows]
        same = self._near(some[:, None], some[None]).all(axis=-1) & bool(len(rows))
        classes: list[int] = []
        for position in np.flatnonzero(~hidden):
            if not same[position, classes].any():
                classes.append(int(position))
        return hidden, np.array(classes, dtype=int)

    def alike(self, among: Any) -> Any:
        """For each set of numbers how many of these mistakes come near to another one."""
        import numpy as np

        names = np.array([self.names.index(self.names[position]) for position in among], dtype=int)
        some = self._values[among]
        if self._matrices:
            near = self._near(some[:, None], some[None])
            return (near & (names[:, None] < names[None])[..., None]).sum(axis=(0, 1))
        # Where any two are near, neighbours are.
        order = np.argsort(some, axis=0)
        lined_up, called = np.take_along_axis(some, order, axis=0), names[order]
        near = self._near(lined_up[1:], lined_up[:-1]) & (called[1:] != called[:-1]) & ~self._excused
        return near.sum(axis=0)

    def _near(self, a: Any, b: Any, apart: float = _CLOSE) -> Any:
        import numpy as np

        near = np.abs(a - b) <= apart * np.maximum(np.abs(a), np.abs(b))
        return near.all(axis=(-2, -1)) if self._matrices else near


def _excused(problem: Problem, blank: Blank) -> Any:
    """Where numbers can't show what went wrong: at a gate, which is open or shut, and where nothing came through one."""
    import numpy as np

    if blank.kind == "sum":
        return reduce(np.logical_and, [_excused(problem, part) for part in problem.parts(blank)])
    if not blank.edge:
        return False
    edge = problem.floats.edges[blank.edge.target, blank.edge.slot]
    if problem.graph.nodes[blank.edge.target].operation.kink:
        return True
    return False if values.is_matrix(edge.upstream) else np.asarray(edge.upstream) == 0


def _own(problem: Problem, blank: Blank, mistakes: Sequence[OwnMistake]) -> Iterator[tuple[str, Value]]:
    for mistake in mistakes:
        try:
            yield mistake.id, in_batch(mistake.answer, problem.names_for(blank))
        except (ArithmeticError, ValueError, TypeError, LookupError):
            # It leads nowhere: `check` says so.
            continue
