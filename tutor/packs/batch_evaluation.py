"""Evaluation of formulas on batches of floats."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.array_functions import stack_numbers
from tutor.algebra.evaluate import PARAMETER_OPS, Evaluator, evaluate
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
    return _BatchEvaluator(names)(tree)


class _BatchEvaluator(Evaluator):
    """An evaluator in floats, whose names have a first axis that counts the members."""

    def _evaluate_node(self, node: Expr) -> Value:
        if isinstance(node, Num):
            return float(node.value)
        if isinstance(node, Sym):
            return self.names[node.name] if node.name in self.names else to_floats(node)
        if isinstance(node, Grid):
            if free_names(node):
                return stack_numbers([[self._values[id(cell)] for cell in row] for row in node.rows])
            return ops.map_cells(to_floats, evaluate(node, {}))
        assert isinstance(node, Apply)
        if node.op in PARAMETER_OPS:
            return node
        if node.op == "size":
            return to_floats(self._lengths[id(node)])
        if node.op in ("ones", "eye", "range"):
            return ops.map_cells(to_floats, evaluate(node, {}))
        args = node.args
        if bound := self._bound.get(id(node)):
            return bound[0](*(self._values[id(args[slot])] for slot in bound[1]))
        name = self._products.get(id(node), _OPERATION_IDS.get(node.op, node.op))
        if name in ("sum", "mean") and len(args) > 1:
            # Sums over rows or columns are separate operations.
            (axis,) = args[1:]
            assert isinstance(axis, Num)
            name, args = f"{name}.{axis.value}", args[:1]
        operands = [self._values[id(arg)] for arg in args]
        if name in ops.SCALAR_FUNCTIONS and any(map(ops.is_matrix, operands)):
            operands = list(map(_beside_matrices, operands))
        # No node computes `sign`.
        function = OPERATIONS[name].forward if name in OPERATIONS else ops.SCALAR_FUNCTIONS[name]
        return function(*operands)


def _beside_matrices(value: Value) -> Value:
    """Return a batch of numbers as a batch of matrices with one cell, so that each goes with its member's matrix."""
    return value[:, None, None] if ops.is_array(value) and value.ndim == 1 else value
