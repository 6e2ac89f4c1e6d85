"""Real attempts at a formula, which decide when a counterexample gives the right formula's value.

A real attempt names a symbol that the right formula has, has its shape, and is another function than the attempts
before it. A number typed to see what happens is none, and neither is an attempt in other words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.errors import AlgebraError
from tutor.algebra.expr import Expr
from tutor.algebra.expr import free_names as names_in
from tutor.grading.answer import parse_answer
from tutor.grading.symbolic_equality import QuickDifference

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor.algebra.ops import Value
    from tutor.grading.problem import Blank, Problem


def is_later_real_attempt(problem: Problem, blank: Blank, value: Value, earlier: Sequence[str]) -> bool:
    """Return whether `value` is a real attempt at a formula after another one; `earlier` are wrong answers as typed.

    It never is if the right answer is a number: its value at a point would be the answer.
    """
    truth = problem.truth(blank)
    symbols = _symbols(truth)
    if not earlier or not _is_attempt(value, truth, symbols):
        return False
    is_different = QuickDifference(problem.domains)
    values = (_value_of(problem, blank, text) for text in earlier)
    return any(
        before is not None and _is_attempt(before, truth, symbols) and is_different(before, value) for before in values
    )


def _is_attempt(value: Value, truth: Value, symbols: set[str]) -> bool:
    return ops.shape_of(value) == ops.shape_of(truth) and not symbols.isdisjoint(_symbols(value))


def _symbols(value: Value) -> set[str]:
    return {name for cell in ops.cells(value) if isinstance(cell, Expr) for name in names_in(cell)} - {"pi"}


def _value_of(problem: Problem, blank: Blank, text: str) -> Value:
    """Return the value of an earlier answer; None if it can't be read any more."""
    try:
        return parse_answer(problem, blank, text).value
    except AlgebraError:
        return None
