"""`backprop-tutor play`: an exercise or a formula."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tutor.algebra.errors import AlgebraError
from tutor.commands.completion import complete_exercises, complete_paths
from tutor.commands.errors import CommandError, print_error
from tutor.commands.exercise_arguments import BRINGS_ITS_OWN, find_exercise_or_formula
from tutor.commands.formula_arguments import (
    TEXT,
    FormulaCommand,
    formula_error,
    node_option,
    parse_definitions,
    parse_inputs,
    parse_start,
    print_misreadings,
    start_option,
)
from tutor.commands.launch import launch
from tutor.commands.options import common_options, usable_path
from tutor.commands.python_argument import FROM_PYTHON_HELP, print_notes, read_python_argument
from tutor.commands.second_derivatives import gradient_of
from tutor.commands.student_option import check_seed_or_student, student_option
from tutor.i18n import N_, _, message
from tutor.packs.builder.formula import exercise_from_formula, problem_from_formula, read_formula
from tutor.packs.diagnostics import PackError
from tutor.packs.pack import Pack
from tutor.packs.path_argument import is_path_argument, open_path
from tutor.practice.exam import SAME_NUMBERS, exam_seed
from tutor.practice.student import keep_student
from tutor.practice.whole_pass import NOT_IN_EXAMS

if TYPE_CHECKING:
    from tutor.engine.python_source.source import PythonCode
    from tutor.packs.exercise import Exercise
    from tutor.run_options import RunOptions

_WHOLE_NEEDS_EXERCISE = N_("--whole needs a single exercise or a formula, and can't be combined with --watch.")
_STUDENT_NEEDS_EXERCISE = N_("--student needs an exercise or a pack, whose numbers depend on the id.")
_EXAMPLE = 'backprop-tutor play "f = x^2*y" x=3 y=2 --gradient x'


@click.command(cls=FormulaCommand)
@click.argument(
    "target", required=False, type=TEXT, metavar="[PACK/EXERCISE | PATH | FORMULA]", shell_complete=complete_exercises
)
@click.argument("inputs", nargs=-1, type=TEXT, metavar="[NAME=VALUE]...")
@start_option
@click.option(
    "--seed", type=click.IntRange(0, 2**63 - 1), help=_("Use the numbers of this seed instead of the author's.")
)
@student_option
@node_option
@click.option(
    "--from-python", type=TEXT, metavar="FILE[:FUNCTION]", help=_(FROM_PYTHON_HELP), shell_complete=complete_paths
)
@click.option(
    "--gradient",
    type=TEXT,
    metavar="NAME",
    help=_("Open the graph of this input's gradient ∂f/∂x, to practise second derivatives."),
)
@click.option("--restart", is_flag=True, help=_("Start over instead of continuing."))
@click.option("--whole", is_flag=True, help=_("Fill in the whole pass at once. It is checked after the last blank."))
@click.option("--skip-stages", is_flag=True, help=_("Open the whole exercise, without the stages before it."))
@click.option("--watch", is_flag=True, help=_("Reload a file or a pack whenever it is saved. Answers are not stored."))
@common_options
def play(
    options: RunOptions,
    target: str | None,
    inputs: tuple[str, ...],
    start_value: str | None,
    seed: int | None,
    student: str | None,
    nodes: tuple[str, ...],
    from_python: str | None,
    gradient: str | None,
    restart: bool,
    whole: bool,
    skip_stages: bool,
    watch: bool,
) -> int:
    check_seed_or_student(seed, student)
    if student is not None and (watch or not target or inputs or from_python):
        raise CommandError(message(_STUDENT_NEEDS_EXERCISE), 2)
    if whole and (watch or not (target or from_python)):
        raise CommandError(message(_WHOLE_NEEDS_EXERCISE), 2)
    if from_python is not None:
        if watch:
            raise CommandError(message(N_("--watch needs the path of an exercise or a pack.")), 2)
        values = (target, *inputs) if target else inputs
        exercise = _exercise_from_python(from_python, values, start_value, nodes, gradient)
        return launch(options, exercise, seed, restart, whole=whole)
    if gradient is not None and (not target or is_path_argument(target)):
        raise CommandError(
            message(N_("--gradient needs a formula with its values, as in {example}."), example=_EXAMPLE), 2
        )
    if target and is_path_argument(target):
        return play_path(options, target, inputs, seed, restart, watch, whole, skip_stages, student)
    if watch:
        raise CommandError(message(N_("--watch needs the path of an exercise or a pack.")), 2)
    opened = _build_exercise(target, inputs, start_value, nodes, gradient) if target else None
    if opened is not None and (whole or skip_stages):
        opened = opened.without_stages()
    _check_exam_options(opened, seed, restart, whole)
    return launch(options, opened, _keep_student(opened, seed, student), restart, whole=whole)


def _keep_student(exercise: Exercise | None, seed: int | None, student: str | None) -> int | None:
    """Keep a student id for the exams that are opened later; return the seed of this exercise's numbers."""
    if student is None:
        return seed
    if (problem := keep_student(student)) is not None:
        print_error(str(problem))
    return None if exercise is None else exam_seed(exercise, student)


