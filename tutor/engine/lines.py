"""Formulas as lines of Python, each value computed once: what compiled graphs are made of.

A line is an expression over names this module counts out (`v7`), numbers it writes itself and a handful of
functions; nothing of a user's text comes in. Numbers are Python's floats, matrices NumPy's arrays.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from tutor.algebra import values
from tutor.algebra.balls import nearest_float
from tutor.algebra.evaluate import MEANING
from tutor.algebra.tree import Apply, Expr, Num, Sym, postorder
from tutor.algebra.values import Shape, Value
from tutor.algebra.whole import Whole


class Unwritten(Exception):
    """A formula that can't be written in these lines."""


#: How an operation is written where all its operands are numbers, as the rules compute it on floats.
_ON_NUMBERS = {
    "add": "{0} + {1}",
    "sub": "{0} - {1}",
    "mul": "{0} * {1}",
    "div": "{0} / {1}",
    "neg": "-{0}",
    "pow": "pow({0}, {1})",
    "whole_pow": "{0} ** {1}",
    "exp": "exp({0})",
    "log": "log({0})",
    "log1p": "log1p({0})",
    "sqrt": "sqrt({0})",
    "sin": "sin({0})",
    "cos": "cos({0})",
    "tanh": "tanh({0})",
    "abs": "abs({0})",
    "sign": "1.0 if {0} > 0.0 else -1.0 if {0} < 0.0 else 0.0",
    "relu": "{0} if {0} >= 0.0 else 0.0",
    "max": "{0} if {0} >= {1} else {1}",
    "min": "{0} if {0} <= {1} else {1}",
    "shared": "1.0 if {0} >= 0.0 else {1}",
}
#: The same where one of them is a matrix.
_ON_MATRICES = {
    **{op: _ON_NUMBERS[op] for op in ("add", "sub", "mul", "div", "neg")},
    "pow": "({0}) ** {1}",
    **{op: f"np_{op}({{0}})" for op in ("exp", "log", "log1p", "sqrt", "sin", "cos", "tanh", "abs", "sign")},
    "relu": "np_maximum({0}, 0.0)",
    "max": "np_maximum({0}, {1})",
    "min": "np_minimum({0}, {1})",
    "shared": "np_where({0} >= 0.0, 1.0, {1})",
}


