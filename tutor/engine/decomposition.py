"""Decomposition of built-in operations into simpler ones, for unfolding a node."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tutor.algebra import functions, ops
from tutor.algebra.expr import Expr, Grid, Num
from tutor.algebra.labels import are_labels, index_text
from tutor.engine.array_decompositions import array_decomposition
from tutor.engine.builder import build_function_body

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor.algebra.ops import Shape, Value
    from tutor.engine.graph import Graph

#: The graph of each operation on operands x and y; {rows}, {columns} and {count} are the sizes of x.
_DECOMPOSITIONS = functions.table(
    lambda function: {function.id: function.decomposition} if function.decomposition else {},
    {
        "inv": "x^-1",
        "dot": "sum(x * y)",
        "outer": "x.T @ y",
        "mean": "sum(x) / {count}",
        "mean.0": "sum(x, 0) / {rows}",
        "mean.1": "sum(x, 1) / {columns}",
        "softmax": "p = exp(x); p / sum(p, 1)",
        "cross_entropy": "-sum(y * log(x)) / {rows}",
        "mse": "mean((x - y)^2)",
    },
)
#: A power with an integer exponent up to this one is unfolded into a product.
_MAX_FACTORS = 6


def decompose(graph: Graph, position: int) -> Graph | None:
    """Return the graph that a built-in operation consists of, inputs first; None if it cannot be unfolded."""
    node = graph.nodes[position]
    operands: dict[str, Shape | Expr] = {}
    shapes: list[Shape] = []
    for name, arg in zip("xy", node.args, strict=False):
        operands[name] = graph.nodes[arg].shape if arg is not None else _as_expr(node.const)
        shapes.append(graph.nodes[arg].shape if arg is not None else ops.shape_of(node.const))
    text = _power_as_product(node.const, node.args) if node.op == "pow" else _decomposition_text(node.op or "", shapes)
    text = text or array_decomposition(node, shapes)
    if text is None:
        return None
    return _number_nodes(build_function_body(text, operands))


def _decomposition_text(op: str, shapes: Sequence[Shape]) -> str | None:
    if op == "mse" and shapes[0] is None:
        return "(x - y)^2"
    if op == "cross_entropy" and are_labels(shapes, 0, op):
        taken = f"log(x{index_text(shapes, 'y')})"
        return f"-{taken}" if shapes[1] is None else f"-mean({taken})"
    rows, columns = shapes[0] or (1, 1)
    return (
        _DECOMPOSITIONS[op].format(rows=rows, columns=columns, count=rows * columns) if op in _DECOMPOSITIONS else None
    )


def _power_as_product(const: Value, args: Sequence[int | None]) -> str | None:
    """Return x·x·x for x^3, None for any other power."""
    if args[1] is None and isinstance(const, Num) and const.value in range(2, _MAX_FACTORS + 1):
        return " * ".join("x" * const.value.numerator)
    return None


def _as_expr(const: Value) -> Expr:
    return Grid(tuple(map(tuple, const)), 0, ops.is_vector(const)) if ops.is_matrix(const) else const


def _number_nodes(parts: Graph) -> Graph:
    """Return the graph with node ids instead of the names that its text needed for shared parts."""
    counts: dict[str, int] = {}
    nodes = []
    for node in parts.nodes:
        if not node.is_input:
            word = node.operation.label
            counts[word] = counts.get(word, 0) + 1
            node = replace(node, id=f"{word}{counts[word]}")
        nodes.append(node)
    return replace(parts, nodes=tuple(nodes))
