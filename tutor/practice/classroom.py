"""A class at work: the exports of many learners, put together by learner and exercise."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tutor.grading.mistakes.labels import mistake_label
from tutor.grading.verdict import WRONG_ATTEMPT_KINDS, VerdictKind
from tutor.practice.export import Attempt, spreadsheet_cell
from tutor.practice.storage.resets import RESET, RESET_KINDS, RESTORE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tutor.practice.event import Event

#: The verdicts that are counted, in the order of their columns.
COUNTED_VERDICTS = (
    VerdictKind.RIGHT,
    VerdictKind.COARSE,
    VerdictKind.CARRIED,
    VerdictKind.ELSEWHERE,
    VerdictKind.MISTAKEN,
    VerdictKind.WRONG,
    VerdictKind.WRONG_SHAPE,
)
WORK_HEADER = (
    "learner",
    "pack",
    "exercise",
    "solved",
    "tries",
    "blanks",
    "first_try_rate",
    "hints",
    "shown",
    "seconds",
    *(f"verdict_{verdict.replace('-', '_')}" for verdict in COUNTED_VERDICTS),
)
MISTAKES_HEADER = ("pack", "exercise", "mistake", "name", "times", "learners", "of_learners")


@dataclass(slots=True)
class ExerciseWork:
    """What one learner did in one exercise."""

    solved: bool = False
    tries: set[str] = field(default_factory=set)
    #: By try and blank: whether the first answer that counts was right, and came without a hint.
    first_answers: dict[tuple[str, str], bool] = field(default_factory=dict)
    #: By try and blank: the furthest rung of help.
    hints: dict[tuple[str, str], int] = field(default_factory=dict)
    revealed: int = 0
    seconds: float = 0.0
    verdicts: Counter[str] = field(default_factory=Counter)
    mistakes: Counter[str] = field(default_factory=Counter)

    def apply(self, event: Event) -> None:
        self.tries.add(event.worksheet)
        self.seconds += event.duration
        self.solved = self.solved or event.kind in ("solved", "reviewed")
        place = event.worksheet, event.blank
        if event.kind == "hint":
            self.hints[place] = max(self.hints.get(place, 0), event.hints)
        elif event.kind == "reveal":
            self.revealed += 1
        elif event.kind == "answer":
            self.verdicts[event.verdict] += 1
            self.mistakes.update([event.mistake] if event.mistake else [])
            if event.verdict == VerdictKind.RIGHT or event.verdict in WRONG_ATTEMPT_KINDS:
                self.first_answers.setdefault(place, event.verdict == VerdictKind.RIGHT and not self.hints.get(place))

    @property
    def first_try_rate(self) -> float | None:
        return sum(self.first_answers.values()) / len(self.first_answers) if self.first_answers else None


@dataclass(frozen=True, slots=True)
class MistakeFrequency:
    """A mistake of a class in one exercise: how often, and by how many of those who worked on it."""

    pack: str
    exercise: str
    mistake: str
    times: int
    learners: int
    of_learners: int


class Classroom:
    """The work of all learners, file by file."""

    def __init__(self) -> None:
        self._events: dict[str, dict[str, Event]] = defaultdict(dict)

    def add(self, attempts: Iterable[Attempt], default_learner: str) -> None:
        """Add a file's attempts; those without a mark are of the learner `otherwise`. One that is there stays one."""
        for attempt in list(attempts):
            self._events[attempt.learner or default_learner].setdefault(attempt.event.id, attempt.event)

    @property
    def learners(self) -> list[str]:
        return sorted(self._events)

    def work_by_learner(self) -> dict[tuple[str, str, str], ExerciseWork]:
        """By learner, pack and exercise, in order; without what a learner has reset."""
        found: dict[tuple[str, str, str], ExerciseWork] = {}
        for learner in self.learners:
            for event in _without_reset(self._events[learner].values()):
                found.setdefault((learner, event.pack, event.exercise), ExerciseWork()).apply(event)
        return dict(sorted(found.items()))

    def work_rows(self) -> Iterator[list[str]]:
        """A row for each learner and exercise, in the order of `HEADER`."""
        for (learner, pack, exercise), work in self.work_by_learner().items():
            rate = work.first_try_rate
            yield [
                spreadsheet_cell(learner),
                spreadsheet_cell(pack),
                spreadsheet_cell(exercise),
                "yes" if work.solved else "no",
                str(len(work.tries)),
                str(len(work.first_answers)),
                "" if rate is None else f"{rate:.3f}",
                str(sum(work.hints.values())),
                str(work.revealed),
                f"{work.seconds:.0f}",
                *(str(work.verdicts[verdict]) for verdict in COUNTED_VERDICTS),
            ]

    def mistake_frequencies(self) -> list[MistakeFrequency]:
        """The mistakes of each exercise, those of the most learners first."""
        at_work: Counter[tuple[str, str]] = Counter()
        times: Counter[tuple[str, str, str]] = Counter()
        learners: Counter[tuple[str, str, str]] = Counter()
        for (_, pack, exercise), work in self.work_by_learner().items():
            at_work[pack, exercise] += 1
            for mistake, count in work.mistakes.items():
                times[pack, exercise, mistake] += count
                learners[pack, exercise, mistake] += 1
        found = [
            MistakeFrequency(pack, exercise, mistake, count, learners[pack, exercise, mistake], at_work[pack, exercise])
            for (pack, exercise, mistake), count in times.items()
        ]
        return sorted(found, key=lambda one: (one.pack, one.exercise, -one.learners, -one.times, one.mistake))

    def mistake_rows(self) -> Iterator[list[str]]:
        """A row for each exercise and mistake, in the order of `MISTAKES_HEADER`."""
        for one in self.mistake_frequencies():
            names = [
                spreadsheet_cell(one.pack),
                spreadsheet_cell(one.exercise),
                spreadsheet_cell(one.mistake),
                spreadsheet_cell(mistake_label(one.mistake)),
            ]
            yield [*names, str(one.times), str(one.learners), str(one.of_learners)]


def _without_reset(events: Iterable[Event]) -> list[Event]:
    """The events without those that a reset has set aside."""
    events = sorted(events, key=lambda event: event.at)
    undone = {event.text for event in events if event.kind == RESTORE}
    kept: list[Event] = []
    for event in events:
        if event.kind == RESET and event.id not in undone:
            kept = [one for one in kept if event.pack not in ("", one.pack) or event.exercise not in ("", one.exercise)]
        elif event.kind not in RESET_KINDS and event.pack:
            kept.append(event)
    return kept
