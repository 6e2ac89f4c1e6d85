"""Which backward pass is replayed: the learner's own when it is solved, before that one that gives nothing away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from tutor.algebra import Num, Sym, values
from tutor.algebra.errors import AlgebraError
from tutor.algebra.tree import Expr
from tutor.algebra.values import Value
from tutor.engine import NotANumber
from tutor.grading.problem import Problem
from tutor.grading.replay import Replay
from tutor.i18n import N_, Message, message
from tutor.packs import Exercise
from tutor.packs.variants import Choice, Draw, Drawing
from tutor.practice.opening import with_nodes_open
from tutor.practice.worksheet import Worksheet

#: So many seeds are tried until the numbers are others than the learner's.
_TRIES = 6
#: Whole numbers move by up to so much.
_NEAR = 3
#: What a symbol stands for in a replay.
_FOR_A_SYMBOL = tuple(Num(Fraction(value)) for value in (2, 3, 4, 5))


def replay_of(worksheet: Worksheet) -> tuple[Replay, Message | None]:
    """What to replay for a worksheet, and a sentence about whose numbers these are, None for the learner's own.

    There may be no steps in it: without a graph, or where nothing is solved and there are no other numbers.
    """
    problem = worksheet.problem
    if worksheet.done or not problem.graph.nodes:
        return Replay(problem), None
    other = _with_other_numbers(worksheet)
    if other is not None:
        return Replay(with_nodes_open(other, worksheet.opened)), message(N_("Replayed at other numbers than yours."))
    settled = frozenset(name for name in worksheet.known() if problem.has_place(name))
    text = N_("There are no other numbers to replay this at: only what you have solved is replayed.")
    return Replay(problem, settled), message(text)


def _with_other_numbers(worksheet: Worksheet) -> Problem | None:
    """The same graph at other numbers, all of which differ in what flows back; None where there are none."""
    own = worksheet.variant.exercise
    exercise = own if own.varies and not worksheet.problem.symbolic else _varied(own, worksheet.problem)
    if exercise is None:
        return None
    # A text or a question about these numbers is not needed, and may not fit others.
    bare = replace(exercise, advice={}, questions=(), forward=(), stages=(), asked=None)
    for seed in _seeds(worksheet.variant.seed):
        try:
            problem = bare.variant(seed).problem
            if _differs(problem, worksheet.problem):
                return problem
        except (AlgebraError, NotANumber, ArithmeticError, ValueError):
            continue
    return None


def _seeds(seed: int | None) -> Iterator[int]:
    """Other seeds than the learner's, the same ones each time, so that a replay can be looked at again."""
    first = (seed or 0) + 1
    return iter(range(first, first + _TRIES))


def _differs(some: Problem, other: Problem) -> bool:
    return any(not _same(value, other.inputs[name]) for name, value in some.inputs.items())


def _same(one: Value, two: Value) -> bool:
    if values.is_matrix(one) != values.is_matrix(two):
        return False
    return bool((one == two).all()) if values.is_matrix(one) else bool(one == two)


def _varied(exercise: Exercise, problem: Problem) -> Exercise | None:
    """The exercise with fresh numbers of its kind for every input that is a plain number or a symbol."""
    inputs: dict[str, Value] = {}
    draws: dict[str, Draw] = {}
    for name, value in problem.inputs.items():
        draw = _draw(value)
        if draw is not None:
            draws[name] = draw
        # A symbol has no value of its own; any of those that may be drawn will do.
        inputs[name] = _FOR_A_SYMBOL[0] if isinstance(value, Sym) else value
    if not draws:
        return None
    return replace(exercise, inputs=inputs, drawing=Drawing(draws))


def _draw(value: Value) -> Draw | None:
    """Numbers of the kind of a value: whole ones stay whole, signs stay, 0 and 1 in a matrix of them stay."""
    if values.is_matrix(value):
        cells = list(value.flat)
        if not all(isinstance(cell, Num) for cell in cells) or {cell.value for cell in cells} <= {0, 1}:
            return None
        others = dict.fromkeys(near for cell in cells for near in _near(cell))
        return Draw(Choice(tuple(others)), matrix=value) if others else None
    others = dict.fromkeys(_near(value))
    return Draw(Choice(tuple(others))) if others else None


def _near(value: Expr) -> tuple[Expr, ...]:
    """Other numbers near one, with its sign; none near 0 or for what is no plain number."""
    if isinstance(value, Sym):
        return _FOR_A_SYMBOL
    if not isinstance(value, Num) or value.value == 0:
        return ()
    exact, sign = value.value, 1 if value.value > 0 else -1
    if exact.denominator != 1:
        return tuple(Num(exact * factor) for factor in (Fraction(1, 2), Fraction(3, 2)))
    found = [exact + by for by in range(-_NEAR, _NEAR + 1) if by and (exact + by) * sign > 0]
    return tuple(map(Num, found))
