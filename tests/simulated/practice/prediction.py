"""How well a skill model predicts the next answer: held-out log-loss, on exports.

A model says before each answer how it rates the learner in its rule: a state, and the probability of recall. The answers
that count are the first at each rule in each try. A logistic map with a constant for each state, fitted on half of the
learners, turns what a model says into a probability; its log-loss is measured on the other half. Among the models are
the one of the program, an earlier one, the scheduler's memory alone, and Performance Factors Analysis (Pavlik, Cen &
Koedinger, "Performance Factors Analysis: A New Alternative to Knowledge Tracing", 2009), which counts successes and
failures. The base rate is the share of right answers.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import defaultdict
from dataclasses import dataclass
from math import log
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from tests.simulated.practice.earlier_model import EarlierSkill
from tutor.grading.verdict import WRONG_ATTEMPT_KINDS, VerdictKind
from tutor.practice.event import parse_day
from tutor.practice.event_rules import EventRules, old_rules_of
from tutor.practice.mastery import RULE_EVENT_KINDS, Skill
from tutor.practice.scheduler import Memory, Rating, schedule_review

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from tests.simulated.practice.skills import Catalog
    from tutor.practice.event import Event
    from tutor.practice.exercise_index import ExerciseIndex

_SETTLING = (VerdictKind.RIGHT, *WRONG_ATTEMPT_KINDS)
#: Probabilities are kept away from 0 and 1 by this.
_MARGIN = 0.02
_RIDGE, _NEWTON_STEPS = 1.0, 25


class Forecast(NamedTuple):
    """What a model says before an answer: a state in a word, and numbers that grow with what the learner can do."""

    state: str
    numbers: tuple[float, ...] = ()


class Rules:
    """The rules of events, also of those that an earlier version stored, and those that it stored itself."""

    def __init__(self, catalog: Catalog, index: ExerciseIndex) -> None:
        self.present = EventRules(old_rules_of(index))
        self._earlier = catalog.earlier_rules

    def earlier(self, event: Event) -> str:
        return self._earlier.get((event.pack, event.exercise, event.blank), event.rule)


class Model(ABC):
    """A model of one learner."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules

    @abstractmethod
    def forecast(self, event: Event, day: date) -> Forecast:
        """Return what the model says before an answer at a gradient, which has one rule."""

    @abstractmethod
    def apply(self, event: Event) -> None:
        """Learn from an event."""


class Present(Model):
    """The skill model of the program."""

    def __init__(self, rules: Rules) -> None:
        super().__init__(rules)
        self._skills: dict[str, Skill] = {}

    def forecast(self, event: Event, day: date) -> Forecast:
        skill = self._skills.get(self.rules.present(event)[0])
        if skill is None:
            return Forecast("new", (0.0,))
        return Forecast(f"{skill.mastery} {skill.state.steps}", (_recall(skill.memory, day),))

    def apply(self, event: Event) -> None:
        if event.kind in RULE_EVENT_KINDS:
            for rule in self.rules.present(event):
                self._skills.setdefault(rule, Skill(rule)).apply(event)

    def states(self) -> Mapping[str, str]:
        """Return what the learner is told about each rule."""
        return {rule: skill.mastery for rule, skill in self._skills.items()}


class Earlier(Model):
    """The skill model of an earlier version."""

    def __init__(self, rules: Rules) -> None:
        super().__init__(rules)
        self._skills: dict[str, EarlierSkill] = defaultdict(EarlierSkill)

    def forecast(self, event: Event, day: date) -> Forecast:
        skill = self._skills.get(self.rules.earlier(event))
        if skill is None:
            return Forecast("new", (0.0,))
        return Forecast(f"{skill.mastery} {len(skill.proofs)}", (_recall(skill.memory, day),))

    def apply(self, event: Event) -> None:
        rule = self.rules.earlier(event)
        if rule:
            self._skills[rule].apply(event)

    def states(self) -> Mapping[str, str]:
        """Return what the learner is told about each rule."""
        return {rule: skill.mastery for rule, skill in self._skills.items()}


class Retrievability(Model):
    """The scheduler's memory of each rule, rated right or wrong by the first answer of each try, and nothing else."""

    def __init__(self, rules: Rules) -> None:
        super().__init__(rules)
        self._memories: dict[str, Memory] = {}
        self._rated: set[tuple[str, str]] = set()

    def forecast(self, event: Event, day: date) -> Forecast:
        memory = self._memories.get(self.rules.present(event)[0])
        return Forecast("new" if memory is None else "", (_recall(memory, day),))

    def apply(self, event: Event) -> None:
        day = parse_day(event.at)
        if not _is_settling(event) or day is None:
            return
        rating = Rating.GOOD if event.verdict == VerdictKind.RIGHT else Rating.AGAIN
        for rule in self.rules.present(event):
            if (event.worksheet, rule) not in self._rated:
                self._rated.add((event.worksheet, rule))
                self._memories[rule], _ = schedule_review(self._memories.get(rule), rating, day)


