"""Which rule a wrong gradient broke: a mistake of the catalogue that gives its value on all numbers and shapes."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from tutor.algebra import ops
from tutor.algebra.expr import as_expr
from tutor.algebra.printing import format_brief
from tutor.coding.arrays import SentValue, format_array_shape, is_equal, to_array, to_value
from tutor.coding.mistakes import (
    CACHED,
    CONSTANT_FACTOR,
    COUNT_EXTRA,
    COUNT_MISSING,
    KEEPDIMS,
    NOT_SUMMED,
    ONLY_HERE,
    SUMMED_OTHER_AXIS,
)
from tutor.grading.follow_through import follow_through
from tutor.grading.mistakes.finder import candidates_at
from tutor.grading.mistakes.matrices import TRANSPOSED
from tutor.grading.wording import template_values
from tutor.i18n import N_, Message, message

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from tutor.algebra.ops import Shape, Value
    from tutor.coding.task import AskedValue, Task
    from tutor.coding.variants import Trial
    from tutor.grading.mistakes.candidate import GeneralMistake, MistakeCandidate
    from tutor.grading.mistakes.equivalence import FloatProblem
    from tutor.grading.problem import Blank

_WRONG_SHAPE = N_("{name} has the shape {found}, and the gradient of {what} has that of {what}: {needed}.")
_WRONG = N_("{name} isn't right yet. Its shape is.")
_WRONG_NUMBER = N_("{name} isn't right yet.")
_WRONG_CELLS = N_("{name} is right in {n} of {all} cells.")
#: Trials on which a mistake must be seen before it is named.
_MIN_TRIALS = 2
#: And from which on it is certain even if another one gives the same values.
_MIN_CERTAIN_TRIALS = 3


@dataclass(frozen=True, slots=True)
class Observation:
    """What a learner's code gave for one gradient on each trial: `values`, beside all that was `sent`.

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

    def place(self, trial: int) -> Blank:
        """Return the place of the gradient on a trial, whose shape may be another."""
        return self.line.place_in(self.problems[trial])

    def right(self, trial: int) -> NDArray[np.float64]:
        """Return the right array on a trial."""
        place = self.place(trial)
        return to_array(self.problems[trial].truth(place), place.shape)

    def array(self, trial: int) -> NDArray[np.float64]:
        """Return the learner's array on a trial."""
        value = self.values[trial]
        assert value is not None
        assert value.array is not None
        return value.array

    def wrong_trials(self) -> list[int]:
        """Return the trials on which the value is wrong."""
        return [
            trial
            for trial, value in enumerate(self.values)
            if value is not None and not is_equal(value, self.right(trial))
        ]

    def wrong_values(self, trial: int) -> dict[str, Value]:
        """Return the learner's wrong gradients before this one, by place, as far as their shapes are right."""
        found = {}
        for line in self.wrong_lines.values():
            value = self.sent[trial].get(line.name)
            place = line.place_in(self.problems[trial])
            if value is None or value.array is None:
                continue
            right = to_array(self.problems[trial].truth(place), place.shape)
            if value.array.shape == right.shape:
                found[place.id] = to_value(value.array, place.shape)
        return found


def follows_from(observation: Observation) -> bool:
    """Return whether a wrong gradient is the right step from wrong ones before it, on every trial."""
    if not observation.wrong_lines:
        return False
    for trial, problem in enumerate(observation.problems):
        place = observation.place(trial)
        followed = follow_through(problem, place, observation.wrong_values(trial))
        value = observation.values[trial]
        if followed is None or value is None or not is_equal(value, to_array(followed[1], place.shape)):
            return False
    return True


def explain(observation: Observation, task: Task) -> tuple[str, bool, Message]:
    """Return the id of the mistake that a gradient shows, whether it is certain, and a sentence."""
    found = _from_catalogue(observation)
    if found is not None:
        return found
    name, trials = observation.line.name, observation.wrong_trials()
    for mistake, applies in _ARRAY_MISTAKES:
        is_seen_often = len(trials) >= min(_MIN_TRIALS, len(observation.values))
        if (is_seen_often or mistake is ONLY_HERE) and applies(observation, trials):
            return mistake.id, True, message(mistake.feedback, name=name)
    return "", True, _plain_sentence(observation, task)


