"""Observations: what a learner's code gave for one gradient on all trials, beside the right values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tutor.coding.arrays import is_equal, to_array, to_value

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from tutor.algebra.ops import Value
    from tutor.coding.arrays import SentValue
    from tutor.coding.task import AskedValue
    from tutor.coding.variants import Trial
    from tutor.grading.mistakes.equivalence import FloatProblem
    from tutor.grading.problem import Blank


#: The smallest slope that float32 keeps three digits of.
_COARSE_SLOPE = 1e-3


@dataclass(frozen=True, slots=True)
class Observation:
    """The results of a learner's code for one gradient on each trial: `values`, beside all that was `sent`.

    `wrong_lines` are the gradients before it that are wrong, by the ids of their places.
    """

    line: AskedValue
    trials: Sequence[Trial]
    values: Sequence[SentValue | None]
    sent: Sequence[Mapping[str, SentValue | None]]
    wrong_lines: Mapping[str, AskedValue]

    @property
    def problems(self) -> Sequence[FloatProblem]:
        """Return the problems of the trials."""
        return [trial.problem for trial in self.trials]

    @property
    def example(self) -> int | None:
        """Return the trial with the example's own numbers; None if there is none."""
        return next((trial for trial, each in enumerate(self.trials) if each.is_example), None)

    def place(self, trial: int) -> Blank:
        """Return the place of the gradient on a trial, whose shape may be another."""
        return self.line.place_in(self.problems[trial])

    def right(self, trial: int) -> NDArray[np.float64]:
        """Return the right array on a trial."""
        place = self.place(trial)
        return to_array(self.problems[trial].truth(place), place.shape)

    def sent_value(self, trial: int) -> SentValue:
        """Return what was sent on a trial, which must be an array."""
        value = self.values[trial]
        assert value is not None
        return value

    def array(self, trial: int) -> NDArray[np.float64]:
        """Return the learner's array on a trial."""
        array = self.sent_value(trial).array
        assert array is not None
        return array

    def gives(self, trial: int, array: NDArray[np.float64]) -> bool:
        """Return whether the learner's array on a trial is this one."""
        return is_equal(self.sent_value(trial), array)

    def wrong_trials(self) -> list[int]:
        """Return the trials on which the value is wrong, the example first: its numbers are shown in sentences."""
        wrong = [
            trial
            for trial, value in enumerate(self.values)
            if value is not None and not is_equal(value, self.right(trial), self._scale(trial, value))
        ]
        return sorted(wrong, key=lambda trial: not self.trials[trial].is_example)

    def _scale(self, trial: int, value: SentValue) -> float:
        """Return the size of what a gradient was computed from: of a sum its largest term.

        In float32 a slope such as 1 − y loses its digits when y is close to 1, and what is left is multiplied by the
        upstream.
        """
        place, problem = self.place(trial), self.problems[trial]
        if place.kind == "sum":
            return max(_size(problem.truth(part)) for part in problem.branch_edges(place))
        upstream = problem.upstream(place)
        if not value.coarse or upstream is None:
            return 0
        return _COARSE_SLOPE * max(_size(problem.truth(problem.place(each))) for each in (upstream, "start"))

    def wrong_values(self, trial: int) -> dict[str, Value]:
        """Return the learner's wrong gradients before this one, by place, as far as their shapes are right.

        A gradient that NumPy repeats to the right shape, such as one number for a whole matrix, counts as that.
        """
        found = {}
        for line in self.wrong_lines.values():
            value = self.sent[trial].get(line.name)
            place = line.place_in(self.problems[trial])
            if value is None or value.array is None:
                continue
            right = to_array(self.problems[trial].truth(place), place.shape)
            array = _in_shape(value.array, right.shape)
            if array is not None:
                found[place.id] = to_value(array, place.shape)
        return found


def _size(value: Value) -> float:
    return float(np.abs(np.asarray(value, dtype=float)).max())


def _in_shape(array: NDArray[np.float64], shape: tuple[int, ...]) -> NDArray[np.float64] | None:
    """Return an array repeated to a shape as NumPy's operators do; None if it doesn't fit."""
    try:
        return np.broadcast_to(array, shape)
    except ValueError:
        return None
