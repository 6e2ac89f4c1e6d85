"""Tree -> value, exact or in floats, without recursion."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tutor.algebra import values
from tutor.algebra.errors import AlgebraError
from tutor.algebra.tree import ONE, Apply, Expr, Grid, Num, Sym, postorder
from tutor.algebra.values import Value
from tutor.i18n import N_, message


def _whole(size: Any) -> Any:
    """A size or an axis as Python counts."""
    return size.value.numerator if isinstance(size, Num) else None if size is None else int(size)


def _mean(a: Value, axis: int | None) -> Value:
    summed = values.total(a, axis)
    return summed / (values.count(a) if axis is None else values.count(a) // values.count(summed))


#: What each operation of a tree computes, on any kind of value.
MEANING: Mapping[str, Callable[..., Value]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "neg": lambda a: -a,
    "pow": values.power,
    "exp": values.exp,
    "log": values.log,
    "sqrt": values.sqrt,
    "sin": values.sin,
    "cos": values.cos,
    "tanh": values.tanh,
    "sigmoid": values.sigmoid,
    "softplus": values.softplus,
    "relu": values.relu,
    "abs": values.absolute,
    "sign": values.sign,
    "max": values.maximum,
    "min": values.minimum,
    "sum": lambda a, axis=None: values.total(a, _whole(axis)),
    "mean": lambda a, axis=None: _mean(a, _whole(axis)),
    "matmul": lambda a, b: a @ b,
    "T": values.T,
    "softmax": values.softmax,
    "cross_entropy": lambda p, t: -values.total(values.weighted_log(t, p)) / values.rows(p),
    "mse": lambda p, t: values.total((p - t) ** 2) / values.count(p),
    "ones": lambda rows, columns: values.matrix(((ONE,) * _whole(columns),) * _whole(rows)),
    "broadcast": lambda a, rows, columns: values.spread(a, values.matrix(((ONE,) * _whole(columns),) * _whole(rows))),
}
#: How operations without a name are written.
_SIGNS = {"add": "+", "sub": "−", "mul": "×", "div": "÷", "neg": "−", "pow": "^", "matmul": "@"}
_SAME_SHAPE = ("add", "sub", "mul", "div", "pow", "max", "min")
#: Operations that need matrices.
_OF_MATRICES = ("softmax", "cross_entropy")


def evaluate(tree: Expr, names: Mapping[str, Value]) -> Value:
    """The exact value of `tree`: a folded tree, or an object array of trees. Names not in `names` stay symbols.

    Raises `AlgebraError` where there is no value (1/0) or shapes do not fit.
    """
    done: dict[int, Value] = {}
    for node in postorder(tree):
        if isinstance(node, Sym):
            done[id(node)] = names.get(node.name, node)
        elif isinstance(node, Grid):
            cells = tuple(tuple(done[id(cell)] for cell in row) for row in node.rows)
            if any(values.is_matrix(cell) for row in cells for cell in row):
                raise AlgebraError(message(N_("A matrix can't stand inside a matrix. Write its entries.")), node.at)
            done[id(node)] = values.matrix(cells)
        elif isinstance(node, Apply):
            done[id(node)] = _apply(node, [done[id(arg)] for arg in node.args])
        else:
            done[id(node)] = node
    return done[id(tree)]


def in_floats(tree: Expr, names: Mapping[str, float]) -> float:
    """The value of a scalar tree in floats. Raises `AlgebraError` where it is none."""
    done: dict[int, float] = {}
    for node in postorder(tree):
        if isinstance(node, Num):
            done[id(node)] = _as_float(node)
        elif isinstance(node, Sym):
            done[id(node)] = math.pi if node.name == "pi" else names[node.name]
        elif isinstance(node, Apply):
            done[id(node)] = _apply(node, [done[id(arg)] for arg in node.args])
    return done[id(tree)]


def _as_float(node: Num) -> float:
    try:
        return float(node.value)
    except OverflowError:
        raise AlgebraError(message(N_("This number is too large.")), 0) from None


def _apply(node: Apply, args: list[Value]) -> Value:
    _check_shapes(node, args)
    try:
        result = MEANING[node.op](*args)
    except ZeroDivisionError:
        raise AlgebraError(message(N_("This divides by zero, and that is not a number.")), node.at) from None
    except OverflowError:
        raise AlgebraError(message(N_("This number is too large.")), node.at) from None
    except ValueError:
        raise AlgebraError(
            message(N_("{function} has no value here."), function=_SIGNS.get(node.op, node.op)), node.at
        ) from None
    if isinstance(result, complex) or (isinstance(result, float) and not math.isfinite(result)):
        raise AlgebraError(message(N_("This has no value as a real number.")), node.at)
    return result


def describe(shape: values.Shape) -> str:
    """A shape in words for a sentence: `3×2`, or `1` for a number."""
    return f"{shape[0]}×{shape[1]}" if shape else "1"


def product_shape(shapes: Sequence[values.Shape], at: int) -> values.Shape:
    """The shape of the product of two matrices. Raises `AlgebraError` where they do not fit."""
    left, right = shapes
    if left is None or right is None:
        raise AlgebraError(message(N_("@ multiplies two matrices. For a number write *.")), at)
    if left[1] != right[0]:
        raise AlgebraError(
            message(
                N_("{left} @ {right} does not fit: the inner sizes {a} and {b} differ."),
                left=describe(left),
                right=describe(right),
                a=left[1],
                b=right[0],
            ),
            at,
        )
    return left[0], right[1]


def differing(shapes: Sequence[values.Shape], at: int) -> AlgebraError:
    """What is wrong where an operation goes cell by cell and two shapes are not the same."""
    left, right = shapes
    text = N_("Shapes {left} and {right} differ; cell by cell they do not fit.")
    return AlgebraError(message(text, left=describe(left), right=describe(right)), at)


def _check_shapes(node: Apply, args: list[Value]) -> None:
    shapes = [values.shape(arg) for arg in args]
    if node.op == "matmul":
        product_shape(shapes, node.at)
    elif node.op in _OF_MATRICES and None in shapes:
        text = N_("{function} needs matrices, one row for each sample.")
        raise AlgebraError(message(text, function=node.op), node.at)
    elif node.op in ("cross_entropy", "mse") and shapes[0] != shapes[1]:
        raise differing(shapes, node.at)
    elif node.op in _SAME_SHAPE and None not in shapes and shapes[0] != shapes[1]:
        left, right = shapes
        if node.op == "mul" and left and right and left[1] == right[0]:
            text = N_("{left} * {right} goes cell by cell and does not fit. For the matrix product write @.")
            raise AlgebraError(message(text, left=describe(left), right=describe(right)), node.at)
        raise differing(shapes, node.at)
