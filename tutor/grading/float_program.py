"""Formulas evaluated in floats at many points, with a measure of how far a point is outside their domain."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from tutor.algebra.balls import nearest_float
from tutor.algebra.expr import Apply, Expr, Num, Sym, postorder
from tutor.algebra.functions import FUNCTIONS
from tutor.algebra.matrix_product import Entry

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: Stands for values that no float can hold.
_HUGE = 1e300
#: How far outside a domain a point on its edge is: a denominator that is 0, the logarithm of 0.
_EDGE = 1e-9


class FloatProgram:
    """Trees as one list of steps, so that parts they share are computed once per point."""

    def __init__(self, trees: Sequence[Expr]) -> None:
        self._steps: list[tuple[str, tuple[int, ...], float]] = []
        index: dict[int, int] = {}
        for tree in trees:
            for node in postorder(tree, index):
                index[id(node)] = len(self._steps)
                self._steps.append(_step(node, index))
        self._outputs = [index[id(tree)] for tree in trees]

    def __len__(self) -> int:
        return len(self._steps)

    def run(self, point: Mapping[str, float]) -> tuple[list[float], float]:
        """Return the values of the trees at a point, and how far it is outside the domain of any part; 0 is inside.

        Outside, the computation goes on with a value nearby, so that a search knows where to go.
        """
        values: list[float] = []
        outside = 0.0
        for op, operands, constant in self._steps:
            if operands:
                value, distance = _apply(op, *[values[i] for i in operands])
                outside += distance
            else:
                value = point[op] if op else constant
            values.append(value)
        return [values[i] for i in self._outputs], outside


def _step(node: Expr, index: Mapping[int, int]) -> tuple[str, tuple[int, ...], float]:
    """Return an operation with the steps of its operands, a name, or a number without a name."""
    if isinstance(node, Apply):
        return node.op, tuple(index[id(arg)] for arg in node.args), 0.0
    if isinstance(node, Sym):
        return ("", (), math.pi) if node.name == "pi" else (node.name, (), 0.0)
    if isinstance(node, Num):
        return "", (), _as_float(node)
    if isinstance(node, Entry):
        return "", (), nearest_float(node)
    raise KeyError("a matrix has no value as a float")


def _as_float(node: Num) -> float:
    try:
        return float(node.value)
    except OverflowError:
        return _HUGE if node.value > 0 else -_HUGE


def _apply(op: str, a: float, b: float = 0.0) -> tuple[float, float]:
    """Return the value of an operation, and how far its operands are outside its domain."""
    outside = 0.0
    if a < 0 and (op in ("log", "sqrt") or (op == "pow" and not b.is_integer())):
        a, outside = -a, -a
    if a == 0 and (op == "log" or (op == "pow" and b < 0)):
        return -_HUGE if op == "log" else _HUGE, _EDGE
    if op == "div" and b == 0:
        return math.copysign(_HUGE, a), _EDGE
    function = FUNCTIONS[op]
    try:
        value = float(function.float_kernel(a) if function.arity == 1 else function.float_kernel(a, b))
    except (OverflowError, ValueError, ZeroDivisionError):
        value = math.inf
    if math.isnan(value):
        return 0.0, 1.0
    if math.isinf(value):
        return math.copysign(_HUGE, value), 1.0
    return value, outside
