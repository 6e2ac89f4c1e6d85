"""Gradebooks: the points of each learner, from the first sitting of an exam or all work on another exercise."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tutor.grading.verdict import VerdictKind
from tutor.packs import library
from tutor.packs.diagnostics import PackError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tutor.practice.class_flags import Flag
    from tutor.practice.classroom import Classroom
    from tutor.practice.event import Event

#: The pack and the id of an exercise.
Name = tuple[str, str]
#: The share for a right step from a wrong value.
CARRIED_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class ExercisePoints:
    """What an exercise is worth: `total` in equal parts for its blanks, or points `by_blank`, and its `title`."""

    title: str
    total: float = 0.0
    by_blank: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Points:
    """What exercises are worth. A right step from a wrong value gets the share `carried` of a blank's points."""

    exercises: Mapping[Name, ExercisePoints]
    carried: float = CARRIED_SHARE


@dataclass(frozen=True, slots=True)
class Column:
    """An exercise in a gradebook: its title, and the most points."""

    name: Name
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


def make_gradebook(classroom: Classroom, points: Points, flags: Iterable[Flag] = ()) -> Gradebook:
    """Return the gradebook of a class, its learners sorted, with notes of the flags about its exercises and the files."""
    work = {(learner, name): events for learner, name, events in classroom.counted_events()}
    columns = tuple(_column(name, worth, work) for name, worth in points.exercises.items())
    rows = {
        learner: tuple(
            _score(work[learner, column.name], column, points.carried) if (learner, column.name) in work else None
            for column in columns
        )
        for learner in classroom.learners
    }
    return Gradebook(columns, rows, _notes(flags, points))


def _notes(flags: Iterable[Flag], points: Points) -> dict[str, str]:
    notes: dict[str, list[str]] = {}
    for flag in flags:
        name = flag.pack, flag.exercise
        if not flag.is_fact and (name in points.exercises or name == ("", "")):
            about = f"{points.exercises[name].title}: " if name in points.exercises else ""
            notes.setdefault(flag.learner, []).append(f"{about}{flag.sentence}")
    return {learner: " ".join(sentences) for learner, sentences in notes.items()}


def _column(name: Name, worth: ExercisePoints, work: Mapping[tuple[str, Name], Sequence[Event]]) -> Column:
    if worth.by_blank:
        return Column(name, worth.title, sum(worth.by_blank.values()), worth.by_blank)
    blanks = _blanks_of(name) or sorted(
        {event.blank for key, events in work.items() if key[1] == name for event in events if event.kind == "answer"}
    )
    return Column(name, worth.title, worth.total, {blank: worth.total / len(blanks) for blank in blanks})


def _blanks_of(name: Name) -> list[str]:
    """Return the blanks of an exercise, all of them if it has stages; none if it isn't here any more."""
    try:
        exercise = library.find_exercise("/".join(name))
        return [blank.id for blank in exercise.variant().problem.blanks]
    except PackError:
        return []


def _score(events: Sequence[Event], column: Column, carried: float) -> float:
    """Return the points for the best answer at each blank; a value that was shown gives none."""
    shares: dict[str, float] = {}
    shown = {event.blank for event in events if event.kind == "reveal"}
    # Another text is no verdict of ours.
    worth: dict[str, float] = {VerdictKind.RIGHT: 1.0, VerdictKind.CARRIED: carried}
    for event in events:
        if event.kind == "answer" and event.blank not in shown:
            share = worth.get(event.verdict, 0.0)
            shares[event.blank] = max(shares.get(event.blank, 0.0), share)
    return sum(column.by_blank.get(blank, 0.0) * share for blank, share in shares.items())
