"""A formula computed by NumPy alone, with NumPy's own rules of shapes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from tutor.algebra.expr import Apply, Expr, Grid, Num, Sym, postorder

if TYPE_CHECKING:
    from collections.abc import Mapping


def _with_axis(total: Any) -> Any:
    def function(a: Any, axis: Any = None) -> Any:
        return total(a) if axis is None else total(a, axis=int(axis), keepdims=True)

    return function


def _softmax(a: Any) -> Any:
    grown = np.exp(a - a.max(axis=1, keepdims=True))
    return grown / grown.sum(axis=1, keepdims=True)


NUMPY_FUNCTIONS: Mapping[str, Any] = {
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "div": np.divide,
    "neg": np.negative,
    "pow": np.power,
    "exp": np.exp,
    "log": np.log,
    "sqrt": np.sqrt,
    "sin": np.sin,
    "cos": np.cos,
    "tanh": np.tanh,
    "sigmoid": lambda a: 1 / (1 + np.exp(-a)),
    "softplus": lambda a: np.log(1 + np.exp(a)),
    "relu": lambda a: np.maximum(a, 0),
    "abs": np.abs,
    "sign": np.sign,
    "max": np.maximum,
    "min": np.minimum,
    "matmul": np.matmul,
    "T": np.transpose,
    "sum": _with_axis(np.sum),
    "mean": _with_axis(np.mean),
    "softmax": _softmax,
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