def _plain_sentence(observation: Observation, task: Task) -> Message:
    name, trial = observation.line.name, observation.wrong_trials()[0]
    value, right = observation.array(trial), observation.right(trial)
    if value.shape != right.shape:
        what = task.problem.graph.label(observation.line.place.node)
        found, needed = format_array_shape(value.shape), format_array_shape(right.shape)
        return message(_WRONG_SHAPE, name=name, found=found, needed=needed, what=what)
    if right.size == 1:
        return message(_WRONG_NUMBER, name=name)
    close = np.isclose(value, right, rtol=1e-6, atol=1e-9 * max(float(np.abs(right).max()), 1e-12))
    if close.any():
        return message(_WRONG_CELLS, name=name, n=int(close.sum()), all=right.size)
    return message(_WRONG, name=name)


# --- the catalogue of mistakes in answers ---


def _from_catalogue(observation: Observation) -> tuple[str, bool, Message] | None:
    trials = observation.wrong_trials()
    keys: list[tuple[str, str, bool]] | None = None
    first: dict[tuple[str, str, bool], MistakeCandidate] = {}
    for trial in trials:
        problem, place = observation.problems[trial], observation.place(trial)
        upstream = observation.wrong_values(trial).get(problem.upstream(place) or "")
        matching = {
            candidate.key: candidate
            for candidate in reversed(candidates_at(problem, place, upstream))
            if _gives(candidate, observation, trial)
        }
        keys = [*reversed(matching)] if keys is None else [key for key in keys if key in matching]
        first = first or matching
        if not keys:
            return None
    if not keys or len(trials) < min(_MIN_TRIALS, len(observation.values)):
        return None
    candidate, problem = first[keys[0]], observation.problems[trials[0]]
    place = observation.place(trials[0])
    fits = observation.array(trials[0]).shape == observation.right(trials[0]).shape
    shown = _format_array(observation.array(trials[0]), place.shape) if fits else ""
    # Mistakes with one value on so many numbers are one formula, so that there is no doubt which one it is.
    is_certain = len(trials) >= _MIN_CERTAIN_TRIALS or len({key[0] for key in keys}) == 1
    return candidate.id, is_certain, candidate.feedback(template_values(problem, place, shown))


def _format_array(array: NDArray[np.float64], shape: Shape) -> str:
    """Return a value as it is written, 14 for 14.0."""
    exact = ops.map_cells(lambda cell: as_expr(Fraction(repr(float(cell)))), to_value(array, shape))
    return format_brief(exact)


def _gives(candidate: MistakeCandidate, observation: Observation, trial: int) -> bool:
    """Return whether a mistake gives the learner's array on a trial."""
    value, array = observation.values[trial], observation.array(trial)
    wrong = np.asarray(candidate.value, dtype=float)
    if ops.is_vector_shape(observation.place(trial).shape) and wrong.ndim > 1 and wrong.shape[0] == 1:
        wrong = wrong.reshape(-1)
    if wrong.shape != array.shape and wrong.size == array.size == 1:
        wrong = wrong.reshape(array.shape)
    return value is not None and is_equal(value, wrong)


# --- mistakes that only arrays can show ---


def _on_all(
    test: Callable[[NDArray[np.float64], NDArray[np.float64], SentValue], bool],
) -> Callable[[Observation, Sequence[int]], bool]:
    """Return a test of an observation that asks for the same on each wrong trial."""

    def applies(observation: Observation, trials: Sequence[int]) -> bool:
        return all(
            test(observation.array(trial), observation.right(trial), value)
            for trial in trials
            if (value := observation.values[trial]) is not None
        )

    return applies


def _is_same(array: NDArray[np.float64], right: NDArray[np.float64], like: SentValue) -> bool:
    return is_equal(SentValue(array, like.coarse), right)


def _is_transposed(array: NDArray[np.float64], right: NDArray[np.float64], value: SentValue) -> bool:
    return right.ndim == 2 and not _is_same(right.T, right, value) and _is_same(array.T, right, value)


