"""Gradebooks: the points of each learner, from the first sitting of an exam or all work on another exercise."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from tutor.practice.class_scores import ClassScores

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tutor.practice.class_flags import Flag
    from tutor.practice.classroom import Classroom
    from tutor.practice.event import Event
    from tutor.practice.exercise_records import ExerciseName
    from tutor.practice.installed_exercises import InstalledExercises


@dataclass(frozen=True, slots=True)
class ExercisePoints:
    """The points of an exercise: `total` in equal parts for its blanks, or points `by_blank`, and its `title`."""

    title: str
    total: float = 0.0
    by_blank: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Points:
    """The points of exercises.

    A right step from a wrong value gets the share `carried` of a blank's points, None for what the exercise says. An
    answer that came too late gets the share `late`.
    """

    exercises: Mapping[ExerciseName, ExercisePoints]
    carried: float | None = None
    late: float = 0.0


@dataclass(frozen=True, slots=True)
class Column:
    """An exercise in a gradebook: its title, and the most points."""

    name: ExerciseName
    title: str
    most: float
    by_blank: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Gradebook:
    """A column for each exercise, and by learner the points in it, None if it was not begun.

    `notes` says by learner what is worth a look before the points are given. It changes none of them.
    """

    columns: tuple[Column, ...]
    rows: Mapping[str, tuple[float | None, ...]]
    notes: Mapping[str, str] = field(default_factory=dict)


def make_gradebook(
    classroom: Classroom, points: Points | None, installed: InstalledExercises, flags: Iterable[Flag] = ()
) -> Gradebook:
    """Return the gradebook of a class, its learners sorted, with notes of the flags about its exercises and the files.

    Without points, its exercises are the exams, and those whose authors say what they are worth.
    """
    work = {(learner, name): events for learner, name, events in classroom.counted_events()}
    scores = ClassScores(installed)
    if points is None:
        points = _authors_points(scores, {name for _learner, name in work})
    columns = tuple(_column(name, worth, work, scores) for name, worth in points.exercises.items())
    carried = None if points.carried is None else Fraction(points.carried)

    def score(learner: str, column: Column) -> float | None:
        if (learner, column.name) not in work:
            return None
        shares, _late = scores.shares(column.name, work[learner, column.name], carried, Fraction(points.late))
        return sum(column.by_blank.get(blank, 0.0) * float(share) for blank, share in shares.items())

    rows = {learner: tuple(score(learner, column) for column in columns) for learner in classroom.learners}
    return Gradebook(columns, rows, _notes(flags, points))


def _authors_points(scores: ClassScores, names: Iterable[ExerciseName]) -> Points:
    exercises = {}
    for name in sorted(names):
        exercise = scores.exercise(name)
        if exercise is not None and scores.has_score(name):
            by_blank = {blank: float(points) for blank, points in scores.worth(name).items()}
            exercises[name] = ExercisePoints(str(exercise.title), by_blank=by_blank)
    return Points(with_titles_apart(exercises))


def with_titles_apart(exercises: Mapping[ExerciseName, ExercisePoints]) -> dict[ExerciseName, ExercisePoints]:
    """Return exercises whose titles are all different: a course system takes columns with one title for one."""
    count = Counter(worth.title for worth in exercises.values())
    return {
        name: worth if count[worth.title] == 1 else replace(worth, title=f"{worth.title} ({'/'.join(name)})")
        for name, worth in exercises.items()
    }


def _notes(flags: Iterable[Flag], points: Points) -> dict[str, str]:
    notes: dict[str, list[str]] = {}
    for flag in flags:
        name = flag.pack, flag.exercise
        if not flag.is_fact and (name in points.exercises or name == ("", "")):
            about = f"{points.exercises[name].title}: " if name in points.exercises else ""
            notes.setdefault(flag.learner, []).append(f"{about}{flag.sentence}")
    return {learner: " ".join(sentences) for learner, sentences in notes.items()}


def _column(
    name: ExerciseName,
    worth: ExercisePoints,
    work: Mapping[tuple[str, ExerciseName], Sequence[Event]],
    scores: ClassScores,
) -> Column:
    if worth.by_blank:
        return Column(name, worth.title, sum(worth.by_blank.values()), worth.by_blank)
    # The blanks of an exercise that isn't here any more are those that were answered.
    blanks = list(scores.worth(name)) or sorted(
        {event.blank for key, events in work.items() if key[1] == name for event in events if event.kind == "answer"}
    )
    return Column(name, worth.title, worth.total, {blank: worth.total / len(blanks) for blank in blanks})
