"""All checks of one exercise."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from tutor.i18n import N_, message
from tutor.packs.boundary import exercise_boundary
from tutor.packs.builder.exercise import build_exercise
from tutor.packs.builder.inputs import NO_FINITE_NUMBERS
from tutor.packs.checks import (
    languages,
    misreadings,
    mistakes,
    needs,
    numbers,
    points,
    precision,
    predictions,
    questions,
    texts,
)
from tutor.packs.checks.target import CheckTarget
from tutor.packs.diagnostics import PackError
from tutor.packs.fading import sources_of
from tutor.packs.toml_source import read_source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from tutor.packs.checks.target import ExtraCheck, KnownIds, Task
    from tutor.packs.diagnostics import Diagnostic
    from tutor.packs.exercise import Exercise
    from tutor.packs.number_selection import ChosenNumbers
    from tutor.packs.title_cache import ExerciseEntry


_WHOLE_TOO_SOON = N_("Stage {n} already asks for everything. Remove the stages after it, or let it ask for less.")
_ASKS_NOTHING = N_("Stage {n} asks for nothing. Name at least one blank, or remove the stage.")
_MISSING = N_(
    "Stage {n} asks for {blank}, which is computed from {source}. That value follows from another "
    "blank of the stage, so it is neither asked for nor filled in. Ask for it, too."
)


def check_entry(
    task: Task, entry: ExerciseEntry, extra_checks: Sequence[ExtraCheck], known_ids: KnownIds
) -> list[Diagnostic]:
    """Return everything to say about one exercise."""
    try:
        source = read_source(entry.path, task.folder)
    except PackError as error:
        return [*error.diagnostics]
    exercise: Exercise | None = None
    diagnostics: list[Diagnostic] = []
    chosen: dict[int, ChosenNumbers | None] = {}
    try:
        with exercise_boundary(entry.path):
            exercise = build_exercise(source, task.pack, entry.id, task.terms, numbers_checked_elsewhere=True)
            chosen = numbers.choose_numbers(exercise)
            if not numbers.has_finite_numbers(exercise, chosen):
                exercise = None
                diagnostics.append(source.diagnostic(("vary",), message(NO_FINITE_NUMBERS)))
    except PackError as error:
        exercise = None
        diagnostics += error.diagnostics
    target = CheckTarget(entry.path, source, exercise, task.languages)
    checks: list[Callable[[], Iterable[Diagnostic]]] = [
        lambda: languages.check(target),
        lambda: needs.check(target, entry.id, task.pack, task.folder, known_ids[task.folder]),
    ]
    if exercise is not None:
        checks += [
            lambda: numbers.check(target, chosen),
            lambda: _check_stages(target, exercise),
            lambda: _check_author_content(target, exercise, chosen),
            lambda: texts.check(target),
            lambda: misreadings.check(target),
            lambda: points.check(target),
            *(partial(check, target) for check in extra_checks),
        ]
    for check in checks:
        try:
            with exercise_boundary(entry.path):
                diagnostics += check()
        except PackError as error:
            diagnostics += error.diagnostics
    return diagnostics


def _check_author_content(
    target: CheckTarget, exercise: Exercise, chosen: dict[int, ChosenNumbers | None]
) -> Iterator[Diagnostic]:
    """Check mistakes, questions, predictions and the precision of answers with the author's numbers and with the chosen ones."""
    variants = [exercise.variant()]
    if exercise.author_notes or exercise.questions or exercise.predictions:
        variants += map(exercise.variant, chosen)
        yield from mistakes.check(target, variants)
        yield from questions.check(target, variants)
        yield from predictions.check(target, variants)
    yield from precision.check(target, variants)


def _check_stages(target: CheckTarget, exercise: Exercise) -> Iterator[Diagnostic]:
    """Check the stages before the last one: what each asks for, and the numbers that it draws for that."""
    for number, stage in enumerate(exercise.stages[:-1]):
        if stage is None:
            yield target.warning(message(_WHOLE_TOO_SOON, n=number + 1), "stages")
            continue
        if not stage:
            yield target.error(message(_ASKS_NOTHING, n=number + 1), "stages")
            continue
        problem = exercise.variant(stage=number).problem
        # What the whole exercise leaves out as well, its learner has to see through.
        left_out = exercise.variant().problem.drawn_places - problem.drawn_places
        for blank in problem.blanks:
            missing = [source for source in sources_of(problem, blank) if source in left_out]
            if blank.is_backward and missing:
                yield target.warning(
                    message(_MISSING, n=number + 1, blank=blank.id, source=", ".join(missing)), "stages"
                )
        staged = replace(exercise, asked=stage)
        yield from numbers.check_hidden(replace(target, exercise=staged), numbers.choose_numbers(staged))
