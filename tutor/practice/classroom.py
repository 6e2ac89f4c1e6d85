"""Class reports: the exports of many learners, summed up by learner and exercise."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tutor.grading.mistakes.labels import mistake_label
from tutor.grading.verdict import WRONG_ATTEMPT_KINDS, VerdictKind
from tutor.packs.assessment import format_points
from tutor.practice.calibration import Calibration, calibration_of
from tutor.practice.event import ALL_REVEALED, CODE, PLACED_IN, PLACED_OUT, PREDICT, REPLY
from tutor.practice.exam_records import ExamRecord, SharedExams, events_that_count, exam_records
from tutor.practice.export import Attempt, spreadsheet_cell
from tutor.practice.file_checks import FileCheck, check_files
from tutor.practice.mastery import count_reply
from tutor.practice.storage.resets import RESET, RESET_KINDS, RESTORE, Reset

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from tutor.practice.event import Event
    from tutor.practice.regrading import RegradedTry, Regrader
    from tutor.practice.score import Score

#: The verdicts that have a column, in order.
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
    "exam",
    "exam_resets",
    "exam_numbers",
    "exam_shared_with",
    "solved_in_code",
    "predictions",
    "predictions_right",
    "regraded",
    "not_regraded",
    "regraded_differently",
    "flags",
    "points",
    "points_of",
    "late_answers",
)
MISTAKES_HEADER = ("pack", "exercise", "mistake", "name", "times", "learners", "of_learners")


@dataclass(slots=True)
class ExerciseWork:
    """The work of one learner on one exercise, of an exam that of the first try that was finished.

    `tries`, and what is known of an exam, are of all tries.
    """

    solved: bool = False
    tries: set[str] = field(default_factory=set)
    #: By try and blank: whether the first answer that counts was right and without a hint.
    first_answers: dict[tuple[str, str], bool] = field(default_factory=dict)
    #: By try and blank: the highest hint.
    hints: dict[tuple[str, str], int] = field(default_factory=dict)
    revealed: int = 0
    seconds: float = 0.0
    verdicts: Counter[str] = field(default_factory=Counter)
    mistakes: Counter[str] = field(default_factory=Counter)
    exam: ExamRecord | None = None
    solved_in_code: bool = False
    #: By try and blank: the text and the verdict of the last prediction.
    predictions: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)

    def apply(self, event: Event) -> None:
        self.seconds += event.duration
        self.solved = self.solved or (event.kind in ("solved", "reviewed") and event.text != ALL_REVEALED)
        place = event.worksheet, event.blank
        if event.kind == "hint":
            self.hints[place] = max(self.hints.get(place, 0), event.hints)
        elif event.kind == PREDICT:
            self.predictions[place] = event.text, event.verdict
        elif event.kind == "reveal":
            self.revealed += 1
        elif event.kind == REPLY:
            count_reply(self.mistakes, event)
        elif event.kind == "answer":
            self.verdicts[event.verdict] += 1
            self.mistakes.update([event.mistake] if event.mistake else [])
            if event.verdict == VerdictKind.RIGHT or event.verdict in WRONG_ATTEMPT_KINDS:
                self.first_answers.setdefault(place, event.verdict == VerdictKind.RIGHT and not self.hints.get(place))

    @property
    def calibration(self) -> Calibration:
        return calibration_of(self.predictions.values())

    @property
    def first_try_rate(self) -> float | None:
        return sum(self.first_answers.values()) / len(self.first_answers) if self.first_answers else None


@dataclass(frozen=True, slots=True)
class MistakeFrequency:
    """How often a mistake was made in one exercise, and by how many of the learners who worked on it."""

    pack: str
    exercise: str
    mistake: str
    times: int
    learners: int
    of_learners: int


class Classroom:
    """The attempts of all learners of a class."""

    def __init__(self) -> None:
        self._events: dict[str, dict[str, Event]] = defaultdict(dict)
        #: The work, once it was summed up.
        self._work: dict[tuple[str, str, str], ExerciseWork] | None = None
        #: The checks of each learner's files.
        self.checks: dict[str, list[FileCheck]] = defaultdict(list)
        #: The tries that were graded again, by learner and (pack, exercise).
        self.regraded: dict[tuple[str, tuple[str, str]], list[RegradedTry]] = {}

    def add(self, attempts: Iterable[Attempt], default_learner: str) -> None:
        """Add the attempts of a file; those without a learner are `default_learner`'s. One added twice counts once."""
        attempts, self._work = list(attempts), None
        for attempt in attempts:
            self._events[attempt.learner or default_learner].setdefault(attempt.event.id, attempt.event)
        for learner, check in check_files(attempts, default_learner).items():
            self.checks[learner].append(check)

    def regrade(self, regrader: Regrader) -> None:
        """Replace the stored verdicts by those that the exercises here give."""
        self._work = None
        regrader.choose_numbers(event for events in self._events.values() for event in events.values())
        for learner, events in self._events.items():
            regraded: dict[str, Event] = {}
            for (pack, exercise, _), attempts in _by_try(events.values()).items():
                result = regrader.regrade(pack, exercise, attempts)
                result.follows_id = regrader.follows_id(learner, pack, exercise, attempts)
                if result.num_regraded or result.num_kept or result.num_unchained or result.form != "current":
                    self.regraded.setdefault((learner, (pack, exercise)), []).append(result)
                regraded |= {event.id: event for event in result.events}
            self._events[learner] = regraded

    @property
    def events(self) -> Mapping[str, Mapping[str, Event]]:
        """The events of each learner by their ids, those of one file in its order until they are graded again."""
        return self._events

    @property
    def learners(self) -> list[str]:
        return sorted(self._events)

    def work_by_learner(self) -> dict[tuple[str, str, str], ExerciseWork]:
        """Return the work by (learner, pack, exercise), sorted, without what a learner reset, unless it is an exam."""
        if self._work is None:
            self._work = self._sum_up()
        return self._work

    def _sum_up(self) -> dict[tuple[str, str, str], ExerciseWork]:
        work: dict[tuple[str, str, str], ExerciseWork] = {}
        shared = SharedExams(self._events)
        for learner in self.learners:
            events = sorted(self._events[learner].values(), key=lambda event: event.at)
            exams = exam_records(events)
            for name, attempts in _by_exercise(_without_reset(events, exams)).items():
                record = work[(learner, *name)] = ExerciseWork(exam=exams.get(name))
                record.solved_in_code = any((event.kind, event.verdict) == (CODE, "right") for event in attempts)
                attempts = [event for event in attempts if event.kind != CODE]
                record.tries = {event.worksheet for event in attempts}
                if record.exam is not None:
                    record.exam.shared_with = shared.partners(learner, *name)
                    attempts = events_that_count(attempts)
                for event in attempts:
                    record.apply(event)
        return dict(sorted(work.items()))

    def counted_events(self) -> Iterator[tuple[str, tuple[str, str], list[Event]]]:
        """Yield each learner's events in one exercise, as `work_by_learner` counts them, but not those of code."""
        for learner in self.learners:
            events = sorted(self._events[learner].values(), key=lambda event: event.at)
            exams = exam_records(events)
            for name, attempts in _by_exercise(_without_reset(events, exams)).items():
                attempts = [event for event in attempts if event.kind != CODE]
                yield learner, name, events_that_count(attempts) if name in exams else attempts

    def work_rows(
        self,
        flags: Mapping[tuple[str, str, str], str] | None = None,
        scores: Mapping[tuple[str, str, str], Score] | None = None,
    ) -> Iterator[list[str]]:
        """Yield a row for each learner and exercise, in the order of `WORK_HEADER`.

        `flags` has the ids of those on its work, and of those on a learner's file by two empty names; `scores` has the
        score of each learner in exercises that have one.
        """
        flags = flags or {}
        for (learner, pack, exercise), work in self.work_by_learner().items():
            rate = work.first_try_rate
            yield [
                *map(spreadsheet_cell, (learner, pack, exercise)),
                "yes" if work.solved else "no",
                str(len(work.tries)),
                str(len(work.first_answers)),
                "" if rate is None else f"{rate:.3f}",
                str(sum(work.hints.values())),
                str(work.revealed),
                f"{work.seconds:.0f}",
                *(str(work.verdicts[verdict]) for verdict in COUNTED_VERDICTS),
                *_exam_cells(work.exam),
                "yes" if work.solved_in_code else "no",
                str(work.calibration.made),
                str(work.calibration.right),
                *self._regraded_cells(learner, (pack, exercise)),
                " ".join(filter(None, (flags.get((learner, pack, exercise)), flags.get((learner, "", ""))))),
                *_score_cells((scores or {}).get((learner, pack, exercise))),
            ]

    def _regraded_cells(self, learner: str, name: tuple[str, str]) -> list[str]:
        tries = self.regraded.get((learner, name), ())
        numbers = [(each.num_regraded, each.num_kept, len(each.differences)) for each in tries]
        return [str(sum(column)) for column in zip(*numbers, strict=True)] if numbers else ["0", "0", "0"]

    def mistake_frequencies(self) -> list[MistakeFrequency]:
        """Return the mistakes by exercise, those of the most learners first."""
        workers: Counter[tuple[str, str]] = Counter()
        times: Counter[tuple[str, str, str]] = Counter()
        learners: Counter[tuple[str, str, str]] = Counter()
        for (_, pack, exercise), work in self.work_by_learner().items():
            workers[pack, exercise] += 1
            for mistake, count in work.mistakes.items():
                times[pack, exercise, mistake] += count
                learners[pack, exercise, mistake] += 1
        frequencies = [
            MistakeFrequency(pack, exercise, mistake, count, learners[pack, exercise, mistake], workers[pack, exercise])
            for (pack, exercise, mistake), count in times.items()
        ]
        return sorted(frequencies, key=lambda row: (row.pack, row.exercise, -row.learners, -row.times, row.mistake))

    def mistake_rows(self) -> Iterator[list[str]]:
        """Yield a row for each exercise and mistake, in the order of `MISTAKES_HEADER`."""
        for row in self.mistake_frequencies():
            names = row.pack, row.exercise, row.mistake, mistake_label(row.mistake)
            yield [*map(spreadsheet_cell, names), str(row.times), str(row.learners), str(row.of_learners)]


