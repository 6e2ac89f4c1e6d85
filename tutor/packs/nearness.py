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
        self.matrices = shape is not None
        #: By mistake, then by set of numbers, then by cell.
        self.values = np.empty((len(comparable), *whole))
        for position, (_name, value) in enumerate(comparable):
            self.values[position] = value
        self.truth = np.broadcast_to(truth, whole)
        self.excused = np.broadcast_to(_excused(problem, blank), (count,))

    def right(self, position: int) -> Any:
        """For one set of numbers which mistakes give the right value itself."""
        equal = _near(self.values[:, position : position + 1], self.truth[position], self.matrices, _EQUAL)[:, 0]
        return equal & ~self.excused[position]


class Together:
    """The mistakes at several blanks, all of them numbers or each alone a matrix, in one array.

    Arrays are by blank, then by mistake, then by set of numbers; where a blank has fewer mistakes than another there
    is nothing, which is near to nothing.
    """

    def __init__(self, blanks: Sequence[Nearness], count: int) -> None:
        import numpy as np

        self.blanks = blanks
        self._matrices = blanks[0].matrices
        most = max(len(blank.names) for blank in blanks)
        self._values = np.full((len(blanks), most, count, *blanks[0].truth.shape[1:]), np.nan)
        #: The same number for the same name, by blank and mistake.
        self._called = np.full((len(blanks), most), -1)
        for position, blank in enumerate(blanks):
            self._values[position, : len(blank.names)] = blank.values
            first = {name: place for place, name in reversed(tuple(enumerate(blank.names)))}
            self._called[position, : len(blank.names)] = [first[name] for name in blank.names]
        truth = np.stack([blank.truth for blank in blanks])
        self._counts = ~np.stack([blank.excused for blank in blanks])[:, None]
        #: By blank, mistake and set of numbers: whether it comes near to the right value.
        self.near_truth: Any = _near(self._values, truth[:, None], self._matrices) & self._counts

    def always(self, rows: Any) -> list[tuple[Any, Any]]:
        """For these sets of numbers, by blank: which mistakes give the right value in all; of those that come to the
        same in all one each, as positions."""
        import numpy as np

        hidden = self.near_truth[:, :, rows].all(axis=2) & bool(len(rows))
        some = self._values[:, :, rows]
        same = (_near(some[:, :, None], some[:, None], self._matrices).all(axis=-1) & bool(len(rows))).tolist()
        found = []
        for position, blank in enumerate(self.blanks):
            is_hidden, alike = hidden[position].tolist(), same[position]
            classes: list[int] = []
            for mistake in range(len(blank.names)):
                like = alike[mistake]
                if not is_hidden[mistake] and not any(like[other] for other in classes):
                    classes.append(mistake)
            found.append((hidden[position, : len(blank.names)], np.array(classes, dtype=int)))
        return found

    def hidden(self, but: Sequence[Any]) -> Any:
        """For each set of numbers how many mistakes come near to the right value; `but` are left out, by blank."""
        import numpy as np

        counted = np.zeros(self._called.shape, dtype=bool)
        for position, left_out in enumerate(but):
            counted[position, : len(left_out)] = ~left_out
        return (self.near_truth & counted[:, :, None]).sum(axis=(0, 1))

    def alike(self, among: Sequence[Any]) -> Any:
        """For each set of numbers how many of these mistakes, given by blank, come near to another one."""
        import numpy as np

        most = max(len(one) for one in among)
        picked = np.zeros((len(among), most), dtype=int)
        there = np.zeros((len(among), most), dtype=bool)
        for position, one in enumerate(among):
            picked[position, : len(one)] = one
            there[position, : len(one)] = True
        blanks = np.arange(len(among))[:, None]
        some, called = self._values[blanks, picked], self._called[blanks, picked]
        if self._matrices:
            near = _near(some[:, :, None], some[:, None], True)
            apart = (called[:, :, None] < called[:, None]) & there[:, :, None] & there[:, None]
            return (near & apart[..., None]).sum(axis=(0, 1, 2))
        # Where any two are near, neighbours are.
        some = np.where(there[..., None], some, np.nan)
        order = np.argsort(some, axis=1, kind="stable")
        lined_up = np.take_along_axis(some, order, axis=1)
        called = np.take_along_axis(np.broadcast_to(called[..., None], some.shape), order, axis=1)
        near = _near(lined_up[:, 1:], lined_up[:, :-1], False) & (called[:, 1:] != called[:, :-1])
        return (near & self._counts).sum(axis=(0, 1))


def together(blanks: Sequence[Nearness], count: int) -> list[Together]:
    """The blanks for numbers in one array, those for matrices each in its own."""
    numbers = [blank for blank in blanks if not blank.matrices]
    groups = [numbers, *([blank] for blank in blanks if blank.matrices)]
    return [Together(group, count) for group in groups if group]


def _near(a: Any, b: Any, matrices: bool, apart: float = _CLOSE) -> Any:
    import numpy as np

    near = np.abs(a - b) <= apart * np.maximum(np.abs(a), np.abs(b))
    return near.all(axis=(-2, -1)) if matrices else near


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
