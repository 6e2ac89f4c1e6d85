"""Review: the rules that are due, each asked once more on fresh numbers, the shortest way there is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tutor.practice.scheduler import utc_today
from tutor.practice.worksheet import Worksheet, random_seed

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date

    from tutor.packs.exercise import Exercise
    from tutor.practice.event import Event
    from tutor.practice.exercise_index import ExerciseIndex, IndexedExercise
    from tutor.practice.mastery import Skill
    from tutor.practice.storage.store import Store

#: What a session takes at most.
SESSION_MINUTES = 10.0

#: What a try in a review is kept as, so that an exercise which was left open is still found where it was left.
_REVIEW_KINDS = {"begin": "review", "solved": "reviewed"}


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """One exercise of a session, and the due rules that it is there for."""

    indexed: IndexedExercise
    rules: tuple[str, ...]


def due_rules(store: Store, askable: Collection[str] | None = None, day: date | None = None) -> list[str]:
    """The rules that are due, the longest waiting first; only those `among` what can be asked, where that is known.

    Takes a moment where the skills must be made anew from the events; `due_now` doesn't.
    """
    ensure_skills(store)
    return cached_due_rules(store, askable, day) or []


def cached_due_rules(store: Store, askable: Collection[str] | None = None, day: date | None = None) -> list[str] | None:
    """The same at once; None where the skills must be made first."""
    wanted = (day or utc_today()).isoformat()
    found = store.with_database(lambda database: database.due_rules(wanted))
    return found if found is None or askable is None else [rule for rule in found if rule in askable]


def ensure_skills(store: Store) -> None:
    """Make the skills from the events, where they can't be relied on."""
    if store.with_database(lambda database: database.skills()) is None:
        store.with_database(lambda database: database.rebuild_skills())


def load_skills(store: Store) -> Mapping[str, Skill]:
    """How things stand with every rule that was practised."""
    ensure_skills(store)
    return store.with_database(lambda database: database.skills()) or {}


def plan_for_today(store: Store, index: ExerciseIndex, day: date | None = None) -> tuple[ReviewItem, ...]:
    """The session for what is due, out of exercises that ask for nothing new where there are any."""
    return plan_session(due_rules(store, index.rules, day), index, known_rules=load_skills(store))


def plan_session(
    rules: Sequence[str],
    index: ExerciseIndex,
    minutes: float = SESSION_MINUTES,
    known_rules: Collection[str] | None = None,
) -> tuple[ReviewItem, ...]:
    """The exercises of a session for these rules, the first of them the most urgent, in at most so many minutes.

    For each it is the shortest that asks for no rule but those `met`, if there is one. One that asks for several due
    rules is there for all. There is one item at least, where any rule can be asked: what takes longer than a session
    comes alone, when nothing else is due.
    """
    chosen: list[tuple[IndexedExercise, list[str]]] = []
    too_long: list[ReviewItem] = []
    left = minutes
    for rule in rules:
        there = next((names for asked, names in chosen if asked.rules.get(rule)), None)
        best = _shortest_exercise(rule, index, minutes, known_rules)
        if there is None and best is not None:
            there = next((names for asked, names in chosen if asked is best), None)
        if there is not None:
            there.append(rule)
        elif best is not None and best.minutes > minutes:
            too_long.append(ReviewItem(best, tuple(rule for rule in rules if rule in best.rules)))
        elif best is not None and best.minutes <= left:
            chosen.append((best, [rule]))
            left -= best.minutes
    return tuple(ReviewItem(asked, tuple(names)) for asked, names in chosen) or tuple(too_long[:1])


def _shortest_exercise(
    rule: str, index: ExerciseIndex, minutes: float, known_rules: Collection[str] | None
) -> IndexedExercise | None:
    """The exercise to review a rule with; a learner who has come no further is not asked for what comes later."""

    def is_worse(asked: IndexedExercise) -> tuple[bool, bool]:
        return asked.minutes > minutes, known_rules is not None and not set(asked.rules) <= set(known_rules)

    return min(index.exercises_for(rule), key=is_worse, default=None)


class ReviewJournal:
    """Keeps what is done in a review, told apart from other tries."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def append(self, event: Event) -> bool:
        return self._store.append(replace(event, kind=_REVIEW_KINDS.get(event.kind, event.kind)))


class ReviewSession:
    """A review from its plan to its end. It can be left at any time: what was done is kept."""

    def __init__(self, store: Store, items: Sequence[ReviewItem], seed: int | None = None) -> None:
        self.store = store
        self.items = tuple(items)
        self.position = 0
        self._seed = random_seed() if seed is None else seed
        self._mastery_before = {rule: mastery_of(load_skills(store), rule) for item in items for rule in item.rules}

    @property
    def item(self) -> ReviewItem | None:
        """What is to be done now, None at the end."""
        return self.items[self.position] if self.position < len(self.items) else None

    @property
    def minutes(self) -> float:
        """About how long it takes in all."""
        return sum(item.indexed.minutes for item in self.items)

    def open_worksheet(self, exercise: Exercise) -> Worksheet:
        """A new try at the present item's exercise, on fresh numbers where it has any."""
        seed = self._seed + self.position if exercise.has_variants else None
        return Worksheet(exercise.variant(seed), ReviewJournal(self.store))

    def advance(self) -> None:
        """The present item is done, or passed over."""
        self.position += 1

    def outcome(self) -> list[tuple[str, str, str, date | None]]:
        """(rule, how it stood before, how it stands now, when it is due) for every rule of the items so far."""
        now = load_skills(self.store)
        return [
            (rule, self._mastery_before[rule], mastery_of(now, rule), now[rule].due if rule in now else None)
            for item in self.items[: self.position]
            for rule in item.rules
        ]


def mastery_of(found: Mapping[str, Skill], rule: str) -> str:
    """How a rule stands; `new` before it was practised."""
    return found[rule].mastery if rule in found else "new"
