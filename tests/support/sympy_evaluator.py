"""A formula evaluated by SymPy alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sympy

from tests.support.reference_functions import REFERENCES
from tutor.algebra.expr import Apply, Expr, Num, Sym, postorder

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def evaluate_with_sympy(
    formula: Expr, names: Mapping[str, sympy.Expr], functions: Mapping[str, Callable[..., sympy.Expr]] | None = None
) -> sympy.Expr | None:
    """Return the formula as SymPy's expression, with `names` for its names; None if a part has no finite value.

    `functions` replaces the reference functions of the operations that it names.
    """
    known = {op: reference.sympy for op, reference in REFERENCES.items()} | dict(functions or {})
    values: dict[int, sympy.Expr] = {}
    for node in postorder(formula):
        if isinstance(node, Num):
            value = sympy.Rational(node.value.numerator, node.value.denominator)
        elif isinstance(node, Sym):
            value = names[node.name]
        else:
            assert isinstance(node, Apply)
            value = known[node.op](*(values[id(arg)] for arg in node.args))
        if value.has(sympy.zoo, sympy.nan, sympy.oo):
            return None
        values[id(node)] = value
    return values[id(formula)]
