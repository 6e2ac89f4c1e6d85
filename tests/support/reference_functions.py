"""Reference implementations of every operation in NumPy, SymPy and PyTorch, independent of the program."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import sympy

from tutor.engine.operations import ARRAY_OPERATIONS, OPERATIONS

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class Reference:
    """One operation: how a formula writes it, and the function in three libraries.

    `torch` takes the module itself first, because only the oracle tests install it.
    """

    text: str
    numpy: Callable[..., Any]
    sympy: Callable[..., Any]
    torch: Callable[..., Any]


def _numpy_softmax(a: Any) -> Any:
    powers = np.exp(a - a.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def _sympy_softmax(a: sympy.Matrix) -> sympy.Matrix:
    return sympy.Matrix(
        a.rows, a.cols, lambda i, j: sympy.exp(a[i, j]) / sum(sympy.exp(a[i, k]) for k in range(a.cols))
    )


def _sympy_column_sums(a: sympy.Matrix) -> sympy.Matrix:
    return sympy.Matrix([[sum(a.col(j)) for j in range(a.cols)]])


def _sympy_row_sums(a: sympy.Matrix) -> sympy.Matrix:
    return sympy.Matrix([[sum(a.row(i))] for i in range(a.rows)])


def _sympy_cross_entropy(p: sympy.Matrix, t: sympy.Matrix) -> sympy.Expr:
    return -sum(t[i] * sympy.log(p[i]) for i in range(len(p))) / p.rows


def _sympy_mse(p: Any, t: Any) -> sympy.Expr:
    return sum((p[i] - t[i]) ** 2 for i in range(len(p))) / len(p) if hasattr(p, "rows") else (p - t) ** 2


def _sympy_broadcast(a: Any, like: sympy.Matrix) -> sympy.Matrix:
    def cell(i: int, j: int) -> Any:
        return a[i % a.rows, j % a.cols] if isinstance(a, sympy.MatrixBase) else a

    return sympy.Matrix(like.rows, like.cols, cell)


#: By the id of the operation. In SymPy, the numbers' functions with a kink are `Piecewise`, so that they can be
#: differentiated.
REFERENCES: dict[str, Reference] = {
    "add": Reference("{0} + {1}", np.add, lambda a, b: a + b, lambda _, a, b: a + b),
    "sub": Reference("{0} - {1}", np.subtract, lambda a, b: a - b, lambda _, a, b: a - b),
    "mul": Reference("{0} * {1}", np.multiply, lambda a, b: a * b, lambda _, a, b: a * b),
    "div": Reference("{0} / {1}", np.divide, lambda a, b: a / b, lambda _, a, b: a / b),
    "neg": Reference("-{0}", np.negative, lambda a: -a, lambda _, a: -a),
    "inv": Reference("1/{0}", np.reciprocal, lambda a: 1 / a, lambda _, a: 1 / a),
    "pow": Reference("{0}^{1}", np.power, lambda a, b: a**b, lambda _, a, b: a**b),
    "exp": Reference("exp({0})", np.exp, sympy.exp, lambda torch, a: torch.exp(a)),
    "log": Reference("log({0})", np.log, sympy.log, lambda torch, a: torch.log(a)),
    "sqrt": Reference("sqrt({0})", np.sqrt, sympy.sqrt, lambda torch, a: torch.sqrt(a)),
    "sin": Reference("sin({0})", np.sin, sympy.sin, lambda torch, a: torch.sin(a)),
    "cos": Reference("cos({0})", np.cos, sympy.cos, lambda torch, a: torch.cos(a)),
    "tanh": Reference("tanh({0})", np.tanh, sympy.tanh, lambda torch, a: torch.tanh(a)),
    "sigmoid": Reference(
        "sigmoid({0})",
        lambda a: 1 / (1 + np.exp(-a)),
        lambda a: 1 / (1 + sympy.exp(-a)),
        lambda torch, a: torch.sigmoid(a),
    ),
    "softplus": Reference(
        "softplus({0})",
        lambda a: np.log(1 + np.exp(a)),
        lambda a: sympy.log(1 + sympy.exp(a)),
        lambda torch, a: torch.nn.functional.softplus(a),
    ),
    "erf": Reference("erf({0})", np.vectorize(math.erf, otypes=[float]), sympy.erf, lambda torch, a: torch.erf(a)),
    "silu": Reference(
        "silu({0})",
        lambda a: a / (1 + np.exp(-a)),
        lambda a: a / (1 + sympy.exp(-a)),
        lambda torch, a: torch.nn.functional.silu(a),
    ),
    "gelu": Reference(
        "gelu({0})",
        lambda a: a * (1 + np.vectorize(math.erf, otypes=[float])(a / np.sqrt(2))) / 2,
        lambda a: a * (1 + sympy.erf(a / sympy.sqrt(2))) / 2,
        lambda torch, a: torch.nn.functional.gelu(a),
    ),
    "relu": Reference(
        "relu({0})",
        lambda a: np.maximum(a, 0),
        lambda a: sympy.Piecewise((a, a > 0), (0, True)),
        lambda torch, a: torch.relu(a),
    ),
    "abs": Reference(
        "abs({0})", np.abs, lambda a: sympy.Piecewise((a, a > 0), (-a, True)), lambda torch, a: torch.abs(a)
    ),
    "max": Reference(
        "max({0}, {1})",
        np.maximum,
        lambda a, b: sympy.Piecewise((a, a > b), (b, True)),
        lambda torch, a, b: torch.maximum(a, b),
    ),
    "min": Reference(
        "min({0}, {1})",
        np.minimum,
        lambda a, b: sympy.Piecewise((a, a < b), (b, True)),
        lambda torch, a, b: torch.minimum(a, b),
    ),
    "matmul": Reference("{0} @ {1}", np.matmul, lambda a, b: a * b, lambda _, a, b: a @ b),
    # Vectors are rows here.
    "matvec": Reference("{0} @ {1}", lambda w, x: x @ w.T, lambda w, x: x * w.T, lambda _, w, x: x @ w.T),
    "dot": Reference(
        "{0} @ {1}", lambda a, b: np.sum(a * b), lambda a, b: (a * b.T)[0], lambda torch, a, b: torch.sum(a * b)
    ),
    "outer": Reference("outer({0}, {1})", lambda a, b: a.T @ b, lambda a, b: a.T * b, lambda _, a, b: a.T @ b),
    "transpose": Reference("{0}.T", np.transpose, lambda a: a.T, lambda _, a: a.T),
    "sum": Reference("sum({0})", np.sum, lambda a: sum(a), lambda torch, a: torch.sum(a)),
    "sum.0": Reference(
        "sum({0}, 0)",
        lambda a: a.sum(axis=0, keepdims=True),
        _sympy_column_sums,
        lambda _, a: a.sum(dim=0, keepdim=True),
    ),
    "sum.1": Reference(
        "sum({0}, 1)", lambda a: a.sum(axis=1, keepdims=True), _sympy_row_sums, lambda _, a: a.sum(dim=1, keepdim=True)
    ),
    "mean": Reference("mean({0})", np.mean, lambda a: sum(a) / len(a), lambda torch, a: torch.mean(a)),
    "mean.0": Reference(
        "mean({0}, 0)",
        lambda a: a.mean(axis=0, keepdims=True),
        lambda a: _sympy_column_sums(a) / a.rows,
        lambda _, a: a.mean(dim=0, keepdim=True),
    ),
    "mean.1": Reference(
        "mean({0}, 1)",
        lambda a: a.mean(axis=1, keepdims=True),
        lambda a: _sympy_row_sums(a) / a.cols,
        lambda _, a: a.mean(dim=1, keepdim=True),
    ),
    "broadcast": Reference(
        "broadcast({0})",
        lambda a, like: np.broadcast_to(a, np.shape(like)),
        _sympy_broadcast,
        lambda torch, a, like: torch.broadcast_to(a, like.shape).clone(),
    ),
    "softmax": Reference("softmax({0})", _numpy_softmax, _sympy_softmax, lambda torch, a: torch.softmax(a, dim=1)),
    "cross_entropy": Reference(
        "cross_entropy({0}, {1})",
        lambda p, t: -(t * np.log(p)).sum() / len(p),
        _sympy_cross_entropy,
        lambda torch, p, t: -(t * torch.log(p)).sum() / p.shape[0],
    ),
    "mse": Reference(
        "mse({0}, {1})",
        lambda p, t: ((p - t) ** 2).mean(),
        _sympy_mse,
        lambda torch, p, t: torch.nn.functional.mse_loss(p, t),
    ),
}


def operations_with_references() -> set[str]:
    """Return the ids of the operations of a fixed form.

    Those with parameters or with operands that are data are compared in `tests/engine/test_array_operations.py`.
    """
    return {
        name
        for name, operation in OPERATIONS.items()
        if name in REFERENCES or not (name.partition(".")[0] in ARRAY_OPERATIONS or operation.data_slots)
    }