def _lacks_axis(array: NDArray[np.float64], right: NDArray[np.float64], value: SentValue) -> bool:
    return (
        array.shape != right.shape and array.size == right.size and _is_same(array.reshape(right.shape), right, value)
    )


def _is_not_summed(array: NDArray[np.float64], right: NDArray[np.float64], value: SentValue) -> bool:
    for count in range(1, array.ndim + 1):
        for axes in combinations(range(array.ndim), count):
            total = array.sum(axis=axes)
            if array.size >= right.size == total.size and _is_same(total.reshape(right.shape), right, value):
                return True
    return False


def _is_summed_along_other_axis(observation: Observation, trials: Sequence[int]) -> bool:
    """Return whether a sum of the upstream along another axis than the right one gives the array."""
    for trial in trials:
        problem, place = observation.problems[trial], observation.place(trial)
        upstream_id = problem.upstream(place)
        if not place.edge or upstream_id is None:
            return False
        source = problem.place(upstream_id)
        upstream, array = to_array(problem.truth(source), source.shape), observation.array(trial)
        value = observation.values[trial]
        assert value is not None
        sums = [upstream.sum(axis=axis, keepdims=keeps) for axis in range(upstream.ndim) for keeps in (False, True)]
        if not any(_is_same(array, total, value) for total in sums):
            return False
    return True


def _ratio(array: NDArray[np.float64], right: NDArray[np.float64]) -> float | None:
    """Return the number that all cells are multiplied by; None if there is none."""
    if array.shape != right.shape or not np.abs(right).max():
        return None
    at = np.unravel_index(int(np.abs(right).argmax()), right.shape) if right.ndim else ()
    factor = float(array[at] / right[at])
    return factor if np.allclose(array, factor * right, rtol=1e-6, atol=1e-9 * float(np.abs(right).max())) else None


def _counts(observation: Observation, trial: int) -> set[int]:
    """Return the numbers of rows, columns and cells of all values in the graph."""
    shapes = [node.shape for node in observation.problems[trial].graph.nodes if node.shape]
    return {count for shape in shapes for count in (*shape, shape[0] * shape[1]) if count > 1}


def _lacks_count(observation: Observation, trials: Sequence[int]) -> bool:
    ratios = [(_ratio(observation.array(trial), observation.right(trial)), trial) for trial in trials]
    return all(ratio and round(ratio, 6) in _counts(observation, trial) for ratio, trial in ratios)


def _has_extra_count(observation: Observation, trials: Sequence[int]) -> bool:
    ratios = [(_ratio(observation.array(trial), observation.right(trial)), trial) for trial in trials]
    return all(ratio and round(1 / ratio, 6) in _counts(observation, trial) for ratio, trial in ratios)


def _has_constant_factor(observation: Observation, trials: Sequence[int]) -> bool:
    ratios = [_ratio(observation.array(trial), observation.right(trial)) for trial in trials]
    first = ratios[0]
    return first is not None and bool(first) and all(each and abs(each / first - 1) < 1e-6 for each in ratios)


def _is_cached(observation: Observation, trials: Sequence[int]) -> bool:
    """Return whether only second calls are wrong, or each call gives what was right in the call before."""
    if 0 in trials:
        return False
    if all(observation.trials[trial].is_second_call for trial in trials):
        return True
    values = [(trial, observation.values[trial]) for trial in trials]
    return all(
        value is not None and _is_same(observation.array(trial), observation.right(trial - 1), value)
        for trial, value in values
    )


def _is_right_only_here(observation: Observation, trials: Sequence[int]) -> bool:
    return 0 not in trials


_ARRAY_MISTAKES: Sequence[tuple[GeneralMistake, Callable[[Observation, Sequence[int]], bool]]] = (
    (CACHED, _is_cached),
    (TRANSPOSED, _on_all(_is_transposed)),
    (KEEPDIMS, _on_all(_lacks_axis)),
    (NOT_SUMMED, _on_all(_is_not_summed)),
    (SUMMED_OTHER_AXIS, _is_summed_along_other_axis),
    (COUNT_MISSING, _lacks_count),
    (COUNT_EXTRA, _has_extra_count),
    (CONSTANT_FACTOR, _has_constant_factor),
    (ONLY_HERE, _is_right_only_here),
)