def _check_exam_options(exercise: Exercise | None, seed: int | None, restart: bool, whole: bool) -> None:
    """Refuse other numbers for an exam, and a whole pass, which an exam is anyway."""
    if exercise is not None and exercise.exam and whole:
        raise CommandError(NOT_IN_EXAMS, 2)
    if exercise is not None and exercise.exam and (seed is not None or restart):
        raise CommandError(SAME_NUMBERS, 2)


def _build_exercise(
    target: str, inputs: tuple[str, ...], start_value: str | None, nodes: tuple[str, ...], gradient: str | None
) -> Exercise:
    """Return the exercise with this name or formula. Raise CommandError."""
    given = {"NAME=VALUE": inputs, "--start": start_value, "--node": nodes, "--gradient": gradient}
    try:
        exercise = find_exercise_or_formula(target, bool(inputs), given)
        return exercise or _exercise_from(target, inputs, start_value, nodes, gradient)
    except PackError as error:
        raise CommandError(error) from None
    except AlgebraError as error:
        raise formula_error(error, target) from None


def _exercise_from_python(
    argument: str, inputs: tuple[str, ...], start_value: str | None, nodes: tuple[str, ...], gradient: str | None
) -> Exercise:
    """Return the exercise of a function in a file. Raise CommandError."""
    code = read_python_argument(argument)
    try:
        return _exercise_from(code, inputs, start_value, nodes, gradient)
    except AlgebraError as error:
        raise formula_error(error, code.source.text) from None


def _exercise_from(
    code: str | PythonCode,
    inputs: tuple[str, ...],
    start_value: str | None,
    nodes: tuple[str, ...],
    gradient: str | None,
) -> Exercise:
    """Return the exercise of a formula or a function, or of one of its gradients. Raise CommandError, AlgebraError."""
    start, values, definitions = parse_start(start_value), parse_inputs(inputs), parse_definitions(nodes)
    formula = read_formula(code, values, definitions)
    if gradient is None:
        exercise = exercise_from_formula(formula, values, start, definitions)
        problem = exercise.variant().problem
    else:
        problem = problem_from_formula(formula, values, definitions=definitions)
        exercise = gradient_of(problem, gradient).exercise(start)
    print_notes(formula)
    print_misreadings(problem, formula)
    return exercise


def play_path(
    options: RunOptions,
    target: str,
    inputs: tuple[str, ...],
    seed: int | None,
    restart: bool,
    watch: bool,
    whole: bool = False,
    skip_stages: bool = False,
    student: str | None = None,
) -> int:
    """Open the exercise at a path, or the list of the pack there. With `watch` it may have errors."""
    if inputs:
        raise CommandError(message(BRINGS_ITS_OWN, name=target, options="NAME=VALUE"), 2)
    path = usable_path(target)
    opened: Exercise | Pack | None = None
    try:
        opened = open_path(path)
    except PackError as error:
        if not watch or not path.exists():
            raise CommandError(error) from None
    watched = path if watch else None
    if isinstance(opened, Pack):
        if whole:
            raise CommandError(message(_WHOLE_NEEDS_EXERCISE), 2)
        return launch(options, None, _keep_student(None, seed, student), restart, (opened,), watched)
    if opened is not None and (whole or skip_stages):
        opened = opened.without_stages()
    if not watch:
        _check_exam_options(opened, seed, restart, whole)
        seed = _keep_student(opened, seed, student)
    return launch(options, opened, seed, restart, () if watch else None, watched, whole=whole)
