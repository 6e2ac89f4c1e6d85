"""A simulated learner who forgets, at real worksheets with a real store, day by day."""

from __future__ import annotations

import math
import random
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from tutor.algebra.printing import format_expr
from tutor.grading.mistakes.finder import candidates_at
from tutor.packs import library
from tutor.practice import review
from tutor.practice.exercise_index import ExerciseIndex, load_index
from tutor.practice.rule_ids import rule_id_at
from tutor.practice.storage.store import Store
from tutor.practice.worksheet import Worksheet

if TYPE_CHECKING:
    from pathlib import Path

    from tutor.packs.library import Pack
    from tutor.practice.event import Event

#: Exercises in one line each.
GRAPHS = {
    "both": "z = (a + b) * c",
    "over-one": "z = 1 / (x * y)",
    "steps": "z = 1 / (1 + exp(-x / y))",
    "squash": "z = sigmoid(a - b) * c",
    "minus": "z = (a - b) * c",
    "over": "z = (a / b) * c",
    "power": "z = x ^ 3 * y",
    "root": "z = sqrt(x) * y",
    "larger": "z = max(a, b) * c",
    "gate": "z = relu(a - b) * c",
    "sine": "z = (a * b) / c - a",
    "branch": "z = (x + y) * (x * y)",
}
FIRST_DAY = date(2026, 3, 2)


def make_term_pack(folder: Path) -> Pack:
    """Write a pack with one exercise per graph."""
    folder.mkdir()
    (folder / "pack.toml").write_text('format = 1\nid = "term"\ntitle = "Term"\nlanguages = ["en"]\n')
    for number, (name, graph) in enumerate(GRAPHS.items(), 10):
        (folder / f"{number}-{name}.toml").write_text(f'graph = "{graph}"\nstart = 3\n')
    return library.read_pack(folder)


class DatedStore(Store):
    """A store whose events get the date that is set in `day`."""

    day = FIRST_DAY
    seconds = 0

    def append(self, event: Event) -> bool:
        self.seconds += 20
        noon = datetime.combine(self.day, time(10), UTC) + timedelta(seconds=self.seconds % 30_000)
        return super().append(replace(event, at=noon.isoformat(timespec="microseconds"), duration=20.0))


@dataclass
class SimulatedLearner:
    """A learner who remembers a rule for some days, longer after each practice, and is sometimes wrong."""

    rng: random.Random
    memory_days: dict[str, float] = field(default_factory=dict)
    last_practised: dict[str, date] = field(default_factory=dict)
    practice_days: dict[str, list[date]] = field(default_factory=lambda: defaultdict(list))
    mistake_counts: Counter[str] = field(default_factory=Counter)

    def knows(self, rule: str, day: date) -> bool:
        if rule not in self.memory_days:
            return self.rng.random() < 0.4
        return self.rng.random() < math.exp(-(day - self.last_practised[rule]).days / self.memory_days[rule])

    def fill_worksheet(self, worksheet: Worksheet, day: date) -> None:
        """Fill every blank. A forgotten rule gets a wrong answer and a hint first."""
        problem = worksheet.problem
        forgotten = {}
        for blank in worksheet.blanks:
            rule = rule_id_at(problem, blank)
            if rule not in forgotten:
                forgotten[rule] = not self.knows(rule, day)
                grown = 1.4 if forgotten[rule] else 2.2
                self.memory_days[rule] = min(self.memory_days.get(rule, 3.0) * grown, 200.0)
                self.last_practised[rule] = day
                self.practice_days[rule].append(day)
            if forgotten[rule]:
                self.mistake_counts[rule] += 1
                wrong = candidates_at(problem, blank)[0].value
                worksheet.answer(blank.id, f"{wrong:.4g}")
                worksheet.next_hint(blank.id)
            assert worksheet.answer(blank.id, format_expr(problem.truth(blank))).right
        assert worksheet.done


@dataclass
class SimulatedTerm:
    """The number of rules due each day before practice, the planned minutes, and the learner at the end."""

    due_counts: list[int]
    session_minutes: list[float]
    learner: SimulatedLearner
    index: ExerciseIndex


def simulate_term(path: Path, folder: Path, days: int, seed: int = 1) -> SimulatedTerm:
    """Simulate a term. On most days the learner reviews what is due, and every fourth day tries a new exercise."""
    packs = [make_term_pack(folder)]
    index = load_index(packs)
    learner = SimulatedLearner(random.Random(seed))
    exercises = {(pack.id, entry.id): pack.open(entry.id) for pack in packs for entry in pack.entries}
    new = list(exercises.values())
    counts, minutes = [], []
    with DatedStore.open(path) as store:
        assert isinstance(store, DatedStore)
        for number in range(days):
            day = store.day = FIRST_DAY + timedelta(days=number)
            rules = review.due_rules(store, index.rules, day)
            counts.append(len(rules))
            if learner.rng.random() < 0.15:  # a day off
                continue
            session = review.ReviewSession(store, review.plan_for_today(store, index, day), seed=1000 * number)
            minutes.append(session.minutes)
            while (item := session.item) is not None:
                learner.fill_worksheet(session.open_worksheet(exercises[item.indexed.pack, item.indexed.exercise]), day)
                session.advance()
            if new and number % 4 == 0:
                learner.fill_worksheet(Worksheet(new.pop(0).variant(), store), day)
        assert store.notice is None
    return SimulatedTerm(counts, minutes, learner, index)
