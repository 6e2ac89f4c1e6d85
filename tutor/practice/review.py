"""Reviews: sessions of short exercises, with new numbers, on the rules that are due."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tutor.practice.mastery_levels import NEW
from tutor.practice.scheduler import utc_today
from tutor.practice.worksheet import Worksheet, random_seed

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date

    from tutor.packs.exercise import Exercise
    from tutor.practice.event import Event
    from tutor.practice.exercise_index import ExerciseIndex, IndexedExercise
    from tutor.practice.mastery import Skill
    from tutor.practice.mastery_levels import MasteryState
    from tutor.practice.storage.store import Store

#: The longest session.
SESSION_MINUTES = 10.0

#: The kinds of event in a review, so that it does not become the latest try of an exercise left unfinished.
_REVIEW_KINDS = {"begin": "review", "solved": "reviewed"}


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """One exercise of a session, and the due rules it reviews."""

    indexed: IndexedExercise
    rules: tuple[str, ...]


def due_rules(store: Store, askable: Collection[str] | None = None, day: date | None = None) -> list[str]:
    """Return the due rules that are `askable`, longest overdue first; rebuild the skills if they are out of date."""
    store.ensure_skills()
    return cached_due_rules(store, askable, day) or []


def cached_due_rules(store: Store, askable: Collection[str] | None = None, day: date | None = None) -> list[str] | None:
    """Return the due rules as `due_rules` does, but None at once if the skills are out of date."""
    today = (day or utc_today()).isoformat()
    rules = store.with_database(lambda database: database.due_rules(today))
    return rules if rules is None or askable is None else [rule for rule in rules if rule in askable]


def load_skills(store: Store) -> Mapping[str, Skill]:
    """Return the skill of every practised rule; rebuild the skills if they are out of date."""
    return store.ensure_skills()


def plan_for_today(store: Store, index: ExerciseIndex, day: date | None = None) -> tuple[ReviewItem, ...]:
    """Return a session for the due rules, if possible of exercises with no unknown rules."""
    return plan_session(due_rules(store, index.rules, day), index, known_rules=load_skills(store))


def plan_session(
    rules: Sequence[str],
    index: ExerciseIndex,
    minutes: float = SESSION_MINUTES,
    known_rules: Collection[str] | None = None,
) -> tuple[ReviewItem, ...]:
    """Return the exercises of a session for these rules, most urgent first, in at most `minutes`.

    Each rule is reviewed by the shortest exercise that needs only `known_rules`, if there is one; an exercise can
    review several rules. An exercise longer than a session comes alone, if there is no other.
    """
    planned: list[tuple[IndexedExercise, list[str]]] = []
    too_long: list[ReviewItem] = []
    minutes_left = minutes
    for rule in rules:
        reviewed = next((names for exercise, names in planned if exercise.rules.get(rule)), None)
        best = _shortest_exercise(rule, index, minutes, known_rules)
        if reviewed is None and best is not None:
            reviewed = next((names for exercise, names in planned if exercise is best), None)
        if reviewed is not None:
            reviewed.append(rule)
        elif best is not None and best.minutes > minutes:
            too_long.append(ReviewItem(best, tuple(rule for rule in rules if rule in best.rules)))
        elif best is not None and best.minutes <= minutes_left:
            planned.append((best, [rule]))
            minutes_left -= best.minutes
    return tuple(ReviewItem(exercise, tuple(names)) for exercise, names in planned) or tuple(too_long[:1])


def _shortest_exercise(
    rule: str, index: ExerciseIndex, minutes: float, known_rules: Collection[str] | None
) -> IndexedExercise | None:
    """Return the best exercise that fits into a session and, if possible, needs only known rules."""

    def penalty(exercise: IndexedExercise) -> tuple[bool, bool]:
        return exercise.minutes > minutes, known_rules is not None and not set(exercise.rules) <= set(known_rules)

    return min(index.exercises_for(rule), key=penalty, default=None)


class ReviewJournal:
    """A journal that marks the tries of a review."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def append(self, event: Event) -> bool:
        return self._store.append(replace(event, kind=_REVIEW_KINDS.get(event.kind, event.kind)))


class ReviewSession:
    """A review in progress. It can be left at any time without losing anything."""

    def __init__(self, store: Store, items: Sequence[ReviewItem], seed: int | None = None) -> None:
        self.store = store
        self.items = tuple(items)
        self.position = 0
        self._seed = random_seed() if seed is None else seed
        skills = load_skills(store)
        self._before = {rule: state_of(skills, rule) for item in items for rule in item.rules}

    @property
    def item(self) -> ReviewItem | None:
        """The current item; None at the end."""
        return self.items[self.position] if self.position < len(self.items) else None

    @property
    def minutes(self) -> float:
        """The estimated time of the whole session."""
        return sum(item.indexed.minutes for item in self.items)

    def open_worksheet(self, exercise: Exercise) -> Worksheet:
        """Return a new try at the current item's exercise, with new numbers if it has variants."""
        seed = self._seed + self.position if exercise.has_variants else None
        return Worksheet(exercise.variant(seed), ReviewJournal(self.store))

    def advance(self) -> None:
        """Go on to the next item."""
        self.position += 1

    def outcome(self) -> list[tuple[str, MasteryState, MasteryState]]:
        """Return (rule, state before, state now) for every rule of the items so far."""
        now = load_skills(self.store)
        return [
            (rule, self._before[rule], state_of(now, rule))
            for item in self.items[: self.position]
            for rule in item.rules
        ]


def state_of(skills: Mapping[str, Skill], rule: str) -> MasteryState:
    """Return how far the learner has come with a rule."""
    return skills[rule].state if rule in skills else NEW