class Lines:
    """Lines in the order in which they compute. Operands are names or written numbers, both texts."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        #: What the lines call besides the functions of `functions()`: constant matrices, rules.
        self.bound: dict[str, Any] = {}
        self._shapes: dict[str, Shape] = {}
        self._known: dict[str, str] = {}
        self._count = 0

    def new(self, shape: Shape) -> str:
        """A name that nothing computes: a parameter."""
        name = f"v{self._count}"
        self._count += 1
        self._shapes[name] = shape
        return name

    def shape(self, operand: str) -> Shape:
        """The shape of an operand's value."""
        return self._shapes.get(operand)

    def symbol(self, operand: str) -> Value:
        """An operand as rules take it: a formula that is only its name."""
        shape = self._shapes.get(operand)
        return Sym(operand) if shape is None else Whole(Sym(operand), shape)

    def size(self, name: str) -> str:
        """A number that is finite only where all of a value is, if it is not too large."""
        return name if self._shapes.get(name) is None else f"float(vdot({name}, {name}))"

    def line(self, text: str, shape: Shape) -> str:
        """The name of what `text` computes, a line for it where there is none yet."""
        if text not in self._known:
            name = self.new(shape)
            self.lines.append(f"{name} = {text}")
            self._known[text] = name
        return self._known[text]

    def bind(self, thing: object, letter: str) -> str:
        """A name for a function or a matrix of ours."""
        name = f"{letter}{len(self.bound)}"
        self.bound[name] = thing
        return name

    def constant(self, value: Value) -> str:
        """A float or a matrix of floats that never changes."""
        if not values.is_matrix(value):
            if not math.isfinite(value):
                raise Unwritten(value)
            return repr(float(value))
        kept = value.astype(float)
        kept.flags.writeable = False
        text = f"{kept.shape}{kept.tobytes()!r}"
        if text not in self._known:
            self._known[text] = self.bind(kept, "k")
            self._shapes[self._known[text]] = values.shape(kept)
        return self._known[text]

    def call(self, function: Callable[..., Value], operands: Sequence[str], shape: Shape) -> str:
        """A rule of ours called as it stands; what it gives is repeated to `shape`."""
        key = f"rule {id(function)}"
        if key not in self._known:
            self._known[key] = self.bind(function, "f")
        text = f"{self._known[key]}({', '.join(operands)})"
        return self.line(text if shape is None else f"spread({text}, {self._ones(shape)})", shape)

    def write(self, formula: Expr, shape: Shape) -> str:
        """The name of the value of a formula over names given out here, repeated to `shape` where it is smaller."""
        done: dict[int, str] = {}
        for node in postorder(formula):
            if isinstance(node, Num):
                done[id(node)] = self.constant(nearest_float(node))
            elif isinstance(node, Sym):
                if node.name not in self._shapes and not _is_number(node.name):
                    raise Unwritten(node.name)
                done[id(node)] = node.name
            elif isinstance(node, Apply):
                done[id(node)] = self._apply(node, [done[id(arg)] for arg in node.args])
            else:
                raise Unwritten(node)
        return self.repeated(done[id(formula)], shape)

    def repeated(self, operand: str, shape: Shape) -> str:
        """`operand` in every cell, row or column of `shape`."""
        if self._shapes.get(operand) == shape or shape is None:
            return operand
        return self.compute("mul", operand, self._ones(shape))

    def _ones(self, shape: tuple[int, int]) -> str:
        import numpy as np

        return self.constant(np.ones(shape))

    def _apply(self, node: Apply, args: list[str]) -> str:
        op = node.op
        if op == "sigmoid":
            grown, below = self._grown(args[0])
            return self.compute("div", self.compute("shared", args[0], grown), below)
        if op == "softplus":
            grown, _ = self._grown(args[0])
            return self.compute("add", self.compute("relu", args[0]), self.compute("log1p", grown))
        if op == "ones":
            return self._ones((_size(args[0]), _size(args[1])))
        if op == "broadcast":
            return self.repeated(args[0], (_size(args[1]), _size(args[2])))
        if op == "sum":
            return self._sum(args[0], _size(args[1]) if len(args) > 1 else None)
        if op in ("matmul", "T", "softmax"):
            return self._of_matrices(op, args)
        return self.compute(op, *args)

    def _grown(self, x: str) -> tuple[str, str]:
        """e^−|x| and 1 + e^−|x|, which σ, softplus and their slopes share."""
        grown = self.compute("exp", self.compute("neg", self.compute("abs", x)))
        return grown, self.compute("add", "1.0", grown)

    def compute(self, op: str, *args: str) -> str:
        """The name of a number or, cell by cell, of a matrix."""
        if op == "mul" and "1.0" in args:
            return args[1] if args[0] == "1.0" else args[0]
        if op in ("pow", "div") and args[1] == "1.0":
            return args[0]
        if op in MEANING and all(_is_number(arg) or arg in self.bound for arg in args):
            return self._folded(op, args)
        shapes = [shape for shape in map(self._shapes.get, args) if shape]
        if op == "pow" and not shapes and _is_number(args[1]) and float(args[1]).is_integer():
            # The same number as `pow` gives, sooner. Not for fractions: there a negative base must fail.
            op = "whole_pow"
        texts = _ON_MATRICES if shapes else _ON_NUMBERS
        if op not in texts:
            raise Unwritten(op)
        text = texts[op].format(*args)
        if not shapes:
            return self.line(text, None)
        return self.line(text, (max(shape[0] for shape in shapes), max(shape[1] for shape in shapes)))

    def _folded(self, op: str, args: tuple[str, ...]) -> str:
        """The same for constants alone, computed now."""
        try:
            return self.constant(MEANING[op](*(self.bound[arg] if arg in self.bound else float(arg) for arg in args)))
        except (ArithmeticError, ValueError) as error:
            raise Unwritten(op) from error

    def _sum(self, x: str, axis: int | None) -> str:
        shape = self._shapes.get(x)
        if shape is None:
            return x
        if axis is None:
            return self.line(f"float({x}.sum())", None)
        return self.line(f"{x}.sum(axis={axis}, keepdims=True)", (1, shape[1]) if axis == 0 else (shape[0], 1))

    def _of_matrices(self, op: str, args: list[str]) -> str:
        shapes = [self._shapes.get(arg) for arg in args]
        left, right = shapes[0], shapes[-1]
        if left is None or right is None:
            raise Unwritten(op)
        if op == "matmul":
            return self.line(f"{args[0]} @ {args[1]}", (left[0], right[1]))
        if op == "T":
            return self.line(f"{args[0]}.T", (left[1], left[0]))
        return self.line(f"softmax({args[0]})", left)


def _is_number(operand: str) -> bool:
    return operand[0] in "-0123456789"


def _size(operand: str) -> int:
    return int(float(operand))


def functions(matrices: bool) -> dict[str, Any]:
    """What the lines call."""
    found: dict[str, Any] = {"float": float, "abs": abs, "sum": sum, "type": type, "isfinite": math.isfinite}
    for name in ("pow", "exp", "log", "log1p", "sqrt", "sin", "cos", "tanh"):
        found[name] = getattr(math, name)
    if matrices:
        import numpy as np

        found |= {"softmax": values.softmax, "spread": values.spread, "vdot": np.vdot, "real": np.dtype(float)}
        for name in ("exp", "log", "log1p", "sqrt", "sin", "cos", "tanh", "abs", "sign", "maximum", "minimum", "where"):
            found[f"np_{name}"] = getattr(np, name)
    return found
