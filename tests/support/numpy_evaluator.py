"""A formula computed by NumPy alone, with NumPy's own rules of shapes."""

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


#: The functions of a formula: those of the operations, with an axis as their last argument, and a few more.
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
    """The value of `formula` in floats."""
    done: dict[int, Any] = {}
    with np.errstate(all="ignore"):
        for node in postorder(formula):
            if isinstance(node, Num):
                done[id(node)] = float(node.value)
            elif isinstance(node, Sym):
                done[id(node)] = math.pi if node.name == "pi" else names[node.name]
            elif isinstance(node, Grid):
                done[id(node)] = np.array([[done[id(cell)] for cell in row] for row in node.rows])
            else:
                assert isinstance(node, Apply)
                done[id(node)] = NUMPY_FUNCTIONS[node.op](*(done[id(arg)] for arg in node.args))
    return done[id(formula)]