class PerformanceFactors(Model):
    """The logarithms of a rule's successes and failures so far."""

    def __init__(self, rules: Rules) -> None:
        super().__init__(rules)
        self._counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])

    def forecast(self, event: Event, day: date) -> Forecast:
        right, wrong = self._counts[self.rules.present(event)[0]]
        return Forecast("", (log(1 + right), -log(1 + wrong)))

    def apply(self, event: Event) -> None:
        if _is_settling(event):
            for rule in self.rules.present(event):
                self._counts[rule][event.verdict != VerdictKind.RIGHT] += 1


class BaseRate(Model):
    """No model: every answer is as likely right as any other."""

    def forecast(self, event: Event, day: date) -> Forecast:
        return Forecast("")

    def apply(self, event: Event) -> None:
        pass


MODELS: Mapping[str, type[Model]] = {
    "present": Present,
    "earlier": Earlier,
    "retrievability": Retrievability,
    "performance factors": PerformanceFactors,
    "base rate": BaseRate,
}


@dataclass(frozen=True)
class Score:
    """The held-out log-loss of a model, the mean over answers, and the area under its ROC curve."""

    log_loss: float
    auc: float
    answers: int


def compare_models(exports: Sequence[Sequence[Event]], rules: Rules) -> Mapping[str, Score]:
    """Return the score of each model; the map of each is fitted on every other export, and scored on the rest."""
    return {
        name: _score(*([_forecasts(events, make(rules)) for events in half] for half in (exports[::2], exports[1::2])))
        for name, make in MODELS.items()
    }


def _forecasts(events: Iterable[Event], model: Model) -> list[tuple[Forecast, bool]]:
    """Return what a model says before the first answer at each rule in each try, and whether that was right.

    A hint taken before makes it wrong. Only gradients count, because the earlier model had no rule for anything else.
    """
    found = []
    tried: set[tuple[str, str]] = set()
    for event in events:
        day = parse_day(event.at)
        if day is None or event.kind not in RULE_EVENT_KINDS:
            continue
        is_first = _is_settling(event) or event.kind in ("hint", "reveal")
        if is_first and model.rules.earlier(event):
            rule = model.rules.present(event)[0]
            if (event.worksheet, rule) not in tried:
                tried.add((event.worksheet, rule))
                is_right = event.kind == "answer" and event.verdict == VerdictKind.RIGHT
                found.append((model.forecast(event, day), is_right))
        model.apply(event)
    return found


def _score(train: Sequence[list[tuple[Forecast, bool]]], test: Sequence[list[tuple[Forecast, bool]]]) -> Score:
    fitted_on, scored_on = ([each for found in half for each in found] for half in (train, test))
    states = sorted({forecast.state for forecast, _ in fitted_on})
    weights = _fit(_matrix(fitted_on, states), _outcomes(fitted_on))
    outcomes = _outcomes(scored_on)
    chances = np.clip(_logistic(_matrix(scored_on, states) @ weights), _MARGIN, 1 - _MARGIN)
    losses = -np.log(np.where(outcomes == 1, chances, 1 - chances))
    return Score(float(losses.mean()), _area(chances, outcomes), len(outcomes))


def _matrix(forecasts: Sequence[tuple[Forecast, bool]], states: Sequence[str]) -> np.ndarray:
    rows = [
        [1.0, *forecast.numbers, *(float(forecast.state == state) for state in states)] for forecast, _ in forecasts
    ]
    return np.array(rows)


def _outcomes(forecasts: Sequence[tuple[Forecast, bool]]) -> np.ndarray:
    return np.array([float(is_right) for _, is_right in forecasts])


def _fit(rows: np.ndarray, outcomes: np.ndarray) -> np.ndarray:
    """Return the weights of a logistic regression by Newton's method, drawn a little to 0 but for the constant."""
    weights = np.zeros(rows.shape[1])
    ridge = np.diag([1e-6, *[_RIDGE] * (rows.shape[1] - 1)])
    for _ in range(_NEWTON_STEPS):
        chances = _logistic(rows @ weights)
        slope = rows.T @ (outcomes - chances) - ridge @ weights
        curvature = (rows.T * (chances * (1 - chances))) @ rows + ridge
        weights = weights + np.linalg.solve(curvature, slope)
    return weights


def _logistic(values: np.ndarray) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(-np.clip(values, -30, 30))))


def _area(chances: np.ndarray, outcomes: np.ndarray) -> float:
    """Return the probability that a right answer got a higher chance than a wrong one."""
    right, wrong = chances[outcomes == 1], chances[outcomes == 0]
    if not len(right) or not len(wrong):
        return 0.5
    higher = (right[:, None] > wrong[None, :]).mean()
    return float(higher + (right[:, None] == wrong[None, :]).mean() / 2)


def _recall(memory: Memory | None, day: date) -> float:
    """Return the log-odds of the scheduler's probability of recall; 0 without a memory."""
    if memory is None:
        return 0.0
    chance = min(max(memory.retrievability(day), _MARGIN), 1 - _MARGIN)
    return log(chance / (1 - chance))


def _is_settling(event: Event) -> bool:
    return event.kind == "answer" and event.verdict in _SETTLING
