"""Review: the rules that are due, each asked once more on fresh numbers, the shortest way there is."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from tutor.practice.schedule import today
from tutor.practice.store import Store

if TYPE_CHECKING:
    from tutor.packs import Exercise
    from tutor.practice.atlas import Asked, Atlas
    from tutor.practice.event import Event
    from tutor.practice.standing import Skill
    from tutor.practice.worksheet import Worksheet

#: What a session takes at most.
MINUTES = 10.0

#: What a try in a review is kept as, so that an exercise which was left open is still found where it was left.
_KINDS = {"begin": "review", "solved": "reviewed"}


@dataclass(frozen=True, slots=True)
class Item:
    """One exercise of a session, and the due rules that it is there for."""

    asked: Asked
    rules: tuple[str, ...]


def due(store: Store, among: Collection[str] | None = None, day: date | None = None) -> list[str]:
    """The rules that are due, the longest waiting first; only those `among` what can be asked, where that is known.

    Takes a moment where the skills must be made anew from the events; `due_now` doesn't.
    """
    make_skills(store)
    return due_now(store, among, day) or []


def due_now(store: Store, among: Collection[str] | None = None, day: date | None = None) -> list[str] | None:
    """The same at once; None where the skills must be made first."""
    wanted = (day or today()).isoformat()
    found = store.consult(lambda database: database.due(wanted))
    return found if found is None or among is None else [rule for rule in found if rule in among]


def make_skills(store: Store) -> None:
    """Make the skills from the events, where they can't be relied on."""
    if store.consult(lambda database: database.skills()) is None:
        store.consult(lambda database: database.make_skills())


def skills(store: Store) -> Mapping[str, Skill]:
    """How things stand with every rule that was practised."""
    make_skills(store)
    return store.consult(lambda database: database.skills()) or {}


def planned(store: Store, atlas: Atlas, day: date | None = None) -> tuple[Item, ...]:
    """The session for what is due, out of exercises that ask for nothing new where there are any."""
    return plan(due(store, atlas.rules, day), atlas, met=skills(store))


def plan(
    rules: Sequence[str], atlas: Atlas, minutes: float = MINUTES, met: Collection[str] | None = None
) -> tuple[Item, ...]:
    """The exercises of a session for these rules, the first of them the most urgent, in at most so many minutes.

    For each it is the shortest that asks for no rule but those `met`, if there is one. One that asks for several due
    rules is there for all. There is one item at least, where any rule can be asked: what takes longer than a session
    comes alone, when nothing else is due.
    """
    chosen: list[tuple[Asked, list[str]]] = []
    too_long: list[Item] = []
    left = minutes
    for rule in rules:
        there = next((names for asked, names in chosen if asked.rules.get(rule)), None)
        best = _shortest(rule, atlas, minutes, met)
        if there is None and best is not None:
            there = next((names for asked, names in chosen if asked is best), None)
        if there is not None:
            there.append(rule)
        elif best is not None and best.minutes > minutes:
            too_long.append(Item(best, tuple(rule for rule in rules if rule in best.rules)))
        elif best is not None and best.minutes <= left:
            chosen.append((best, [rule]))
            left -= best.minutes
    return tuple(Item(asked, tuple(names)) for asked, names in chosen) or tuple(too_long[:1])


def _shortest(rule: str, atlas: Atlas, minutes: float, met: Collection[str] | None) -> Asked | None:
    """The exercise to review a rule with; a learner who has come no further is not asked for what comes later."""

    def is_worse(asked: Asked) -> tuple[bool, bool]:
        return asked.minutes > minutes, met is not None and not set(asked.rules) <= set(met)

    return min(atlas.asking(rule), key=is_worse, default=None)


class Journal:
    """Keeps what is done in a review, told apart from other tries."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def append(self, event: Event) -> bool:
        return self._store.append(replace(event, kind=_KINDS.get(event.kind, event.kind)))


class Session:
    """A review from its plan to its end. It can be left at any time: what was done is kept."""

    def __init__(self, store: Store, items: Sequence[Item], seed: int | None = None) -> None:
        self.store = store
        self.items = tuple(items)
        self.position = 0
        self._seed = _any_seed() if seed is None else seed
        self._before = {rule: standing(skills(store), rule) for item in items for rule in item.rules}

    @property
    def item(self) -> Item | None:
        """What is to be done now, None at the end."""
        return self.items[self.position] if self.position < len(self.items) else None

    @property
    def minutes(self) -> float:
        """About how long it takes in all."""
        return sum(item.asked.minutes for item in self.items)

    def open(self, exercise: Exercise) -> Worksheet:
        """A new try at the present item's exercise, on fresh numbers where it has any."""
        from tutor.practice.worksheet import Worksheet

        seed = self._seed + self.position if exercise.varies else None
        return Worksheet(exercise.variant(seed), Journal(self.store))

    def go_on(self) -> None:
        """The present item is done, or passed over."""
        self.position += 1

    def outcome(self) -> list[tuple[str, str, str, date | None]]:
        """(rule, how it stood before, how it stands now, when it is due) for every rule of the items so far."""
        now = skills(self.store)
        return [
            (rule, self._before[rule], standing(now, rule), now[rule].due if rule in now else None)
            for item in self.items[: self.position]
            for rule in item.rules
        ]


def _any_seed() -> int:
    from random import SystemRandom

    return SystemRandom().randrange(1, 1_000_000)


def standing(found: Mapping[str, Skill], rule: str) -> str:
    """How a rule stands; `new` before it was practised."""
    return found[rule].standing if rule in found else "new"
