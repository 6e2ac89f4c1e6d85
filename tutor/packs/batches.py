"""Formulas on batches of numbers in floats."""

from __future__ import annotations

from collections.abc import Mapping

from tutor.algebra import Expr, Num, Sym, values
from tutor.algebra.evaluate import evaluate
from tutor.algebra.tree import Apply, Grid
from tutor.algebra.values import Value
from tutor.engine import OPERATIONS
from tutor.engine.numerical import in_floats

#: What formulas call an operation that has another id.
_CALLED = {"T": "transpose"}


def in_batch(tree: Expr, names: Mapping[str, Value]) -> Value:
    """A formula whose names stand for batches of floats. Raises what arithmetic raises."""
    if isinstance(tree, Num):
        return float(tree.value)
    if isinstance(tree, Sym):
        return names[tree.name] if tree.name in names else in_floats(tree)
    if isinstance(tree, Grid):
        return values.matrix(tuple(tuple(in_floats(evaluate(cell, {})) for cell in row) for row in tree.rows))
    assert isinstance(tree, Apply)
    if tree.op == "ones":
        return values.each(in_floats, evaluate(tree, {}))
    name, args = _CALLED.get(tree.op, tree.op), tree.args
    if name in ("sum", "mean") and len(args) > 1:
        # Rows or columns: operations of their own.
        (axis,) = args[1:]
        assert isinstance(axis, Num)
        name, args = f"{name}.{axis.value}", args[:1]
    return OPERATIONS[name].forward(*(in_batch(arg, names) for arg in args))
