"""Scores of a class: the share of the points that each learner gets at each blank, and answers in words."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from tutor.packs.assessment import CARRIED_SHARE
from tutor.packs.diagnostics import PackError
from tutor.practice.event import NOTED
from tutor.practice.export import spreadsheet_cell
from tutor.practice.score import Score, answer_share, verdict_share

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tutor.grading.problem import Problem
    from tutor.packs.exercise import Exercise
    from tutor.practice.classroom import Classroom
    from tutor.practice.event import Event
    from tutor.practice.exercise_records import ExerciseName
    from tutor.practice.installed_exercises import InstalledExercises

#: An answer in words: learner, pack, exercise, blank, question, answer, verdict, time.
TEXTS_HEADER = ("learner", "pack", "exercise", "blank", "question", "answer", "verdict", "at")


@dataclass(frozen=True, slots=True)
class TextAnswer:
    """A learner's answer in words. Only the instructor grades it if it `is_ungraded`."""

    learner: str
    name: ExerciseName
    blank: str
    question: str
    text: str
    verdict: str
    at: str
    is_ungraded: bool


class ClassScores:
    """Scores by the exercises that are installed here."""

    def __init__(self, installed: InstalledExercises) -> None:
        self._installed = installed
        self._problems: dict[tuple[ExerciseName, int | None], Problem | None] = {}

    def exercise(self, name: ExerciseName) -> Exercise | None:
        """Return an exercise that is installed here; None if it isn't, or can't be opened."""
        return self._installed.get("/".join(name))

    def worth(self, name: ExerciseName) -> dict[str, Fraction]:
        """Return what each blank of an exercise is worth that is graded, by its author; nothing if it isn't here."""
        exercise = self.exercise(name)
        return {} if exercise is None else exercise.assessment.worth(exercise.variant().problem)

    def has_score(self, name: ExerciseName) -> bool:
        """Return whether an exercise is an exam, or its author says what it is worth."""
        exercise = self.exercise(name)
        return (
            exercise is not None
            and (exercise.exam or exercise.assessment.has_points)
            and any(self.worth(name).values())
        )

    def shares(
        self, name: ExerciseName, events: Sequence[Event], carried: Fraction | None = None, late: Fraction = Fraction(0)
    ) -> tuple[dict[str, Fraction], set[str]]:
        """Return the share of its points at each blank, for the best answer, and the blanks whose answer was late.

        `carried` is the share for a right step from a wrong value, None for the exercise's own; `late` is what is left
        of the points of an answer that came too late. A value that was shown gives nothing.
        """
        exercise = self.exercise(name)
        own = CARRIED_SHARE if exercise is None else exercise.assessment.carried
        shown = {event.blank for event in events if event.kind == "reveal"}
        noted_at: dict[str, str] = {}
        for event in events:
            if event.kind == NOTED:
                noted_at.setdefault(event.blank, event.at)
        shares: dict[str, Fraction] = {}
        late_blanks: set[str] = set()
        for event in events:
            if event.kind != "answer" or event.blank in shown:
                continue
            share = self._share(name, event, own if carried is None else carried)
            at = noted_at.get(event.blank, event.at)
            if exercise is not None and exercise.assessment.is_late(at):
                late_blanks.add(event.blank)
                share *= late
            shares[event.blank] = max(shares.get(event.blank, Fraction(0)), share)
        return shares, late_blanks

    def _share(self, name: ExerciseName, event: Event, carried: Fraction) -> Fraction:
        share = verdict_share(event.verdict, carried)
        if share is not None:
            return share
        exercise = self.exercise(name)
        # Only of several right choices a part can be right, whose order depends on the seed.
        if exercise is None or not any(each.id == event.blank and each.select_all for each in exercise.questions):
            return Fraction(0)
        problem = self._problem(name, exercise, event.seed)
        if problem is None:
            return Fraction(0)
        return answer_share(problem, problem.place(event.blank), event.verdict, event.text, carried)

    def _problem(self, name: ExerciseName, exercise: Exercise, seed: int | None) -> Problem | None:
        if (name, seed) not in self._problems:
            self._problems[name, seed] = None
            if seed is None or seed >= 0:
                with suppress(PackError):
                    self._problems[name, seed] = exercise.variant(seed).problem
        return self._problems[name, seed]

    def score(self, name: ExerciseName, events: Sequence[Event]) -> Score | None:
        """Return the score for one learner's work, by what its author says it is worth; None if it has none."""
        if not self.has_score(name):
            return None
        shares, late = self.shares(name, events)
        worth = self.worth(name)
        by_blank = [(blank, shares.get(blank, Fraction(0)) * most, most) for blank, most in worth.items()]
        return Score.of_blanks(by_blank, len(late & worth.keys()))

    def text_answers(self, learner: str, name: ExerciseName, events: Sequence[Event]) -> Iterator[TextAnswer]:
        """Yield a learner's answers in words to an exercise: the first in an exam, otherwise the last."""
        exercise = self.exercise(name)
        questions = {each.id: each for each in exercise.questions if each.accepted is not None} if exercise else {}
        found: dict[str, Event] = {}
        for event in events:
            if event.blank in questions and event.kind in ("answer", NOTED):
                is_told = event.kind == "answer" or event.blank not in found
                found = {**found, event.blank: event} if is_told else found
        for blank, event in found.items():
            question = questions[blank]
            prompt, is_ungraded = str(question.prompt), question.accepted == ()
            yield TextAnswer(learner, name, blank, prompt, event.text, event.verdict, event.at, is_ungraded)


@dataclass(frozen=True, slots=True)
class ClassResults:
    """The score of each learner in the exercises that have one, by (learner, pack, exercise), and all answers in words."""

    scores: Mapping[tuple[str, str, str], Score]
    texts: Sequence[TextAnswer]

    def in_exercise(self, pack: str, exercise: str) -> list[Score]:
        """Return the scores of all learners in an exercise."""
        return [score for (_learner, *name), score in self.scores.items() if name == [pack, exercise]]


def class_results(classroom: Classroom, scores: ClassScores) -> ClassResults:
    """Return the scores and the answers in words of a class."""
    found: dict[tuple[str, str, str], Score] = {}
    texts: list[TextAnswer] = []
    for learner, name, events in classroom.counted_events():
        score = scores.score(name, events)
        if score is not None:
            found[(learner, *name)] = score
        texts += scores.text_answers(learner, name, events)
    return ClassResults(found, sorted(texts, key=lambda text: (text.name, text.blank, text.learner)))


def text_rows(results: ClassResults) -> Iterator[list[str]]:
    """Yield a row for each answer in words, in the order of `TEXTS_HEADER`."""
    for text in results.texts:
        cells = (text.learner, *text.name, text.blank, text.question, text.text)
        yield [*map(spreadsheet_cell, cells), text.verdict, text.at]
