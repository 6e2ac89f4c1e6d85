"""A formula evaluated by NumPy alone, with NumPy's own rules for shapes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from tests.support.reference_functions import REFERENCES
from tutor.algebra.expr import Apply, Expr, Grid, Num, Sym, postorder

if TYPE_CHECKING:
    from collections.abc import Mapping


def _with_axis(total: Any) -> Any:
    def function(a: Any, axis: Any = None) -> Any:
        return total(a) if axis is None else total(a, axis=int(axis), keepdims=True)

    return function


#: By the name that a formula uses. Unlike an operation, `sum` and `mean` take the axis as an argument.
NUMPY_FUNCTIONS: Mapping[str, Any] = {
    **{op: reference.numpy for op, reference in REFERENCES.items()},
    "sign": np.sign,
    "T": np.transpose,
    "sum": _with_axis(np.sum),
    "mean": _with_axis(np.mean),
    "ones": lambda rows, columns: np.ones((int(rows), int(columns))),
    "broadcast": lambda a, rows, columns: np.broadcast_to(a, (int(rows), int(columns))),
}


def evaluate_with_numpy(formula: Expr, names: Mapping[str, Any]) -> Any:
    """Return the value of `formula` in floats, with `names` for its names."""
    values: dict[int, Any] = {}
    with np.errstate(all="ignore"):
        for node in postorder(formula):
            if isinstance(node, Num):
                values[id(node)] = float(node.value)
            elif isinstance(node, Sym):
                values[id(node)] = math.pi if node.name == "pi" else names[node.name]
            elif isinstance(node, Grid):
                values[id(node)] = np.array([[values[id(cell)] for cell in row] for row in node.rows])
            else:
                assert isinstance(node, Apply)
                values[id(node)] = NUMPY_FUNCTIONS[node.op](*(values[id(arg)] for arg in node.args))
    return values[id(formula)]
