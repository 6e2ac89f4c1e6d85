"""Mistakes inside a layer: one step before the gradients that are asked for is wrong, and all after it are right."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.coding.arrays import repeat_to, to_array
from tutor.coding.mistakes import CACHED, CONSTANT_FACTOR, ONLY_HERE
from tutor.grading.follow_through import follow_through
from tutor.grading.mistakes.finder import candidates_at
from tutor.grading.mistakes.matrices import TRANSPOSED

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tutor.algebra.ops import Value
    from tutor.coding.observation import Observation
    from tutor.grading.mistakes.candidate import MistakeCandidate
    from tutor.grading.mistakes.equivalence import FloatProblem
    from tutor.grading.problem import Blank

#: At most this many steps are searched, those closest to the output.
_MAX_STEPS = 24
_FACTORS = (2.0, 0.5)


@dataclass(frozen=True, slots=True)
class InnerMistake:
    """A mistake at a step inside, with its place and candidate on the trial whose numbers are shown.

    `explained` are the gradients that follow from it; it `is_sure` if no gradient that is asked for speaks against it.
    """

    problem: FloatProblem
    place: Blank
    candidate: MistakeCandidate
    explained: frozenset[str]
    is_sure: bool


def find_inner_mistake(first: Observation, others: Sequence[Observation]) -> InnerMistake | None:
    """Return a mistake at a step that is not asked for, which a wrong gradient follows from; None if none does.

    `others` are the observations of the other gradients, right ones as well: what contradicts them is less likely.
    """
    observations = [first, *others]
    trials = first.wrong_trials()
    problem = first.problems[trials[0]]
    best: InnerMistake | None = None
    for place in _hidden_places(problem, [each.place(trials[0]) for each in observations]):
        for candidate in _candidates(first, trials[0], place):
            if not _follows(first, trials[0], place, candidate.value):
                continue
            found = _weigh(observations, first, place, candidate)
            if found is not None and (best is None or len(found.explained) > len(best.explained)):
                best = found
    return best


def _hidden_places(problem: FloatProblem, asked: Sequence[Blank]) -> list[Blank]:
    ids = {place.id for place in asked}
    return [place for place in problem.places if place.id not in ids][:_MAX_STEPS]


def _candidates(observation: Observation, trial: int, place: Blank) -> Iterator[MistakeCandidate]:
    """Yield the mistakes at a place on a trial with a value of the right shape: of the catalogue, then those of code."""
    problem = observation.problems[trial]
    for candidate in candidates_at(problem, place):
        value = repeat_to(candidate.value, place.shape)
        if value is not None:
            yield replace(candidate, value=value)
    right = problem.truth(place)
    for factor in _FACTORS:
        yield CONSTANT_FACTOR.candidate(right * factor, f"{factor}")
    if place.shape and place.shape[0] == place.shape[1] > 1:
        yield TRANSPOSED.candidate(ops.transpose(right))
    kept = {"before": (CACHED, trial - 1), "first": (CACHED, 0), "example": (ONLY_HERE, observation.example)}
    for name, (mistake, other) in kept.items():
        if other is not None and 0 <= other != trial and observation.problems[other].has_place(place.id):
            value = observation.problems[other].truth(observation.problems[other].place(place.id))
            if ops.shape_of(value) == place.shape:
                yield mistake.candidate(value, name)


def _weigh(
    observations: Sequence[Observation], first: Observation, place: Blank, candidate: MistakeCandidate
) -> InnerMistake | None:
    """Return a mistake with what follows from it on all trials; None if the first wrong gradient does not."""
    explained, contradicted = set(), False
    for observation in observations:
        trials = observation.wrong_trials() or list(range(len(observation.trials)))
        follows = [_follows_mistake(observation, trial, place, candidate) for trial in trials]
        if all(each is True for each in follows):
            if observation.wrong_trials():
                explained.add(observation.line.name)
        elif any(each is False for each in follows):
            if observation is first:
                return None
            contradicted = True
        elif observation is first:
            return None
    problem = first.problems[first.wrong_trials()[0]]
    return InnerMistake(problem, place, candidate, frozenset(explained), not contradicted)


def _follows_mistake(observation: Observation, trial: int, place: Blank, candidate: MistakeCandidate) -> bool | None:
    """Return whether a gradient follows from a mistake on a trial; None if it doesn't depend on it."""
    problem = observation.problems[trial]
    if not problem.has_place(place.id):
        return False
    here = problem.place(place.id)
    values = [each.value for each in _candidates(observation, trial, here) if each.key == candidate.key]
    # On numbers that hide the mistake, its value is the right one.
    follows = [_follows(observation, trial, here, value) for value in values or [problem.truth(here)]]
    return None if None in follows else any(follows)


def _follows(observation: Observation, trial: int, place: Blank, value: Value) -> bool | None:
    """Return whether a gradient follows from a value at another place; None if it doesn't depend on it."""
    target = observation.place(trial)
    result = _value_after(observation.problems[trial], place, value, target)
    return None if result is None else observation.gives(trial, to_array(result, target.shape))


def _value_after(problem: FloatProblem, place: Blank, value: Value, target: Blank) -> Value | None:
    """Return the gradient at a place further on if this one had another value; None if it doesn't depend on it."""
    changed: dict[str, Value] = {place.id: value}
    for step in _steps_between(problem, place, target):
        followed = follow_through(problem, step, changed)
        if followed is not None:
            changed[step.id] = followed[1]
    return changed.get(target.id)


def _steps_between(problem: FloatProblem, place: Blank, target: Blank) -> Sequence[Blank]:
    """Return the places that depend on one, in the order of the backward pass, up to another."""

    def find() -> Sequence[Blank]:
        reached, steps = {place.id}, []
        places = problem.places
        for step in places[places.index(place) + 1 :]:
            before = (
                [part.id for part in problem.branch_edges(step)] if step.kind == "sum" else [problem.upstream(step)]
            )
            if not reached.isdisjoint(before):
                reached.add(step.id)
                steps.append(step)
            if step.id == target.id:
                break
        return steps if target.id in reached else ()

    return problem.memoize((f"steps after {place.id}", target.id), find)
