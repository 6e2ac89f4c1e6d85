"""Which backward pass is replayed: the learner's own when it is solved, before that one that gives nothing away."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.errors import AlgebraError
from tutor.algebra.expr import Expr, Num, Sym
from tutor.engine.passes import NonFiniteError
from tutor.grading.replay import Replay
from tutor.i18n import N_, Message, message
from tutor.packs.random_inputs import ChoiceSource, InputDraw, RandomInputs
from tutor.practice.unfolding import unfold_all

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor.algebra.ops import Value
    from tutor.grading.problem import Problem
    from tutor.packs.exercise import Exercise
    from tutor.practice.worksheet import Worksheet

#: So many seeds are tried until the numbers are others than the learner's.
_MAX_TRIES = 6
#: Whole numbers move by up to so much.
_MAX_SHIFT = 3
#: What a symbol stands for in a replay.
_SYMBOL_VALUES = tuple(Num(Fraction(value)) for value in (2, 3, 4, 5))


def choose_replay(worksheet: Worksheet) -> tuple[Replay, Message | None]:
    """What to replay for a worksheet, and a sentence about whose numbers these are, None for the learner's own.

    There may be no steps in it: without a graph, or where nothing is solved and there are no other numbers.
    """
    problem = worksheet.problem
    if worksheet.done or not problem.graph.nodes:
        return Replay(problem), None
    other = _problem_with_other_numbers(worksheet)
    if other is not None:
        return Replay(unfold_all(other, worksheet.unfolded)), message(N_("Replayed at other numbers than yours."))
    settled = frozenset(name for name in worksheet.visible_places() if problem.has_place(name))
    text = N_("There are no other numbers to replay this at: only what you have solved is replayed.")
    return Replay(problem, settled), message(text)


def _problem_with_other_numbers(worksheet: Worksheet) -> Problem | None:
    """The same graph at other numbers, all of which differ in what flows back; None where there are none."""
    own = worksheet.variant.exercise
    exercise = (
        own if own.has_variants and not worksheet.problem.symbolic else _with_random_inputs(own, worksheet.problem)
    )
    if exercise is None:
        return None
    # A text or a question about these numbers is not needed, and may not fit others.
    bare = replace(exercise, author_notes={}, questions=(), forward=(), stages=(), asked=None)
    for seed in _other_seeds(worksheet.variant.seed):
        try:
            problem = bare.variant(seed).problem
            if _inputs_differ(problem, worksheet.problem):
                return problem
        except (AlgebraError, NonFiniteError, ArithmeticError, ValueError):
            continue
    return None


def _other_seeds(seed: int | None) -> Iterator[int]:
    """Other seeds than the learner's, the same ones each time, so that a replay can be looked at again."""
    first = (seed or 0) + 1
    return iter(range(first, first + _MAX_TRIES))


def _inputs_differ(some: Problem, other: Problem) -> bool:
    return any(not _values_equal(value, other.inputs[name]) for name, value in some.inputs.items())


def _values_equal(one: Value, two: Value) -> bool:
    if ops.is_matrix(one) != ops.is_matrix(two):
        return False
    return bool((one == two).all()) if ops.is_matrix(one) else bool(one == two)


def _with_random_inputs(exercise: Exercise, problem: Problem) -> Exercise | None:
    """The exercise with fresh numbers of its kind for every input that is a plain number or a symbol."""
    inputs: dict[str, Value] = {}
    draws: dict[str, InputDraw] = {}
    for name, value in problem.inputs.items():
        draw = _draw_near(value)
        if draw is not None:
            draws[name] = draw
        # A symbol has no value of its own; any of those that may be drawn will do.
        inputs[name] = _SYMBOL_VALUES[0] if isinstance(value, Sym) else value
    if not draws:
        return None
    return replace(exercise, inputs=inputs, random_inputs=RandomInputs(draws))


def _draw_near(value: Value) -> InputDraw | None:
    """Numbers of the kind of a value: whole ones stay whole, signs stay, 0 and 1 in a matrix of them stay."""
    if ops.is_matrix(value):
        cells = list(value.flat)
        if not all(isinstance(cell, Num) for cell in cells) or {cell.value for cell in cells} <= {0, 1}:
            return None
        others = dict.fromkeys(near for cell in cells for near in _nearby_values(cell))
        return InputDraw(ChoiceSource(tuple(others)), matrix=value) if others else None
    others = dict.fromkeys(_nearby_values(value))
    return InputDraw(ChoiceSource(tuple(others))) if others else None


def _nearby_values(value: Expr) -> tuple[Expr, ...]:
    """Other numbers near one, with its sign; none near 0 or for what is no plain number."""
    if isinstance(value, Sym):
        return _SYMBOL_VALUES
    if not isinstance(value, Num) or value.value == 0:
        return ()
    exact, sign = value.value, 1 if value.value > 0 else -1
    if exact.denominator != 1:
        return tuple(Num(exact * factor) for factor in (Fraction(1, 2), Fraction(3, 2)))
    found = [exact + by for by in range(-_MAX_SHIFT, _MAX_SHIFT + 1) if by and (exact + by) * sign > 0]
    return tuple(map(Num, found))
