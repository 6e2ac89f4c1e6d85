"""Decomposition of functions of arrays into simpler ones, as a text on operands x and y, for unfolding a node."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.array_functions import BoundFunction
from tutor.algebra.einsum import Subscripts
from tutor.algebra.expr import ZERO, Num

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tutor.algebra.ops import Shape
    from tutor.engine.graph import Node

#: What is written out entry by entry has at most so many entries.
_MAX_ENTRIES = 9
_MAX_WEIGHTS = 4
#: Sums of products that have a name, with their letters in the order in which they occur.
_NAMED_SUMS = {
    "ab->ba": "x.T",
    "ab->": "sum(x)",
    "a->": "sum(x)",
    "ab->a": "sum(x, axis=1)",
    "ab->b": "sum(x, axis=0)",
    "aa->": "trace(x)",
    "ab,bc->ac": "x @ y",
    "ab,bc->ca": "(x @ y).T",
    "ab,cb->ac": "x @ y.T",
    "ab,ac->bc": "x.T @ y",
    "ab,b->a": "x @ y",
    "a,ab->b": "x @ y",
    "a,a->": "x @ y",
    "a,b->ab": "outer(x, y)",
    "a,a->a": "x * y",
    "ab,ab->ab": "x * y",
    "ab,ab->": "sum(x * y)",
    "ab,ab->a": "sum(x * y, axis=1)",
    "ab,ab->b": "sum(x * y, axis=0)",
    "ab,b->ab": "x * y",
}


def array_decomposition(node: Node, shapes: Sequence[Shape]) -> str | None:
    """Return the parts of a node as the text of a graph, None if it has none. `shapes` are those of its operands."""
    write = _WRITERS.get(node.op or "")
    return write(node, shapes) if write else None


def _parameters(node: Node) -> object:
    """Return the parameters of a node's function, None if constants have become part of it."""
    function = node.operation.forward
    return function.parameters if isinstance(function, BoundFunction) else None


def _trace(node: Node, shapes: Sequence[Shape]) -> str | None:
    rows = shapes[0][0] if shapes[0] else 0
    return " + ".join(f"x[{i}, {i}]" for i in range(rows)) if 1 < rows <= _MAX_ENTRIES else None


def _determinant(node: Node, shapes: Sequence[Shape]) -> str | None:
    rows = shapes[0][0] if shapes[0] else 0
    if rows == 2:
        return "x[0, 0] * x[1, 1] - x[0, 1] * x[1, 0]"
    if rows != 3:
        return None
    # The rule of Sarrus: the products along the diagonals, less those against them.
    down = (f"x[0, {j}] * x[1, {(j + 1) % 3}] * x[2, {(j + 2) % 3}]" for j in range(3))
    up = (f"x[0, {j}] * x[1, {(j - 1) % 3}] * x[2, {(j - 2) % 3}]" for j in range(3))
    return f"{' + '.join(down)} - {' - '.join(up)}"


def _product(node: Node, shapes: Sequence[Shape]) -> str | None:
    shape = shapes[0]
    if shape is None or node.shape is not None or not 1 < ops.num_cells(shape) <= _MAX_ENTRIES:
        return None
    if ops.is_vector_shape(shape):
        return " * ".join(f"x[{j}]" for j in range(shape[1]))
    return " * ".join(f"x[{i}, {j}]" for i in range(shape[0]) for j in range(shape[1]))


def _running_sum(node: Node, shapes: Sequence[Shape]) -> str | None:
    shape = shapes[0]
    if not ops.is_vector_shape(shape) or not 1 < shape[1] <= _MAX_ENTRIES:
        return None
    steps = ["s0 = x[0]", *(f"s{j} = s{j - 1} + x[{j}]" for j in range(1, shape[1]))]
    return f"{'; '.join(steps)}; [{', '.join(f's{j}' for j in range(shape[1]))}]"


def _convolution(node: Node, shapes: Sequence[Shape]) -> str | None:
    if len(shapes) < 2 or shapes[1] is None or node.shape is None or ops.num_cells(shapes[1]) > _MAX_WEIGHTS:
        return None
    rows, columns = node.shape
    return " + ".join(
        f"y[{i}, {j}] * x[{i}:{i + rows}, {j}:{j + columns}]" for i in range(shapes[1][0]) for j in range(shapes[1][1])
    )


def _sum_of_products(node: Node, shapes: Sequence[Shape]) -> str | None:
    subscripts = _parameters(node)
    if not isinstance(subscripts, Subscripts):
        return None
    letters = dict.fromkeys("".join(subscripts.operands))
    names = dict(zip(letters, "abcd", strict=False))
    text = "".join(names.get(character, character) for character in str(subscripts))
    return _NAMED_SUMS.get(text)


def _masked_softmax(node: Node, shapes: Sequence[Shape]) -> str | None:
    shape = shapes[0]
    assert shape is not None
    axis = 0 if node.symbol.endswith("↓") else 1
    if len(shapes) > 1:
        return f"p = exp(x) * (y != 0); p / sum(p, {axis})"
    # Without the scores nothing but the mask is left of it.
    weights = node.operation.forward(ops.broadcast_like(ZERO, ops.load_arrays().np.empty(shape)))
    rows = [
        ", ".join("0" if isinstance(weight, Num) and weight.value == 0 else "1" for weight in row)
        for row in weights.tolist()
    ]
    mask = f"[{rows[0]}]" if ops.is_vector_shape(shape) else f"[[{'], ['.join(rows)}]]"
    return f"p = exp(x) * {mask}; p / sum(p, {axis})"


_WRITERS: Mapping[str, Callable[[Node, Sequence[Shape]], str | None]] = {
    "trace": _trace,
    "det": _determinant,
    "prod": _product,
    "cumsum": _running_sum,
    "conv2d": _convolution,
    "einsum": _sum_of_products,
    "softmax.0": lambda node, shapes: "p = exp(x); p / sum(p, 0)",
    "masked_softmax": _masked_softmax,
}
