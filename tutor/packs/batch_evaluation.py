"""Evaluation of formulas on batches of floats."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.array_functions import ARRAY_FUNCTIONS, is_array_call
from tutor.algebra.evaluate import evaluate
from tutor.algebra.expr import Apply, Expr, Grid, Num, Sym, free_names
from tutor.engine.finite_differences import to_floats
from tutor.engine.operations import OPERATIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tutor.algebra.ops import Value

#: Operations whose name in formulas is not their id.
_OPERATION_IDS = {"T": "transpose"}


def evaluate_batch(tree: Expr, names: Mapping[str, Value]) -> Value:
    """Return the values of a formula whose names are batches of floats. Raises what arithmetic raises."""
    if isinstance(tree, Num):
        return float(tree.value)
    if isinstance(tree, Sym):
        return names[tree.name] if tree.name in names else to_floats(tree)
    if isinstance(tree, Grid):
        return ops.make_matrix(tuple(tuple(to_floats(evaluate(cell, {})) for cell in row) for row in tree.rows))
    assert isinstance(tree, Apply)
    if tree.op in ("ones", "eye"):
        return ops.map_cells(to_floats, evaluate(tree, {}))
    if is_array_call(tree):
        parameters, slots = ARRAY_FUNCTIONS[tree.op].read([None if free_names(arg) else arg for arg in tree.args], 0)
        return ARRAY_FUNCTIONS[tree.op].bind(parameters)(*(evaluate_batch(tree.args[slot], names) for slot in slots))
    name, args = _OPERATION_IDS.get(tree.op, tree.op), tree.args
    if name in ("sum", "mean") and len(args) > 1:
        # Sums over rows or columns are separate operations.
        (axis,) = args[1:]
        assert isinstance(axis, Num)
        name, args = f"{name}.{axis.value}", args[:1]
    # No node computes `sign`.
    function = OPERATIONS[name].forward if name in OPERATIONS else ops.SCALAR_FUNCTIONS[name]
    return function(*(evaluate_batch(arg, names) for arg in args))
