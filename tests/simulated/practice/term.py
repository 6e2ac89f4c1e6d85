"""Sixty days of a simulated learner: reviews, then whatever is suggested next, with everything real but the learner."""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tests.simulated.practice.clock import ClockedStore
from tests.simulated.practice.learner import Learner, Traits
from tests.simulated.practice.skills import Catalog, make_catalog
from tutor.packs import library
from tutor.packs.diagnostics import PackError
from tutor.practice import review
from tutor.practice.exercise_index import ExerciseIndex, load_index
from tutor.practice.export import export_lines, read_export
from tutor.practice.next_steps import suggest_next
from tutor.practice.resume import open_worksheet

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from tutor.packs.exercise import Exercise
    from tutor.packs.library import Pack
    from tutor.practice.event import Event

DAYS = 60
#: Learners mostly follow the first suggestion, and take the second otherwise.
_OBEYS = 0.85


@dataclass
class Curriculum:
    """The packs that a learner works through, their index, and what each rule stands for."""

    packs: Sequence[Pack]

    @cached_property
    def index(self) -> ExerciseIndex:
        return load_index(self.packs)

    @cached_property
    def exercises(self) -> Mapping[tuple[str, str], Exercise]:
        return {name: self._open(name) for name in ((each.pack, each.exercise) for each in self.index.exercises)}

    @cached_property
    def catalog(self) -> Catalog:
        return make_catalog(self.exercises.values())

    def _open(self, name: tuple[str, str]) -> Exercise:
        return next(pack for pack in self.packs if pack.id == name[0]).open(name[1])


def built_in(*packs: str) -> Curriculum:
    """Return the curriculum of these built-in packs, or of all."""
    folders = library.list_packs(library.built_in_dir())
    return Curriculum([library.read_pack(folder) for folder in folders if not packs or folder.name in packs])


@dataclass
class DayOfPractice:
    """One day. `due` are the due rules in the morning; `told` is each rule's mastery in the evening.

    `recall` is how well every skill is known in the evening, and a day later without more practice.
    """

    day: date
    due: tuple[str, ...] = ()
    planned_minutes: float = 0.0
    review_minutes: float = 0.0
    minutes: float = 0.0
    told: Mapping[str, str] = field(default_factory=dict)
    recall: Mapping[str, tuple[float, float]] = field(default_factory=dict)


@dataclass
class Term:
    """A learner's term: the days and the events as exported, with the exercises there were."""

    traits: Traits
    index: ExerciseIndex
    catalog: Catalog
    days: list[DayOfPractice]
    events: list[Event]


class _Simulation:
    def __init__(self, curriculum: Curriculum, traits: Traits, seed: int, store: ClockedStore) -> None:
        self.curriculum = curriculum
        self._clock = store.clock
        self._rng = Random(f"{traits.name} {seed}")
        self._learner = Learner(traits, self._rng, store.clock)
        self._store = store
        self._last: tuple[str, str] | None = None

    def live(self, number: int) -> DayOfPractice:
        """Live one day."""
        clock, index = self._clock, self.curriculum.index
        clock.start_day(number)
        day = DayOfPractice(clock.today, due=tuple(review.rules_to_review(self._store, index, clock.today)))
        if self._rng.random() < self._learner.traits.attendance or not number:
            self._review(day)
            while self._minutes_today < self._learner.traits.minutes and self._next_exercise():
                pass
        day.minutes = self._minutes_today
        day.told = {rule: skill.mastery for rule, skill in review.load_skills(self._store).items()}
        skills = set().union(*self.curriculum.catalog.skills.values())
        day.recall = {skill: (self._learner.recall(skill), self._learner.recall(skill, 1)) for skill in skills}
        return day

    @property
    def _minutes_today(self) -> float:
        return (self._clock.now - self._clock.morning).total_seconds() / 60

    def _review(self, day: DayOfPractice) -> None:
        plan = review.plan_for_today(self._store, self.curriculum.index, day.day)
        session = review.ReviewSession(self._store, plan, seed=self._rng.randrange(100_000))
        day.planned_minutes = session.minutes
        while (item := session.item) is not None:
            exercise = self.curriculum.exercises[item.indexed.pack, item.indexed.exercise]
            # A question may not have other words than those in which it was asked before.
            with suppress(PackError):
                self._learner.fill(session.open_worksheet(exercise))
            session.advance()
        day.review_minutes = self._minutes_today

    def _next_exercise(self) -> bool:
        """Work at what is suggested next; return False if nothing is but reviews."""
        found = suggest_next(self._store, self.curriculum.index, self.curriculum.packs, self._last, self._clock.today)
        # Exercises that are solved in an editor have no blanks.
        names = [
            (each.exercise, each.new_numbers)
            for each in found
            if each.exercise and self.curriculum.index[each.exercise].blanks
        ]
        if not names:
            return False
        self._last, with_new_numbers = names[0 if self._rng.random() < _OBEYS else min(1, len(names) - 1)]
        exercise = self.curriculum.exercises[self._last]
        is_again = with_new_numbers or self._store.state(*self._last) == "solved"
        seed = self._rng.randrange(100_000) if is_again and exercise.has_variants else None
        worksheet = open_worksheet(self._store, exercise, seed)
        if worksheet.done:  # an exam, which is not taken twice
            return False
        self._learner.fill(worksheet)
        return True


@contextmanager
def memory_folder() -> Iterator[Path]:
    """Yield a temporary folder, in memory if possible: a term is saved thousands of times."""
    memory = Path("/dev/shm")
    with TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as folder:
        yield Path(folder)


def simulate(
    curriculum: Curriculum, traits: Traits, seed: int, folder: Path, days: int = DAYS, export_to: Path | None = None
) -> Term:
    """Simulate a learner's term, with the progress file in a folder, and the export there or in another one."""
    with ClockedStore.open(folder / f"{traits.name}-{seed}.sqlite3") as store:
        assert isinstance(store, ClockedStore)
        simulation = _Simulation(curriculum, traits, seed, store)
        lived = [simulation.live(number) for number in range(days)]
        assert store.notice is None
        export = (export_to or folder) / f"{traits.name}-{seed}.jsonl"
        events = store.with_database(lambda database: list(database.all_events())) or []
        export.write_text("".join(f"{line}\n" for line in export_lines(events)), encoding="utf-8")
    return Term(traits, curriculum.index, curriculum.catalog, lived, [attempt.event for attempt in read_export(export)])
