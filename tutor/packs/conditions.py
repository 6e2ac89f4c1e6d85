"""Conditions on fresh numbers: `abs(u) > 2`, `1 < x < y`. Comparisons are read here and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tutor.algebra import AlgebraError, Expr, parse, values
from tutor.algebra.evaluate import evaluate
from tutor.algebra.values import Value
from tutor.i18n import N_, message
from tutor.packs.batches import in_batch

_COMPARISON = re.compile(r"<=|>=|==|!=|[<>=≤≥≠]")
_SIGNS = {"<=": "≤", ">=": "≥", "==": "=", "!=": "≠"}
#: Rounding in floats must not decide on what is equal.
_EQUAL = 1e-12


@dataclass(frozen=True, slots=True)
class Condition:
    """Formulas, and how each compares with the one after it."""

    formulas: tuple[Expr, ...]
    signs: tuple[str, ...]

    def holds(self, names: Mapping[str, Value], count: int) -> Any:
        """For each of `count` sets of numbers whether it holds; of matrices it must hold in every cell."""
        import numpy as np

        found = np.ones(count, dtype=bool)
        sides = [in_batch(formula, names) for formula in self.formulas]
        for left, sign, right in zip(sides, self.signs, sides[1:], strict=False):
            flags = np.asarray(_compare(left, sign, right))
            found &= flags.all(axis=(-2, -1)) if values.is_matrix(flags) else flags
        return found


def read_condition(text: str, names: Mapping[str, Value]) -> Condition:
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
            raise AlgebraError(error.message, begin + max(error.at, 0), error.length) from None
        formulas.append(tree)
    return Condition(tuple(formulas), tuple(_SIGNS.get(sign[0], sign[0]) for sign in signs))


def _compare(a: Any, sign: str, b: Any) -> Any:
    import numpy as np

    equal = np.abs(a - b) <= _EQUAL * np.maximum(np.abs(a), np.abs(b))
    if sign == "=":
        return equal
    if sign == "≠":
        return ~equal
    return (a < b if sign in "<≤" else a > b) & ~equal | (equal if sign in "≤≥" else False)
