"""Conditions on fresh numbers: `abs(u) > 2`, `1 < x < y`. Comparisons are read here and nowhere else."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tutor.algebra import ops
from tutor.algebra.errors import AlgebraError
from tutor.algebra.evaluate import evaluate
from tutor.algebra.parser import parse
from tutor.i18n import N_, message
from tutor.packs.batch_evaluation import evaluate_batch

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tutor.algebra.expr import Expr
    from tutor.algebra.ops import Value

_COMPARISON = re.compile(r"<=|>=|==|!=|[<>=≤≥≠]")
_COMPARISON_SYMBOLS = {"<=": "≤", ">=": "≥", "==": "=", "!=": "≠"}
#: Rounding in floats must not decide on what is equal.
_EQUAL_TOLERANCE = 1e-12


@dataclass(frozen=True, slots=True)
class Condition:
    """Formulas, and how each compares with the one after it."""

    formulas: tuple[Expr, ...]
    comparisons: tuple[str, ...]

    def holds(self, names: Mapping[str, Value], count: int) -> Any:
        """For each of `count` sets of numbers whether it holds; of matrices it must hold in every cell."""
        import numpy as np

        found = np.ones(count, dtype=bool)
        sides = [evaluate_batch(formula, names) for formula in self.formulas]
        for left, sign, right in zip(sides, self.comparisons, sides[1:], strict=False):
            flags = np.asarray(_compare(left, sign, right))
            found &= flags.all(axis=(-2, -1)) if ops.is_matrix(flags) else flags
        return found


def parse_condition(text: str, names: Mapping[str, Value]) -> Condition:
    """The condition in a text; `names` are what it may name, with values for their shapes. Raises `AlgebraError`."""
    signs = list(_COMPARISON.finditer(text))
    if not signs:
        raise AlgebraError(message(N_("Nothing is compared here. Write a condition such as abs(u) > 2.")), 0, len(text))
    begins = [0, *(sign.end() for sign in signs)]
    ends = [*(sign.start() for sign in signs), len(text)]
    formulas = []
    for begin, end in zip(begins, ends, strict=True):
        try:
            tree = parse(text[begin:end], names)
            evaluate(tree, names)
        except AlgebraError as error:
            raise AlgebraError(error.message, begin + max(error.position, 0), error.length) from None
        formulas.append(tree)
    return Condition(tuple(formulas), tuple(_COMPARISON_SYMBOLS.get(sign[0], sign[0]) for sign in signs))


def _compare(a: Any, comparison: str, b: Any) -> Any:
    import numpy as np

    equal = np.abs(a - b) <= _EQUAL_TOLERANCE * np.maximum(np.abs(a), np.abs(b))
    if comparison == "=":
        return equal
    if comparison == "≠":
        return ~equal
    return (a < b if comparison in "<≤" else a > b) & ~equal | (equal if comparison in "≤≥" else False)
