"""The rule that a wrong gradient broke: a mistake of the catalogue that gives its value on all numbers and shapes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from tutor.algebra import ops
from tutor.algebra.expr import as_expr
from tutor.algebra.printing import format_brief
from tutor.coding.array_mistakes import find_array_mistake, may_be_constant
from tutor.coding.arrays import SentValue, format_array_shape, is_equal, to_array, to_value
from tutor.coding.feedback import feedback_in_code
from tutor.coding.inner_steps import find_inner_mistake
from tutor.coding.variants import more_numbers
from tutor.grading.follow_through import follow_through
from tutor.grading.mistakes.finder import candidates_at
from tutor.grading.wording import place_name, template_values
from tutor.i18n import N_, Message, message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tutor.algebra.ops import Value
    from tutor.coding.observation import Observation
    from tutor.coding.task import ExpectedMistake
    from tutor.grading.mistakes.candidate import MistakeCandidate

_WRONG_SHAPE = N_(
    "{name} has the shape {found}, but {what} has the shape {needed}. A gradient has the same shape as its value."
)
_NO_NUMBER = N_("{name} has the shape {found}, but {what} is a single number, so its gradient is one too.")
_NO_ARRAY = N_(
    "{name} is a single number, but {what} has the shape {needed}. A gradient has the same shape as its value."
)
_WRONG = N_("{name} has the right shape, but its values aren't right yet.")
_WRONG_NUMBER = N_("{name} isn't right yet.")
_WRONG_CELLS = N_("{name} isn't right yet: {n} of its {all} cells are.")
_INSIDE = N_("Look at the step {place}. {text}")
#: Trials on which a mistake must be seen before it is named.
_MIN_TRIALS = 2
#: And from which on it is certain even if another one gives the same values.
_MIN_CERTAIN_TRIALS = 3


@dataclass(frozen=True, slots=True)
class Explanation:
    """An explanation of a wrong gradient: the mistake's id, or nothing, and a sentence.

    `explained` are the names of all gradients that follow from the same step.
    """

    mistake: str
    is_certain: bool
    text: Message
    explained: frozenset[str] = frozenset()


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


def explain(
    observation: Observation,
    others: Sequence[Observation] = (),
    expected: Sequence[ExpectedMistake] = (),
) -> Explanation:
    """Return what a wrong gradient shows. `others` are the observations of gradients that the same step may explain.

    `expected` are the mistakes that belong to the task.
    """
    found = _expected_mistake(observation, expected) or _from_catalogue(observation)
    found = found or _from_inner_step(observation, others)
    if found is not None:
        # A number that was kept or written out may give the value of a rule by chance, such as 0.
        return replace(found, is_certain=found.is_certain and not may_be_constant(observation))
    of_arrays = find_array_mistake(observation)
    if of_arrays is not None:
        mistake, is_certain = of_arrays
        return Explanation(mistake.id, is_certain, message(mistake.feedback, name=observation.line.name))
    return Explanation("", True, _plain_sentence(observation))


def _from_inner_step(observation: Observation, others: Sequence[Observation]) -> Explanation | None:
    """Return a mistake at a step that is not asked for, which the gradient follows from; None if there is none."""
    trials = observation.wrong_trials()
    if len(trials) < _MIN_TRIALS or not _has_right_shape(observation, trials):
        return None
    found = find_inner_mistake(observation, others)
    if found is None:
        return None
    values = template_values(found.problem, found.place, format_brief(_as_exact(found.candidate.value)))
    feedback = feedback_in_code(found.candidate, values)
    text = message(_INSIDE, place=place_name(found.problem, found.place), text=feedback)
    return Explanation(found.candidate.id, found.is_sure, text, found.explained)


def _has_right_shape(observation: Observation, trials: Sequence[int]) -> bool:
    return all(observation.array(trial).shape == observation.right(trial).shape for trial in trials)


def _plain_sentence(observation: Observation) -> Message:
    name, trial = observation.line.name, observation.wrong_trials()[0]
    value, right = observation.array(trial), observation.right(trial)
    if value.shape != right.shape:
        what = observation.problems[trial].graph.label(observation.place(trial).node)
        text = _WRONG_SHAPE if value.shape and right.shape else _NO_ARRAY if right.shape else _NO_NUMBER
        found, needed = format_array_shape(value.shape), format_array_shape(right.shape)
        return message(text, name=name, found=found, needed=needed, what=what)
    if right.size == 1:
        return message(_WRONG_NUMBER, name=name)
    close = np.isclose(value, right, rtol=1e-6, atol=1e-9 * max(float(np.abs(right).max()), 1e-12))
    if close.any():
        return message(_WRONG_CELLS, name=name, n=int(close.sum()), all=right.size)
    return message(_WRONG, name=name)


# --- mistakes that the task expects ---


def _expected_mistake(observation: Observation, mistakes: Sequence[ExpectedMistake]) -> Explanation | None:
    trials, name = observation.wrong_trials(), observation.line.name
    if len(trials) < min(_MIN_TRIALS, len(observation.values)):
        return None
    for expected in mistakes:
        wrong = [expected.value(trial, observation.problems[trial], name) for trial in trials]
        values = [observation.values[trial] for trial in trials]
        if all(
            array is not None and value is not None and is_equal(value, array)
            for array, value in zip(wrong, values, strict=True)
        ):
            return Explanation(expected.id, True, expected.text(name))
    return None


# --- the catalogue of mistakes in answers ---


def _from_catalogue(observation: Observation) -> Explanation | None:
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
    shown = format_brief(_as_exact(to_value(observation.array(trials[0]), place.shape))) if fits else ""
    is_one = len({key[0] for key in keys}) == 1
    is_certain = is_one or (len(trials) >= _MIN_CERTAIN_TRIALS and _is_one_formula(observation, trials[0], keys))
    return Explanation(candidate.id, is_certain, feedback_in_code(candidate, template_values(problem, place, shown)))


def _is_one_formula(observation: Observation, trial: int, keys: Sequence[tuple[str, str, bool]]) -> bool:
    """Return whether mistakes give the same values on numbers that were not tried: then any of their names is true."""
    for problem in more_numbers(observation.problems[trial]):
        place = observation.line.place_in(problem)
        values: dict[tuple[str, str, bool], list[NDArray[np.float64]]] = {key: [] for key in keys if not key[2]}
        for candidate in candidates_at(problem, place):
            if candidate.key in values:
                values[candidate.key].append(to_array(candidate.value, place.shape))
        first, *others = values.values() or [[]]
        if not all(_have_common(first, other) for other in others):
            return False
    return True


def _have_common(some: Sequence[NDArray[np.float64]], others: Sequence[NDArray[np.float64]]) -> bool:
    """Return whether two mistakes have a value in common; one that gives the right value has none."""
    if not some or not others:
        return not some and not others
    return any(is_equal(SentValue(a), b) for a in some for b in others)


def _as_exact(value: Value) -> Value:
    """Return a value as exact numbers, which are written 14 where a float is written 14.0."""
    return ops.map_cells(lambda cell: as_expr(Fraction(repr(float(cell)))), value)


def _gives(candidate: MistakeCandidate, observation: Observation, trial: int) -> bool:
    """Return whether a mistake gives the learner's array on a trial."""
    value, array = observation.values[trial], observation.array(trial)
    wrong = np.asarray(candidate.value, dtype=float)
    if ops.is_vector_shape(observation.place(trial).shape) and wrong.ndim > 1 and wrong.shape[0] == 1:
        wrong = wrong.reshape(-1)
    if wrong.shape != array.shape and wrong.size == array.size == 1:
        wrong = wrong.reshape(array.shape)
    return value is not None and is_equal(value, wrong)
