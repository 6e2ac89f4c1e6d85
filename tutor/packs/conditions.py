"""Conditions on fresh numbers, such as `abs(u) > 2` and `1 < x < y`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from tutor.algebra import ops
from tutor.algebra.errors import AlgebraError
from tutor.algebra.evaluate import PARAMETER_OPS, evaluate, format_shape
from tutor.algebra.expr import Apply, free_names
from tutor.algebra.parser import parse
from tutor.i18n import N_, message
from tutor.packs.batch_evaluation import evaluate_batch

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tutor.algebra.expr import Expr
    from tutor.algebra.ops import Shape, Value

_SHAPES = N_("Conditions compare cell by cell, but {one} and {other} don't match. Compare matrices of the same shape.")
_COMPARISON = re.compile(r"<=|>=|==|!=|[<>=≤≥≠]")
_COMPARISON_SYMBOLS = {"<=": "≤", ">=": "≥", "==": "=", "!=": "≠"}
#: Rounding of floats must not decide whether two numbers are equal.
_EQUAL_TOLERANCE = 1e-12


@dataclass(frozen=True, slots=True)
class Condition:
    """Formulas, and how each compares with the one after it."""

    formulas: tuple[Expr, ...]
    comparisons: tuple[str, ...]
    vectors: frozenset[str] = frozenset()
    """the names whose values are vectors"""

    def holds(self, names: Mapping[str, Value], count: int) -> Any:
        """Return for each of `count` sets of numbers whether it holds; of matrices, in every cell.

        The names have arrays as values, whose first axis counts the sets: a float would raise what arithmetic raises.
        """
        holds = np.ones(count, dtype=bool)
        names = {name: ops.as_vector(value) if name in self.vectors else value for name, value in names.items()}
        sides = [evaluate_batch(formula, names) for formula in self.formulas]
        if any(map(ops.is_matrix, sides)):
            # A number of each set is beside all cells of its matrix.
            sides = [side[:, None, None] if np.ndim(side) == 1 else side for side in sides]
        for left, comparison, right in zip(sides, self.comparisons, sides[1:], strict=False):
            flags = np.asarray(_compare(left, comparison, right))
            holds &= flags.all(axis=(-2, -1)) if ops.is_matrix(flags) else flags
        return holds


def parse_condition(text: str, names: Mapping[str, Value]) -> Condition:
    """Parse a condition over `names`, whose values give the shapes. Raises `AlgebraError`."""
    comparisons = [match for match in _COMPARISON.finditer(text) if _is_outside(text[: match.start()])]
    if not comparisons:
        raise AlgebraError(message(N_("This condition compares nothing. Write one such as abs(u) > 2.")), 0, len(text))
    begins = [0, *(comparison.end() for comparison in comparisons)]
    ends = [*(comparison.start() for comparison in comparisons), len(text)]
    formulas: list[Expr] = []
    shapes: list[Shape] = []
    for begin, end in zip(begins, ends, strict=True):
        try:
            formula = parse(text[begin:end], names)
            shapes.append(ops.shape_of(evaluate(formula, names)))
            _ensure_floats(formula)
        except AlgebraError as error:
            raise AlgebraError(error.message, begin + max(error.position, 0), error.length) from None
        formulas.append(formula)
    for comparison, one, other in zip(comparisons, shapes, shapes[1:], strict=False):
        if one and other and any(a != b and 1 not in (a, b) for a, b in zip(one, other, strict=True)):
            sentence = message(_SHAPES, one=format_shape(one), other=format_shape(other))
            raise AlgebraError(sentence, comparison.start(), len(comparison[0]))
    symbols = tuple(_COMPARISON_SYMBOLS.get(each[0], each[0]) for each in comparisons)
    vectors = frozenset(name for name, value in names.items() if ops.is_vector_shape(ops.shape_of(value)))
    return Condition(tuple(formulas), symbols, vectors)


def _is_outside(before: str) -> bool:
    """Return whether what follows a text is outside its brackets: an axis is given inside, as in max(X, axis=1)."""
    return all(before.count(opening) <= before.count(closing) for opening, closing in ("()", "[]"))


def _ensure_floats(formula: Expr) -> None:
    """Raise `AlgebraError` if a part without names is too large for a float, or is none: no array carries it along."""
    if isinstance(formula, Apply) and formula.op in PARAMETER_OPS:
        return
    if free_names(formula):
        for arg in formula.args if isinstance(formula, Apply) else ():
            _ensure_floats(arg)
        return
    try:
        value = evaluate_batch(formula, {})
    except (ArithmeticError, ValueError):
        value = np.nan
    if not np.isfinite(value).all():
        raise AlgebraError(message(N_("This number is too large to compare with. Use a smaller one.")), 0, 1)


def _compare(a: Any, comparison: str, b: Any) -> Any:
    equal = np.abs(a - b) <= _EQUAL_TOLERANCE * np.maximum(np.abs(a), np.abs(b))
    if comparison == "=":
        return equal
    if comparison == "≠":
        return ~equal
    return (a < b if comparison in "<≤" else a > b) & ~equal | (equal if comparison in "≤≥" else False)