def _score_cells(score: Score | None) -> list[str]:
    if score is None:
        return ["", "", ""]
    return [format_points(score.points), format_points(score.most), str(score.late)]


def _exam_cells(exam: ExamRecord | None) -> list[str]:
    if exam is None:
        return ["no", "", "", ""]
    return ["yes", str(exam.resets), str(exam.num_seeds), spreadsheet_cell(", ".join(exam.shared_with))]


def _by_try(events: Iterable[Event]) -> dict[tuple[str, str, str], list[Event]]:
    """Return the events by pack, exercise and try."""
    tries: dict[tuple[str, str, str], list[Event]] = {}
    for event in events:
        tries.setdefault((event.pack, event.exercise, event.worksheet), []).append(event)
    return tries


def _by_exercise(events: Iterable[Event]) -> dict[tuple[str, str], list[Event]]:
    """Return the events by (pack, exercise)."""
    exercises: dict[tuple[str, str], list[Event]] = {}
    for event in events:
        exercises.setdefault((event.pack, event.exercise), []).append(event)
    return exercises


def _without_reset(events: Sequence[Event], exams: Collection[tuple[str, str]]) -> list[Event]:
    """Return the events, in order of time, that no reset hides; those of exams, which a reset can't undo, as well."""
    undone = {event.text for event in events if event.kind == RESTORE}
    visible: list[Event] = []
    for event in events:
        if event.kind == RESET and event.id not in undone:
            reset = Reset(event.id, event.at, event.pack, event.exercise, 0)
            visible = [
                other
                for other in visible
                if (other.pack, other.exercise) in exams or not reset.covers(other.pack, other.exercise)
            ]
        elif event.kind not in (*RESET_KINDS, PLACED_OUT, PLACED_IN) and event.pack:
            visible.append(event)
    return visible
