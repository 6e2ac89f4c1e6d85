"""Diagnosis of a numerical gradient, from its values and from the points at which it called the function."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from tutor.coding.arrays import SentValue, format_array_shape
from tutor.coding.mistakes import (
    ALL_AT_ONCE,
    BACKWARDS,
    FLAT,
    HALF_STEP,
    NOT_COPIED,
    NOT_DIVIDED,
    NOT_RESTORED,
    ONE_SIDED,
    STEP_LARGE,
    STEP_TINY,
)
from tutor.coding.verdict import GradientResult
from tutor.i18n import N_, message

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from tutor.grading.mistakes.candidate import GeneralMistake
    from tutor.i18n import Message

NUMERICAL_PARTS = ("vector", "matrix", "x", "accuracy")
#: How far a gradient may be off, relative to its largest entry: if the idea is right, and of a central difference.
_ROUGH, _FINE = 1e-2, 1e-6
#: Steps below and above these are named as the reason of an error.
_TINY, _LARGE = 1e-8, 1e-3

_NOT_REACHED = N_("The code didn't get this far.")
_FOLLOWS = N_("This is checked once the numbers are right.")
_NO_NUMBERS = N_("numerical_gradient must return an array of numbers, but it returned a value of type {kind}.")
_WRONG_SHAPE = N_(
    "The gradient has the shape {found}, but x has the shape {needed}. Each entry of x needs exactly one "
    "partial derivative."
)
_SOME_RIGHT = N_("{n} of {all} entries are right.")
_INEXACT = N_("Your gradient is right to about {n} digits. A central difference is right to 6 or more.")

_Explanation = tuple[str, bool, "Message"]


@dataclass(frozen=True, slots=True)
class CheckTrial:
    """The result of a numerical gradient on one function.

    `points` are those at which the function was called: for each call the changed entries and by how much.
    """

    right: NDArray[np.float64]
    before: NDArray[np.float64]
    value: SentValue
    points: Sequence[Mapping[int, float]]
    after: NDArray[np.float64]

    @classmethod
    def from_event(cls, event: Mapping[str, Any], right: NDArray[np.float64], before: Sequence[float]) -> CheckTrial:
        """Return the trial in a message of the process. This never raises, whatever the message contains."""
        try:
            points = [{int(at): float(by) for at, by in point} for point in event["points"]]
            after = np.array(event["after"], dtype=float)
        except (KeyError, TypeError, ValueError):
            points, after = [], np.array(before)
        return cls(right, np.array(before), SentValue.from_data(event.get("value")), points, after)

    @property
    def is_restored(self) -> bool:
        """Whether x has its numbers again after the call."""
        return self.after.shape == self.before.shape and bool(np.allclose(self.after, self.before, 1e-12, 1e-12))

    @property
    def step(self) -> float:
        """The largest change of one entry; 0 if there was none."""
        return max((abs(by) for point in self.points for by in point.values()), default=0.0)

    @property
    def is_one_sided(self) -> bool:
        """Whether x was changed in one direction only."""
        changes = [by for point in self.points for by in point.values()]
        return bool(changes) and (min(changes) > 0 or max(changes) < 0)

    def error(self, right: NDArray[np.float64] | None = None) -> float:
        """Return how far the value is off, relative to the largest entry."""
        right = self.right if right is None else right
        array = self.value.array
        if array is None or array.shape != right.shape or not np.isfinite(array).all():
            return float("inf")
        return float(np.abs(array - right).max() / np.abs(self.right).max())


def judge_numerical(trials: Sequence[CheckTrial], count: int, line: int | None) -> list[GradientResult]:
    """Return the verdicts on a numerical gradient that was to be tried on `count` functions."""
    vectors = [trial for trial in trials if trial.right.ndim == 1]
    matrices = [trial for trial in trials if trial.right.ndim == 2]
    if len(trials) < count:
        return [GradientResult(name, "unknown", message=message(_NOT_REACHED), line=line) for name in NUMERICAL_PARTS]
    results = [_judge_values(name, some, line) for name, some in (("vector", vectors), ("matrix", matrices))]
    changed = not all(trial.is_restored for trial in trials)
    results.append(_result("x", NOT_RESTORED if changed else None, line))
    if changed or any(result.verdict != "right" for result in results):
        return [*results, GradientResult("accuracy", "follows", message=message(_FOLLOWS), line=line)]
    return [*results, _judge_accuracy(trials, line)]


def _result(name: str, mistake: GeneralMistake | None, line: int | None, **values: object) -> GradientResult:
    if mistake is None:
        return GradientResult(name, "right", line=line)
    return GradientResult(name, "wrong", mistake.id, True, message(mistake.feedback, **values), line)


def _judge_values(name: str, trials: Sequence[CheckTrial], line: int | None) -> GradientResult:
    wrong = [trial for trial in trials if trial.error() > _ROUGH]
    if not wrong:
        return GradientResult(name, "right", line=line)
    mistake, certain, text = _explain_values(wrong)
    return GradientResult(name, "wrong", mistake, certain, text, line)


def _explain_values(wrong: Sequence[CheckTrial]) -> _Explanation:
    first = wrong[0]
    array = first.value.array
    if array is None:
        return "", True, message(_NO_NUMBERS, kind=first.value.kind or "...")
    if array.shape != first.right.shape:
        found, needed = format_array_shape(array.shape), format_array_shape(first.right.shape)
        if array.size == first.right.size and np.allclose(array.ravel(), first.right.ravel(), _ROUGH):
            return FLAT.id, True, message(FLAT.feedback, found=found)
        return "", True, message(_WRONG_SHAPE, found=found, needed=needed)
    if all(len(point) > 1 for trial in wrong for point in trial.points if point and trial.right.size > 1):
        moves = any(len(point) > 1 for trial in wrong for point in trial.points)
        if moves and all(trial.is_restored for trial in wrong):
            return ALL_AT_ONCE.id, True, message(ALL_AT_ONCE.feedback)
    if all(_is_same_point_twice(trial) for trial in wrong):
        return NOT_COPIED.id, False, message(NOT_COPIED.feedback)
    for mistake, factor in ((HALF_STEP, 2.0), (BACKWARDS, -1.0)):
        if all(trial.error(factor * trial.right) <= _ROUGH for trial in wrong):
            return mistake.id, True, message(mistake.feedback)
    if all(_is_undivided(trial) for trial in wrong):
        return NOT_DIVIDED.id, True, message(NOT_DIVIDED.feedback)
    if all(0 < trial.step < _TINY for trial in wrong):
        return STEP_TINY.id, True, message(STEP_TINY.feedback, h=f"{first.step:.0e}")
    if not all(trial.is_restored for trial in wrong):
        return NOT_RESTORED.id, True, message(NOT_RESTORED.feedback)
    close = np.isclose(array, first.right, _ROUGH)
    return "", True, message(_SOME_RIGHT, n=int(close.sum()), all=array.size)


def _is_same_point_twice(trial: CheckTrial) -> bool:
    """Return whether the gradient is 0, or half of the right one, because two points were one."""
    if not trial.points:
        return False
    is_zero = not any(trial.points) and trial.error(0 * trial.right) == 0
    return is_zero or (trial.is_one_sided and trial.error(trial.right / 2) <= _ROUGH)


def _is_undivided(trial: CheckTrial) -> bool:
    """Return whether the gradient is a difference of values of f that was not divided."""
    if not trial.step:
        return False
    changes = (trial.step, 2 * trial.step)
    return any(trial.error(change * trial.right) <= _ROUGH * change for change in changes)


def _judge_accuracy(trials: Sequence[CheckTrial], line: int | None) -> GradientResult:
    name = "accuracy"
    worst = max(trials, key=lambda trial: trial.error())
    if all(trial.is_one_sided for trial in trials):
        return _result(name, ONE_SIDED, line)
    if worst.error() <= _FINE:
        return _result(name, None, line)
    for mistake, applies in ((STEP_TINY, worst.step < _TINY), (STEP_LARGE, worst.step > _LARGE)):
        if applies:
            return _result(name, mistake, line, h=f"{worst.step:.0e}")
    digits = max(int(-np.log10(worst.error())), 0)
    return GradientResult(name, "wrong", message=message(_INEXACT, n=digits), line=line)
