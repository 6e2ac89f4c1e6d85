"""Records of exams in exports: how often each was begun, reset, and with which numbers.

They tell what can be known from the exports. A learner owns the files they are made of, and can remove or change them.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tutor.practice.event import NOTED
from tutor.practice.storage.resets import RESET, Reset

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tutor.practice.event import Event


@dataclass(slots=True)
class ExamRecord:
    """The records of one exam, with all its tries, in the export of one learner."""

    #: The resets after it was begun, also those that were undone.
    resets: int = 0
    #: The seeds of its numbers, None for the author's.
    seeds: set[int | None] = field(default_factory=set)
    #: The learners whose exports have the same attempts or, drawn by chance, the same numbers.
    shared_with: list[str] = field(default_factory=list)

    @property
    def num_seeds(self) -> int:
        return len(self.seeds)


def exam_records(events: Iterable[Event]) -> dict[tuple[str, str], ExamRecord]:
    """Return the record of each exam of one learner, whose events are in order of time, by (pack, exercise)."""
    records: dict[tuple[str, str], ExamRecord] = {}
    for event in events:
        if event.kind == NOTED:
            records.setdefault((event.pack, event.exercise), ExamRecord()).seeds.add(event.seed)
        elif event.kind == RESET:
            reset = Reset(event.id, event.at, event.pack, event.exercise, 0)
            for name, record in records.items():
                record.resets += reset.covers(*name)
    return records


def events_that_count(events: Sequence[Event]) -> list[Event]:
    """Return the events of the first try of an exam that was finished, of its first try if none was.

    Verdicts are shown at the end of a try, so in a later one the answers were known.
    """
    tries: dict[str, list[Event]] = {}
    for event in events:
        tries.setdefault(event.worksheet, []).append(event)
    exam_tries = [attempts for attempts in tries.values() if any(event.kind == NOTED for event in attempts)]
    finished = [attempts for attempts in exam_tries if any(event.kind == "solved" for event in attempts)]
    return min(finished, key=lambda attempts: _end(attempts)) if finished else exam_tries[0]


def _end(events: Iterable[Event]) -> str:
    return next(event.at for event in events if event.kind == "solved")


class SharedExams:
    """The exams of a class that several learners took in the same try, or with the same drawn numbers."""

    def __init__(self, events: Mapping[str, Mapping[str, Event]]) -> None:
        """Compare the events of each learner, by their ids."""
        self._learners: dict[tuple[object, ...], set[str]] = defaultdict(set)
        self._keys: dict[tuple[str, str, str], set[tuple[object, ...]]] = defaultdict(set)
        for learner, attempts in events.items():
            for event in attempts.values():
                if event.kind == NOTED:
                    self._add(learner, event, ("try", event.worksheet))
                    if event.seed is not None:
                        self._add(learner, event, ("seed", event.seed))

    def _add(self, learner: str, event: Event, what: tuple[object, ...]) -> None:
        key = (event.pack, event.exercise, *what)
        self._learners[key].add(learner)
        self._keys[learner, event.pack, event.exercise].add(key)

    def partners(self, learner: str, pack: str, exercise: str) -> list[str]:
        """Return the other learners who took an exam in the same try as `learner`, or with the same numbers."""
        keys = self._keys[learner, pack, exercise]
        return sorted({other for key in keys for other in self._learners[key]} - {learner})
