"""The subject of `backprop-tutor solve`: a formula with its values, a Python function, or an exercise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.sizes import sizes_in
from tutor.algebra.typed_text import on_one_line
from tutor.commands.errors import CommandError
from tutor.commands.exercise_arguments import find_exercise_or_formula
from tutor.commands.formula_arguments import (
    parse_definitions,
    parse_inputs,
    parse_start,
    print_misreadings,
)
from tutor.commands.python_argument import print_notes, read_python_argument
from tutor.commands.second_derivatives import gradient_of
from tutor.commands.symbol_arguments import parse_symbols, parse_wrt
from tutor.i18n import N_, message
from tutor.packs.builder.formula import problem_from_formula, read_formula
from tutor.packs.code_settings import ONLY_CODE
from tutor.packs.sanitize import clean_title

if TYPE_CHECKING:
    from tutor.engine.python_source.source import PythonCode
    from tutor.grading.problem import Problem
    from tutor.i18n import Message
    from tutor.packs.exercise import Exercise

_NO_FORMULA = N_("There is no formula. Write one, such as z = (a + b) * c.")
_NO_NUMBERS = N_("{name} has only one set of numbers. Leave out --seed.")
_NO_GRAPH = N_("{name} has no graph, only questions. Choose another exercise.")
_EXAM = N_(
    "{name} is an exam, so its values aren't shown. Add --blank for a picture without them, or "
    "--before-due if you are its instructor."
)


@dataclass(frozen=True, slots=True)
class SolveRequest:
    """The arguments that say what to solve, as they were typed."""

    target: str | None
    inputs: tuple[str, ...]
    start: str | None = None
    wrt: str | None = None
    symbols: tuple[str, ...] = ()
    nodes: tuple[str, ...] = ()
    from_python: str | None = None
    gradient: str | None = None
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class SolveTarget:
    """The problem, its title, and notes on how it came about."""

    problem: Problem
    title: str
    notes: tuple[Message, ...] = ()


def find_target(request: SolveRequest, code: str | PythonCode, *, may_tell: bool) -> SolveTarget:
    """Return what is to be solved, an exam that isn't over only if its values `may_tell` what is right.

    Raise CommandError, AlgebraError, PackError.
    """
    exercise = _find_exercise(request)
    return _from_formula(request, code) if exercise is None else _from_exercise(exercise, request, may_tell)


def code_of(request: SolveRequest) -> str | PythonCode:
    """Return the formula or the Python function. Raise CommandError."""
    if request.from_python is not None:
        return read_python_argument(request.from_python)
    if request.target is None:
        raise CommandError(message(_NO_FORMULA), 2)
    return request.target


def _find_exercise(request: SolveRequest) -> Exercise | None:
    """Return the exercise that is named; None for a formula. Raise CommandError, PackError."""
    target = request.target
    if request.from_python is not None or target is None:
        return None
    given = {
        "NAME=VALUE": request.inputs,
        "--start": request.start,
        "--wrt": request.wrt,
        "--symbols": request.symbols,
        "--node": request.nodes,
        "--gradient": request.gradient,
    }
    return find_exercise_or_formula(target, bool(request.inputs or request.symbols), given)


def _from_exercise(exercise: Exercise, request: SolveRequest, may_tell: bool) -> SolveTarget:
    name = request.target
    if request.seed is not None and not exercise.has_variants:
        raise CommandError(message(_NO_NUMBERS, name=name), 2)
    problem = exercise.variant(request.seed).problem
    if not problem.graph.nodes:
        raise CommandError(message(ONLY_CODE if exercise.code.only else _NO_GRAPH, name=name), 2)
    if exercise.exam and not may_tell and not exercise.assessment.is_over:
        raise CommandError(message(_EXAM, name=name), 2)
    return SolveTarget(problem, clean_title(str(exercise.title)))


def _from_formula(request: SolveRequest, code: str | PythonCode) -> SolveTarget:
    if request.seed is not None:
        raise CommandError(message(_NO_NUMBERS, name=request.target or request.from_python), 2)
    texts = request.inputs
    if request.from_python is not None and request.target is not None:
        texts = (request.target, *texts)
    definitions = parse_definitions(request.nodes) or None
    values = parse_inputs(texts)
    for name, symbol in parse_symbols(request.symbols).items():
        if name in values:
            text = N_("{name} has a value and is also listed as a symbol. Remove one of the two.")
            raise CommandError(message(text, name=name), 2)
        values[name] = symbol
    for size in sizes_in(map(ops.shape_of, values.values())):
        if size in values:
            text = N_("“{name}” can't be the name of a size, because it has another meaning here. Use another letter.")
            raise CommandError(message(text, name=size), 2)
    formula = read_formula(code, values, definitions)
    begin, names = parse_start(request.start), parse_wrt(request.wrt)
    notes: tuple[Message, ...] = ()
    if request.gradient is None:
        source = problem = problem_from_formula(formula, values, begin, definitions, names)
    else:
        source = problem_from_formula(formula, values, definitions=definitions)
        found = gradient_of(source, request.gradient)
        problem, notes = found.problem(begin, names), found.notes
    print_notes(formula)
    print_misreadings(source, formula)
    return SolveTarget(problem, clean_title(on_one_line(problem.graph.text)), notes)
