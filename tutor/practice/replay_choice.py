"""Choice of the backward pass to replay: the learner's own only when it is solved."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.errors import AlgebraError
from tutor.algebra.expr import Expr, Num, Sym
from tutor.engine.passes import NonFiniteError
from tutor.grading.matrix_points import points_of
from tutor.grading.replay import Replay
from tutor.i18n import N_, Message, message
from tutor.packs.data_inputs import default_source
from tutor.packs.diagnostics import PackError
from tutor.packs.random_inputs import ChoiceSource, InputDraw, RandomInputs
from tutor.practice.unfolding import unfold_all

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor.algebra.ops import Value
    from tutor.grading.problem import Problem
    from tutor.packs.exercise import Exercise
    from tutor.practice.worksheet import Worksheet

#: This many seeds are tried to find numbers that differ from the learner's.
_MAX_TRIES = 6
#: The largest change of an integer.
_MAX_SHIFT = 3
#: The values of a symbol in a replay.
_SYMBOL_VALUES = tuple(Num(Fraction(value)) for value in (2, 3, 4, 5))


def choose_replay(worksheet: Worksheet) -> tuple[Replay, Message | None]:
    """Return the replay of a worksheet, and a message about its numbers; None if they are the learner's own.

    The replay has no steps if there is no graph, or if there are no other numbers and nothing is solved.
    """
    problem = worksheet.problem
    if worksheet.done or not problem.graph.nodes:
        return Replay(problem), None
    if problem.has_matrix_symbols and (points := points_of(problem)):
        point = replace(points[0], author_notes={}, questions=(), forward=(), asked=None)
        return Replay(point), message(N_("Shown with numbers in the matrices."))
    other = _problem_with_other_numbers(worksheet)
    if other is not None:
        return Replay(unfold_all(other, worksheet.unfolded)), message(N_("Shown with different numbers."))
    settled = frozenset(name for name in worksheet.visible_places() if problem.has_place(name))
    text = N_("This exercise has only one set of numbers, so you see only the blanks you have solved.")
    return Replay(problem, settled), message(text)


def _problem_with_other_numbers(worksheet: Worksheet) -> Problem | None:
    """Return the same graph with different inputs; None if there are none."""
    original = worksheet.variant.exercise
    has_other_numbers = original.has_variants and not worksheet.problem.symbolic
    exercise = original if has_other_numbers else _with_random_inputs(original, worksheet.problem)
    if exercise is None:
        return None
    # Without texts and questions, which may not fit other numbers.
    bare = replace(exercise, author_notes={}, questions=(), forward=(), stages=(), asked=None)
    for seed in _other_seeds(worksheet.variant.seed):
        try:
            problem = bare.variant(seed).problem
            if _inputs_differ(problem, worksheet.problem):
                return problem
        except (PackError, AlgebraError, NonFiniteError, ArithmeticError, ValueError):
            continue
    return None


def _other_seeds(seed: int | None) -> Iterator[int]:
    """Yield seeds other than the learner's, the same every time, so that a replay can be repeated."""
    first = (seed or 0) + 1
    return iter(range(first, first + _MAX_TRIES))


def _inputs_differ(problem: Problem, other_problem: Problem) -> bool:
    return any(not _values_equal(value, other_problem.inputs[name]) for name, value in problem.inputs.items())


def _values_equal(left: Value, right: Value) -> bool:
    if ops.is_matrix(left) != ops.is_matrix(right):
        return False
    return bool((left == right).all()) if ops.is_matrix(left) else bool(left == right)


def _with_random_inputs(exercise: Exercise, problem: Problem) -> Exercise | None:
    """Return the exercise with random inputs near its own; None if no input is a number or a symbol."""
    inputs: dict[str, Value] = {}
    draws: dict[str, InputDraw] = {}
    for name, value in problem.inputs.items():
        draw = _draw_data(problem, name, value) or _draw_near(value)
        if draw is not None:
            draws[name] = draw
        # A symbol has no value, so the first of those that may be drawn is used.
        inputs[name] = _SYMBOL_VALUES[0] if isinstance(value, Sym) else value
    if not draws:
        return None
    return replace(exercise, inputs=inputs, random_inputs=RandomInputs(draws))


def _draw_data(problem: Problem, name: str, value: Value) -> InputDraw | None:
    """Return a draw of another index or another condition; None for an input that is neither."""
    source = default_source(problem.graph, name, value)
    return InputDraw(source, matrix=value if ops.is_matrix(value) else None) if source else None


def _draw_near(value: Value) -> InputDraw | None:
    """Return a draw of similar numbers: integers stay integers, signs stay, a matrix of only 0 and 1 stays."""
    if ops.is_matrix(value):
        cells = list(value.flat)
        if not all(isinstance(cell, Num) for cell in cells) or {cell.value for cell in cells} <= {0, 1}:
            return None
        others = dict.fromkeys(near for cell in cells for near in _nearby_values(cell))
        return InputDraw(ChoiceSource(tuple(others)), matrix=value) if others else None
    others = dict.fromkeys(_nearby_values(value))
    return InputDraw(ChoiceSource(tuple(others))) if others else None


def _nearby_values(value: Expr) -> tuple[Expr, ...]:
    """Return other numbers near a value, with its sign; none for 0 or a formula."""
    if isinstance(value, Sym):
        return _SYMBOL_VALUES
    if not isinstance(value, Num) or value.value == 0:
        return ()
    exact, sign = value.value, 1 if value.value > 0 else -1
    if exact.denominator != 1:
        return tuple(Num(exact * factor) for factor in (Fraction(1, 2), Fraction(3, 2)))
    shifts = range(-_MAX_SHIFT, _MAX_SHIFT + 1)
    return tuple(Num(exact + shift) for shift in shifts if shift and (exact + shift) * sign > 0)
