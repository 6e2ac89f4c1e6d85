"""Mistakes that only arrays can show, found by comparing the learner's array with the right one on every trial."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from tutor.coding.arrays import SentValue, is_equal, to_array
from tutor.coding.mistakes import (
    CACHED,
    CONSTANT_FACTOR,
    COUNT_EXTRA,
    COUNT_MISSING,
    KEEPDIMS,
    NOT_SUMMED,
    ONLY_HERE,
    START_UNCHANGED,
    SUMMED_OTHER_AXIS,
)
from tutor.grading.mistakes.matrices import TRANSPOSED

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from tutor.coding.observation import Observation
    from tutor.grading.mistakes.candidate import GeneralMistake

#: Trials on which a mistake must be seen before it is named, if there are as many.
_MIN_TRIALS = 2


def find_array_mistake(observation: Observation) -> tuple[GeneralMistake, bool] | None:
    """Return the mistake that explains all wrong arrays, and whether it is certain; None if there is none."""
    trials = observation.wrong_trials()
    is_seen_often = len(trials) >= min(_MIN_TRIALS, len(observation.values))
    for mistake, applies in _ARRAY_MISTAKES:
        if (is_seen_often or mistake is ONLY_HERE) and applies(observation, trials):
            return mistake, True
    # Whatever the reason is, this much is true.
    example = observation.example
    if example is not None and example not in trials:
        return ONLY_HERE, False
    return None


def may_be_constant(observation: Observation) -> bool:
    """Return whether a value that was kept from an earlier call, or written out, explains all wrong arrays."""
    trials = observation.wrong_trials()
    return _is_cached(observation, trials) or _is_written_out(observation, trials)


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
    """Return whether only second calls are wrong, or each call gives what was right in the one before, or in the first."""
    if 0 in trials:
        return False
    if all(observation.trials[trial].is_second_call for trial in trials):
        return True
    return any(
        all(observation.gives(trial, observation.right(trial - 1 if is_before else 0)) for trial in trials)
        for is_before in (True, False)
    )


def _is_written_out(observation: Observation, trials: Sequence[int]) -> bool:
    """Return whether each wrong call gives what is right for the example, or has one of the example's sizes in it."""
    example = observation.example
    if example is None or example in trials:
        return False
    right, counts = observation.right(example), _counts(observation, example)
    return all(
        observation.gives(trial, right)
        or (right.shape and observation.array(trial).shape == right.shape != observation.right(trial).shape)
        or _has_count_of(observation, trial, counts)
        for trial in trials
    )


def _has_count_of(observation: Observation, trial: int, counts: set[int]) -> bool:
    """Return whether an array is off by the ratio of a size and one of the example's."""
    ratio = _ratio(observation.array(trial), observation.right(trial))
    if ratio is None or not ratio or not observation.trials[trial].has_other_shapes:
        return False
    ratios = {size / other for size in _counts(observation, trial) for other in counts if size != other}
    return any(abs(ratio * each - 1) < 1e-6 or abs(ratio / each - 1) < 1e-6 for each in ratios)


def _is_start(observation: Observation, trials: Sequence[int]) -> bool:
    """Return whether the array is the gradient with which the pass starts, unchanged."""
    starts = {trial: observation.problems[trial].places[0] for trial in trials}
    return all(
        observation.gives(trial, to_array(observation.problems[trial].truth(start), start.shape))
        for trial, start in starts.items()
    )


_ARRAY_MISTAKES: Sequence[tuple[GeneralMistake, Callable[[Observation, Sequence[int]], bool]]] = (
    (CACHED, _is_cached),
    (TRANSPOSED, _on_all(_is_transposed)),
    (KEEPDIMS, _on_all(_lacks_axis)),
    (NOT_SUMMED, _on_all(_is_not_summed)),
    (START_UNCHANGED, _is_start),
    (SUMMED_OTHER_AXIS, _is_summed_along_other_axis),
    (COUNT_MISSING, _lacks_count),
    (COUNT_EXTRA, _has_extra_count),
    (CONSTANT_FACTOR, _has_constant_factor),
    (ONLY_HERE, _is_written_out),
)
